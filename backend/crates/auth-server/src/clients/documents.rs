//! Apps whose id is a URL (OAuth Client ID Metadata Documents, as the MCP authorization specification wants): what such an
//! app is stands in the document there, which it publishes instead of registering.
//!
//! A document is kept in memory for as long as its server says, within bounds; an error is never kept. When somebody lets
//! the app in, what the document said is written down like any app, so that lists can name it and its grants outlive a
//! server that does not answer for a while.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue};
use httpkit::ClientId;
use httpkit::limits::Limit;
use httpkit::outbound::{Answer, Call};
use quick_cache::sync::Cache;
use serde::Deserialize;
use store::{Change, Time};
use tokio::sync::Mutex;
use url::Url;

use super::registration::Metadata;
use super::{AuthMethod, Client, Origin, is_native};
use crate::core::Core;
use crate::error::Result;

const REMEMBERED: usize = 500;
/// What the draft recommends (its section on the size of documents).
const LARGEST: usize = 5 * 1024;
/// How long a document is good, where its server says less, nothing, or more.
const SHORTEST: Duration = Duration::from_secs(60);
const USUAL: Duration = Duration::from_secs(10 * 60);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// How long an app that was let in goes on while its document cannot be had.
const REMEMBERED_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How exactly it is written down when a document was last seen.
const PRECISION: Duration = Duration::from_secs(24 * 60 * 60);

/// What was fetched.
pub(crate) struct Documents(Cache<ClientId, Arc<Mutex<Option<Fetched>>>>);

struct Fetched {
    client: Client,
    until: Time,
}

impl Default for Documents {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl fmt::Debug for Documents {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Documents({})", self.0.len())
    }
}

/// The app that the document at `id` describes. Whoever comes while somebody asks waits for that answer.
///
/// # Errors
/// The store's.
pub(super) async fn find(core: &Core, id: &ClientId) -> Result<Option<Client>> {
    let Ok(entry) = core.documents.0.get_or_insert_with(id, || Ok::<_, Infallible>(Arc::default()));
    let mut fetched = entry.lock().await;
    let now = core.now();
    if let Some(fetched) = fetched.as_ref().filter(|fetched| now < fetched.until) {
        return Ok(Some(fetched.client.clone()));
    }
    let stored = core.clients.get(&id.clone().into()).await?;
    match fetch(core, id, now).await {
        Ok((said, life)) => {
            let client = match stored {
                Some(stored) => update(core, &stored, said).await?,
                None => said,
            };
            *fetched = Some(Fetched { client: client.clone(), until: now + life });
            Ok(Some(client))
        }
        Err(why) => {
            tracing::info!(client_id = %id, %why, "a client ID document could not be used: {why}");
            let known = stored.map(store::Stored::into_document);
            let known = known.filter(|client| client.confirmed_at.is_some_and(|moment| now < moment + REMEMBERED_FOR));
            // So that its every refresh does not wait for a server that does not answer.
            *fetched = known.clone().map(|client| Fetched { client, until: now + SHORTEST });
            Ok(known)
        }
    }
}

/// Brings what is stored up to date.
async fn update(core: &Core, stored: &Client, said: Client) -> Result<Client> {
    let is_recent = |moment: &Time| said.created_at < *moment + PRECISION;
    let confirmed_at = stored.confirmed_at.filter(is_recent).or(said.confirmed_at);
    let wanted = Client {
        grants_from: stored.grants_from,
        created_at: stored.created_at,
        last_used: stored.last_used,
        expires_at: None,
        confirmed_at,
        ..said
    };
    if wanted != *stored {
        let change = |client: &mut Client| {
            *client = Client { grants_from: client.grants_from, last_used: client.last_used, ..wanted.clone() };
            Ok::<_, store::Error>(Change::Write)
        };
        core.clients.modify(&wanted.id.clone().into(), change).await?;
    }
    Ok(wanted)
}

async fn fetch(core: &Core, id: &ClientId, now: Time) -> Result<(Client, Duration), String> {
    let url = Url::parse(id.as_str()).map_err(|error| error.to_string())?;
    let host = url.host_str().unwrap_or_default();
    core.limits.subject(Limit::App, host).await.map_err(|_| "too many documents of this host were asked for")?;
    let call = Call::get(id.as_str()).at_most(LARGEST).header(ACCEPT, HeaderValue::from_static("application/json"));
    let answer = core.outbound.send(call).await.map_err(|error| error.to_string())?;
    if answer.status != http::StatusCode::OK {
        return Err(format!("the answer is {}", answer.status));
    }
    if !is_json(&answer.headers) {
        return Err("the answer is no application/json".to_owned());
    }
    let client = read(core, id, &url, &answer, now).map_err(|error| error.to_string())?;
    Ok((client, life(&answer.headers)))
}

/// The app that a document describes.
fn read(core: &Core, id: &ClientId, url: &Url, answer: &Answer, now: Time) -> Result<Client> {
    #[derive(Deserialize)]
    struct Named {
        client_id: String,
        #[serde(default)]
        client_secret: Option<serde_json::Value>,
    }
    let refuse = |words: &str| super::registration::invalid(words.to_owned());
    let named: Named =
        serde_json::from_slice(&answer.body).map_err(|_| refuse("the document does not say whose it is"))?;
    if named.client_id != id.as_str() {
        return Err(refuse("the document is another app's"));
    }
    if named.client_secret.is_some() {
        return Err(refuse("a document that everybody can read holds no secret"));
    }
    let blank = Client::new(id.clone(), String::new(), AuthMethod::None, now);
    let blank = Client { origin: Origin::Document, confirmed_at: Some(now), expires_at: Some(now), ..blank };
    let client = Metadata::read(&answer.body)?.apply(blank, core.policy())?;
    if client.auth_method.has_secret() {
        return Err(refuse("an app with a document has no secret"));
    }
    let is_its_own = |uri: &str| Url::parse(uri).is_ok_and(|uri| uri.origin() == url.origin());
    if client.redirect_uris.iter().any(|uri| !is_native(uri.as_str()) && !is_its_own(uri.as_str())) {
        return Err(refuse("a redirect URI is on another host than the document"));
    }
    Ok(client)
}

/// `application/json`, or a kind of it.
fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// How long the answer is good (RFC 9111 section 5.2.2), within our bounds.
fn life(headers: &HeaderMap) -> Duration {
    let text = headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut directives = text.split(',').map(|directive| directive.trim().to_ascii_lowercase());
    let said = directives.find_map(|directive| match directive.split_once('=') {
        Some(("max-age", seconds)) => seconds.trim_matches('"').parse().ok().map(Duration::from_secs),
        None if matches!(directive.as_str(), "no-store" | "no-cache") => Some(Duration::ZERO),
        _ => None,
    });
    said.unwrap_or(USUAL).clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_document_is_good_for_as_long_as_its_server_says_within_bounds() {
        let life = |value| life(&headers(CACHE_CONTROL, value)).as_secs();
        assert_eq!(life("public, max-age=3600"), 3600);
        assert_eq!(life("Max-Age=\"120\""), 120);
        assert_eq!((life("no-store"), life("max-age=0"), life("no-cache")), (60, 60, 60));
        assert_eq!((life("max-age=99999999"), life("public"), life("max-age=soon")), (86_400, 600, 600));
    }

    #[test]
    fn only_json_is_a_document() {
        for (value, is) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("Application/Client+JSON", true),
            ("text/html", false),
            ("text/json", false),
            ("", false),
        ] {
            assert_eq!(is_json(&headers(CONTENT_TYPE, value)), is, "{value}");
        }
    }
}
