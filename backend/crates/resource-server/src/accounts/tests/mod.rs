//! Accounts at their own door, with an auth server that is played. What the real one makes of it is told in `testkit`.

mod browsers;
mod passwords;
mod signing;

use http::Method;
use serde_json::{Value, json};

use crate::testing::{Answer, World};

const PASSWORD: &str = "chai and rain";

fn registration(name: &str) -> Value {
    json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD})
}

/// Signs up; returns the tokens' part of the answer.
async fn sign_up(world: &World, name: &str) -> Value {
    let answer = world.call(Method::POST, "/api/v1/auth/register", "", registration(name)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.data()
}

async fn sign_in(world: &World, login: &str, password: &str) -> Answer {
    world.call(Method::POST, "/api/v1/auth/login", "", json!({"login": login, "password": password})).await
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.reason())
}
