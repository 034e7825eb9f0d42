//! Apps that register nowhere: their id is the URL of a document that says what they are.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{App, Elsewhere, Person, ProofKey, Tapri};

use super::proofs::now;

const PATH: &str = "/oauth/client.json";

fn document(elsewhere: &Elsewhere) -> Value {
    json!({
        "client_id": elsewhere.url(PATH), "client_name": "Wandering Camera",
        "redirect_uris": [elsewhere.url("/callback"), "http://127.0.0.1/callback"],
        "token_endpoint_auth_method": "none", "client_uri": elsewhere.url("/"),
    })
}

fn camera(tapri: &Tapri, elsewhere: &Elsewhere) -> App {
    let id = json!({"client_id": elsewhere.url(PATH)});
    App::by_itself(tapri.visitor(), &id, &elsewhere.url("/callback"))
}

async fn open(elsewhere: &Elsewhere) -> (Tapri, Person) {
    let tapri = Tapri::plan().settings(|settings| elsewhere.allowed(settings)).start().await;
    let asha = tapri.sign_up("asha").await;
    (tapri, asha)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_with_a_document_is_let_in_kept_and_withdrawn_like_any_other() {
    let elsewhere = Elsewhere::open().await;
    let (tapri, asha) = open(&elsewhere).await;
    let metadata = tapri.visitor().get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(metadata.json()["client_id_metadata_document_supported"], true);
    elsewhere.lays(PATH, &document(&elsewhere));
    let (app, browser) = (camera(&tapri, &elsewhere), asha.browser().await);
    let request = browser.reaches_consent(&app.asks("profile:read")).await;
    let client = browser.reads_consent(&request).await.expect(200).data()["client"].clone();
    assert_eq!(client["client_name"], "Wandering Camera");
    let host = elsewhere.url("").replace("https://", "");
    assert_eq!((&client["host"], &client["made_by"]), (&json!(host), &Value::Null));

    let granted = app.connects(&browser, "profile:read offline_access", &["profile:read", "offline_access"]).await;
    granted.caller.me().await.expect(200);
    assert_eq!(elsewhere.asked(PATH), 1, "the document is remembered");
    let listed = asha.authorized_apps().await.expect(200).items();
    assert_eq!(
        (&listed[0]["client_id"], &listed[0]["client_name"]),
        (&json!(app.client_id), &json!("Wandering Camera"))
    );

    // The app goes on while its server does not answer for a while, and not for ever.
    elsewhere.lays_with(PATH, 503, &[], "");
    tapri.advance(Duration::from_secs(3600));
    let granted = app.granted(&app.refreshes(&granted.refresh_token).await.expect(200));
    asha.refresh().await;
    let encoded: String = url_encoded(&app.client_id);
    asha.delete(&format!("/api/v1/me/authorized-apps/{encoded}")).await.expect(200);
    app.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
    tapri.advance(Duration::from_secs(8 * 24 * 3600));
    app.refreshes(&granted.refresh_token).await.oauth_error(401, "invalid_client");
}

fn url_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_fetched_again_when_its_server_said_that_it_is_old() {
    let elsewhere = Elsewhere::open().await;
    let (tapri, asha) = open(&elsewhere).await;
    let json = [("content-type", "application/json"), ("cache-control", "max-age=120")];
    elsewhere.lays_with(PATH, 200, &json, &document(&elsewhere).to_string());
    let (app, browser) = (camera(&tapri, &elsewhere), asha.browser().await);
    for _ in 0..3 {
        browser.reaches_consent(&app.asks("posts:read")).await;
    }
    assert_eq!(elsewhere.asked(PATH), 1);
    let mut changed = document(&elsewhere);
    changed["client_name"] = "Settled Camera".into();
    elsewhere.lays(PATH, &changed);
    tapri.advance(Duration::from_secs(121));
    let request = browser.reaches_consent(&app.asks("posts:read")).await;
    let shown = browser.reads_consent(&request).await.expect(200).data();
    assert_eq!((&shown["client"]["client_name"], elsewhere.asked(PATH)), (&json!("Settled Camera"), 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_may_name_keys_and_then_the_app_proves_itself_with_them() {
    let elsewhere = Elsewhere::open().await;
    let (tapri, asha) = open(&elsewhere).await;
    let key = ProofKey::new();
    let mut said = document(&elsewhere);
    said["token_endpoint_auth_method"] = "private_key_jwt".into();
    said["jwks"] = json!({"keys": [key.jwk()]});
    elsewhere.lays(PATH, &said);
    let app = camera(&tapri, &elsewhere);
    let flow = app.asks("profile:read");
    let code = app.gets_code(&asha.browser().await, &flow, &["profile:read"]).await;
    let assertion = key.assertion(&app.client_id, tapri.origin(), now(&tapri)).signed();
    let redeem = |proof: &[(&str, &str)]| {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", app.client_id.as_str()),
            ("code", code.as_str()),
            ("redirect_uri", flow.param("redirect_uri")),
            ("code_verifier", flow.verifier.as_str()),
        ];
        tapri.visitor().post("/oauth/token").form(&[&fields[..], proof].concat())
    };
    redeem(&[]).await.oauth_error(401, "invalid_client");
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    redeem(&[("client_assertion", &assertion), ("client_assertion_type", kind)]).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_good_document_is_no_app() {
    let elsewhere = Elsewhere::open().await;
    let (tapri, asha) = open(&elsewhere).await;
    let (app, browser) = (camera(&tapri, &elsewhere), asha.browser().await);
    let good = document(&elsewhere);
    let json = [("content-type", "application/json")];
    let refused = async |what: &str| {
        assert_eq!(browser.begins(&app.asks("posts:read")).await.status(), 400, "{what}");
    };
    refused("nothing there").await;
    for (name, value) in [
        ("client_id", json!(elsewhere.url("/other.json"))),
        ("client_id", Value::Null),
        ("client_secret", json!("told to everybody")),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", json!("client_secret_post")),
        ("redirect_uris", json!(["https://printer.example/callback"])),
        ("redirect_uris", json!([elsewhere.url("/callback"), "https://evil.example/"])),
        ("redirect_uris", json!([])),
        ("redirect_uris", json!(["javascript:alert(1)"])),
        ("scope", json!("posts:read admin")),
        ("grant_types", json!(["client_credentials"])),
        ("client_name", json!("x".repeat(81))),
    ] {
        let mut bent = good.clone();
        bent[name] = value;
        elsewhere.lays(PATH, &bent);
        refused(name).await;
    }
    elsewhere.lays_with(PATH, 200, &[("content-type", "text/html")], &good.to_string());
    refused("no JSON").await;
    elsewhere.lays_with(PATH, 201, &json, &good.to_string());
    refused("another status").await;
    elsewhere.lays_with(PATH, 302, &[("location", "/other.json")], "");
    refused("a redirect").await;
    elsewhere.lays_with(PATH, 200, &json, "[]");
    refused("no object").await;
    let mut large = good.clone();
    large["padding"] = "x".repeat(6000).into();
    elsewhere.lays(PATH, &large);
    refused("too large").await;
    elsewhere.lays(PATH, &good);
    assert_eq!(browser.begins(&app.asks("posts:read")).await.status(), 303, "no failure is remembered");
}
