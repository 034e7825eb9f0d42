//! A disk that fills up while people are at work: what cannot be kept is refused, what was acknowledged is never lost, and
//! when there is room everything goes on by itself.

use std::fs;

use serde_json::json;
use testkit::{Person, Processes, Split};

/// A disk never holds more of them.
const MOST: usize = 5_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_refuses_and_loses_nothing() {
    let mut tapri = Processes::start(Split::One).await;
    let asha = Person::sign_up(tapri.visitor(), "asha").await;
    let mut kept = vec![asha.post("The first cup").await];
    let file = tapri.data().join("resource/store.redb");
    // On MongoDB there is no file: this story is about one.
    let Ok(size) = fs::metadata(&file).map(|file| file.len()) else { return };
    tapri.limit_files(Some(size)).await;
    let caption = "chai ".repeat(400);
    let refused = loop {
        let reply = asha.post_with(&json!({"title": "Another cup", "caption": caption})).await;
        match reply.status() {
            201 => kept.push(reply.text_of("post_id")),
            _ => break reply,
        }
        assert!(kept.len() < MOST, "the limit is never met");
    };
    refused.refused(503, "unavailable");
    asha.read(&kept[0]).await.expect(200);

    tapri.limit_files(None).await;
    kept.push(asha.post("There is room again").await);
    tapri.kill().await;
    tapri.start_again().await;
    for post in &kept {
        asha.read(post).await.expect(200);
    }
}
