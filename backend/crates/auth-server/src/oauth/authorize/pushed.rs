//! Requests that an app pushed (RFC 9126): how one is judged when it comes, and how the browser goes on with it.

use http::HeaderMap;
use httpkit::ClientId;

use super::{ErrorPage, Pending, Stop, find_client};
use crate::clients::Client;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::oauth::params::Params;

/// What a `request_uri` of ours begins with (RFC 9126 section 2.2).
pub(crate) const PUSHED_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// Judges a request that `client` itself sends, in the order and by the rules of the authorization endpoint.
///
/// # Errors
/// What the app is told.
pub(crate) fn read_pushed(core: &Core, client: &Client, params: &Params) -> Result<Pending> {
    let redirect_uri = params.required("redirect_uri")?;
    if !client.allows_redirect_to(redirect_uri) {
        return Err(Error::invalid_request("redirect_uri is not one that this app has registered"));
    }
    if client.is_fapi() && !redirect_uri.starts_with("https://") {
        return Err(Error::invalid_request("redirect_uri must begin with https in the FAPI 2.0 profile"));
    }
    Pending::parse(core, client, redirect_uri.to_owned(), params)
}

/// Goes on with the request that `request_uri` stands for. Whatever else the browser brings does not count, but
/// `client_id`, which must be of the app that pushed it.
pub(super) async fn open_pushed(
    core: &Core,
    params: &Params,
    request_uri: &str,
    headers: &HeaderMap,
) -> Result<(Client, Pending), Stop> {
    let id = params.required("client_id").map_err(|_| Stop::Page(ErrorPage::NO_APP))?;
    let id: ClientId = id.parse().map_err(|_| Stop::Page(ErrorPage::NO_APP))?;
    let client = find_client(core, &id).await?;
    let sealed = request_uri.strip_prefix(PUSHED_PREFIX).ok_or(Stop::Page(ErrorPage::UNREADABLE))?;
    let pending: Pending = core.seals.pushed.open(sealed).map_err(|_| Stop::Page(ErrorPage::UNREADABLE))?;
    if pending.client != client.id {
        return Err(Stop::Page(ErrorPage::UNREADABLE));
    }
    if core.now() >= pending.iat + core.lifetimes.pushed_request {
        return Err(Stop::Page(ErrorPage::expired(&client, &pending.redirect_uri)));
    }
    if !client.allows_redirect_to(&pending.redirect_uri) {
        return Err(Stop::Page(ErrorPage::WRONG_REDIRECT_URI));
    }
    match core.grants.exists(&pending.request).await {
        Ok(false) => Ok((client, pending.begun_now(core, headers))),
        Ok(true) => Err(Stop::Page(ErrorPage::finished(&client, &pending.redirect_uri))),
        Err(error) => Err(Stop::Page(ErrorPage::of_store(&error))),
    }
}
