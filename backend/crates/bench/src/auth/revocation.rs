//! From the answer of a revocation to the first refused call, on the slowest of several resource servers.

use std::time::{Duration, Instant};

use futures::future::try_join_all;
use reqwest::{Client, StatusCode};

use super::load::p99;
use super::ours::Ours;
use super::replicas::Replicas;
use crate::Failure;
use crate::people::text;

const ROUNDS: usize = 100;
/// Longer than this is a revocation that was lost.
const PATIENCE: Duration = Duration::from_secs(10);

/// The 99th percentile, in milliseconds, with so many resource servers.
pub async fn p99_of(replicas: usize) -> Result<f64, Failure> {
    let directory = tempfile::tempdir()?;
    let (first, addresses, others, auth) = Replicas::start(directory.path(), replicas).await?.split();
    let ours = Ours::at(first).await?;
    let target = ours.target();
    let client = Client::new();
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let tokens = ours.tokens().await?;
        let (access, refresh) = (text(&tokens, "access_token")?, text(&tokens, "refresh_token")?);
        for address in &addresses {
            if is_refused(&client, address, &access).await? {
                return Err(format!("{address} refuses a token that was not revoked yet").into());
            }
        }
        let revoke = target.token.replace("/oauth/token", "/oauth/revoke");
        let request = client.post(revoke).basic_auth(&target.client_id, Some(&target.client_secret));
        request.form(&[("token", &refresh)]).send().await?.error_for_status()?;
        let answered = Instant::now();
        times.push(slowest(&client, &addresses, &access, answered).await?);
    }
    ours.stop().await?;
    Replicas::stop(others, auth).await?;
    Ok(p99(times))
}

/// When the last of them refuses.
async fn slowest(client: &Client, addresses: &[String], token: &str, since: Instant) -> Result<Duration, Failure> {
    let waits = addresses.iter().map(async |address| {
        while since.elapsed() < PATIENCE {
            if is_refused(client, address, token).await? {
                return Ok::<_, Failure>(since.elapsed());
            }
        }
        Err(format!("{address} still takes a revoked token").into())
    });
    Ok(try_join_all(waits).await?.into_iter().max().unwrap_or_default())
}

async fn is_refused(client: &Client, address: &str, token: &str) -> Result<bool, Failure> {
    let answer = client.get(format!("{address}/api/v1/users/reader")).bearer_auth(token).send().await?;
    Ok(answer.status() == StatusCode::UNAUTHORIZED)
}
