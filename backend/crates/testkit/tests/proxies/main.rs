//! Tapri behind the programs that stand in front of it on a real machine, with the configurations of `deploy/` as they
//! are: Caddy, nginx, and the gateway's own TLS. One domain, https, a certificate of the test's own.
//!
//! Needs those programs, so it is run by name only; `make test` sees to it. To add a front: a variant of
//! [`Front`], and how it is started and stopped.

mod front;

use std::path::Path;

use front::{Front, Fronted};
use serde_json::json;
use testkit::{Browser, Person, Wire};

#[path = "../it/first_light.rs"]
mod first_light;

#[tokio::test(flavor = "multi_thread")]
async fn caddy_tells_the_same_story() {
    tell(Front::Caddy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_tells_the_same_story() {
    tell(Front::Nginx).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_speaks_tls_itself_and_tells_the_same_story() {
    tell(Front::Own).await;
}

async fn tell(front: Front) {
    let fronted = Fronted::start(front).await;
    let wire = fronted.visitor();
    first_light::photo_story(wire).await;
    first_light::privacy_story(wire).await;
    first_light::app_story(wire).await;
    cookies_are_locked_to_https_and_the_host(wire).await;
    nobody_outside_says_where_they_come_from(wire).await;
}

async fn cookies_are_locked_to_https_and_the_host(wire: &Wire) {
    let chitra = Person::sign_up(wire, "chitra").await;
    let browser: Browser = chitra.browser().await;
    let names: Vec<String> = browser.cookies(|jar| jar.names().into_iter().map(str::to_owned).collect());
    assert!(names.len() >= 2, "{names:?}");
    for name in names {
        assert!(name.starts_with("__Host-"), "{name}");
        assert!(browser.cookies(|jar| jar.get(&name).is_some_and(|cookie| cookie.has("secure"))), "{name}");
    }
}

/// Row 48: what a client claims about addresses, hosts and schemes changes nothing.
async fn nobody_outside_says_where_they_come_from(wire: &Wire) {
    let forged = wire
        .get("/.well-known/openid-configuration")
        .header("x-forwarded-for", "203.0.113.9")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "http")
        .header("forwarded", "for=203.0.113.9;host=evil.example;proto=http");
    let answer = forged.await.expect(200);
    let metadata = answer.json();
    assert_eq!(metadata["issuer"], json!(wire.origin()));
    assert_eq!(metadata["token_endpoint"], json!(format!("{}/oauth/token", wire.origin())));
    // Signing in with a wrong password is limited by address: a new one claimed each time does not help.
    let mut last = 0;
    for try_number in 0..80 {
        let body = json!({"login": format!("nobody.{try_number}"), "password": "not the password"});
        let call = wire.post("/api/v1/auth/login").json(&body);
        last = call.header("x-forwarded-for", &format!("203.0.113.{try_number}")).await.status();
    }
    assert_eq!(last, 429);
}

/// Where the configurations lie.
fn deploy() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../deploy"))
}
