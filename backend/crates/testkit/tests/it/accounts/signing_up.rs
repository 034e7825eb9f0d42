//! Signing up, and what is refused.

use serde_json::{Value, json};
use testkit::{Call, Tapri, email_of, password_of};

fn asks(tapri: &Tapri, changes: &[(&str, Value)]) -> Call {
    let mut body = json!({"username": "asha", "email": email_of("asha"), "password": password_of("asha")});
    for (name, value) in changes {
        body[*name] = value.clone();
    }
    tapri.visitor().post("/api/v1/auth/register").json(&body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_account_is_signed_in_at_once() {
    let tapri = Tapri::start().await;
    let reply = asks(&tapri, &[("display_name", json!("Asha K."))]).await.expect(201);
    let data = reply.data();
    assert_eq!(data["user"]["username"], "asha");
    assert_eq!(data["user"]["display_name"], "Asha K.");
    assert_eq!(data["user"]["counts"], json!({"posts": 0, "followers": 0, "following": 0}));
    assert_eq!(data["user"]["user_id"].as_str().map(str::len), Some(26));
    assert_eq!(data["token_type"], "Bearer");
    assert_eq!(data["expires_in"], 600);
    assert!(data["csrf_token"].is_null(), "tokens in the body need no CSRF token");
    assert!(reply.cookies().is_empty(), "tokens in the body come without cookies");
    assert_eq!(reply.header("cache-control"), "no-store");

    let me = tapri.visitor().get("/api/v1/me").bearer(&reply.text_of("access_token")).await.expect(200).data();
    assert_eq!(me["email"], "asha@people.example");
    let public = tapri.visitor().get("/api/v1/users/asha").await.expect(200);
    assert!(!public.text().contains("asha@people.example"), "an address is not public");
}

#[tokio::test(flavor = "multi_thread")]
async fn user_names_are_taken_whatever_their_case() {
    let tapri = Tapri::start().await;
    tapri.sign_up("asha").await;
    for taken in ["asha", "Asha", "ASHA"] {
        let other = [("username", json!(taken)), ("email", json!("other@people.example"))];
        let reply = asks(&tapri, &other).await.refused(409, "username_taken");
        assert_eq!(reply.field(), "username");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_mail_can_confirm_it_an_address_belongs_to_one_account() {
    let tapri = Tapri::start().await;
    tapri.sign_up("asha").await;
    let same_address = [("username", json!("other")), ("email", json!("ASHA@people.example"))];
    let reply = asks(&tapri, &same_address).await.refused(409, "email_taken");
    assert_eq!(reply.field(), "email");
    // Nothing is half done: the name is still free.
    let own_address = [("username", json!("other")), ("email", json!("other@people.example"))];
    asks(&tapri, &own_address).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_want_one_name_at_once_one_gets_it() {
    let tapri = Tapri::start().await;
    let wire = tapri.visitor().clone();
    let statuses = testkit::all_at_once(20, |number| {
        let body = json!({"username": "asha", "email": format!("{number}@people.example"), "password": "twenty racers, one name"});
        let call = wire.post("/api/v1/auth/register").json(&body);
        async move { call.await.status() }
    })
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 19, "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_user_name_is_refused_with_its_field() {
    let tapri = Tapri::start().await;
    for name in ["as", "a-b-c", "with space", "émile", "a".repeat(31).as_str(), "", "admin"] {
        let reply = asks(&tapri, &[("username", json!(name))]).await.expect(422);
        assert_eq!(reply.field(), "username", "{name:?}: {reply:?}");
        assert!(!reply.reason().is_empty() && reply.json()["details"]["issue"].is_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_address_is_refused_with_its_field() {
    let tapri = Tapri::start().await;
    for address in ["asha", "asha@", "@people.example", "a b@people.example", ""] {
        let reply = asks(&tapri, &[("email", json!(address))]).await.expect(422);
        assert_eq!(reply.field(), "email", "{address:?}: {reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn short_long_and_common_passwords_are_refused_in_words() {
    let tapri = Tapri::start().await;
    for (password, reason) in [
        ("chai-42", "too_short"),
        ("x1".repeat(36).as_str().to_owned().as_str(), ""),
        (format!("{}y", "x1".repeat(36)).as_str(), "too_long"),
        ("é".repeat(37).as_str(), "too_long"),
        ("password1", "password_too_common"),
        ("PASSWORD1", "password_too_common"),
        ("nul\0in-the-middle", "password_unusable"),
    ] {
        let username = format!("asha.{}", password.len());
        let changes =
            [("username", json!(username)), ("email", json!(email_of(&username))), ("password", json!(password))];
        let reply = asks(&tapri, &changes).await;
        if reason.is_empty() {
            reply.expect(201);
        } else {
            assert_eq!(reply.refused(422, reason).field(), "password");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_that_is_wrong_is_named_at_once() {
    let tapri = Tapri::start().await;
    let changes = [("username", json!("a")), ("email", json!("nowhere")), ("password", json!("short"))];
    let reply = asks(&tapri, &changes).await.expect(422);
    let errors = reply.json()["details"]["errors"].as_array().expect("all of them").clone();
    let fields: Vec<&str> = errors.iter().filter_map(|error| error["field"].as_str()).collect();
    assert_eq!(fields, ["username", "email", "password"]);
    assert_eq!(reply.field(), "username", "the first one leads");
}
