//! Apps that prove who they are with a key of their own (`private_key_jwt`).

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{App, Call, Elsewhere, Proof, ProofKey, Reply, Tapri, all_at_once};

use super::proofs::now;

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn named(key: &ProofKey, kid: &str) -> Value {
    let mut jwk = key.jwk();
    jwk["kid"] = kid.into();
    jwk
}

fn with_keys(keys: &Value) -> Value {
    let mut app = json!({
        "client_name": "Key Bearer", "client_type": "confidential", "token_endpoint_auth_method": "private_key_jwt",
        "redirect_uris": ["https://bearer.example/callback"],
    });
    let field = if keys.is_string() { "jwks_uri" } else { "jwks" };
    app[field] = keys.clone();
    app
}

/// A question that only an app that proves itself gets an answer to.
async fn asks(tapri: &Tapri, assertion: &str) -> Reply {
    asking(tapri, assertion).await
}

fn asking(tapri: &Tapri, assertion: &str) -> Call {
    let fields = [("token", "nonsense"), ("client_assertion_type", TYPE), ("client_assertion", assertion)];
    tapri.visitor().post("/oauth/introspect").form(&fields)
}

fn assertion(tapri: &Tapri, key: &ProofKey, app: &App) -> Proof {
    key.assertion(&app.client_id, tapri.origin(), now(tapri))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_proves_itself_with_its_key_through_a_whole_flow() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let key = ProofKey::new();
    let app = asha.registers_with(&with_keys(&json!({"keys": [named(&key, "one")]}))).await;
    assert_eq!(app.secret, None);
    let flow = app.asks("profile:read offline_access");
    let code = app.gets_code(&asha.browser().await, &flow, &["profile:read", "offline_access"]).await;
    let signed = || assertion(&tapri, &key, &app).header("kid", "one").signed();
    let post = async |fields: &[(&str, &str)]| {
        let jwt = signed();
        let proof = [("client_assertion_type", TYPE), ("client_assertion", jwt.as_str())];
        tapri.visitor().post("/oauth/token").form(&[fields, &proof].concat()).await
    };
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", flow.param("redirect_uri")),
        ("code_verifier", &flow.verifier),
    ];
    let granted = app.granted(&post(&fields).await.expect(200));
    granted.caller.me().await.expect(200);
    post(&[("grant_type", "refresh_token"), ("refresh_token", &granted.refresh_token)]).await.expect(200);
    // Without it, and with a secret that it does not have.
    app.refreshes(&granted.refresh_token).await.oauth_error(401, "invalid_client");
    asha.send(&format!("/api/v1/apps/{}/secret", app.client_id), &json!({})).await.refused(409, "client_has_no_secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_is_good_once_for_a_while_here_and_for_its_app() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (key, stranger) = (ProofKey::new(), ProofKey::new());
    let app = asha.registers_with(&with_keys(&json!({"keys": [named(&key, "one")]}))).await;
    let other = asha.registers_with(&with_keys(&json!({"keys": [named(&stranger, "one")]}))).await;
    let good = || assertion(&tapri, &key, &app);
    let once = good().signed();
    let answers = all_at_once(50, |_| {
        let call = asking(&tapri, &once);
        async move { call.await.status() }
    })
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    for (what, bent) in [
        ("for the token endpoint", good().claim("aud", format!("{}/oauth/token", tapri.origin()))),
        ("among others", good().claim("aud", json!(["https://other.example", tapri.origin()]))),
        ("for an hour", good().claim("exp", now(&tapri) + 3600)),
    ] {
        assert_eq!(asks(&tapri, &bent.signed()).await.status(), 200, "{what}");
    }
    let now = now(&tapri);
    for (what, bent) in [
        ("for another server", good().claim("aud", "https://other.example")),
        ("for nobody", good().claim("aud", json!([]))),
        ("of another app", good().claim("sub", other.client_id.clone())),
        ("by another app", good().claim("iss", other.client_id.clone())),
        ("expired", good().claim("exp", now)),
        ("for a year", good().claim("exp", now + 31_536_000)),
        ("without an end", good().claim("exp", Value::Null)),
        ("with a text as its end", good().claim("exp", "9999999999")),
        ("with a fraction as its end", good().claim("exp", 1.5)),
        ("from the future", good().claim("nbf", now + 600)),
        ("made in the future", good().claim("iat", now + 600)),
        ("without an id", good().claim("jti", Value::Null)),
        ("with an empty id", good().claim("jti", "")),
        ("with a long id", good().claim("jti", "x".repeat(1000))),
        ("with another algorithm", good().header("alg", "HS256")),
        ("with none", good().header("alg", "none")),
        ("with a key that the app does not have", good().header("kid", "two")),
        ("with something that must be understood", good().header("crit", json!(["b64"]))),
        ("of another type", good().header("typ", "at+jwt")),
    ] {
        let refused = asks(&tapri, &bent.signed()).await;
        assert_eq!((refused.status(), refused.json()["error"].as_str()), (401, Some("invalid_client")), "{what}");
    }
    asks(&tapri, &good().signed_by(&stranger)).await.oauth_error(401, "invalid_client");
    asks(&tapri, &format!("{}.", good().signed().rsplit_once('.').expect("a JWT").0)).await.expect(401);
    asks(&tapri, "a.b.c").await.oauth_error(401, "invalid_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_at_an_address_are_fetched_kept_and_looked_for_again_when_they_change() {
    let elsewhere = Elsewhere::open().await;
    let tapri = Tapri::plan().settings(|settings| elsewhere.allowed(settings)).start().await;
    let asha = tapri.sign_up("asha").await;
    let (old, new) = (ProofKey::new(), ProofKey::new());
    elsewhere.lays("/keys", &json!({"keys": [named(&old, "old")]}));
    let app = asha.registers_with(&with_keys(&json!(elsewhere.url("/keys")))).await;
    assert_eq!(elsewhere.asked("/keys"), 0, "nothing is fetched before it is needed");
    let asks_as = async |key: &ProofKey, kid: &str| {
        asks(&tapri, &assertion(&tapri, key, &app).header("kid", kid).signed()).await.status()
    };
    assert_eq!((asks_as(&old, "old").await, asks_as(&old, "old").await), (200, 200));
    assert_eq!(elsewhere.asked("/keys"), 1);

    // A new key is looked for at once, but not at every try.
    elsewhere.lays("/keys", &json!({"keys": [named(&new, "new")]}));
    assert_eq!((asks_as(&new, "new").await, elsewhere.asked("/keys")), (401, 1));
    tapri.advance(Duration::from_secs(30));
    assert_eq!((asks_as(&new, "new").await, elsewhere.asked("/keys")), (200, 2));
    assert_eq!(asks_as(&old, "old").await, 401, "the old key is gone");
    for _ in 0..10 {
        assert_eq!(asks_as(&old, "nonsense").await, 401);
    }
    assert_eq!(elsewhere.asked("/keys"), 2);

    // A server that does not answer for a while stops nobody; one that is gone for long does.
    elsewhere.lays_with("/keys", 500, &[], "");
    tapri.advance(Duration::from_secs(3600));
    assert_eq!(asks_as(&new, "new").await, 200);
    tapri.advance(Duration::from_secs(24 * 3600));
    assert_eq!(asks_as(&new, "new").await, 401);
}
