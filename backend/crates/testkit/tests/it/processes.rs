//! The real program, split into three processes, and killed with signal 9 in the middle of its work.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use store::conformance::server;
use testkit::{App, Browser, Call, Granted, Person, Processes, Reply, Split, within};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::first_light;

#[tokio::test(flavor = "multi_thread")]
async fn three_processes_tell_the_same_story_as_one() {
    let tapri = Processes::start(Split::Three).await;
    first_light::photo_story(tapri.visitor()).await;
    first_light::privacy_story(tapri.visitor()).await;
    first_light::app_story(tapri.visitor()).await;
}

/// The last line of what `tapri admin role asha admin` says, and whether it did it.
async fn makes_asha_admin(tapri: &Processes) -> (bool, String) {
    let ended = tapri.tool(&["admin", "role", "asha", "admin"]).output().await.expect("the program runs");
    let said = if ended.status.success() { ended.stdout } else { ended.stderr };
    let said = String::from_utf8(said).expect("it writes text");
    (ended.status.success(), said.lines().last().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_makes_an_admin_who_suspends_somebody_on_three_processes() {
    let mut tapri = Processes::start(Split::Three).await;
    let asha = Person::sign_up(tapri.visitor(), "asha").await;
    let bilal = Person::sign_up(tapri.visitor(), "bilal").await;
    if server::given().is_none() {
        let (done, said) = makes_asha_admin(&tapri).await;
        assert!(!done && said.contains("is in use by another process: stop that one"), "{said}");
        tapri.stop().await;
    }
    assert_eq!(makes_asha_admin(&tapri).await, (true, "asha has the role admin".to_owned()));
    if server::given().is_none() {
        tapri.start_again().await;
    }
    let (app, granted) = first_light::bilal_lets_the_printer_in(&asha, &bilal, &bilal.browser().await).await;
    granted.caller.get("/api/v1/users/asha").await.expect(200);

    let suspension = json!({"reason": "Sells what is not theirs"});
    asha.put("/api/v1/admin/users/bilal/suspension").json(&suspension).await.expect(200);
    let (_, took) = within(Duration::from_secs(1), "both tokens are over", || async {
        let own = bilal.get("/api/v1/users/asha").await.status();
        let of_app = granted.caller.get("/api/v1/users/asha").await.status();
        ((own, of_app) == (401, 401)).then_some(())
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    app.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
    bilal.try_refresh(&bilal.refresh_token()).await.expect(401);
}

/// How many rounds of work are acknowledged before each kill.
const ENOUGH: u32 = 40;

/// One person at work until the servers are gone, and what they were told meanwhile.
struct Worker {
    person: Person,
    browser: Browser,
    app: App,
    granted: Granted,
    /// Posts that were acknowledged.
    posts: Vec<String>,
    /// Posts of which a comment was acknowledged, one each.
    commented: Vec<String>,
    /// Posts whose like was acknowledged.
    liked: HashSet<String>,
    /// The app's newest acknowledged refresh token.
    app_refresh: String,
    /// Whether the processes were killed.
    killed: Arc<AtomicBool>,
    /// Gets a permit for each round of work.
    turns: Arc<Semaphore>,
}

impl Worker {
    async fn new(
        tapri: &Processes,
        developer: &Person,
        number: usize,
        killed: &Arc<AtomicBool>,
        turns: &Arc<Semaphore>,
    ) -> Self {
        let person = Person::sign_up(tapri.visitor(), &format!("worker.{number}")).await;
        let browser = person.browser().await;
        let (app, granted) = first_light::bilal_lets_the_printer_in(developer, &person, &browser).await;
        let app_refresh = granted.refresh_token.clone();
        let (posts, commented, liked) = (Vec::new(), Vec::new(), HashSet::new());
        Self {
            person,
            browser,
            app,
            granted,
            posts,
            commented,
            liked,
            app_refresh,
            killed: killed.clone(),
            turns: turns.clone(),
        }
    }

    /// Works until the servers are gone.
    async fn work(mut self) -> Self {
        while self.turn().await.is_some() {
            self.turns.add_permits(1);
        }
        self
    }

    async fn turn(&mut self) -> Option<()> {
        let posted = self.acknowledged(self.person.post_with(&json!({"title": "Midnight Chai"})), 201).await?;
        let post_id = posted.text_of("post_id");
        self.posts.push(post_id.clone());
        self.acknowledged(self.person.like(&post_id), 200).await?;
        self.liked.insert(post_id.clone());
        self.acknowledged(self.person.comment(&post_id, "Save me a glass"), 201).await?;
        self.commented.push(post_id);
        let refreshed = self.acknowledged(self.person.try_refresh(&self.person.refresh_token()), 200).await?;
        self.person.keep(&refreshed);
        let refreshed = self.acknowledged(self.app.refreshes(&self.app_refresh), 200).await?;
        self.app_refresh = self.app.granted(&refreshed).refresh_token;
        Some(())
    }

    /// The answer, which must have `status`; nothing once the processes were killed, of whatever is unanswered then.
    async fn acknowledged(&self, call: Call, status: u16) -> Option<Reply> {
        let attempt = call.attempt().await;
        match attempt {
            Ok(reply) if reply.status() < 500 => Some(reply.expect(status)),
            _ if self.killed.load(Ordering::SeqCst) => None,
            other => panic!("nothing was killed yet: {other:?}"),
        }
    }

    /// Everything that was acknowledged is there, and everything that was signed in still is.
    async fn finds_everything(&mut self) {
        for post_id in &self.posts {
            let post = self.person.read(post_id).await.expect(200).data();
            let comments = usize::from(self.commented.contains(post_id));
            assert!(post["counts"]["comments"].as_u64() >= Some(comments as u64), "{post}");
            if self.liked.contains(post_id) {
                assert_eq!((&post["counts"]["likes"], &post["viewer"]["liked"]), (&json!(1), &json!(true)));
            }
        }
        let counted = self.person.me().await.expect(200).data()["counts"]["posts"].as_u64().expect("a number");
        let listed = self.person.whole_list(&format!("/api/v1/users/{}/posts", self.person.username), 100).await;
        assert_eq!(counted as usize, listed.len(), "a post and its count are one write");
        // The last refresh may have happened without its answer: the token that is held gets the same successor.
        self.person.refresh().await;
        self.browser.refreshes().await.expect(200);
        self.browser.caller().me().await.expect(200);
        self.granted.caller.get("/api/v1/users/asha").await.expect(200);
        let refreshed = self.app.refreshes(&self.app_refresh).await.expect(200);
        self.app_refresh = self.app.granted(&refreshed).refresh_token;
    }
}

/// Kills the processes in the middle of such traffic, as often as `rounds` says.
async fn survives(split: Split, rounds: usize) {
    let mut tapri = Processes::start(split).await;
    let asha = Person::sign_up(tapri.visitor(), "asha").await;
    let gone = asha.sign_in_again().await;
    gone.log_out().await.expect(200);
    let (mut workers, killed, turns) = (Vec::new(), Arc::default(), Arc::new(Semaphore::new(0)));
    for number in 0..4 {
        workers.push(Worker::new(&tapri, &asha, number, &killed, &turns).await);
    }
    for round in 0..rounds {
        turns.forget_permits(turns.available_permits());
        let before: usize = workers.iter().map(|worker| worker.posts.len()).sum();
        let mut working: JoinSet<Worker> = workers.drain(..).map(Worker::work).collect();
        // Enough was acknowledged, and more is on its way.
        tokio::select! {
            enough = turns.acquire_many(ENOUGH) => enough.expect("nobody closes it").forget(),
            ended = working.join_next() => panic!("a worker stopped before the processes did: {:?}", ended.map(|it| it.err())),
        }
        killed.store(true, Ordering::SeqCst);
        tapri.kill().await;
        workers = working.join_all().await;
        let after: usize = workers.iter().map(|worker| worker.posts.len()).sum();
        assert!(after >= before + ENOUGH as usize, "round {round} was killed under traffic: {before}, then {after}");

        tapri.start_again().await;
        killed.store(false, Ordering::SeqCst);
        for worker in &mut workers {
            worker.finds_everything().await;
        }
        asha.refresh().await;
        gone.me().await.expect(401);
        gone.try_refresh(&gone.refresh_token()).await.expect(401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_traffic_one_process_loses_nothing_that_it_acknowledged() {
    survives(Split::One, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_traffic_three_processes_lose_nothing_that_they_acknowledged() {
    survives(Split::Three, 2).await;
}
