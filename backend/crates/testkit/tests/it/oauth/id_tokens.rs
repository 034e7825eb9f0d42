//! OpenID Connect: the ID token and userinfo, as a library nobody here wrote would check them.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use testkit::{Flow, Tapri};

/// Verifies an ID token by the published keys, as an app does; its claims.
async fn verified(tapri: &Tapri, id_token: &str) -> Value {
    let header = jsonwebtoken::decode_header(id_token).expect("a JWT");
    assert_eq!(header.alg, Algorithm::RS256);
    let keys = tapri.visitor().get("/oauth/jwks").await.expect(200);
    let keys = keys.json()["keys"].as_array().expect("keys").clone();
    let key = keys.iter().find(|key| key["kid"].as_str() == header.kid.as_deref()).expect("the key is published");
    let part = |name: &str| key[name].as_str().expect("an RSA key").to_owned();
    let decoding = DecodingKey::from_rsa_components(&part("n"), &part("e")).expect("an RSA key");
    let mut validation = Validation::new(Algorithm::RS256);
    // The library reads the machine's clock, which is not this story's.
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode::<Value>(id_token, &decoding, &validation).expect("the signature is good").claims
}

fn nonce(flow: &Flow) -> Value {
    json!(flow.nonce)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_token_says_who_signed_in_to_which_app_and_when() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let flow = printer.asks("openid profile");
    let code = printer.gets_code(&browser, &flow, &["profile"]).await;
    let granted = printer.redeems(&flow, &code).await.expect(200);
    let id_token = granted.json()["id_token"].as_str().expect("an ID token").to_owned();
    let claims = verified(&tapri, &id_token).await;
    assert_eq!(claims["iss"], tapri.origin());
    assert_eq!(claims["sub"], asha.user_id.as_str());
    assert_eq!(claims["aud"], printer.client_id.as_str());
    assert_eq!(claims["nonce"], nonce(&flow));
    assert!(claims["exp"].as_i64() > claims["iat"].as_i64());
    assert!(claims["auth_time"].is_number() && claims["sid"].is_string());
    for private in ["name", "email", "preferred_username", "picture"] {
        assert!(claims.get(private).is_none(), "the auth server knows no {private}");
    }
    tapri.visitor().get("/api/v1/me").bearer(&id_token).await.refused(401, "token_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn userinfo_tells_what_the_scopes_allow() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let asked = "openid profile email posts:read";
    let cases: [(&[&str], bool, bool); 3] =
        [(&["posts:read"], false, false), (&["profile"], true, false), (&["profile", "email"], true, true)];
    for (allowed, profile, email) in cases {
        let printer = asha.registers("Chai Printer").await;
        let granted = printer.connects(&browser, asked, allowed).await;
        let told = granted.caller.get("/oauth/userinfo").await.expect(200).json().clone();
        assert_eq!(told["sub"], asha.user_id.as_str());
        assert_eq!(told.get("preferred_username"), profile.then(|| json!("asha")).as_ref(), "{told}");
        assert_eq!(told.get("email"), email.then(|| json!("asha@people.example")).as_ref(), "{told}");
        assert_eq!(told.get("email_verified"), email.then_some(json!(false)).as_ref(), "{told}");
        let by_post = granted.caller.call(http::Method::POST, "/oauth/userinfo").await.expect(200);
        assert_eq!(by_post.json(), &told);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn userinfo_is_for_those_who_asked_for_openid() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let granted = printer.connects(&browser, "posts:read", &["posts:read"]).await;
    assert!(granted.answer.get("id_token").is_none());
    let refused = granted.caller.get("/oauth/userinfo").await.expect(403);
    assert!(refused.header("www-authenticate").contains("insufficient_scope"), "{refused:?}");
    let nobody = tapri.visitor().get("/oauth/userinfo").await.expect(401);
    assert!(nobody.header("www-authenticate").starts_with("Bearer"), "{nobody:?}");
}
