//! What whoever runs the place hears: everything.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Elsewhere, Person, Tapri, password_of};

use super::{Hook, type_of, verified};

const EVERYTHING: [&str; 9] = [
    "session.started",
    "session.failed_burst",
    "session.ended",
    "password.reset",
    "device.new",
    "consent.granted",
    "consent.withdrawn",
    "refresh_token.reused",
    "account.suspended",
];

struct House {
    elsewhere: Elsewhere,
    tapri: Tapri,
    admin: Person,
    hook: Hook,
}

impl House {
    /// An admin who is told everything.
    async fn new() -> Self {
        let elsewhere = Elsewhere::open().await;
        elsewhere.lays_with("/hook", 200, &[], "");
        let plan = Tapri::plan().settings(|settings| {
            elsewhere.allowed(settings);
            settings.limits.enabled = true;
        });
        let tapri = plan.start().await;
        let admin = tapri.sign_up_admin("dev").await;
        // Who hears of an event is found out when it is told: the admin's own coming is told before anybody listens.
        tapri.run_jobs().await;
        let body = json!({"url": elsewhere.url("/hook"), "events": EVERYTHING});
        let added = admin.send("/api/v1/admin/webhooks", &body).await.expect(201);
        let id = added.text_of("webhook_id");
        let path = format!("/api/v1/admin/webhooks/{id}");
        let hook = Hook { owner: admin.clone(), path, id, secret: added.text_of("secret") };
        Self { elsewhere, tapri, admin, hook }
    }

    /// What was told since `before` requests, as type and data, in no order.
    async fn told_since(&self, before: usize) -> Vec<(String, Value)> {
        self.tapri.run_jobs().await;
        let received = self.elsewhere.received().into_iter().skip(before);
        let mut told: Vec<_> = received
            .map(|request| (type_of(&request), verified(&request, &self.hook, &self.tapri)["data"].clone()))
            .collect();
        told.sort_by(|one, other| one.0.cmp(&other.0));
        told
    }

    async fn types_since(&self, before: usize) -> Vec<String> {
        self.told_since(before).await.into_iter().map(|(kind, _)| kind).collect()
    }

    fn count(&self) -> usize {
        self.elsewhere.asked("/hook")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_hears_who_comes_in_and_on_what() {
    let house = House::new().await;
    let bilal = house.tapri.sign_up("bilal").await;
    let told = house.told_since(0).await;
    assert_eq!(told.len(), 1, "who signs up has no other device");
    assert_eq!((told[0].0.as_str(), &told[0].1["user_id"]), ("session.started", &json!(bilal.user_id)));

    let before = house.count();
    let browser = bilal.browser().await;
    let told = house.told_since(before).await;
    assert_eq!(told.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["device.new", "session.started"]);
    assert!(told.iter().all(|(_, data)| data["session_id"].is_string() && data["device"].is_string()), "{told:?}");

    let before = house.count();
    browser.signs_out().await.expect(200);
    browser.sign_in("bilal", &password_of("bilal")).await.expect(200);
    assert_eq!(house.types_since(before).await, ["session.ended", "session.started"], "the device is known");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_hears_once_of_many_failed_sign_ins() {
    let house = House::new().await;
    let bilal = house.tapri.sign_up("bilal").await;
    house.told_since(0).await;
    let before = house.count();
    for attempt in 0..12 {
        let guess = json!({"login": "bilal", "password": format!("a wild guess, {attempt}")});
        house.tapri.visitor().post("/api/v1/auth/login").json(&guess).await;
    }
    let told = house.told_since(before).await;
    let burst = ("session.failed_burst".to_owned(), json!({"user_id": bilal.user_id, "failures": 10}));
    assert_eq!(told, [burst]);
    // Of names that nobody has there is nobody to tell of.
    let before = house.count();
    for attempt in 0..12 {
        let guess = json!({"login": "nobody", "password": format!("a wild guess, {attempt}")});
        house.tapri.visitor().post("/api/v1/auth/login").json(&guess).await;
    }
    assert_eq!(house.told_since(before).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_hears_of_a_session_whose_token_came_twice() {
    let house = House::new().await;
    let bilal = house.tapri.sign_up("bilal").await;
    house.told_since(0).await;
    let (before, old) = (house.count(), bilal.refresh_token());
    bilal.refresh().await;
    house.tapri.advance(Duration::from_secs(31));
    bilal.try_refresh(&old).await.expect(401);
    house.elsewhere.hears_again("/hook", before).await;
    let told = house.told_since(before).await;
    assert_eq!(told.len(), 1);
    let (kind, data) = &told[0];
    assert_eq!((kind.as_str(), &data["client_id"]), ("refresh_token.reused", &json!("tapri-web")));
    assert_eq!((&data["user_id"], &data["token"]), (&json!(bilal.user_id), &json!("refresh_token")));
}

#[tokio::test(flavor = "multi_thread")]
async fn operator_and_app_hear_of_a_suspended_account() {
    let house = House::new().await;
    let asha = house.tapri.sign_up("asha").await;
    let (printer, keeper) = (asha.registers("Chai Printer").await, asha.registers("Chai Keeper").await);
    for (app, path) in [(&printer, "/printer"), (&keeper, "/keeper")] {
        house.elsewhere.lays_with(path, 200, &[], "");
        Hook::add(&asha, app, &house.elsewhere.url(path), &["account.suspended"]).await;
    }
    let bilal = house.tapri.sign_up("bilal").await;
    printer.connects(&bilal.browser().await, "posts:read", &["posts:read"]).await;
    house.tapri.run_jobs().await;
    let before = house.count();
    let suspension = "/api/v1/admin/users/bilal/suspension";
    let reason = json!({"reason": "Spam, again and again"});
    for _ in 0..2 {
        house.admin.put(suspension).json(&reason).await.expect(200);
    }
    house.tapri.run_jobs().await;
    let told: Vec<_> = house.elsewhere.received().into_iter().filter(|request| request.path == "/hook").collect();
    assert_eq!(told[before..].iter().map(type_of).collect::<Vec<_>>(), ["account.suspended"]);
    assert!(!told[before].body.contains("Spam"), "the reason is the person's to read");
    assert_eq!((house.elsewhere.asked("/printer"), house.elsewhere.asked("/keeper")), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_changes_webhooks_too_often_waits() {
    let house = House::new().await;
    let change = async || house.admin.patch(&house.hook.path, &json!({"state": "active"})).await;
    // Adding it was the first of sixty.
    for _ in 0..59 {
        change().await.expect(200);
    }
    let refused = change().await.expect(429);
    assert!(!refused.header("retry-after").is_empty());
}
