//! One type a scope, for [`super::Scoped`]: `Scoped<PostsWrite>` reads as what it demands.

use httpkit::Scope;

/// A scope that a route demands.
pub trait Demanded: Send + Sync {
    /// The scope.
    const SCOPE: Scope;
}

macro_rules! demanded {
    ($($name:ident),+ $(,)?) => {
        $(
            #[doc = concat!("Demands [`Scope::", stringify!($name), "`].")]
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Demanded for $name {
                const SCOPE: Scope = Scope::$name;
            }
        )+
    };
}

demanded!(
    ProfileRead,
    ProfileWrite,
    PostsRead,
    PostsWrite,
    MediaWrite,
    CommentsWrite,
    LikesWrite,
    FollowsRead,
    FollowsWrite,
    FeedRead,
    Mod,
    Admin
);
