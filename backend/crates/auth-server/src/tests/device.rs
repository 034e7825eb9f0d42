//! Devices without a browser: a code on a screen, a person elsewhere, and a device that asks until it knows.

use httpkit::ScopeSet;
use httpkit::auth_wire::{AuthorizedApp, DeviceDecision, DeviceQuestion, DeviceView, Listed};
use serde_json::Value;

use super::actors::text;
use super::{Answer, App, Person, World};

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A device that has begun.
struct Device {
    app: App,
    begun: Value,
}

impl Device {
    async fn begins(world: &World, app: &App, scopes: &str) -> Self {
        let begun = app.post(world, "/oauth/device_authorization", &[("scope", scopes)]).await.ok();
        Self { app: app.clone(), begun }
    }

    fn user_code(&self) -> String {
        text(&self.begun, "user_code").to_owned()
    }

    async fn polls(&self, world: &World) -> Answer {
        let params = [("grant_type", GRANT_TYPE), ("device_code", text(&self.begun, "device_code"))];
        self.app.post(world, "/oauth/token", &params).await
    }

    async fn is_told(&self, world: &World) -> String {
        self.polls(world).await.oauth_error().1
    }
}

async fn television(world: &World) -> App {
    world.app_for(&[GRANT_TYPE, "refresh_token"]).await
}

fn decision(person: &Person, user_code: &str, scopes: &str) -> DeviceDecision {
    DeviceDecision {
        user_code: user_code.to_owned(),
        sub: person.sub(),
        session_id: person.tokens.session_id,
        ceiling: ScopeSet::all(),
        allow: true,
        scopes: scopes.parse().unwrap(),
    }
}

async fn allow(world: &World, person: &Person, device: &Device, scopes: &str) -> Answer {
    world.post("device/decide", &decision(person, &device.user_code(), scopes)).await
}

async fn view(world: &World, user_code: &str) -> Answer {
    world.post("device/view", &DeviceQuestion { user_code: user_code.to_owned(), ceiling: ScopeSet::all() }).await
}

#[tokio::test]
async fn a_device_waits_until_a_person_has_decided() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, television(&world).await);
    let device = Device::begins(&world, &app, "posts:read likes:write").await;
    assert_eq!(device.begun["verification_uri"], "http://localhost:3000/device");
    let complete = format!("http://localhost:3000/device?user_code={}", device.user_code());
    assert_eq!(device.begun["verification_uri_complete"], complete.as_str());
    assert_eq!((&device.begun["expires_in"], &device.begun["interval"]), (&600.into(), &5.into()));
    assert_eq!(device.is_told(&world).await, "authorization_pending");

    let typed = device.user_code().to_lowercase().replace('-', " ");
    let seen: DeviceView = view(&world, &typed).await.ok();
    assert_eq!((seen.client_name.as_str(), seen.user_code), ("Midnight Prints", device.user_code()));
    assert_eq!((seen.scopes.to_string().as_str(), seen.address.as_str()), ("posts:read likes:write", "127.0.0.1"));

    allow(&world, &asha, &device, "posts:read").await.ok::<Value>();
    let tokens: Value = device.polls(&world).await.ok();
    assert_eq!((text(&tokens, "scope"), text(&tokens, "token_type")), ("posts:read", "Bearer"));
    assert_eq!(device.is_told(&world).await, "invalid_grant", "a device code is good once");
    let refreshed: Value = app.refresh(&world, text(&tokens, "refresh_token")).await.ok();
    assert_eq!(text(&refreshed, "scope"), "posts:read");
}

#[tokio::test]
async fn who_asks_too_often_is_told_to_slow_down_and_gets_its_answer_all_the_same() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, television(&world).await);
    let device = Device::begins(&world, &app, "posts:read").await;
    assert_eq!(device.is_told(&world).await, "authorization_pending");
    world.pass(2);
    assert_eq!(device.is_told(&world).await, "slow_down");
    world.pass(6);
    assert_eq!(device.is_told(&world).await, "slow_down", "the interval has grown to ten seconds");
    world.pass(15);
    assert_eq!(device.is_told(&world).await, "authorization_pending");
    allow(&world, &asha, &device, "posts:read").await.ok::<Value>();
    device.polls(&world).await.ok::<Value>();
}

#[tokio::test]
async fn a_no_and_the_end_of_the_time_are_told_apart() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, television(&world).await);
    let refused = Device::begins(&world, &app, "posts:read").await;
    let no = DeviceDecision { allow: false, ..decision(&asha, &refused.user_code(), "posts:read") };
    world.post("device/decide", &no).await.ok::<Value>();
    assert_eq!(refused.is_told(&world).await, "access_denied");
    let nothing = Device::begins(&world, &app, "posts:read").await;
    allow(&world, &asha, &nothing, "").await.ok::<Value>();
    assert_eq!(nothing.is_told(&world).await, "access_denied", "nothing allowed is a no");

    let late = Device::begins(&world, &app, "posts:read").await;
    world.pass(600);
    assert_eq!(late.is_told(&world).await, "expired_token");
    assert_eq!(view(&world, &late.user_code()).await.refusal(), (404, "device_code_not_found".to_owned()));
}

#[tokio::test]
async fn a_code_is_answered_once_and_nothing_but_a_code_is_one() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, television(&world).await);
    let device = Device::begins(&world, &app, "posts:read").await;
    allow(&world, &asha, &device, "posts:read").await.ok::<Value>();
    assert_eq!(allow(&world, &asha, &device, "posts:read").await.refusal(), (409, "request_finished".to_owned()));
    assert_eq!(view(&world, &device.user_code()).await.refusal(), (409, "request_finished".to_owned()));
    for typed in ["", "BCDF-GHJK", "no code at all"] {
        assert_eq!(view(&world, typed).await.refusal(), (404, "device_code_not_found".to_owned()), "{typed}");
    }
}

#[tokio::test]
async fn a_device_code_is_its_apps_alone_and_no_other_seal_passes_for_one() {
    let world = World::new().await;
    let (asha, app, other) = (world.sign_in().await, television(&world).await, television(&world).await);
    let device = Device::begins(&world, &app, "posts:read").await;
    allow(&world, &asha, &device, "posts:read").await.ok::<Value>();
    let thief = Device { app: other, begun: device.begun.clone() };
    assert_eq!(thief.is_told(&world).await, "invalid_grant");
    let seals = [asha.tokens.session_cookie.as_str(), "", "x"];
    for code in seals {
        let params = [("grant_type", GRANT_TYPE), ("device_code", code)];
        assert_eq!(app.post(&world, "/oauth/token", &params).await.oauth_error().0, 400);
    }
    device.polls(&world).await.ok::<Value>();
    let browser_app = world.public_app().await;
    let refused = browser_app.post(&world, "/oauth/device_authorization", &[]).await.oauth_error();
    assert_eq!(refused, (400, "unauthorized_client".to_owned()));
}

#[tokio::test]
async fn what_a_device_got_outlives_the_session_but_not_the_consent() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, television(&world).await);
    let device = Device::begins(&world, &app, "posts:read").await;
    allow(&world, &asha, &device, "posts:read").await.ok::<Value>();
    let tokens: Value = device.polls(&world).await.ok();
    world.remove(&format!("subjects/{}/sessions/{}", asha.sub(), asha.tokens.session_id)).await;
    let tokens: Value = app.refresh(&world, text(&tokens, "refresh_token")).await.ok();

    let listed: Listed<AuthorizedApp> = world.fetch(&format!("subjects/{}/apps", asha.sub())).await.ok();
    assert_eq!(listed.items[0].scopes.to_string(), "posts:read");
    world.remove(&format!("subjects/{}/apps/{}", asha.sub(), app.id)).await;
    let refused = app.refresh(&world, text(&tokens, "refresh_token")).await.oauth_error();
    assert_eq!(refused, (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn a_withdrawal_between_the_answer_and_the_poll_wins() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, television(&world).await);
    let device = Device::begins(&world, &app, "posts:read").await;
    allow(&world, &asha, &device, "posts:read").await.ok::<Value>();
    world.remove(&format!("subjects/{}/apps/{}", asha.sub(), app.id)).await;
    assert_eq!(device.is_told(&world).await, "invalid_grant");
}

#[tokio::test]
async fn what_was_allowed_before_answers_for_no_device_and_the_other_way_round() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    let app = world.app_for(&["authorization_code", GRANT_TYPE, "refresh_token"]).await;
    asha.let_in(&world, &app, "posts:read").await;
    let device = Device::begins(&world, &app, "posts:read").await;
    assert_eq!(device.is_told(&world).await, "authorization_pending");
    allow(&world, &asha, &device, "posts:read likes:write").await.ok::<Value>();

    let other = world.app_for(&["authorization_code", GRANT_TYPE]).await;
    let device = Device::begins(&world, &other, "posts:read").await;
    allow(&world, &asha, &device, "posts:read").await.ok::<Value>();
    let asked = asha.follow(&world, &other.link("posts:read", &[])).await;
    assert!(asked.param("request").is_some(), "the person is asked");
}

#[tokio::test]
async fn a_device_is_let_in_by_other_replicas_at_every_step() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, television(&world).await);
    let device = Device::begins(&world.another().await, &app, "posts:read").await;
    assert_eq!(device.is_told(&world.another().await).await, "authorization_pending");
    assert_eq!(device.is_told(&world.another().await).await, "slow_down", "the pace is remembered too");
    view(&world.another().await, &device.user_code()).await.ok::<DeviceView>();
    allow(&world.another().await, &asha, &device, "posts:read").await.ok::<Value>();
    let tokens: Value = device.polls(&world.another().await).await.ok();
    assert_eq!(device.is_told(&world.another().await).await, "invalid_grant");
    app.refresh(&world.another().await, text(&tokens, "refresh_token")).await.ok::<Value>();
}
