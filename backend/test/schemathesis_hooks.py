"""What Schemathesis is told beside the document: which refusals of a schema-valid request are right.

A request that fits its schema is either done, or refused for a reason that no schema can tell: it names what is not there, a
password that is not this one's, a cursor that this server never gave. Those reasons are listed here, each once; any other
refusal fails, and is mended in the route's schema. Read by Schemathesis from SCHEMATHESIS_HOOKS; see schemathesis_test.py.
"""

import json

import schemathesis

# Who asks, whether it is there, whether it is free: told by the status alone.
TOLD_BY_STATUS = {401, 403, 404, 409, 410, 429, 503}

TOLD_BY_REASON = {
    # The header of who asks, which no schema describes.
    "authorization_unreadable",
    # What this server made, signed or sent itself; a schema-valid one is made up.
    "cursor_invalid",
    "request_invalid",
    "code_expired",
    "reset_token_invalid",
    # Another thing that is not there, named in a body or a query.
    "comment_not_found",
    "media_not_found",
    "event_unknown",
    "event_not_for_apps",
    "subject_wrong",
    # What only this account knows, and what everybody knows.
    "password_wrong",
    "password_too_common",
    "username_reserved",
    "follow_self",
    "idempotency_key_reused",
    # Bytes, where a schema counts characters; what is left of a text without blanks around it.
    "password_too_long",
    "empty",
    "control_characters",
    # Addresses and numbers are read by rules that no pattern holds (IDNA, schemes, hosts, country codes).
    "email_invalid",
    "phone_invalid",
    "redirect_uri_invalid",
    "post_logout_redirect_uri_invalid",
    "backchannel_logout_uri_invalid",
    "client_uri_invalid",
    "jwks_uri_invalid",
    "uri_invalid",
    "url_invalid",
    # Fields that hang together, and keys that are keys.
    "post_empty",
    "pkce_required",
    "auth_method_invalid",
    "grant_types_invalid",
    "jwks_invalid",
    "scope_invalid",
    "client_name_invalid",
    # Files that are what they say.
    "not_a_picture",
    "picture_format_unknown",
}


@schemathesis.check
def schema_valid_is_done(ctx, response, case):
    """Fails on a refusal of a schema-valid request that the schema could have told."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code < 400 or response.status_code in TOLD_BY_STATUS:
        return
    # The RFCs' parameters depend on each other in ways that no schema tells; their errors are one documented object.
    if case.path.startswith("/oauth/"):
        return
    details = json.loads(response.content).get("details", {})
    if details.get("reason") in TOLD_BY_REASON:
        return
    raise AssertionError(f"a schema-valid request was refused: {details.get('reason')}, {details.get('issue')}")
