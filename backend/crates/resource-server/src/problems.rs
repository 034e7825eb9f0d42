//! The refusals that the OpenAPI document names, once for each kind of route. All have the error envelope.
//!
//! A route adds what is its own (`410`, say) beside one of these. Which refusal comes when is decided where it is made;
//! here it is only told.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = [$($status:literal),+ $(,)?];)+) => {
        $(
            $(#[$doc])*
            pub(crate) struct $name;

            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    [$($status),+].into_iter().map(problem).collect()
                }
            }
        )+
    };
}

problems! {
    /// Of what is read.
    Reading = [400, 401, 403, 404, 422, 429, 503];
    /// Of what a moderator may have removed, or the account of whose owner an admin suspended.
    Removing = [410];
    /// Of what is changed or taken away.
    Writing = [400, 401, 403, 404, 409, 413, 415, 422, 429, 503];
    /// Of what is uploaded.
    Uploading = [400, 401, 403, 408, 409, 413, 415, 422, 429, 503];
}

fn problem(status: u16) -> (String, RefOr<Response>) {
    let envelope = ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorEnvelope"))).build();
    let response = ResponseBuilder::new().description(words(status)).content("application/json", envelope).build();
    (status.to_string(), response.into())
}

fn words(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be read, or the cursor is forged",
        401 => "No access token, or none that is good",
        403 => "Not allowed, or the token lacks the scope (`insufficient_scope`)",
        404 => "There is no such thing, or none that the caller may see",
        408 => "The body did not arrive in time",
        409 => "The state of things does not allow it; `reason` says why",
        410 => "A moderator removed it, or its owner's account is suspended; `issue` says why",
        413 => "The body is too large",
        415 => "The body is of a kind that is not taken",
        422 => "Readable, but invalid; `details.errors` names every field",
        429 => "Too often; `Retry-After` says when to come back",
        _ => "Not possible just now; `Retry-After` says when to come back",
    }
}
