//! Likes and comments.

use serde_json::json;
use testkit::{Tapri, all_at_once};

#[tokio::test(flavor = "multi_thread")]
async fn likes_are_counted_exactly_however_many_come_at_once() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let post_id = asha.post("Midnight Chai").await;
    let mut fans = Vec::new();
    for number in 0..5 {
        fans.push(tapri.sign_up(&format!("fan.{number}")).await);
    }
    // Five people, four times each, all at once.
    for like in [true, false] {
        let statuses = all_at_once(20, |number| {
            let fan = &fans[number % fans.len()];
            let call = if like { fan.like(&post_id) } else { fan.unlike(&post_id) };
            async move { call.await.status() }
        })
        .await;
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
        let post = fans[0].read(&post_id).await.expect(200).data();
        assert_eq!(post["counts"]["likes"], if like { 5 } else { 0 });
        assert_eq!(post["viewer"]["liked"], like);
        let likers = asha.get(&format!("/api/v1/posts/{post_id}/likes")).await.expect(200).items();
        assert_eq!(likers.len(), if like { 5 } else { 0 });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_like_is_answered_with_the_new_counts() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let post_id = asha.post("Midnight Chai").await;
    for (call, likes, liked) in [
        (bilal.like(&post_id), 1, true),
        (bilal.like(&post_id), 1, true),
        (bilal.unlike(&post_id), 0, false),
        (bilal.unlike(&post_id), 0, false),
    ] {
        let data = call.await.expect(200).data();
        assert_eq!(data["counts"]["likes"], likes, "{data}");
        assert_eq!(data["liked"], liked, "{data}");
    }
    tapri
        .visitor()
        .call(http::Method::PUT, &format!("/api/v1/posts/{post_id}/like"))
        .await
        .refused(401, "token_missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_read_in_its_order_and_counted() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let post_id = asha.post("Midnight Chai").await;
    let question = bilal.comment(&post_id, "Is there any left?").await.expect(201).data();
    assert_eq!(question["text"], "Is there any left?");
    assert_eq!(question["author"]["username"], "bilal");
    let path = format!("/api/v1/posts/{post_id}/comments");
    let answer = json!({"text": "One glass", "parent_id": question["comment_id"]});
    let answer = asha.send(&path, &answer).await.expect(201).data();
    assert_eq!(answer["parent_id"], question["comment_id"]);
    bilal.comment(&post_id, "On my way").await.expect(201);
    assert_eq!(asha.read(&post_id).await.expect(200).data()["counts"]["comments"], 3);
    let top: Vec<String> = asha.whole_list(&path, 1).await.iter().map(|comment| comment["text"].to_string()).collect();
    assert_eq!(top.iter().filter(|text| text.contains("any left")).count(), 1, "{top:?}");
    let missing = json!({"text": "To whom?", "parent_id": "0000000000000000000000000a"});
    assert_eq!(asha.send(&path, &missing).await.expect(422).field(), "parent_id");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_is_changed_by_its_writer_and_deleted_by_its_writer_or_the_posts_author() {
    let tapri = Tapri::start().await;
    let (asha, bilal, chitra) =
        (tapri.sign_up("asha").await, tapri.sign_up("bilal").await, tapri.sign_up("chitra").await);
    let post_id = asha.post("Midnight Chai").await;
    let mut paths = Vec::new();
    for text in ["First", "Second"] {
        let comment = bilal.comment(&post_id, text).await.expect(201);
        paths.push(format!("/api/v1/comments/{}", comment.text_of("comment_id")));
    }
    let changed = bilal.patch(&paths[0], &json!({"text": "First, again"})).await.expect(200).data();
    assert_eq!(changed["text"], "First, again");
    asha.patch(&paths[0], &json!({"text": "Not mine"})).await.expect(403);
    chitra.delete(&paths[0]).await.expect(403);
    bilal.delete(&paths[0]).await.expect(200);
    asha.delete(&paths[1]).await.expect(200);
    assert_eq!(asha.read(&post_id).await.expect(200).data()["counts"]["comments"], 0);
    for empty in ["", "   "] {
        assert_eq!(bilal.comment(&post_id, empty).await.expect(422).field(), "text");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_comments_at_once_are_twenty_comments() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let post_id = asha.post("Midnight Chai").await;
    let statuses = all_at_once(20, |number| {
        let call = asha.comment(&post_id, &format!("Cup {number}"));
        async move { call.await.status() }
    })
    .await;
    assert!(statuses.iter().all(|status| *status == 201), "{statuses:?}");
    assert_eq!(asha.read(&post_id).await.expect(200).data()["counts"]["comments"], 20);
    assert_eq!(asha.whole_list(&format!("/api/v1/posts/{post_id}/comments"), 6).await.len(), 20);
}
