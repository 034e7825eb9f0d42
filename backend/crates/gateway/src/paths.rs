//! Which paths of the one origin belong to the servers, and which to the web app.

/// What the resource server answers, with everything below it.
const SERVERS: [&str; 5] = ["/api", "/oauth", "/.well-known", "/docs", "/media"];

/// Pages of the web app that lie below one of those.
const PAGES: [&str; 1] = ["/oauth/consent"];

/// Whether the resource server answers `path`.
pub(crate) fn is_servers(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    !PAGES.contains(&path) && SERVERS.iter().any(|room| is_below(path, room))
}

fn is_below(path: &str, room: &str) -> bool {
    path.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::is_servers;

    #[test]
    fn servers_have_their_rooms_and_the_web_app_has_the_rest() {
        for path in
            ["/api", "/api/v1/posts", "/oauth/authorize", "/.well-known/x", "/docs", "/docs/", "/media/a/b.webp"]
        {
            assert!(is_servers(path), "{path}");
        }
        for path in
            ["/", "/login", "/device", "/apiary", "/documents", "/oauth/consent", "/oauth/consent/", "/_app/x.js"]
        {
            assert!(!is_servers(path), "{path}");
        }
    }

    #[test]
    fn what_only_looks_like_the_consent_page_is_the_servers() {
        for path in ["/oauth/consent/x", "/oauth/consents", "/oauth/CONSENT"] {
            assert!(is_servers(path), "{path}");
        }
    }
}
