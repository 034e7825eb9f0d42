//! Staying signed in: rotation, its grace, and what a thief of an old refresh token gets.

use std::collections::HashSet;
use std::time::Duration;

use testkit::{Tapri, all_at_once};

const GRACE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn each_refresh_gives_a_new_pair() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (old_access, old_refresh) = (asha.token(), asha.refresh_token());
    tapri.advance(Duration::from_secs(60));
    let reply = asha.refresh().await;
    assert_ne!(asha.token(), old_access);
    assert_ne!(asha.refresh_token(), old_refresh);
    assert_eq!(reply.data()["expires_in"], 600);
    assert!(reply.cookies().is_empty());
    asha.me().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_ends_after_ten_minutes_and_a_refresh_goes_on() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    tapri.advance(Duration::from_secs(599));
    asha.me().await.expect(200);
    tapri.advance(Duration::from_secs(1));
    let refused = asha.me().await.refused(401, "token_expired");
    assert!(refused.header("www-authenticate").contains("error=\"invalid_token\""), "{refused:?}");
    asha.refresh().await;
    asha.me().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_refreshes_with_one_token_have_one_successor_and_nobody_is_logged_out() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let token = asha.refresh_token();
    let replies = all_at_once(200, |_| {
        let call = asha.try_refresh(&token);
        async move { call.await }
    })
    .await;
    let successors: HashSet<String> =
        replies.iter().map(|reply| reply.clone().expect(200).text_of("refresh_token")).collect();
    assert_eq!(successors.len(), 1, "one successor for all racers");
    assert!(!successors.contains(&token));
    for reply in &replies {
        let access = reply.text_of("access_token");
        tapri.visitor().get("/api/v1/me").bearer(&access).await.expect(200);
    }
    asha.keep(&replies[0]);
    asha.refresh().await;
    asha.me().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_the_grace_a_lost_answer_is_given_again_and_after_it_the_session_ends() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let first = asha.refresh_token();
    let answer = asha.refresh().await.text_of("refresh_token");

    tapri.advance(GRACE - Duration::from_secs(1));
    assert_eq!(asha.try_refresh(&first).await.expect(200).text_of("refresh_token"), answer);

    tapri.advance(Duration::from_secs(2));
    asha.try_refresh(&first).await.expect(401);
    // The thief and the owner cannot be told apart: both are out.
    asha.try_refresh(&answer).await.expect(401);
    testkit::within(Duration::from_secs(1), "the access token is refused", || async {
        (asha.me().await.status() == 401).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_two_generations_old_ends_the_session_even_inside_the_grace() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let oldest = asha.refresh_token();
    asha.refresh().await;
    asha.refresh().await;
    asha.try_refresh(&oldest).await.expect(401);
    asha.try_refresh(&asha.refresh_token()).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_after_thirty_days_of_silence_and_lives_on_by_use() {
    let tapri = Tapri::start().await;
    let day = Duration::from_secs(24 * 3600);
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    for _ in 0..3 {
        tapri.advance(day * 15);
        asha.refresh().await;
    }
    asha.me().await.expect(200);
    bilal.try_refresh(&bilal.refresh_token()).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_session_outlives_a_year() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    for _ in 0..18 {
        tapri.advance(Duration::from_secs(20 * 24 * 3600));
        asha.refresh().await;
    }
    tapri.advance(Duration::from_secs(6 * 24 * 3600));
    asha.try_refresh(&asha.refresh_token()).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_refresh_token_is_refused() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    for token in ["", "nonsense", "a.b.c", &asha.token(), &testkit::jwt::tampered(&asha.refresh_token())] {
        asha.try_refresh(token).await.expect(401);
    }
    asha.refresh().await;
}
