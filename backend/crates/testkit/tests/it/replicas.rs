//! Many processes behind one origin: what one of them ends is over on all, and what one of them began another completes.

use std::time::Duration;

use serde_json::json;
use testkit::{App, Browser, Caller, Granted, Person, Server, Tapri, Wire, within};

/// Other resource servers than the one that serves the origin: beside it, beside it, and with an auth server of its own.
async fn replicas(tapri: &mut Tapri) -> [Wire; 3] {
    [tapri.another_resource().await, tapri.another_resource().await, tapri.another_auth_and_resource().await]
}

/// Until `caller` is refused on every replica, and on the first one.
async fn is_out_everywhere(what: &str, caller: &Caller, replicas: &[Wire]) {
    let everywhere = replicas.iter().chain([caller.wire()]);
    for wire in everywhere {
        let there = caller.at(wire);
        let (_, took) = within(Duration::from_secs(1), what, || async {
            (there.get("/api/v1/users/asha").await.status() == 401).then_some(())
        })
        .await;
        assert!(took < Duration::from_secs(1), "{what}: {took:?}");
    }
}

async fn works_everywhere(caller: &Caller, replicas: &[Wire]) {
    for wire in replicas {
        caller.at(wire).get("/api/v1/users/asha").await.expect(200);
    }
}

/// Somebody with an app that they let in, and tokens of both.
struct Household {
    person: Person,
    browser: Browser,
    granted: Granted,
}

async fn household(tapri: &Tapri, printer: &App, name: &str) -> Household {
    let person = tapri.sign_up(name).await;
    let browser = person.browser().await;
    let granted = printer.connects(&browser, "posts:read", &["posts:read"]).await;
    Household { person, browser, granted }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_on_one_replica_ends_on_all_within_a_second() {
    let mut tapri = Tapri::start().await;
    let replicas = replicas(&mut tapri).await;
    let asha = tapri.sign_up_admin("asha").await;
    let printer = asha.registers("Chai Printer").await;
    for ending in ["others", "logout", "withdraw", "revoke", "reuse", "password", "suspend", "app"] {
        let Household { person, browser, granted } = household(&tapri, &printer, &format!("bilal.{ending}")).await;
        works_everywhere(&granted.caller, &replicas).await;
        match ending {
            "others" => person.delete("/api/v1/auth/sessions").await.expect(200),
            "logout" => browser.signs_out().await.expect(200),
            "withdraw" => person.withdraws(&printer).await.expect(200),
            "revoke" => printer.revokes(&granted.refresh_token).await.expect(200),
            "reuse" => {
                printer.refreshes(&granted.refresh_token).await.expect(200);
                tapri.advance(Duration::from_secs(31));
                printer.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant")
            }
            "password" => {
                let password = testkit::password_of(&person.username);
                person.change_password(&password, "two spoons of ginger").await.expect(200)
            }
            "suspend" => {
                let path = format!("/api/v1/admin/users/{}/suspension", person.username);
                asha.put(&path).json(&json!({"reason": "Spam"})).await.expect(200)
            }
            _ => asha.delete(&format!("/api/v1/apps/{}", printer.client_id)).await.expect(200),
        };
        is_out_everywhere(ending, &granted.caller, &replicas).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_starts_knows_what_ended_before_it_answers_anybody() {
    let mut tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    let gone = household(&tapri, &printer, "bilal").await;
    let stays = household(&tapri, &printer, "chitra").await;
    gone.person.withdraws(&printer).await.expect(200);
    gone.person.log_out().await.expect(200);
    for late in [tapri.another_resource().await, tapri.another_auth_and_resource().await] {
        gone.granted.caller.at(&late).get("/api/v1/users/asha").await.refused(401, "token_revoked");
        gone.person.at(&late).me().await.refused(401, "token_revoked");
        stays.granted.caller.at(&late).get("/api/v1/users/asha").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_asks_the_auth_server_whether_its_token_is_good() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    let bilal = household(&tapri, &printer, "bilal").await;
    tapri.close_store(Server::Auth).await;
    printer.refreshes(&bilal.granted.refresh_token).await.expect(503);
    bilal.granted.caller.get("/api/v1/users/asha").await.expect(200);
    bilal.person.me().await.expect(200);
    asha.post("Midnight Chai").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_auth_server_began_another_completes_when_it_is_gone() {
    let mut tapri = Tapri::start().await;
    let far = tapri.another_auth_and_resource().await;
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    let frame = asha.registers_for_devices("Wall Frame").await;
    let bilal = household(&tapri, &printer, "bilal").await;
    let flow = printer.asks("posts:read offline_access");
    let code = printer.gets_code(&bilal.browser, &flow, &["posts:read", "offline_access"]).await;
    let device = frame.on_device("posts:read").await;
    device.polls().await.oauth_error(400, "authorization_pending");

    tapri.lose_first_auth();

    let decided = json!({"user_code": device.user_code(), "decision": "allow", "scopes": ["posts:read"]});
    bilal.person.at(&far).send("/api/v1/device", &decided).await.expect(200);
    let (device_code, secret) = (device.device_code(), printer.secret.clone().expect("it is confidential"));
    let asks_for_tokens = |fields: &[(&str, &str)]| far.post("/oauth/token").form(fields);
    let shown = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", &device_code),
        ("client_id", &frame.client_id),
    ];
    asks_for_tokens(&shown).await.expect(200);
    let redeemed = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", flow.param("redirect_uri")),
        ("code_verifier", &flow.verifier),
    ];
    asks_for_tokens(&redeemed).basic(&printer.client_id, &secret).await.expect(200);
    let refreshed = [("grant_type", "refresh_token"), ("refresh_token", &*bilal.granted.refresh_token)];
    asks_for_tokens(&refreshed).basic(&printer.client_id, &secret).await.expect(200);
    let signs_out = json!({"refresh_token": bilal.person.refresh_token()});
    far.post("/api/v1/auth/logout").json(&signs_out).await.expect(200);
    bilal.person.at(&far).me().await.refused(401, "token_revoked");
}
