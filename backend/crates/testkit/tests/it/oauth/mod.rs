//! Third-party apps: what they ask, what people allow, what they get, and how it ends.

mod codes;
mod consent;
mod ending;
mod id_tokens;
mod metadata;
mod own_account;
mod refreshing;
