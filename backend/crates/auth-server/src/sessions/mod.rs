//! Sessions: signed-in browsers and people's own clients. Grants of kind `session`, opened by the resource server after it
//! checked a password, refreshed and ended by it too.
//!
//! What an app was given is not here (`oauth::token`), though an app's online grant dies with the session it was born in.

mod apps;
mod cookie;
mod credential;
mod end;
mod list;
mod live;
mod open;
mod refresh;
mod tokens;

pub(crate) use apps::apps;
pub(crate) use cookie::SessionCookie;
pub(crate) use credential::credential_changed;
pub(crate) use end::{end_one, end_others, log_out};
pub(crate) use list::list;
pub(crate) use live::{find_live, is_alive};
pub(crate) use open::open;
pub(crate) use refresh::refresh;
