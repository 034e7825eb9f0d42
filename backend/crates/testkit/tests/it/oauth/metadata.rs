//! Metadata: what is advertised works, and what works is advertised.

use serde_json::Value;
use testkit::Tapri;

async fn told(tapri: &Tapri, document: &str) -> Value {
    tapri.visitor().get(&format!("/.well-known/{document}")).await.expect(200).json().clone()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map(|values| values.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_documents_name_this_origin_and_agree() {
    let tapri = Tapri::start().await;
    let oauth = told(&tapri, "oauth-authorization-server").await;
    let openid = told(&tapri, "openid-configuration").await;
    assert_eq!(oauth["issuer"], tapri.origin());
    for (name, value) in oauth.as_object().expect("an object") {
        assert_eq!(openid.get(name), Some(value), "{name}");
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let address = value.as_str().expect("a URL");
            assert!(address.starts_with(&format!("{}/oauth/", tapri.origin())), "{name}: {address}");
        }
    }
    let resource = told(&tapri, "oauth-protected-resource").await;
    assert_eq!(resource["resource"], tapri.origin());
    assert_eq!(texts(&resource["authorization_servers"]), [tapri.origin()]);
    assert_eq!(texts(&resource["bearer_methods_supported"]), ["header"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_that_is_advertised_answers() {
    let tapri = Tapri::start().await;
    let openid = told(&tapri, "openid-configuration").await;
    for (name, value) in openid.as_object().expect("an object") {
        if !name.ends_with("_endpoint") && name != "jwks_uri" {
            continue;
        }
        let address = value.as_str().expect("a URL");
        let statuses = [tapri.visitor().get(address).await.status(), tapri.visitor().post(address).await.status()];
        assert!(statuses.iter().all(|status| *status != 404 && *status < 500), "{name}: {statuses:?}");
        assert!(statuses.iter().any(|status| *status != 405), "{name}: {statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_advertised_is_not_there() {
    let tapri = Tapri::start().await;
    let openid = told(&tapri, "openid-configuration").await;
    for (name, path) in [
        ("pushed_authorization_request_endpoint", "/oauth/par"),
        ("registration_endpoint", "/oauth/register"),
        ("device_authorization_endpoint", "/oauth/device_authorization"),
        ("end_session_endpoint", "/oauth/logout"),
        ("introspection_endpoint", "/oauth/introspect"),
        ("revocation_endpoint", "/oauth/revoke"),
    ] {
        let there = tapri.visitor().post(path).await.status() != 404;
        assert_eq!(there, openid.get(name).is_some(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lists_say_what_is_true() {
    let tapri = Tapri::start().await;
    let openid = told(&tapri, "openid-configuration").await;
    assert_eq!(texts(&openid["response_types_supported"]), ["code"]);
    assert_eq!(texts(&openid["code_challenge_methods_supported"]), ["S256"]);
    assert_eq!(texts(&openid["subject_types_supported"]), ["public"]);
    assert_eq!(openid["authorization_response_iss_parameter_supported"], true);
    assert!(texts(&openid["id_token_signing_alg_values_supported"]).contains(&"RS256"));
    let scopes = texts(&openid["scopes_supported"]);
    for scope in ["openid", "profile", "email", "offline_access", "posts:read", "posts:write", "feed:read"] {
        assert!(scopes.contains(&scope), "{scope} in {scopes:?}");
    }
    assert!(!scopes.contains(&"self"));
    for grant in texts(&openid["grant_types_supported"]) {
        let reply = tapri.visitor().post("/oauth/token").form(&[("grant_type", grant)]).await;
        assert_ne!(reply.json()["error"], "unsupported_grant_type", "{grant} is advertised");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ways_to_authenticate_are_those_that_are_advertised() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    let secret = printer.secret.clone().expect("it is confidential");
    let oauth = told(&tapri, "oauth-authorization-server").await;
    let methods = texts(&oauth["token_endpoint_auth_methods_supported"]);
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "none of ours")];
    let as_post = [&fields[..], &[("client_id", &printer.client_id), ("client_secret", &secret)]].concat();
    let wire = tapri.visitor();
    for (method, call) in [
        ("client_secret_basic", wire.post("/oauth/token").basic(&printer.client_id, &secret).form(&fields)),
        ("client_secret_post", wire.post("/oauth/token").form(&as_post)),
    ] {
        let authenticated = call.await.json()["error"] == "invalid_grant";
        assert_eq!(authenticated, methods.contains(&method), "{method} in {methods:?}");
    }
}
