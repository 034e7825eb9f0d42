//! A process that is killed at each of its writes: just before, and just after it when nobody was told. Whatever it was
//! doing, the next process finds either all of it or nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use httpkit::auth_wire::{EndSession, EndedKind};
use store::port::{Engine, Raw, Scan, Write};
use store::{Error, Key, Memory, MockClock, Query, Result, Schema, Store, Time};

use super::actors::text;
use super::{Answer, App, Person, World};
use crate::grants::GrantKind;

/// When the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// Before the write.
    Before,
    /// After the write, before anybody heard of it.
    After,
}

/// The engine of a process that dies at its `left`-th write from now.
struct Doomed {
    engine: Arc<dyn Engine>,
    left: AtomicI64,
    moment: Moment,
}

impl Doomed {
    fn is_dead(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }
}

#[async_trait]
impl Engine for Doomed {
    async fn ensure(&self, schema: &'static Schema) -> Result<()> {
        self.engine.ensure(schema).await
    }

    async fn get(&self, schema: &'static Schema, keys: &[Key], now: Time) -> Result<Vec<Option<Raw>>> {
        if self.is_dead() { Err(killed()) } else { self.engine.get(schema, keys, now).await }
    }

    async fn scan(&self, scan: Scan) -> Result<Vec<Raw>> {
        if self.is_dead() { Err(killed()) } else { self.engine.scan(scan).await }
    }

    async fn commit(&self, writes: Vec<Write>, now: Time) -> Result<()> {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        if left > 0 {
            return self.engine.commit(writes, now).await;
        }
        if left == 0 && self.moment == Moment::After {
            self.engine.commit(writes, now).await?;
        }
        Err(killed())
    }

    async fn close(&self) -> Result<()> {
        Ok(())
    }
}

fn killed() -> Error {
    Error::Unavailable("the process was killed".to_owned())
}

/// One person with an app in a fresh world, as far as the deed needs it.
struct Scene {
    world: World,
    engine: Arc<dyn Engine>,
    asha: Person,
    app: App,
    code: String,
    refresh_token: String,
}

impl Scene {
    async fn new() -> Self {
        let (engine, clock): (Arc<dyn Engine>, _) = (Arc::new(Memory::default()), MockClock::default());
        let world = World::on(Store::new(engine.clone(), clock.clone()), clock).await;
        let (asha, app) = (world.sign_in().await, world.confidential_app().await);
        let tokens = app.tokens_of(&world, &asha, "posts:read").await;
        let code = asha.let_in(&world, &app, "posts:read").await;
        Self { world, engine, asha, app, code, refresh_token: text(&tokens, "refresh_token").to_owned() }
    }

    /// How many grants of the app's could be refreshed.
    async fn living(&self) -> usize {
        let grants = self.world.server.core.grants.scan(Query::by_key()).await.unwrap().into_documents();
        grants.iter().filter(|grant| grant.kind == GrantKind::App && grant.ended_at.is_none()).count()
    }

    async fn is_listed(&self, is_it: impl Fn(&EndedKind) -> bool) -> bool {
        self.world.ended().await.ended.iter().any(|ended| is_it(&ended.what))
    }
}

/// What a process was doing when it died.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Redeem,
    Rotate,
    Revoke,
    LogOut,
    Withdraw,
}

impl Deed {
    async fn is_done(self, scene: &Scene, world: &World) -> Answer {
        let (asha, app) = (&scene.asha, &scene.app);
        match self {
            Self::Redeem => app.redeem(world, &scene.code).await,
            Self::Rotate => app.refresh(world, &scene.refresh_token).await,
            Self::Revoke => app.revoke(world, &scene.refresh_token).await,
            Self::LogOut => {
                let body = EndSession { refresh_token: asha.tokens.refresh_token.clone() };
                world.post("sessions/logout", &body).await
            }
            Self::Withdraw => world.remove(&format!("subjects/{}/apps/{}", asha.sub(), app.id)).await,
        }
    }

    /// What the next process finds.
    async fn is_whole(self, scene: &Scene, moment: Moment) {
        let next = scene.world.another().await;
        let happened = moment == Moment::After;
        match self {
            Self::Redeem => {
                assert_eq!(scene.living().await, if happened { 2 } else { 1 });
                let again = self.is_done(scene, &next).await;
                assert_eq!(again.status, if happened { 400 } else { 200 }, "{}", again.text);
                assert_eq!(scene.living().await, if happened { 1 } else { 2 }, "a replay ends what the first one got");
            }
            Self::Rotate => {
                let successor = |answer: Answer| text(&answer.ok(), "refresh_token").to_owned();
                let first = successor(self.is_done(scene, &next).await);
                let second = successor(self.is_done(scene, &next).await);
                assert_eq!(first, second, "one successor, however often it is asked for");
                scene.app.refresh(&next, &first).await.ok::<serde_json::Value>();
                assert_eq!(self.is_done(scene, &next).await.status, 400, "its successor was shown");
            }
            Self::Revoke => {
                let listed = scene.is_listed(|what| matches!(what, EndedKind::Grant { .. })).await;
                assert_eq!(listed, happened, "the end and its entry are one write");
                assert_eq!(
                    scene.app.refresh(&next, &scene.refresh_token).await.status,
                    if happened { 400 } else { 200 }
                );
            }
            Self::LogOut => {
                let listed = scene.is_listed(|what| matches!(what, EndedKind::Session { .. })).await;
                assert_eq!(listed, happened, "the end and its entry are one write");
                assert_eq!(scene.asha.refresh(&next).await.status, if happened { 400 } else { 200 });
            }
            Self::Withdraw => {
                let listed = scene.is_listed(|what| matches!(what, EndedKind::Consent { .. })).await;
                assert_eq!(listed, happened, "the end and its entry are one write");
                assert_eq!(
                    scene.app.refresh(&next, &scene.refresh_token).await.status,
                    if happened { 400 } else { 200 }
                );
                assert_eq!(self.is_done(scene, &next).await.status, 200);
                assert_eq!(scene.app.refresh(&next, &scene.refresh_token).await.status, 400);
            }
        }
    }
}

#[tokio::test]
async fn whoever_is_killed_at_any_write_leaves_all_of_it_or_nothing() {
    for deed in [Deed::Redeem, Deed::Rotate, Deed::Revoke, Deed::LogOut, Deed::Withdraw] {
        for moment in [Moment::Before, Moment::After] {
            let mut writes = 0;
            loop {
                let scene = Scene::new().await;
                let left = AtomicI64::new(i64::MAX);
                let doomed = Arc::new(Doomed { engine: scene.engine.clone(), left, moment });
                let dying = scene.world.through(doomed.clone()).await;
                doomed.left.store(writes, Ordering::SeqCst);
                let answer = deed.is_done(&scene, &dying).await;
                if answer.status == 200 {
                    break;
                }
                assert_eq!(answer.status, 503, "{deed:?} killed {moment:?} write {writes}: {}", answer.text);
                deed.is_whole(&scene, moment).await;
                writes += 1;
            }
            assert!(writes > 0, "{deed:?} writes");
        }
    }
}
