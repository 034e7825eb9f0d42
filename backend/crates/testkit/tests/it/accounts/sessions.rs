//! Devices: the list, ending one, ending all others, signing out.

use std::time::Duration;

use testkit::{Person, Tapri, within};

/// Until this person's access token is refused: on the replica that ended the session at once, elsewhere in a second.
async fn is_out(person: &Person) {
    within(Duration::from_secs(1), "the access token is refused", || async {
        (person.me().await.status() == 401).then_some(())
    })
    .await;
    person.try_refresh(&person.refresh_token()).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_this_session_at_once_and_no_other() {
    let tapri = Tapri::start().await;
    let phone = tapri.sign_up("asha").await;
    let laptop = phone.sign_in_again().await;
    phone.log_out().await.expect(200);
    phone.me().await.refused(401, "token_revoked");
    phone.try_refresh(&phone.refresh_token()).await.expect(401);
    laptop.me().await.expect(200);
    laptop.refresh().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_with_a_rotated_token_still_ends_the_session() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let rotated = asha.refresh_token();
    asha.refresh().await;
    let body = serde_json::json!({"refresh_token": rotated});
    tapri.visitor().post("/api/v1/auth/logout").json(&body).await.expect(200);
    is_out(&asha).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_shows_every_device_and_which_one_this_is() {
    let tapri = Tapri::start().await;
    let phone = tapri.sign_up("asha").await;
    tapri.advance(Duration::from_secs(60));
    phone.sign_in_again().await;
    tapri.sign_up("bilal").await;
    let sessions = phone.sessions().await.expect(200).items();
    assert_eq!(sessions.len(), 2, "{sessions:?}");
    let current: Vec<bool> = sessions.iter().map(|session| session["current"] == true).collect();
    assert_eq!(current.iter().filter(|current| **current).count(), 1, "{sessions:?}");
    assert!(sessions.iter().all(|session| session["session_id"].is_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_can_be_signed_out_from_another_one() {
    let tapri = Tapri::start().await;
    let phone = tapri.sign_up("asha").await;
    let laptop = phone.sign_in_again().await;
    let sessions = phone.sessions().await.expect(200).items();
    let other = sessions.iter().find(|session| session["current"] != true).expect("the laptop");
    let path = format!("/api/v1/auth/sessions/{}", other["session_id"].as_str().expect("an id"));
    phone.delete(&path).await.expect(200);
    is_out(&laptop).await;
    phone.me().await.expect(200);
    assert_eq!(phone.sessions().await.expect(200).items().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_ends_somebody_elses_session() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let session = asha.sessions().await.expect(200).items()[0]["session_id"].as_str().expect("an id").to_owned();
    bilal.delete(&format!("/api/v1/auth/sessions/{session}")).await.expect(404);
    asha.me().await.expect(200);
    asha.refresh().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_other_devices_can_be_signed_out_at_once() {
    let tapri = Tapri::start().await;
    let phone = tapri.sign_up("asha").await;
    let (laptop, tablet) = (phone.sign_in_again().await, phone.sign_in_again().await);
    phone.delete("/api/v1/auth/sessions").await.expect(200);
    is_out(&laptop).await;
    is_out(&tablet).await;
    phone.me().await.expect(200);
    phone.refresh().await;
    // And whoever signs in afterwards is not touched by it.
    phone.sign_in_again().await.me().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_on_one_replica_ends_on_the_others_within_a_second() {
    let mut tapri = Tapri::start().await;
    let other = tapri.another_resource().await;
    let far = tapri.another_auth_and_resource().await;
    let asha = tapri.sign_up("asha").await;
    let (there, farther) = (asha.at(&other), asha.at(&far));
    there.me().await.expect(200);
    farther.me().await.expect(200);
    asha.log_out().await.expect(200);
    asha.me().await.refused(401, "token_revoked");
    for replica in [there, farther] {
        within(Duration::from_secs(1), "the token is refused there too", || async {
            (replica.me().await.status() == 401).then_some(())
        })
        .await;
    }
}
