//! What a developer chooses for an app, and what can be mended when something of it was stolen.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{App, ProofKey, Tapri, within};

const CALLBACK: &str = "https://printer.example/callback";

fn confidential() -> Value {
    json!({"client_name": "Chai Printer", "client_type": "confidential", "redirect_uris": [CALLBACK]})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_has_several_addresses_and_everything_that_was_chosen_is_shown() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let mut body = confidential();
    let choices = json!({
        "redirect_uris": [CALLBACK, "https://printer.example/second", "http://localhost:8080/callback"],
        "token_endpoint_auth_method": "client_secret_post", "id_token_signed_response_alg": "ES256",
        "default_max_age": 600, "post_logout_redirect_uris": ["https://printer.example/bye"],
        "backchannel_logout_uri": "https://printer.example/logout", "backchannel_logout_session_required": true,
        "dpop_bound_access_tokens": true, "require_pushed_authorization_requests": true,
        "policy_uri": "https://printer.example/privacy", "tos_uri": "https://printer.example/terms",
    });
    for (name, value) in choices.as_object().expect("an object") {
        body[name] = value.clone();
    }
    let created = asha.send("/api/v1/apps", &body).await.expect(201).data();
    let path = format!("/api/v1/apps/{}", created["client_id"].as_str().expect("an id"));
    let shown = asha.get(&path).await.expect(200).data();
    for (name, value) in choices.as_object().expect("an object") {
        assert_eq!((&created[name], &shown[name]), (value, value), "{name}");
    }
    assert_eq!((&shown["require_pkce"], &shown["profile"]), (&json!(true), &json!("standard")));
    assert_eq!((&shown["warnings"], &shown["logo_url"], &shown["secrets"]), (&json!([]), &Value::Null, &json!(1)));
    // What a change does not name stays; what it empties goes.
    let change =
        json!({"backchannel_logout_uri": "", "post_logout_redirect_uris": [], "tos_uri": "", "default_max_age": 60});
    let changed = asha.patch(&path, &change).await.expect(200).data();
    assert_eq!((&changed["backchannel_logout_uri"], &changed["tos_uri"]), (&Value::Null, &Value::Null));
    assert_eq!((&changed["policy_uri"], &changed["default_max_age"]), (&choices["policy_uri"], &json!(60)));
    assert_eq!(changed["redirect_uris"], choices["redirect_uris"]);
    let changed = asha.patch(&path, &json!({"default_max_age": null, "policy_uri": null})).await.expect(200).data();
    assert_eq!((&changed["default_max_age"], &changed["policy_uri"]), (&Value::Null, &choices["policy_uri"]));
    asha.patch(&path, &json!({"default_max_age": "soon"})).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_an_app_gets_its_tokens_can_be_changed() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let printer = asha.registers_with(&confidential()).await;
    let granted = printer.connects(&browser, "posts:read", &["posts:read"]).await;
    let path = format!("/api/v1/apps/{}", printer.client_id);
    let device = "urn:ietf:params:oauth:grant-type:device_code";

    let alone = json!({"grant_types": ["client_credentials"], "redirect_uris": []});
    let changed = asha.patch(&path, &alone).await.expect(200).data();
    assert_eq!((&changed["grant_types"], &changed["redirect_uris"]), (&alone["grant_types"], &json!([])));
    printer.call("/oauth/token", &[("grant_type", "client_credentials")]).await.expect(200);
    printer.refreshes(&granted.refresh_token).await.oauth_error(400, "unauthorized_client");
    assert_eq!(browser.begins(&printer.asks("posts:read")).await.status(), 400, "it has no address any more");

    let both = json!({"grant_types": [device, "authorization_code", "refresh_token"], "redirect_uris": [CALLBACK]});
    assert_eq!(asha.patch(&path, &both).await.expect(200).data()["grant_types"], both["grant_types"]);
    printer.call("/oauth/token", &[("grant_type", "client_credentials")]).await.oauth_error(400, "unauthorized_client");
    printer.refreshes(&granted.refresh_token).await.expect(200);

    for (change, field) in [
        (json!({"grant_types": ["password"]}), "grant_types"),
        (json!({"grant_types": ["refresh_token"]}), "grant_types"),
        (json!({"redirect_uris": []}), "redirect_uris"),
    ] {
        assert_eq!(asha.patch(&path, &change).await.expect(422).field(), field, "{change}");
    }
    let pocket = asha.registers_public("Pocket Chai", "http://127.0.0.1/callback").await;
    let change = json!({"grant_types": ["client_credentials"]});
    let refused = asha.patch(&format!("/api/v1/apps/{}", pocket.client_id), &change).await.expect(422);
    assert_eq!((refused.field(), refused.reason()), ("grant_types", "grant_types_invalid"));
}

#[tokio::test(flavor = "multi_thread")]
async fn choices_that_do_not_go_together_are_named() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let jwk = ProofKey::new().jwk();
    let keys = json!({"keys": [jwk]});
    for (choices, field) in [
        (json!({"token_endpoint_auth_method": "none"}), "token_endpoint_auth_method"),
        (json!({"token_endpoint_auth_method": "tls_client_auth"}), "token_endpoint_auth_method"),
        (json!({"token_endpoint_auth_method": "private_key_jwt"}), "jwks"),
        (json!({"jwks": keys, "jwks_uri": "https://printer.example/keys"}), "jwks"),
        (json!({"jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": jwk["x"], "d": jwk["x"]}]}}), "jwks"),
        (json!({"jwks_uri": "https://localhost/keys"}), "jwks_uri"),
        (json!({"token_endpoint_auth_signing_alg": "HS256"}), "token_endpoint_auth_signing_alg"),
        (json!({"id_token_signed_response_alg": "none"}), "id_token_signed_response_alg"),
        (json!({"client_type": "public", "require_pkce": false}), "require_pkce"),
        (json!({"redirect_uris": ["com.example.app:/callback"]}), "redirect_uris"),
        (json!({"post_logout_redirect_uris": ["http://printer.example/bye"]}), "post_logout_redirect_uris"),
        (json!({"backchannel_logout_uri": "http://printer.example/logout"}), "backchannel_logout_uri"),
        (json!({"backchannel_logout_uri": "https://printer.example/logout#x"}), "backchannel_logout_uri"),
        (json!({"policy_uri": "javascript:alert(1)"}), "policy_uri"),
        (json!({"profile": "fapi1"}), "profile"),
        (json!({"profile": "fapi2"}), "token_endpoint_auth_method"),
    ] {
        let mut body = confidential();
        for (name, value) in choices.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let refused = asha.send("/api/v1/apps", &body).await.expect(422);
        assert_eq!(refused.field(), field, "{choices}");
    }
    assert!(asha.get("/api/v1/apps").await.expect(200).items().is_empty());
    let app = asha.registers("Chai Printer").await;
    let becomes_public = json!({"token_endpoint_auth_method": "none"});
    asha.patch(&format!("/api/v1/apps/{}", app.client_id), &becomes_public).await.refused(422, "auth_method_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_pkce_is_possible_warned_of_and_still_held_to_a_challenge_that_it_sends() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let mut body = confidential();
    body["require_pkce"] = false.into();
    let created = asha.send("/api/v1/apps", &body).await.expect(201).data();
    assert!(created["warnings"][0].as_str().is_some_and(|warning| warning.contains("PKCE")), "{created}");
    let old = App::by_itself(tapri.visitor(), &created, CALLBACK);
    let browser = asha.browser().await;
    let bare = || old.asks("profile:read").without("code_challenge").without("code_challenge_method");
    let redeem = async |code: &str, verifier: &[(&str, &str)]| {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
        old.call("/oauth/token", &[&fields[..], verifier].concat()).await
    };
    let code = old.gets_code(&browser, &bare(), &["profile:read"]).await;
    // A verifier that belongs to no challenge: somebody took the challenge away.
    let stray = [("code_verifier", "a-verifier-of-at-least-forty-three-characters-0")];
    redeem(&code, &stray).await.oauth_error(400, "invalid_grant");
    redeem(&code, &[]).await.expect(200);
    let flow = old.asks("profile:read");
    let back = browser.begins(&flow).await.expect(303).location();
    let code = testkit::param(&back, "code").expect("the consent is remembered");
    redeem(&code, &[]).await.oauth_error(400, "invalid_grant");
    redeem(&code, &[("code_verifier", &flow.verifier)]).await.expect(200);
    // Half a challenge is none, and plain is never taken.
    let half = browser.begins(&old.asks("profile:read").without("code_challenge_method")).await.expect(303).location();
    assert_eq!(testkit::param(&half, "error").as_deref(), Some("invalid_request"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_developer_ends_every_token_of_an_app_and_people_need_not_be_asked_again() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let app = asha.registers("Chai Printer").await;
    let browser = bilal.browser().await;
    let scopes = ["profile:read", "offline_access"];
    let stolen = app.connects(&browser, "profile:read offline_access", &scopes).await;
    let path = format!("/api/v1/apps/{}/revoke", app.client_id);
    bilal.send(&path, &json!({})).await.refused(404, "client_not_found");
    stolen.caller.me().await.expect(200);
    asha.send(&path, &json!({})).await.expect(200);
    app.refreshes(&stolen.refresh_token).await.oauth_error(400, "invalid_grant");
    let refused = || async { (stolen.caller.me().await.status() == 401).then_some(()) };
    within(Duration::from_secs(1), "the stolen token is refused", refused).await;
    assert_eq!(app.introspects(&stolen.access_token).await.expect(200).json(), &json!({"active": false}));
    let flow = app.asks("profile:read offline_access");
    let back = browser.begins(&flow).await.expect(303).location();
    let code = testkit::param(&back, "code").expect("what was allowed is remembered");
    app.granted(&app.redeems(&flow, &code).await.expect(200)).caller.me().await.expect(200);
}
