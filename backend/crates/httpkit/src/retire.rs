//! Routes that will go: [`retiring`] says so in one place, to programs beside each answer and to people in the document.
//!
//! It is not for routes that are gone: those are 404. To retire a route, put `retiring(…, Retirement { … })` around its
//! `routes!(…)` and name its successor in its description; when the day has come, take the route away. The gate that
//! compares with the released document (`scripts/contract.sh`) lets a route go after its `x-sunset`, and no earlier.

use axum::response::Response;
use http::header::{HeaderName, HeaderValue};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::tz::TimeZone;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Deprecated, Paths};
use utoipa_axum::router::UtoipaMethodRouter;

/// RFC 9745.
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
/// RFC 8594.
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// From when on a route should not be used, and until when it can be. Days begin at midnight, UTC.
#[derive(Clone, Copy, Debug)]
pub struct Retirement {
    /// The day from which nobody should begin to use it.
    pub deprecated: Date,
    /// The day from which it may be gone; half a year later at least.
    pub sunset: Date,
}

/// `routes`, with `Deprecation` and `Sunset` in each answer, and `deprecated` and `x-sunset` in the document. It goes for
/// every method in `routes`.
///
/// # Panics
/// At the start, where the sunset is not half a year after the deprecation.
pub fn retiring<S: Clone + Send + Sync + 'static>(
    (schemas, mut paths, routes): UtoipaMethodRouter<S>,
    retirement: Retirement,
) -> UtoipaMethodRouter<S> {
    tell_readers(&mut paths, retirement);
    let headers = headers(retirement);
    let tell = move |mut response: Response| {
        let headers = headers.clone();
        async move {
            response.headers_mut().extend(headers);
            response
        }
    };
    (schemas, paths, routes.route_layer(axum::middleware::map_response(tell)))
}

fn tell_readers(paths: &mut Paths, retirement: Retirement) {
    for operation in paths.paths.values_mut().flat_map(operations) {
        operation.deprecated = Some(Deprecated::True);
        let extensions = operation.extensions.get_or_insert_default();
        extensions.merge(Extensions::from_iter([("x-sunset", retirement.sunset.to_string())]));
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

fn headers(retirement: Retirement) -> [(HeaderName, HeaderValue); 2] {
    let (deprecated, sunset) = (midnight(retirement.deprecated), midnight(retirement.sunset));
    let days = sunset.duration_since(deprecated).as_hours() / 24;
    assert!(days >= 180, "a route stays for half a year after it is deprecated, not for {days} days");
    let sunset = DateTimePrinter::new().timestamp_to_rfc9110_string(&sunset);
    let sunset = sunset.expect("no route goes before the year 0");
    [(DEPRECATION, value(format!("@{}", deprecated.as_second()))), (SUNSET, value(sunset))]
}

fn midnight(day: Date) -> Timestamp {
    day.to_zoned(TimeZone::UTC).expect("UTC has every midnight").timestamp()
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("a date is plain ASCII")
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use http::{Method, Request, StatusCode};
    use jiff::civil::date;
    use serde_json::json;
    use tower::ServiceExt as _;
    use utoipa_axum::router::OpenApiRouter;
    use utoipa_axum::routes;

    use super::*;

    const RETIREMENT: Retirement = Retirement { deprecated: date(2026, 12, 1), sunset: date(2027, 6, 30) };

    #[utoipa::path(get, path = "/photos/{photo_id}", responses((status = 200)))]
    async fn old() -> Result<&'static str, StatusCode> {
        Err(StatusCode::NOT_FOUND)
    }

    #[utoipa::path(delete, path = "/photos/{photo_id}", responses((status = 200)))]
    async fn kept() -> &'static str {
        "kept"
    }

    fn router() -> OpenApiRouter {
        OpenApiRouter::new().routes(retiring(routes!(old), RETIREMENT)).routes(routes!(kept))
    }

    async fn told(router: Router, method: Method) -> [Option<String>; 2] {
        let request = Request::builder().method(method).uri("/photos/7").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        [DEPRECATION, SUNSET].map(|name| Some(response.headers().get(name)?.to_str().unwrap().to_owned()))
    }

    #[tokio::test]
    async fn every_answer_of_a_retiring_route_says_since_when_and_until_when() {
        let (router, _) = router().split_for_parts();
        let said = ["@1796083200", "Wed, 30 Jun 2027 00:00:00 GMT"];
        assert_eq!(told(router.clone(), Method::GET).await, said.map(|text| Some(text.to_owned())));
        assert_eq!(told(router.clone(), Method::DELETE).await, [None, None], "its neighbour stays");
        assert_eq!(told(router, Method::PUT).await, [None, None], "what is no route retires not");
    }

    #[test]
    fn the_document_says_it_too() {
        let (_, document) = router().split_for_parts();
        let path = serde_json::to_value(&document).unwrap()["paths"]["/photos/{photo_id}"].take();
        assert_eq!(path["get"]["deprecated"], json!(true));
        assert_eq!(path["get"]["x-sunset"], json!("2027-06-30"));
        assert_eq!(path["delete"].get("deprecated"), None);
    }

    #[test]
    #[should_panic(expected = "half a year")]
    fn nothing_goes_from_one_day_to_the_next() {
        let _ = retiring::<()>(routes!(old), Retirement { sunset: date(2027, 1, 1), ..RETIREMENT });
    }
}
