//! What stands in the tokens, read as those who verify them read it.

use data_encoding::BASE64URL_NOPAD;
use httpkit::auth_wire::VerificationKeys;
use httpkit::tokens::{ACCESS_TYPE, AccessClaims, HmacRing};
use serde_json::Value;

use super::World;

/// The claims of an access token, verified with the keys that the resource server gets.
pub(super) async fn access_claims(world: &World, token: &str) -> AccessClaims {
    let keys: VerificationKeys = world.fetch("keys").await.ok();
    HmacRing::new(&keys.keys).verify(ACCESS_TYPE, token).unwrap()
}

/// The claims of a refresh token, whose key nobody but the auth server has.
pub(super) fn refresh_claims(token: &str) -> Value {
    unverified(token)
}

/// The claims of any JWT.
pub(super) fn unverified(token: &str) -> Value {
    let claims = BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}
