//! Load: closed loops (everybody asks again as soon as they are answered) by wrk or by our own client, and an open loop
//! (so many a second, however slow the answers).

use std::future::Future;
use std::process::Command;
use std::time::{Duration, Instant};

use futures::stream::{FuturesUnordered, StreamExt};

use crate::Failure;

/// Requests a second of `GET address`, by wrk with one thread and 32 connections for four seconds.
pub fn wrk(address: &str, token: Option<&str>) -> Result<f64, Failure> {
    let mut wrk = Command::new("wrk");
    wrk.args(["-t1", "-c32", "-d4s"]);
    if let Some(token) = token {
        wrk.arg("-H").arg(format!("Authorization: Bearer {token}"));
    }
    let output =
        wrk.arg(address).output().map_err(|_| "wrk is not installed. Install it with: sudo apt-get install wrk")?;
    let printed = String::from_utf8(output.stdout)?;
    if printed.contains("Non-2xx") {
        return Err(format!("{address} did not always answer 2xx:\n{printed}").into());
    }
    let line = printed.lines().find_map(|line| line.strip_prefix("Requests/sec:")).ok_or("wrk printed no rate")?;
    Ok(line.trim().parse()?)
}

/// How often a second `turn` succeeds when `at_once` of them always run, over `duration`. Each gets a number of its own.
pub async fn closed_loop<F, Turn>(at_once: usize, duration: Duration, mut turn: F) -> Result<f64, Failure>
where
    F: FnMut(usize) -> Turn,
    Turn: Future<Output = Result<(), Failure>>,
{
    let mut running = FuturesUnordered::new();
    let mut number = 0;
    let mut done = 0_u64;
    let began = Instant::now();
    while number < at_once {
        running.push(turn(number));
        number += 1;
    }
    while let Some(finished) = running.next().await {
        finished?;
        done += 1;
        if began.elapsed() < duration {
            running.push(turn(number));
            number += 1;
        }
    }
    Ok(per_second(done, began.elapsed()))
}

/// The 99th percentile, in milliseconds, of `rate` turns a second begun on the beat for `duration`. A turn's time counts
/// from its beat, not from when it could begin, so that waiting is not left out.
pub async fn open_loop_p99<F, Turn>(rate: u32, duration: Duration, mut turn: F) -> Result<f64, Failure>
where
    F: FnMut() -> Turn,
    Turn: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let beats = rate * u32::try_from(duration.as_secs())?;
    let began = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for beat in 0..beats {
        let due = began + Duration::from_secs_f64(f64::from(beat) / f64::from(rate));
        tokio::time::sleep_until(due.into()).await;
        let turn = turn();
        running.spawn(async move {
            turn.await?;
            Ok::<_, Failure>(due.elapsed())
        });
    }
    let mut times = Vec::new();
    while let Some(finished) = running.join_next().await {
        times.push(finished??.as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    let at = (times.len() * 99).div_ceil(100).saturating_sub(1);
    times.get(at).copied().ok_or_else(|| "nothing was measured".into())
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// So many in so long.
pub fn per_second(count: u64, time: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark stay far below 2^52")]
    let count = count as f64;
    count / time.as_secs_f64()
}
