//! Resource indicators (RFC 8707): for which resource an app wants its tokens. There is one place here, by two names: this
//! origin, and its `/mcp`, by which clients of the Model Context Protocol call it. The audience of every token is the
//! origin; an app that names another place is told so instead of getting a token that it would take for something else.

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
    if params.all("resource").all(|named| is_ours(&ours, named)) {
        return Ok(());
    }
    Err(Error::refused(Kind::Unreadable, "invalid_target", format!("The only resource here is {ours}")))
}

/// Compared as parsed URLs: whether a slash ends it makes no difference, a query or a fragment does.
fn is_ours(ours: &Url, named: &str) -> bool {
    Url::parse(named).is_ok_and(|mut named| {
        if named.path().trim_end_matches('/') == "/mcp" && named.path().len() <= "/mcp/".len() {
            named.set_path("/");
        }
        named == *ours
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_and_its_mcp_are_ours_however_they_are_written() {
        let ours = Url::parse("https://tapri.example").unwrap();
        for named in [
            "https://tapri.example",
            "https://tapri.example/",
            "HTTPS://Tapri.Example:443",
            "https://tapri.example/mcp",
            "https://tapri.example/mcp/",
        ] {
            assert!(is_ours(&ours, named), "{named}");
        }
        for named in [
            "http://tapri.example",
            "https://tapri.example:8443",
            "https://tapri.example/api",
            "https://tapri.example/mcp/tools",
            "https://tapri.example/mcp//",
            "https://tapri.example/MCP",
            "https://tapri.example/#top",
            "https://tapri.example/mcp?x=1",
            "https://asha@tapri.example/",
            "https://tapri.example.evil.example/",
            "tapri.example",
            "",
        ] {
            assert!(!is_ours(&ours, named), "{named}");
        }
    }
}
