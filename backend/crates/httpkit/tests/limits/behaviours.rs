//! The behaviours, each a story about one limiter.

use std::time::Duration;

use axum::response::IntoResponse;
use httpkit::limits::{Limit, Limiter, Requester};
use httpkit::settings::{Limits, Settings};
use store::MockClock;

/// Where limits are counted, empty at first.
pub trait Place {
    /// A place in which nothing was counted yet.
    fn new() -> Self;
    /// A limiter with the default quotas that counts there.
    fn limiter(&self) -> Limiter;
    /// The time it goes by.
    fn clock(&self) -> &MockClock;
}

pub async fn who_asks_too_often_is_told_when_to_come_back(place: &impl Place) {
    let limits = place.limiter();
    for _ in 0..10 {
        limits.subject(Limit::Login, "asha").await.unwrap();
    }
    let response = limits.subject(Limit::Login, "asha").await.unwrap_err().into_response();
    assert_eq!(response.status(), 429);
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!(header("retry-after"), "30");
    assert_eq!(header("ratelimit-limit"), "10");
    assert_eq!(header("ratelimit-remaining"), "0");
    assert_eq!(header("ratelimit-reset"), "300");
    place.clock().advance(Duration::from_secs(30));
    limits.subject(Limit::Login, "asha").await.unwrap();
    limits.subject(Limit::Login, "asha").await.unwrap_err();
}

pub async fn subjects_and_requesters_are_counted_apart(place: &impl Place) {
    let limits = place.limiter();
    for _ in 0..10 {
        limits.subject(Limit::Login, "asha").await.unwrap();
    }
    limits.subject(Limit::Login, "asha").await.unwrap_err();
    limits.subject(Limit::Login, "bilal").await.unwrap();
    limits.subject(Limit::Password, "asha").await.unwrap();
    limits.requester(Limit::Login, from("192.0.2.1")).await.unwrap();
}

pub async fn an_ipv6_network_is_one_requester(place: &impl Place) {
    let limits = place.limiter();
    for host in 0..60 {
        limits.requester(Limit::Login, from(&format!("2001:db8:1:2::{host:x}"))).await.unwrap();
    }
    limits.requester(Limit::Login, from("2001:db8:1:2:ffff::1")).await.unwrap_err();
    limits.requester(Limit::Login, from("2001:db8:1:3::1")).await.unwrap();
}

pub async fn a_refusal_costs_nothing(place: &impl Place) {
    let limits = place.limiter();
    for _ in 0..10 {
        limits.subject(Limit::Password, "asha").await.unwrap();
    }
    for _ in 0..20 {
        limits.subject(Limit::Password, "asha").await.unwrap_err();
    }
    place.clock().advance(Duration::from_secs(60));
    limits.subject(Limit::Password, "asha").await.unwrap();
}

pub async fn a_clock_that_is_set_back_locks_nobody_out_for_longer_than_the_burst(place: &impl Place) {
    let limits = place.limiter();
    limits.subject(Limit::Login, "asha").await.unwrap();
    place.clock().set(store::Time::from_millis(1_000_000));
    limits.subject(Limit::Login, "asha").await.unwrap_err();
    place.clock().advance(Duration::from_secs(30));
    limits.subject(Limit::Login, "asha").await.unwrap();
}

pub async fn many_at_once_are_admitted_exactly_as_often_as_the_quota_says(place: &impl Place) {
    let limits = place.limiter();
    let tries = (0..50).map(|_| limits.subject(Limit::Login, "asha"));
    let admitted = futures::future::join_all(tries).await.into_iter().filter(Result::is_ok).count();
    assert_eq!(admitted, 10);
}

pub async fn quotas_are_changed_while_it_runs(place: &impl Place) {
    let limits = place.limiter();
    for _ in 0..10 {
        limits.subject(Limit::Login, "asha").await.unwrap();
    }
    limits.subject(Limit::Login, "asha").await.unwrap_err();
    let file = "[limits.login]\nsubject = \"20, then 1 every 30 s\"".to_owned();
    let changed = Settings::from_layers(Some(("tapri.toml".into(), file)), []).unwrap();
    limits.change(changed.limits);
    for _ in 0..10 {
        limits.subject(Limit::Login, "asha").await.unwrap();
    }
    limits.subject(Limit::Login, "asha").await.unwrap_err();
}

pub async fn switched_off_everything_passes(place: &impl Place) {
    let limits = place.limiter();
    limits.change(Limits { enabled: false, ..Settings::defaults().limits });
    for _ in 0..1_000 {
        limits.subject(Limit::Login, "asha").await.unwrap();
    }
}

fn from(address: &str) -> Requester {
    Requester::new(address.parse().unwrap())
}

/// Every behaviour as a test on one kind of [`Place`].
macro_rules! behave {
    ($place:ty) => {
        behave!($place:
            who_asks_too_often_is_told_when_to_come_back,
            subjects_and_requesters_are_counted_apart,
            an_ipv6_network_is_one_requester,
            a_refusal_costs_nothing,
            a_clock_that_is_set_back_locks_nobody_out_for_longer_than_the_burst,
            many_at_once_are_admitted_exactly_as_often_as_the_quota_says,
            quotas_are_changed_while_it_runs,
            switched_off_everything_passes,
        );
    };
    ($place:ty: $($behaviour:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $behaviour() {
                $crate::behaviours::$behaviour(&<$place as $crate::behaviours::Place>::new()).await;
            }
        )*
    };
}
pub(crate) use behave;
