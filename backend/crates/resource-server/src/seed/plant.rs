//! Writes the community down, through the slices whose documents these are. One batch after another, each as large as it
//! may be: a store writes one at a time anyway, and on a database server nothing gets in its own way.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use httpkit::UserId;
use httpkit::services::Services;
use store::{Batch, IdLike as _, Time};
use tokio::task::{JoinSet, spawn_blocking};

use super::dice::Dice;
use super::drafts::{Draft, Town};
use super::drawing::{self, Drawing};
use super::people::Person;
use super::{SeedError, SeedReport, SeedStage, Told};
use crate::accounts::{self, Newcomer};
use crate::comments::{self, Comment, CommentId};
use crate::media::{self, Media, Print, PrintCopy, Prints, ShownBy};
use crate::posts::{self, Post, PostId, Visibility};
use crate::users::{self, Profile};
use crate::{follows, likes};

/// How many writes a batch has at most; a store takes a thousand.
const BATCH: usize = 900;
/// How many posts are prepared at once, pictures included.
const AT_ONCE: usize = 2_000;
/// How many different pictures are drawn at most; where there are few people and posts, so many share one.
const MOST_PICTURES: usize = 160;
const MOST_PORTRAITS: usize = 60;
const SHARED_BY: usize = 6;

/// A drawing that is kept, and what is to be seen on it.
type Drawn = (Print, &'static str);

/// Writes what was thrown, and counts it.
pub(super) struct Planter<'a> {
    services: &'a Services,
    dice: Dice,
    told: Told<'a>,
    prints: Prints,
    /// For posts.
    pictures: Arc<Vec<Drawn>>,
    /// For profiles.
    portraits: Vec<Drawn>,
    batch: Batch,
    ids: Vec<UserId>,
    report: SeedReport,
}

impl<'a> Planter<'a> {
    pub(super) fn new(services: &'a Services, dice: Dice, told: Told<'a>) -> io::Result<Self> {
        Ok(Self {
            services,
            dice,
            told,
            prints: Prints::open(services)?,
            pictures: Arc::default(),
            portraits: Vec::new(),
            batch: services.store.batch(),
            ids: Vec::new(),
            report: SeedReport::default(),
        })
    }

    /// How many pictures there are for posts.
    pub(super) fn posters(&self) -> usize {
        self.pictures.len()
    }

    /// Draws and develops the pictures that so many people and posts need, on all processors.
    pub(super) async fn draw_pictures(&mut self, people: usize, posts: usize, chance: u64) -> Result<(), SeedError> {
        let pictures = posts.div_ceil(SHARED_BY).min(MOST_PICTURES);
        let portraits = people.div_ceil(SHARED_BY).min(MOST_PORTRAITS);
        let total = pictures + portraits;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let mut drawn: Vec<Option<Drawn>> = vec![None; total];
        let (mut working, mut next, mut done) = (JoinSet::new(), 0, 0);
        while done < total {
            while next < total && working.len() < processors {
                let (prints, random) = (self.prints.clone(), Arc::clone(&self.services.random));
                let number = next;
                working.spawn_blocking(move || {
                    let dice = Dice::new(chance, 1_000 + number as u64);
                    let draw = if number < pictures { drawing::draw } else { drawing::draw_small };
                    let drawing = draw(&dice, prints.longest_side());
                    let Drawing { jpeg, alt } = drawing.map_err(io::Error::other)?;
                    Ok::<_, io::Error>((number, (prints.develop(&jpeg, &*random)?, alt)))
                });
                next += 1;
            }
            let Some(ready) = working.join_next().await else { break };
            let (number, picture) = ready.map_err(io::Error::other)??;
            drawn[number] = Some(picture);
            done += 1;
            (self.told)(SeedStage::Pictures, done as u64, total as u64);
        }
        let mut drawn: Vec<Drawn> = drawn.into_iter().flatten().collect();
        self.portraits = drawn.split_off(pictures.min(drawn.len()));
        self.pictures = Arc::new(drawn);
        Ok(())
    }

    /// Lets the people in, and gives most of them a picture and a few words about themselves.
    pub(super) async fn settle(&mut self, people: &[Person], hash: &str) -> Result<(), SeedError> {
        let total = 2 * people.len() as u64;
        for (number, person) in people.iter().enumerate() {
            let address = format!("{}@example.org", person.username);
            let newcomer = Newcomer::new(&person.username, &person.name, &address, hash, person.joined)
                .map_err(|issue| store::Error::Engine(issue.issue))?;
            self.room(4).await?;
            let id = accounts::enrol(self.services, self.dice.random(), &mut self.batch, &newcomer);
            self.ids.push(id);
            (self.told)(SeedStage::People, number as u64, total);
        }
        self.commit().await?;
        for first in (0..people.len()).step_by(AT_ONCE) {
            let last = (first + AT_ONCE).min(people.len());
            self.describe(first, &people[first..last]).await?;
            (self.told)(SeedStage::People, (people.len() + last) as u64, total);
        }
        self.report.people = people.len();
        Ok(())
    }

    async fn describe(&mut self, first: usize, people: &[Person]) -> Result<(), SeedError> {
        let ids = self.ids[first..first + people.len()].to_vec();
        let mut pictures: Vec<Option<Media>> = Vec::with_capacity(people.len());
        for (id, person) in ids.iter().zip(people) {
            let has_picture = !self.portraits.is_empty() && self.dice.percent(85.0);
            pictures.push(if has_picture { Some(self.portrait(*id, person.joined)?) } else { None });
        }
        self.flush_pictures().await?;
        let profiles = self.services.store.collection::<Profile>().get_many(&ids).await?;
        for ((profile, picture), person) in profiles.iter().zip(&pictures).zip(people) {
            let Some(profile) = profile else { continue };
            self.room(2).await?;
            users::describe(&mut self.batch, profile, person.bio.clone(), picture.as_ref());
            if let Some(picture) = picture {
                self.batch.insert(picture);
                self.report.pictures += 1;
            }
        }
        self.commit().await
    }

    fn portrait(&self, owner: UserId, joined: Time) -> io::Result<Media> {
        let (print, alt) = self.dice.pick(&self.portraits);
        let id = media::new_id(owner, joined + Duration::from_secs(60), self.dice.random());
        let copy = PrintCopy { id, owner, alt, shown_by: ShownBy::Profile, public: true };
        self.prints.copy(print, &copy, &*self.services.random)
    }

    /// Writes who follows whom.
    pub(super) async fn befriend(&mut self, people: &[Person], all: &[BTreeSet<usize>]) -> Result<(), SeedError> {
        let now = self.services.clock.now();
        for (from, followed) in all.iter().enumerate() {
            let edges: Vec<(UserId, Time)> = followed
                .iter()
                .map(|to| {
                    let first = people[from].joined.max(people[*to].joined);
                    (self.ids[*to], first + now.since(first).mul_f64(self.dice.unit().powi(2)))
                })
                .collect();
            for edges in edges.chunks(BATCH / 3 - 1) {
                self.room(3 * edges.len() + 1).await?;
                follows::add(&mut self.batch, self.ids[from], edges);
                self.report.follows += edges.len();
            }
            (self.told)(SeedStage::Follows, from as u64 + 1, all.len() as u64);
        }
        self.commit().await
    }

    /// Writes so many posts with what was done about them.
    pub(super) async fn post(&mut self, town: &Town<'_>, dice: &Dice, count: usize) -> Result<(), SeedError> {
        let mut done = 0;
        while done < count {
            let drafts: Vec<Draft> = (0..AT_ONCE.min(count - done)).map(|_| town.draft(dice)).collect();
            let posts: Vec<Post> = drafts.iter().map(|draft| self.post_of(draft)).collect();
            let pictures = self.copy_pictures(&drafts, &posts).await?;
            self.report.pictures += pictures.len();
            let mut pictures = pictures.into_iter();
            for (draft, post) in drafts.iter().zip(&posts) {
                self.room(3 + post.media.len()).await?;
                posts::add(&mut self.batch, post);
                for picture in pictures.by_ref().take(post.media.len()) {
                    self.batch.insert(&picture);
                }
                self.write_likes(draft, post.id).await?;
                self.write_remarks(draft, post).await?;
                done += 1;
                (self.told)(SeedStage::Posts, done as u64, count as u64);
            }
        }
        self.report.posts = count;
        self.commit().await
    }

    fn post_of(&self, draft: &Draft) -> Post {
        let (author, limits) = (self.ids[draft.author], &self.services.settings.text);
        let short = |text: &Option<String>, limit: usize| text.as_ref().map(|text| text.chars().take(limit).collect());
        let random = self.dice.random();
        Post {
            id: PostId::generate(draft.at, author.shard(), random),
            author,
            title: short(&draft.title, limits.title),
            caption: short(&draft.caption, limits.caption),
            media: draft.pictures.iter().map(|_| media::new_id(author, draft.at, random)).collect(),
            visibility: draft.visibility,
            edited_at: None,
            version: 1,
            removed: None,
        }
    }

    /// The pictures of these posts, one after another, durable.
    async fn copy_pictures(&self, drafts: &[Draft], posts: &[Post]) -> Result<Vec<Media>, SeedError> {
        let mut wanted = Vec::new();
        for (draft, post) in drafts.iter().zip(posts) {
            let places = draft.pictures.iter().zip(&post.media);
            wanted.extend(places.map(|(number, id)| (*number, *id, post.author, post.id, post.visibility)));
        }
        let (prints, drawn) = (self.prints.clone(), Arc::clone(&self.pictures));
        let random = Arc::clone(&self.services.random);
        let copying = spawn_blocking(move || {
            let copies = wanted.into_iter().map(|(number, id, owner, post, visibility)| {
                let (print, alt) = &drawn[number];
                let public = visibility == Visibility::Public;
                let copy = PrintCopy { id, owner, alt, shown_by: ShownBy::Post { id: post }, public };
                prints.copy(print, &copy, &*random)
            });
            let copies = copies.collect::<io::Result<Vec<Media>>>()?;
            prints.flush()?;
            Ok::<_, io::Error>(copies)
        });
        Ok(copying.await.map_err(io::Error::other)??)
    }

    async fn write_likes(&mut self, draft: &Draft, post: PostId) -> Result<(), SeedError> {
        if draft.likes.is_empty() {
            return Ok(());
        }
        self.room(2 * draft.likes.len() + 1).await?;
        let liked: Vec<(UserId, Time)> = draft.likes.iter().map(|(liker, at)| (self.ids[*liker], *at)).collect();
        likes::add(&mut self.batch, post, &liked);
        self.report.likes += liked.len();
        Ok(())
    }

    async fn write_remarks(&mut self, draft: &Draft, post: &Post) -> Result<(), SeedError> {
        let limit = self.services.settings.text.comment;
        let mut written: Vec<(CommentId, Option<CommentId>)> = Vec::with_capacity(draft.remarks.len());
        for remark in &draft.remarks {
            let parent = remark.answers.and_then(|earlier| written.get(earlier)).copied();
            let root = parent.map(|(id, root)| root.unwrap_or(id));
            let comment = Comment {
                id: CommentId::generate(remark.at, post.id.shard(), self.dice.random()),
                post: post.id,
                author: self.ids[remark.author],
                parent: parent.map(|(id, _)| id),
                thread: root.map_or(post.id.as_id(), |root| root.as_id()),
                text: remark.text.chars().take(limit).collect(),
                edited_at: None,
                deleted: false,
                removed: None,
            };
            self.room(4).await?;
            comments::add(&mut self.batch, &comment);
            written.push((comment.id, root));
        }
        self.report.comments += written.len();
        Ok(())
    }

    /// Removes what pictures were copied from.
    pub(super) fn finish(self) -> io::Result<SeedReport> {
        let originals = self.pictures.iter().chain(&self.portraits);
        originals.map(|(print, _)| print).try_for_each(|print| self.prints.discard(print))?;
        Ok(self.report)
    }

    async fn flush_pictures(&self) -> Result<(), SeedError> {
        let prints = self.prints.clone();
        Ok(spawn_blocking(move || prints.flush()).await.map_err(io::Error::other)??)
    }

    /// Makes room in the batch for so many writes that belong together.
    async fn room(&mut self, writes: usize) -> Result<(), SeedError> {
        if self.batch.len() + writes > BATCH {
            self.commit().await?;
        }
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), SeedError> {
        Ok(self.batch.commit().await?)
    }
}
