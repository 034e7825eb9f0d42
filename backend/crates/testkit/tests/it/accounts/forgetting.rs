//! A forgotten password: the link, what it opens, and what it ends.

use std::time::Duration;

use serde_json::json;
use testkit::{Call, Person, Tapri, email_of, password_of, within};

const NEW: &str = "two spoons of ginger";

async fn confirmed(tapri: &Tapri, username: &str) -> Person {
    let person = tapri.sign_up(username).await;
    let code = tapri.mailbox().await.code_to(&email_of(username));
    person.send("/api/v1/auth/email/confirm", &json!({"code": code})).await.expect(200);
    person
}

fn forgets(tapri: &Tapri, address: &str) -> Call {
    tapri.visitor().post("/api/v1/auth/password/forgot").json(&json!({"email": address}))
}

fn resets(tapri: &Tapri, token: &str, password: &str) -> Call {
    let body = json!({"token": token, "new_password": password});
    tapri.visitor().post("/api/v1/auth/password/reset").json(&body)
}

fn signs_in(tapri: &Tapri, login: &str, password: &str) -> Call {
    tapri.visitor().post("/api/v1/auth/login").json(&json!({"login": login, "password": password}))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_chooses_a_new_password_and_ends_everything() {
    let tapri = Tapri::plan().mail().start().await;
    let asha = confirmed(&tapri, "asha").await;
    let browser = asha.browser().await;
    let printer = asha.registers("Chai Printer").await;
    let offline = printer.connects(&browser, "profile:read offline_access", &["profile:read", "offline_access"]).await;

    forgets(&tapri, "ASHA@people.example").await.expect(200);
    let letter = tapri.mailbox().await.newest_to(&email_of("asha"));
    let link = format!("{}/reset-password#token=", tapri.origin());
    assert!(letter.body.contains(&link) && letter.body.contains("@asha"), "{letter:?}");
    let token = tapri.mailbox().await.reset_token_to(&email_of("asha"));
    assert_eq!(resets(&tapri, &token, "short").await.refused(422, "too_short").field(), "new_password");
    resets(&tapri, &token, NEW).await.expect(200);

    within(Duration::from_secs(1), "all devices are out", || async { (asha.me().await.status() == 401).then_some(()) })
        .await;
    asha.try_refresh(&asha.refresh_token()).await.expect(401);
    browser.refreshes().await.expect(401);
    assert_eq!(offline.caller.me().await.status(), 401);
    printer.refreshes(&offline.refresh_token).await.oauth_error(400, "invalid_grant");

    signs_in(&tapri, "asha", &password_of("asha")).await.expect(401);
    signs_in(&tapri, "asha", NEW).await.expect(200);
    let told = tapri.mailbox().await.newest_to(&email_of("asha"));
    assert_eq!(told.subject, "Your password was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_is_answered_alike_whatever_the_address() {
    let tapri = Tapri::plan().mail().start().await;
    confirmed(&tapri, "asha").await;
    // Signed up, and never confirmed: this may be a stranger's address.
    tapri.sign_up("bilal").await;
    let before = tapri.mailbox().await.letters();
    let mut answers = Vec::new();
    for address in [&email_of("asha"), &email_of("bilal"), "nobody@people.example"] {
        let reply = forgets(&tapri, address).await.expect(200);
        answers.push((reply.message().to_owned(), reply.data()));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(tapri.mailbox().await.letters(), before + 1);
    let without = Tapri::start().await;
    without.sign_up("asha").await;
    let reply = forgets(&without, &email_of("asha")).await.expect(200);
    assert_eq!((reply.message().to_owned(), reply.data()), answers[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_link_ends_the_old_one_and_an_hour_ends_both() {
    let tapri = Tapri::plan().mail().start().await;
    confirmed(&tapri, "asha").await;
    forgets(&tapri, &email_of("asha")).await.expect(200);
    let first = tapri.mailbox().await.reset_token_to(&email_of("asha"));
    let letters = tapri.mailbox().await.letters();
    tapri.advance(Duration::from_secs(5));
    forgets(&tapri, &email_of("asha")).await.expect(200);
    assert_eq!(tapri.mailbox().await.letters(), letters, "not twice in a minute");
    tapri.advance(Duration::from_secs(60));
    forgets(&tapri, &email_of("asha")).await.expect(200);
    let second = tapri.mailbox().await.reset_token_to(&email_of("asha"));
    assert_ne!(first, second);
    resets(&tapri, &first, NEW).await.refused(422, "reset_token_invalid");
    tapri.advance(Duration::from_secs(3600));
    resets(&tapri, &second, NEW).await.refused(422, "reset_token_invalid");
    for nonsense in ["", "x", &"A".repeat(64), &second[..40]] {
        assert_eq!(resets(&tapri, nonsense, NEW).await.refused(422, "reset_token_invalid").field(), "token");
    }
    signs_in(&tapri, "asha", &password_of("asha")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_mail_an_address_is_nobodys_until_it_is_confirmed() {
    let tapri = Tapri::plan().mail().start().await;
    let asha = confirmed(&tapri, "asha").await;
    // Somebody signs up with her address: the answer is as for any other, and only she hears of it.
    let body = json!({"username": "thief", "email": email_of("asha"), "password": password_of("thief")});
    let reply = tapri.visitor().post("/api/v1/auth/register").json(&body).await.expect(201);
    let letter = tapri.mailbox().await.newest_to(&email_of("asha"));
    assert_eq!(letter.subject, "You have an account here already");
    assert!(letter.body.contains("@asha") && !letter.body.contains("thief"), "{letter:?}");
    let thief = tapri.visitor().get("/api/v1/me").bearer(&reply.text_of("access_token")).await.expect(200);
    assert_eq!(thief.data()["email_confirmed"], false);
    let login = signs_in(&tapri, &email_of("asha"), &password_of("asha")).await.expect(200);
    assert_eq!(login.data()["user"]["user_id"], asha.user_id.as_str());
    // An address that is not confirmed signs nobody in.
    tapri.sign_up("bilal").await;
    signs_in(&tapri, &email_of("bilal"), &password_of("bilal")).await.expect(401);
    signs_in(&tapri, "bilal", &password_of("bilal")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_mistypes_an_address_keeps_it_from_nobody() {
    let tapri = Tapri::plan().mail().start().await;
    let body = json!({"username": "early", "email": email_of("asha"), "password": password_of("early")});
    tapri.visitor().post("/api/v1/auth/register").json(&body).await.expect(201);
    tapri.mailbox().await;
    let asha = tapri.sign_up("asha").await;
    let code = tapri.mailbox().await.code_to(&email_of("asha"));
    asha.send("/api/v1/auth/email/confirm", &json!({"code": code})).await.expect(200);
    assert_eq!(asha.me().await.expect(200).data()["email_confirmed"], true);
}
