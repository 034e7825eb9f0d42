//! How an app proves who it is (RFC 6749 section 2.3), at every endpoint for programs: not at all (public apps), with a
//! secret (by HTTP Basic or in the form, as it likes), or with a signed assertion (`private_key_jwt`). Each app in the way
//! that it registered, and in one way in one request.
//!
//! [`shown`] reads what a request shows, [`assertion`] judges assertions.

mod assertion;
mod shown;

use http::HeaderMap;
use httpkit::ClientId;

use super::params::Params;
use crate::clients::{self, AuthMethod, Client};
use crate::core::Core;
use crate::error::{Error, Result};
use shown::{Proof, Shown};

/// The app that makes this request.
///
/// # Errors
/// `invalid_client` for an unknown app or none, and for a wrong, missing or superfluous proof (one answer, the same work
/// for every secret); `invalid_request` for two ways at once.
pub(crate) async fn authenticate(core: &Core, headers: &HeaderMap, params: &Params) -> Result<Client> {
    let shown = Shown::read(headers, params)?;
    let client = match shown.client_id.parse::<ClientId>() {
        Ok(id) => clients::find(core, &id).await?,
        Err(_) => None,
    };
    let secrets = client.as_ref().map_or(&[][..], |client| &client.secrets);
    let secret = shown.secret().unwrap_or_default();
    let opens = core.secret_hasher.opens(secret, secrets, core.now());
    let client = client.ok_or_else(Error::invalid_client)?;
    let is_proved = match (client.auth_method, &shown.proof) {
        (AuthMethod::None, Proof::Nothing) => true,
        (AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost, Proof::Secret(_)) => opens,
        (AuthMethod::PrivateKeyJwt, Proof::Assertion(jwt)) => {
            assertion::judge(core, &client, jwt).await?;
            true
        }
        _ => false,
    };
    if is_proved { Ok(client) } else { Err(Error::invalid_client()) }
}
