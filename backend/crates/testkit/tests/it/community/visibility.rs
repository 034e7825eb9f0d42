//! Who may see what.

use std::time::Duration;

use serde_json::json;
use testkit::{Caller, Tapri};

/// What this person, or nobody, is told about a post.
async fn status_for(tapri: &Tapri, who: Option<&Caller>, post_id: &str) -> u16 {
    let path = format!("/api/v1/posts/{post_id}");
    match who {
        Some(caller) => caller.get(&path).await.status(),
        None => tapri.visitor().get(&path).await.status(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_seen_by_those_whom_it_is_for() {
    let tapri = Tapri::start().await;
    let (asha, bilal, chitra) =
        (tapri.sign_up("asha").await, tapri.sign_up("bilal").await, tapri.sign_up("chitra").await);
    bilal.follow("asha").await.expect(200);
    for (visibility, follower, stranger, public) in
        [("public", true, true, true), ("followers", true, false, false), ("private", false, false, false)]
    {
        let body = json!({"title": visibility, "visibility": visibility});
        let post_id = asha.post_with(&body).await.expect(201).text_of("post_id");
        tapri.advance(Duration::from_secs(1));
        assert_eq!(status_for(&tapri, Some(&asha), &post_id).await, 200);
        for (who, sees) in [(Some(&*bilal), follower), (Some(&*chitra), stranger), (None, public)] {
            let expected = if sees { 200 } else { 404 };
            assert_eq!(status_for(&tapri, who, &post_id).await, expected, "{visibility}");
            if let Some(who) = who {
                assert_eq!(who.like(&post_id).await.status(), expected, "{visibility}");
                let commented = who.comment(&post_id, "Hello").await.status();
                assert_eq!(commented, if sees { 201 } else { 404 }, "{visibility}");
                assert_eq!(who.get(&format!("/api/v1/posts/{post_id}/comments")).await.status(), expected);
                assert_eq!(who.get(&format!("/api/v1/posts/{post_id}/likes")).await.status(), expected);
            }
        }
    }
    let grid = |items: Vec<serde_json::Value>| items.len();
    assert_eq!(grid(asha.get("/api/v1/users/asha/posts").await.expect(200).items()), 3);
    assert_eq!(grid(bilal.get("/api/v1/users/asha/posts").await.expect(200).items()), 2);
    assert_eq!(grid(chitra.get("/api/v1/users/asha/posts").await.expect(200).items()), 1);
    assert_eq!(grid(tapri.visitor().get("/api/v1/users/asha/posts").await.expect(200).items()), 1);
    assert_eq!(bilal.home_titles().await, ["followers", "public"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_no_more_sees_no_more() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    bilal.follow("asha").await.expect(200);
    let body = json!({"title": "For friends", "visibility": "followers"});
    let post_id = asha.post_with(&body).await.expect(201).text_of("post_id");
    assert_eq!(bilal.home_titles().await, ["For friends"]);
    bilal.unfollow("asha").await.expect(200);
    bilal.read(&post_id).await.refused(404, "post_not_found");
    assert!(bilal.home_titles().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_the_scope_reads_like_the_public() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let body = json!({"title": "Mine alone", "visibility": "private"});
    let post_id = asha.post_with(&body).await.expect(201).text_of("post_id");
    let without = printer.connects(&browser, "likes:write", &["likes:write"]).await;
    without.caller.read(&post_id).await.refused(404, "post_not_found");
    let with = printer.connects(&browser, "posts:read", &["posts:read"]).await;
    with.caller.read(&post_id).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_house_shows_nothing_to_the_public() {
    let tapri = Tapri::plan().settings(|settings| settings.public_reading = false).start().await;
    let asha = tapri.sign_up("asha").await;
    let post_id = asha.post("For members").await;
    for path in
        [format!("/api/v1/posts/{post_id}"), "/api/v1/users/asha".to_owned(), "/api/v1/users/asha/posts".to_owned()]
    {
        tapri.visitor().get(&path).await.refused(401, "token_missing");
        asha.get(&path).await.expect(200);
    }
}
