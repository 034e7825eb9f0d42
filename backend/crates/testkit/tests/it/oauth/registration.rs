//! Apps that register themselves, and keep their registration.

use std::time::Duration;

use http::Method;
use httpkit::settings::{RegistrationPolicy, Secret};
use serde_json::{Value, json};
use testkit::{App, Reply, Tapri, within};

const CALLBACK: &str = "https://printer.example/callback";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn register(tapri: &Tapri, metadata: &Value) -> Reply {
    tapri.visitor().post("/oauth/register").json(metadata).await
}

fn printer() -> Value {
    json!({ "client_name": "Self-made Printer", "redirect_uris": [CALLBACK] })
}

/// A call to the place where a registration is kept.
async fn keep(tapri: &Tapri, method: Method, registered: &Value, token: &str, body: Option<&Value>) -> Reply {
    let uri = registered["registration_client_uri"].as_str().expect("it says where it is kept");
    let path = uri.strip_prefix(&tapri.origin()).expect("it is kept here");
    let call = tapri.visitor().call(method, path).bearer(token);
    match body {
        Some(body) => call.json(body).await,
        None => call.await,
    }
}

fn token_of(registered: &Value) -> &str {
    registered["registration_access_token"].as_str().expect("a registration has a token")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_registers_itself_and_a_person_lets_it_in() {
    let tapri = Tapri::start().await;
    let metadata = tapri.visitor().get("/.well-known/oauth-authorization-server").await.expect(200);
    let endpoint = metadata.json()["registration_endpoint"].clone();
    assert_eq!(endpoint, format!("{}/oauth/register", tapri.origin()));
    let reply = register(&tapri, &printer()).await.expect(201);
    assert_eq!((reply.header("cache-control"), reply.header("access-control-allow-origin")), ("no-store", "*"));
    let registered = reply.json();
    assert_eq!(registered["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(registered["grant_types"], json!(["authorization_code", "refresh_token"]));
    assert_eq!((&registered["response_types"], &registered["client_secret_expires_at"]), (&json!(["code"]), &json!(0)));
    assert!(!registered["scope"].as_str().expect("scopes").contains("admin"));
    let app = App::by_itself(tapri.visitor(), registered, CALLBACK);
    let browser = tapri.sign_up("asha").await.browser().await;
    let request = browser.reaches_consent(&app.asks("profile:read")).await;
    let shown = browser.reads_consent(&request).await.expect(200).data();
    assert_eq!(
        (&shown["client"]["client_name"], &shown["client"]["made_by"]),
        (&json!("Self-made Printer"), &Value::Null)
    );
    app.connects(&browser, "profile:read", &["profile:read"]).await.caller.me().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_kept_is_told_and_nothing_of_a_person_is_kept() {
    let tapri = Tapri::start().await;
    let metadata = json!({
        "client_name": "Chatty", "redirect_uris": ["com.example.chatty:/callback", "http://127.0.0.1/callback"],
        "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"], "response_types": ["code"],
        "scope": "openid posts:read", "client_uri": "https://chatty.example/", "tos_uri": "https://chatty.example/terms",
        "policy_uri": "https://chatty.example/privacy", "logo_uri": "https://chatty.example/logo.svg",
        "id_token_signed_response_alg": "ES256", "default_max_age": 3600,
        "post_logout_redirect_uris": ["https://chatty.example/bye"],
        "contacts": ["bilal@chatty.example"], "software_id": "unknown here", "client_name#hi": "unknown too",
    });
    let reply = register(&tapri, &metadata).await.expect(201);
    let registered = reply.json();
    for (name, value) in metadata.as_object().expect("an object") {
        if !["contacts", "software_id", "client_name#hi"].contains(&name.as_str()) {
            assert_eq!(&registered[name], value, "{name}");
        }
    }
    for name in ["contacts", "client_secret", "software_id"] {
        assert_eq!(registered.get(name), None, "{name}");
    }
    let documents = tapri.documents(testkit::Server::Auth).await;
    assert!(documents.iter().all(|document| !format!("{document:?}").contains("bilal@chatty.example")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_registered_is_refused_in_the_words_of_the_rfc() {
    let tapri = Tapri::start().await;
    for (name, value, error) in [
        ("redirect_uris", json!(["http://printer.example/"]), "invalid_redirect_uri"),
        ("redirect_uris", json!([]), "invalid_redirect_uri"),
        ("redirect_uris", json!("https://printer.example/"), "invalid_client_metadata"),
        ("redirect_uris", json!({"$gt": ""}), "invalid_client_metadata"),
        ("client_name", json!("Tapri\u{202e}gnp"), "invalid_client_metadata"),
        ("grant_types", json!(["password"]), "invalid_client_metadata"),
        ("grant_types", json!(["implicit"]), "invalid_client_metadata"),
        ("grant_types", json!(["client_credentials"]), "invalid_client_metadata"),
        ("response_types", json!(["code", "token"]), "invalid_client_metadata"),
        ("token_endpoint_auth_method", json!("client_secret_jwt"), "invalid_client_metadata"),
        ("token_endpoint_auth_method", json!("private_key_jwt"), "invalid_client_metadata"),
        ("subject_type", json!("pairwise"), "invalid_client_metadata"),
        ("scope", json!("posts:eat"), "invalid_client_metadata"),
        ("id_token_signed_response_alg", json!("none"), "invalid_client_metadata"),
        ("jwks", json!({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}), "invalid_client_metadata"),
        ("jwks_uri", json!("http://printer.example/keys"), "invalid_client_metadata"),
        ("client_uri", json!("javascript:alert(1)"), "invalid_client_metadata"),
        ("software_statement", json!("a.b.c"), "unapproved_software_statement"),
    ] {
        let mut metadata = printer();
        metadata[name] = value;
        register(&tapri, &metadata).await.oauth_error(400, error);
    }
    let form = tapri.visitor().post("/oauth/register").form(&[("client_name", "x")]).await;
    form.oauth_error(400, "invalid_client_metadata");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_keeps_its_registration_with_its_token_and_with_no_other() {
    let tapri = Tapri::start().await;
    let registered = register(&tapri, &printer()).await.expect(201).json().clone();
    let other = register(&tapri, &printer()).await.expect(201).json().clone();
    let told = keep(&tapri, Method::GET, &registered, token_of(&registered), None).await.expect(200);
    assert_eq!((&told.json()["client_id"], told.json().get("client_secret")), (&registered["client_id"], None));
    for token in [token_of(&other), "", "nonsense"] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let refused = keep(&tapri, method, &registered, token, Some(&printer())).await;
            let refused = refused.oauth_error(401, "invalid_token");
            assert!(refused.header("www-authenticate").starts_with("Bearer"), "{refused:?}");
        }
    }
    let nobodys =
        json!({"registration_client_uri": format!("{}/oauth/register/app_{}", tapri.origin(), "0".repeat(26))});
    keep(&tapri, Method::GET, &nobodys, token_of(&registered), None).await.oauth_error(401, "invalid_token");

    // A change is the whole registration anew: what it does not say is the default again.
    let mut changed = json!({
        "client_id": registered["client_id"], "client_name": "Renamed", "redirect_uris": [CALLBACK],
        "client_secret": registered["client_secret"], "scope": "posts:read",
    });
    let told = keep(&tapri, Method::PUT, &registered, token_of(&registered), Some(&changed)).await.expect(200);
    assert_eq!((&told.json()["client_name"], &told.json()["scope"]), (&json!("Renamed"), &json!("posts:read")));
    assert_eq!(told.json().get("client_secret"), None, "it has the one that it had");
    for (name, value) in [
        ("client_id", json!(other["client_id"])),
        ("client_secret", json!("chosen by myself")),
        ("registration_access_token", json!(token_of(&registered))),
        ("client_id_issued_at", json!(0)),
        ("scope", json!("posts:read admin")),
    ] {
        let former = std::mem::replace(&mut changed[name], value);
        let refused = keep(&tapri, Method::PUT, &registered, token_of(&registered), Some(&changed)).await;
        refused.oauth_error(400, "invalid_client_metadata");
        changed[name] = former;
        changed.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_registration_ends_what_the_app_was_given() {
    let tapri = Tapri::start().await;
    let registered = register(&tapri, &printer()).await.expect(201).json().clone();
    let app = App::by_itself(tapri.visitor(), &registered, CALLBACK);
    let browser = tapri.sign_up("asha").await.browser().await;
    let granted = app.connects(&browser, "profile:read offline_access", &["profile:read", "offline_access"]).await;
    keep(&tapri, Method::DELETE, &registered, token_of(&registered), None).await.expect(204);
    app.refreshes(&granted.refresh_token).await.oauth_error(401, "invalid_client");
    let refused = || async { (granted.caller.me().await.status() == 401).then_some(()) };
    within(Duration::from_secs(1), "the app's token is refused", refused).await;
    keep(&tapri, Method::GET, &registered, token_of(&registered), None).await.oauth_error(401, "invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_nobody_lets_in_is_forgotten_and_one_that_somebody_lets_in_is_not() {
    let tapri = Tapri::start().await;
    let lonely = register(&tapri, &printer()).await.expect(201).json().clone();
    let wanted = register(&tapri, &printer()).await.expect(201).json().clone();
    let app = App::by_itself(tapri.visitor(), &wanted, CALLBACK);
    let asha = tapri.sign_up("asha").await;
    app.connects(&asha.browser().await, "profile:read", &["profile:read"]).await;
    tapri.advance(29 * DAY);
    keep(&tapri, Method::GET, &lonely, token_of(&lonely), None).await.expect(200);
    tapri.advance(2 * DAY);
    keep(&tapri, Method::GET, &lonely, token_of(&lonely), None).await.oauth_error(401, "invalid_token");
    keep(&tapri, Method::GET, &wanted, token_of(&wanted), None).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_can_ask_for_a_token_or_close_registration() {
    let token = "an initial access token of 32 characters".replace(' ', "-");
    let guarded = Tapri::plan().settings(|settings| {
        settings.auth.registration.policy = RegistrationPolicy::Token;
        settings.auth.registration.token = Some(Secret::new(&*token));
    });
    let guarded = guarded.start().await;
    register(&guarded, &printer()).await.oauth_error(401, "invalid_token");
    let ask = |shown: &str| guarded.visitor().post("/oauth/register").bearer(shown).json(&printer());
    ask("another-token-that-is-as-long-as-that").await.oauth_error(401, "invalid_token");
    ask(&token).await.expect(201);

    let closed = Tapri::plan().settings(|settings| settings.auth.registration.policy = RegistrationPolicy::Off);
    let closed = closed.start().await;
    register(&closed, &printer()).await.oauth_error(403, "access_denied");
    let metadata = closed.visitor().get("/.well-known/openid-configuration").await.expect(200);
    assert_eq!(metadata.json().get("registration_endpoint"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_registers_a_few_apps_and_not_thousands() {
    let tapri = Tapri::plan().settings(|settings| settings.limits.enabled = true).start().await;
    for _ in 0..30 {
        register(&tapri, &printer()).await.expect(201);
    }
    let refused = register(&tapri, &printer()).await.expect(429);
    assert_eq!(
        (refused.json()["error"].as_str(), refused.header("retry-after")),
        (Some("temporarily_unavailable"), "60")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn editors_that_people_know_come_back_at_their_own_scheme_and_are_always_shown() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let address = "cursor://anysphere.cursor-mcp/oauth/callback";
    let metadata = json!({"client_name": "Cursor", "redirect_uris": [address], "token_endpoint_auth_method": "none"});
    let registered = tapri.visitor().post("/oauth/register").json(&metadata).await.expect(201);
    let cursor = App::by_itself(tapri.visitor(), registered.json(), address);
    for _ in 0..2 {
        let request = browser.reaches_consent(&cursor.asks("posts:read")).await;
        let page = browser.reads_consent(&request).await.expect(200).data();
        assert_eq!((&page["redirect_host"], &page["decided"]), (&json!("cursor"), &json!(false)));
        cursor.connects(&browser, "posts:read", &["posts:read"]).await;
    }
    let quiet = browser.begins(&cursor.asks("posts:read").with("prompt", "none")).await.expect(303);
    let back = quiet.header("location");
    assert!(back.starts_with(address) && back.contains("error=interaction_required"), "{back}");

    // A secret is no secret on a person's machine, and a name that nobody vouches for is nobody's.
    for refused in [
        json!({"redirect_uris": [address], "token_endpoint_auth_method": "client_secret_basic"}),
        json!({"redirect_uris": ["cursors://callback"], "token_endpoint_auth_method": "none"}),
        json!({"redirect_uris": ["Cursor://callback"], "token_endpoint_auth_method": "none"}),
        json!({"redirect_uris": ["editor://callback"], "token_endpoint_auth_method": "none"}),
    ] {
        let answer = tapri.visitor().post("/oauth/register").json(&refused).await;
        answer.oauth_error(400, "invalid_redirect_uri");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_says_which_programs_have_schemes_of_their_own() {
    let tapri = Tapri::plan().settings(|settings| settings.auth.app_schemes = vec!["editor".to_owned()]).start().await;
    let registers = async |address: &str| {
        let metadata = json!({"redirect_uris": [address], "token_endpoint_auth_method": "none"});
        tapri.visitor().post("/oauth/register").json(&metadata).await.status()
    };
    assert_eq!(registers("editor://publisher.extension/callback").await, 201);
    assert_eq!(registers("com.example.app:/callback").await, 201);
    assert_eq!(registers("vscode://publisher.extension/callback").await, 400);
}
