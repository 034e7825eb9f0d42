//! Metadata that lies: everything that is advertised is called, and so is what a server might do without saying so.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::jwt::Jwt;
use testkit::{App, Browser, Flow, Tapri, param};

async fn told(tapri: &Tapri) -> Value {
    tapri.visitor().get("/.well-known/openid-configuration").await.expect(200).json().clone()
}

/// The texts of a list in the metadata.
fn list<'a>(metadata: &'a Value, name: &str) -> BTreeSet<&'a str> {
    let list = metadata[name].as_array().unwrap_or_else(|| panic!("{name} is a list"));
    list.iter().map(|text| text.as_str().expect("of texts")).collect()
}

/// The error that an authorization request leads back with; none where it goes on.
async fn error_of(browser: &Browser, flow: &Flow) -> Option<String> {
    let reply = browser.begins(flow).await;
    if reply.status() == 200 {
        let text = reply.text();
        return text.contains("name=\"error\"").then_some(text);
    }
    let back = reply.expect(303).location();
    let fragment = back.fragment().unwrap_or_default().to_owned();
    let in_fragment = url::form_urlencoded::parse(fragment.as_bytes()).find(|(name, _)| name == "error");
    param(&back, "error").or(in_fragment.map(|(_, error)| error.into_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn row_58_every_endpoint_that_is_named_answers_and_none_that_is_not() {
    let tapri = Tapri::start().await;
    let metadata = told(&tapri).await;
    let named: BTreeSet<&str> = metadata
        .as_object()
        .expect("an object")
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
        .map(|(_, address)| address.as_str().expect("an address"))
        .collect();
    for name in ["end_session_endpoint", "pushed_authorization_request_endpoint", "device_authorization_endpoint"] {
        assert!(metadata[name].is_string(), "{name}");
    }
    for address in &named {
        let statuses = [tapri.visitor().get(address).await.status(), tapri.visitor().post(address).await.status()];
        assert!(statuses.iter().all(|status| *status != 404 && *status < 500), "{address}: {statuses:?}");
        assert!(statuses.iter().any(|status| *status != 405), "{address}: {statuses:?}");
    }
    for path in [
        "authorize",
        "token",
        "userinfo",
        "jwks",
        "revoke",
        "introspect",
        "par",
        "register",
        "logout",
        "device_authorization",
        "end_session",
        "checksession",
        "check_session_iframe",
        "bc-authorize",
        "request",
        "authorize/answer",
        "password",
        "keys",
        "admin",
        "register/app_x",
        "clients",
        "federation",
    ] {
        let address = format!("{}/oauth/{path}", tapri.origin());
        // A registered app keeps itself below the registration endpoint (RFC 7592), at an address that it is told.
        let expected = named.contains(address.as_str()) || path == "register/app_x";
        let there = tapri.visitor().post(&address).await.status() != 404;
        assert_eq!(there, expected, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_58_what_an_authorization_request_may_say_is_what_is_advertised() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let metadata = told(&tapri).await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    printer.connects(&browser, "openid", &[]).await;
    let cases: [(&str, &str, &[&str]); 5] = [
        ("response_types_supported", "response_type", &["token", "id_token", "code id_token", "code token", "none"]),
        ("response_modes_supported", "response_mode", &["web_message", "jwt", "query.jwt", "form_post.jwt"]),
        ("prompt_values_supported", "prompt", &["create", "anything"]),
        ("code_challenge_methods_supported", "code_challenge_method", &["plain", "S512"]),
        ("scopes_supported", "scope", &["self", "address", "phone", "posts:*"]),
    ];
    for (advertised, parameter, others) in cases {
        let advertised = list(&metadata, advertised);
        for value in &advertised {
            // For moderators and administrators an app must be registered so.
            if ["mod", "admin"].contains(value) {
                continue;
            }
            let refused = error_of(&browser, &printer.asks("openid").with(parameter, value)).await;
            assert_eq!(refused, None, "{parameter}={value} is advertised");
        }
        for value in others {
            assert!(!advertised.contains(value), "{parameter}={value}");
            let refused = error_of(&browser, &printer.asks("openid").with(parameter, value)).await;
            assert!(refused.is_some(), "{parameter}={value} is not advertised");
        }
    }
    let flow = || printer.asks("openid");
    for (flag, parameter, error) in [
        ("request_parameter_supported", "request", "request_not_supported"),
        ("request_uri_parameter_supported", "request_uri", "request_uri_not_supported"),
    ] {
        assert_eq!(metadata[flag], false);
        let refused = error_of(&browser, &flow().with(parameter, "https://printer.example/x")).await;
        assert_eq!(refused.as_deref(), Some(error));
    }
    assert_eq!(metadata["claims_parameter_supported"], true);
    let by_claim = flow().with("claims", r#"{"userinfo":{"email":null}}"#);
    let request = browser.reaches_consent(&by_claim).await;
    let page = browser.reads_consent(&request).await.expect(200).data();
    assert_eq!(page["scopes"][1]["scope"], "email");
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
    assert_eq!(metadata["require_pushed_authorization_requests"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_58_what_the_token_endpoint_takes_is_what_is_advertised() {
    let tapri = Tapri::start().await;
    let metadata = told(&tapri).await;
    let grants = list(&metadata, "grant_types_supported");
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    for other in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:openid:params:grant-type:ciba",
    ] {
        assert!(!grants.contains(other));
        printer.call("/oauth/token", &[("grant_type", other)]).await.oauth_error(400, "unsupported_grant_type");
    }
    for grant in &grants {
        let reply = printer.call("/oauth/token", &[("grant_type", grant)]).await;
        assert_ne!(reply.json()["error"], "unsupported_grant_type", "{grant}");
    }
    let methods = list(&metadata, "token_endpoint_auth_methods_supported");
    assert_eq!(methods, list(&metadata, "revocation_endpoint_auth_methods_supported"));
    let of_introspection = list(&metadata, "introspection_endpoint_auth_methods_supported");
    assert_eq!(of_introspection, methods.iter().copied().filter(|method| *method != "none").collect());
    for method in ["client_secret_jwt", "tls_client_auth", "self_signed_tls_client_auth", "magic"] {
        assert!(!methods.contains(method));
        let body = json!({
            "client_name": "X", "client_type": "confidential", "redirect_uris": ["https://x.example/"],
            "token_endpoint_auth_method": method,
        });
        asha.send("/api/v1/apps", &body).await.expect(422);
    }
}

/// Connects and takes the ID token apart.
async fn id_token(app: &App, browser: &Browser) -> Jwt {
    let granted = app.connects(browser, "openid profile email", &["profile", "email"]).await;
    Jwt::read(granted.answer["id_token"].as_str().expect("an ID token"))
}

#[tokio::test(flavor = "multi_thread")]
async fn row_58_id_tokens_and_claims_are_as_advertised() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let metadata = told(&tapri).await;
    let browser = asha.browser().await;
    let registers = |algorithm: &str| {
        json!({
            "client_name": "X", "client_type": "confidential", "redirect_uris": ["https://x.example/"],
            "id_token_signed_response_alg": algorithm,
        })
    };
    let algorithms = list(&metadata, "id_token_signing_alg_values_supported");
    for algorithm in &algorithms {
        let app = asha.registers_with(&registers(algorithm)).await;
        assert_eq!(id_token(&app, &browser).await.header["alg"], *algorithm);
    }
    for algorithm in ["none", "HS256", "RS512", "ES384"] {
        assert!(!algorithms.contains(algorithm));
        asha.send("/api/v1/apps", &registers(algorithm)).await.expect(422);
    }
    let published = tapri.visitor().get("/oauth/jwks").await.expect(200);
    let published = published.json()["keys"].as_array().expect("keys").clone();
    assert_eq!(
        published.iter().map(|key| key["alg"].as_str().expect("its algorithm")).collect::<BTreeSet<_>>(),
        algorithms
    );

    let app = asha.registers("Chai Printer").await;
    let claims = id_token(&app, &browser).await.claims;
    assert!(list(&metadata, "acr_values_supported").contains(claims["acr"].as_str().expect("an acr")));
    let granted = app.connects(&browser, "openid profile email", &["profile", "email"]).await;
    let person = granted.caller.get("/oauth/userinfo").await.expect(200).json().clone();
    let names = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<BTreeSet<_>>();
    let told: BTreeSet<String> = names(&claims).union(&names(&person)).cloned().collect();
    let mut advertised: BTreeSet<String> = list(&metadata, "claims_supported").into_iter().map(str::to_owned).collect();
    // She has no picture yet.
    assert!(advertised.remove("picture"));
    assert_eq!(told, advertised);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_58_both_documents_and_the_resource_agree() {
    let tapri = Tapri::start().await;
    let metadata = told(&tapri).await;
    let oauth = tapri.visitor().get("/.well-known/oauth-authorization-server").await.expect(200).json().clone();
    assert_eq!(oauth, metadata);
    let resource = tapri.visitor().get("/.well-known/oauth-protected-resource").await.expect(200).json().clone();
    assert_eq!(resource["authorization_servers"], json!([metadata["issuer"]]));
    assert_eq!(resource["scopes_supported"], metadata["scopes_supported"]);
    for flag in ["backchannel_logout_supported", "backchannel_logout_session_supported"] {
        assert_eq!(metadata[flag], true, "a story of its own tells that it works");
    }
}
