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
        let ended = Ended { id: "1".to_owned(), what, until: self.now + Duration::from_secs(1200), notable: None };
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
        cnf: None,
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
