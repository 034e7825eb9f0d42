//! A community that is made up: people, who follows whom, posts with pictures, likes, comments, over the past months. For
//! demonstrations, for load and for looking at pages that are not empty. The same seed gives the same community.
//!
//! What happens is thrown by [`dice`] first ([`people`], [`graph`], [`drafts`], [`drawing`]) and then written through the
//! slices that own it, many writes a batch ([`plant`]). Nothing here is part of serving; `tapri seed` calls it.

mod dice;
mod drafts;
mod drawing;
mod graph;
mod names;
mod people;
mod plant;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeSet;
use std::io;

use httpkit::services::Services;
use store::{Page, Query};
use zeroize::Zeroizing;

use crate::passwords::{NewPassword, PasswordPool};
use crate::schemas::schemas;
use crate::users::Handle;
use dice::Dice;
use plant::Planter;

/// What community is wanted.
#[derive(Clone, Debug)]
pub struct SeedOrder {
    /// How many people.
    pub people: usize,
    /// How many posts.
    pub posts: usize,
    /// What all chance follows from.
    pub seed: u64,
    /// Everybody's password.
    pub password: Zeroizing<String>,
    /// Whether there may be people already; they stay as they are.
    pub more: bool,
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeedReport {
    /// New people.
    pub people: usize,
    /// Who follows whom.
    pub follows: usize,
    /// Posts.
    pub posts: usize,
    /// Pictures, of posts and of profiles.
    pub pictures: usize,
    /// Likes of posts.
    pub likes: usize,
    /// Comments and answers.
    pub comments: usize,
    /// Some of the people, the best known first.
    pub names: Vec<String>,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedStage {
    /// Pictures are drawn.
    Pictures,
    /// People come in, with their profiles.
    People,
    /// They follow each other.
    Follows,
    /// They post, like and comment.
    Posts,
}

/// Why there is no such community, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Pictures cannot be kept.
    #[error("the pictures cannot be kept: {0}")]
    Pictures(#[from] io::Error),
    /// There are people already.
    #[error("there are people here already, and nothing was changed; `--more` adds to them")]
    NotEmpty,
    /// The password is none that people may have.
    #[error("{0}")]
    Password(String),
}

/// Told how far it is: the stage, how much of it is done, and of how much.
pub type Told<'a> = &'a mut (dyn FnMut(SeedStage, u64, u64) + Send);

/// Makes the community in the store and the pictures' directory of the resource server, whose sources of time and chance
/// are `services`'.
///
/// # Errors
/// [`SeedError`]. What was written before stays.
pub async fn seed(services: &Services, order: &SeedOrder, told: Told<'_>) -> Result<SeedReport, SeedError> {
    services.store.ensure(schemas()).await?;
    let taken = names_taken(services).await?;
    if !taken.is_empty() && !order.more {
        return Err(SeedError::NotEmpty);
    }
    let password = NewPassword::parse("password", order.password.to_string());
    let password = password.map_err(|issue| SeedError::Password(issue.issue))?;
    let pool = PasswordPool::new(&services.settings.passwords, services.random.clone());
    let hash = pool.hash(password).await.map_err(|error| SeedError::Password(error.to_string()))?;

    // A second community by the same seed is another one: its people are not those of the first.
    let chance = order.seed.wrapping_add((taken.len() as u64) << 32);
    let now = services.clock.now();
    let people = people::invent(&Dice::new(chance, 1), order.people, taken, now);
    let follows = graph::follows(&Dice::new(chance, 2), &people);
    let mut planter = Planter::new(services, Dice::new(chance, 3), told)?;
    planter.draw_pictures(order.people, order.posts, chance).await?;
    planter.settle(&people, &hash).await?;
    planter.befriend(&people, &follows).await?;
    let town = drafts::Town::new(&people, &follows, planter.posters(), now);
    planter.post(&town, &Dice::new(chance, 4), order.posts).await?;
    let mut report = planter.finish()?;
    report.names = people.iter().take(3).map(|person| person.username.clone()).collect();
    Ok(report)
}

/// All names that somebody has, or had.
async fn names_taken(services: &Services) -> store::Result<BTreeSet<String>> {
    let (mut taken, mut after) = (BTreeSet::new(), None);
    loop {
        let query = Query::by_key().after(after).limit(store::MAX_PAGE);
        let page: Page<Handle> = services.store.collection().scan(query).await?;
        taken.extend(page.items.iter().map(|handle| handle.name.as_str().to_owned()));
        after = page.next;
        if after.is_none() {
            return Ok(taken);
        }
    }
}
