//! Resource indicators (RFC 8707): for which resource an app wants its tokens. There is one, this origin; an app that
//! names another is told so instead of getting a token that it would take for something else.

use httpkit::Kind;
use url::Url;

use super::params::Params;
use crate::core::Core;
use crate::error::{Error, Result};

/// Judges the `resource` parameters, of which there may be several.
///
/// # Errors
/// `invalid_target`.
pub(crate) fn check(core: &Core, params: &Params) -> Result<()> {
    let ours = Url::parse(&core.issuer).expect("the configured origin is a URL");
    // As parsed URLs: whether a slash ends it makes no difference.
    let is_ours = |named: &str| Url::parse(named).is_ok_and(|named| named == ours);
    if params.all("resource").all(is_ours) {
        return Ok(());
    }
    Err(Error::refused(Kind::Unreadable, "invalid_target", format!("The only resource here is {ours}")))
}
