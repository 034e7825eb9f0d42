//! Everything that this process remembers of the store, in one place, so that its sum is seen: a few megabytes when full.
//!
//! Each slice fills and forgets its own; see [`crate::recall`] for why what is here is true.

use httpkit::settings::Settings;

use crate::recall::Recall;
use crate::{feed, follows, likes, media, posts, users};

/// What is remembered.
#[derive(Debug)]
pub(crate) struct Caches {
    pub(crate) handles: users::RecalledHandles,
    pub(crate) profiles: users::RecalledProfiles,
    pub(crate) profile_stats: users::RecalledStats,
    pub(crate) posts: posts::RecalledPosts,
    pub(crate) post_stats: posts::RecalledStats,
    pub(crate) media: media::Recalled,
    pub(crate) likes: likes::Recalled,
    pub(crate) follows: follows::Recalled,
    pub(crate) homes: feed::Homes,
}

impl Caches {
    /// Empty ones.
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            handles: Recall::new(settings, 8_192),
            profiles: Recall::new(settings, 8_192),
            profile_stats: Recall::new(settings, 8_192),
            posts: Recall::new(settings, 4_096),
            post_stats: Recall::new(settings, 16_384),
            media: Recall::new(settings, 4_096),
            likes: Recall::new(settings, 65_536),
            follows: Recall::new(settings, 65_536),
            homes: feed::Homes::new(settings),
        }
    }
}
