//! Both servers and the gateway in one process, played against each other by actors: what the stories in `tests/it` are
//! told with.
//!
//! A story starts a [`Tapri`], lets people act ([`Person`], [`Browser`], [`App`]) and asks of a [`Reply`] what it wants to
//! know. Everything goes over HTTP as it does for anybody; only time and randomness are in the story's hand. The kit
//! knows no rule of Tapri's: what it expects stands in the stories. Each story is a test whose name is a sentence; to add
//! one, add it to the module of its theme in `tests/it`, and to the kit only what a second story needs too.

pub mod jwt;
pub mod pictures;
pub mod pkce;

mod actors;
mod elsewhere;
mod house;
mod layout;
mod mailbox;
mod processes;
mod proof;
mod racing;
mod recorder;
mod running;
mod switch;
mod tapri;
mod wire;

pub use actors::{App, Browser, Caller, Device, Flow, Granted, Person, email_of, param, password_of};
pub use elsewhere::{Elsewhere, Received};
pub use layout::Layout;
pub use mailbox::Mailbox;
pub use processes::{Processes, Split, free_port};
pub use proof::{Proof, ProofKey};
pub use racing::{all_at_once, within};
pub use recorder::StoredDocument;
pub use switch::Switch;
pub use tapri::{Plan, Tapri};
pub use wire::{Call, Cookie, Jar, Reply, Wire, raw_request};

pub use httpkit::secrets::Server;
pub use resource_server::{Letter, Role, RoleProblem, TextMessage};
