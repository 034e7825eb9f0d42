//! The log, tests, sending again, secrets that change, and restarts.

use std::time::Duration;

use serde_json::json;

use super::{Stage, is_signed, verified};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_sent_and_stands_in_the_log() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["consent.granted"]).await;
    assert_eq!(hook.shown().await["last_delivery"], json!(null));
    let sent = hook.tests().await;
    assert_eq!(
        (&sent["type"], &sent["state"], &sent["attempts"]),
        (&json!("webhook.test"), &json!("pending"), &json!(0))
    );
    let heard = stage.heard().await;
    let payload = verified(&heard[0], &hook, &stage.tapri);
    assert_eq!(payload["data"], json!({"webhook_id": hook.id}));
    assert_eq!(heard[0].header("webhook-id"), sent["event_id"].as_str().expect("an id"));
    let logged = hook.newest().await;
    assert_eq!((&logged["delivery_id"], &logged["payload"]), (&sent["delivery_id"], &payload));
    assert_eq!((&logged["state"], &logged["attempts"]), (&json!("delivered"), &json!(1)));
    assert_eq!(logged["last_attempt"]["status"], 204);
    assert_eq!((logged.get("next_attempt_at"), logged["last_attempt"].get("error")), (None, None));
    let shown = hook.shown().await;
    assert_eq!(
        (&shown["last_delivery"]["state"], &shown["last_delivery"]["status"]),
        (&json!("delivered"), &json!(204))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_sent_again_as_the_same_event() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["consent.granted"]).await;
    let first = hook.tests().await;
    stage.heard().await;
    let replay = format!("{}/deliveries/{}/replay", hook.path, first["delivery_id"].as_str().expect("an id"));
    let again = stage.asha.send(&replay, &json!({})).header("idempotency-key", "once").await.expect(201).data();
    let same = stage.asha.send(&replay, &json!({})).header("idempotency-key", "once").await.expect(201).data();
    assert_eq!(again["delivery_id"], same["delivery_id"], "asked twice, sent once");
    assert_ne!(again["delivery_id"], first["delivery_id"]);
    let heard = stage.heard().await;
    assert_eq!(heard.len(), 2);
    assert_eq!((heard[0].header("webhook-id"), &heard[0].body), (heard[1].header("webhook-id"), &heard[1].body));
    let strange = format!("{}/deliveries/{}/replay", hook.path, hook.id);
    stage.asha.send(&strange, &json!({})).await.refused(404, "delivery_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_read_page_by_page_and_forgets_after_a_month() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["consent.granted"]).await;
    let mut sent = Vec::new();
    for _ in 0..5 {
        stage.tapri.advance(Duration::from_millis(2));
        sent.insert(0, hook.tests().await["delivery_id"].clone());
    }
    let log = stage.asha.whole_list(&format!("{}/deliveries", hook.path), 2).await;
    assert_eq!(log.iter().map(|delivery| delivery["delivery_id"].clone()).collect::<Vec<_>>(), sent);
    stage.heard().await;
    for _ in 0..2 {
        stage.tapri.advance(DAY * 15 + Duration::from_secs(1));
        stage.asha.refresh().await;
    }
    assert_eq!(hook.deliveries().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_secret_signs_along_for_a_day() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["consent.granted"]).await;
    let renewed = stage.asha.send(&format!("{}/secret", hook.path), &json!({})).await.expect(201);
    let new = renewed.text_of("secret");
    assert!(new.starts_with("whsec_") && new != hook.secret);
    assert!(renewed.text_of("previous_valid_until").ends_with('Z'));
    hook.tests().await;
    let heard = stage.heard().await;
    assert!(is_signed(&heard[0], &hook.secret) && is_signed(&heard[0], &new));
    assert_eq!(heard[0].header("webhook-signature").split(' ').count(), 2);

    stage.tapri.advance(DAY + Duration::from_secs(1));
    stage.asha.refresh().await;
    hook.tests().await;
    let heard = stage.heard().await;
    assert!(!is_signed(&heard[1], &hook.secret) && is_signed(&heard[1], &new));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_its_way_survives_a_restart() {
    let mut stage = Stage::new().await;
    let hook = stage.hook(&["consent.granted"]).await;
    stage.elsewhere.lays_with("/hook", 503, &[], "");
    hook.tests().await;
    stage.heard().await;
    stage.tapri.restart().await;
    stage.elsewhere.lays_with("/hook", 204, &[], "");
    stage.tapri.advance(Duration::from_secs(11));
    let heard = stage.heard().await;
    assert_eq!(heard.len(), 2);
    verified(&heard[1], &hook, &stage.tapri);
    assert_eq!(hook.newest().await["state"], "delivered");
}
