//! What is kept, and for how long. The one place that looks inside.

use httpkit::GrantId;
use serde_json::Value;
use store::Query;

use super::World;
use super::actors::text;
use crate::jobs;

async fn stored_grants(world: &World) -> usize {
    world.server.core.grants.scan(Query::by_key()).await.unwrap().items.len()
}

async fn run_jobs(world: &World) {
    jobs::worker(&world.server.core).run_until_idle().await.unwrap();
}

#[tokio::test]
async fn weeks_of_refreshes_leave_one_document_a_grant() {
    let world = World::new().await;
    let (mut asha, app) = (world.sign_in().await, world.public_app().await);
    let mut tokens = app.tokens_of(&world, &asha, "posts:read").await;
    for _ in 0..50 {
        world.pass(24 * 60 * 60);
        asha.tokens = asha.refresh(&world).await.ok();
        tokens = app.refresh(&world, text(&tokens, "refresh_token")).await.ok();
    }
    assert_eq!(stored_grants(&world).await, 2);
}

#[tokio::test]
async fn what_died_with_a_session_is_tidied_and_swept_away() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    app.tokens_of(&world, &asha, "posts:read").await;
    app.tokens_of(&world, &asha, "posts:read offline_access").await;
    world.remove(&format!("subjects/{}/sessions/{}", asha.sub(), asha.tokens.session_id)).await;
    run_jobs(&world).await;
    assert_eq!(stored_grants(&world).await, 3, "a code could still be replayed");
    world.pass(2 * 24 * 60 * 60);
    assert_eq!(stored_grants(&world).await, 1, "the offline one stays");
    let swept = world.server.core.store.sweep(100).await.unwrap();
    assert_eq!(swept, 3, "two grants and an entry of the revocation list");
}

#[tokio::test]
async fn what_people_allowed_an_app_goes_with_the_app() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let tokens = app.tokens_of(&world, &asha, "posts:read offline_access").await;
    world.remove(&format!("clients/{}?owner={}", app.id, app.owner)).await;
    let core = &world.server.core;
    run_jobs(&world).await;
    assert_eq!(core.consents.scan(Query::by_key()).await.unwrap().items.len(), 0);
    let claims = super::tokens::refresh_claims(text(&tokens, "refresh_token"));
    let grant: GrantId = claims["gid"].as_str().unwrap().parse().unwrap();
    assert!(core.grants.get(&grant).await.unwrap().unwrap().ended_at.is_some());
}

#[tokio::test]
async fn keys_lie_sealed_and_another_master_secret_does_not_open_them() {
    let world = World::new().await;
    let keys: Value = world.fetch("keys").await.ok();
    let secret = keys["keys"][0]["secret"].as_str().unwrap();
    let documents = world.server.core.store.collection::<crate::keys::KeyDocument>();
    let stored = documents.scan(Query::by_key()).await.unwrap().into_documents();
    assert_eq!(stored.len(), 3);
    assert!(stored.iter().all(|key| !key.sealed.contains(secret)));
    let words = world.with_another_master_secret().await.unwrap_err().to_string();
    assert!(words.contains("another master secret") && words.contains("restore the file"), "{words}");
}
