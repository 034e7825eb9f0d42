//! What is kept, and for how long. The one place that looks inside.

use httpkit::GrantId;
use httpkit::auth_wire::{CredentialChanged, SessionTokens};
use httpkit::jobs::Job;
use serde_json::Value;
use store::{Collection, Document, Query};

use super::actors::text;
use super::{App, Person, World};
use crate::jobs::{self, AuthQueue};
use crate::keys::KeyDocument;
use crate::seen::Seen;

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

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

/// A day in a year: everything is refreshed, and much is begun that comes to nothing.
async fn a_day(world: &World, asha: &mut Person, app: &App, tokens: &mut Value) {
    world.pass(24 * 60 * 60);
    asha.tokens = asha.refresh(world).await.ok();
    *tokens = app.refresh(world, text(tokens, "refresh_token")).await.ok();
    app.revoke(world, text(tokens, "access_token")).await;
    app.post(world, "/oauth/device_authorization", &[("scope", "posts:read")]).await.ok::<Value>();
    let guest = world.sign_in_as(asha.sub(), 1).await;
    app.tokens_of(world, &guest, "posts:read").await;
    world.remove(&format!("subjects/{}/sessions/{}", guest.sub(), guest.tokens.session_id)).await;
    world.server.tidy_until_idle().await;
}

#[tokio::test]
async fn a_year_of_use_leaves_what_lives_and_the_last_days() {
    let world = World::new().await;
    let mut asha = world.sign_in().await;
    let app = world.app_for(&["authorization_code", "refresh_token", DEVICE]).await;
    let scopes = "posts:read offline_access";
    let mut tokens = app.tokens_of(&world, &asha, scopes).await;
    let mut most = 0;
    for day in 0..360 {
        a_day(&world, &mut asha, &app, &mut tokens).await;
        if day >= 30 && day % 10 != 0 {
            continue;
        }
        let stored = stored_documents(&world).await;
        if day < 30 {
            most = most.max(stored);
        }
        assert!(stored <= most, "day {day}: {stored} documents, {most} at most in the first month");
    }
    world.pass(3 * 24 * 60 * 60);
    world.server.tidy_until_idle().await;
    assert_eq!(stored_grants(&world).await, 2, "one document a grant, however often it was refreshed");
    let core = &world.server.core;
    assert_eq!(core.device_codes.scan(Query::by_key()).await.unwrap().items.len(), 0);
    assert_eq!(core.revocations.scan(Query::by_key()).await.unwrap().items.len(), 0);
    app.refresh(&world, text(&tokens, "refresh_token")).await.ok::<Value>();
    asha.refresh(&world).await.ok::<SessionTokens>();
}

/// How many documents there are in all collections.
async fn stored_documents(world: &World) -> usize {
    let core = &world.server.core;
    let jobs: Collection<Job<AuthQueue>> = core.store.collection();
    let keys: Collection<KeyDocument> = core.store.collection();
    let seen: Collection<Seen> = core.store.collection();
    let counts = [
        count(&core.grants).await,
        count(&core.clients).await,
        count(&core.consents).await,
        count(&core.subjects).await,
        count(&core.device_codes).await,
        count(&core.revocations).await,
        count(&jobs).await,
        count(&keys).await,
        count(&seen).await,
    ];
    assert_eq!(counts.len(), crate::schemas().len(), "a new collection is counted here too");
    counts.iter().sum()
}

async fn count<D: Document>(collection: &Collection<D>) -> usize {
    collection.scan(Query::by_key().limit(store::MAX_PAGE)).await.unwrap().items.len()
}

#[tokio::test]
async fn sessions_below_their_floor_are_tidied_too() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    let other = world.sign_in_as(asha.sub(), 1).await;
    let change = CredentialChanged { version: 2, apps: true, keep: Some(asha.tokens.session_id), auth_time: None };
    world.post(&format!("subjects/{}/credential", asha.sub()), &change).await.ok::<Value>();
    world.server.tidy_until_idle().await;
    let ended = async |session| world.server.core.grants.get(&session).await.unwrap().unwrap().ended_at.is_some();
    assert!(ended(other.tokens.session_id).await, "it would have lain there for a month");
    assert!(!ended(asha.tokens.session_id).await);
}

#[tokio::test]
async fn a_job_that_a_killed_process_left_is_done_by_the_next() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    app.tokens_of(&world, &asha, "posts:read").await;
    world.remove(&format!("subjects/{}/sessions/{}", asha.sub(), asha.tokens.session_id)).await;
    let living = async || {
        let grants = world.server.core.grants.scan(Query::by_key()).await.unwrap().into_documents();
        grants.iter().filter(|grant| grant.ended_at.is_none()).count()
    };
    assert_eq!(living().await, 1);
    world.another().await.server.tidy_until_idle().await;
    assert_eq!(living().await, 0);
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
    let documents = world.server.core.store.collection::<KeyDocument>();
    let stored = documents.scan(Query::by_key()).await.unwrap().into_documents();
    assert_eq!(stored.len(), 3);
    assert!(stored.iter().all(|key| !key.sealed.contains(secret)));
    let words = world.with_another_master_secret().await.unwrap_err().to_string();
    assert!(words.contains("another master secret") && words.contains("restore the file"), "{words}");
}
