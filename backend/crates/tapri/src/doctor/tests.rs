//! How findings are judged, where it needs no machine; what a machine shows is in `tests/process/doctor`.

use std::time::Duration;

use httpkit::auth_wire::{KeyState, KeyView};
use store::Time;

use super::finding::Grade;
use super::{clocks, disk, keys, origin};

const NOW: Time = Time::from_seconds(1_790_000_000);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn room_is_judged_before_it_is_gone() {
    let grades = [150_000_000, 900_000_000, 50_000_000_000].map(|free| disk::judge("/data", free).grade);
    assert_eq!(grades, [Grade::Bad, Grade::Warning, Grade::Good]);
}

#[test]
fn clocks_may_differ_by_a_little() {
    let grades = [0, 4, 20, 61].map(|seconds| {
        let there = NOW - Duration::from_secs(seconds);
        assert_eq!(clocks::judge("it", there, NOW).grade, clocks::judge("it", NOW, there).grade);
        clocks::judge("it", there, NOW).grade
    });
    assert_eq!(grades, [Grade::Good, Grade::Good, Grade::Warning, Grade::Bad]);
    assert_eq!(clocks::read("Sun, 06 Nov 1994 08:49:37 GMT"), Time::parse("1994-11-06T08:49:37Z").ok());
    assert_eq!(clocks::read("yesterday"), None);
}

#[test]
fn cookies_are_as_they_were_given_or_somebody_changed_them() {
    let good = "__Host-tapri_csrf=a; Path=/; Secure; HttpOnly; SameSite=Strict";
    let graded = |cookie: &str, https| origin::judge(&[cookie], https).grade;
    assert_eq!(graded(good, true), Grade::Good);
    assert_eq!(graded("tapri_csrf=a; Path=/; HttpOnly; SameSite=Strict", false), Grade::Good);
    for changed in ["Domain=example.org", "Path=/x"] {
        let cookie = good.replace("Path=/", changed);
        assert_eq!(graded(&cookie, true), Grade::Bad, "{cookie}");
    }
    assert_eq!(graded(&good.replace("; Secure", ""), true), Grade::Bad);
    assert_eq!(graded(&good.replace("__Host-", ""), true), Grade::Bad);
    assert_eq!(graded(&good.replace("; SameSite=Strict", ""), true), Grade::Bad);
    assert_eq!(origin::judge(&[], true).grade, Grade::Bad);
}

fn key(state: KeyState, signs_from: Time) -> KeyView {
    KeyView {
        purpose: "access".to_owned(),
        algorithm: "HS256".to_owned(),
        kid: "a".to_owned(),
        state,
        created_at: signs_from,
        signs_from,
        retires_at: None,
    }
}

#[test]
fn rings_without_a_signing_key_and_rings_that_stand_still_are_found() {
    let grade = |keys: &[KeyView]| keys::judge(keys, 90 * DAY, NOW).first().map(|finding| finding.grade);
    assert_eq!(grade(&[key(KeyState::Signing, NOW - DAY)]), Some(Grade::Good));
    assert_eq!(grade(&[key(KeyState::Verifying, NOW - DAY)]), Some(Grade::Bad));
    assert_eq!(grade(&[key(KeyState::Signing, NOW - 100 * DAY)]), Some(Grade::Warning));
    let turning = [key(KeyState::Signing, NOW - 100 * DAY), key(KeyState::Next, NOW + DAY)];
    assert_eq!(grade(&turning), Some(Grade::Good));
    assert_eq!(grade(&[]), Some(Grade::Skipped));
    let words = &keys::judge(&[key(KeyState::Signing, NOW)], 90 * DAY, NOW)[0].words;
    assert!(words.contains(&(NOW + 90 * DAY).to_rfc3339()), "{words}");
}
