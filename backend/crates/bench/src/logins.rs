//! Signing in, which is bcrypt and hardly anything else; and what readers notice of it.

use std::time::Duration;

use serde_json::json;

use crate::Failure;
use crate::baseline::bcrypt_limit;
use crate::load::{closed_loop, open_loop_p99};
use crate::people::{PASSWORD, Town, api, call};
use crate::report::Row;
use crate::server::Tapri;

/// Reads of the open loop, a second.
const READS: u32 = 50;

/// `login` beside raw bcrypt on both cores, and `post_read_p99_during_logins` beside the same reads on an idle server.
pub async fn logins(tapri: &Tapri, town: &Town) -> Result<Vec<Row>, Failure> {
    let raw = bcrypt_limit(Duration::from_secs(6))?;
    let duration = Duration::from_secs(10);
    let idle = reads(tapri, town, duration).await?;
    let signing_in = closed_loop(4, duration, |number| async move {
        let body = json!({"login": format!("author{}", number % 20), "password": PASSWORD});
        call(town.client.post(api(tapri, "/auth/login")).json(&body)).await?;
        Ok(())
    });
    let (logins, busy) = tokio::join!(signing_in, reads(tapri, town, duration));
    Ok(vec![
        Row::new("bcrypt", raw, "1/s"),
        Row::new("login", logins?, "1/s").over(raw),
        Row::new("post_read_p99_during_logins", busy?, "ms").over(idle),
    ])
}

async fn reads(tapri: &Tapri, town: &Town, duration: Duration) -> Result<f64, Failure> {
    let post = api(tapri, &format!("/posts/{}", town.posts.first().ok_or("there are no posts")?));
    open_loop_p99(READS, duration, || {
        let request = town.client.get(&post).bearer_auth(&town.token);
        async move { call(request).await.map(drop) }
    })
    .await
}
