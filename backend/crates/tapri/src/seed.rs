//! `tapri seed`: a community that is made up, in the store itself. With the embedded store Tapri must not be running
//! meanwhile; the store says so.

use std::fmt::Write as _;

use data_encoding::BASE32_NOPAD;
use httpkit::secrets::Server;
use resource_server::{SeedOrder, SeedReport, SeedStage};
use store::{Random as _, SystemRandom};

use crate::cli::SeedArguments;
use crate::failure::Failure;
use crate::house::House;
use crate::progress::{Bar, count};
use crate::words;

/// Makes the community.
pub async fn run(house: &House, arguments: &SeedArguments) -> Result<(), Failure> {
    let password = arguments.password.clone().unwrap_or_else(drawn_password);
    let order = SeedOrder {
        people: arguments.people,
        posts: arguments.posts,
        seed: arguments.seed,
        password: password.clone().into(),
        more: arguments.more,
    };
    let services = house.services(Server::Resource).await?;
    let mut bars = Bars::default();
    let outcome = resource_server::seed(&services, &order, &mut |stage, done, total| bars.at(stage, done, total)).await;
    let closed = services.store.close().await;
    let report = outcome?;
    bars.end();
    closed?;
    words::say(&told(&report, &password));
    Ok(())
}

/// Good for a demonstration, and nobody can guess it who was not told.
fn drawn_password() -> String {
    let mut bytes = [0; 10];
    SystemRandom.fill(&mut bytes);
    BASE32_NOPAD.encode(&bytes).to_lowercase()
}

/// A bar for each stage, one after the other.
#[derive(Default)]
struct Bars(Option<(SeedStage, Bar)>);

impl Bars {
    fn at(&mut self, stage: SeedStage, done: u64, total: u64) {
        if self.0.as_ref().is_none_or(|(shown, _)| *shown != stage) {
            self.end();
            let name = match stage {
                SeedStage::Pictures => "pictures",
                SeedStage::People => "people",
                SeedStage::Follows => "who follows whom",
                SeedStage::Posts => "posts, likes, comments",
            };
            self.0 = Some((stage, Bar::new(name)));
        }
        if let Some((_, bar)) = &mut self.0 {
            bar.at(done, total);
        }
    }

    fn end(&mut self) {
        if let Some((_, bar)) = self.0.take() {
            bar.end("done");
        }
    }
}

/// The report, for the person at the terminal.
fn told(report: &SeedReport, password: &str) -> String {
    let mut words = String::new();
    let number = |number: usize| number as u64;
    // Writing to a text cannot fail.
    let _ = writeln!(
        words,
        "{}, {} with {}, {}, {}, {}.",
        count(number(report.people), "person", "people"),
        count(number(report.posts), "post", "posts"),
        count(number(report.pictures), "picture", "pictures"),
        count(number(report.follows), "follow", "follows"),
        count(number(report.likes), "like", "likes"),
        count(number(report.comments), "comment", "comments"),
    );
    if !report.names.is_empty() {
        let _ =
            writeln!(words, "Sign in as {} (or anybody else) with the password {password}", report.names.join(", "));
    }
    words
}
