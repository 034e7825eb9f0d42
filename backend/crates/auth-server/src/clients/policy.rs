//! What the operator's settings have to say about what an app may register.

use httpkit::outbound::Outbound;

/// The operator's part of the rules.
#[derive(Clone, Copy)]
pub(crate) struct Policy<'a> {
    /// Judges the addresses that this server is to call.
    pub outbound: &'a Outbound,
    /// Schemes of well-known programs, beside reversed domains; see [`super::RedirectUri::parse`].
    pub app_schemes: &'a [String],
}
