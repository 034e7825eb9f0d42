//! Tokens that are bound to a key (DPoP, RFC 9449): how an app gets and uses them, and what else holds or does not.

use http::Method;
use serde_json::{Value, json};
use testkit::jwt::Jwt;
use testkit::{App, Call, Granted, Person, ProofKey, Reply, Tapri};

/// Sends what `call` makes with a proof of `key`; where the server wants a nonce, once more with it, as clients do.
pub async fn proved(
    tapri: &Tapri,
    key: &ProofKey,
    method: &Method,
    path: &str,
    token: Option<&str>,
    call: impl Fn() -> Call,
) -> Reply {
    let url = format!("{}{path}", tapri.origin());
    let proof = || {
        let proof = key.proof(method.as_str(), &url, now(tapri));
        token.map_or(proof.clone(), |token| proof.token(token))
    };
    let first = call().header("dpop", &proof().signed()).await;
    let nonce = first.header("dpop-nonce").to_owned();
    let wants_nonce = first.json()["error"] == "use_dpop_nonce"
        || first.header("www-authenticate").contains("error=\"use_dpop_nonce\"");
    match wants_nonce {
        true => call().header("dpop", &proof().nonce(&nonce).signed()).await,
        false => first,
    }
}

/// The clock of the servers, in seconds.
pub fn now(tapri: &Tapri) -> i64 {
    store::Clock::now(tapri.clock()).as_seconds()
}

/// Posts a form to an endpoint for programs with a proof.
pub async fn posted(tapri: &Tapri, app: &App, key: &ProofKey, path: &str, fields: &[(&str, &str)]) -> Reply {
    proved(tapri, key, &Method::POST, path, None, || app.call(path, fields)).await
}

/// Asks the API with a bound token.
pub async fn asked(tapri: &Tapri, key: &ProofKey, method: Method, path: &str, token: &str) -> Reply {
    let call = || tapri.visitor().call(method.clone(), path).header("authorization", &format!("DPoP {token}"));
    proved(tapri, key, &method, path, Some(token), call).await
}

/// `person` lets `app` in for `scope`; the tokens are bound to `key`.
pub async fn connected(tapri: &Tapri, person: &Person, app: &App, key: &ProofKey, scope: &str) -> Granted {
    let flow = app.asks(scope);
    let allowed: Vec<&str> = scope.split(' ').collect();
    let code = app.gets_code(&person.browser().await, &flow, &allowed).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", flow.param("redirect_uri")),
        ("code_verifier", &flow.verifier),
    ];
    app.granted(&posted(tapri, app, key, "/oauth/token", &fields).await.expect(200))
}

fn refresh_of(granted: &Granted) -> [(&'static str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", &granted.refresh_token)]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_token_works_with_its_key_and_only_with_it() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (printer, key) = (asha.registers("Chai Printer").await, ProofKey::new());
    let granted = connected(&tapri, &asha, &printer, &key, "openid profile:read posts:write").await;
    assert_eq!(granted.answer["token_type"], "DPoP");
    let claims = Jwt::read(&granted.access_token).claims;
    assert_eq!(claims["cnf"], json!({"jkt": key.thumbprint()}));

    let token = &granted.access_token;
    let me = asked(&tapri, &key, Method::GET, "/api/v1/me", token).await.expect(200);
    assert_eq!(me.data()["username"], "asha");
    assert!(!me.header("dpop-nonce").is_empty(), "the nonce for the next proof comes with the answer");
    asked(&tapri, &key, Method::GET, "/api/v1/users/asha/posts", token).await.expect(200);
    asked(&tapri, &key, Method::GET, "/oauth/userinfo", token).await.expect(200);
    asked(&tapri, &key, Method::POST, "/oauth/userinfo", token).await.expect(200);
    asked(&tapri, &ProofKey::new(), Method::GET, "/api/v1/me", token).await.refused(401, "token_of_another_key");

    // What it lacks is said by the scheme by which it was sent.
    let lacking = asked(&tapri, &key, Method::GET, "/api/v1/feed/home", token).await.refused(403, "insufficient_scope");
    let challenge = lacking.header("www-authenticate");
    assert!(challenge.starts_with("DPoP ") && challenge.contains("scope=\"feed:read\""), "{challenge}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_token_is_no_bearer_token_and_the_other_way_round() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (printer, key) = (asha.registers("Chai Printer").await, ProofKey::new());
    let bound = connected(&tapri, &asha, &printer, &key, "openid profile:read").await;
    for path in ["/api/v1/me", "/api/v1/users/asha", "/oauth/userinfo"] {
        let reply = tapri.visitor().get(path).bearer(&bound.access_token).await.expect(401);
        let challenge = reply.header("www-authenticate");
        assert!(
            challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""),
            "{path}: {challenge}"
        );
    }
    tapri.visitor().get("/api/v1/me").bearer(&bound.access_token).await.refused(401, "token_bound");
    let in_form = tapri.visitor().post("/oauth/userinfo").form(&[("access_token", &bound.access_token)]).await;
    in_form.oauth_error(401, "invalid_token");

    let free = printer.connects(&asha.browser().await, "profile:read", &["profile:read"]).await;
    assert_eq!(free.answer["token_type"], "Bearer");
    asked(&tapri, &key, Method::GET, "/api/v1/me", &free.access_token).await.refused(401, "token_not_bound");
    asked(&tapri, &key, Method::GET, "/api/v1/me", &asha.token()).await.refused(401, "token_not_bound");
    let without = tapri.visitor().get("/api/v1/me").header("authorization", &format!("DPoP {}", bound.access_token));
    without.await.refused(401, "dpop_proof_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_redeemed_with_the_key_that_the_request_named() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (printer, browser) = (asha.registers("Chai Printer").await, asha.browser().await);
    let (key, other) = (ProofKey::new(), ProofKey::new());
    let flow = printer.asks("profile:read").with("dpop_jkt", &key.thumbprint());
    let code = printer.gets_code(&browser, &flow, &["profile:read"]).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", flow.param("redirect_uri")),
        ("code_verifier", &flow.verifier),
    ];
    printer.call("/oauth/token", &fields).await.oauth_error(400, "invalid_dpop_proof");
    let wrong = posted(&tapri, &printer, &other, "/oauth/token", &fields).await.oauth_error(400, "invalid_dpop_proof");
    assert!(!wrong.header("dpop-nonce").is_empty(), "an error brings the next nonce too");
    let good = posted(&tapri, &printer, &key, "/oauth/token", &fields).await.expect(200);
    assert_eq!(good.json()["token_type"], "DPoP", "and none of them burned it");

    let back = browser.begins(&printer.asks("profile:read").with("dpop_jkt", "short")).await.expect(303).location();
    assert_eq!(testkit::param(&back, "error").as_deref(), Some("invalid_request"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_app_refreshes_with_its_key_and_a_confidential_one_may_take_another() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (key, other) = (ProofKey::new(), ProofKey::new());
    let phone = asha.registers_public("Pocket Chai", "http://127.0.0.1/callback").await;
    let granted = connected(&tapri, &asha, &phone, &key, "profile:read").await;
    phone.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_dpop_proof");
    let stolen = posted(&tapri, &phone, &other, "/oauth/token", &refresh_of(&granted)).await;
    stolen.oauth_error(400, "invalid_dpop_proof");
    let next = phone.granted(&posted(&tapri, &phone, &key, "/oauth/token", &refresh_of(&granted)).await.expect(200));
    assert_ne!(next.refresh_token, granted.refresh_token);
    asked(&tapri, &key, Method::GET, "/api/v1/me", &next.access_token).await.expect(200);

    let printer = asha.registers("Chai Printer").await;
    let granted = connected(&tapri, &asha, &printer, &key, "profile:read").await;
    let next = posted(&tapri, &printer, &other, "/oauth/token", &refresh_of(&granted)).await.expect(200);
    let next = printer.granted(&next);
    asked(&tapri, &other, Method::GET, "/api/v1/me", &next.access_token).await.expect(200);
    asked(&tapri, &key, Method::GET, "/api/v1/me", &next.access_token).await.refused(401, "token_of_another_key");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_registered_for_it_gets_nothing_else() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let body = json!({
        "client_name": "Bound", "client_type": "confidential", "dpop_bound_access_tokens": true,
        "redirect_uris": ["https://printer.example/callback"],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
    });
    let (app, key) = (asha.registers_with(&body).await, ProofKey::new());
    let for_itself = [("grant_type", "client_credentials"), ("scope", "posts:read")];
    app.call("/oauth/token", &for_itself).await.oauth_error(400, "invalid_dpop_proof");
    let granted = posted(&tapri, &app, &key, "/oauth/token", &for_itself).await.expect(200);
    assert_eq!(granted.json()["token_type"], "DPoP");

    let granted = connected(&tapri, &asha, &app, &key, "profile:read").await;
    app.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_dpop_proof");
    let worth = app.introspects(&granted.access_token).await.expect(200);
    assert_eq!(worth.json()["cnf"], json!({"jkt": key.thumbprint()}));
    assert_eq!((&worth.json()["active"], &worth.json()["token_type"]), (&json!(true), &json!("DPoP")));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shows_no_token_learns_both_ways_to_send_one() {
    let tapri = Tapri::start().await;
    let (asha, metadata) = (tapri.sign_up("asha").await, "/.well-known/oauth-protected-resource");
    let address = format!("resource_metadata=\"{}{metadata}\"", tapri.origin());
    let missing = tapri.visitor().get("/api/v1/me").await.refused(401, "token_missing");
    assert_eq!(missing.header("www-authenticate"), format!("Bearer {address}"));
    let both = missing.headers("www-authenticate");
    assert!(both.len() == 2 && both[1].starts_with("DPoP algs=\"ES256 "), "{both:?}");
    let invalid = tapri.visitor().get("/api/v1/me").bearer("x.y.z").await.refused(401, "token_invalid");
    assert!(invalid.header("www-authenticate").contains(&address), "{invalid:?}");
    let printer = asha.registers("Chai Printer").await;
    let granted = printer.connects(&asha.browser().await, "profile:read", &["profile:read"]).await;
    let lacking = granted.caller.get("/api/v1/feed/home").await.refused(403, "insufficient_scope");
    assert!(lacking.header("www-authenticate").contains(&address), "{lacking:?}");

    let told = tapri.visitor().get(metadata).await.expect(200).json().clone();
    assert_eq!(told["resource"], tapri.origin());
    let issuer = tapri.visitor().get("/.well-known/oauth-authorization-server").await.expect(200).json().clone();
    assert_eq!(told["authorization_servers"], json!([issuer["issuer"]]));
    let algorithms = |value: &Value| value["dpop_signing_alg_values_supported"].clone();
    assert_eq!(algorithms(&told), algorithms(&issuer));
}
