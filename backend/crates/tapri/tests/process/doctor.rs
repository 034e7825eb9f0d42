//! `tapri doctor` on Tapris that are well, and on each thing that can be wrong.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::tapri::{Place, Tapri};

/// What it found, told to a program, and its exit code.
fn examine(place: &Place) -> (Vec<Value>, Option<i32>) {
    let ended = Tapri::output(place, &["doctor", "--json"]);
    let told: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(told["healthy"], ended.status.success());
    (told["findings"].as_array().unwrap().clone(), ended.status.code())
}

/// The one thing that is wrong in `place`: its check, its words and its cure.
fn wrong(place: &Place) -> (String, String, String) {
    let (findings, code) = examine(place);
    let bad: Vec<&Value> = findings.iter().filter(|finding| finding["grade"] == "bad").collect();
    assert_eq!((bad.len(), code), (1, Some(1)), "{findings:#?}");
    let text = |field: &str| bad[0][field].as_str().unwrap().to_owned();
    (text("check"), text("words"), text("cure"))
}

/// Somebody who says `greeting` to whoever comes, and then to what begins so, that.
fn somebody(greeting: &'static str, words: Vec<(&'static str, &'static str)>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            connection.write_all(greeting.as_bytes()).unwrap();
            let mut heard = [0; 4096];
            while let Ok(length @ 1..) = connection.read(&mut heard) {
                let said = String::from_utf8_lossy(&heard[..length]).into_owned();
                let answer = words.iter().find(|(beginning, _)| said.starts_with(beginning));
                if connection.write_all(answer.map_or("", |(_, answer)| answer).as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    address
}

/// Where nobody listens.
fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[test]
fn where_tapri_has_never_run_nothing_is_wrong_and_nothing_is_made() {
    let place = Place::new();
    let (findings, code) = examine(&place);
    assert_eq!(code, Some(0), "{findings:#?}");
    assert!(place.files().is_empty() && !place.data().exists());
}

#[test]
fn a_tapri_that_runs_is_well_in_everything_that_can_be_asked() {
    let place = Place::new();
    let tapri = Tapri::up(&place);
    let (findings, code) = examine(&place);
    assert_eq!(code, Some(0), "{findings:#?}");
    for check in ["disk", "secrets", "store", "keys", "ports", "origin", "cookies", "clocks"] {
        let grades: Vec<&Value> =
            findings.iter().filter(|finding| finding["check"] == check).map(|finding| &finding["grade"]).collect();
        assert!(!grades.is_empty() && grades.iter().all(|grade| **grade == "good"), "{check}: {findings:#?}");
    }
    assert_eq!(tapri.terminate().code, Some(0));

    let told = Tapri::prints(&place, &["doctor"]);
    assert!(told.contains("ok       keys      every ring signs; the next change is due at 20"), "{told}");
    assert!(told.contains("store.redb opens"), "{told}");
}

#[test]
fn an_origin_without_tls_is_told() {
    let place = Place::new().with("TAPRI_ORIGIN", "http://photos.example");
    let (check, words, cure) = wrong(&place);
    assert_eq!(check, "origin");
    assert!(words.contains("plain HTTP") && cure.contains("https://"), "{words} {cure}");
}

#[test]
fn an_origin_that_leads_elsewhere_is_told() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 29\r\nset-cookie: a=b; SameSite=Lax\r\n\r\n{\"issuer\":\"http://elsewhere\"}";
    let elsewhere = somebody("", vec![("GET", answer)]);
    let place = Place::new().with("TAPRI_ORIGIN", &format!("http://localhost:{}", elsewhere.port()));
    let tapri = Tapri::up(&place);
    let (check, words, _) = wrong(&place);
    assert_eq!(check, "origin");
    assert!(words.contains("calls itself http://elsewhere"), "{words}");
    assert_eq!(tapri.terminate().code, Some(0));
}

#[test]
fn an_origin_at_which_nobody_answers_is_told() {
    let place = Place::new().with("TAPRI_ORIGIN", &format!("http://localhost:{}", nobody().port()));
    let tapri = Tapri::up(&place);
    let (check, words, _) = wrong(&place);
    assert_eq!(check, "origin");
    assert!(words.contains("nobody answers"), "{words}");
    assert_eq!(tapri.terminate().code, Some(0));
}

#[test]
fn a_port_that_something_else_uses_is_told() {
    let place = Place::new();
    let taken = TcpListener::bind(place.gateway()).unwrap();
    std::thread::spawn(move || taken.incoming().for_each(drop));
    let (check, words, cure) = wrong(&place);
    assert_eq!(check, "ports");
    assert!(words.contains("gateway.listen") && cure.contains("gateway.listen"), "{words} {cure}");
}

#[test]
fn a_clock_that_goes_wrong_is_told() {
    let answer = "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 0\r\n\r\n";
    let long_ago = somebody("", vec![("GET", answer)]);
    let place = Place::new().with("TAPRI_AUTH__URL", &format!("http://{long_ago}"));
    let (check, words, _) = wrong(&place);
    assert_eq!(check, "clocks");
    assert!(words.contains("the auth server"), "{words}");
}

#[test]
fn secrets_that_others_can_read_are_told() {
    let place = Place::new();
    Tapri::up(&place).terminate();
    let secret = place.data().join("resource/secrets/master");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    let (check, words, cure) = wrong(&place);
    assert_eq!(check, "secrets");
    assert!(words.contains("mode 644"), "{words}");
    assert_eq!(cure, format!("Run: chmod 600 {}", secret.display()));
}

#[test]
fn a_damaged_store_is_told() {
    let place = Place::new();
    Tapri::up(&place).terminate();
    let file = place.data().join("resource/store.redb");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 3]).unwrap();
    let (check, words, cure) = wrong(&place);
    assert_eq!(check, "store");
    assert!(words.contains("resource/store.redb") && cure.contains("backup"), "{words} {cure}");
}

#[test]
fn keys_whose_secret_is_another_one_are_told() {
    let place = Place::new();
    Tapri::up(&place).terminate();
    fs::write(place.data().join("auth/secrets/master"), [7; 32]).unwrap();
    let (check, _, cure) = wrong(&place);
    assert_eq!(check, "keys");
    assert!(cure.contains("auth/secrets"), "{cure}");
}

#[test]
fn whom_tapri_needs_and_does_not_find_is_told() {
    let nobody = nobody();
    for (check, name, value) in [
        ("redis", "TAPRI_REDIS__URI", format!("redis://{nobody}")),
        ("mail", "TAPRI_MAIL__SMTP", format!("smtp://{nobody}")),
        ("sms", "TAPRI_SMS__GATEWAY", format!("http://{nobody}/messages")),
    ] {
        let place = Place::new().with(name, &value).with("TAPRI_MAIL__FROM", "hello@photos.example");
        let (found, words, cure) = wrong(&place);
        assert_eq!(found, check, "{words}");
        assert!(words.contains("refused") && !cure.is_empty(), "{words}");
    }
}

#[test]
fn whom_tapri_needs_and_finds_is_well() {
    let conversation = vec![
        ("EHLO", "250 mail.example\r\n"),
        ("NOOP", "250 ok\r\n"),
        ("QUIT", "221 bye\r\n"),
        ("HEAD", "HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n"),
    ];
    let mail = somebody("220 mail.example ESMTP\r\n", conversation.clone());
    let gateway = somebody("", conversation);
    let place = Place::new()
        .with("TAPRI_MAIL__SMTP", &format!("smtp://{mail}"))
        .with("TAPRI_MAIL__FROM", "hello@photos.example")
        .with("TAPRI_SMS__GATEWAY", &format!("http://{gateway}/messages"));
    let (findings, code) = examine(&place);
    assert_eq!(code, Some(0), "{findings:#?}");
    for check in ["mail", "sms"] {
        assert!(
            findings.iter().any(|finding| finding["check"] == check && finding["grade"] == "good"),
            "{findings:#?}"
        );
    }
}
