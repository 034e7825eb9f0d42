//! Those who act in a story: a [`Person`] with a client of their own, a [`Browser`] with cookies, a third-party [`App`].
//!
//! What somebody with an access token can do stands once, in [`Caller`]; a person is one, and so is whoever holds a token
//! that was given to an app. Actors know the routes of API.md and check nothing but that an arrangement worked: a deed
//! whose answer a story is about returns its [`Reply`](crate::Reply).

mod app;
mod browser;
mod caller;
mod device;
mod flow;
mod person;

pub use app::{App, Granted};
pub use browser::Browser;
pub use caller::Caller;
pub use device::Device;
pub use flow::{Flow, param};
pub use person::{Person, email_of, password_of};
