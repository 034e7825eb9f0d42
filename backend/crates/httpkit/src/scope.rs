//! The scopes that an app can be given: the names both servers share.
//!
//! What a scope means in plain words is told on the consent page, by the resource server. To add a scope, add a variant
//! and its line in [`Scope::ALL`]; the bit set, the parser and the metadata follow.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! scopes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// One right that a user can give to an app (RFC 6749 section 3.3).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Scope { $($(#[$doc])* $variant),+ }

        impl Scope {
            /// Every scope, in the order in which a consent page lists them.
            pub const ALL: &'static [Scope] = &[$(Scope::$variant),+];

            /// Its name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Scope::$variant => $name),+ }
            }
        }
    };
}

scopes! {
    /// Sign in with OpenID Connect: an ID token with the user's id.
    OpenId = "openid",
    /// Name, picture and user name through userinfo.
    Profile = "profile",
    /// The e-mail address through userinfo.
    Email = "email",
    /// Go on working after the user has signed out.
    OfflineAccess = "offline_access",
    /// See profiles, also those that only the user may see.
    ProfileRead = "profile:read",
    /// Change the user's profile.
    ProfileWrite = "profile:write",
    /// See posts that the user may see.
    PostsRead = "posts:read",
    /// Post, change and delete the user's posts.
    PostsWrite = "posts:write",
    /// Upload pictures.
    MediaWrite = "media:write",
    /// Comment.
    CommentsWrite = "comments:write",
    /// Like.
    LikesWrite = "likes:write",
    /// See whom the user follows.
    FollowsRead = "follows:read",
    /// Follow and unfollow.
    FollowsWrite = "follows:write",
    /// Read the home feed.
    FeedRead = "feed:read",
    /// See saved posts.
    SavesRead = "saves:read",
    /// Save and unsave posts.
    SavesWrite = "saves:write",
    /// Read notifications.
    NotificationsRead = "notifications:read",
    /// Mark notifications as read.
    NotificationsWrite = "notifications:write",
    /// Moderate; only for moderators.
    Mod = "mod",
    /// Administer; only for admins.
    Admin = "admin",
}

/// The scope of the web app's own tokens. It exists for no OAuth request and contains every other.
pub const SELF_SCOPE: &str = "self";

/// A name that is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scope")]
pub struct UnknownScope(pub String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(name: &str) -> Result<Self, UnknownScope> {
        Self::ALL.iter().copied().find(|scope| scope.name() == name).ok_or_else(|| UnknownScope(name.to_owned()))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A set of scopes, as one integer; on the wire names separated by single spaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ScopeSet(u32);

impl ScopeSet {
    /// No scope at all.
    pub const EMPTY: Self = Self(0);

    /// Every scope there is.
    pub fn all() -> Self {
        Scope::ALL.iter().copied().collect()
    }

    /// Whether `scope` is in it.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    /// Whether every scope of `other` is in it.
    pub const fn contains_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With `scope`.
    #[must_use]
    pub const fn with(self, scope: Scope) -> Self {
        Self(self.0 | (1 << scope as u8))
    }

    /// Without `scope`.
    #[must_use]
    pub const fn without(self, scope: Scope) -> Self {
        Self(self.0 & !(1 << scope as u8))
    }

    /// What is in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this one and not in `other`.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it holds nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its scopes, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl FromStr for ScopeSet {
    type Err = UnknownScope;

    fn from_str(names: &str) -> Result<Self, UnknownScope> {
        names.split(' ').filter(|name| !name.is_empty()).map(str::parse).collect()
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, scope) in self.iter().enumerate() {
            if position > 0 {
                formatter.write_str(" ")?;
            }
            formatter.write_str(scope.name())?;
        }
        Ok(())
    }
}

impl Serialize for ScopeSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ScopeSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_reads_and_writes_its_names() {
        let scopes: ScopeSet = "posts:write openid  posts:read".parse().expect("three scopes");
        assert_eq!(scopes.to_string(), "openid posts:read posts:write");
        assert!(scopes.contains(Scope::OpenId) && !scopes.contains(Scope::Admin));
        assert_eq!("posts:eat".parse::<ScopeSet>(), Err(UnknownScope("posts:eat".to_owned())));
    }

    #[test]
    fn the_web_apps_own_scope_cannot_be_asked_for() {
        assert!(SELF_SCOPE.parse::<ScopeSet>().is_err());
    }
}
