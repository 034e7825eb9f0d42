use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;
use store::{MockClock, SeededRandom};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::services::testing;

#[derive(Debug, PartialEq)]
struct TestQueue;

impl Queue for TestQueue {
    const SCHEMA: &'static Schema = &schema("test_jobs");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    text: String,
}

impl JobKind for Note {
    const NAME: &'static str = "note";
}

fn note(text: &str) -> Note {
    Note { text: text.to_owned() }
}

/// A queue, what was written by it, and how many of the next notes fail.
struct Desk {
    services: Services,
    clock: MockClock,
    jobs: Jobs<TestQueue>,
    written: Arc<Mutex<Vec<String>>>,
    failing: Arc<AtomicUsize>,
}

impl Desk {
    async fn new() -> Self {
        let (services, clock) = testing::services(|_| {});
        services.store.ensure(&[TestQueue::SCHEMA]).await.unwrap();
        let jobs = Jobs::new(&services);
        Self { services, clock, jobs, written: Arc::default(), failing: Arc::default() }
    }

    fn worker(&self) -> Worker<TestQueue> {
        let (written, failing) = (Arc::clone(&self.written), Arc::clone(&self.failing));
        Worker::new(&self.jobs).on(move |note: Note| {
            let fails = failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
            if !fails {
                written.lock().unwrap().push(note.text);
            }
            std::future::ready(if fails { Err("the pen is empty".into()) } else { Ok(()) })
        })
    }

    async fn enqueue(&self, text: &str) {
        let job = self.jobs.job(&note(text)).unwrap();
        self.services.store.batch().insert(&job).commit().await.unwrap();
        self.jobs.wake();
    }

    fn written(&self) -> Vec<String> {
        self.written.lock().unwrap().clone()
    }

    async fn left(&self) -> Vec<Job<TestQueue>> {
        let jobs = self.services.store.collection::<Job<TestQueue>>();
        jobs.scan(Query::by_key()).await.unwrap().into_documents()
    }
}

#[tokio::test]
async fn a_job_is_done_once_and_gone() {
    let desk = Desk::new().await;
    desk.enqueue("hello").await;
    assert_eq!(desk.worker().run_until_idle().await, Ok(1));
    assert_eq!(desk.worker().run_until_idle().await, Ok(0));
    assert_eq!(desk.written(), ["hello"]);
    assert_eq!(desk.left().await, []);
}

#[tokio::test]
async fn a_batch_that_fails_leaves_no_job() {
    let desk = Desk::new().await;
    let first = desk.jobs.job(&note("first")).unwrap().once("same");
    let second = desk.jobs.job(&note("second")).unwrap().once("same");
    let error = desk.services.store.batch().insert(&first).insert(&second).commit().await.unwrap_err();
    assert!(error.is_duplicate_key());
    assert_eq!(desk.worker().run_until_idle().await, Ok(0));
}

#[tokio::test]
async fn many_who_enqueue_under_one_name_make_one_job() {
    let desk = Desk::new().await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(desk.jobs.insert_once(&desk.jobs.job(&note("event")).unwrap().once("event-1")).await.unwrap());
    }
    assert_eq!(made, [true, false, false]);
    assert_eq!(desk.worker().run_until_idle().await, Ok(1));
}

#[tokio::test]
async fn a_job_for_later_waits_for_its_time() {
    let desk = Desk::new().await;
    let later = desk.clock.now() + Duration::from_secs(60);
    desk.jobs.insert_once(&desk.jobs.job(&note("later")).unwrap().not_before(later)).await.unwrap();
    assert_eq!(desk.worker().run_until_idle().await, Ok(0));
    desk.clock.advance(Duration::from_secs(60));
    assert_eq!(desk.worker().run_until_idle().await, Ok(1));
}

#[tokio::test]
async fn what_fails_is_tried_again_after_a_pause() {
    let desk = Desk::new().await;
    desk.failing.store(1, Ordering::SeqCst);
    desk.enqueue("hello").await;
    assert_eq!(desk.worker().run_until_idle().await, Ok(1));
    let left = desk.left().await;
    assert_eq!((left[0].attempts(), left[0].failure()), (1, Some("the pen is empty")));
    let wait = left[0].due.since(desk.clock.now());
    assert!(FIRST_PAUSE / 2 <= wait && wait <= FIRST_PAUSE, "{wait:?}");
    desk.clock.advance(FIRST_PAUSE);
    assert_eq!(desk.worker().run_until_idle().await, Ok(1));
    assert_eq!(desk.written(), ["hello"]);
}

#[tokio::test]
async fn what_always_fails_is_dead_at_last_and_goes_after_a_month() {
    let desk = Desk::new().await;
    desk.failing.store(usize::MAX, Ordering::SeqCst);
    desk.enqueue("hello").await;
    let mut attempts = 0;
    for _ in 0..MAX_ATTEMPTS * 2 {
        attempts += desk.worker().run_until_idle().await.unwrap();
        desk.clock.advance(LONGEST_PAUSE);
    }
    assert_eq!(attempts, MAX_ATTEMPTS as usize);
    let dead = desk.jobs.dead(10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(
        (dead[0].kind(), dead[0].attempts(), dead[0].failure()),
        ("note", MAX_ATTEMPTS, Some("the pen is empty"))
    );
    desk.clock.advance(Duration::from_secs(30 * 24 * 3600));
    assert_eq!(desk.jobs.dead(10).await.unwrap(), []);
}

#[tokio::test]
async fn a_panic_or_an_unknown_kind_is_a_failure_like_any_other() {
    let desk = Desk::new().await;
    desk.enqueue("hello").await;
    let panicking = Worker::new(&desk.jobs).on(async |_: Note| panic!("no ink"));
    assert_eq!(panicking.run_until_idle().await, Ok(1));
    assert!(desk.left().await[0].failure().is_some_and(|failure| failure.contains("panicked")));
    desk.clock.advance(LONGEST_PAUSE);
    assert_eq!(Worker::new(&desk.jobs).run_until_idle().await, Ok(1));
    assert_eq!(desk.left().await[0].failure(), Some("nothing here does this kind of job"));
}

#[tokio::test]
async fn a_job_whose_worker_died_is_done_by_another_when_the_lease_ends() {
    let desk = Desk::new().await;
    desk.enqueue("hello").await;
    let (begun, begin) = tokio::sync::oneshot::channel();
    let begun = Mutex::new(Some(begun));
    let dying = Worker::new(&desk.jobs).on(move |_: Note| {
        begun.lock().unwrap().take().map(|begun| begun.send(()));
        std::future::pending()
    });
    let died = tokio::spawn(async move { dying.run_until_idle().await });
    begin.await.unwrap();
    died.abort();
    assert!(died.await.unwrap_err().is_cancelled());
    assert_eq!(desk.worker().run_until_idle().await, Ok(0), "the lease still holds");
    desk.clock.advance(Duration::from_secs(60));
    assert_eq!(desk.worker().run_until_idle().await, Ok(1));
    assert_eq!(desk.written(), ["hello"]);
}

#[tokio::test]
async fn who_lost_the_lease_does_not_undo_what_the_next_one_did() {
    let desk = Desk::new().await;
    desk.enqueue("hello").await;
    let (begun, begin) = tokio::sync::oneshot::channel();
    let (let_go, may_go) = tokio::sync::oneshot::channel::<()>();
    let slots = Mutex::new(Some((begun, may_go)));
    let slow = Worker::new(&desk.jobs).on(move |_: Note| {
        let (begun, may_go) = slots.lock().unwrap().take().unwrap();
        async move {
            begun.send(()).unwrap();
            may_go.await.unwrap();
            Ok(())
        }
    });
    let late = tokio::spawn(async move { slow.run_until_idle().await });
    begin.await.unwrap();
    desk.clock.advance(Duration::from_secs(60));
    desk.failing.store(1, Ordering::SeqCst);
    assert_eq!(desk.worker().run_until_idle().await, Ok(1));
    let_go.send(()).unwrap();
    assert_eq!(late.await.unwrap(), Ok(1));
    assert_eq!(desk.left().await[0].attempts(), 2, "the failure of the second is still to be tried again");
}

#[tokio::test]
async fn many_workers_do_each_job_once() {
    let desk = Desk::new().await;
    for number in 0..100 {
        desk.enqueue(&format!("{number:03}")).await;
    }
    let stop = CancellationToken::new();
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (worker, stop) = (desk.worker(), stop.clone());
            tokio::spawn(async move { worker.run(stop).await })
        })
        .collect();
    while desk.written().len() < 100 {
        desk.jobs.wake();
        tokio::task::yield_now().await;
    }
    stop.cancel();
    for worker in workers {
        worker.await.unwrap();
    }
    let mut written = desk.written();
    written.sort();
    written.dedup();
    assert_eq!((written.len(), desk.written().len()), (100, 100));
    assert_eq!(desk.left().await, []);
}

#[tokio::test]
async fn a_running_worker_is_woken_and_finishes_what_it_began() {
    let desk = Desk::new().await;
    let (worker, stop) = (desk.worker(), CancellationToken::new());
    let stopped = stop.clone();
    let running = worker.clone();
    let runs = tokio::spawn(async move { running.run(stopped).await });
    tokio::task::yield_now().await;
    desk.enqueue("hello").await;
    while desk.written().is_empty() {
        tokio::task::yield_now().await;
    }
    worker.run_until_idle().await.unwrap();
    assert_eq!(desk.left().await, []);
    stop.cancel();
    runs.await.unwrap();
}

#[test]
fn pauses_double_up_to_an_hour_and_are_jittered() {
    let random = SeededRandom::new(1);
    for (attempts, whole) in [(1, 2), (2, 4), (5, 32), (12, 3600), (16, 3600), (u32::MAX, 3600)] {
        let whole = Duration::from_secs(whole);
        let pauses: Vec<Duration> = (0..100).map(|_| pause(attempts, &random)).collect();
        assert!(pauses.iter().all(|pause| whole / 2 <= *pause && *pause <= whole), "{attempts}");
        assert!(pauses.windows(2).any(|pair| pair[0] != pair[1]), "{attempts}");
    }
}
