use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http_body_util::BodyExt;
use httpkit::Reply;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::testing::World;

/// Something that is created, and how often it was.
struct Desk {
    world: World,
    user: UserId,
    made: Arc<AtomicUsize>,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new().await;
        let user = world.user("asha").await;
        Self { world, user, made: Arc::default() }
    }

    async fn make(&self, key: Option<&str>, body: &str) -> Result<Response> {
        let made = Arc::clone(&self.made);
        self.work(key, body, async move || {
            let number = made.fetch_add(1, Ordering::SeqCst) + 1;
            Ok(Reply::created("Made", json!({"number": number})))
        })
        .await
    }

    async fn work<T, W>(&self, key: Option<&str>, body: &str, work: impl FnOnce() -> W) -> Result<Response>
    where
        T: IntoResponse,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let value = |key: &str| HeaderValue::from_str(key).unwrap();
        let headers: HeaderMap = key.into_iter().map(|key| (IDEMPOTENCY_KEY, value(key))).collect();
        run(&self.world.app, self.user, "things", &headers, Fingerprint::of_bytes(body.as_bytes()), work).await
    }
}

async fn number(response: Response) -> (u16, Value, bool) {
    let (status, again) = (response.status().as_u16(), response.headers().contains_key(REPLAYED));
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice::<Value>(&bytes).unwrap()["data"]["number"].clone(), again)
}

fn reason(outcome: Result<Response>) -> &'static str {
    outcome.unwrap_err().reason()
}

#[tokio::test]
async fn the_same_request_is_done_once_and_answered_alike() {
    let desk = Desk::new().await;
    assert_eq!(number(desk.make(Some("k"), "a").await.unwrap()).await, (201, json!(1), false));
    assert_eq!(number(desk.make(Some("k"), "a").await.unwrap()).await, (201, json!(1), true));
    assert_eq!(number(desk.make(Some("other"), "a").await.unwrap()).await, (201, json!(2), false));
    assert_eq!(number(desk.make(None, "a").await.unwrap()).await, (201, json!(3), false));
    assert_eq!(reason(desk.make(Some("k"), "b").await), "idempotency_key_reused");
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let desk = Desk::new().await;
    desk.make(Some("k"), "a").await.unwrap();
    desk.world.clock.advance(KEPT);
    assert_eq!(number(desk.make(Some("k"), "b").await.unwrap()).await, (201, json!(2), false));
}

#[tokio::test]
async fn of_many_at_once_one_is_done() {
    let desk = Desk::new().await;
    let outcomes = futures::future::join_all((0..8).map(|_| desk.make(Some("k"), "a"))).await;
    assert_eq!(desk.made.load(Ordering::SeqCst), 1);
    for outcome in outcomes {
        match outcome {
            Ok(response) => assert_eq!(number(response).await.1, json!(1)),
            Err(error) => assert_eq!(error.reason(), "idempotency_in_progress"),
        }
    }
}

#[tokio::test]
async fn what_was_refused_may_be_tried_again() {
    let desk = Desk::new().await;
    let refused = desk.work(Some("k"), "a", async || Err::<Reply<()>, _>(Error::conflict("not_yet", "Not yet"))).await;
    assert_eq!(reason(refused), "not_yet");
    assert_eq!(number(desk.make(Some("k"), "a").await.unwrap()).await, (201, json!(1), false));
}

#[tokio::test]
async fn it_goes_on_when_its_caller_hangs_up() {
    let desk = Desk::new().await;
    let (begun, may_end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begins, ends, made) = (begun.clone(), may_end.clone(), desk.made.clone());
    let first = desk.work(Some("k"), "a", async move || {
        begins.notify_one();
        ends.notified().await;
        made.fetch_add(1, Ordering::SeqCst);
        Ok(Reply::created("Made", json!({"number": 1})))
    });
    tokio::select! {
        biased;
        _ = first => panic!("it waits"),
        () = begun.notified() => {}
    }
    assert_eq!(reason(desk.make(Some("k"), "a").await), "idempotency_in_progress");
    may_end.notify_one();
    let again = loop {
        match desk.make(Some("k"), "a").await {
            Ok(response) => break number(response).await,
            Err(error) => assert_eq!(error.reason(), "idempotency_in_progress"),
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((again, desk.made.load(Ordering::SeqCst)), ((201, json!(1), true), 1));
}

#[tokio::test]
async fn what_died_in_the_middle_is_not_done_a_second_time() {
    let desk = Desk::new().await;
    let record = Record {
        user_id: desk.user,
        name: "things:k".to_owned(),
        fingerprint: Fingerprint::of_bytes(b"a").0,
        state: State::Running { since: desk.world.app.now() },
        expires_at: desk.world.app.now() + KEPT,
    };
    desk.world.app.store().collection().insert(&record).await.unwrap();
    assert_eq!(reason(desk.make(Some("k"), "a").await), "idempotency_in_progress");
    desk.world.clock.advance(CUT_OFF);
    assert_eq!(reason(desk.make(Some("k"), "a").await), "idempotency_interrupted");
    assert_eq!(desk.made.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_key_that_cannot_be_kept_is_refused() {
    let desk = Desk::new().await;
    let long = "k".repeat(LONGEST_KEY + 1);
    for key in ["", long.as_str()] {
        assert_eq!(reason(desk.make(Some(key), "a").await), "idempotency_key_invalid");
    }
}
