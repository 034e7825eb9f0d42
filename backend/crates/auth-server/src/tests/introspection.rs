//! What a token is worth, told to its own app alone.

use serde_json::{Value, json};

use super::World;
use super::actors::text;

#[tokio::test]
async fn an_app_learns_what_its_own_tokens_are_worth() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let tokens = app.tokens_of(&world, &asha, "posts:read").await;
    let access = app.introspect(&world, text(&tokens, "access_token")).await;
    assert_eq!(access["active"], true);
    assert_eq!((&access["scope"], &access["token_type"]), (&json!("posts:read"), &json!("Bearer")));
    assert_eq!((&access["sub"], &access["client_id"]), (&json!(asha.sub()), &json!(app.id)));
    assert_eq!((&access["iss"], &access["aud"]), (&json!("http://localhost:3000"), &json!("http://localhost:3000")));
    assert_eq!(access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(), 600);

    let refresh = app.introspect(&world, text(&tokens, "refresh_token")).await;
    assert_eq!((&refresh["active"], &refresh["scope"]), (&json!(true), &json!("posts:read")));
    assert!(refresh.get("token_type").is_none());
}

#[tokio::test]
async fn everything_else_is_the_same_answer() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let other = world.confidential_app().await;
    let tokens = app.tokens_of(&world, &asha, "openid posts:read").await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    for token in [
        access,
        refresh,
        text(&tokens, "id_token"),
        &asha.tokens.access_token,
        &asha.tokens.refresh_token,
        "x",
        "a.b.c",
    ] {
        assert_eq!(other.introspect(&world, token).await, json!({ "active": false }));
    }
    world.pass(600);
    assert_eq!(app.introspect(&world, access).await, json!({ "active": false }), "expired");
    assert_eq!(app.introspect(&world, refresh).await["active"], true);
}

#[tokio::test]
async fn what_ended_is_not_active_whatever_ended_it() {
    let world = World::new().await;
    let app = world.confidential_app().await;
    let asha = world.sign_in().await;
    let dead = async |tokens: &Value| {
        for name in ["access_token", "refresh_token"] {
            assert_eq!(app.introspect(&world, text(tokens, name)).await, json!({ "active": false }), "{name}");
        }
    };
    let tokens = app.tokens_of(&world, &asha, "posts:read").await;
    app.revoke(&world, text(&tokens, "refresh_token")).await;
    dead(&tokens).await;

    let tokens = app.tokens_of(&world, &asha, "posts:read").await;
    world.remove(&format!("subjects/{}/apps/{}", asha.sub(), app.id)).await;
    dead(&tokens).await;

    let tokens = app.tokens_of(&world, &asha, "posts:read").await;
    let changed = json!({ "version": 2, "apps": true });
    world.post(&format!("subjects/{}/credential", asha.sub()), &changed).await;
    dead(&tokens).await;

    let bilal = world.sign_in().await;
    let tokens = app.tokens_of(&world, &bilal, "posts:read").await;
    world.remove(&format!("subjects/{}/sessions/{}", bilal.sub(), bilal.tokens.session_id)).await;
    dead(&tokens).await;
}
