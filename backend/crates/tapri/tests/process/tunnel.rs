//! `tapri tunnel` with a program in the place of `cloudflared` that prints what the real one prints.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::tapri::{Place, Tapri};

const ADDRESS: &str = "https://quiet-lamp-tells-tea.trycloudflare.com";

/// What the real one writes to its log when all goes well.
const OPENED: &str = r#"
log '2026-11-22T10:00:00Z INF Requesting new quick Tunnel on trycloudflare.com...'
log '2026-11-22T10:00:02Z INF +--------------------------------------------------------------------------------------------+'
log '2026-11-22T10:00:02Z INF |  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |'
log '2026-11-22T10:00:02Z INF |  https://quiet-lamp-tells-tea.trycloudflare.com                                            |'
log '2026-11-22T10:00:02Z INF +--------------------------------------------------------------------------------------------+'
"#;

/// It is asked to end, and tells that it was.
const UNTIL_IT_IS_ASKED: &str = r#"
trap 'echo asked > "$0.ended"; exit 0' TERM
while :; do sleep 1 & wait $!; done
"#;

/// A place in which `cloudflared` is this script; it writes its arguments beside itself.
fn place_with(script: &str) -> (Place, PathBuf) {
    let place = Place::new();
    let folder = place.data().with_file_name("bin");
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join("cloudflared");
    fs::write(&program, format!("#!/bin/sh\nlog() {{ echo \"$1\" >&2; }}\necho \"$*\" > \"$0.arguments\"\n{script}"))
        .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    (place.with("PATH", &path), program)
}

fn beside(program: &std::path::Path, ending: &str) -> String {
    fs::read_to_string(format!("{}.{ending}", program.display())).unwrap_or_default()
}

#[test]
fn the_tunnels_address_is_the_origin_as_long_as_it_is_open() {
    let (place, program) = place_with(&format!("{OPENED}{UNTIL_IT_IS_ASKED}"));
    let tapri = Tapri::start(&place, &["tunnel"]);
    assert!(tapri.words.contains(&format!("Tapri is ready. Open {ADDRESS}")), "{}", tapri.words);
    assert!(tapri.words.contains("Others reach it through what stands in front."), "{}", tapri.words);
    let arguments = beside(&program, "arguments");
    assert_eq!(arguments, format!("tunnel --no-autoupdate --url http://{}\n", place.gateway()));
    let metadata = place.get("/.well-known/oauth-authorization-server");
    assert!(metadata.contains(&format!("\"issuer\":\"{ADDRESS}\"")), "{metadata}");

    assert_eq!(tapri.terminate().code, Some(0));
    assert_eq!(beside(&program, "ended"), "asked\n");
}

#[test]
fn a_tunnel_that_breaks_ends_tapri_with_what_it_said_last() {
    let ends = format!("{OPENED}\nread line < \"$0.wait\"\nlog '2026-11-22T10:05:00Z ERR the connection was lost'\n");
    let (place, program) = place_with(&ends);
    let pipe = format!("{}.wait", program.display());
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let tapri = Tapri::start(&place, &["tunnel"]);
    fs::write(&pipe, "go\n").unwrap();
    let end = tapri.wait();
    assert_eq!(end.code, Some(1));
    assert!(end.complaint.contains("the tunnel ended") && end.complaint.contains("the connection was lost"), "{end:?}");
}

#[test]
fn where_no_tunnel_opens_it_says_why() {
    let refused = "log '2026-11-22T10:00:00Z ERR failed to request quick Tunnel: \
                   Post \"https://api.trycloudflare.com/tunnel\": no route to host'\nexit 1\n";
    let (place, _) = place_with(refused);
    let end = Tapri::fails_at(&place, &["tunnel"]);
    assert!(end.complaint.contains("opened no tunnel") && end.complaint.contains("no route to host"), "{end:?}");
}

#[test]
fn without_cloudflared_it_says_how_to_get_it() {
    let place = Place::new().with("PATH", "/nonexistent");
    let end = Tapri::fails_at(&place, &["tunnel"]);
    assert!(end.complaint.contains("`cloudflared` was not found. Install it"), "{end:?}");
}
