//! Signing in by name and by address; what the unknown and the mistaken have in common.

use serde_json::{Value, json};
use testkit::{Reply, Tapri, email_of, password_of};

async fn signs_in(tapri: &Tapri, login: &str, password: &str) -> Reply {
    tapri.visitor().post("/api/v1/auth/login").json(&json!({"login": login, "password": password})).await
}

/// An error without what differs from request to request.
fn faceless(reply: &Reply) -> Value {
    let mut body = reply.json().clone();
    body["details"]["request_id"] = Value::Null;
    body["timestamp"] = Value::Null;
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_by_name_or_by_address_in_any_case() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    for login in ["asha", "Asha", &email_of("asha"), "ASHA@People.Example"] {
        let reply = signs_in(&tapri, login, &password_of("asha")).await.expect(200);
        assert_eq!(reply.data()["user"]["user_id"], asha.user_id.as_str());
        assert_eq!(reply.data()["token_type"], "Bearer");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_name_and_a_wrong_password_are_answered_alike() {
    let tapri = Tapri::start().await;
    tapri.sign_up("asha").await;
    let wrong = signs_in(&tapri, "asha", "not the password").await.expect(401);
    let answers = [
        signs_in(&tapri, "nobody", "not the password").await,
        signs_in(&tapri, "nobody@people.example", "not the password").await,
        signs_in(&tapri, "asha@people.example", "not the password").await,
        signs_in(&tapri, "no user name at all!", "not the password").await,
        // Twins beyond bcrypt's 72 bytes, and what no password can be, are just wrong.
        signs_in(&tapri, "asha", &"x".repeat(73)).await,
        signs_in(&tapri, "asha", "nul\0inside").await,
    ];
    for answer in answers {
        assert_eq!(answer.status(), 401, "{answer:?}");
        assert_eq!(faceless(&answer), faceless(&wrong));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_taken_as_it_is_typed() {
    let tapri = Tapri::start().await;
    tapri.sign_up("asha").await;
    let password = password_of("asha");
    for other in [format!(" {password}"), format!("{password} "), password.to_uppercase()] {
        signs_in(&tapri, "asha", &other).await.expect(401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_too_often_is_told_when_to_try_again() {
    let tapri = Tapri::plan().settings(|settings| settings.limits.enabled = true).start().await;
    tapri.sign_up("asha").await;
    let mut answer = signs_in(&tapri, "asha", "a guess").await;
    for _ in 0..30 {
        if answer.status() == 429 {
            break;
        }
        answer = signs_in(&tapri, "asha", "a guess").await;
    }
    let answer = answer.refused(429, "too_many_requests");
    let seconds: u64 = answer.header("retry-after").parse().expect("whole seconds");
    assert!(seconds > 0);
    assert!(!answer.header("ratelimit-limit").is_empty() && !answer.header("ratelimit-reset").is_empty());
    assert!(answer.message().contains("Too many attempts to sign in"), "{answer:?}");

    tapri.advance(std::time::Duration::from_secs(seconds));
    signs_in(&tapri, "asha", &password_of("asha")).await.expect(200);
}
