//! Signing out because an app asks, and telling apps that somebody signed out.

use std::sync::Arc;

use httpkit::auth_wire::{CredentialAnswer, CredentialChanged, Done, LogoutQuestion, LogoutView, SessionEnded};
use httpkit::jobs::{Job, Queue as _};
use serde_json::{Value, json};
use store::Query;

use super::actors::text;
use super::answer::param;
use super::world::{ORIGIN, encode};
use super::{Answer, App, Person, World};
use crate::clients::RedirectUri;
use crate::jobs::{AuthQueue, worker};

const AFTERWARDS: &str = "https://prints.example/bye";

async fn with_logout(world: &World, app: &App, backchannel: Option<&str>) {
    let clients = &world.server.core.clients;
    let key = app.id.clone().into();
    let changed = clients.modify(&key, |client| {
        client.logout.redirect_uris = vec![RedirectUri::parse(AFTERWARDS, &[]).unwrap()];
        client.logout.backchannel_uri = backchannel.map(str::to_owned);
        Ok::<_, store::Error>(store::Change::Write)
    });
    changed.await.unwrap();
}

fn link(params: &[(&str, &str)]) -> String {
    format!("/oauth/logout?{}", encode(params))
}

fn signs_out(answer: &Answer) -> bool {
    let gone: Vec<_> =
        answer.cookies().into_iter().filter(|(_, value)| value.is_empty()).map(|(name, _)| name).collect();
    gone == ["tapri_refresh", "tapri_session"]
}

fn assert_error_page(answer: &Answer) {
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.header("content-type").starts_with("text/html") && !answer.headers.contains_key("location"));
}

#[tokio::test]
async fn an_id_token_of_this_browsers_session_signs_out_and_leads_back() {
    let world = World::new().await;
    let app = world.confidential_app().await;
    with_logout(&world, &app, None).await;
    let asha = world.sign_in().await;
    let tokens = app.tokens_of(&world, &asha, "openid").await;
    world.pass(3600);
    let hint = text(&tokens, "id_token");
    let params = [("id_token_hint", hint), ("post_logout_redirect_uri", AFTERWARDS), ("state", "a b&c")];
    let done = asha.follow(&world, &link(&params)).await;
    assert_eq!(done.location().as_str(), "https://prints.example/bye?state=a+b%26c");
    assert!(signs_out(&done));
    assert_eq!(asha.refresh(&world).await.status, 400);
    // Nobody is signed in any more: there is nothing to end, and the way back is the same.
    let again = world.browse(&link(&params[..2]), &[]).await;
    assert_eq!(again.location().as_str(), AFTERWARDS);
}

#[tokio::test]
async fn a_post_becomes_a_get_of_the_same() {
    let world = World::new().await;
    let app = world.confidential_app().await;
    with_logout(&world, &app, None).await;
    let asha = world.sign_in().await;
    let tokens = app.tokens_of(&world, &asha, "openid").await;
    let params = [("id_token_hint", text(&tokens, "id_token")), ("post_logout_redirect_uri", AFTERWARDS)];
    let next = world.form("/oauth/logout", None, &params).await.location();
    assert_eq!((next.path(), next.origin().ascii_serialization().as_str()), ("/oauth/logout", ORIGIN));
    let done = asha.follow(&world, &format!("/oauth/logout?{}", next.query().unwrap())).await;
    assert_eq!(done.location().as_str(), AFTERWARDS);
    assert_eq!(asha.refresh(&world).await.status, 400);
}

#[tokio::test]
async fn whoever_else_asks_the_person_is_asked_and_nobody_is_sent_on() {
    let world = World::new().await;
    let app = world.confidential_app().await;
    with_logout(&world, &app, None).await;
    let (asha, bilal) = (world.sign_in().await, world.sign_in().await);
    let tokens = app.tokens_of(&world, &bilal, "openid").await;
    let id = app.id.as_str();
    let forged = text(&tokens, "id_token").replace('.', ".e30");
    for (params, returns) in [
        (vec![], false),
        (vec![("client_id", id), ("post_logout_redirect_uri", AFTERWARDS)], false),
        (vec![("id_token_hint", &*forged), ("post_logout_redirect_uri", AFTERWARDS)], false),
        (vec![("id_token_hint", text(&tokens, "id_token")), ("post_logout_redirect_uri", AFTERWARDS)], true),
        (vec![("id_token_hint", &*asha.tokens.access_token)], false),
    ] {
        let asked = asha.follow(&world, &link(&params)).await;
        assert_eq!(asked.location().path(), "/logout", "{params:?}");
        assert!(!signs_out(&asked));
        let request = asked.param("request").unwrap();
        let view: LogoutView = world.post("logout/view", &LogoutQuestion { request }).await.ok();
        assert_eq!(view.returns, returns, "{params:?}");
    }
    asha.refresh(&world).await.ok::<Value>();
    let unread = world.post("logout/view", &LogoutQuestion { request: "forged".to_owned() }).await;
    assert_eq!(unread.refusal(), (400, "request_invalid".to_owned()));
}

#[tokio::test]
async fn what_is_not_registered_gets_a_page_and_ends_nothing() {
    let world = World::new().await;
    let (app, other) = (world.confidential_app().await, world.confidential_app().await);
    with_logout(&world, &app, None).await;
    let asha = world.sign_in().await;
    let tokens = app.tokens_of(&world, &asha, "openid").await;
    let hint = ("id_token_hint", text(&tokens, "id_token"));
    for params in [
        vec![hint, ("post_logout_redirect_uri", "https://prints.example/bye/")],
        vec![hint, ("post_logout_redirect_uri", "https://prints.example/callback")],
        vec![hint, ("post_logout_redirect_uri", "https://evil.example/")],
        vec![hint, ("client_id", other.id.as_str())],
        vec![hint, hint],
    ] {
        assert_error_page(&asha.follow(&world, &link(&params)).await);
    }
    asha.refresh(&world).await.ok::<Value>();
}

#[tokio::test]
async fn after_the_person_said_yes_the_browser_goes_back_to_the_app() {
    let world = World::new().await;
    let app = world.confidential_app().await;
    with_logout(&world, &app, None).await;
    let asha = world.sign_in().await;
    let earlier = app.tokens_of(&world, &asha, "openid").await;
    let here = world.sign_in_as(asha.sub(), 1).await;
    let params = [("id_token_hint", text(&earlier, "id_token")), ("post_logout_redirect_uri", AFTERWARDS)];
    let asked = here.follow(&world, &link(&params)).await;
    let request = asked.param("request").expect("it is another session's token");
    let end = json!({ "refresh_token": here.tokens.refresh_token });
    world.post("sessions/logout", &end).await.ok::<SessionEnded>();
    let back = here.follow(&world, &link(&[("request", &request)])).await;
    assert_eq!(back.location().as_str(), AFTERWARDS);
}

/// Every job that waits, by its kind.
async fn waiting(world: &World) -> Vec<Job<AuthQueue>> {
    let jobs = world.server.core.store.collection::<Job<AuthQueue>>();
    assert_eq!(AuthQueue::SCHEMA.collection, "auth_jobs");
    jobs.scan(Query::by_key()).await.unwrap().into_documents()
}

async fn run_jobs(world: &World) {
    worker(&Arc::clone(&world.server.core)).run_until_idle().await.unwrap();
}

/// How many apps still wait to hear of an end. The address that they gave can never be reached.
async fn to_be_told(world: &World) -> usize {
    run_jobs(world).await;
    waiting(world).await.iter().filter(|job| job.kind() == "tell_logout").count()
}

async fn connected(world: &World, scopes: &str) -> (App, Person) {
    let (app, asha) = (world.confidential_app().await, world.sign_in().await);
    with_logout(world, &app, Some("https://127.0.0.1/logout")).await;
    app.tokens_of(world, &asha, scopes).await;
    (app, asha)
}

#[tokio::test]
async fn an_app_that_registered_for_it_is_told_of_the_end_and_told_again_until_it_hears() {
    for scopes in ["openid", "openid offline_access"] {
        let world = World::new().await;
        let (_, asha) = connected(&world, scopes).await;
        let other = world.confidential_app().await;
        other.tokens_of(&world, &asha, scopes).await;
        assert_eq!(to_be_told(&world).await, 0);
        world.remove(&format!("subjects/{}/sessions/{}", asha.sub(), asha.tokens.session_id)).await.ok::<Done>();
        assert_eq!(to_be_told(&world).await, 1, "{scopes}");
        let job = waiting(&world).await.pop().unwrap();
        assert_eq!((job.kind(), job.attempts()), ("tell_logout", 1));
        assert!(job.name().contains(&asha.tokens.session_id.to_string()));
        world.pass(10);
        assert_eq!(to_be_told(&world).await, 1);
        assert_eq!(waiting(&world).await[0].attempts(), 2);
    }
}

/// What the resource server calls to end a session of somebody.
type End = fn(&Person) -> (http::Method, String, Value);

#[tokio::test]
async fn every_way_in_which_a_session_ends_tells_it() {
    let ends: [End; 4] = [
        |asha| (http::Method::POST, "sessions/logout".into(), json!({ "refresh_token": asha.tokens.refresh_token })),
        |asha| (http::Method::POST, format!("subjects/{}/sessions/end", asha.sub()), json!({})),
        |asha| (http::Method::POST, format!("subjects/{}/credential", asha.sub()), json!({ "version": 2 })),
        |asha| {
            (http::Method::POST, format!("subjects/{}/credential", asha.sub()), json!({ "version": 2, "apps": true }))
        },
    ];
    for end in ends {
        let world = World::new().await;
        let (_, asha) = connected(&world, "openid").await;
        let (method, path, body) = end(&asha);
        assert_eq!(world.internal(method, &path, &body).await.status, 200, "{path}");
        assert_eq!(to_be_told(&world).await, 1, "{path} {body}");
    }
}

#[tokio::test]
async fn a_token_that_was_used_twice_ends_the_session_and_tells_it() {
    let world = World::new().await;
    let (_, asha) = connected(&world, "openid").await;
    asha.refresh(&world).await.ok::<Value>();
    world.pass(31);
    assert_eq!(asha.refresh(&world).await.status, 400);
    assert_eq!(to_be_told(&world).await, 1);
}

#[tokio::test]
async fn a_session_that_stays_through_a_new_password_tells_nothing() {
    let world = World::new().await;
    let (app, asha) = connected(&world, "openid").await;
    let elsewhere = world.sign_in_as(asha.sub(), 1).await;
    let change = CredentialChanged { version: 2, keep: Some(asha.tokens.session_id), apps: false, auth_time: None };
    world.post(&format!("subjects/{}/credential", asha.sub()), &change).await.ok::<CredentialAnswer>();
    assert_eq!(to_be_told(&world).await, 0, "nothing was let in through the one that ended");
    let withdrawn = format!("subjects/{}/apps/{}", elsewhere.sub(), app.id);
    world.remove(&withdrawn).await.ok::<Done>();
    assert_eq!(to_be_told(&world).await, 0, "withdrawing an app ends no session");
    assert!(param(&asha.follow(&world, &app.link("openid", &[])).await.location(), "request").is_some());
}
