"""A real OAuth client that nobody here wrote, Authlib, against a running Tapri.

Everything that an app does is Authlib's work: discovery, PKCE, code, refresh, revocation, introspection, the ID token by
the published keys, userinfo. What a person does in a browser (signing up, pressing "Allow") is played here by the calls
that the web app makes. It prints what it did and ends with a status other than 0 where something is not as it should be.

    TAPRI_ORIGIN=http://localhost:3000 python backend/test/authlib_test.py

To add a step, add a function to STORY; each takes the World and leaves in it what later steps need.
"""

import os
import secrets
import sys
import time
from urllib.parse import parse_qs, parse_qsl, urlencode, urlparse

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7591 import ClientMetadataClaims
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc.jwk import ECKey

ORIGIN = os.environ.get("TAPRI_ORIGIN", "http://localhost:3000")
API = f"{ORIGIN}/api/v1"
REDIRECT_URI = "https://printer.example/callback"
ASKED = "openid profile email offline_access posts:read posts:write likes:write"
ALLOWED = ["profile", "offline_access", "posts:read", "posts:write"]

# Authlib refuses plain http unless told that this is a test on one's own machine.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"


class AuthlibApp(OAuth2Mixin, OpenIDMixin, BaseApp):
    """An app as Authlib's own integrations build it, without a web framework around it."""

    client_cls = OAuth2Session


class World:
    """What the steps leave for each other."""


def check(is_so, words):
    """Ends the run with `words` where `is_so` is false."""
    if not is_so:
        raise AssertionError(words)


def answer(response, status):
    """The `data` of an answer that must have `status`."""
    check(response.status_code == status, f"{response.request.method} {response.url}: {response.status_code} {response.text}")
    return response.json()["data"]


class Browser:
    """A person's browser with the web app in it: cookies, CSRF token, access token in memory."""

    def __init__(self):
        self.session = requests.Session()
        self.session.headers["Origin"] = ORIGIN
        self.keep(answer(self.session.get(f"{API}/auth/csrf"), 200))

    def keep(self, data):
        self.session.headers["X-CSRF-Token"] = data["csrf_token"]
        if "access_token" in data:
            self.session.headers["Authorization"] = f"Bearer {data['access_token']}"
        return data

    def sign_up(self, name):
        username = f"{name}.{secrets.token_hex(4)}"
        body = {
            "username": username,
            "email": f"{username}@people.example",
            "password": secrets.token_urlsafe(16),
            "session": "cookie",
        }
        return self.keep(answer(self.session.post(f"{API}/auth/register", json=body), 201))["user"]

    def arrives(self, url):
        """Follows a link of an app; where the browser is sent."""
        headers = {"Authorization": None, "X-CSRF-Token": None, "Origin": None}
        reply = self.session.get(url, headers=headers, allow_redirects=False)
        check(reply.status_code == 303, f"authorize answered {reply.status_code}: {reply.text}")
        return reply.headers["Location"]

    def allows(self, url, scopes):
        """Follows a link of an app to the consent page and allows `scopes`; where the browser is sent."""
        page = self.arrives(url)
        check(urlparse(page).path == "/oauth/consent", f"sent to {page}")
        request = parse_qs(urlparse(page).query)["request"][0]
        shown = answer(self.session.get(f"{API}/consent", params={"request": request}), 200)
        body = {"request": request, "decision": "allow", "scopes": scopes}
        return shown, answer(self.session.post(f"{API}/consent", json=body), 200)["redirect_to"]


def two_people_sign_up(world):
    world.asha, world.bilal = Browser(), Browser()
    world.asha_user, world.bilal_user = world.asha.sign_up("asha"), world.bilal.sign_up("bilal")
    post = answer(world.asha.session.post(f"{API}/posts", json={"title": "Midnight Chai"}), 201)
    world.post_url = f"{API}/posts/{post['post_id']}"


def the_metadata_is_valid(world):
    for document, judge in [
        ("oauth-authorization-server", AuthorizationServerMetadata),
        ("openid-configuration", OpenIDProviderMetadata),
    ]:
        metadata = judge(requests.get(f"{ORIGIN}/.well-known/{document}").json())
        # Every rule of the document but those that want https, which a machine of one's own does not have.
        for key in metadata.REGISTRY_KEYS:
            rule = getattr(metadata, f"validate_{key}", None)
            if rule is None or (ORIGIN.startswith("http://") and str(metadata.get(key, "")).startswith("http://")):
                continue
            rule()
        check(metadata["issuer"] == ORIGIN, f"issuer is {metadata['issuer']}")


def asha_registers_an_app(world):
    body = {"client_name": "Chai Printer", "redirect_uris": [REDIRECT_URI], "client_type": "confidential"}
    registered = answer(world.asha.session.post(f"{API}/apps", json=body), 201)
    world.registered = registered
    world.app = authlib_app(registered, "client_secret_basic")


def authlib_app(registered, method):
    return AuthlibApp(
        None,
        name="tapri",
        client_id=registered["client_id"],
        client_secret=registered.get("client_secret"),
        server_metadata_url=f"{ORIGIN}/.well-known/openid-configuration",
        client_kwargs={"scope": ASKED, "code_challenge_method": "S256", "token_endpoint_auth_method": method},
    )


def goes_back(url, data, app):
    """What came back to the app: the code, after state and issuer were compared."""
    check(url.startswith(f"{REDIRECT_URI}?"), f"sent to {url}")
    back = {name: values[0] for name, values in parse_qs(urlparse(url).query).items()}
    check("code" in back, f"no code in {url}")
    check(back["state"] == data["state"], "the state came back changed")
    check(back["iss"] == app.load_server_metadata()["issuer"], "the answer names another issuer (RFC 9207)")
    return back["code"]


def bilal_allows_some_of_it(world):
    nonce = generate_token()
    data = world.app.create_authorization_url(REDIRECT_URI, nonce=nonce)
    shown, url = world.bilal.allows(data["url"], ALLOWED)
    check(shown["client"]["client_name"] == "Chai Printer", f"the page names {shown['client']}")
    check(shown["user"]["username"] == world.bilal_user["username"], f"the page shows {shown['user']}")
    world.code, world.data, world.nonce = goes_back(url, data, world.app), data, nonce


def authlib_redeems_the_code(world):
    world.token = world.app.fetch_access_token(
        redirect_uri=REDIRECT_URI, code=world.code, code_verifier=world.data["code_verifier"]
    )
    granted = set(world.token["scope"].split())
    check(granted == {"openid", *ALLOWED}, f"granted {granted}")
    check(world.token["token_type"] == "Bearer", f"token type {world.token['token_type']}")


def the_id_token_is_bilals(world):
    claims = world.app.parse_id_token(world.token, nonce=world.nonce)
    check(claims["sub"] == world.bilal_user["user_id"], f"sub is {claims['sub']}")
    check(claims["aud"] == world.registered["client_id"], f"aud is {claims['aud']}")
    told = world.app.userinfo(token=world.token)
    check(told["sub"] == claims["sub"], "userinfo is about somebody else")
    check(told["preferred_username"] == world.bilal_user["username"], f"userinfo says {told}")
    check("email" not in told, "the address was not allowed")


def the_app_does_what_was_allowed_and_no_more(world):
    call = lambda method, url, **more: world.app.request(method, url, token=world.token, **more)
    check(call("GET", world.post_url).status_code == 200, "reading was allowed")
    posted = answer(call("POST", f"{API}/posts", json={"title": "Printed for Bilal"}), 201)
    check(posted["author"]["user_id"] == world.bilal_user["user_id"], f"posted as {posted['author']}")
    refused = call("PUT", f"{world.post_url}/like")
    check(refused.status_code == 403, f"liking was not allowed: {refused.status_code}")
    check(refused.json()["details"]["reason"] == "insufficient_scope", refused.text)
    check("insufficient_scope" in refused.headers["WWW-Authenticate"], "the challenge names the error (RFC 6750)")


def authlib_refreshes(world):
    with session(world) as client:
        token_url = world.app.load_server_metadata()["token_endpoint"]
        fresh = client.refresh_token(token_url, refresh_token=world.token["refresh_token"])
        check(fresh["refresh_token"] != world.token["refresh_token"], "the refresh token was not rotated")
        check(fresh["access_token"] != world.token["access_token"], "the access token is the old one")
        world.token = fresh


def session(world, token=None):
    """Authlib's client of the app, for what its integrations leave to it."""
    return OAuth2Session(
        world.registered["client_id"], world.registered["client_secret"],
        token_endpoint_auth_method="client_secret_basic", token=token,
    )


def introspection_knows_the_token(world):
    endpoint = world.app.load_server_metadata()["introspection_endpoint"]
    with session(world) as client:
        told = client.introspect_token(endpoint, token=world.token["access_token"]).json()
        check(told["active"] is True and told["sub"] == world.bilal_user["user_id"], f"introspection says {told}")
        nothing = client.introspect_token(endpoint, token="nonsense").json()
        check(nothing == {"active": False}, f"introspection says {nothing}")


def a_code_works_once(world):
    data = world.app.create_authorization_url(REDIRECT_URI)
    # The consent is remembered, so no page is shown.
    code = goes_back(world.bilal.arrives(data["url"]), data, world.app)
    redeem = lambda: world.app.fetch_access_token(
        redirect_uri=REDIRECT_URI, code=code, code_verifier=data["code_verifier"]
    )
    redeem()
    check(error_of(redeem) == "invalid_grant", "a code was redeemed twice")


def error_of(call):
    """The error with which Authlib ends `call`; nothing where it succeeds."""
    try:
        call()
    except OAuthError as error:
        return error.error
    return None


def a_wrong_verifier_gets_nothing(world):
    data = world.app.create_authorization_url(REDIRECT_URI)
    code = goes_back(world.bilal.arrives(data["url"]), data, world.app)
    redeem = lambda verifier: world.app.fetch_access_token(redirect_uri=REDIRECT_URI, code=code, code_verifier=verifier)
    check(error_of(lambda: redeem(generate_token(48))) == "invalid_grant", "a wrong verifier was taken")
    redeem(data["code_verifier"])


def a_public_app_needs_no_secret(world):
    body = {"client_name": "Pocket Chai", "redirect_uris": [REDIRECT_URI], "client_type": "public"}
    app = authlib_app(answer(world.asha.session.post(f"{API}/apps", json=body), 201), "none")
    data = app.create_authorization_url(REDIRECT_URI)
    _, url = world.bilal.allows(data["url"], ["posts:read"])
    token = app.fetch_access_token(
        redirect_uri=REDIRECT_URI, code=goes_back(url, data, app), code_verifier=data["code_verifier"]
    )
    check(app.request("GET", world.post_url, token=token).status_code == 200, "the public app may read")


def the_secret_may_come_in_the_body(world):
    app = authlib_app(world.registered, "client_secret_post")
    data = app.create_authorization_url(REDIRECT_URI)
    code = goes_back(world.bilal.arrives(data["url"]), data, app)
    app.fetch_access_token(redirect_uri=REDIRECT_URI, code=code, code_verifier=data["code_verifier"])


def an_app_registers_itself_with_its_key(world):
    metadata = requests.get(f"{ORIGIN}/.well-known/oauth-authorization-server").json()
    key = ECKey.generate_key("P-256", {"kid": "one"})
    body = {
        "client_name": "Self-made Chai", "redirect_uris": [REDIRECT_URI], "scope": "openid posts:read",
        "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key.as_dict(private=False)]},
    }
    reply = requests.post(metadata["registration_endpoint"], json=body)
    check(reply.status_code == 201, f"registration answered {reply.status_code}: {reply.text}")
    registered = reply.json()
    check("client_secret" not in registered, "an app with a key got a secret")
    check(ClientMetadataClaims(registered, {}).validate() is None, "Authlib does not accept the registration")
    kept = requests.get(
        registered["registration_client_uri"],
        headers={"Authorization": f"Bearer {registered['registration_access_token']}"},
    )
    check(kept.json()["client_id"] == registered["client_id"], f"the registration is {kept.text}")
    world.keyed, world.key = registered, key


def it_proves_who_it_is_with_an_assertion(world):
    endpoint = requests.get(f"{ORIGIN}/.well-known/openid-configuration").json()["token_endpoint"]
    client = OAuth2Session(
        world.keyed["client_id"], world.key, token_endpoint_auth_method="private_key_jwt",
        redirect_uri=REDIRECT_URI, scope="openid posts:read", code_challenge_method="S256",
    )
    client.register_client_auth_method(PrivateKeyJWT(endpoint, headers={"kid": "one"}, alg="ES256"))
    verifier = generate_token(48)
    url, state = client.create_authorization_url(f"{ORIGIN}/oauth/authorize", code_verifier=verifier)
    _, back = world.bilal.allows(url, ["posts:read"])
    token = client.fetch_token(endpoint, authorization_response=back, state=state, code_verifier=verifier)
    check("id_token" in token and token["scope"] == "openid posts:read", f"got {token}")
    refreshed = client.refresh_token(endpoint, refresh_token=token["refresh_token"])
    check(refreshed["access_token"] != token["access_token"], "the access token is the old one")


def a_pushed_request_goes_the_whole_way(world):
    data = world.app.create_authorization_url(REDIRECT_URI)
    url = pushed(world.app, session(world), "client_secret_basic", data)
    code = goes_back(world.bilal.arrives(url), data, world.app)
    world.app.fetch_access_token(redirect_uri=REDIRECT_URI, code=code, code_verifier=data["code_verifier"])


def pushed(app, client, method, data):
    """Pushes the request that `data` stands for (RFC 9126); where the browser is sent instead."""
    metadata = app.load_server_metadata()
    asked = dict(parse_qsl(urlparse(data["url"]).query))
    with client:
        reply = client.post(
            metadata["pushed_authorization_request_endpoint"],
            data=asked, auth=client.client_auth(method), withhold_token=True,
        )
    check(reply.status_code == 201 and reply.json()["expires_in"] > 0, f"PAR answered {reply.status_code}: {reply.text}")
    carried = {"client_id": asked["client_id"], "request_uri": reply.json()["request_uri"]}
    return f"{metadata['authorization_endpoint']}?{urlencode(carried)}"


def an_app_proves_itself_by_its_key(world):
    key = ECKey.generate_key("P-256")
    body = {
        "client_name": "Careful Printer", "redirect_uris": [REDIRECT_URI], "client_type": "confidential",
        "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key.as_dict(private=False)]},
        "require_pushed_authorization_requests": True,
    }
    registered = answer(world.asha.session.post(f"{API}/apps", json=body), 201)
    check("client_secret" not in registered, "an app with a key needs no secret")
    app = authlib_app(registered, "none")
    issuer = app.load_server_metadata()["issuer"]
    token_url = app.load_server_metadata()["token_endpoint"]

    def client():
        made = OAuth2Session(registered["client_id"], key, token_endpoint_auth_method="private_key_jwt")
        made.register_client_auth_method(PrivateKeyJWT(issuer, alg="ES256"))
        return made

    data = app.create_authorization_url(REDIRECT_URI)
    refused = parse_qs(urlparse(world.bilal.arrives(data["url"])).query)
    check(refused["error"] == ["invalid_request"], f"a request that was not pushed: {refused}")
    _, url = world.bilal.allows(pushed(app, client(), "private_key_jwt", data), ["posts:read"])
    code = goes_back(url, data, app)
    with client() as made:
        token = made.fetch_token(
            token_url, grant_type="authorization_code", redirect_uri=REDIRECT_URI, code=code,
            code_verifier=data["code_verifier"],
        )
        check(app.request("GET", world.post_url, token=token).status_code == 200, "the app may read")
        told = made.introspect_token(app.load_server_metadata()["introspection_endpoint"], token=token["access_token"])
        check(told.json()["active"] is True, f"introspection says {told.text}")
        made.refresh_token(token_url, refresh_token=token["refresh_token"])


def no_is_told_to_the_app(world):
    body = {"client_name": "Unwanted", "redirect_uris": [REDIRECT_URI], "client_type": "public"}
    app = authlib_app(answer(world.asha.session.post(f"{API}/apps", json=body), 201), "none")
    data = app.create_authorization_url(REDIRECT_URI)
    request = parse_qs(urlparse(world.bilal.arrives(data["url"])).query)["request"][0]
    decision = {"request": request, "decision": "deny", "scopes": []}
    url = answer(world.bilal.session.post(f"{API}/consent", json=decision), 200)["redirect_to"]
    back = {name: values[0] for name, values in parse_qs(urlparse(url).query).items()}
    check(back["error"] == "access_denied" and "code" not in back, f"sent to {url}")
    check(back["state"] == data["state"] and back["iss"] == ORIGIN, f"sent to {url}")


def authlib_revokes(world):
    endpoint = world.app.load_server_metadata()["revocation_endpoint"]
    with session(world) as client:
        revoked = client.revoke_token(endpoint, token=world.token["refresh_token"], token_type_hint="refresh_token")
        check(revoked.status_code == 200, f"revocation answered {revoked.status_code}")
        token_url = world.app.load_server_metadata()["token_endpoint"]
        again = lambda: client.refresh_token(token_url, refresh_token=world.token["refresh_token"])
        check(error_of(again) == "invalid_grant", "a revoked refresh token still works")
    is_refused_within_a_second(world, world.token)


def bilal_withdraws_the_app(world):
    data = world.app.create_authorization_url(REDIRECT_URI)
    code = goes_back(world.bilal.arrives(data["url"]), data, world.app)
    token = world.app.fetch_access_token(
        redirect_uri=REDIRECT_URI, code=code, code_verifier=data["code_verifier"]
    )
    listed = answer(world.bilal.session.get(f"{API}/me/authorized-apps"), 200)["items"]
    check(world.registered["client_id"] in [app["client_id"] for app in listed], f"the list shows {listed}")
    answer(world.bilal.session.delete(f"{API}/me/authorized-apps/{world.registered['client_id']}"), 200)
    is_refused_within_a_second(world, token)
    with session(world) as client:
        token_url = world.app.load_server_metadata()["token_endpoint"]
        refresh = lambda: client.refresh_token(token_url, refresh_token=token["refresh_token"])
        check(error_of(refresh) == "invalid_grant", "the refresh token outlived the withdrawal")


def is_refused_within_a_second(world, token):
    began = time.monotonic()
    while world.app.request("GET", world.post_url, token=token).status_code != 401:
        check(time.monotonic() - began < 1, "the access token still works after a second")


STORY = [
    two_people_sign_up,
    the_metadata_is_valid,
    asha_registers_an_app,
    bilal_allows_some_of_it,
    authlib_redeems_the_code,
    the_id_token_is_bilals,
    the_app_does_what_was_allowed_and_no_more,
    authlib_refreshes,
    introspection_knows_the_token,
    a_code_works_once,
    a_wrong_verifier_gets_nothing,
    a_public_app_needs_no_secret,
    the_secret_may_come_in_the_body,
    a_pushed_request_goes_the_whole_way,
    an_app_proves_itself_by_its_key,
    an_app_registers_itself_with_its_key,
    it_proves_who_it_is_with_an_assertion,
    no_is_told_to_the_app,
    authlib_revokes,
    bilal_withdraws_the_app,
]


def main():
    world = World()
    for step in STORY:
        words = step.__name__.replace("_", " ")
        try:
            step(world)
        except AssertionError as error:
            print(f"FAILED  {words}: {error}")
            return 1
        print(f"ok      {words}")
    print(f"Authlib and Tapri at {ORIGIN} understand each other: {len(STORY)} steps passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
