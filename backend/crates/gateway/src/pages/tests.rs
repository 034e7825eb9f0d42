use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH, VARY};
use axum::http::{Method, Request};
use http_body_util::BodyExt;
use tower::ServiceExt;
use url::Url;

use super::*;

static SITE: &[File] = &[
    File {
        path: "/_app/immutable/entry.js",
        tag: "e1",
        media_type: "text/javascript; charset=utf-8",
        plain: b"plain script",
        brotli: Some(b"brotli script"),
        gzip: Some(b"gzip script"),
    },
    File { path: "/icon.png", tag: "1c", media_type: "image/png", plain: b"a picture", brotli: None, gzip: None },
    File {
        path: "/index.html",
        tag: "5e",
        media_type: "text/html; charset=utf-8",
        plain: b"the shell",
        brotli: None,
        gzip: None,
    },
];

/// What a browser says when a person opens an address.
const BY_A_PERSON: (HeaderName, &str) = (ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");

async fn ask(origin: &str, site: &'static [File], path: &str, headers: &[(HeaderName, &str)]) -> Response {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let origin = Origin::new(&Url::parse(origin).unwrap());
    router(origin, site).oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn get_with(path: &str, headers: &[(HeaderName, &str)]) -> Response {
    ask("http://localhost:3000", SITE, path, headers).await
}

async fn text(response: Response) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn every_page_is_the_shell() {
    for path in ["/", "/index.html", "/login", "/posts/01h", "/u/asha.k"] {
        let response = get_with(path, &[BY_A_PERSON]).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
        assert_eq!(text(response).await, "the shell", "{path}");
    }
}

#[tokio::test]
async fn a_missing_file_is_not_found_and_no_page() {
    assert_eq!(get_with("/_app/immutable/gone.js", &[BY_A_PERSON]).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(get_with("/gone.png", &[(ACCEPT, "image/*")]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_carries_a_hash_in_its_name_is_kept_for_ever_and_the_rest_asked_for_again() {
    let script = get_with("/_app/immutable/entry.js", &[]).await;
    assert_eq!(script.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
    let icon = get_with("/icon.png", &[]).await;
    assert_eq!(icon.headers()[CACHE_CONTROL], "no-cache");
}

#[tokio::test]
async fn a_client_gets_the_best_encoding_that_it_accepts() {
    for (accepted, encoding, body) in [
        ("gzip, deflate, br, zstd", Some("br"), "brotli script"),
        ("gzip", Some("gzip"), "gzip script"),
        ("br;q=0, gzip;q=0.5", Some("gzip"), "gzip script"),
        ("identity", None, "plain script"),
    ] {
        let response = get_with("/_app/immutable/entry.js", &[(ACCEPT_ENCODING, accepted)]).await;
        assert_eq!(response.headers().get(CONTENT_ENCODING).map(|it| it.to_str().unwrap()), encoding, "{accepted}");
        assert_eq!(response.headers()[VARY], "accept-encoding");
        assert_eq!(text(response).await, body, "{accepted}");
    }
}

#[tokio::test]
async fn who_has_the_file_already_is_told_so_for_the_same_encoding_only() {
    let brotli = (ACCEPT_ENCODING, "br");
    let first = get_with("/_app/immutable/entry.js", std::slice::from_ref(&brotli)).await;
    let tag = first.headers()[ETAG].to_str().unwrap().to_owned();

    let again = get_with("/_app/immutable/entry.js", &[brotli, (IF_NONE_MATCH, &format!("W/{tag}, \"x\""))]).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(again.headers()[ETAG], tag.as_str());
    assert_eq!(text(again).await, "");

    let plain = get_with("/_app/immutable/entry.js", &[(IF_NONE_MATCH, &tag)]).await;
    assert_eq!(plain.status(), StatusCode::OK);
}

#[tokio::test]
async fn everything_carries_the_security_headers() {
    for path in ["/", "/icon.png", "/_app/gone.js"] {
        let response = get_with(path, &[]).await;
        for (name, value) in HEADERS {
            assert_eq!(response.headers()[&name], value, "{path}");
        }
        assert!(!response.headers().contains_key(STRICT_TRANSPORT_SECURITY));
    }
    let behind_https = ask("https://tapri.example", SITE, "/", &[]).await;
    assert_eq!(behind_https.headers()[STRICT_TRANSPORT_SECURITY], "max-age=31536000");
}

#[tokio::test]
async fn a_page_under_another_name_of_this_machine_moves_to_the_origin() {
    for host in ["127.0.0.1:3000", "[::1]:3000", "0.0.0.0:3000", "127.0.0.2:3000"] {
        let response = get_with("/oauth/consent?request=a%20b", &[(HOST, host)]).await;
        assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT, "{host}");
        assert_eq!(response.headers()[LOCATION], "http://localhost:3000/oauth/consent?request=a%20b");
    }
}

#[tokio::test]
async fn nobody_else_is_moved() {
    for (origin, host) in [
        ("http://localhost:3000", "localhost:3000"),
        // A tunnel to this machine on another port: the origin would lead nowhere.
        ("http://localhost:3000", "localhost:8080"),
        ("http://localhost:3000", "tapri.example"),
        ("https://tapri.example", "127.0.0.1:3000"),
    ] {
        assert_eq!(ask(origin, SITE, "/login", &[(HOST, host)]).await.status(), StatusCode::OK, "{host}");
    }
    let icon = get_with("/icon.png", &[(HOST, "127.0.0.1:3000")]).await;
    assert_eq!(icon.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_redirect_never_leaves_the_origin() {
    let response = get_with("//evil.example/x", &[(HOST, "127.0.0.1:3000")]).await;
    let location = response.headers()[LOCATION].to_str().unwrap();
    assert!(location.starts_with("http://localhost:3000/"), "{location}");
}

#[tokio::test]
async fn only_reading_is_allowed() {
    let request = Request::builder().method(Method::POST).uri("/login").body(Body::empty()).unwrap();
    let origin = Origin::new(&Url::parse("http://localhost:3000").unwrap());
    let response = router(origin, SITE).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn without_a_built_web_app_it_says_how_to_build_one() {
    let response = ask("http://localhost:3000", &[], "/", &[BY_A_PERSON]).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(text(response).await.contains("make run"));
}
