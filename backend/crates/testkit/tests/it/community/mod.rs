//! People, posts and talk.

mod feeds;
mod media;
mod moderation;
mod posts;
mod profiles;
mod retries;
mod talk;
mod visibility;
