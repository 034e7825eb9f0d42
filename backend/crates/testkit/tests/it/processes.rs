//! The real program, split into three processes, and killed with signal 9 in the middle of its work.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::json;
use testkit::{App, Browser, Granted, Person, Processes, Split, within};

use crate::first_light;

#[tokio::test(flavor = "multi_thread")]
async fn three_processes_tell_the_same_story_as_one() {
    let tapri = Processes::start(Split::Three).await;
    first_light::photo_story(tapri.visitor()).await;
    first_light::privacy_story(tapri.visitor()).await;
    first_light::app_story(tapri.visitor()).await;
}

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
}

impl Worker {
    async fn new(tapri: &Processes, developer: &Person, number: usize) -> Self {
        let person = Person::sign_up(tapri.visitor(), &format!("worker.{number}")).await;
        let browser = person.browser().await;
        let (app, granted) = first_light::bilal_lets_the_printer_in(developer, &person, &browser).await;
        let app_refresh = granted.refresh_token.clone();
        let (posts, commented, liked) = (Vec::new(), Vec::new(), HashSet::new());
        Self { person, browser, app, granted, posts, commented, liked, app_refresh }
    }

    /// Works until no answer comes, or one that is no success because something behind it is gone.
    async fn work(mut self) -> Self {
        while self.turn().await.is_some() {}
        self
    }

    async fn turn(&mut self) -> Option<()> {
        let posted = self.person.post_with(&json!({"title": "Midnight Chai"})).attempt().await?;
        if posted.status() != 201 {
            return None;
        }
        let post_id = posted.text_of("post_id");
        self.posts.push(post_id.clone());
        if self.person.like(&post_id).attempt().await?.status() == 200 {
            self.liked.insert(post_id.clone());
        }
        if self.person.comment(&post_id, "Save me a glass").attempt().await?.status() == 201 {
            self.commented.push(post_id);
        }
        let refreshed = self.person.try_refresh(&self.person.refresh_token()).attempt().await?;
        if refreshed.status() == 200 {
            self.person.keep(&refreshed);
        }
        let refreshed = self.app.refreshes(&self.app_refresh).attempt().await?;
        if refreshed.status() == 200 {
            self.app_refresh = self.app.granted(&refreshed).refresh_token;
        }
        Some(())
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
    let mut workers = Vec::new();
    for number in 0..4 {
        workers.push(Worker::new(&tapri, &asha, number).await);
    }
    for round in 0..rounds {
        let before: usize = workers.iter().map(|worker| worker.posts.len()).sum();
        let working: Vec<_> = workers.drain(..).map(|worker| tokio::spawn(worker.work())).collect();
        // Enough was acknowledged, and more is on its way.
        let posted = || async { asha.get("/api/v1/users/worker.0").await.data()["counts"]["posts"].as_u64() };
        let already = posted().await.expect("a number");
        let enough = || async { posted().await.filter(|posts| *posts >= already + 15) };
        within(Duration::from_secs(30), "fifteen more posts", enough).await;
        tapri.kill().await;
        for worker in working {
            workers.push(worker.await.expect("a worker stops where no answer comes"));
        }
        let after: usize = workers.iter().map(|worker| worker.posts.len()).sum();
        assert!(after >= before + 15, "round {round} was killed under traffic: {before}, then {after}");

        tapri.start_again().await;
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
