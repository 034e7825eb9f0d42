//! The keys that sign tokens: whether each ring has one that signs, and whether they still turn by themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use httpkit::auth_wire::{KeyState, KeyView};
use store::{Clock as _, SystemClock, Time};

use super::finding::Finding;
use super::patient::Patient;
use crate::house::STORE_FILE;

/// How late a rotation may be before it is strange: a server that was switched off catches up when it starts.
const LATE: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether every ring is whole, and when it turns next.
pub async fn whole_and_turning(patient: &Patient) -> Vec<Finding> {
    let settings = &patient.settings;
    let has_secrets = settings.data.join("auth/secrets/master").exists();
    let has_store = settings.auth_store_uri().is_some() || settings.data.join("auth").join(STORE_FILE).exists();
    if !has_secrets || !has_store {
        return vec![Finding::skipped("keys", "there are none here yet; the auth server's first start makes them")];
    }
    match crate::keys::all(&patient.house, settings).await {
        Ok(keys) => judge(&keys, settings.keys.rotate_every, SystemClock.now()),
        Err(failure) => vec![Finding::bad(
            "keys",
            failure.to_string(),
            "Keys open by the secret they were made with: restore `auth/secrets` and the store from one backup",
        )],
    }
}

pub(super) fn judge(keys: &[KeyView], rotate_every: Duration, now: Time) -> Vec<Finding> {
    if keys.is_empty() {
        return vec![Finding::skipped("keys", "there are none yet; the auth server's first start makes them")];
    }
    let mut rings: BTreeMap<(&str, &str), Vec<&KeyView>> = BTreeMap::new();
    for key in keys {
        rings.entry((&key.purpose, &key.algorithm)).or_default().push(key);
    }
    let mut findings = Vec::new();
    let mut next = None;
    for ((purpose, algorithm), ring) in rings {
        let Some(signing) = ring.iter().find(|key| key.state == KeyState::Signing) else {
            let words = format!("no key of {purpose} ({algorithm}) signs");
            findings.push(Finding::bad("keys", words, "Run: tapri keys rotate"));
            continue;
        };
        let turns = signing.signs_from + rotate_every;
        if turns + LATE < now && !ring.iter().any(|key| key.state == KeyState::Next) {
            let words = format!("the keys of {purpose} ({algorithm}) should have changed at {}", turns.to_rfc3339());
            findings.push(Finding::warning(
                "keys",
                words,
                "Start the auth server, which changes them, or run: tapri keys rotate",
            ));
        }
        next = Some(next.map_or(turns, |next: Time| next.min(turns)));
    }
    if let (true, Some(next)) = (findings.is_empty(), next) {
        findings
            .push(Finding::good("keys", format!("every ring signs; the next change is due at {}", next.to_rfc3339())));
    }
    findings
}
