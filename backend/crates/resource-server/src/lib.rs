//! The resource server: the product, cut by feature.
//!
//! A slice owns its documents, its operations and its routes: [`users`], [`posts`], [`media`] and so on. Slices that write
//! never import slices that read; a writer puts an event into its batch, and `react` is the one table from event to
//! reader. `auth_client` is the only place that knows the auth server's addresses, `auth_proxy` forwards the public ones.

mod accounts;
mod admin;
mod app;
mod apps;
mod audit;
mod auth_client;
mod auth_events;
mod auth_proxy;
mod authorized_apps;
mod caches;
mod caller;
mod comments;
mod consent;
mod csrf;
mod docs;
mod events;
mod feed;
mod follows;
mod health;
mod idempotency;
mod jobs;
mod likes;
mod mail;
mod media;
mod moderation;
mod notable;
mod outside;
mod page;
mod paging;
mod passwords;
mod posts;
mod problems;
mod react;
mod recall;
mod schemas;
mod search;
mod seed;
mod server;
mod sizes;
mod sms;
#[cfg(test)]
mod testing;
mod text;
mod threads;
mod userinfo;
mod users;
mod webhooks;

pub use accounts::{ImportProblem, ImportReport, Role, RoleProblem, import_users, set_role};
pub use mail::{Letter, Mailer, SendError};
pub use outside::{Outside, try_mail, try_texts};
pub use schemas::schemas;
pub use seed::{SeedError, SeedOrder, SeedReport, SeedStage, Told, seed};
pub use server::{ResourceServer, StartError, openapi};
pub use sms::{TextMessage, Texter};
