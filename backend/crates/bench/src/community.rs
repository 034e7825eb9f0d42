//! Reading posts and the home feed, and posting.

use std::time::Duration;

use serde_json::json;

use crate::Failure;
use crate::baseline::{Hello, redb_grouped};
use crate::load::{closed_loop, median, wrk};
use crate::people::{Town, api, call};
use crate::report::Row;
use crate::server::Tapri;

/// How often each closed loop is run; the median counts.
const ROUNDS: usize = 3;

/// `post_read` beside the hello server, `feed_home` beside `post_read`; the rounds of the three interleave.
pub async fn reads(tapri: &Tapri, town: &Town) -> Result<Vec<Row>, Failure> {
    let hello = Hello::start().await?;
    let post = api(tapri, &format!("/posts/{}", town.posts.first().ok_or("there are no posts")?));
    let feed = api(tapri, "/feed/home?limit=20");
    let (mut hellos, mut posts, mut feeds) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        hellos.push(wrk(&hello.address, None)?);
        posts.push(wrk(&post, Some(&town.token))?);
        feeds.push(wrk(&feed, Some(&town.token))?);
    }
    let (hellos, posts) = (median(hellos), median(posts));
    Ok(vec![
        Row::new("hello", hellos, "1/s"),
        Row::new("post_read", posts, "1/s").over(hellos),
        Row::new("feed_home", median(feeds), "1/s").over(posts),
    ])
}

/// `post_create`: durable posts a second from 64 at once, beside raw redb whose commits hold 64 documents.
pub async fn creations(tapri: &Tapri, town: &Town) -> Result<Vec<Row>, Failure> {
    let directory = tempfile::tempdir()?;
    let raw = redb_grouped(directory.path(), Duration::from_secs(4))?;
    let created = closed_loop(64, Duration::from_secs(6), |number| async move {
        let body = json!({"title": "Another one", "caption": format!("Number {number}")});
        call(town.client.post(api(tapri, "/posts")).bearer_auth(&town.token).json(&body)).await?;
        Ok(())
    })
    .await?;
    Ok(vec![Row::new("redb_grouped_commits", raw, "1/s"), Row::new("post_create", created, "1/s").over(raw)])
}
