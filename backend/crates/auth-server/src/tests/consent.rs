//! The consent page: what it shows, who may decide, and what a decision does.

use httpkit::auth_wire::{ConsentAnswer, ConsentVerdict, ConsentView};
use httpkit::{Scope, ScopeSet};
use serde_json::Value;
use url::Url;

use super::actors::text;
use super::answer::param;
use super::{App, Person, World};

async fn people(world: &World) -> (Person, App) {
    (world.sign_in().await, world.confidential_app().await)
}

fn set(names: &str) -> ScopeSet {
    names.parse().unwrap()
}

#[tokio::test]
async fn the_page_shows_the_app_and_what_it_asks_for_within_the_role() {
    let world = World::new().await;
    let (asha, app) = people(&world).await;
    let link = app.link("openid posts:read posts:write", &[("login_hint", "asha")]);
    let asked = asha.follow(&world, &link).await;
    let mut question = asha.question(&asked);
    question.ceiling = ScopeSet::all().without(Scope::PostsWrite);
    let view: ConsentView = world.post("consent/view", &question).await.ok();
    assert_eq!(
        view,
        ConsentView {
            client_id: app.id.clone(),
            client_name: "Midnight Prints".to_owned(),
            client_uri: Some("https://prints.example/".to_owned()),
            logo_media: None,
            policy_uri: None,
            tos_uri: None,
            owner: Some(app.owner),
            scopes: set("openid posts:read"),
            required: set("openid"),
            granted: ScopeSet::EMPTY,
            redirect_host: "prints.example".to_owned(),
            reauthenticate: false,
            decided: false,
            login_hint: Some("asha".to_owned()),
            select_account: false,
            ui_locales: None,
        }
    );
}

#[tokio::test]
async fn nobody_signed_in_sees_the_page_too_and_is_not_asked_to_sign_in_again() {
    let world = World::new().await;
    let (asha, app) = people(&world).await;
    let asked = world.browse(&app.link("posts:read", &[("prompt", "login")]), &[]).await;
    let mut question = asha.question(&asked);
    (question.sub, question.session_id) = (None, None);
    let view: ConsentView = world.post("consent/view", &question).await.ok();
    assert!(!view.reauthenticate);
}

#[tokio::test]
async fn allowing_a_part_gives_that_part_and_openid() {
    let world = World::new().await;
    let (asha, app) = people(&world).await;
    let asked = asha.follow(&world, &app.link("openid posts:read posts:write", &[])).await;
    let redirect = asha.allow(&world, &asked, "posts:read").await;
    assert!(redirect.as_str().starts_with(&app.redirect_uri));
    assert_eq!(param(&redirect, "state").as_deref(), Some("af0ifjsldkj"));
    let tokens: Value = app.redeem(&world, &param(&redirect, "code").unwrap()).await.ok();
    assert_eq!(tokens["scope"], "openid posts:read");
    assert!(tokens["id_token"].is_string());
}

#[tokio::test]
async fn nothing_can_be_allowed_that_was_not_asked_or_that_the_role_cannot_give() {
    let world = World::new().await;
    let (asha, app) = people(&world).await;
    let asked = asha.follow(&world, &app.link("posts:read posts:write", &[])).await;
    let mut decision = asha.decision(&asked, "posts:read posts:write likes:write");
    decision.ceiling = set("posts:read likes:write");
    let answer: ConsentAnswer = world.post("consent/decide", &decision).await.ok();
    let code = param(&Url::parse(&answer.redirect_to).unwrap(), "code").unwrap();
    let tokens: Value = app.redeem(&world, &code).await.ok();
    assert_eq!(tokens["scope"], "posts:read");
}

#[tokio::test]
async fn denying_and_allowing_nothing_are_told_to_the_app() {
    let world = World::new().await;
    let (asha, app) = people(&world).await;
    let asked = asha.follow(&world, &app.link("posts:read", &[])).await;
    let mut denied = asha.decision(&asked, "posts:read");
    denied.verdict = ConsentVerdict::Deny;
    for decision in [denied, asha.decision(&asked, "")] {
        let answer: ConsentAnswer = world.post("consent/decide", &decision).await.ok();
        let redirect = Url::parse(&answer.redirect_to).unwrap();
        assert_eq!(param(&redirect, "error").as_deref(), Some("access_denied"));
        assert_eq!(param(&redirect, "iss").as_deref(), Some("http://localhost:3000"));
        assert_eq!(param(&redirect, "state").as_deref(), Some("af0ifjsldkj"));
    }
}

#[tokio::test]
async fn a_flow_that_was_begun_in_another_browser_is_not_ones_own() {
    let world = World::new().await;
    let (asha, app) = people(&world).await;
    let theirs = world.browse(&app.link("posts:read", &[]), &[]).await;
    let mine = asha.follow(&world, &app.link("posts:read", &[])).await;
    let refused = (403, "flow_not_yours".to_owned());
    let mut decision = asha.decision(&theirs, "posts:read");
    let cookies = decision.flow_cookies.clone();
    for flow_cookies in [vec![], asha.decision(&mine, "").flow_cookies, [cookies.clone(), cookies.clone()].concat()] {
        decision.flow_cookies = flow_cookies.clone();
        assert_eq!(world.post("consent/decide", &decision).await.refusal(), refused);
        let mut question = asha.question(&theirs);
        question.flow_cookies = flow_cookies;
        assert_eq!(world.post("consent/view", &question).await.refusal(), refused);
    }
}

#[tokio::test]
async fn two_tabs_of_one_app_both_succeed() {
    let world = World::new().await;
    let (asha, app) = people(&world).await;
    let first = asha.follow(&world, &app.link("posts:read", &[])).await;
    let second = asha.follow(&world, &app.link("posts:read", &[])).await;
    let codes = [
        param(&asha.allow(&world, &first, "posts:read").await, "code").unwrap(),
        param(&asha.allow(&world, &second, "posts:read").await, "code").unwrap(),
    ];
    for code in codes {
        let tokens: Value = app.redeem(&world, &code).await.ok();
        app.refresh(&world, text(&tokens, "refresh_token")).await.ok::<Value>();
    }
}

#[tokio::test]
async fn a_double_click_on_allow_makes_one_grant_and_ends_none() {
    let world = World::new().await;
    let (asha, app) = people(&world).await;
    let asked = asha.follow(&world, &app.link("posts:read", &[])).await;
    let first = param(&asha.allow(&world, &asked, "posts:read").await, "code").unwrap();
    let second = param(&asha.allow(&world, &asked, "posts:read").await, "code").unwrap();
    let tokens: Value = app.redeem(&world, &first).await.ok();
    assert_eq!(app.redeem(&world, &second).await.oauth_error(), (400, "invalid_grant".to_owned()));
    app.refresh(&world, text(&tokens, "refresh_token")).await.ok::<Value>();

    let finished = (409, "request_finished".to_owned());
    assert_eq!(world.post("consent/decide", &asha.decision(&asked, "posts:read")).await.refusal(), finished);
    assert_eq!(world.post("consent/view", &asha.question(&asked)).await.refusal(), finished);
}

#[tokio::test]
async fn a_request_waits_ten_minutes_and_no_longer() {
    let world = World::new().await;
    let (asha, app) = people(&world).await;
    let asked = asha.follow(&world, &app.link("posts:read", &[])).await;
    world.pass(599);
    world.post("consent/view", &asha.question(&asked)).await.ok::<ConsentView>();
    world.pass(1);
    assert_eq!(world.post("consent/view", &asha.question(&asked)).await.refusal(), (410, "request_expired".to_owned()));
}

#[tokio::test]
async fn what_is_no_request_is_refused_and_no_other_seal_opens_as_one() {
    let world = World::new().await;
    let (asha, app) = people(&world).await;
    let asked = asha.follow(&world, &app.link("posts:read", &[])).await;
    let code = asha.let_in(&world, &app, "posts:read").await;
    for request in ["forged".to_owned(), code, asha.tokens.session_cookie.clone()] {
        let mut question = asha.question(&asked);
        question.request = request;
        assert_eq!(world.post("consent/view", &question).await.refusal(), (400, "request_invalid".to_owned()));
    }
    let pending = asha.question(&asked).request;
    assert_eq!(app.redeem(&world, &pending).await.oauth_error(), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn an_app_that_wants_a_new_sign_in_gets_one() {
    let world = World::new().await;
    let (asha, app) = people(&world).await;
    world.pass(60);
    for changes in [("prompt", "login"), ("max_age", "30")] {
        let asked = asha.follow(&world, &app.link("posts:read", &[changes])).await;
        let view: ConsentView = world.post("consent/view", &asha.question(&asked)).await.ok();
        assert!(view.reauthenticate, "{changes:?}");
        let early = world.post("consent/decide", &asha.decision(&asked, "posts:read")).await;
        assert_eq!(early.refusal(), (403, "reauthentication_required".to_owned()));

        let anew = world.sign_in_as(asha.sub(), 1).await;
        assert!(param(&anew.allow(&world, &asked, "posts:read").await, "code").is_some());
    }
}

#[tokio::test]
async fn who_is_signed_out_decides_nothing() {
    let world = World::new().await;
    let (asha, app) = people(&world).await;
    let asked = asha.follow(&world, &app.link("posts:read", &[])).await;
    world.remove(&format!("subjects/{}/sessions/{}", asha.sub(), asha.tokens.session_id)).await;
    let refused = world.post("consent/decide", &asha.decision(&asked, "posts:read")).await;
    assert_eq!(refused.refusal(), (403, "session_over".to_owned()));

    let bilal = world.sign_in().await;
    let mut stolen = bilal.decision(&asked, "posts:read");
    stolen.sub = asha.sub();
    assert_eq!(world.post("consent/decide", &stolen).await.refusal(), (403, "session_over".to_owned()));
}

#[tokio::test]
async fn allowing_less_than_before_ends_what_the_app_holds() {
    let world = World::new().await;
    let (asha, app) = people(&world).await;
    let tokens = app.tokens_of(&world, &asha, "posts:read posts:write").await;
    let asked = asha.follow(&world, &app.link("posts:read posts:write", &[("prompt", "consent")])).await;
    let view: ConsentView = world.post("consent/view", &asha.question(&asked)).await.ok();
    assert_eq!(view.granted, set("posts:read posts:write"));
    let code = param(&asha.allow(&world, &asked, "posts:read").await, "code").unwrap();
    let refused = app.refresh(&world, text(&tokens, "refresh_token")).await;
    assert_eq!(refused.oauth_error(), (400, "invalid_grant".to_owned()));
    let narrower: Value = app.redeem(&world, &code).await.ok();
    app.refresh(&world, text(&narrower, "refresh_token")).await.ok::<Value>();
}
