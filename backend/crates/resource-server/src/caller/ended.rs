//! What was ended, in memory: the auth server's revocation list as this replica knows it.
//!
//! The follower (`auth_events`) feeds it; every authenticated request asks it. Entries are forgotten when no token that
//! they cover can be alive any more. When the list has not been heard of for too long, nobody is let in by it.

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
            EndedKind::Token { jti } => {
                self.tokens.insert(jti.clone(), until);
            }
        }
    }

    fn covers(&self, claims: &AccessClaims, identity: &Identity) -> bool {
        let own = identity.client.as_str() == ClientId::WEB;
        let grant_ended = identity.grant.is_some_and(|grant| self.grants.contains_key(&grant) || self.sessions.contains_key(&grant));
        let session_ended = identity.session.is_some_and(|session| self.sessions.contains_key(&session));
        let below_floor = match &identity.subject {
            Subject::App(_) => false,
            Subject::User(user) => self.subjects.get(user).is_some_and(|floors| {
                floors.iter().any(|floor| floor.covers(claims, identity, own))
            }),
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
        grant_ended || session_ended || below_floor || consent_narrowed || client_ended || self.tokens.contains_key(&claims.jti)
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

#[cfg(test)]
mod tests {
    use httpkit::SELF_SCOPE;
    use store::{MockClock, SeededRandom};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    /// A list that was just heard of, and ids to fill it with.
    struct Desk {
        list: EndedSet,
        random: SeededRandom,
        now: Time,
    }

    impl Desk {
        fn new() -> Self {
            let now = store::Clock::now(&MockClock::default());
            let list = EndedSet::new(PATIENCE);
            list.hear(&[], now);
            Self { list, random: SeededRandom::new(3), now }
        }

        fn grant(&self) -> GrantId {
            GrantId::generate_unsharded(self.now, &self.random)
        }

        fn user(&self) -> UserId {
            UserId::generate_unsharded(self.now, &self.random)
        }

        fn app(&self) -> ClientId {
            ClientId::generate(self.now, &self.random)
        }

        fn hear(&self, what: EndedKind) {
            let ended = Ended { id: "1".to_owned(), what, until: self.now + Duration::from_secs(1200) };
            self.list.hear(&[ended], self.now);
        }

        fn covers(&self, claims: &AccessClaims) -> bool {
            let identity = Identity::from_claims(claims).unwrap();
            self.list.covers(claims, &identity, self.now).unwrap()
        }
    }

    fn claims(user: UserId, client: &ClientId, grant: GrantId, session: Option<GrantId>) -> AccessClaims {
        let own = client.as_str() == ClientId::WEB;
        AccessClaims {
            kind: "access".to_owned(),
            sub: user.to_string(),
            exp: 0,
            iat: 0,
            iss: String::new(),
            aud: String::new(),
            jti: "jti".to_owned(),
            client_id: client.to_string(),
            scope: if own { SELF_SCOPE.to_owned() } else { "posts:read".to_owned() },
            gid: Some(grant.to_string()),
            sid: session.map(|session| session.to_string()),
            ver: 1,
            rev: 1,
            cver: 1,
        }
    }

    #[test]
    fn a_session_takes_its_own_tokens_and_those_of_apps_born_in_it() {
        let desk = Desk::new();
        let (user, app, session) = (desk.user(), desk.app(), desk.grant());
        let own = claims(user, &ClientId::web(), session, Some(session));
        let born_in_it = claims(user, &app, desk.grant(), Some(session));
        let offline = claims(user, &app, desk.grant(), None);
        assert!(!desk.covers(&own) && !desk.covers(&born_in_it));
        desk.hear(EndedKind::Session { sid: session });
        assert!(desk.covers(&own) && desk.covers(&born_in_it));
        assert!(!desk.covers(&offline) && !desk.covers(&claims(user, &app, desk.grant(), Some(desk.grant()))));
    }

    #[test]
    fn a_grant_and_a_token_end_alone() {
        let desk = Desk::new();
        let (user, app, grant) = (desk.user(), desk.app(), desk.grant());
        desk.hear(EndedKind::Grant { gid: grant });
        assert!(desk.covers(&claims(user, &app, grant, None)));
        let other = claims(user, &app, desk.grant(), None);
        assert!(!desk.covers(&other));
        desk.hear(EndedKind::Token { jti: "jti".to_owned() });
        assert!(desk.covers(&other));
        assert!(!desk.covers(&AccessClaims { jti: "another".to_owned(), ..other }));
    }

    #[test]
    fn a_changed_password_spares_the_session_it_was_changed_in_and_its_apps() {
        let desk = Desk::new();
        let (user, app, here, there) = (desk.user(), desk.app(), desk.grant(), desk.grant());
        let keep = Some(here);
        desk.hear(EndedKind::Subject { sub: user, sessions_from: 2, apps_from: 1, keep });
        let web = ClientId::web();
        assert!(desk.covers(&claims(user, &web, there, Some(there))));
        assert!(desk.covers(&claims(user, &web, here, Some(here))), "it has new tokens; the old ones are dead");
        assert!(!desk.covers(&AccessClaims { ver: 2, ..claims(user, &web, here, Some(here)) }));
        assert!(!desk.covers(&claims(user, &app, desk.grant(), Some(here))), "an app let in from here stays");
        assert!(desk.covers(&claims(user, &app, desk.grant(), Some(there))), "an app let in from there goes");
        assert!(!desk.covers(&claims(user, &app, desk.grant(), None)), "an app that may stay connected stays");
        assert!(!desk.covers(&claims(desk.user(), &web, there, Some(there))), "somebody else's is somebody else's");
    }

    #[test]
    fn apps_go_too_where_their_floor_was_raised() {
        let desk = Desk::new();
        let (user, here) = (desk.user(), desk.grant());
        desk.hear(EndedKind::Subject { sub: user, sessions_from: 2, apps_from: 2, keep: Some(here) });
        assert!(desk.covers(&claims(user, &desk.app(), desk.grant(), None)));
        assert!(desk.covers(&claims(user, &desk.app(), desk.grant(), Some(here))));
    }

    #[test]
    fn a_withdrawn_app_ends_for_that_user_and_a_deleted_one_for_all() {
        let desk = Desk::new();
        let (user, app) = (desk.user(), desk.app());
        let held = claims(user, &app, desk.grant(), None);
        let by_another = claims(desk.user(), &app, desk.grant(), None);
        desk.hear(EndedKind::Consent { sub: user, client_id: app.clone(), revision: 2 });
        assert!(desk.covers(&held) && !desk.covers(&by_another));
        assert!(!desk.covers(&AccessClaims { rev: 2, ..held }), "let in again");
        desk.hear(EndedKind::Client { client_id: app, grants_from: 2 });
        assert!(desk.covers(&by_another));
        assert!(!desk.covers(&AccessClaims { cver: 2, ..by_another }));
    }

    #[test]
    fn older_news_do_not_lower_what_is_known() {
        let desk = Desk::new();
        let (user, app) = (desk.user(), desk.app());
        desk.hear(EndedKind::Consent { sub: user, client_id: app.clone(), revision: 3 });
        desk.hear(EndedKind::Consent { sub: user, client_id: app.clone(), revision: 2 });
        assert!(desk.covers(&AccessClaims { rev: 2, ..claims(user, &app, desk.grant(), None) }));
    }

    #[test]
    fn a_list_that_was_not_heard_of_for_long_judges_nobody() {
        let desk = Desk::new();
        let own = claims(desk.user(), &ClientId::web(), desk.grant(), None);
        let identity = Identity::from_claims(&own).unwrap();
        let later = desk.now + PATIENCE;
        assert_eq!(desk.list.covers(&own, &identity, later), Some(false));
        let too_late = later + Duration::from_millis(1);
        assert_eq!(desk.list.covers(&own, &identity, too_late), None);
        desk.list.hear(&[], too_late);
        assert_eq!(desk.list.covers(&own, &identity, too_late), Some(false), "no news are news");
        assert!(!EndedSet::new(PATIENCE).is_current(desk.now), "nothing was heard yet");
    }

    #[test]
    fn what_covers_nothing_alive_is_forgotten() {
        let desk = Desk::new();
        let (user, app, grant) = (desk.user(), desk.app(), desk.grant());
        for what in [
            EndedKind::Grant { gid: grant },
            EndedKind::Session { sid: grant },
            EndedKind::Subject { sub: user, sessions_from: 2, apps_from: 2, keep: None },
            EndedKind::Consent { sub: user, client_id: app.clone(), revision: 2 },
            EndedKind::Client { client_id: app.clone(), grants_from: 2 },
            EndedKind::Token { jti: "jti".to_owned() },
        ] {
            desk.hear(what);
        }
        desk.list.forget_expired(desk.now + Duration::from_secs(1199));
        let held = claims(user, &app, grant, Some(grant));
        assert!(desk.covers(&held));
        desk.list.forget_expired(desk.now + Duration::from_secs(1200));
        assert!(!desk.covers(&held));
    }
}
