//! Profiles and who follows whom.

use serde_json::json;
use testkit::{Tapri, all_at_once};

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_found_in_the_words_of_the_example() {
    let tapri = Tapri::start().await;
    let reply = tapri.visitor().get("/api/v1/users/nobody").await.expect(404);
    let mut body = reply.json().clone();
    body["timestamp"] = json!(null);
    body["details"]["request_id"] = json!(null);
    let expected = json!({
        "status": "error", "message": "User not found", "code": 404, "timestamp": null,
        "details": {
            "field": "username", "issue": "No user with that username exists", "reason": "user_not_found",
            "request_id": null,
        },
    });
    assert_eq!(body, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_found_in_any_case_and_changed_by_its_owner() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let me =
        asha.patch("/api/v1/me", &json!({"display_name": "Asha K.", "bio": "Tea, mostly"})).await.expect(200).data();
    assert_eq!((&me["display_name"], &me["bio"]), (&json!("Asha K."), &json!("Tea, mostly")));
    let seen = tapri.visitor().get("/api/v1/users/ASHA").await.expect(200).data();
    assert_eq!((&seen["display_name"], &seen["bio"]), (&json!("Asha K."), &json!("Tea, mostly")));
    assert!(seen.get("email").is_none() && seen.get("role").is_none());
    // What is absent stays, what is empty goes.
    let me = asha.patch("/api/v1/me", &json!({"bio": ""})).await.expect(200).data();
    assert_eq!(me["display_name"], "Asha K.");
    // Her posts carry the new name at once.
    let post_id = asha.post("Midnight Chai").await;
    assert_eq!(asha.read(&post_id).await.expect(200).data()["author"]["display_name"], "Asha K.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_becomes_the_avatar_of_its_owner_alone() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let media = asha.upload_ready(testkit::pictures::jpeg(320, 320), None).await;
    let avatar = json!({"avatar_media_id": media["media_id"]});
    bilal.patch("/api/v1/me", &avatar).await.expect(422);
    let me = asha.patch("/api/v1/me", &avatar).await.expect(200).data();
    let url = me["avatar_url"].as_str().expect("a URL");
    assert_eq!(tapri.visitor().get(url).await.expect(200).header("content-type"), "image/webp");
}

#[tokio::test(flavor = "multi_thread")]
async fn following_is_idempotent_and_counted_exactly_even_by_twenty_at_once() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    for follow in [true, false] {
        let statuses = all_at_once(20, |_| {
            let call = if follow { bilal.follow("asha") } else { bilal.unfollow("asha") };
            async move { call.await.status() }
        })
        .await;
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
        let counts = |of: &serde_json::Value| of["counts"].clone();
        let expected = u8::from(follow);
        assert_eq!(counts(&asha.me().await.expect(200).data())["followers"], expected);
        assert_eq!(counts(&bilal.me().await.expect(200).data())["following"], expected);
        let followers = asha.get("/api/v1/users/asha/followers").await.expect(200).items();
        assert_eq!(followers.len(), usize::from(expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_follows_themselves_or_nobody() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    asha.follow("asha").await.expect(422);
    asha.follow("nobody").await.refused(404, "user_not_found");
    assert_eq!(asha.me().await.expect(200).data()["counts"]["following"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn followers_and_following_are_lists_of_people() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    for name in ["bilal", "chitra", "dev"] {
        let person = tapri.sign_up(name).await;
        person.follow("asha").await.expect(200);
        let following = person.get(&format!("/api/v1/users/{name}/following")).await.expect(200).items();
        assert_eq!(following[0]["username"], "asha");
    }
    let followers = asha.whole_list("/api/v1/users/asha/followers", 2).await;
    let mut names: Vec<&str> = followers.iter().filter_map(|user| user["username"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["bilal", "chitra", "dev"]);
}
