use std::sync::Arc;

use http::Method;
use http::header::WWW_AUTHENTICATE;
use httpkit::settings::Passwords;
use serde_json::{Value, json};
use store::{Change, SeededRandom};

use super::{PASSWORD, refusal, registration, sign_in, sign_up, text};
use crate::accounts::account::Account;
use crate::passwords::{NewPassword, PasswordPool};
use crate::testing::World;

#[tokio::test]
async fn somebody_signs_up_and_is_in() {
    let world = World::new().await;
    let body = json!({"username": "Asha", "email": "Asha@Example.org", "password": PASSWORD, "display_name": "Asha K"});
    let answer = world.call(Method::POST, "/api/v1/auth/register", "", body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let data = answer.data();
    let user = &data["user"];
    assert_eq!((text(&user["username"]), text(&user["display_name"])), ("asha".to_owned(), "Asha K".to_owned()));
    assert_eq!((text(&user["email"]), text(&user["role"])), ("Asha@Example.org".to_owned(), "user".to_owned()));
    assert_eq!((&data["token_type"], &data["expires_in"]), (&json!("Bearer"), &json!(600)));
    assert_eq!(data["csrf_token"], Value::Null);
    assert!(!answer.headers.contains_key("set-cookie"), "programs get no cookie");
    assert!(!String::from_utf8_lossy(&answer.bytes).contains("$2b$"));
    let token = text(&data["access_token"]);
    assert_eq!(world.call(Method::GET, "/api/v1/me", &token, Value::Null).await.status, 200);
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once() {
    let world = World::new().await;
    let body = json!({"username": "a", "email": "nowhere", "password": "short", "display_name": ""});
    let answer = world.call(Method::POST, "/api/v1/auth/register", "", body).await;
    assert_eq!(refusal(&answer), (422, "username_invalid".to_owned()));
    let errors = answer.json()["details"]["errors"].clone();
    let fields: Vec<String> = errors.as_array().unwrap().iter().map(|error| text(&error["field"])).collect();
    assert_eq!(fields, ["username", "email", "password", "display_name"]);
    assert_eq!(world.auth.sessions(), 0, "nothing is half done");
}

#[tokio::test]
async fn a_name_and_an_address_belong_to_one() {
    let world = World::new().await;
    sign_up(&world, "asha").await;
    let same_name = json!({"username": "ASHA", "email": "other@example.org", "password": PASSWORD});
    let answer = world.call(Method::POST, "/api/v1/auth/register", "", same_name).await;
    assert_eq!(refusal(&answer), (409, "username_taken".to_owned()));
    assert_eq!(answer.json()["details"]["field"], "username");
    let same_address = json!({"username": "asha2", "email": "ASHA@example.ORG", "password": PASSWORD});
    let answer = world.call(Method::POST, "/api/v1/auth/register", "", same_address).await;
    assert_eq!(refusal(&answer), (409, "email_taken".to_owned()));
    assert_eq!(answer.json()["details"]["field"], "email");
}

#[tokio::test]
async fn of_many_who_sign_up_alike_at_once_one_gets_the_name() {
    let world = World::new().await;
    let attempts = (0..8).map(|number| {
        let body = json!({"username": "asha", "email": format!("asha{number}@example.org"), "password": PASSWORD});
        world.call(Method::POST, "/api/v1/auth/register", "", body)
    });
    let mut outcomes: Vec<(u16, String)> = futures::future::join_all(attempts).await.iter().map(refusal).collect();
    outcomes.sort();
    assert_eq!(outcomes[0], (201, String::new()));
    assert!(outcomes[1..].iter().all(|outcome| *outcome == (409, "username_taken".to_owned())), "{outcomes:?}");
}

#[tokio::test]
async fn an_account_that_could_not_be_signed_in_is_there_all_the_same() {
    let world = World::new().await;
    world.auth.fall_silent(true);
    let answer = world.call(Method::POST, "/api/v1/auth/register", "", registration("asha")).await;
    assert_eq!(refusal(&answer), (503, "sign_in_later".to_owned()));
    world.auth.fall_silent(false);
    assert_eq!(sign_in(&world, "asha", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn one_signs_in_by_name_or_address_in_any_case() {
    let world = World::new().await;
    sign_up(&world, "asha").await;
    for login in ["asha", "Asha", " asha ", "asha@example.org", "ASHA@EXAMPLE.ORG"] {
        assert_eq!(sign_in(&world, login, PASSWORD).await.status, 200, "{login}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_answered_alike() {
    let world = World::new().await;
    sign_up(&world, "asha").await;
    let strange = "x".repeat(5_000);
    let attempts = [
        ("asha", "not her password"),
        ("asha", ""),
        ("asha", strange.as_str()),
        ("asha", "chai and rain\0"),
        ("nobody", PASSWORD),
        ("nobody@example.org", PASSWORD),
        ("no body!", PASSWORD),
        (strange.as_str(), PASSWORD),
        ("", ""),
    ];
    for (login, password) in attempts {
        let answer = sign_in(&world, login, password).await;
        assert_eq!(refusal(&answer), (401, "credentials_wrong".to_owned()), "{login:.20} {password:.20}");
        assert_eq!(answer.json()["message"], "The name or the password is wrong");
        assert!(answer.headers.contains_key(WWW_AUTHENTICATE));
    }
}

#[tokio::test]
async fn operators_in_place_of_texts_end_at_the_door() {
    let world = World::new().await;
    let body = json!({"login": {"$gt": ""}, "password": {"$gt": ""}});
    let answer = world.call(Method::POST, "/api/v1/auth/login", "", body).await;
    assert_eq!(refusal(&answer), (422, "wrong_type".to_owned()));
    let answer = world
        .call(Method::POST, "/api/v1/auth/login", "", json!({"login": "a", "password": "b", "role": "admin"}))
        .await;
    assert_eq!(refusal(&answer), (422, "unknown_field".to_owned()));
}

#[tokio::test]
async fn one_account_and_one_address_are_tried_only_so_often() {
    let world = World::with(|settings| settings.limits.enabled = true).await;
    sign_up(&world, "asha").await;
    let mut answers = Vec::new();
    for _ in 0..11 {
        answers.push(sign_in(&world, "asha", "not her password").await);
    }
    let last = answers.pop().unwrap();
    assert!(answers.iter().all(|answer| answer.status == 401));
    assert_eq!(last.status, 429);
    assert!(last.headers.contains_key("retry-after"));
    assert_eq!(sign_in(&world, " ASHA ", PASSWORD).await.status, 429, "all spellings are one name");
}

#[tokio::test]
async fn a_hash_of_an_older_cost_is_renewed_at_sign_in() {
    let world = World::with(|settings| settings.passwords.bcrypt_cost = 5).await;
    let user = sign_up(&world, "asha").await["user"]["user_id"].as_str().unwrap().parse().unwrap();
    let cheap = Passwords { bcrypt_cost: 4, threads: 1, queue: 1 };
    let pool = PasswordPool::new(&cheap, Arc::new(SeededRandom::new(9)));
    let old = pool.hash(NewPassword::parse("password", PASSWORD.to_owned()).unwrap()).await.unwrap();
    let accounts = world.app.store().collection::<Account>();
    let put_back = accounts.modify(&user, |account| {
        account.password_hash.clone_from(&old);
        Ok::<_, store::Error>(Change::Write)
    });
    put_back.await.unwrap();
    assert_eq!(sign_in(&world, "asha", "not her password").await.status, 401);
    assert!(accounts.get(&user).await.unwrap().unwrap().password_hash.starts_with("$2b$04$"));
    assert_eq!(sign_in(&world, "asha", PASSWORD).await.status, 200);
    let renewed = accounts.get(&user).await.unwrap().unwrap();
    assert!(renewed.password_hash.starts_with("$2b$05$") && renewed.credential_version == 1);
    assert_eq!(sign_in(&world, "asha", PASSWORD).await.status, 200);
}
