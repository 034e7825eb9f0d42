//! Access tokens that are not what they say.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use testkit::jwt::{Jwt, tampered};
use testkit::{ProofKey, Tapri, all_at_once};

use crate::oauth::proofs::now;

/// Whether the API lets `token` in.
async fn opens(tapri: &Tapri, token: &str) -> bool {
    let reply = tapri.visitor().get("/api/v1/me").bearer(token).await;
    match reply.status() {
        200 => true,
        401 => {
            let challenge = reply.header("www-authenticate");
            assert!(challenge.contains("error=\"invalid_token\""), "{reply:?}");
            false
        }
        // A header that is no token at all, or too large, is refused before anything is judged.
        400 | 431 => false,
        _ => panic!("{reply:?}"),
    }
}

/// A person's token and the key that signed it.
async fn token_and_key(tapri: &Tapri) -> (String, Vec<u8>) {
    let asha = tapri.sign_up("asha").await;
    let keys = tapri.access_keys().await;
    let kid = Jwt::read(&asha.token()).header["kid"].clone();
    let key = keys.iter().find(|key| kid == key.kid.as_str()).expect("the key that signed it");
    (asha.token(), key.secret.to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn row_01_a_token_without_algorithm_or_signature() {
    let tapri = Tapri::start().await;
    let (token, key) = token_and_key(&tapri).await;
    let jwt = Jwt::read(&token);
    assert!(opens(&tapri, &jwt.signed(&key)).await, "the bench can forge what would be good");
    for algorithm in ["none", "None", "NONE", "nOnE", ""] {
        let forged = jwt.clone().header("alg", algorithm);
        assert!(!opens(&tapri, &forged.unsigned()).await, "{algorithm:?} unsigned");
        assert!(!opens(&tapri, &forged.signed(&key)).await, "{algorithm:?} signed");
    }
    assert!(!opens(&tapri, &jwt.unsigned()).await);
    assert!(!opens(&tapri, &tampered(&token)).await);
    assert!(!opens(&tapri, token.rsplit_once('.').expect("dots").0).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_02_a_public_key_used_as_a_shared_secret() {
    let tapri = Tapri::start().await;
    let (token, key) = token_and_key(&tapri).await;
    let published = tapri.visitor().get("/oauth/jwks").await.expect(200).json().clone();
    let rsa = &published["keys"][0];
    let jwt = Jwt::read(&token).header("kid", rsa["kid"].clone());
    let modulus = rsa["n"].as_str().expect("an RSA key");
    let modulus_bytes = BASE64URL_NOPAD.decode(modulus.as_bytes()).expect("base64url");
    for secret in
        [modulus.as_bytes(), &modulus_bytes, rsa.to_string().as_bytes(), published.to_string().as_bytes(), b""]
    {
        assert!(!opens(&tapri, &jwt.signed(secret)).await);
        assert!(!opens(&tapri, &Jwt::read(&token).signed(secret)).await);
    }
    for algorithm in ["RS256", "HS384", "HS512", "ES256", "PS256"] {
        assert!(!opens(&tapri, &Jwt::read(&token).header("alg", algorithm).signed(&key)).await, "{algorithm}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_03_a_key_name_with_a_path_an_operator_an_address_or_a_megabyte() {
    let tapri = Tapri::start().await;
    let (token, key) = token_and_key(&tapri).await;
    let long = "k".repeat(1_000_000);
    let names: [Value; 9] = [
        json!("../../../../dev/null"),
        json!("/dev/null"),
        json!("' OR 1=1 --"),
        json!({"$gt": ""}),
        json!(["a"]),
        json!("https://evil.example/key"),
        json!(""),
        json!(0),
        json!(long),
    ];
    for name in names {
        for secret in [&key[..], b""] {
            assert!(!opens(&tapri, &Jwt::read(&token).header("kid", name.clone()).signed(secret)).await);
        }
    }
    let mut nameless = Jwt::read(&token);
    nameless.header.as_object_mut().expect("an object").remove("kid");
    assert!(!opens(&tapri, &nameless.signed(&key)).await);
    assert!(opens(&tapri, &token).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_04_a_token_that_brings_its_own_key() {
    let tapri = Tapri::start().await;
    let (token, _) = token_and_key(&tapri).await;
    let own = b"an attacker's own key of 32 bytes";
    let jwk = json!({"kty": "oct", "k": BASE64URL_NOPAD.encode(own), "alg": "HS256"});
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
    ] {
        assert!(!opens(&tapri, &Jwt::read(&token).header(name, value).signed(own)).await, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_05_no_token_of_one_kind_passes_for_another() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let flow = printer.asks("openid profile:read");
    let code = printer.gets_code(&browser, &flow, &["profile:read"]).await;
    let granted = printer.granted(&printer.redeems(&flow, &code).await.expect(200));
    let id_token = granted.answer["id_token"].as_str().expect("an ID token").to_owned();
    let request = browser.reaches_consent(&printer.asks("posts:write")).await;
    let session =
        browser.cookies(|jar| jar.get("tapri_session").map(|cookie| cookie.value.clone())).expect("a session");
    let session_refresh = asha.refresh_token();
    let pushed = printer.call("/oauth/par", &printer.asks("posts:write").fields()).await.expect(201);
    let pushed = pushed.json()["request_uri"].as_str().expect("an address").to_owned();
    let key = ProofKey::new();
    let everything = [
        ("session refresh", session_refresh.clone()),
        ("app refresh", granted.refresh_token.clone()),
        ("ID token", id_token.clone()),
        ("code", code.clone()),
        ("CSRF token", browser.csrf()),
        ("consent request", request.clone()),
        ("session cookie", session.clone()),
        ("DPoP proof", key.proof("GET", &format!("{}/api/v1/me", tapri.origin()), now(&tapri)).signed()),
        ("client assertion", key.assertion(&printer.client_id, tapri.origin(), now(&tapri)).signed()),
        ("pushed request", pushed.rsplit_once(':').expect("a urn").1.to_owned()),
    ];
    for (kind, token) in &everything {
        assert!(!opens(&tapri, token).await, "{kind} as access token");
        let with = |name: &str| tapri.visitor().get(name).bearer(token);
        assert_eq!(with("/oauth/userinfo").await.status(), 401, "{kind} at userinfo");
    }
    let access = [("session access", asha.token()), ("app access", granted.access_token.clone())];
    for (kind, token) in everything.iter().chain(&access) {
        if *kind != "session refresh" {
            asha.try_refresh(token).await.expect(401);
        }
        if *kind != "app refresh" {
            printer.refreshes(token).await.oauth_error(400, "invalid_grant");
        }
        printer.redeems(&printer.asks("posts:read"), token).await.oauth_error(400, "invalid_grant");
        if *kind != "consent request" {
            assert_eq!(browser.reads_consent(token).await.status(), 400, "{kind} as consent request");
        }
        let planted = browser.copied();
        planted.cookies(|jar| jar.plant("tapri_session", token));
        if *kind != "session cookie" {
            let quiet =
                planted.begins(&printer.asks("profile:read").with("prompt", "none")).await.expect(303).location();
            assert_eq!(testkit::param(&quiet, "error").as_deref(), Some("login_required"), "{kind} as session cookie");
        }
    }
    assert!(opens(&tapri, &asha.token()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_06_times_of_a_wrong_type_or_from_another_world() {
    let tapri = Tapri::start().await;
    let (token, key) = token_and_key(&tapri).await;
    let jwt = Jwt::read(&token);
    let exp = jwt.claims["exp"].as_i64().expect("a number");
    let year_9999 = 253_402_300_799_i64;
    for value in [
        json!(exp.to_string()),
        json!(exp as f64 + 0.5),
        json!(-1),
        json!(0),
        json!(year_9999),
        json!(null),
        json!([exp]),
        json!({"$gt": 0}),
        json!(true),
        json!(1e300),
        json!("Infinity"),
    ] {
        assert!(!opens(&tapri, &jwt.clone().claim("exp", value.clone()).signed(&key)).await, "exp {value}");
        assert!(!opens(&tapri, &jwt.clone().claim("iat", value.clone()).signed(&key)).await, "iat {value}");
    }
    for missing in ["exp", "iat", "sub", "type", "iss", "aud", "jti", "client_id", "scope"] {
        assert!(!opens(&tapri, &jwt.clone().without(missing).signed(&key)).await, "without {missing}");
    }
    assert!(opens(&tapri, &jwt.signed(&key)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_07_a_token_for_another_place() {
    let tapri = Tapri::start().await;
    let (token, key) = token_and_key(&tapri).await;
    let jwt = Jwt::read(&token);
    let origin = tapri.origin();
    let slash = format!("{origin}/");
    let elsewhere = format!("{origin}.evil.example");
    for place in ["https://elsewhere.example", &slash, &elsewhere, "", "null"] {
        assert!(!opens(&tapri, &jwt.clone().claim("aud", place).signed(&key)).await, "aud {place:?}");
        assert!(!opens(&tapri, &jwt.clone().claim("iss", place).signed(&key)).await, "iss {place:?}");
    }
    assert!(!opens(&tapri, &jwt.clone().claim("type", "refresh").signed(&key)).await);
    assert!(!opens(&tapri, &jwt.clone().header("typ", "JWT").signed(&key)).await);
    assert!(!opens(&tapri, &jwt.clone().header("typ", "refresh+jwt").signed(&key)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_47_a_client_never_passes_for_a_user_nor_a_user_for_a_client() {
    let tapri = Tapri::start().await;
    let (token, key) = token_and_key(&tapri).await;
    let asha = Jwt::read(&token).claims["sub"].as_str().expect("an id").to_owned();
    let bilal = tapri.sign_up("bilal").await;
    let (browser, printer) = (bilal.browser().await, bilal.registers("Chai Printer").await);
    assert!(printer.client_id.starts_with("app_"), "{}", printer.client_id);
    let granted = printer.connects(&browser, "profile:read", &["profile:read"]).await;
    let app = Jwt::read(&granted.access_token);
    // Even signed by us, neither form is taken for the other.
    let as_app = app.clone().claim("sub", printer.client_id.as_str()).signed(&key);
    tapri.visitor().get("/api/v1/me").bearer(&as_app).await.refused(403, "user_required");
    assert!(!opens(&tapri, &app.clone().claim("client_id", asha.as_str()).signed(&key)).await);
    assert!(!opens(&tapri, &app.clone().claim("scope", "self").signed(&key)).await);
    assert!(!opens(&tapri, &app.clone().claim("client_id", "tapri-web").signed(&key)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_forgeries_at_once_open_nothing_and_harm_nobody() {
    let tapri = Tapri::start().await;
    let (token, _) = token_and_key(&tapri).await;
    let wire = tapri.visitor().clone();
    let statuses = all_at_once(50, |number| {
        let forged = Jwt::read(&token).signed(format!("a wrong key {number}").as_bytes());
        let (bad, good) = (wire.get("/api/v1/me").bearer(&forged), wire.get("/api/v1/me").bearer(&token));
        async move { (bad.await.status(), good.await.status()) }
    })
    .await;
    assert!(statuses.iter().all(|statuses| *statuses == (401, 200)), "{statuses:?}");
}
