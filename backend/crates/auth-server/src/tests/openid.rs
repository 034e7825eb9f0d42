//! What an app may wish of the sign-in and of the answer, to the letter of OpenID Connect.

use http::StatusCode;
use httpkit::auth_wire::{ConsentAnswer, ConsentView};
use serde_json::Value;
use url::Url;

use super::actors::{VERIFIER, challenge_of, text};
use super::answer::param;
use super::tokens::unverified;
use super::world::ORIGIN;
use super::{Answer, App, World};
use crate::clients::{Client, SigningAlgorithm};

/// Changes what the app registered, without the rules of registration.
async fn registered(world: &World, app: &App, change: impl Fn(&mut Client)) {
    let clients = &world.server.core.clients;
    let key = app.id.clone().into();
    let changed = clients.modify(&key, |client| {
        change(client);
        Ok::<_, store::Error>(store::Change::Write)
    });
    changed.await.unwrap();
}

fn error_of(answer: &Answer) -> Option<String> {
    answer.param("error")
}

/// The hidden fields of a page that posts itself, and where it posts them.
fn posted_by(page: &Answer) -> (String, Vec<(String, String)>) {
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    let between = |text: &str, start: &str| text.split(start).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let plain = |text: String| {
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    };
    let fields = page.text.split("<input ").skip(1);
    let fields = fields.map(|input| (plain(between(input, "name=\"")), plain(between(input, "value=\""))));
    (plain(between(&page.text, "action=\"")), fields.collect())
}

#[tokio::test]
async fn parameters_that_are_not_known_are_passed_over_and_known_ones_come_once() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let harmless = [
        ("unknown", "1"),
        ("display", "popup"),
        ("ui_locales", "hi en"),
        ("claims_locales", "hi"),
        ("acr_values", "phr 1"),
        ("registration", "{}"),
        ("login_hint", "asha"),
    ];
    let asked = asha.follow(&world, &app.link("openid", &harmless)).await;
    let view: ConsentView = world.post("consent/view", &asha.question(&asked)).await.ok();
    assert_eq!(view.ui_locales.as_deref(), Some("hi en"));
    for name in ["scope", "nonce", "display", "acr_values", "claims", "response_mode", "ui_locales"] {
        let twice = format!("{}&{name}=a&{name}=b", app.link("openid", &[(name, "")]));
        assert_eq!(error_of(&asha.follow(&world, &twice).await).as_deref(), Some("invalid_request"), "{name}");
    }
}

#[tokio::test]
async fn an_answer_comes_in_the_fragment_where_the_app_wants_it_there() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let fragment = [("response_mode", "fragment")];
    let asked = asha.follow(&world, &app.link("posts:read", &fragment)).await;
    let back = asha.allow(&world, &asked, "posts:read").await;
    for url in [back, asha.follow(&world, &app.link("posts:read", &fragment)).await.location()] {
        assert_eq!(url.query(), None, "{url}");
        let fields: Vec<_> = url::form_urlencoded::parse(url.fragment().unwrap().as_bytes()).into_owned().collect();
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["code", "state", "iss"]);
        app.redeem(&world, &fields[0].1).await.ok::<Value>();
    }
    let refused = asha.follow(&world, &app.link("nonsense", &fragment)).await.location();
    assert!(refused.fragment().unwrap().starts_with("error=invalid_scope"), "{refused}");
}

#[tokio::test]
async fn an_answer_is_posted_by_a_page_that_passes_its_own_policy() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let form = [("response_mode", "form_post"), ("state", "\"><script>'&")];
    let asked = asha.follow(&world, &app.link("posts:read", &form)).await;
    let answer: ConsentAnswer = world.post("consent/decide", &asha.decision(&asked, "posts:read")).await.ok();
    let page = Url::parse(&answer.redirect_to).unwrap();
    assert_eq!((page.path(), page.origin().ascii_serialization().as_str()), ("/oauth/authorize", ORIGIN));
    assert!(param(&page, "code").is_none(), "what the address holds is sealed");

    let link = format!("/oauth/authorize?{}", page.query().unwrap());
    let with_flow = [asha.cookies(), asked.cookies()].concat();
    let first = world.browse(&link, &with_flow).await;
    let remembered = asha.follow(&world, &app.link("posts:read", &form)).await;
    for page in [&first, &remembered] {
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
        assert!(!policy.contains("form-action") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!((page.header("cache-control"), page.header("x-frame-options")), ("no-store", "DENY"));
        assert!(!page.text.contains("<script>'"), "what the app sent is escaped");
        let (action, fields) = posted_by(page);
        assert_eq!(action, app.redirect_uri);
        let value = |name: &str| fields.iter().find(|(has, _)| has == name).map(|(_, value)| value.as_str());
        assert_eq!((value("state"), value("iss")), (Some(form[1].1), Some(ORIGIN)));
        app.redeem(&world, value("code").unwrap()).await.ok::<Value>();
    }
    // The link is this browser's, and good for as long as the code.
    assert_eq!(asha.follow(&world, &link).await.status, 400);
    world.pass(60);
    assert_eq!(world.browse(&link, &with_flow).await.status, 400);
    let (action, fields) = posted_by(&asha.follow(&world, &app.link("nonsense", &form)).await);
    assert_eq!((action, &*fields[0].1), (app.redirect_uri.clone(), "invalid_scope"));
}

#[tokio::test]
async fn an_id_token_of_somebody_else_means_that_they_are_expected() {
    let world = World::new().await;
    let (asha, bilal, app) = (world.sign_in().await, world.sign_in().await, world.confidential_app().await);
    let tokens = app.tokens_of(&world, &asha, "openid").await;
    bilal.let_in(&world, &app, "openid").await;
    world.pass(3600);
    let hint = text(&tokens, "id_token");
    let silent = app.link("openid", &[("prompt", "none"), ("id_token_hint", hint)]);
    assert!(asha.follow(&world, &silent).await.param("code").is_some(), "an expired one will do");
    assert_eq!(error_of(&bilal.follow(&world, &silent).await).as_deref(), Some("login_required"));

    let asked = bilal.follow(&world, &app.link("openid", &[("id_token_hint", hint)])).await;
    let view: ConsentView = world.post("consent/view", &bilal.question(&asked)).await.ok();
    assert!(view.reauthenticate);
    let refused = world.post("consent/decide", &bilal.decision(&asked, "openid")).await;
    assert_eq!(refused.refusal(), (403, "reauthentication_required".to_owned()));
    let answer: ConsentAnswer = world.post("consent/decide", &asha.decision(&asked, "openid")).await.ok();
    assert!(param(&Url::parse(&answer.redirect_to).unwrap(), "code").is_some());

    let claims = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, asha.sub());
    let by_claim = app.link("openid", &[("prompt", "none"), ("claims", &claims)]);
    assert!(asha.follow(&world, &by_claim).await.param("code").is_some());
    assert_eq!(error_of(&bilal.follow(&world, &by_claim).await).as_deref(), Some("login_required"));
}

#[tokio::test]
async fn who_may_choose_an_account_sees_the_page() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    asha.let_in(&world, &app, "openid").await;
    let asked = asha.follow(&world, &app.link("openid", &[("prompt", "select_account")])).await;
    let view: ConsentView = world.post("consent/view", &asha.question(&asked)).await.ok();
    assert!(view.select_account && !view.reauthenticate);
    asha.allow(&world, &asked, "openid").await;
}

#[tokio::test]
async fn a_claim_is_asked_for_by_its_scope_within_what_the_app_may_ask() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let claims = [("claims", r#"{"userinfo":{"name":{"essential":true},"email":null}}"#)];
    registered(&world, &app, |client| client.scopes = "openid profile".parse().unwrap()).await;
    let asked = asha.follow(&world, &app.link("openid", &claims)).await;
    let view: ConsentView = world.post("consent/view", &asha.question(&asked)).await.ok();
    assert_eq!(view.scopes.to_string(), "openid profile");
    let back = asha.allow(&world, &asked, "openid profile").await;
    let tokens: Value = app.redeem(&world, &param(&back, "code").unwrap()).await.ok();
    assert_eq!(tokens["scope"], "openid profile");
    let impossible = [("claims", r#"{"id_token":{"acr":{"essential":true,"value":"phrh"}}}"#)];
    let refused = asha.follow(&world, &app.link("openid", &impossible)).await;
    assert_eq!(error_of(&refused).as_deref(), Some("unmet_authentication_requirements"));
}

#[tokio::test]
async fn an_apps_own_age_counts_where_the_request_names_none() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    asha.let_in(&world, &app, "openid").await;
    registered(&world, &app, |client| client.default_max_age = Some(60)).await;
    world.pass(61);
    let silent = asha.follow(&world, &app.link("openid", &[("prompt", "none")])).await;
    assert_eq!(error_of(&silent).as_deref(), Some("login_required"));
    let named = asha.follow(&world, &app.link("openid", &[("prompt", "none"), ("max_age", "3600")])).await;
    assert!(named.param("code").is_some());
}

#[tokio::test]
async fn id_tokens_are_signed_as_the_app_registered() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    for algorithm in SigningAlgorithm::ALL {
        let app = world.confidential_app().await;
        registered(&world, &app, |client| client.id_token_alg = algorithm).await;
        let code = asha.let_in(&world, &app, "openid").await;
        let tokens: Value = app.redeem(&world, &code).await.ok();
        let token = text(&tokens, "id_token");
        let set: jsonwebtoken::jwk::JwkSet = world.browse("/oauth/jwks", &[]).await.ok();
        let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(set.find(&kid).unwrap()).unwrap();
        let mut rules = jsonwebtoken::Validation::new(algorithm.name().parse().unwrap());
        rules.set_audience(&[app.id.as_str()]);
        rules.validate_exp = false;
        let claims = jsonwebtoken::decode::<Value>(token, &key, &rules).unwrap().claims;
        assert_eq!((&claims["acr"], &claims["amr"][0], &claims["iss"]), (&"1".into(), &"pwd".into(), &ORIGIN.into()));
        assert_eq!(claims["sid"], asha.tokens.session_id.to_string());
        assert_eq!(claims["auth_time"], asha.tokens.session_id.time().as_seconds());
    }
}

#[tokio::test]
async fn an_app_registered_without_pkce_may_come_without_and_is_held_to_what_it_sends() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let bare = app.link("posts:read", &[("code_challenge", ""), ("code_challenge_method", "")]);
    assert_eq!(error_of(&asha.follow(&world, &bare).await).as_deref(), Some("invalid_request"));
    registered(&world, &app, |client| client.require_pkce = false).await;
    let asked = asha.follow(&world, &bare).await;
    let code = param(&asha.allow(&world, &asked, "posts:read").await, "code").unwrap();
    let redeem = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &app.redirect_uri)];
    let with_verifier = app.redeem_with(&world, &code, &app.redirect_uri, VERIFIER).await;
    assert_eq!(with_verifier.oauth_error(), (400, "invalid_grant".to_owned()), "the challenge was taken away");
    app.post(&world, "/oauth/token", &redeem).await.ok::<Value>();

    let code = asha.let_in(&world, &app, "posts:read").await;
    let without = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &app.redirect_uri)];
    assert_eq!(app.post(&world, "/oauth/token", &without).await.oauth_error(), (400, "invalid_grant".to_owned()));
    app.redeem(&world, &code).await.ok::<Value>();
    let plain = [("code_challenge", challenge_of(VERIFIER)), ("code_challenge_method", "plain".to_owned())];
    let plain = plain.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(
        error_of(&asha.follow(&world, &app.link("posts:read", &plain)).await).as_deref(),
        Some("invalid_request")
    );
}

#[tokio::test]
async fn what_a_role_cannot_give_counts_as_declined() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    registered(&world, &app, |client| client.scopes = "posts:read mod".parse().unwrap()).await;
    let asked = asha.follow(&world, &app.link("posts:read mod", &[])).await;
    let mut decision = asha.decision(&asked, "posts:read mod");
    decision.ceiling = "posts:read".parse().unwrap();
    world.post("consent/decide", &decision).await.ok::<ConsentAnswer>();
    let again = asha.follow(&world, &app.link("posts:read mod", &[])).await;
    let tokens: Value = app.redeem(&world, &again.param("code").expect("it is not asked for ever")).await.ok();
    assert_eq!(tokens["scope"], "posts:read");
    assert_eq!(unverified(text(&tokens, "access_token"))["scope"], "posts:read");
}
