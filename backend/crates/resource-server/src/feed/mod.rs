//! What is new: from those one follows ([`home`]), and from everybody ([`explore`]).
//!
//! Pulled when it is read: the newest posts of those one follows, as one merged scan, of which a window of ids is kept in the
//! process ([`window`]). Whether a post may be seen is never taken from the window: it is asked when the post is shown, so
//! what was hidden or deleted since is not there. This slice only reads and keeps no documents; writers know nothing of it.

mod explore;
mod home;
mod routes;
#[cfg(test)]
mod tests;
mod window;

pub(crate) use routes::routes;
pub(crate) use window::Homes;
