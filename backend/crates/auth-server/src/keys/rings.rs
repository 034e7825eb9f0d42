//! Which keys sign and which are still believed at one moment. No store, no clock: the moment is an argument, so that all
//! replicas that know the same keys decide the same.
//!
//! ```text
//! made ──signs_from──▶ signing ──the next one's signs_from──▶ verifying ──longest life──▶ retired
//! ```
//!
//! A key is published from the moment it is made and signs only [`Schedule::lead`] later, when everybody has it; the one
//! before it is believed until the last thing that it signed has expired, with two minutes more for clocks that differ.

use std::sync::Arc;
use std::time::Duration;

use httpkit::auth_wire::{KeyState, KeyView};
use httpkit::settings::Settings;
use httpkit::tokens::{HmacKey, HmacRing};
use store::Time;

use super::document::KeyUse;
use super::seals::SealKey;
use super::signing::{Jwk, SigningKey};

/// A minute that one clock may be fast, and a minute that another may be slow.
const SKEW: Duration = Duration::from_secs(120);

/// How long keys are what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    /// From its publication until a key signs.
    pub lead: Duration,
    /// From one key to the next.
    pub every: Duration,
    access: Duration,
    refresh: Duration,
    session: Duration,
}

impl Schedule {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            lead: settings.keys.publish_before,
            every: settings.keys.rotate_every,
            access: settings.tokens.access,
            refresh: settings.tokens.offline_idle.max(settings.sessions.idle),
            session: settings.sessions.idle.max(settings.tokens.request),
        }
    }

    /// How long the last thing that a key made may be shown. An ID token is shown as a hint as long as its session lives,
    /// and the session cookie is sealed anew whenever the session is refreshed.
    fn longest_life(&self, key_use: KeyUse) -> Duration {
        match key_use {
            KeyUse::Access => self.access,
            KeyUse::Refresh => self.refresh,
            KeyUse::Seal | KeyUse::IdToken(_) => self.session,
        }
    }
}

/// A key that was unsealed.
#[derive(Clone, Debug)]
pub(super) struct OpenedKey {
    pub key_use: KeyUse,
    pub serial: u32,
    pub kid: String,
    pub created_at: Time,
    pub signs_from: Time,
    /// See [`super::KeyDocument::retired_at`].
    pub retired_at: Option<Time>,
    pub material: Material,
}

impl OpenedKey {
    /// Whether nothing has become of it since: the rest of a key never changes.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        self.kid == other.kid && self.retired_at == other.retired_at
    }
}

/// What a key consists of.
#[derive(Clone)]
pub(super) enum Material {
    Secret([u8; 32]),
    Pair(Arc<SigningKey>),
}

impl std::fmt::Debug for Material {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// The keys of one moment.
#[derive(Debug)]
pub(crate) struct Rings {
    /// Signs access tokens.
    pub access: HmacRing,
    /// The same for the resource server, the signing one first, then those that are only believed, or not signing yet.
    pub access_keys: Vec<HmacKey>,
    /// Signs refresh tokens.
    pub refresh: HmacRing,
    /// What seals and opens, the present one first.
    pub seals: Vec<SealKey>,
    /// Signs ID tokens: of each algorithm the signing one first.
    pub id_tokens: Vec<IdTokenKey>,
    /// What the operator is shown.
    pub views: Vec<KeyView>,
    /// Documents that nobody needs any more.
    pub retired: Vec<String>,
    /// When something about this changes.
    pub until: Time,
}

/// A key for ID tokens, and whether it signs now.
#[derive(Clone, Debug)]
pub(crate) struct IdTokenKey {
    pub key: Arc<SigningKey>,
    pub signs: bool,
}

impl AsRef<SigningKey> for IdTokenKey {
    fn as_ref(&self) -> &SigningKey {
        &self.key
    }
}

impl Rings {
    /// What `keys` are at `now`.
    pub(super) fn at(now: Time, keys: &[OpenedKey], schedule: &Schedule) -> Self {
        let mut rings = Self {
            access: HmacRing::new(&[]),
            access_keys: Vec::new(),
            refresh: HmacRing::new(&[]),
            seals: Vec::new(),
            id_tokens: Vec::new(),
            views: Vec::new(),
            retired: Vec::new(),
            until: Time::from_millis(i64::MAX),
        };
        let (mut refresh, mut seals) = (Vec::new(), Vec::new());
        for key_use in KeyUse::ALL {
            let mut chain: Vec<&OpenedKey> = keys.iter().filter(|key| key.key_use == key_use).collect();
            chain.sort_by_key(|key| key.serial);
            let (given_up, chain): (Vec<_>, Vec<_>) = chain.into_iter().partition(|key| key.retired_at.is_some());
            let mut placed: Vec<Placed<'_>> = given_up.into_iter().map(Placed::given_up).collect();
            placed.extend(place(&chain, now, schedule.longest_life(key_use)));
            rings.until =
                placed.iter().filter_map(|placed| placed.changes_at).chain([rings.until]).min().unwrap_or(now);
            for placed in placed {
                rings.views.push(placed.view());
                if placed.state == KeyState::Retired {
                    rings.retired.push(super::KeyDocument::id_of(key_use, placed.key.serial));
                    continue;
                }
                rings.add(&placed, &mut refresh, &mut seals);
            }
        }
        rings.access = HmacRing::new(&rings.access_keys);
        rings.refresh = HmacRing::new(&refresh);
        rings.seals = seals.iter().map(SealKey::new).collect();
        rings
    }

    /// The signing one goes first in its ring.
    fn add(&mut self, placed: &Placed<'_>, refresh: &mut Vec<HmacKey>, seals: &mut Vec<HmacKey>) {
        let signs = placed.state == KeyState::Signing;
        let ring = match (placed.key.key_use, &placed.key.material) {
            (KeyUse::IdToken(_), Material::Pair(pair)) => {
                let key = IdTokenKey { key: Arc::clone(pair), signs };
                let first = self.id_tokens.iter().position(|other| other.key.algorithm == pair.algorithm);
                let place = first.filter(|_| signs).unwrap_or(self.id_tokens.len());
                return self.id_tokens.insert(place, key);
            }
            (KeyUse::Access, Material::Secret(secret)) => (&mut self.access_keys, secret),
            (KeyUse::Refresh, Material::Secret(secret)) => (refresh, secret),
            (KeyUse::Seal, Material::Secret(secret)) => (seals, secret),
            // Opening a key decides its material by its use.
            (KeyUse::IdToken(_), Material::Secret(_))
            | (KeyUse::Access | KeyUse::Refresh | KeyUse::Seal, Material::Pair(_)) => return,
        };
        let (ring, secret) = ring;
        let key = HmacKey { kid: placed.key.kid.clone(), secret: *secret, until: placed.retires_at };
        ring.insert(if signs { 0 } else { ring.len() }, key);
    }

    /// The public halves of everything that an ID token may be signed with.
    pub(crate) fn jwks(&self) -> Vec<Jwk> {
        self.id_tokens.iter().map(|key| key.key.jwk()).collect()
    }
}

/// A key in its chain.
struct Placed<'a> {
    key: &'a OpenedKey,
    state: KeyState,
    retires_at: Option<Time>,
    /// When its state changes next.
    changes_at: Option<Time>,
}

impl<'a> Placed<'a> {
    /// One that an operator retired before its time.
    fn given_up(key: &'a OpenedKey) -> Self {
        Self { key, state: KeyState::Retired, retires_at: key.retired_at, changes_at: None }
    }

    fn view(&self) -> KeyView {
        KeyView {
            purpose: self.key.key_use.name().to_owned(),
            algorithm: self.key.key_use.algorithm().to_owned(),
            kid: self.key.kid.clone(),
            state: self.state,
            created_at: self.key.created_at,
            signs_from: self.key.signs_from,
            retires_at: self.retires_at,
        }
    }
}

/// What each key of a chain, the oldest first, is at `now`. The first one that is left signs, whatever its times say:
/// there is always one.
fn place<'a>(chain: &[&'a OpenedKey], now: Time, life: Duration) -> Vec<Placed<'a>> {
    let signing = chain.iter().rposition(|key| key.signs_from <= now).unwrap_or(0);
    let placed = chain.iter().enumerate().map(|(place, key)| {
        let next = chain.get(place + 1);
        let retires_at = next.map(|next| next.signs_from + life + SKEW);
        let (state, changes_at) = match place.cmp(&signing) {
            std::cmp::Ordering::Greater => (KeyState::Next, Some(key.signs_from)),
            std::cmp::Ordering::Equal => (KeyState::Signing, None),
            std::cmp::Ordering::Less if retires_at.is_some_and(|at| at <= now) => (KeyState::Retired, None),
            std::cmp::Ordering::Less => (KeyState::Verifying, retires_at),
        };
        Placed { key, state, retires_at, changes_at }
    });
    placed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_seconds(1_790_000_000);
    const LIFE: Duration = Duration::from_secs(600);

    fn key(serial: u32, signs_from: u64) -> OpenedKey {
        let signs_from = START + Duration::from_secs(signs_from);
        let kid = format!("k{serial}");
        let material = Material::Secret([0; 32]);
        OpenedKey { key_use: KeyUse::Access, serial, kid, created_at: START, signs_from, retired_at: None, material }
    }

    fn states(keys: &[OpenedKey], seconds: u64) -> Vec<KeyState> {
        let chain: Vec<_> = keys.iter().collect();
        place(&chain, START + Duration::from_secs(seconds), LIFE).iter().map(|placed| placed.state).collect()
    }

    #[test]
    fn a_key_is_published_then_signs_then_only_verifies_and_is_retired_after_the_longest_life() {
        use KeyState::{Next, Retired, Signing, Verifying};
        let keys = [key(1, 0), key(2, 1000)];
        assert_eq!(states(&keys, 0), [Signing, Next]);
        assert_eq!(states(&keys, 999), [Signing, Next]);
        assert_eq!(states(&keys, 1000), [Verifying, Signing]);
        assert_eq!(states(&keys, 1719), [Verifying, Signing], "what it signed last, and two minutes for the clocks");
        assert_eq!(states(&keys, 1720), [Retired, Signing]);
    }

    #[test]
    fn the_signing_key_is_first_and_a_retired_one_is_nowhere() {
        let keys = [key(1, 0), key(2, 1000), key(3, 5000)];
        let rings = |seconds| Rings::at(START + Duration::from_secs(seconds), &keys, &schedule());
        let kids = |rings: &Rings| rings.access_keys.iter().map(|key| key.kid.clone()).collect::<Vec<_>>();
        assert_eq!(kids(&rings(0)), ["k1", "k2", "k3"]);
        assert_eq!(kids(&rings(1000)), ["k2", "k1", "k3"]);
        assert_eq!(kids(&rings(2000)), ["k2", "k3"]);
        assert_eq!(rings(2000).retired, ["access:1"]);
        assert_eq!(rings(0).until, START + Duration::from_secs(1000));
        assert_eq!(rings(1000).until, START + Duration::from_secs(1720));
    }

    #[test]
    fn a_key_that_was_given_up_is_nowhere_and_no_older_one_signs_for_it() {
        let leaked = OpenedKey { retired_at: Some(START + Duration::from_secs(1100)), ..key(2, 1000) };
        let keys = [key(1, 0), leaked, key(3, 1600), key(4, 1100)];
        let rings = Rings::at(START + Duration::from_secs(1100), &keys, &schedule());
        let kids: Vec<&str> = rings.access_keys.iter().map(|key| key.kid.as_str()).collect();
        assert_eq!(kids, ["k4", "k1", "k3"], "the new one signs, what else is known is only believed");
        assert_eq!(rings.retired, ["access:2"]);
        let states: Vec<_> = rings.views.iter().map(|view| (view.kid.as_str(), view.state)).collect();
        assert_eq!(states[0], ("k2", KeyState::Retired));
    }

    fn schedule() -> Schedule {
        Schedule::new(&Settings::defaults())
    }
}
