//! What each scope means in plain words: the one table that consent, "Apps with access" and the API's document read.
//!
//! A title is what the app *can do*, said to the person whose account it is; the detail says what that includes and what
//! not. A scope without words does not compile.

use httpkit::{Scope, ScopeSet};
use serde::Serialize;
use utoipa::ToSchema;

/// One scope, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ScopeWords {
    /// Its name for programs.
    #[schema(example = "posts:write")]
    pub scope: &'static str,
    /// What the app can do.
    #[schema(example = "Post for you")]
    pub title: &'static str,
    /// What that includes.
    pub detail: &'static str,
}

/// The words for `scope`.
pub(crate) const fn words(scope: Scope) -> ScopeWords {
    let (title, detail) = match scope {
        Scope::OpenId => {
            ("Know that it is you", "Recognise you when you come back. It learns nothing else about you by this.")
        }
        Scope::Profile => ("See your name and picture", "Your user name, your display name and your profile picture."),
        Scope::Email => ("See your e-mail address", "The address of your account, and whether it was confirmed."),
        Scope::OfflineAccess => (
            "Stay connected when you are away",
            "Keep its access after you sign out, until you withdraw it or it goes unused for long.",
        ),
        Scope::ProfileRead => (
            "See your profile",
            "Your profile and its numbers, also when it is private, and profiles that you may see.",
        ),
        Scope::ProfileWrite => (
            "Change your profile",
            "Your display name, text, picture and privacy. Not your password and not your e-mail address.",
        ),
        Scope::PostsRead => {
            ("See posts that you may see", "Yours, and those of people who share with you, also what is not public.")
        }
        Scope::PostsWrite => ("Post for you", "Publish, change and delete posts in your name."),
        Scope::MediaWrite => ("Upload photos for you", "Add photos to your account, describe them and remove them."),
        Scope::CommentsWrite => ("Comment for you", "Write, change and delete comments in your name."),
        Scope::LikesWrite => ("Like for you", "Like posts and comments in your name, and take likes back."),
        Scope::FollowsRead => {
            ("See whom you follow", "The people whom you follow and who follow you, also when your profile is private.")
        }
        Scope::FollowsWrite => ("Follow people for you", "Follow and unfollow in your name."),
        Scope::FeedRead => ("Read your home feed", "What the people whom you follow have posted."),
        Scope::SavesRead => ("See what you saved", "The posts that you put aside, which nobody else sees."),
        Scope::SavesWrite => ("Save posts for you", "Put posts aside for you, and take them out again."),
        Scope::NotificationsRead => ("Read your notifications", "Who liked, commented and followed."),
        Scope::NotificationsWrite => ("Mark your notifications as read", "Nothing is written or deleted by this."),
        Scope::Mod => (
            "Moderate for you",
            "Everything that you may do as a moderator: see reports, hide posts and bring them back.",
        ),
        Scope::Admin => {
            ("Administer for you", "Everything that you may do as an administrator. Give this to your own tools only.")
        }
    };
    ScopeWords { scope: scope.name(), title, detail }
}

/// The words for each of `scopes`.
pub(crate) fn words_of(scopes: ScopeSet) -> Vec<ScopeWords> {
    scopes.iter().map(words).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_scope_has_words_of_its_own() {
        let mut titles = HashSet::new();
        for scope in Scope::ALL {
            let ScopeWords { title, detail, .. } = words(*scope);
            assert!(titles.insert(title), "{scope}: two scopes are called {title}");
            assert!(!title.ends_with('.') && detail.ends_with('.'), "{scope}");
            assert!(title.len() <= 40 && detail.len() <= 110, "{scope}");
        }
    }

    #[test]
    fn plain_words_name_no_machinery() {
        for scope in Scope::ALL {
            let ScopeWords { title, detail, .. } = words(*scope);
            let said = format!("{title} {detail}").to_lowercase();
            for jargon in ["token", "oauth", "scope", "api", "userinfo", "grant", "session"] {
                assert!(
                    !said.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == jargon),
                    "{scope}: {jargon}"
                );
            }
        }
    }
}
