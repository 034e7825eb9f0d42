//! What a grant can go through. No store, no clock: the moment is an argument.
//!
//! ```text
//! live ──rotate──▶ live (generation + 1, because the one before was shown)
//! live ──renew───▶ live (generation + 1, for another reason: proved anew, the password changed)
//! live ──end─────▶ ended
//! live ──time────▶ idle (nobody came back in time)
//! ```

use std::time::Duration;

use store::Time;

use super::{Grant, GrantKind};
use crate::lifetimes::Lifetimes;

/// Who renews more often than this inside one grace has to live with being taken for two.
const MOST_SURPRISED: usize = 8;

/// How exactly the use of a grant that does not rotate is written down.
const USED_STEP: Duration = Duration::from_secs(60);

/// How an old generation of a cookie session is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leniency {
    /// The present generation always rotates.
    Strict,
    /// A generation younger than the grace is answered unrotated, so that many tabs never look like theft.
    Lenient,
}

/// What a presented generation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The next generation is due.
    Rotate,
    /// The present generation is the answer: somebody else rotated a moment ago, or nothing needs to rotate.
    Repeat,
    /// It was rotated away long ago: somebody holds a copy. The grant is to end.
    Reused,
    /// It is newer than what is stored: a backup was restored. Nothing ends for it.
    Unknown,
    /// The grant does not live.
    Dead,
}

/// An ended grant cannot be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the grant has ended")]
pub(crate) struct AlreadyEnded;

impl Grant {
    /// Neither ended nor left alone for too long.
    pub(crate) fn is_live(&self, now: Time) -> bool {
        self.ended_at.is_none() && now < self.idle_until
    }

    /// What follows from showing the refresh token of `generation` at `now`.
    pub(crate) fn turn(&self, generation: i64, now: Time, grace: Duration, leniency: Leniency) -> Turn {
        if !self.is_live(now) {
            return Turn::Dead;
        }
        let is_young = |moment: Time| now.since(moment) < grace;
        match self.generation - generation {
            0 if leniency == Leniency::Lenient && is_young(self.rotated_at) => Turn::Repeat,
            0 => Turn::Rotate,
            behind if behind < 0 => Turn::Unknown,
            behind => match self.rotated_away_at(behind) {
                Some(moment) if is_young(moment) => Turn::Repeat,
                _ => Turn::Reused,
            },
        }
    }

    /// When the generation so many before this one was rotated away, if that may have been inside the grace.
    fn rotated_away_at(&self, behind: i64) -> Option<Time> {
        let position = usize::try_from(behind - 1).ok()?;
        std::iter::once(&self.rotated_at).chain(&self.surprised).nth(position).copied()
    }

    /// The next generation, signed with `kid` and good until `idle_until`. Whoever showed this one has it, so that what is
    /// older than it is nobody's any more but a thief's.
    pub(crate) fn rotated(
        &self,
        now: Time,
        kid: &str,
        idle_until: Time,
        lifetimes: &Lifetimes,
    ) -> Result<Self, AlreadyEnded> {
        if self.ended_at.is_some() {
            return Err(AlreadyEnded);
        }
        Ok(Self {
            generation: self.generation + 1,
            rotated_at: now,
            surprised: Vec::new(),
            kid: kid.to_owned(),
            idle_until,
            expires_at: lifetimes.grant_document_until(idle_until),
            ..self.clone()
        })
    }

    /// The same generation, signed with `kid` from now on and good until `idle_until` because it was just used: of an app
    /// whose refresh tokens are not rotated. What moves less than a minute is left as it is, so that many who refresh at once do not wait for each
    /// other.
    pub(crate) fn used(&self, kid: &str, idle_until: Time, lifetimes: &Lifetimes) -> Result<Self, AlreadyEnded> {
        if self.ended_at.is_some() {
            return Err(AlreadyEnded);
        }
        if kid == self.kid && idle_until.since(self.idle_until) < USED_STEP {
            return Ok(self.clone());
        }
        let idle_until = idle_until.max(self.idle_until);
        let expires_at = lifetimes.grant_document_until(idle_until);
        Ok(Self { kid: kid.to_owned(), idle_until, expires_at, ..self.clone() })
    }

    /// The next generation, which nobody asked for with this one's token. Those who are just refreshing with this one, or
    /// with the one before it, are taken by surprise and get the new one inside the grace: they are no thieves.
    pub(crate) fn renewed(
        &self,
        now: Time,
        kid: &str,
        idle_until: Time,
        lifetimes: &Lifetimes,
    ) -> Result<Self, AlreadyEnded> {
        let began = std::iter::once(&self.rotated_at).chain(&self.surprised).copied();
        let surprised = began.filter(|moment| now.since(*moment) < lifetimes.grace).take(MOST_SURPRISED).collect();
        Ok(Self { surprised, ..self.rotated(now, kid, idle_until, lifetimes)? })
    }

    /// Ended at `now`; the document stays while anything of it could still be shown.
    pub(crate) fn ended(&self, now: Time, lifetimes: &Lifetimes) -> Result<Self, AlreadyEnded> {
        if self.ended_at.is_some() {
            return Err(AlreadyEnded);
        }
        Ok(Self { ended_at: Some(now), expires_at: lifetimes.grant_document_until(now), ..self.clone() })
    }

    /// The session that the access tokens of this grant die with.
    pub(crate) fn session_of_tokens(&self) -> Option<httpkit::GrantId> {
        match self.kind {
            GrantKind::Session => Some(self.id),
            GrantKind::App => self.session.filter(|_| self.online),
        }
    }
}

#[cfg(test)]
mod tests {
    use httpkit::settings::Settings;
    use httpkit::{ClientId, GrantId, ScopeSet, UserId};
    use store::SeededRandom;

    use super::*;

    const GRACE: Duration = Duration::from_secs(30);
    const START: Time = Time::from_seconds(1_790_000_000);

    fn lifetimes() -> Lifetimes {
        Lifetimes::new(&Settings::defaults())
    }

    fn grant() -> Grant {
        let random = SeededRandom::new(1);
        Grant {
            id: GrantId::generate_unsharded(START, &random),
            kind: GrantKind::Session,
            sub: UserId::generate_unsharded(START, &random),
            client: ClientId::web(),
            scopes: ScopeSet::EMPTY,
            session: None,
            online: true,
            version: 1,
            revision: 0,
            client_version: 0,
            generation: 5,
            rotated_at: START,
            surprised: Vec::new(),
            kid: "k".to_owned(),
            auth_time: START,
            amr: vec!["pwd".to_owned()],
            code_jti: None,
            dpop_jkt: None,
            idle_until: START + Duration::from_secs(1000),
            ended_at: None,
            expires_at: START + Duration::from_secs(5000),
        }
    }

    fn at(seconds: u64) -> Time {
        START + Duration::from_secs(seconds)
    }

    fn rotate(grant: Grant, seconds: u64) -> Grant {
        grant.rotated(at(seconds), "k", at(2000), &lifetimes()).unwrap()
    }

    fn renew(grant: Grant, seconds: u64) -> Grant {
        grant.renewed(at(seconds), "k", at(2000), &lifetimes()).unwrap()
    }

    fn turn(generation: i64, seconds: u64) -> Turn {
        grant().turn(generation, START + Duration::from_secs(seconds), GRACE, Leniency::Strict)
    }

    #[test]
    fn the_present_generation_rotates_and_the_one_before_is_repeated_within_the_grace() {
        assert_eq!(turn(5, 0), Turn::Rotate);
        assert_eq!(turn(5, 999), Turn::Rotate);
        assert_eq!(turn(4, 29), Turn::Repeat);
        assert_eq!(turn(4, 30), Turn::Reused);
        assert_eq!(turn(3, 0), Turn::Reused);
    }

    #[test]
    fn who_has_shown_a_successor_shows_nothing_older_inside_the_grace_either() {
        let twice = rotate(rotate(grant(), 0), 1);
        assert_eq!(twice.turn(5, at(2), GRACE, Leniency::Strict), Turn::Reused);
        assert_eq!(twice.turn(6, at(2), GRACE, Leniency::Strict), Turn::Repeat);
    }

    #[test]
    fn a_renewal_makes_nobody_a_thief_who_was_just_refreshing() {
        // Generation 5 was rotated away at second 100, 6 by renewal at 110.
        let renewed = renew(rotate(grant(), 100), 110);
        let turn = |generation, seconds| renewed.turn(generation, at(seconds), GRACE, Leniency::Strict);
        assert_eq!([turn(5, 129), turn(6, 129)], [Turn::Repeat; 2]);
        assert_eq!([turn(5, 130), turn(6, 130)], [Turn::Reused, Turn::Repeat]);
        assert_eq!([turn(5, 140), turn(6, 140)], [Turn::Reused; 2]);
        assert_eq!(turn(4, 111), Turn::Reused);
        assert_eq!(renew(renewed.clone(), 500).surprised, [], "nothing is kept longer than it matters");
        let restless = (0..100).fold(renewed, |grant, _| renew(grant, 500));
        assert_eq!(restless.surprised.len(), MOST_SURPRISED);
    }

    #[test]
    fn a_use_without_rotation_moves_the_end_and_nothing_else() {
        let used = grant().used("k", at(2000), &lifetimes()).unwrap();
        assert_eq!((used.generation, used.rotated_at, used.idle_until), (5, START, at(2000)));
        assert_eq!(used.used("k", at(2059), &lifetimes()).unwrap(), used, "less than a minute is not worth a write");
        assert_eq!(used.used("k", at(1000), &lifetimes()).unwrap(), used, "and nothing ever ends sooner for it");
        assert_eq!(used.used("new", at(1000), &lifetimes()).unwrap(), Grant { kid: "new".to_owned(), ..used.clone() });
        let ended = used.ended(START, &lifetimes()).unwrap();
        assert_eq!(ended.used("k", at(3000), &lifetimes()), Err(AlreadyEnded));
    }

    #[test]
    fn a_generation_newer_than_known_ends_nothing() {
        assert_eq!(turn(6, 0), Turn::Unknown);
    }

    #[test]
    fn a_lenient_refresh_leaves_a_young_generation_alone() {
        let lenient = |seconds| grant().turn(5, START + Duration::from_secs(seconds), GRACE, Leniency::Lenient);
        assert_eq!(lenient(29), Turn::Repeat);
        assert_eq!(lenient(30), Turn::Rotate);
    }

    #[test]
    fn what_is_idle_or_ended_takes_no_turn() {
        assert_eq!(turn(5, 1000), Turn::Dead);
        let ended = grant().ended(START, &lifetimes()).unwrap();
        assert_eq!(ended.turn(5, START, GRACE, Leniency::Strict), Turn::Dead);
        assert_eq!(ended.ended(START, &lifetimes()), Err(AlreadyEnded));
        assert_eq!(ended.rotated(START, "k", START, &lifetimes()), Err(AlreadyEnded));
    }

    #[test]
    fn an_ended_grant_is_kept_while_anything_of_it_could_be_shown() {
        let lifetimes = lifetimes();
        let ended = grant().ended(START, &lifetimes).unwrap();
        assert!(ended.expires_at >= START + lifetimes.request + lifetimes.code + lifetimes.access);
    }
}
