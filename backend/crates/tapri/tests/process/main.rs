//! The program as a person meets it: what it says when it starts, when it cannot, and how it ends.
//!
//! What the servers answer is told in `testkit`; here is only what needs the process itself.

#![expect(clippy::unwrap_used, reason = "a test stops where it breaks")]

mod doctor;
mod seed;
mod stores;
mod tapri;
mod tunnel;

use std::fs;
use std::net::TcpListener;

use tapri::{Place, Tapri};

#[test]
fn it_says_where_it_is_and_stops_cleanly_when_asked() {
    let place = Place::new();
    let tapri = Tapri::up(&place);
    assert!(tapri.words.contains(&format!("Tapri is ready. Open {}", place.origin())), "{}", tapri.words);
    assert!(tapri.words.contains("Only this computer can reach it."), "{}", tapri.words);
    assert_eq!(place.get("/healthz"), "ok\n");
    let end = tapri.terminate();
    assert_eq!((end.code, end.complaint.as_str()), (Some(0), ""));
}

#[test]
fn a_second_start_finds_everything_again_and_adds_no_secret() {
    let place = Place::new();
    Tapri::up(&place).terminate();
    let before = place.secrets();
    assert_eq!(Tapri::up(&place).terminate().code, Some(0));
    assert_eq!(place.secrets(), before);
}

#[cfg(unix)]
#[test]
fn what_it_keeps_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    Tapri::up(&place).terminate();
    let files = place.files();
    assert!(files.len() >= 5, "{files:?}");
    for file in files {
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", file.display());
    }
}

#[test]
fn a_port_in_use_is_named_and_no_data_is_touched() {
    let place = Place::new();
    let _taken = TcpListener::bind(place.gateway()).unwrap();
    let end = Tapri::fails(&place);
    assert!(end.complaint.contains(&format!("port {} on 127.0.0.1 is in use", place.gateway().port())), "{end:?}");
    assert!(place.files().is_empty());
}

#[test]
fn a_second_tapri_on_the_same_data_is_refused() {
    let place = Place::new();
    let first = Tapri::up(&place);
    let end = Tapri::fails(&place.with_other_ports());
    assert!(end.complaint.contains("in use by another process"), "{end:?}");
    assert_eq!(first.terminate().code, Some(0));
}

#[test]
fn an_unknown_setting_is_named() {
    let place = Place::new().with("TAPRI_GATEWAY__LISTENS", "127.0.0.1:3000");
    let end = Tapri::fails(&place);
    assert!(end.complaint.contains("TAPRI_GATEWAY__LISTENS"), "{end:?}");
}

#[test]
fn a_store_file_of_something_else_is_left_alone() {
    let place = Place::new();
    let file = place.data().join("auth/store.redb");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let foreign = b"SQLite format 3\0 and what follows".repeat(200);
    fs::write(&file, &foreign).unwrap();
    let end = Tapri::fails(&place);
    assert!(end.complaint.contains("store.redb"), "{end:?}");
    assert_eq!(fs::read(&file).unwrap(), foreign);
}

#[test]
fn a_damaged_store_file_is_named() {
    let place = Place::new();
    Tapri::up(&place).terminate();
    let file = place.data().join("resource/store.redb");
    let mut bytes = fs::read(&file).unwrap();
    bytes.truncate(bytes.len() / 3);
    fs::write(&file, &bytes).unwrap();
    let end = Tapri::fails(&place);
    assert!(end.complaint.contains("resource/store.redb"), "{end:?}");
}

#[test]
fn data_that_cannot_be_written_is_named() {
    let place = Place::new();
    let file = place.data().with_file_name("no-directory");
    fs::write(&file, "").unwrap();
    let end = Tapri::fails(&place.with("TAPRI_DATA", file.to_str().unwrap()));
    assert!(end.complaint.contains("no-directory"), "{end:?}");
}

#[test]
fn the_settings_it_prints_are_settings_it_takes() {
    let place = Place::new();
    let printed = Tapri::prints(&place, &["config"]);
    assert!(printed.contains("[gateway]\nlisten = \"127.0.0.1:3000\""), "{printed}");
    let file = place.data().with_file_name("tapri.toml");
    fs::write(&file, printed).unwrap();
    let tapri = Tapri::start(&place, &["--config", file.to_str().unwrap(), "up"]);
    assert_eq!(tapri.terminate().code, Some(0));
}

#[test]
fn limits_are_changed_without_a_restart() {
    let place = Place::new();
    let file = place.data().with_file_name("tapri.toml");
    let limit = |tapri: &Tapri, quota: &str| {
        fs::write(&file, format!("[limits.default]\nrequester = \"{quota}\"\n")).unwrap();
        tapri.hang_up();
    };
    fs::write(&file, "").unwrap();
    let tapri = Tapri::start(&place, &["--config", file.to_str().unwrap(), "up"]);
    let told = || place.ask("/api/v1/feed/explore").0.to_lowercase();
    assert!(told().contains("ratelimit-limit: 5000\r\n"), "{}", told());
    limit(&tapri, "9000, then 1 every 1 ms");
    let changed = (0..10_000).any(|_| told().contains("ratelimit-limit: 9000\r\n"));
    assert!(changed, "{}", told());

    limit(&tapri, "plenty");
    let end = tapri.terminate();
    assert_eq!(end.code, Some(0), "settings that do not fit end nothing: {end:?}");
}

#[test]
fn without_its_redis_everything_works() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let place = Place::new().with("TAPRI_REDIS__URI", &format!("redis://{nobody}"));
    let tapri = Tapri::up(&place);
    assert_eq!(place.get("/healthz"), "ok\n");
    assert_eq!(tapri.terminate().code, Some(0));
}

#[test]
fn numbers_for_prometheus_are_told_on_a_listener_of_their_own() {
    let place = Place::new();
    let port = place.spare_port();
    let place = place.with("TAPRI_METRICS__LISTEN", &format!("127.0.0.1:{port}"));
    let tapri = Tapri::up(&place);
    place.get("/api/v1/feed/explore");
    let (head, numbers) = place.ask_port(port, "/metrics");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let series = "tapri_http_requests_total{route=\"/api/v1/feed/explore\",method=\"GET\",status=\"200\"} 1";
    assert!(numbers.contains(series), "{numbers}");
    assert!(numbers.contains("process_resident_memory_bytes"), "{numbers}");
    assert!(!place.get("/metrics").contains("tapri_http"), "and nowhere else");
    assert_eq!(tapri.terminate().code, Some(0));
}
