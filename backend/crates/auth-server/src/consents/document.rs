//! `auth_consents`: one document for each user and app, kept while the user is: what was allowed and what was declined.
//!
//! Its `revision` moves only when less is allowed than before. Grants carry the revision they were born under, so that
//! those that hold too much die, while two tabs that both allow the same both succeed.

use httpkit::{ClientId, ScopeSet, UserId};
use serde::{Deserialize, Serialize};
use store::{Document, Index, Schema, Time};

/// What a user allowed.
pub(crate) const BY_SUBJECT: &str = "by_subject";
/// Who allowed an app anything.
pub(crate) const BY_CLIENT: &str = "by_client";

/// What a user decided about an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Consent {
    pub sub: UserId,
    pub client: ClientId,
    /// What is allowed; nothing after a withdrawal.
    pub scopes: ScopeSet,
    /// What was asked for and not allowed; remembered too, else the app would ask for ever.
    pub declined: ScopeSet,
    /// What devices were allowed. Never taken for an answer: each device asks anew.
    #[serde(default)]
    pub devices: ScopeSet,
    /// Grants born under a lower one no longer count.
    pub revision: i64,
    /// When the app was first let in, or let in again after a withdrawal.
    pub granted_at: Time,
}

impl Consent {
    /// Of a user who was never asked about this app.
    pub(crate) fn new(sub: UserId, client: ClientId, now: Time) -> Self {
        let nothing = ScopeSet::EMPTY;
        Self { sub, client, scopes: nothing, declined: nothing, devices: nothing, revision: 0, granted_at: now }
    }

    /// After the user was asked for `asked` and allowed `allowed` of it.
    pub(crate) fn decided(&self, asked: ScopeSet, allowed: ScopeSet, now: Time) -> Self {
        let allowed = allowed.intersection(asked);
        let scopes = self.scopes.difference(asked).union(allowed);
        let declined = self.declined.union(asked).difference(allowed);
        let narrowed = !scopes.contains_all(self.scopes);
        Self {
            scopes,
            declined,
            revision: self.revision + i64::from(narrowed),
            granted_at: self.granted_at_after(now),
            ..self.clone()
        }
    }

    /// After the user allowed a device `scopes`. What is remembered for other ways in does not change.
    pub(crate) fn allowed_device(&self, scopes: ScopeSet, now: Time) -> Self {
        let granted_at = self.granted_at_after(now);
        Self { devices: self.devices.union(scopes), granted_at, ..self.clone() }
    }

    /// Everything that the app may hold, in whichever way it came by it.
    pub(crate) fn held(&self) -> ScopeSet {
        self.scopes.union(self.devices)
    }

    fn granted_at_after(&self, now: Time) -> Time {
        if self.held().is_empty() { now } else { self.granted_at }
    }

    /// After the user took everything back. The app may ask again, as if for the first time.
    pub(crate) fn withdrawn(&self) -> Self {
        if self.is_empty() {
            return self.clone();
        }
        let nothing = ScopeSet::EMPTY;
        Self { scopes: nothing, declined: nothing, devices: nothing, revision: self.revision + 1, ..self.clone() }
    }

    /// Without what lies beyond `ceiling`. It is not declined: nobody said so, and the role may come back.
    pub(crate) fn narrowed(&self, ceiling: ScopeSet) -> Self {
        if ceiling.contains_all(self.held()) {
            return self.clone();
        }
        let (scopes, devices) = (self.scopes.intersection(ceiling), self.devices.intersection(ceiling));
        Self { scopes, devices, revision: self.revision + 1, ..self.clone() }
    }

    /// Whether nothing is remembered.
    pub(crate) fn is_empty(&self) -> bool {
        self.held().is_empty() && self.declined.is_empty()
    }

    /// What of `asked` is allowed, where every part of it was decided before and something was allowed.
    pub(crate) fn remembered(&self, asked: ScopeSet) -> Option<ScopeSet> {
        let allowed = self.scopes.intersection(asked);
        let decided = self.scopes.union(self.declined).contains_all(asked);
        (decided && !allowed.is_empty()).then_some(allowed)
    }
}

impl Document for Consent {
    type Key = (UserId, String);
    const SCHEMA: &'static Schema = &Schema::new("auth_consents")
        .indexes(&[Index::new(BY_SUBJECT).equal(&["sub"]), Index::new(BY_CLIENT).equal(&["client"])]);

    fn key(&self) -> (UserId, String) {
        (self.sub, self.client.as_str().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use store::SeededRandom;

    use super::*;

    const NOW: Time = Time::from_seconds(1_790_000_000);

    fn set(names: &str) -> ScopeSet {
        names.parse().unwrap()
    }

    fn fresh() -> Consent {
        let random = SeededRandom::new(1);
        Consent::new(UserId::generate_unsharded(NOW, &random), ClientId::generate(NOW, &random), NOW)
    }

    #[test]
    fn allowing_part_remembers_both_halves_without_a_new_revision() {
        let consent = fresh().decided(set("openid posts:read posts:write"), set("openid posts:read"), NOW);
        assert_eq!(consent.scopes, set("openid posts:read"));
        assert_eq!(consent.declined, set("posts:write"));
        assert_eq!(consent.revision, 0);
        assert_eq!(consent.remembered(set("posts:read posts:write")), Some(set("posts:read")));
        assert_eq!(consent.remembered(set("posts:write")), None, "nothing of it was allowed");
        assert_eq!(consent.remembered(set("posts:read likes:write")), None, "never asked about likes:write");
    }

    #[test]
    fn what_an_app_cannot_ask_for_cannot_be_slipped_in() {
        let consent = fresh().decided(set("posts:read"), set("posts:read posts:write"), NOW);
        assert_eq!(consent.scopes, set("posts:read"));
    }

    #[test]
    fn two_tabs_that_allow_the_same_leave_the_revision_alone() {
        let once = fresh().decided(set("posts:read"), set("posts:read"), NOW);
        let twice = once.decided(set("posts:read"), set("posts:read"), NOW);
        assert_eq!(once, twice);
    }

    #[test]
    fn what_a_device_was_allowed_answers_for_nothing_else_and_goes_with_a_withdrawal() {
        let device = fresh().allowed_device(set("posts:read"), NOW);
        assert_eq!((device.held(), device.remembered(set("posts:read"))), (set("posts:read"), None));
        let both = device.decided(set("likes:write"), set("likes:write"), NOW);
        assert_eq!((both.held(), both.revision), (set("posts:read likes:write"), 0));
        assert_eq!((both.withdrawn().held(), both.withdrawn().revision), (ScopeSet::EMPTY, 1));
    }

    #[test]
    fn a_role_that_is_taken_away_takes_its_scope_out_of_every_way_in_and_declines_nothing() {
        let consent =
            fresh().decided(set("posts:read mod"), set("posts:read mod"), NOW).allowed_device(set("mod"), NOW);
        let ceiling = ScopeSet::all().without(httpkit::Scope::Mod);
        let narrowed = consent.narrowed(ceiling);
        assert_eq!((narrowed.held(), narrowed.declined, narrowed.revision), (set("posts:read"), ScopeSet::EMPTY, 1));
        assert_eq!(narrowed.narrowed(ceiling), narrowed, "a second time changes nothing");
        assert_eq!(narrowed.remembered(set("posts:read mod")), None, "it may ask again");
    }

    #[test]
    fn narrowing_and_withdrawal_move_the_revision_and_widening_does_not() {
        let both = fresh().decided(set("posts:read posts:write"), set("posts:read posts:write"), NOW);
        let narrowed = both.decided(set("posts:read posts:write"), set("posts:read"), NOW);
        assert_eq!((narrowed.revision, narrowed.declined), (1, set("posts:write")));
        let widened = narrowed.decided(set("posts:write"), set("posts:write"), NOW);
        assert_eq!((widened.revision, widened.declined), (1, ScopeSet::EMPTY));
        let withdrawn = widened.withdrawn();
        assert_eq!((withdrawn.revision, withdrawn.is_empty()), (2, true));
        assert_eq!(withdrawn.withdrawn(), withdrawn, "a second withdrawal changes nothing");
    }
}
