//! The one address: whether it is safe, whether it leads to this Tapri, and what cookies are given there.

use axum::http::header::SET_COOKIE;
use httpkit::settings::Settings;
use serde_json::Value;

use super::finding::Finding;
use super::patient::{Answer, Patient};

/// Whether what is said there stays between a person and Tapri.
pub fn safe(patient: &Patient) -> Vec<Finding> {
    let origin = patient.settings.origin_text();
    vec![if patient.settings.is_https() {
        Finding::good("origin", format!("{origin} is private by TLS"))
    } else if is_loopback(&patient.settings) {
        Finding::good("origin", format!("{origin} is this machine's own"))
    } else {
        Finding::bad(
            "origin",
            format!("{origin} is plain HTTP: passwords and cookies can be read on the way"),
            "Give it a certificate (docs/operations.md, \"Behind a domain\") and set `origin` to https://…",
        )
    }]
}

/// Whether who goes to the origin meets this Tapri.
pub async fn leads_here(patient: &Patient) -> Vec<Finding> {
    let origin = patient.settings.origin_text();
    if !patient.is_running().await {
        return vec![Finding::skipped(
            "origin",
            "Tapri does not run, so nobody was asked whether the address leads here",
        )];
    }
    let answer = patient.get(&format!("{origin}/.well-known/oauth-authorization-server")).await;
    vec![match answer.map(|answer| (answer.status, issuer(&answer))) {
        Ok((_, Some(issuer))) if issuer == origin => Finding::good("origin", format!("{origin} leads here")),
        Ok((_, Some(issuer))) => Finding::bad(
            "origin",
            format!("at {origin} a Tapri answers that calls itself {issuer}"),
            "Set `origin` to the address that people type, and forward that to this Tapri",
        ),
        Ok((status, None)) => Finding::bad(
            "origin",
            format!("at {origin} something else answers (with {status})"),
            "Forward everything to the gateway, /.well-known too: deploy/ has tested configurations",
        ),
        Err(words) => Finding::bad(
            "origin",
            format!("nobody answers at {origin}: {words}"),
            "Look at what stands in front (DNS, certificate, proxy); without a proxy start `tapri up`",
        ),
    }]
}

fn issuer(answer: &Answer) -> Option<String> {
    let metadata: Value = serde_json::from_slice(&answer.body).ok()?;
    Some(metadata["issuer"].as_str()?.to_owned())
}

/// Whether cookies are given as they should be.
pub async fn cookies(patient: &Patient) -> Vec<Finding> {
    let address = format!("{}/api/v1/auth/csrf", patient.settings.origin_text());
    let Ok(answer) = patient.get(&address).await else {
        return vec![Finding::skipped("cookies", "the origin does not answer")];
    };
    let given = answer.headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let given: Vec<&str> = given.collect();
    vec![judge(&given, patient.settings.is_https())]
}

pub(super) fn judge(given: &[&str], https: bool) -> Finding {
    if given.is_empty() {
        return Finding::bad(
            "cookies",
            "none is given to a browser that asks for its first",
            "A proxy in front may take them away: it must pass Set-Cookie on as it is",
        );
    }
    let wrong = given.iter().find(|cookie| !is_right(cookie, https));
    match (wrong, https) {
        (None, true) => Finding::good("cookies", "they are Secure, and theirs alone (__Host-)"),
        (None, false) => {
            Finding::good("cookies", "they are kept from scripts and other sites; over http they cannot be Secure")
        }
        (Some(cookie), _) => Finding::bad(
            "cookies",
            format!("the cookie {} comes changed", cookie.split('=').next().unwrap_or_default()),
            "A proxy in front must pass Set-Cookie on as it is, without another Path, Domain or SameSite",
        ),
    }
}

fn is_right(cookie: &str, https: bool) -> bool {
    let attributes: Vec<String> = cookie.split(';').skip(1).map(|part| part.trim().to_ascii_lowercase()).collect();
    let has = |name: &str| attributes.iter().any(|attribute| attribute == name);
    let restricted = attributes.iter().any(|attribute| attribute.starts_with("samesite="));
    let narrow = restricted && !attributes.iter().any(|attribute| attribute.starts_with("domain="));
    let secure = has("secure") && cookie.starts_with("__Host-") && has("path=/");
    narrow && (secure || !https)
}

fn is_loopback(settings: &Settings) -> bool {
    matches!(settings.origin.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}
