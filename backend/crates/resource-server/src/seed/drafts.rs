//! What is posted, and what others do about it: who, when, what. Numbers stand for people and pictures.

use std::collections::BTreeSet;
use std::time::Duration;

use store::Time;

use super::dice::{Dice, Urn};
use super::people::Person;
use super::words;
use crate::posts::Visibility;

/// How long a post is talked about.
const TALKED_ABOUT: Duration = Duration::from_secs(5 * 24 * 60 * 60);

/// A post that is to be.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) author: usize,
    pub(super) at: Time,
    pub(super) title: Option<String>,
    pub(super) caption: Option<String>,
    /// Which of the pictures.
    pub(super) pictures: Vec<usize>,
    pub(super) visibility: Visibility,
    /// Who likes it, and when.
    pub(super) likes: Vec<(usize, Time)>,
    /// In the order of their times.
    pub(super) remarks: Vec<Remark>,
}

/// A comment that is to be.
#[derive(Clone, Debug)]
pub(super) struct Remark {
    pub(super) author: usize,
    pub(super) at: Time,
    pub(super) text: String,
    /// Which of the post's earlier remarks it answers.
    pub(super) answers: Option<usize>,
}

/// Whom a draft is drawn from: the people and who follows them.
pub(super) struct Town<'a> {
    pub(super) people: &'a [Person],
    pub(super) followers: Vec<Vec<usize>>,
    busy: Urn,
    pictures: usize,
    now: Time,
}

impl<'a> Town<'a> {
    /// These people, who follow each other so, and so many pictures.
    pub(super) fn new(people: &'a [Person], follows: &[BTreeSet<usize>], pictures: usize, now: Time) -> Self {
        let mut followers = vec![Vec::new(); people.len()];
        for (from, followed) in follows.iter().enumerate() {
            followed.iter().for_each(|to| followers[*to].push(from));
        }
        Self { people, followers, busy: Urn::new(people.iter().map(|person| person.busy)), pictures, now }
    }

    /// The next post.
    pub(super) fn draft(&self, dice: &Dice) -> Draft {
        let author = self.busy.draw(dice);
        let at = self.between(dice, self.people[author].joined, self.now);
        let pictures = self.pictures(dice);
        let mut draft = Draft {
            author,
            at,
            title: words::title(dice),
            caption: words::caption(dice),
            visibility: match dice.below(100) {
                0 => Visibility::Private,
                1..=3 => Visibility::Followers,
                _ => Visibility::Public,
            },
            pictures,
            likes: Vec::new(),
            remarks: Vec::new(),
        };
        if draft.pictures.is_empty() && draft.title.is_none() && draft.caption.is_none() {
            draft.title = Some("Hello".to_owned());
        }
        if draft.visibility != Visibility::Private {
            self.like(dice, &mut draft);
            self.talk(dice, &mut draft);
        }
        draft
    }

    fn pictures(&self, dice: &Dice) -> Vec<usize> {
        let wanted = match dice.below(100) {
            0..=14 => 0,
            15..=84 => 1,
            85..=94 => 2,
            _ => 4,
        };
        (0..wanted.min(self.pictures)).map(|_| dice.below(self.pictures)).collect()
    }

    /// Likes, mostly of followers; what the known post is liked more.
    fn like(&self, dice: &Dice, draft: &mut Draft) {
        let followers = &self.followers[draft.author];
        let wanted = dice.heavy_tailed(1.5 + followers.len() as f64 * 0.1, 150);
        let mut likers = BTreeSet::new();
        for _ in 0..wanted {
            let liker = self.somebody(dice, draft);
            if liker != draft.author && likers.insert(liker) {
                draft.likes.push((liker, self.soon(dice, liker, draft.at)));
            }
        }
    }

    fn talk(&self, dice: &Dice, draft: &mut Draft) {
        let wanted = dice.heavy_tailed(0.4 + draft.likes.len() as f64 * 0.12, 40);
        let mut at = draft.at;
        for number in 0..wanted {
            let answers = (number > 0 && dice.percent(40.0)).then(|| dice.below(number));
            let by_author = answers.is_some() && dice.percent(60.0);
            let author = if by_author { draft.author } else { self.somebody(dice, draft) };
            at = self.soon(dice, author, at);
            let text = if answers.is_some() { words::answer(dice) } else { words::comment(dice) };
            draft.remarks.push(Remark { author, at, text, answers });
        }
    }

    /// A follower, or somebody who came by where everybody may.
    fn somebody(&self, dice: &Dice, draft: &Draft) -> usize {
        let followers = &self.followers[draft.author];
        let open = draft.visibility == Visibility::Public;
        if followers.is_empty() || (open && dice.percent(25.0)) {
            return if open { dice.below(self.people.len()) } else { draft.author };
        }
        *dice.pick(followers)
    }

    /// A moment not long after `at`, when `person` was there already.
    fn soon(&self, dice: &Dice, person: usize, at: Time) -> Time {
        let first = at.max(self.people[person].joined);
        // The cube: most in the first hours.
        let later = first + TALKED_ABOUT.mul_f64(dice.unit().powi(3)) + Duration::from_millis(1);
        later.min(self.now)
    }

    fn between(&self, dice: &Dice, from: Time, to: Time) -> Time {
        from + to.since(from).mul_f64(dice.unit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::graph::follows;
    use crate::seed::people::invent;

    const NOW: Time = Time::from_seconds(1_790_000_000);

    #[test]
    fn nothing_happens_before_its_cause_or_after_now() {
        let people = invent(&Dice::new(3, 1), 200, BTreeSet::new(), NOW);
        let town = Town::new(&people, &follows(&Dice::new(3, 2), &people), 10, NOW);
        let dice = Dice::new(3, 3);
        let drafts: Vec<Draft> = (0..2_000).map(|_| town.draft(&dice)).collect();
        for draft in &drafts {
            assert!(people[draft.author].joined <= draft.at && draft.at <= NOW);
            assert!(draft.title.is_some() || draft.caption.is_some() || !draft.pictures.is_empty());
            assert!(draft.likes.iter().all(|(_, at)| draft.at <= *at && *at <= NOW));
            let likers: BTreeSet<usize> = draft.likes.iter().map(|(liker, _)| *liker).collect();
            assert!(likers.len() == draft.likes.len() && !likers.contains(&draft.author));
            for (number, remark) in draft.remarks.iter().enumerate() {
                assert!(draft.at <= remark.at && remark.at <= NOW && !remark.text.is_empty());
                assert!(remark.answers.is_none_or(|earlier| earlier < number));
            }
        }
        let likes: usize = drafts.iter().map(|draft| draft.likes.len()).sum();
        let remarks: usize = drafts.iter().map(|draft| draft.remarks.len()).sum();
        assert!(likes > 4_000 && remarks > 800, "{likes} {remarks}");
    }

    #[test]
    fn what_is_for_followers_is_touched_by_followers_alone() {
        let people = invent(&Dice::new(3, 1), 200, BTreeSet::new(), NOW);
        let town = Town::new(&people, &follows(&Dice::new(3, 2), &people), 10, NOW);
        let dice = Dice::new(4, 3);
        let drafts: Vec<Draft> = (0..3_000).map(|_| town.draft(&dice)).collect();
        let mut seen = 0;
        for draft in drafts.iter().filter(|draft| draft.visibility == Visibility::Followers) {
            let may = |who: &usize| *who == draft.author || town.followers[draft.author].contains(who);
            assert!(draft.likes.iter().all(|(liker, _)| may(liker)));
            assert!(draft.remarks.iter().all(|remark| may(&remark.author)));
            seen += draft.likes.len();
        }
        assert!(seen > 0);
    }
}
