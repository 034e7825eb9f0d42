//! Doing the same thing twice: `Idempotency-Key`.

use serde_json::json;
use testkit::{Tapri, all_at_once};

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_with_the_same_key_gets_the_first_answer_again() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let body = json!({"title": "Midnight Chai"});
    let send = || asha.post_with(&body).header("idempotency-key", "a-key-of-ours");
    let first = send().await.expect(201);
    tapri.advance(std::time::Duration::from_secs(3600));
    asha.refresh().await;
    let second = send().await.expect(201);
    assert_eq!(second.data(), first.data());
    assert_eq!(asha.profile("asha").await.expect(200).data()["counts"]["posts"], 1);

    let other = asha.post_with(&json!({"title": "Another"})).header("idempotency-key", "a-key-of-ours");
    other.await.refused(422, "idempotency_key_reused");
    asha.post_with(&body).header("idempotency-key", "another-key-of-ours").await.expect(201);
    assert_eq!(asha.profile("asha").await.expect(200).data()["counts"]["posts"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_the_users_own_and_good_for_a_day() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let body = json!({"title": "Midnight Chai"});
    let first = asha.post_with(&body).header("idempotency-key", "the-same-key").await.expect(201);
    let his = bilal.post_with(&body).header("idempotency-key", "the-same-key").await.expect(201);
    assert_ne!(first.text_of("post_id"), his.text_of("post_id"));
    let comments = format!("/api/v1/posts/{}/comments", first.text_of("post_id"));
    let comment = asha.send(&comments, &json!({"text": "On another route"})).header("idempotency-key", "the-same-key");
    comment.await.expect(201);
    tapri.advance(std::time::Duration::from_secs(24 * 3600 + 1));
    asha.refresh().await;
    let next_day = asha.post_with(&body).header("idempotency-key", "the-same-key").await.expect(201);
    assert_ne!(first.text_of("post_id"), next_day.text_of("post_id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_retries_at_once_make_one_post() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let body = json!({"title": "Midnight Chai"});
    let replies = all_at_once(20, |_| {
        let call = asha.post_with(&body).header("idempotency-key", "raced-by-twenty");
        async move { call.await }
    })
    .await;
    for reply in &replies {
        assert!(reply.status() == 201 || reply.reason() == "idempotency_in_progress", "{reply:?}");
    }
    assert!(replies.iter().any(|reply| reply.status() == 201));
    assert_eq!(asha.profile("asha").await.expect(200).data()["counts"]["posts"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_can_be_mended_under_the_same_key() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let send = |title: String| asha.post_with(&json!({"title": title})).header("idempotency-key", "mended-later");
    send("x".repeat(121)).await.expect(422);
    send("x".repeat(120)).await.expect(201);
    for bad in ["", &"k".repeat(300)] {
        let call = asha.post_with(&json!({"title": "x"})).header("idempotency-key", bad);
        call.await.refused(400, "idempotency_key_invalid");
    }
}
