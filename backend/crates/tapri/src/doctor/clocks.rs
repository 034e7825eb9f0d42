//! Clocks: tokens carry times, so machines must agree on what time it is.

use std::time::Duration;

use axum::http::header::DATE;
use store::{Clock as _, SystemClock, Time};

use super::finding::Finding;
use super::patient::Patient;

/// A second is lost in how it is told, and some on the way.
const NOTICED: Duration = Duration::from_secs(5);
/// More than this is taken for a token from the future.
const TOO_MUCH: Duration = Duration::from_secs(60);

/// Whether this machine and those that the servers and the origin are on have the same time.
pub async fn agree(patient: &Patient) -> Vec<Finding> {
    let settings = &patient.settings;
    let asked = [
        ("the auth server", settings.auth_url().to_string()),
        ("the resource server", settings.resource_url().to_string()),
        ("the origin", settings.origin_text()),
    ];
    let mut findings = Vec::new();
    for (name, address) in asked {
        let Ok(answer) = patient.get(&format!("{}/healthz", address.trim_end_matches('/'))).await else { continue };
        let date = answer.headers.get(DATE).and_then(|date| read(date.to_str().ok()?));
        findings.extend(date.map(|there| judge(name, there, SystemClock.now())));
    }
    if findings.is_empty() {
        findings.push(Finding::skipped("clocks", "nobody runs whose clock could be compared"));
    }
    findings
}

pub(super) fn judge(name: &str, there: Time, here: Time) -> Finding {
    let apart = there.since(here).max(here.since(there));
    let words = format!("the clock of {name} and this machine's are {} s apart", apart.as_secs());
    let cure = "Let both machines take the time from the network (timedatectl set-ntp true)";
    match apart {
        apart if apart > TOO_MUCH => Finding::bad("clocks", words, cure),
        apart if apart > NOTICED => Finding::warning("clocks", words, cure),
        _ => Finding::good("clocks", format!("{name} has the same time as this machine")),
    }
}

/// A moment as HTTP writes it (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(super) fn read(date: &str) -> Option<Time> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts: Vec<&str> = date.split_ascii_whitespace().collect();
    let [_, day, month, year, time, "GMT"] = parts.as_slice() else { return None };
    let month = MONTHS.iter().position(|name| name == month)? + 1;
    Time::parse(&format!("{year}-{month:02}-{day}T{time}Z")).ok()
}
