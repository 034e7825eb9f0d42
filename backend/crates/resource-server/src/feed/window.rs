//! The newest post ids of each reader's home feed, kept in the process: which posts, in which order, and nothing about them.
//!
//! Built by one scan; kept true by a log of what was shown since, which a window catches up with when it is read: posting
//! costs one line in the log, however many follow. A window that is too far behind is built again. Following or leaving
//! somebody forgets the reader's window.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use httpkit::UserId;
use httpkit::settings::Settings;
use store::Time;

use crate::posts::PostId;
use crate::recall::{Mark, Recall};

/// How many ids a window has at most: fifteen pages.
pub(super) const LENGTH: usize = 300;

/// How many windows are kept: at some 6 kB each, a dozen megabytes when full.
const WINDOWS: usize = 2_048;

/// How many posts the log goes back.
const LOGGED: usize = 4_096;

/// The windows, and the log that keeps them true.
#[derive(Debug)]
pub(crate) struct Homes {
    windows: Recall<UserId, Arc<Window>>,
    log: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Log {
    /// The number of the first entry that is still there.
    first: u64,
    entries: VecDeque<(UserId, PostId)>,
}

/// The newest ids of one reader.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// Whose posts: those whom the reader follows, and the reader.
    pub(super) authors: Arc<HashSet<UserId>>,
    /// Newest first.
    pub(super) ids: Vec<PostId>,
    /// Whether there is nothing older than the last of them.
    pub(super) complete: bool,
    /// How much of the log it holds.
    caught_up: u64,
}

/// What has to be known before a window is read from the store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    mark: Mark,
    caught_up: u64,
}

impl Homes {
    /// None kept yet.
    pub(crate) fn new(settings: &Settings) -> Self {
        Self { windows: Recall::new(settings, WINDOWS), log: Mutex::default() }
    }

    /// A post of `author` can be seen by others than before.
    pub(crate) fn shown(&self, author: UserId, post: PostId) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.entries.push_back((author, post));
        if log.entries.len() > LOGGED {
            log.entries.pop_front();
            log.first += 1;
        }
    }

    /// `reader` follows others than before.
    pub(crate) fn forget(&self, reader: UserId) {
        self.windows.forget(&reader);
    }

    /// The window of `reader`, with everything that was shown until now.
    pub(super) fn get(&self, reader: UserId, now: Time) -> Option<Arc<Window>> {
        let mark = self.windows.mark(&reader);
        let window = self.windows.get(&reader, now)?;
        let (end, news) = self.since(window.caught_up, &window.authors)?;
        if end == window.caught_up {
            return Some(window);
        }
        let mut window = (*window).clone();
        window.caught_up = end;
        news.into_iter().for_each(|post| window.add(post));
        let window = Arc::new(window);
        self.windows.keep(reader, Arc::clone(&window), mark, now);
        Some(window)
    }

    /// To be taken before the store is read for a window of `reader`.
    pub(super) fn start(&self, reader: UserId) -> Start {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        Start { mark: self.windows.mark(&reader), caught_up: log.end() }
    }

    /// Keeps a window that was read from the store after `start` was taken.
    pub(super) fn keep(
        &self,
        reader: UserId,
        authors: HashSet<UserId>,
        ids: Vec<PostId>,
        complete: bool,
        start: Start,
        now: Time,
    ) -> Arc<Window> {
        let window = Window { authors: Arc::new(authors), ids, complete, caught_up: start.caught_up };
        let window = Arc::new(window);
        self.windows.keep(reader, Arc::clone(&window), start.mark, now);
        window
    }

    /// The end of the log, and what these authors showed from `from` on; nothing where the log no longer goes back so far.
    fn since(&self, from: u64, authors: &HashSet<UserId>) -> Option<(u64, Vec<PostId>)> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let known = usize::try_from(from.checked_sub(log.first)?).ok()?;
        let news = log.entries.iter().skip(known).filter(|(author, _)| authors.contains(author));
        Some((log.end(), news.map(|(_, post)| *post).collect()))
    }
}

impl Log {
    fn end(&self) -> u64 {
        self.first + self.entries.len() as u64
    }
}

impl Window {
    /// Puts `post` in its place, unless it is there already or older than the window goes.
    fn add(&mut self, post: PostId) {
        let place = self.ids.partition_point(|known| *known > post);
        let beyond = place == self.ids.len() && !self.complete;
        if self.ids.get(place) == Some(&post) || beyond {
            return;
        }
        self.ids.insert(place, post);
        if self.ids.len() > LENGTH {
            self.ids.pop();
            self.complete = false;
        }
    }

    /// The ids that come after `after`, from the newest on where there is none.
    pub(super) fn after(&self, after: Option<PostId>) -> &[PostId] {
        let start = after.map_or(0, |after| self.ids.partition_point(|known| *known >= after));
        &self.ids[start..]
    }
}

#[cfg(test)]
mod tests {
    use store::{Clock, LogicalShard, MockClock, SeededRandom};

    use super::*;

    fn post(millis: i64) -> PostId {
        let shard = LogicalShard::new(1).unwrap();
        PostId::generate(Time::from_millis(millis), shard, &SeededRandom::new(millis as u64))
    }

    struct World {
        homes: Homes,
        asha: UserId,
        bilal: UserId,
        now: Time,
    }

    impl World {
        fn new() -> Self {
            let (clock, random) = (MockClock::default(), SeededRandom::new(1));
            let user = || UserId::generate_unsharded(clock.now(), &random);
            Self { homes: Homes::new(&Settings::defaults()), asha: user(), bilal: user(), now: clock.now() }
        }

        fn build(&self, ids: Vec<PostId>, complete: bool) {
            let start = self.homes.start(self.bilal);
            self.homes.keep(self.bilal, HashSet::from([self.asha]), ids, complete, start, self.now);
        }

        fn ids(&self) -> Option<Vec<PostId>> {
            self.homes.get(self.bilal, self.now).map(|window| window.ids.clone())
        }
    }

    #[test]
    fn a_window_catches_up_with_whom_it_is_about_and_nobody_else() {
        let world = World::new();
        assert_eq!(world.ids(), None);
        world.build(vec![post(30), post(10)], true);
        world.homes.shown(world.asha, post(40));
        world.homes.shown(world.bilal, post(50));
        world.homes.shown(world.asha, post(20));
        world.homes.shown(world.asha, post(30));
        assert_eq!(world.ids(), Some(vec![post(40), post(30), post(20), post(10)]));
        assert_eq!(world.ids(), Some(vec![post(40), post(30), post(20), post(10)]));
        world.homes.forget(world.bilal);
        assert_eq!(world.ids(), None);
    }

    #[test]
    fn what_is_older_than_the_window_goes_is_left_to_the_store() {
        let world = World::new();
        world.build(vec![post(30), post(20)], false);
        world.homes.shown(world.asha, post(10));
        assert_eq!(world.ids(), Some(vec![post(30), post(20)]));
    }

    #[test]
    fn what_was_shown_while_the_store_was_read_is_not_missed() {
        let world = World::new();
        let start = world.homes.start(world.bilal);
        world.homes.shown(world.asha, post(40));
        world.homes.keep(world.bilal, HashSet::from([world.asha]), vec![post(30)], true, start, world.now);
        assert_eq!(world.ids(), Some(vec![post(40), post(30)]));
    }

    #[test]
    fn a_window_that_the_log_has_left_behind_is_forgotten() {
        let world = World::new();
        world.build(vec![], true);
        for millis in 0..=LOGGED as i64 {
            world.homes.shown(world.asha, post(millis));
        }
        assert_eq!(world.ids(), None);
    }

    #[test]
    fn a_full_window_lets_its_oldest_go() {
        let world = World::new();
        world.build((1..=LENGTH as i64).rev().map(post).collect(), true);
        world.homes.shown(world.asha, post(1_000));
        let ids = world.ids().unwrap();
        assert_eq!((ids.len(), ids[0], ids[LENGTH - 1]), (LENGTH, post(1_000), post(2)));
    }
}
