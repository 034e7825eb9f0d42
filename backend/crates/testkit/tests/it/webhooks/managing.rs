//! Making, changing and removing webhooks, and who may.

use serde_json::{Value, json};
use testkit::Server;

use super::{Hook, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_once_and_lies_sealed() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["consent.granted", "consent.granted"]).await;
    assert_eq!(hook.secret.len(), "whsec_".len() + 44);
    let shown = hook.shown().await;
    assert_eq!(shown["events"], json!(["consent.granted"]));
    assert_eq!((&shown["state"], &shown["note"], shown.get("secret")), (&json!("active"), &json!(null), None));
    let key = hook.secret.trim_start_matches("whsec_");
    for document in stage.tapri.documents(Server::Resource).await {
        assert!(!document.text.contains(key), "{document:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_webhook_may_be_is_said_field_by_field() {
    let stage = Stage::new().await;
    let list = format!("/api/v1/apps/{}/webhooks", stage.printer.client_id);
    let good = stage.elsewhere.url("/hook");
    let refused = async |body: Value, field: &str, reason: &str| {
        let reply = stage.asha.send(&list, &body).await.refused(422, reason);
        assert_eq!(reply.field(), field, "{body}");
    };
    refused(json!({"url": "http://app.example/hook", "events": ["consent.granted"]}), "url", "url_invalid").await;
    refused(json!({"url": good, "events": []}), "events", "events_missing").await;
    refused(json!({"url": good, "events": ["consent.granted", "no.such"]}), "events[1]", "event_unknown").await;
    refused(json!({"url": good, "events": ["webhook.test"]}), "events[0]", "event_unknown").await;
    for event in ["session.started", "device.new", "session.failed_burst"] {
        refused(json!({"url": good, "events": [event]}), "events[0]", "event_not_for_apps").await;
    }
    let hook = stage.hook(&["consent.granted"]).await;
    let moved = json!({"url": stage.elsewhere.url("/other"), "events": ["password.reset"], "state": "disabled"});
    let changed = stage.asha.patch(&hook.path, &moved).await.expect(200).data();
    for (field, value) in moved.as_object().expect("an object") {
        assert_eq!(changed[field], *value);
    }
    stage.asha.patch(&hook.path, &json!({"url": "https://10.0.0.1/"})).await.refused(422, "url_invalid");
    stage.asha.patch(&hook.path, &json!({"events": []})).await.refused(422, "events_missing");
    stage.asha.delete(&hook.path).await.expect(200);
    stage.asha.delete(&hook.path).await.refused(404, "webhook_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_has_ten_at_most_however_many_are_added_at_once() {
    let stage = Stage::new().await;
    let list = format!("/api/v1/apps/{}/webhooks", stage.printer.client_id);
    let body = json!({"url": stage.elsewhere.url("/hook"), "events": ["consent.granted"]});
    let replies = testkit::all_at_once(15, |_| {
        let call = stage.asha.send(&list, &body);
        async move { call.await }
    })
    .await;
    for reply in replies.iter().filter(|reply| reply.status() != 201) {
        reply.clone().refused(409, "too_many_webhooks");
    }
    let items = stage.asha.get(&list).await.expect(200).items();
    assert_eq!(items.len(), 10);
    // A place that is given up is free again.
    stage.asha.send(&list, &body).await.refused(409, "too_many_webhooks");
    let first = items[0]["webhook_id"].as_str().expect("an id");
    stage.asha.delete(&format!("{list}/{first}")).await.expect(200);
    stage.asha.send(&list, &body).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_its_developers_in_person_and_nobody_elses() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["consent.granted"]).await;
    let bilal = stage.tapri.sign_up("bilal").await;
    let (list, _) = hook.path.rsplit_once('/').expect("several parts");
    bilal.get(list).await.refused(404, "client_not_found");
    bilal.delete(&hook.path).await.refused(404, "client_not_found");
    let own = bilal.registers("Bilal's").await;
    let through_own = format!("/api/v1/apps/{}/webhooks/{}", own.client_id, hook.id);
    bilal.delete(&through_own).await.refused(404, "webhook_not_found");
    bilal.get(&format!("{through_own}/deliveries")).await.refused(404, "webhook_not_found");
    stage.tapri.visitor().get(list).await.expect(401);
    let granted = stage.printer.connects(&stage.asha.browser().await, "posts:read", &["posts:read"]).await;
    granted.caller.get(list).await.refused(403, "first_party_only");
    for asks in ["/api/v1/admin/webhooks", &format!("/api/v1/admin/webhooks/{}/deliveries", hook.id)] {
        bilal.get(asks).await.refused(403, "role_required");
    }
    let events = stage.tapri.visitor().get("/api/v1/webhooks/events").await.expect(200).items();
    assert!(events.iter().any(|event| event["type"] == "password.reset" && event["for"] == json!(["app", "operator"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_go_with_their_app_and_with_their_developer() {
    let stage = Stage::new().await;
    stage.hook(&["consent.granted"]).await;
    let count = async || {
        stage.tapri.run_jobs().await;
        let documents = stage.tapri.documents(Server::Resource).await;
        documents.iter().filter(|document| document.collection == "resource_webhooks").count()
    };
    assert_eq!(count().await, 1);
    stage.asha.delete(&format!("/api/v1/apps/{}", stage.printer.client_id)).await.expect(200);
    assert_eq!(count().await, 0);

    let other = stage.asha.registers("Chai Keeper").await;
    Hook::add(&stage.asha, &other, &stage.elsewhere.url("/hook"), &["consent.granted"]).await;
    assert_eq!(count().await, 1);
    let password = json!({"password": testkit::password_of("asha")});
    stage.asha.call(http::Method::DELETE, "/api/v1/me").json(&password).await.expect(200);
    assert_eq!(count().await, 0);
}
