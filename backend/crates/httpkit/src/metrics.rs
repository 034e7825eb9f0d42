//! What can be counted and timed, for Prometheus: requests by route, and whatever a feature adds through the `metrics`
//! facade. Served on a listener of its own, since it tells of everybody and is for nobody outside.
//!
//! Labels come from fixed sets alone (routes as templates, methods, codes, names of limits and jobs): nothing that a
//! request holds ever becomes one. While no recorder is installed nothing is counted, and next to nothing is paid.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use metrics::{Counter, Histogram, Unit, counter, describe_counter, describe_histogram, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;
use tokio_util::sync::CancellationToken;

/// The form that every collector reads.
const TEXT_FORM: &str = "text/plain; version=0.0.4; charset=utf-8";
const REQUESTS: &str = "tapri_http_requests_total";
const SECONDS: &str = "tapri_http_request_duration_seconds";
const REFUSED: &str = "tapri_limits_refused_total";
/// Seconds: from a read out of a cache to a photograph over a slow line.
const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];
/// How often samples are put into their buckets, so that they do not pile up between two visits of the collector.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// What has been counted in this process.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    process: Collector,
}

impl Metrics {
    /// Counts from now on. Once in a process.
    ///
    /// # Errors
    /// When something counts already.
    pub fn install() -> Result<Self, metrics_exporter_prometheus::BuildError> {
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &BUCKETS)?
            .install_recorder()?;
        describe_counter!(REQUESTS, "Requests, by route, method and status");
        describe_histogram!(SECONDS, Unit::Seconds, "Time from a request's arrival to its answer");
        describe_counter!(REFUSED, "Requests refused by a rate limit");
        let process = Collector::default();
        process.describe();
        Ok(Self { handle, process })
    }

    /// The routes of the private listener.
    pub fn router(&self) -> Router {
        let metrics = self.clone();
        Router::new().route("/metrics", get(async move || ([(CONTENT_TYPE, TEXT_FORM)], metrics.render())))
    }

    /// Keeps what was counted small, until `stop`.
    pub async fn upkeep(self, stop: CancellationToken) {
        while tokio::time::timeout(UPKEEP_EVERY, stop.cancelled()).await.is_err() {
            self.handle.run_upkeep();
        }
    }

    fn render(&self) -> String {
        self.process.collect();
        self.handle.render()
    }
}

/// Measures how long something took. Not the injected clock: that one tells what time it is, and may stand still.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "it measures how long something took")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// One answer of `route` (a template such as `/api/v1/posts/{post_id}`), which took `elapsed`.
pub(crate) fn answered(route: &str, method: &Method, status: StatusCode, elapsed: Duration) {
    ROUTES.with_borrow_mut(|routes| {
        let method = known(method);
        let key = (route.as_ptr() as usize, method, status);
        let series = routes.entry(key).or_insert_with(|| Series::new(route, method, status));
        series.requests.increment(1);
        series.seconds.record(elapsed.as_secs_f64());
    });
}

/// One refusal by `limit`.
pub(crate) fn refused(limit: &'static str) {
    counter!(REFUSED, "limit" => limit).increment(1);
}

/// The counters of one route, method and status.
struct Series {
    requests: Counter,
    seconds: Histogram,
}

impl Series {
    fn new(route: &str, method: &'static str, status: StatusCode) -> Self {
        let labels =
            [("route", route.to_owned()), ("method", method.to_owned()), ("status", status.as_str().to_owned())];
        Self { requests: counter!(REQUESTS, &labels), seconds: histogram!(SECONDS, &labels[..1]) }
    }
}

thread_local! {
    /// Found again by where a route's template lies in memory, which is the same for every request of that route: no text
    /// is compared or copied.
    static ROUTES: RefCell<HashMap<(usize, &'static str, StatusCode), Series>> = RefCell::default();
}

/// Anybody can make up a method; a label is not theirs to fill.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_counted_by_template_and_made_up_methods_together() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            let route = "/api/v1/posts/{post_id}";
            answered(route, &Method::GET, StatusCode::OK, Duration::from_millis(3));
            answered(route, &Method::GET, StatusCode::OK, Duration::from_millis(4));
            for made_up in ["BREW", "WHEN"] {
                let method = Method::from_bytes(made_up.as_bytes()).unwrap();
                answered(route, &method, StatusCode::METHOD_NOT_ALLOWED, Duration::from_millis(1));
            }
            refused("login");
        });
        let text = handle.render();
        let line = |labels: &str| format!("{REQUESTS}{{route=\"/api/v1/posts/{{post_id}}\",{labels}}}");
        assert!(text.contains(&format!("{} 2", line("method=\"GET\",status=\"200\""))), "{text}");
        assert!(text.contains(&format!("{} 2", line("method=\"other\",status=\"405\""))), "{text}");
        assert!(text.contains("tapri_limits_refused_total{limit=\"login\"} 1"), "{text}");
        assert!(!text.contains("BREW"), "{text}");
    }
}
