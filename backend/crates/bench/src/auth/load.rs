//! The load: the same requests to whichever server, counted and timed.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::Value;

use super::AT_ONCE;
use crate::Failure;
use crate::flows::VERIFIER;
use crate::load::closed_loop;
use crate::people::text;

/// How long each measurement lasts, after half a second to get warm.
const DURATION: Duration = Duration::from_secs(4);
const WARM_UP: Duration = Duration::from_millis(500);
/// Where our codes go.
pub const REDIRECT_URI: &str = "https://bench.example/callback";

/// An authorization server under load, and the app that asks it.
pub struct Target {
    pub client: Client,
    pub token: String,
    pub introspection: String,
    pub client_id: String,
    pub client_secret: String,
}

/// What a measurement gave.
pub struct Measured {
    /// Answers a second.
    pub rate: f64,
    /// The 99th percentile of how long one took.
    pub p99_ms: f64,
}

impl Target {
    /// Refreshes `chains`, each by one connection; they are left where they then stand.
    pub async fn refresh(&self, chains: &mut Vec<String>) -> Result<Measured, Failure> {
        let free = &Mutex::new(std::mem::take(chains));
        let turn = async || {
            let chain = free.lock().map_err(|_| "a chain was lost")?.pop().ok_or("no chain is free")?;
            let answer = self.ask(&self.token, &[("grant_type", "refresh_token"), ("refresh_token", &chain)]).await?;
            let next = text(&answer, "refresh_token")?;
            free.lock().map_err(|_| "a chain was lost")?.push(next);
            Ok(())
        };
        let measured = measure(turn).await?;
        *chains = free.lock().map_err(|_| "a chain was lost")?.clone();
        if chains.len() == AT_ONCE { Ok(measured) } else { Err("a chain was lost".into()) }
    }

    /// Whether each chain can be refreshed once more.
    pub async fn are_alive(&self, chains: &[String]) -> Result<(), Failure> {
        for chain in chains {
            self.ask(&self.token, &[("grant_type", "refresh_token"), ("refresh_token", chain)]).await?;
        }
        Ok(())
    }

    /// Redeems all `codes`, and no longer than they last.
    pub async fn exchange(&self, codes: Vec<String>) -> Result<Measured, Failure> {
        let count = codes.len();
        let (left, times) = (&Mutex::new(codes), &Mutex::new(Vec::with_capacity(count)));
        let began = Instant::now();
        let redeem = async || -> Result<(), Failure> {
            loop {
                let Some(code) = left.lock().map_err(|_| "a code was lost")?.pop() else { return Ok(()) };
                let form = [
                    ("grant_type", "authorization_code"),
                    ("code", &code),
                    ("redirect_uri", REDIRECT_URI),
                    ("code_verifier", VERIFIER),
                ];
                let asked = Instant::now();
                self.ask(&self.token, &form).await?;
                times.lock().map_err(|_| "a time was lost")?.push(asked.elapsed());
            }
        };
        futures::future::try_join_all((0..AT_ONCE).map(|_| redeem())).await?;
        let took = began.elapsed();
        let times = std::mem::take(&mut *times.lock().map_err(|_| "a time was lost")?);
        Ok(Measured { rate: crate::load::per_second(count as u64, took), p99_ms: p99(times) })
    }

    /// Asks about `token`.
    pub async fn introspect(&self, token: &str) -> Result<Measured, Failure> {
        measure(async || {
            let told = self.ask(&self.introspection, &[("token", token)]).await?;
            if told["active"] == true { Ok(()) } else { Err(format!("not active: {told}").into()) }
        })
        .await
    }

    /// Gets tokens for the app itself, for `resource` where the server wants one named.
    pub async fn client_credentials(&self, resource: Option<&str>) -> Result<Measured, Failure> {
        let mut form = vec![("grant_type", "client_credentials"), ("scope", "posts:read")];
        form.extend(resource.map(|resource| ("resource", resource)));
        measure(async || {
            let answer = self.ask(&self.token, &form).await?;
            let dots = text(&answer, "access_token")?.matches('.').count();
            if dots == 2 { Ok(()) } else { Err("the access token is no JWT".into()) }
        })
        .await
    }

    async fn ask(&self, address: &str, form: &[(&str, &str)]) -> Result<Value, Failure> {
        let request = self.client.post(address).basic_auth(&self.client_id, Some(&self.client_secret)).form(form);
        let answer = request.send().await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        if status.is_success() { Ok(body) } else { Err(format!("{address}: {status}: {body}").into()) }
    }
}

async fn measure(turn: impl AsyncFn() -> Result<(), Failure>) -> Result<Measured, Failure> {
    let turn = &turn;
    closed_loop(AT_ONCE, WARM_UP, |_| turn()).await?;
    let times = &Mutex::new(Vec::new());
    let timed = |_| async move {
        let asked = Instant::now();
        turn().await?;
        times.lock().map_err(|_| "a time was lost")?.push(asked.elapsed());
        Ok(())
    };
    let rate = closed_loop(AT_ONCE, DURATION, timed).await?;
    let times = std::mem::take(&mut *times.lock().map_err(|_| "a time was lost")?);
    Ok(Measured { rate, p99_ms: p99(times) })
}

/// The 99th percentile, in milliseconds.
pub fn p99(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    let at = (times.len() * 99).div_ceil(100).saturating_sub(1);
    times.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
}
