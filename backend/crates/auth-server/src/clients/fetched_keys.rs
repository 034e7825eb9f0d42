//! The keys of an app: those that it registered, or those at its `jwks_uri`, fetched when they are needed and kept for a
//! while in memory. A key that is not among them is looked for once more, so that an app may change its keys at any time;
//! but not so often that somebody could make this server ask all day.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use httpkit::outbound::Call;
use quick_cache::sync::Cache;
use store::Time;
use tokio::sync::Mutex;

use super::{Client, ClientKeys, PublicKey, parse_key_set};
use crate::core::Core;

/// Sets that are remembered: at some kilobytes each, a few megabytes at most.
const REMEMBERED: usize = 500;
/// How long a set is used without being asked for again.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// How long it is used while its server does not answer.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);
/// Between two questions to one address.
const INTERVAL: Duration = Duration::from_secs(30);
const LARGEST: usize = 32 * 1024;

/// What was fetched.
pub(crate) struct FetchedKeys(Cache<String, Arc<Mutex<Fetched>>>);

#[derive(Default)]
struct Fetched {
    keys: Arc<[PublicKey]>,
    at: Option<Time>,
    tried: Option<Time>,
}

impl Default for FetchedKeys {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl fmt::Debug for FetchedKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "FetchedKeys({})", self.0.len())
    }
}

/// The keys of `client`; fetched anew where none `is_wanted` is among them. Empty where there are none, or where they could
/// not be fetched.
pub(crate) async fn keys_of(
    core: &Core,
    client: &Client,
    is_wanted: &(dyn Fn(&PublicKey) -> bool + Sync),
) -> Arc<[PublicKey]> {
    match &client.keys {
        None => Arc::default(),
        Some(ClientKeys::Inline(keys)) => keys.as_slice().into(),
        Some(ClientKeys::At(uri)) => fetched(core, uri, is_wanted).await,
    }
}

/// Whoever comes while somebody asks waits for that answer.
async fn fetched(core: &Core, uri: &str, is_wanted: &(dyn Fn(&PublicKey) -> bool + Sync)) -> Arc<[PublicKey]> {
    let cache = &core.fetched_keys.0;
    let entry = match cache.get(uri) {
        Some(entry) => entry,
        None => cache.get_or_insert_with(uri, || Ok::<_, std::convert::Infallible>(Arc::default())).unwrap_or_default(),
    };
    let mut fetched = entry.lock().await;
    let now = core.now();
    let is_within = |moment: Option<Time>, life: Duration| moment.is_some_and(|moment| now < moment + life);
    let suffices = is_within(fetched.at, FRESH) && fetched.keys.iter().any(is_wanted);
    if !suffices && !is_within(fetched.tried, INTERVAL) {
        fetched.tried = Some(now);
        match fetch(core, uri).await {
            Ok(keys) => (fetched.keys, fetched.at) = (keys, Some(now)),
            Err(why) => tracing::info!(uri, why, "the keys of an app could not be fetched: {why}"),
        }
    }
    if is_within(fetched.at, STALE) { Arc::clone(&fetched.keys) } else { Arc::default() }
}

async fn fetch(core: &Core, uri: &str) -> Result<Arc<[PublicKey]>, String> {
    let answer = core.outbound.send(Call::get(uri).at_most(LARGEST)).await.map_err(|error| error.to_string())?;
    if !answer.status.is_success() {
        return Err(format!("the answer is {}", answer.status));
    }
    let set = serde_json::from_slice(&answer.body).map_err(|_| "the answer is no JSON")?;
    Ok(parse_key_set(&set)?.into())
}
