//! Signing out because an app asks, and apps that hear of it (OpenID Connect RP-Initiated and Back-Channel Logout).

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Value, json};
use testkit::{App, Elsewhere, Person, Tapri, password_of};

const AFTERWARDS: &str = "https://printer.example/bye";

async fn with_elsewhere() -> (Elsewhere, Tapri) {
    let elsewhere = Elsewhere::open().await;
    elsewhere.lays_with("/signed-out", 200, &[], "");
    let tapri = Tapri::plan().settings(|settings| elsewhere.allowed(settings)).start().await;
    (elsewhere, tapri)
}

async fn registers(person: &Person, elsewhere: &Elsewhere, algorithm: &str) -> App {
    let body = json!({
        "client_name": "Chai Printer", "client_type": "confidential",
        "redirect_uris": ["https://printer.example/callback"], "post_logout_redirect_uris": [AFTERWARDS],
        "backchannel_logout_uri": elsewhere.url("/signed-out"), "id_token_signed_response_alg": algorithm,
    });
    person.registers_with(&body).await
}

/// The claims of a logout token, verified by the published keys.
async fn verified(tapri: &Tapri, app: &App, body: &str) -> Value {
    let token = body.strip_prefix("logout_token=").expect("a form with one field");
    let header = jsonwebtoken::decode_header(token).expect("a JWT");
    assert_eq!(header.typ.as_deref(), Some("logout+jwt"));
    let keys = tapri.visitor().get("/oauth/jwks").await.expect(200);
    let keys: JwkSet = serde_json::from_value(keys.json().clone()).expect("a key set");
    let key = keys.find(header.kid.as_deref().expect("its key is named")).expect("the key is published");
    let mut rules = Validation::new(header.alg);
    // The library reads the machine's clock, which is not this story's.
    rules.validate_exp = false;
    rules.set_audience(&[&app.client_id]);
    rules.set_issuer(&[tapri.origin()]);
    let key = DecodingKey::from_jwk(key).expect("a public key");
    jsonwebtoken::decode::<Value>(token, &key, &rules).expect("the signature is good").claims
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_signs_a_person_out_and_every_app_of_that_session_hears_of_it() {
    let (elsewhere, tapri) = with_elsewhere().await;
    let asha = tapri.sign_up("asha").await;
    for algorithm in ["RS256", "EdDSA"] {
        let (browser, printer) = (asha.browser().await, registers(&asha, &elsewhere, algorithm).await);
        let granted = printer.connects(&browser, "openid posts:read", &["posts:read"]).await;
        let id_token = granted.answer["id_token"].as_str().expect("an ID token").to_owned();
        let before = elsewhere.asked("/signed-out");
        let link = format!("/oauth/logout?id_token_hint={id_token}&state=home&post_logout_redirect_uri={AFTERWARDS}");
        let back = browser.comes_from_elsewhere(&link).await.expect(303).location();
        assert_eq!(back.as_str(), format!("{AFTERWARDS}?state=home"));
        browser.refreshes().await.expect(401);
        printer.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");

        let told = elsewhere.hears_again("/signed-out", before).await;
        let claims = verified(&tapri, &printer, &told.body).await;
        assert_eq!((told.method.as_str(), &claims["sub"]), ("POST", &json!(asha.user_id)));
        assert_eq!(claims["sid"], testkit::jwt::Jwt::read(&id_token).claims["sid"]);
        assert_eq!(claims["events"], json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
        assert!(claims["jti"].is_string() && claims.get("nonce").is_none());
        let (iat, exp) = (claims["iat"].as_i64().expect("a time"), claims["exp"].as_i64().expect("a time"));
        assert!(iat < exp && exp <= iat + 120);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_signs_other_devices_out_and_their_apps_hear_of_it() {
    let (elsewhere, tapri) = with_elsewhere().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, registers(&asha, &elsewhere, "ES256").await);
    let granted = printer.connects(&browser, "openid offline_access", &["offline_access"]).await;
    let old = password_of("asha");
    asha.change_password(&old, "another chai, with sugar").await.expect(200);
    let told = elsewhere.hears("/signed-out").await;
    let claims = verified(&tapri, &printer, &told.body).await;
    assert_eq!(claims["sub"], asha.user_id.as_str());
    printer.refreshes(&granted.refresh_token).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_id_token_the_page_asks_and_goes_back_only_where_it_may() {
    let (elsewhere, tapri) = with_elsewhere().await;
    let asha = tapri.sign_up("asha").await;
    let printer = registers(&asha, &elsewhere, "RS256").await;
    let (browser, earlier) = (asha.browser().await, asha.browser().await);
    let granted = printer.connects(&earlier, "openid", &[]).await;
    let hint = granted.answer["id_token"].as_str().expect("an ID token");
    let ask = async |params: &str| {
        let page = browser.comes_from_elsewhere(&format!("/oauth/logout?{params}")).await.expect(303).location();
        assert_eq!(page.path(), "/logout");
        testkit::param(&page, "request").expect("the page is told what it is about")
    };
    let page_of = async |request: &str| {
        tapri.visitor().get("/api/v1/logout").query(&[("request", request)]).await.expect(200).data()
    };

    let bare = page_of(&ask("").await).await;
    assert_eq!(bare, json!({"client": null, "continue_to": null}));
    let named = format!("client_id={}&post_logout_redirect_uri={AFTERWARDS}", printer.client_id);
    let named = page_of(&ask(&named).await).await;
    assert_eq!((&named["client"]["client_name"], &named["continue_to"]), (&json!("Chai Printer"), &json!(null)));

    let request = ask(&format!("id_token_hint={hint}&post_logout_redirect_uri={AFTERWARDS}")).await;
    let page = page_of(&request).await;
    let next = page["continue_to"].as_str().expect("an address of ours");
    let again = browser.comes_from_elsewhere(next).await.expect(303).location();
    assert_eq!(again.path(), "/logout", "nobody has said yes");
    browser.signs_out().await.expect(200);
    assert_eq!(browser.opens(next).await.expect(303).location().as_str(), AFTERWARDS);
    tapri.visitor().get("/api/v1/logout").query(&[("request", "forged")]).await.refused(400, "request_invalid");
}
