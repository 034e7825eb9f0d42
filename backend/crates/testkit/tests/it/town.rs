//! A small place that is lived in, to be moved from one home to another.

use serde_json::json;
use testkit::{App, Granted, Person, Processes};

use crate::first_light;

/// People, a photograph, and an app that one of them let in.
pub struct Town {
    pub asha: Person,
    pub bilal: Person,
    pub printer: App,
    pub granted: Granted,
    pub post: String,
}

impl Town {
    /// Everybody moves in.
    pub async fn settle(tapri: &Processes) -> Self {
        let asha = Person::sign_up(tapri.visitor(), "asha").await;
        let bilal = Person::sign_up(tapri.visitor(), "bilal").await;
        let post = first_light::shares_midnight_chai(&asha).await;
        bilal.follow("asha").await.expect(200);
        bilal.like(&post).await.expect(200);
        bilal.comment(&post, "Save me a glass").await.expect(201);
        let browser = bilal.browser().await;
        let (printer, granted) = first_light::bilal_lets_the_printer_in(&asha, &bilal, &browser).await;
        Self { asha, bilal, printer, granted, post }
    }

    /// Everything that was there is there, for somebody who signs in now.
    pub async fn is_there(&self, tapri: &Processes) {
        let bilal = self.bilal.sign_in_again().await;
        assert_eq!(bilal.home_titles().await, ["Midnight Chai"]);
        let seen = bilal.read(&self.post).await.expect(200).data();
        assert_eq!(seen["counts"]["likes"], 1);
        assert_eq!(seen["counts"]["comments"], 1);
        let comments = bilal.get(&format!("/api/v1/posts/{}/comments", self.post)).await.expect(200).items();
        assert_eq!(comments[0]["text"], "Save me a glass");
        let picture = seen["media"][0]["variants"][0]["url"].as_str().expect("a picture has an address").to_owned();
        let path = picture.strip_prefix(&tapri.visitor().origin()).unwrap_or(&picture);
        assert!(tapri.visitor().get(path).await.expect(200).body().len() > 100);
        let posted = bilal.post_with(&json!({"title": "Life goes on"})).await.expect(201).text_of("post_id");
        bilal.read(&posted).await.expect(200);
    }

    /// The app renews its token, as it does from time to time.
    pub async fn printer_comes_back(&mut self) {
        let reply = self.printer.refreshes(&self.granted.refresh_token).await.expect(200);
        self.granted = self.printer.granted(&reply);
    }
}
