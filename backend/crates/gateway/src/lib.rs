//! One origin for everything: the web app's files out of the binary itself, all else to the resource server.
//!
//! It decides by the path alone ([`paths`]) and adds nothing to what the resource server answers: no check, no header, no
//! rewriting. It keeps no state and reads no document. To give one more path to the resource server, add it to
//! [`paths`], to `frontend/scripts/backend-paths.js` and to the proxies in `deploy/`.

mod files;
mod origin;
mod pages;
mod paths;

use axum::Router;
use axum::extract::Request;
use axum::routing::get;
use httpkit::middleware::FrontDoor;
use httpkit::settings::Settings;
use tower::ServiceExt;

use crate::origin::Origin;

/// Where the resource server is.
#[derive(Debug)]
pub enum Upstream {
    /// In this process: its router is called, without a hop.
    InProcess(Router),
    /// A process of its own; requests are forwarded.
    Http(FrontDoor),
}

/// The routes of the one origin. `/healthz` is the gateway's own and says only that it runs.
pub fn router(settings: &Settings, upstream: Upstream) -> Router {
    let servers = match upstream {
        Upstream::InProcess(router) => router,
        Upstream::Http(door) => Router::new().fallback(async move |request: Request| door.forward(request).await),
    };
    let pages = pages::router(Origin::new(&settings.origin), files::EMBEDDED);
    Router::new().route("/healthz", get(async || "ok\n")).fallback(async move |request: Request| {
        let room = if paths::is_servers(request.uri().path()) { &servers } else { &pages };
        room.clone().oneshot(request).await
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderName};
    use axum::response::Response;
    use http_body_util::BodyExt;

    use super::*;

    const HEARD: HeaderName = HeaderName::from_static("x-heard");

    /// What the gateway answers in front of a server that says back what it heard.
    async fn ask(method: &str, path: &str) -> Response {
        let echo = Router::new().fallback(async |request: Request| {
            let heard = format!("{} {}", request.method(), request.uri());
            (StatusCode::IM_A_TEAPOT, [(HEARD, heard)], request.into_body())
        });
        let request = Request::builder().method(method).uri(path).body(Body::from("as it came")).unwrap();
        let settings = Settings::for_tests("/nonexistent");
        router(&settings, Upstream::InProcess(echo)).oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn what_is_the_servers_comes_and_goes_untouched() {
        for (method, path) in [("POST", "/api/v1/posts?x=%20"), ("DELETE", "/media/a"), ("GET", "/oauth/authorize?a=b")]
        {
            let response = ask(method, path).await;
            assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
            assert_eq!(response.headers()[HEARD], format!("{method} {path}").as_str());
            assert!(!response.headers().contains_key(CONTENT_SECURITY_POLICY));
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, "as it came");
        }
    }

    #[tokio::test]
    async fn pages_never_reach_the_servers() {
        for path in ["/", "/login", "/logout", "/device", "/oauth/consent?request=x", "/u/asha"] {
            let response = ask("GET", path).await;
            assert!(!response.headers().contains_key(HEARD), "{path}");
            assert!(response.headers().contains_key(CONTENT_SECURITY_POLICY), "{path}");
        }
    }

    #[tokio::test]
    async fn it_says_of_itself_that_it_runs() {
        let response = ask("GET", "/healthz").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(!response.headers().contains_key(HEARD));
    }
}
