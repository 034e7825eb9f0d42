//! What a grant can go through. No store, no clock: the moment is an argument.
//!
//! ```text
//! live ──rotate──▶ live (generation + 1)
//! live ──end─────▶ ended
//! live ──time────▶ idle (nobody came back in time)
//! ```

use std::time::Duration;

use store::Time;

use super::{Grant, GrantKind};
use crate::lifetimes::Lifetimes;

/// How a grant stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It can be refreshed.
    Live,
    /// Nobody came back in time.
    Idle,
    /// It was ended.
    Ended,
}

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
    pub(crate) fn state(&self, now: Time) -> State {
        if self.ended_at.is_some() {
            State::Ended
        } else if self.idle_until <= now {
            State::Idle
        } else {
            State::Live
        }
    }

    pub(crate) fn is_live(&self, now: Time) -> bool {
        self.state(now) == State::Live
    }

    /// What follows from showing the refresh token of `generation` at `now`.
    pub(crate) fn turn(&self, generation: i64, now: Time, grace: Duration, leniency: Leniency) -> Turn {
        let young = now.since(self.rotated_at) < grace;
        match (self.state(now), generation - self.generation) {
            (State::Ended | State::Idle, _) => Turn::Dead,
            (State::Live, 0) if young && leniency == Leniency::Lenient => Turn::Repeat,
            (State::Live, 0) => Turn::Rotate,
            (State::Live, -1) if young => Turn::Repeat,
            (State::Live, difference) if difference > 0 => Turn::Unknown,
            (State::Live, _) => Turn::Reused,
        }
    }

    /// The next generation, signed with `kid` and good until `idle_until`.
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
            kid: kid.to_owned(),
            idle_until,
            expires_at: lifetimes.grant_document_until(idle_until),
            ..self.clone()
        })
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
            kid: "k".to_owned(),
            auth_time: START,
            amr: vec!["pwd".to_owned()],
            code_jti: None,
            idle_until: START + Duration::from_secs(1000),
            ended_at: None,
            expires_at: START + Duration::from_secs(5000),
        }
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
