//! Posts: writing, reading, changing, deleting.

use std::time::Duration;

use serde_json::json;
use testkit::Tapri;

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_answered_with_everything_that_shows_it() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let reply = asha.post_with(&json!({"title": "Midnight Chai", "caption": "Kettle on at one"})).await.expect(201);
    assert_eq!(reply.message(), "Post created successfully");
    let post = reply.data();
    assert_eq!(post["title"], "Midnight Chai");
    assert_eq!(post["caption"], "Kettle on at one");
    assert_eq!(post["visibility"], "public");
    assert_eq!(post["media"], json!([]));
    assert_eq!(post["author"]["username"], "asha");
    assert_eq!(post["author"]["user_id"], asha.user_id.as_str());
    assert_eq!((&post["counts"]["likes"], &post["counts"]["comments"]), (&json!(0), &json!(0)));
    assert_eq!(post["viewer"]["liked"], false);
    assert_eq!(post["created_at"].as_str().map(|at| at.ends_with('Z')), Some(true));
    let read = tapri.visitor().get(&format!("/api/v1/posts/{}", reply.text_of("post_id"))).await.expect(200).data();
    assert_eq!(read["title"], "Midnight Chai");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_changes_and_deletes_and_nobody_else_does() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let post_id = asha.post("Midnight Chai").await;
    let path = format!("/api/v1/posts/{post_id}");
    let changed = asha.patch(&path, &json!({"caption": "With ginger"})).await.expect(200).data();
    assert_eq!((&changed["title"], &changed["caption"]), (&json!("Midnight Chai"), &json!("With ginger")));

    bilal.patch(&path, &json!({"caption": "Mine"})).await.expect(403);
    bilal.delete(&path).await.expect(403);
    tapri.visitor().call(http::Method::DELETE, &path).await.refused(401, "token_missing");
    assert_eq!(asha.read(&post_id).await.expect(200).data()["caption"], "With ginger");

    asha.delete(&path).await.expect(200);
    asha.read(&post_id).await.refused(404, "post_not_found");
    assert!(asha.home_titles().await.is_empty());
    assert_eq!(asha.profile("asha").await.expect(200).data()["counts"]["posts"], 0);
    asha.delete(&path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_post_is_refused() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    for empty in [json!({}), json!({"title": ""}), json!({"title": "   ", "caption": "\n"}), json!({"media_ids": []})] {
        asha.post_with(&empty).await.expect(422);
    }
    assert_eq!(asha.profile("asha").await.expect(200).data()["counts"]["posts"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_kept_to_the_character_and_said_in_words() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    // Characters, not bytes: each of these letters has three.
    let text = |count: usize| "च".repeat(count);
    asha.post_with(&json!({"title": text(120), "caption": text(2200)})).await.expect(201);
    for (field, most) in [("title", 120), ("caption", 2200)] {
        let reply = asha.post_with(&json!({"title": "x", field: text(most + 1)})).await.refused(422, "too_long");
        assert_eq!(reply.field(), field);
        let issue = reply.json()["details"]["issue"].as_str().expect("words").replace(',', "");
        assert!(issue.contains(&most.to_string()), "{issue}");
    }
    let post_id = asha.post("Midnight Chai").await;
    asha.comment(&post_id, &text(1000)).await.expect(201);
    assert_eq!(asha.comment(&post_id, &text(1001)).await.refused(422, "too_long").field(), "text");
    asha.patch("/api/v1/me", &json!({"bio": text(500)})).await.expect(200);
    assert_eq!(asha.patch("/api/v1/me", &json!({"bio": text(501)})).await.refused(422, "too_long").field(), "bio");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grid_is_read_page_by_page_without_gaps_while_posts_come_in() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    for number in 0..25 {
        asha.post(&format!("Cup {number}")).await;
        tapri.advance(Duration::from_secs(1));
    }
    let first = asha.get("/api/v1/users/asha/posts").await.expect(200);
    assert_eq!(first.items().len(), 20, "twenty unless asked otherwise");
    asha.post("Cup 25").await;
    let rest =
        asha.get("/api/v1/users/asha/posts").query(&[("cursor", &first.text_of("next_cursor"))]).await.expect(200);
    let titles: Vec<String> = first.items().iter().chain(&rest.items()).map(|post| post["title"].to_string()).collect();
    let expected: Vec<String> = (0..25).rev().map(|number| format!("\"Cup {number}\"")).collect();
    assert_eq!(titles, expected, "newest first, each once");
    assert!(rest.data()["next_cursor"].is_null());
    assert_eq!(asha.whole_list("/api/v1/users/asha/posts", 7).await.len(), 26);
    for limit in ["0", "101", "-1", "many", "1e1"] {
        let path = format!("/api/v1/users/asha/posts?limit={limit}");
        assert_eq!(asha.get(&path).await.expect(422).field(), "limit", "{limit}");
    }
    asha.get("/api/v1/users/asha/posts?limit=100").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_post_is_not_found() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    for id in ["0000000000000000000000000a", "nonsense", "..", "%2e%2e", "🍵"] {
        let reply = asha.read(id).await;
        assert_eq!(reply.status(), 404, "{id}: {reply:?}");
    }
    asha.like("0000000000000000000000000a").await.refused(404, "post_not_found");
    asha.comment("0000000000000000000000000a", "Hello?").await.refused(404, "post_not_found");
}
