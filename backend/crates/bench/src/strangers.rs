//! Whether time tells who has an account: sign-ins with an address that nobody has, beside wrong passwords for one that
//! somebody has.
//!
//! In a Tapri of its own whose hashes are cheap, so that a difference anywhere else would show. Tried by turns, one at a time.

use std::time::Instant;

use serde_json::json;

use crate::Failure;
use crate::people::{api, sign_up};
use crate::report::{Report, Row};
use crate::server::Tapri;

/// Of each kind.
const TRIES: usize = 1_000;
/// About a twentieth of what is the default.
const COST: &str = "8";

/// These rows alone.
pub async fn run() -> Result<(), Failure> {
    let mut report = Report::default();
    report.add_all(strangers().await?);
    report.write()
}

/// `login_unknown_user`: the median time, beside that of a wrong password; `login_unknown_user_told`: how often one of each,
/// drawn at random, would be told apart by the slower being the unknown (0.5 is a coin).
pub async fn strangers() -> Result<Vec<Row>, Failure> {
    let directory = tempfile::tempdir()?;
    let tapri = Tapri::start_with(directory.path(), &[("TAPRI_PASSWORDS__BCRYPT_COST", COST.to_owned())]).await?;
    let client = reqwest::Client::new();
    sign_up(&client, &tapri, "somebody").await?;
    let (mut unknown, mut wrong) = (Vec::with_capacity(TRIES), Vec::with_capacity(TRIES));
    for number in 0..TRIES {
        unknown.push(try_in(&client, &tapri, &format!("nobody{number}@example.org")).await?);
        wrong.push(try_in(&client, &tapri, "somebody@example.org").await?);
    }
    tapri.stop().await?;
    let told = told_apart(&unknown, &wrong);
    Ok(vec![
        Row::new("login_unknown_user", median(unknown), "ms").over(median(wrong)),
        Row::new("login_unknown_user_told", told, ""),
    ])
}

/// How many milliseconds the refusal of one try takes.
async fn try_in(client: &reqwest::Client, tapri: &Tapri, login: &str) -> Result<f64, Failure> {
    let request = client.post(api(tapri, "/auth/login")).json(&json!({"login": login, "password": "a guess at it"}));
    let began = Instant::now();
    let answer = request.send().await?;
    let status = answer.status();
    answer.bytes().await?;
    let took = began.elapsed().as_secs_f64() * 1_000.0;
    if status == reqwest::StatusCode::UNAUTHORIZED {
        Ok(took)
    } else {
        Err(format!("{login} was answered {status}").into())
    }
}

/// The share of pairs in which the first is the greater (the statistic of Mann and Whitney over all pairs).
fn told_apart(first: &[f64], second: &[f64]) -> f64 {
    let mut sorted = second.to_vec();
    sorted.sort_by(f64::total_cmp);
    let below: usize = first.iter().map(|value| sorted.partition_point(|other| other < value)).sum();
    below as f64 / (first.len() * second.len()) as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
