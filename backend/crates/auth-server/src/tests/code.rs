//! Redeeming a code.

use httpkit::auth_wire::EndedKind;
use serde_json::Value;

use super::World;
use super::actors::{VERIFIER, text};
use super::tokens::{access_claims, unverified};

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

#[tokio::test]
async fn a_code_gives_tokens_as_the_rfcs_say() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let link = app.link("openid posts:read", &[("nonce", "n-0S6_WzA2Mj")]);
    let asked = asha.follow(&world, &link).await;
    let code = super::answer::param(&asha.allow(&world, &asked, "openid posts:read").await, "code").unwrap();
    world.pass(30);
    let answer = app.redeem(&world, &code).await;
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    let tokens: Value = answer.ok();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&"Bearer".into(), &600.into()));
    assert_eq!(tokens["scope"], "openid posts:read");

    let access = access_claims(&world, text(&tokens, "access_token")).await;
    assert_eq!((access.sub, access.client_id), (asha.sub().to_string(), app.id.to_string()));
    assert_eq!((access.scope.as_str(), access.kind.as_str()), ("openid posts:read", "access"));
    assert_eq!(access.sid, Some(asha.tokens.session_id.to_string()));
    assert_eq!((access.ver, access.rev, access.cver), (1, 0, 0));

    let id = unverified(text(&tokens, "id_token"));
    assert_eq!(id["iss"], "http://localhost:3000");
    assert_eq!((&id["sub"], &id["aud"]), (&asha.sub().to_string().into(), &app.id.to_string().into()));
    assert_eq!((&id["nonce"], &id["sid"]), (&"n-0S6_WzA2Mj".into(), &asha.tokens.session_id.to_string().into()));
    assert_eq!(id["auth_time"], asha.tokens.session_id.time().as_seconds());
    assert_eq!(id["amr"], serde_json::json!(["pwd"]));
    assert_eq!(id["exp"].as_i64().unwrap() - id["iat"].as_i64().unwrap(), 600);
    assert!(id["at_hash"].is_string() && id.get("email").is_none() && id.get("name").is_none());
}

#[tokio::test]
async fn an_id_token_verifies_with_the_published_key() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let tokens = app.tokens_of(&world, &asha, "openid").await;
    let set: jsonwebtoken::jwk::JwkSet = world.browse("/oauth/jwks", &[]).await.ok();
    let key = jsonwebtoken::DecodingKey::from_jwk(&set.keys[0]).unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    rules.set_audience(&[app.id.as_str()]);
    rules.set_issuer(&["http://localhost:3000"]);
    rules.validate_exp = false;
    jsonwebtoken::decode::<Value>(text(&tokens, "id_token"), &key, &rules).unwrap();
    assert_eq!(set.keys.len(), 4, "one for each algorithm");
}

#[tokio::test]
async fn offline_access_cuts_the_tie_to_the_session() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let online = app.tokens_of(&world, &asha, "posts:read").await;
    let offline = app.tokens_of(&world, &asha, "posts:read offline_access").await;
    assert_eq!(access_claims(&world, text(&offline, "access_token")).await.sid, None);
    world.remove(&format!("subjects/{}/sessions/{}", asha.sub(), asha.tokens.session_id)).await;
    assert_eq!(app.refresh(&world, text(&online, "refresh_token")).await.oauth_error(), invalid_grant());
    app.refresh(&world, text(&offline, "refresh_token")).await.ok::<Value>();
}

#[tokio::test]
async fn a_replay_ends_the_grant_and_all_its_tokens() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let code = asha.let_in(&world, &app, "posts:read").await;
    let tokens: Value = app.redeem(&world, &code).await.ok();
    let next: Value = app.refresh(&world, text(&tokens, "refresh_token")).await.ok();
    assert_eq!(app.redeem(&world, &code).await.oauth_error(), invalid_grant());
    assert_eq!(app.refresh(&world, text(&next, "refresh_token")).await.oauth_error(), invalid_grant());
    let gid = access_claims(&world, text(&tokens, "access_token")).await.gid.unwrap().parse().unwrap();
    let ended: Vec<_> = world.ended().await.ended.into_iter().map(|ended| ended.what).collect();
    assert_eq!(ended, [EndedKind::Grant { gid }]);
    assert_eq!(app.introspect(&world, text(&tokens, "access_token")).await, serde_json::json!({ "active": false }));
}

#[tokio::test]
async fn the_wrong_party_gets_nothing_and_burns_nothing() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let other = world.public_app().await;
    let code = asha.let_in(&world, &app, "posts:read").await;
    let uri = app.redirect_uri.clone();
    assert_eq!(other.redeem_with(&world, &code, &uri, VERIFIER).await.oauth_error(), invalid_grant());
    for uri in ["https://prints.example/other", ""] {
        assert_eq!(app.redeem_with(&world, &code, uri, VERIFIER).await.oauth_error(), invalid_grant());
    }
    for verifier in ["", "x", &VERIFIER.to_lowercase()] {
        assert_eq!(app.redeem_with(&world, &code, &uri, verifier).await.oauth_error(), invalid_grant(), "{verifier}");
    }
    let tokens: Value = app.redeem(&world, &code).await.ok();
    let stranger = other.redeem_with(&world, &code, &uri, VERIFIER).await;
    assert_eq!(stranger.oauth_error(), invalid_grant());
    app.refresh(&world, text(&tokens, "refresh_token")).await.ok::<Value>();
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let code = asha.let_in(&world, &app, "posts:read").await;
    world.pass(60);
    assert_eq!(app.redeem(&world, &code).await.oauth_error(), invalid_grant());
}

#[tokio::test]
async fn what_ended_between_the_decision_and_the_redemption_counts() {
    let world = World::new().await;
    let app = world.public_app().await;

    let asha = world.sign_in().await;
    let code = asha.let_in(&world, &app, "posts:read").await;
    world.remove(&format!("subjects/{}/apps/{}", asha.sub(), app.id)).await;
    assert_eq!(app.redeem(&world, &code).await.oauth_error(), invalid_grant(), "withdrawn");

    let bilal = world.sign_in().await;
    let code = bilal.let_in(&world, &app, "posts:read").await;
    world.remove(&format!("subjects/{}/sessions/{}", bilal.sub(), bilal.tokens.session_id)).await;
    assert_eq!(app.redeem(&world, &code).await.oauth_error(), invalid_grant(), "signed out");

    let chitra = world.sign_in().await;
    let code = chitra.let_in(&world, &app, "posts:read").await;
    world.remove(&format!("clients/{}?owner={}", app.id, app.owner)).await;
    assert_eq!(app.redeem(&world, &code).await.oauth_error(), (401, "invalid_client".to_owned()), "deleted");
}

#[tokio::test]
async fn a_code_is_no_token_and_no_token_is_a_code() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let code = asha.let_in(&world, &app, "posts:read").await;
    assert_eq!(app.refresh(&world, &code).await.oauth_error(), invalid_grant());
    let tokens: Value = app.redeem(&world, &code).await.ok();
    for token in [text(&tokens, "access_token"), text(&tokens, "refresh_token"), &asha.tokens.session_cookie] {
        assert_eq!(app.redeem(&world, token).await.oauth_error(), invalid_grant());
    }
}
