//! Changing the password, and the devices page beside it.

use std::time::Duration;

use axum::body::Body;
use http::header::{AUTHORIZATION, USER_AGENT};
use http::{Method, Request};
use serde_json::{Value, json};

use super::{PASSWORD, refusal, sign_in, sign_up, text};
use crate::testing::{Answer, World};

const NEW: &str = "rain and chai";

async fn change(world: &World, token: &str, current: &str, new: &str) -> Answer {
    let body = json!({"current_password": current, "new_password": new});
    world.call(Method::POST, "/api/v1/auth/password/change", token, body).await
}

#[tokio::test]
async fn a_new_password_opens_and_the_old_one_no_longer_does() {
    let world = World::new().await;
    let data = sign_up(&world, "asha").await;
    let answer = change(&world, &text(&data["access_token"]), PASSWORD, NEW).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.data()["access_token"].is_string() && answer.data()["refresh_token"].is_string());
    assert_eq!(sign_in(&world, "asha", PASSWORD).await.status, 401);
    assert_eq!(sign_in(&world, "asha", NEW).await.status, 200);
    let told = world.auth.told();
    assert_eq!((told.len(), told[0].version, told[0].apps), (1, 2, false));
    assert_eq!(told[0].keep.unwrap().to_string(), text(&data["session_id"]));
    world.clock.advance(Duration::from_secs(60));
    world.server.run_jobs_until_idle().await;
    assert_eq!(world.auth.told().len(), 1, "what was told is not told again");
}

#[tokio::test]
async fn what_is_not_good_changes_nothing() {
    let world = World::new().await;
    let token = text(&sign_up(&world, "asha").await["access_token"]);
    for (current, new, field, reason) in [
        ("not her password", NEW, "current_password", "password_wrong"),
        (PASSWORD, "short", "new_password", "too_short"),
        (PASSWORD, "password123", "new_password", "password_too_common"),
        (PASSWORD, PASSWORD, "new_password", "password_unchanged"),
    ] {
        let answer = change(&world, &token, current, new).await;
        assert_eq!(refusal(&answer), (422, reason.to_owned()));
        assert_eq!(answer.json()["details"]["field"], field);
    }
    assert!(world.auth.told().is_empty());
    assert_eq!(sign_in(&world, "asha", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn what_the_auth_server_could_not_be_told_it_is_told_later() {
    let world = World::new().await;
    let token = text(&sign_up(&world, "asha").await["access_token"]);
    world.auth.fall_silent(true);
    let answer = change(&world, &token, PASSWORD, NEW).await;
    assert_eq!(refusal(&answer), (503, "sign_in_later".to_owned()));
    world.auth.fall_silent(false);
    world.server.run_jobs_until_idle().await;
    assert!(world.auth.told().is_empty(), "the handler has its head start");
    world.clock.advance(Duration::from_secs(10));
    world.server.run_jobs_until_idle().await;
    assert_eq!(world.auth.told().len(), 1);
    assert_eq!(sign_in(&world, "asha", NEW).await.status, 200);
}

#[tokio::test]
async fn devices_are_listed_by_name_and_signed_out() {
    let world = World::new().await;
    let first = sign_up(&world, "asha").await;
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0";
    let body = json!({"login": "asha", "password": PASSWORD}).to_string();
    let request =
        Request::post("/api/v1/auth/login").header(USER_AGENT, agent).header("content-type", "application/json");
    let second = world.send(request.body(Body::from(body)).unwrap()).await.data();
    let token = text(&second["access_token"]);
    let list =
        async || world.call(Method::GET, "/api/v1/auth/sessions", &token, Value::Null).await.data()["items"].clone();
    let mut devices: Vec<(String, bool)> = list()
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (text(&item["device"]), item["current"] == json!(true)))
        .collect();
    devices.sort();
    assert_eq!(devices, [("Firefox on Linux".to_owned(), true), ("Unknown device".to_owned(), false)]);

    let path = format!("/api/v1/auth/sessions/{}", text(&first["session_id"]));
    let end = async || world.call(Method::DELETE, &path, &token, Value::Null).await;
    assert_eq!(end().await.status, 200);
    let request = Request::get("/api/v1/me").header(AUTHORIZATION, format!("Bearer {}", text(&first["access_token"])));
    assert_eq!(world.send(request.body(Body::empty()).unwrap()).await.reason(), "token_revoked", "at once");
    assert_eq!(refusal(&end().await), (404, "session_not_found".to_owned()));
    let nonsense = world.call(Method::DELETE, "/api/v1/auth/sessions/nonsense", &token, Value::Null).await;
    assert_eq!(refusal(&nonsense), (404, "session_not_found".to_owned()));
    assert_eq!(list().await.as_array().unwrap().len(), 1);
}
