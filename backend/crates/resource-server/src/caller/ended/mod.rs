//! What was ended, in memory: the auth server's revocation list as this replica knows it.
//!
//! The follower (`auth_events`) feeds it; every authenticated request asks it. Entries are forgotten when no token that
//! they cover can be alive any more. When the list has not been heard of for too long, nobody is let in by it.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::RwLock;
use std::time::Duration;

use httpkit::auth_wire::{Ended, EndedKind};
use httpkit::tokens::AccessClaims;
use httpkit::{ClientId, GrantId, UserId};
use store::Time;

use super::identity::{Identity, Subject};

/// The list, and when it was last heard of.
#[derive(Debug)]
pub struct EndedSet {
    lists: RwLock<Lists>,
    patience: Duration,
}

#[derive(Debug, Default)]
struct Lists {
    heard: Option<Time>,
    grants: HashMap<GrantId, Time>,
    sessions: HashMap<GrantId, Time>,
    subjects: HashMap<UserId, Vec<Floor>>,
    consents: HashMap<(UserId, ClientId), (i64, Time)>,
    clients: HashMap<ClientId, (i64, Time)>,
    tokens: HashMap<String, Time>,
}

#[derive(Debug, PartialEq, Eq)]
struct Floor {
    sessions_from: i64,
    apps_from: i64,
    keep: Option<GrantId>,
    until: Time,
}

impl EndedSet {
    /// An empty list that counts as unheard; after `patience` without news [`EndedSet::is_current`] turns false.
    pub fn new(patience: Duration) -> Self {
        Self { lists: RwLock::default(), patience }
    }

    /// Takes in news that arrived at `now` (none is news too).
    pub fn hear(&self, news: &[Ended], now: Time) {
        let mut lists = self.lists.write().expect("nobody panics while holding this lock");
        lists.heard = Some(now);
        for ended in news {
            lists.add(ended);
        }
    }

    /// Forgets entries that cover nothing alive at `now`.
    pub fn forget_expired(&self, now: Time) {
        let mut lists = self.lists.write().expect("nobody panics while holding this lock");
        lists.grants.retain(|_, until| *until > now);
        lists.sessions.retain(|_, until| *until > now);
        lists.subjects.retain(|_, floors| {
            floors.retain(|floor| floor.until > now);
            !floors.is_empty()
        });
        lists.consents.retain(|_, (_, until)| *until > now);
        lists.clients.retain(|_, (_, until)| *until > now);
        lists.tokens.retain(|_, until| *until > now);
    }

    /// Whether the list was heard of recently enough to judge by it.
    pub fn is_current(&self, now: Time) -> bool {
        let heard = self.lists.read().expect("nobody panics while holding this lock").heard;
        heard.is_some_and(|heard| now <= heard + self.patience)
    }

    /// Whether a token with these claims was ended, or nothing where the list is too old to tell.
    pub fn covers(&self, claims: &AccessClaims, identity: &Identity, now: Time) -> Option<bool> {
        let lists = self.lists.read().expect("nobody panics while holding this lock");
        let current = lists.heard.is_some_and(|heard| now <= heard + self.patience);
        current.then(|| lists.covers(claims, identity))
    }
}

impl Lists {
    fn add(&mut self, ended: &Ended) {
        let until = ended.until;
        match &ended.what {
            EndedKind::Grant { gid } => {
                self.grants.insert(*gid, until);
            }
            EndedKind::Session { sid } => {
                self.sessions.insert(*sid, until);
            }
            EndedKind::Subject { sub, sessions_from, apps_from, keep } => {
                let floor = Floor { sessions_from: *sessions_from, apps_from: *apps_from, keep: *keep, until };
                let floors = self.subjects.entry(*sub).or_default();
                if !floors.contains(&floor) {
                    floors.push(floor);
                }
            }
            EndedKind::Consent { sub, client_id, revision } => {
                let entry = self.consents.entry((*sub, client_id.clone())).or_insert((*revision, until));
                *entry = (entry.0.max(*revision), entry.1.max(until));
            }
            EndedKind::Client { client_id, grants_from } => {
                let entry = self.clients.entry(client_id.clone()).or_insert((*grants_from, until));
                *entry = (entry.0.max(*grants_from), entry.1.max(until));
            }
            // The follower takes the key away: then none of its tokens reads.
            EndedKind::Key { .. } => {}
            EndedKind::Token { jti } => {
                self.tokens.insert(jti.clone(), until);
            }
        }
    }

    fn covers(&self, claims: &AccessClaims, identity: &Identity) -> bool {
        let own = identity.client.as_str() == ClientId::WEB;
        let grant_ended =
            identity.grant.is_some_and(|grant| self.grants.contains_key(&grant) || self.sessions.contains_key(&grant));
        let session_ended = identity.session.is_some_and(|session| self.sessions.contains_key(&session));
        let below_floor = match &identity.subject {
            Subject::App(_) => false,
            Subject::User(user) => self
                .subjects
                .get(user)
                .is_some_and(|floors| floors.iter().any(|floor| floor.covers(claims, identity, own))),
        };
        // Most of the time these lists are empty, and no key is even built.
        let consent_narrowed = !self.consents.is_empty()
            && match &identity.subject {
                Subject::App(_) => false,
                Subject::User(user) => self
                    .consents
                    .get(&(*user, identity.client.clone()))
                    .is_some_and(|(revision, _)| claims.rev < *revision),
            };
        let client_ended = self.clients.get(&identity.client).is_some_and(|(from, _)| claims.cver < *from);
        grant_ended
            || session_ended
            || below_floor
            || consent_narrowed
            || client_ended
            || self.tokens.contains_key(&claims.jti)
    }
}

impl Floor {
    fn covers(&self, claims: &AccessClaims, identity: &Identity, own: bool) -> bool {
        if own {
            return claims.ver < self.sessions_from;
        }
        let born_in_kept = identity.session.is_some() && identity.session == self.keep;
        let session_died = identity.session.is_some() && !born_in_kept && claims.ver < self.sessions_from;
        claims.ver < self.apps_from || session_died
    }
}
