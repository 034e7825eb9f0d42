//! The auth server through its router, as the resource server, apps and browsers reach it. Only `storage` looks inside.
//!
//! [`world`] starts a server on a store in memory with a clock that a test moves by hand; [`actors`] are the people and
//! apps. A test is a sentence; its file is named after what the sentence is about.

mod actors;
mod answer;
mod world;

mod authorize;
mod clients;
mod code;
mod consent;
mod crashes;
mod credential;
mod device;
mod events;
mod introspection;
mod keys;
mod leaked_keys;
mod logout;
mod metadata;
mod openid;
mod races;
mod refresh;
mod replicas;
mod revocation;
mod sessions;
mod storage;
mod tokens;

use actors::{App, Person};
use answer::Answer;
use world::World;
