//! Two auth servers as processes on one database. One is killed with signal 9 between any two steps of what people and apps
//! do, and the other goes on where it stopped: neither has anything that the other does not know.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde_json::json;
use testkit::{App, Browser, Granted, Person, Processes, Split, Switch, free_port, param, password_of, within};
use url::Url;

/// Both auth servers behind one address, one of them at work; a resource server and the web app in front.
struct Place {
    tapri: Processes,
    switch: Switch,
    auths: [SocketAddr; 2],
    /// Which of them works.
    at_work: usize,
    /// How many steps are still to be taken before it is killed.
    left: usize,
}

/// Where the two stand among the processes: the first is started first, the other after the web app.
const PARTS: [usize; 2] = [0, 3];

impl Place {
    async fn open() -> Self {
        let auths = [free_port(), free_port()].map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let switch = Switch::open(auths[0]).await;
        let settings = [("TAPRI_AUTH__LISTEN", auths[0].to_string()), ("TAPRI_AUTH__URL", switch.url())];
        let mut tapri = Processes::start_with(Split::Three, &settings).await;
        tapri.add("auth", &[("TAPRI_AUTH__LISTEN", auths[1].to_string())]).await;
        Self { tapri, switch, auths, at_work: 0, left: usize::MAX }
    }

    /// The end of a step. After the step that was chosen the auth server that took it is killed, and the other one works.
    async fn step(&mut self) {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            self.left = usize::MAX;
            self.tapri.kill_one(PARTS[self.at_work]).await;
            self.at_work = 1 - self.at_work;
            self.switch.choose(self.auths[self.at_work]);
            self.is_reached().await;
        }
    }

    /// Until both ways to the auth server lead to the one that works: connections to the killed one are noticed as they are
    /// used.
    async fn is_reached(&self) {
        let visitor = self.tapri.visitor();
        within(Duration::from_secs(20), "the other auth server is reached", || async {
            let forwarded = visitor.get("/oauth/jwks").await.status();
            let asked = visitor.get("/api/v1/consent").query(&[("request", "none")]).await.status();
            ((forwarded, asked) == (200, 400)).then_some(())
        })
        .await;
    }

    /// Tells `story` again and again, with a kill one step later each time, until it is over before the kill; returns how
    /// many kills it went through.
    async fn survives(&mut self, story: impl AsyncFn(&mut Self, usize)) -> usize {
        for kills in 0.. {
            self.left = kills + 1;
            let before = self.at_work;
            story(self, kills).await;
            if self.at_work == before {
                return kills;
            }
            self.tapri.start_again().await;
        }
        unreachable!("a story ends")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_let_in_by_two_auth_servers_of_which_one_is_killed_at_any_step() {
    let mut place = Place::open().await;
    let asha = Person::sign_up(place.tapri.visitor(), "asha").await;
    let printer = asha.registers("Chai Printer").await;
    let kills = place.survives(async |place, round| lets_an_app_in(place, &printer, round).await).await;
    assert_eq!(kills, 12, "as many as there are steps");
}

/// Sign-up, a pushed request, sign-in, consent, code, tokens, refresh, introspection, withdrawal, sign-out.
async fn lets_an_app_in(place: &mut Place, printer: &App, round: usize) {
    let name = format!("bilal.{round}");
    let visitor = place.tapri.visitor().clone();
    let bilal = Person::sign_up(&visitor, &name).await;
    place.step().await;

    let flow = printer.asks("openid posts:read offline_access");
    let fields: Vec<_> = flow.fields().into_iter().filter(|(name, _)| *name != "client_id").collect();
    let pushed = printer.call("/oauth/par", &fields).await.expect(201);
    place.step().await;

    let browser = Browser::new(&visitor);
    let request_uri = pushed.json()["request_uri"].as_str().expect("an address").to_owned();
    let carrier = printer.asks("").only(&[("client_id", &printer.client_id), ("request_uri", &request_uri)]);
    let request = browser.reaches_consent(&carrier).await;
    place.step().await;

    browser.sign_in(&name, &password_of(&name)).await.expect(200);
    place.step().await;

    let page = browser.reads_consent(&request).await.expect(200).data();
    assert_eq!((&page["user"]["username"], &page["reauthenticate"]), (&json!(name), &json!(false)));
    place.step().await;

    let decided = browser.decides(&request, "allow", &["posts:read", "offline_access"]).await.expect(200);
    let back = Url::parse(&decided.text_of("redirect_to")).expect("a URL");
    place.step().await;

    let code = param(&back, "code").expect("a code");
    let granted = printer.granted(&printer.redeems(&flow, &code).await.expect(200));
    place.step().await;

    let first = printer.granted(&printer.refreshes(&granted.refresh_token).await.expect(200));
    place.step().await;

    // Who lost the answer asks again, whoever is there to answer.
    let again = printer.granted(&printer.refreshes(&granted.refresh_token).await.expect(200));
    assert_eq!(first.refresh_token, again.refresh_token);
    assert_eq!(printer.introspects(&again.access_token).await.expect(200).json()["active"], true);
    place.step().await;

    // A code twice is a replay on the other one too.
    printer.redeems(&flow, &code).await.oauth_error(400, "invalid_grant");
    printer.refreshes(&again.refresh_token).await.oauth_error(400, "invalid_grant");
    is_out(&again).await;
    place.step().await;

    bilal.withdraws(printer).await.expect(200);
    browser.refreshes().await.expect(200);
    place.step().await;

    browser.signs_out().await.expect(200);
    place.step().await;
    browser.refreshes().await.expect(401);
    bilal.refresh().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_let_in_by_two_auth_servers_of_which_one_is_killed_at_any_step() {
    let mut place = Place::open().await;
    let asha = Person::sign_up(place.tapri.visitor(), "asha").await;
    let frame = asha.registers_for_devices("Wall Frame").await;
    let kills = place
        .survives(async |place, _| {
            let device = frame.on_device("posts:read").await;
            place.step().await;
            let page = asha.looks_at_device(&device.user_code()).await.expect(200).data();
            assert_eq!(page["client"]["client_name"], "Wall Frame");
            place.step().await;
            asha.decides_on_device(&device.user_code(), "allow", &["posts:read"]).await.expect(200);
            place.step().await;
            let granted = frame.granted(&device.polls().await.expect(200));
            place.step().await;
            granted.caller.get("/api/v1/users/asha").await.expect(200);
            device.polls().await.oauth_error(400, "invalid_grant");
            let granted = frame.granted(&frame.refreshes(&granted.refresh_token).await.expect(200));
            place.step().await;
            frame.revokes(&granted.refresh_token).await.expect(200);
            is_out(&granted).await;
        })
        .await;
    assert_eq!(kills, 5, "as many as there are steps");
}

/// Within a second of the answer that ended it no resource server takes it any more.
async fn is_out(granted: &Granted) {
    within(Duration::from_secs(1), "its tokens are refused", || async {
        (granted.caller.get("/api/v1/users/asha").await.status() == 401).then_some(())
    })
    .await;
}
