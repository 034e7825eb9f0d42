//! Confirming addresses and numbers by codes, and changing the address.

use std::time::Duration;

use serde_json::json;
use testkit::{Person, Tapri, email_of, password_of};

const MINUTE: Duration = Duration::from_secs(60);

async fn confirm(person: &Person, code: &str) -> testkit::Reply {
    person.send("/api/v1/auth/email/confirm", &json!({"code": code})).await
}

async fn asks_again(person: &Person) -> testkit::Reply {
    person.send("/api/v1/auth/email/verification", &json!({})).await
}

/// A code that is not `code`.
fn another(code: &str) -> String {
    if code == "123456" { "654321".to_owned() } else { "123456".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_comes_at_sign_up_and_confirms_the_address() {
    let tapri = Tapri::plan().mail().start().await;
    let asha = tapri.sign_up("asha").await;
    let me = asha.me().await.expect(200).data();
    assert_eq!((&me["email_confirmed"], &me["email_verification"]), (&json!(false), &json!("asked")));
    let letter = tapri.mailbox().await.newest_to(&email_of("asha"));
    let code = tapri.mailbox().await.code_to(&email_of("asha"));
    assert_eq!(code.len(), 6);
    assert!(letter.subject.contains(&code) && letter.body.contains("10 minutes"), "{letter:?}");

    confirm(&asha, &another(&code)).await.refused(422, "code_wrong");
    confirm(&asha, &format!("{} {}", &code[..3], &code[3..])).await.expect(200);
    let me = asha.me().await.expect(200).data();
    assert_eq!((&me["email_confirmed"], &me["email_verification"]), (&json!(true), &json!("nothing")));
    confirm(&asha, &code).await.refused(422, "code_expired");
    asks_again(&asha).await.refused(409, "email_confirmed_already");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_for_ten_minutes_and_five_tries_and_a_new_one_ends_it() {
    let tapri = Tapri::plan().mail().start().await;
    let asha = tapri.sign_up("asha").await;
    let first = tapri.mailbox().await.code_to(&email_of("asha"));
    for _ in 0..5 {
        confirm(&asha, &another(&first)).await.refused(422, "code_wrong");
    }
    confirm(&asha, &first).await.refused(422, "code_expired");

    asks_again(&asha).await.refused(429, "too_many_requests");
    tapri.advance(MINUTE);
    let reply = asks_again(&asha).await.expect(200);
    assert_eq!(reply.data(), json!({"sent_to": email_of("asha"), "expires_in": 600, "resend_in": 60}));
    let second = tapri.mailbox().await.code_to(&email_of("asha"));
    tapri.advance(MINUTE);
    asks_again(&asha).await.expect(200);
    let third = tapri.mailbox().await.code_to(&email_of("asha"));
    confirm(&asha, &second).await.refused(422, "code_wrong");
    tapri.advance(10 * MINUTE);
    asha.refresh().await;
    confirm(&asha, &third).await.refused(422, "code_expired");

    for _ in 3..10 {
        tapri.advance(MINUTE);
        asha.refresh().await;
        asks_again(&asha).await.expect(200);
        // A code counts from when it was drawn, and a job draws it.
        tapri.mailbox().await;
    }
    tapri.advance(MINUTE);
    let reply = asks_again(&asha).await.refused(429, "too_many_requests");
    let wait: u64 = reply.header("retry-after").parse().expect("seconds");
    assert!(wait > 3600, "ten a day: {wait}");
    tapri.advance(Duration::from_secs(wait));
    asha.refresh().await;
    asks_again(&asha).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_lies_nowhere_and_a_stopped_mail_server_only_delays_it() {
    let tapri = Tapri::plan().mail().start().await;
    tapri.mailbox().await.fail(1);
    let asha = tapri.sign_up("asha").await;
    assert_eq!(tapri.mailbox().await.letters(), 0);
    tapri.advance(Duration::from_secs(10));
    let code = tapri.mailbox().await.code_to(&email_of("asha"));
    for document in tapri.documents(testkit::Server::Resource).await {
        let of_codes = ["resource_codes", "resource_jobs"].contains(&document.collection);
        assert!(!(of_codes && document.text.contains(&code)), "{document:?}");
    }
    confirm(&asha, &code).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_is_required_nothing_is_posted_before() {
    let required = |settings: &mut httpkit::settings::Settings| {
        settings.accounts.email_verification = httpkit::settings::EmailVerification::Required;
    };
    let tapri = Tapri::plan().mail().settings(required).start().await;
    let asha = tapri.sign_up("asha").await;
    assert_eq!(asha.me().await.expect(200).data()["email_verification"], "required");
    asha.post_with(&json!({"title": "Midnight Chai"})).await.refused(403, "email_not_confirmed");
    asha.upload(testkit::pictures::jpeg(64, 48), None).await.refused(403, "email_not_confirmed");
    confirm(&asha, &tapri.mailbox().await.code_to(&email_of("asha"))).await.expect(200);
    let post = asha.post("Midnight Chai").await;
    let bilal = tapri.sign_up("bilal").await;
    bilal.comment(&post, "Two, please").await.refused(403, "email_not_confirmed");
    bilal.read(&post).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_mail_nothing_can_be_confirmed_and_nothing_is_asked() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    assert_eq!(asha.me().await.expect(200).data()["email_verification"], "nothing");
    asks_again(&asha).await.refused(409, "mail_not_configured");
    let phone = json!({"phone": "+91 98765 43210"});
    asha.send("/api/v1/auth/phone/verification", &phone).await.refused(409, "sms_not_configured");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_known_to_want_hindi_is_written_to_in_hindi() {
    let tapri = Tapri::plan().mail().start().await;
    let body = json!({"username": "asha", "email": email_of("asha"), "password": password_of("asha")});
    let call = tapri.visitor().post("/api/v1/auth/register").header("accept-language", "hi-IN,hi;q=0.9,en;q=0.5");
    call.json(&body).await.expect(201);
    let letter = tapri.mailbox().await.newest_to(&email_of("asha"));
    assert!(letter.subject.contains("आपका Tapri कोड है"), "{letter:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_number_is_confirmed_by_text_message() {
    let tapri = Tapri::plan().texts().start().await;
    let asha = tapri.sign_up("asha").await;
    let number = |text: &str| asha.send("/api/v1/auth/phone/verification", &json!({"phone": text}));
    assert_eq!(number("98765 43210").await.refused(422, "phone_invalid").field(), "phone");
    assert_eq!(number("+91 98765-43210").await.expect(200).text_of("sent_to"), "+919876543210");
    let code = tapri.mailbox().await.code_to("+919876543210");
    let confirm = |code: &str| asha.send("/api/v1/auth/phone/confirm", &json!({"code": code}));
    confirm(&another(&code)).await.refused(422, "code_wrong");
    assert!(asha.me().await.expect(200).data()["phone"].is_null());
    confirm(&code).await.expect(200);
    assert_eq!(asha.me().await.expect(200).data()["phone"], "+919876543210");
    let reader = asha
        .registers("Chai Printer")
        .await
        .connects(&asha.browser().await, "profile:read email", &["profile:read", "email"])
        .await;
    let seen = reader.caller.me().await.expect(200).data();
    assert!(seen["phone"].is_null() && seen["email"].is_string(), "no scope shows a number: {seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_address_is_confirmed_first_and_the_old_one_is_told() {
    let tapri = Tapri::plan().mail().start().await;
    let asha = tapri.sign_up("asha").await;
    confirm(&asha, &tapri.mailbox().await.code_to(&email_of("asha"))).await.expect(200);
    let change = |password: &str| {
        let body = json!({"email": "new@people.example", "current_password": password});
        asha.send("/api/v1/auth/email/change", &body)
    };
    change("a guess").await.refused(422, "password_wrong");
    tapri.advance(MINUTE);
    let reply = change(&password_of("asha")).await.expect(200).data();
    assert_eq!((&reply["changed"], &reply["verification"]["sent_to"]), (&json!(false), &json!("new@people.example")));
    let code = tapri.mailbox().await.code_to("new@people.example");
    assert_eq!(asha.me().await.expect(200).data()["email"], email_of("asha").as_str());

    confirm(&asha, &code).await.expect(200);
    assert_eq!(asha.me().await.expect(200).data()["email"], "new@people.example");
    let letter = tapri.mailbox().await.newest_to(&email_of("asha"));
    assert!(letter.body.contains("new@people.example"), "{letter:?}");
    // The old address signs nobody in and is free; the new one does.
    let login = |login: &str| {
        tapri.visitor().post("/api/v1/auth/login").json(&json!({"login": login, "password": password_of("asha")}))
    };
    login(&email_of("asha")).await.expect(401);
    login("new@people.example").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_mail_another_address_holds_at_once_if_it_is_free() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    tapri.sign_up("bilal").await;
    let change = |email: &str| {
        let body = json!({"email": email, "current_password": password_of("asha")});
        asha.send("/api/v1/auth/email/change", &body)
    };
    change(&email_of("bilal")).await.refused(409, "email_taken");
    assert_eq!(change("new@people.example").await.expect(200).data(), json!({"changed": true}));
    let login = json!({"login": "new@people.example", "password": password_of("asha")});
    tapri.visitor().post("/api/v1/auth/login").json(&login).await.expect(200);
}
