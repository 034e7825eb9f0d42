//! Apps that register themselves for more than they may have.

use serde_json::{Value, json};
use testkit::{App, ProofKey, Reply, Tapri};

use crate::oauth::proofs::now;

const CALLBACK: &str = "https://printer.example/callback";

async fn register(tapri: &Tapri, metadata: &Value) -> Reply {
    tapri.visitor().post("/oauth/register").json(metadata).await
}

#[tokio::test(flavor = "multi_thread")]
async fn row_18_scripts_as_addresses_of_an_app_that_registers_itself() {
    let tapri = Tapri::start().await;
    for address in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://x.example/1",
        "https://*.printer.example/callback",
        "http://printer.example/callback",
        "https://printer.example/callback#fragment",
    ] {
        let metadata = json!({"redirect_uris": [address], "token_endpoint_auth_method": "none"});
        register(&tapri, &metadata).await.oauth_error(400, "invalid_redirect_uri");
        let metadata = json!({"redirect_uris": [CALLBACK], "post_logout_redirect_uris": [address]});
        register(&tapri, &metadata).await.oauth_error(400, "invalid_client_metadata");
    }
    for field in ["client_uri", "logo_uri", "policy_uri", "tos_uri"] {
        let mut metadata = json!({"redirect_uris": [CALLBACK]});
        metadata[field] = "javascript:alert(1)".into();
        register(&tapri, &metadata).await.oauth_error(400, "invalid_client_metadata");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_30_an_assertion_beside_a_secret_or_in_the_address() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let key = ProofKey::new();
    let keyed = json!({
        "client_name": "Keyed", "client_type": "confidential", "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [key.jwk()]}, "redirect_uris": [CALLBACK],
    });
    let (app, printer) = (asha.registers_with(&keyed).await, asha.registers("Chai Printer").await);
    let secret = printer.secret.clone().expect("it is confidential");
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let signed = || key.assertion(&app.client_id, tapri.origin(), now(&tapri)).signed();
    let ask = || tapri.visitor().post("/oauth/introspect");
    let jwt = signed();
    let proof = [("token", "x"), ("client_assertion", jwt.as_str()), ("client_assertion_type", kind)];
    // Two ways at once, also where one of them is another app's.
    ask().basic(&printer.client_id, &secret).form(&proof).await.oauth_error(400, "invalid_request");
    let both = [&proof[..], &[("client_secret", secret.as_str())]].concat();
    ask().form(&both).await.oauth_error(400, "invalid_request");
    let query = format!("/oauth/introspect?client_assertion={jwt}&client_assertion_type={kind}");
    tapri.visitor().post(&query).form(&[("token", "x")]).await.oauth_error(400, "invalid_request");
    // For another app, and for one that has a secret instead.
    let crossed = [&proof[..], &[("client_id", printer.client_id.as_str())]].concat();
    ask().form(&crossed).await.oauth_error(401, "invalid_client");
    let posing = key.assertion(&printer.client_id, tapri.origin(), now(&tapri)).signed();
    let posing = [("token", "x"), ("client_assertion", posing.as_str()), ("client_assertion_type", kind)];
    ask().form(&posing).await.oauth_error(401, "invalid_client");
    // None of it used the assertion up.
    ask().form(&proof).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_32_an_app_that_registers_itself_for_more_than_it_may_have() {
    let tapri = Tapri::start().await;
    let browser = tapri.sign_up("asha").await.browser().await;
    let base = |scope: &str| json!({"client_name": "Greedy", "redirect_uris": [CALLBACK], "scope": scope});
    for scope in ["admin", "mod", "posts:read admin", "self", "*"] {
        register(&tapri, &base(scope)).await.oauth_error(400, "invalid_client_metadata");
    }
    for (name, value) in [
        ("grant_types", json!(["client_credentials"])),
        ("grant_types", json!(["authorization_code", "client_credentials"])),
        ("require_pkce", json!("no")),
    ] {
        let mut metadata = base("posts:read");
        metadata[name] = value;
        register(&tapri, &metadata).await.oauth_error(400, "invalid_client_metadata");
    }
    // A public app cannot do without PKCE, whatever it says.
    let mut unsafe_one = base("posts:read");
    unsafe_one["require_pkce"] = false.into();
    unsafe_one["token_endpoint_auth_method"] = "none".into();
    register(&tapri, &unsafe_one).await.oauth_error(400, "invalid_client_metadata");

    // What is the house's to say cannot be said.
    let mut posing = base("posts:read");
    for (name, value) in [
        ("client_id", json!("tapri-web")),
        ("owner", json!("00000000000000000000000000")),
        ("origin", json!("developer")),
        ("grants_from", json!(-1)),
        ("client_secret", json!("chosen by myself")),
    ] {
        posing[name] = value;
    }
    let registered = register(&tapri, &posing).await.expect(201).json().clone();
    assert!(registered["client_id"].as_str().is_some_and(|id| id.starts_with("app_")));
    assert_ne!(registered["client_secret"], "chosen by myself");
    let app = App::by_itself(tapri.visitor(), &registered, CALLBACK);
    for scope in ["posts:read posts:write", "admin"] {
        let back = browser.begins(&app.asks(scope)).await.expect(303).location();
        assert_eq!(testkit::param(&back, "error").as_deref(), Some("invalid_scope"), "{scope}");
    }
    let own = [("grant_type", "client_credentials"), ("scope", "posts:read")];
    app.call("/oauth/token", &own).await.oauth_error(400, "unauthorized_client");
}
