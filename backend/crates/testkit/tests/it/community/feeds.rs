//! The home feed: those whom one follows and oneself, newest first.

use std::time::Duration;

use testkit::Tapri;

#[tokio::test(flavor = "multi_thread")]
async fn it_shows_those_whom_one_follows_and_oneself_newest_first() {
    let tapri = Tapri::start().await;
    let (asha, bilal, chitra) =
        (tapri.sign_up("asha").await, tapri.sign_up("bilal").await, tapri.sign_up("chitra").await);
    bilal.follow("asha").await.expect(200);
    for (person, title) in [(&asha, "Morning"), (&chitra, "Unseen"), (&bilal, "Noon"), (&asha, "Night")] {
        person.post(title).await;
        tapri.advance(Duration::from_secs(1));
    }
    assert_eq!(bilal.home_titles().await, ["Night", "Noon", "Morning"]);
    bilal.follow("chitra").await.expect(200);
    assert_eq!(bilal.home_titles().await, ["Night", "Noon", "Unseen", "Morning"], "at once, with what was before");
    bilal.unfollow("asha").await.expect(200);
    assert_eq!(bilal.home_titles().await, ["Noon", "Unseen"]);
    tapri.visitor().get("/api/v1/feed/home").await.refused(401, "token_missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_read_page_by_page_each_post_once() {
    let tapri = Tapri::start().await;
    let reader = tapri.sign_up("reader").await;
    for name in ["asha", "bilal", "chitra"] {
        let person = tapri.sign_up(name).await;
        reader.follow(name).await.expect(200);
        for number in 0..5 {
            person.post(&format!("{name} {number}")).await;
            // Every second pair shares a millisecond.
            tapri.advance(Duration::from_millis(number % 2));
        }
    }
    for limit in [1, 4, 20] {
        let posts = reader.whole_list("/api/v1/feed/home", limit).await;
        let ids: std::collections::HashSet<String> = posts.iter().map(|post| post["post_id"].to_string()).collect();
        assert_eq!((posts.len(), ids.len()), (15, 15), "limit {limit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_carries_what_a_card_shows() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    bilal.follow("asha").await.expect(200);
    let post_id = asha.post("Midnight Chai").await;
    bilal.like(&post_id).await.expect(200);
    let card = bilal.home().await.expect(200).items()[0].clone();
    assert_eq!(card, bilal.read(&post_id).await.expect(200).data(), "the same object as the post itself");
    assert_eq!(card["viewer"]["liked"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_replica_shows_the_same() {
    let mut tapri = Tapri::plan().shared().start().await;
    let other = tapri.another_resource().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    bilal.follow("asha").await.expect(200);
    let post_id = asha.post("Midnight Chai").await;
    let there = bilal.at(&other);
    assert_eq!(there.home_titles().await, ["Midnight Chai"]);
    assert_eq!(asha.read(&post_id).await.expect(200).data()["counts"]["likes"], 0);
    there.like(&post_id).await.expect(200);
    // What others write is seen after a second at the latest.
    tapri.advance(Duration::from_secs(1));
    assert_eq!(asha.read(&post_id).await.expect(200).data()["counts"]["likes"], 1);
}
