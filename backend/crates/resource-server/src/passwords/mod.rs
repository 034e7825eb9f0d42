//! Passwords: what may be one, how it is kept (bcrypt `$2b$`, the format that passlib writes), and the few threads that do
//! the hashing.
//!
//! Nothing here knows accounts. A hash costs a third of a second of a processor on purpose, so it never runs on a thread
//! that serves requests, and only so many may wait: who comes after that is told to try again ([`PasswordPool`]).
//! To change the rules of new passwords, see [`NewPassword::parse`]; old ones are never judged by new rules.

mod hash;
mod pool;
mod rules;

pub(crate) use hash::is_hash;
pub(crate) use pool::PasswordPool;
pub(crate) use rules::NewPassword;
