//! Receivers that do not take what they are sent.

use std::time::Duration;

use serde_json::{Value, json};
use store::Time;

use super::{Hook, Stage};

const HOUR: Duration = Duration::from_secs(3600);

/// The pause until the next attempt.
fn pause(delivery: &Value) -> Duration {
    let time = |value: &Value| Time::parse(value.as_str().expect("a time")).expect("a time");
    time(&delivery["next_attempt_at"]).since(time(&delivery["last_attempt"]["at"]))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_tried_for_a_day_with_growing_pauses_and_then_failed() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["consent.granted"]).await;
    stage.elsewhere.lays_with("/hook", 500, &[], "");
    hook.tests().await;
    let mut pauses = Vec::new();
    for attempts in 1..=6_usize {
        assert_eq!(stage.heard().await.len(), attempts);
        let delivery = hook.newest().await;
        assert_eq!((&delivery["state"], &delivery["attempts"]), (&json!("pending"), &json!(attempts)));
        assert_eq!(delivery["last_attempt"]["error"], "The receiver answered 500");
        pauses.push(pause(&delivery));
        stage.tapri.advance(pause(&delivery).max(Duration::from_secs(1)));
        // The webhook rests about as long as its only delivery; a little later both are over.
        stage.tapri.advance(Duration::from_secs(1) + pause(&delivery));
    }
    assert!(pauses[0] <= Duration::from_secs(10) && pauses[5] >= Duration::from_secs(160), "{pauses:?}");
    assert!(pauses.windows(3).all(|three| three[2] > three[0]), "{pauses:?}");

    for _ in 0..26 {
        stage.tapri.advance(HOUR);
        stage.heard().await;
    }
    stage.asha.refresh().await;
    let delivery = hook.newest().await;
    assert_eq!((&delivery["state"], delivery.get("next_attempt_at")), (&json!("failed"), None));
    let attempts = delivery["attempts"].as_u64().expect("a number");
    assert!((10..=25).contains(&attempts), "{attempts}");
    let before = stage.heard().await.len();
    stage.tapri.advance(HOUR * 24);
    assert_eq!(stage.heard().await.len(), before, "what has failed is not tried any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_comes_back_is_caught_up_with_at_once() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["consent.granted"]).await;
    stage.elsewhere.lays_with("/hook", 503, &[], "");
    for _ in 0..20 {
        hook.tests().await;
    }
    assert!(stage.heard().await.len() <= 2, "one failure makes the webhook rest, however much waits for it");
    stage.elsewhere.lays_with("/hook", 200, &[], "");
    stage.tapri.advance(Duration::from_secs(21));
    stage.heard().await;
    let states: Vec<Value> = hook.deliveries().await.iter().map(|delivery| delivery["state"].clone()).collect();
    assert_eq!(states, vec![json!("delivered"); 20]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["consent.granted"]).await;
    let location = stage.elsewhere.url("/trap");
    stage.elsewhere.lays_with("/hook", 307, &[("location", &location)], "");
    hook.tests().await;
    stage.heard().await;
    let delivery = hook.newest().await;
    assert_eq!(delivery["last_attempt"]["status"], 307);
    assert_eq!(delivery["last_attempt"]["error"], "The receiver redirects, which is not followed");
    assert_eq!(stage.elsewhere.asked("/trap"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_keeps_silent_holds_up_nobody_else() {
    let stage = Stage::new().await;
    stage.elsewhere.keeps_silent_at("/silent");
    let other = stage.asha.registers("Quiet Chai").await;
    let mut silent = Vec::new();
    for _ in 0..3 {
        silent.push(Hook::add(&stage.asha, &other, &stage.elsewhere.url("/silent"), &["consent.granted"]).await);
    }
    let hook = stage.hook(&["consent.granted"]).await;
    for hook in &silent {
        for _ in 0..20 {
            hook.tests().await;
        }
    }
    // Up to now nobody has answered, and nothing has come to its deadline either.
    stage.elsewhere.hears("/silent").await;
    hook.tests().await;
    stage.elsewhere.hears("/hook").await;
    assert!(stage.elsewhere.asked("/silent") <= 3, "each of them takes one place and no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_at_which_nothing_is_taken_for_days_is_disabled_with_a_note() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["consent.granted"]).await;
    stage.elsewhere.lays_with("/hook", 500, &[], "");
    for _ in 0..4 {
        hook.tests().await;
        stage.heard().await;
        stage.tapri.advance(HOUR * 24);
        stage.asha.refresh().await;
    }
    hook.tests().await;
    stage.heard().await;
    assert_eq!(hook.shown().await["state"], "active", "four days are not five");
    // It still waits to be sent; that this fails too, on the sixth day, is enough.
    stage.tapri.advance(HOUR * 25);
    stage.asha.refresh().await;
    stage.heard().await;
    let shown = hook.shown().await;
    assert_eq!(shown["state"], "disabled");
    assert!(shown["note"].as_str().is_some_and(|note| note.starts_with("Nothing was taken since ")), "{shown}");
    let test = format!("{}/test", hook.path);
    stage.asha.send(&test, &json!({})).await.refused(409, "webhook_disabled");
    // No pause is longer than three hours; and what waits is looked at one by one.
    stage.tapri.advance(HOUR * 4);
    for _ in 0..8 {
        stage.heard().await;
        stage.tapri.advance(Duration::from_secs(6));
    }
    stage.asha.refresh().await;
    assert!(hook.deliveries().await.iter().all(|delivery| delivery["state"] == "failed"));

    stage.elsewhere.lays_with("/hook", 200, &[], "");
    let taken_up = stage.asha.patch(&hook.path, &json!({"state": "active"})).await.expect(200).data();
    assert_eq!((&taken_up["state"], &taken_up["note"]), (&json!("active"), &json!(null)));
    hook.tests().await;
    stage.heard().await;
    assert_eq!(hook.newest().await["state"], "delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_says_it_is_gone_is_believed() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["consent.granted"]).await;
    stage.elsewhere.lays_with("/hook", 410, &[], "");
    hook.tests().await;
    stage.heard().await;
    let shown = hook.shown().await;
    assert_eq!(
        (&shown["state"], &shown["note"]),
        (&json!("disabled"), &json!("The receiver said that it is gone (410)"))
    );
    assert_eq!(hook.newest().await["state"], "failed");
}
