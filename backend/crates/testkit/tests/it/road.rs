//! Data that moves: backed up while everybody is at work, put back, copied to another place.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use testkit::{Person, Processes, Split};

use crate::town::Town;

/// Runs a tool; what it printed, and what it complained of.
async fn run(tapri: &Processes, arguments: &[&str]) -> (bool, String, String) {
    let ended = tapri.tool(arguments).output().await.expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("it writes text");
    (ended.status.success(), text(ended.stdout), text(ended.stderr))
}

async fn succeeds(tapri: &Processes, arguments: &[&str]) -> String {
    let (success, words, complaint) = run(tapri, arguments).await;
    assert!(success, "{arguments:?}: {words}{complaint}");
    words
}

/// The last line of what a refused tool says.
async fn refused(tapri: &Processes, arguments: &[&str]) -> String {
    let (success, words, complaint) = run(tapri, arguments).await;
    assert!(!success, "{arguments:?} succeeded: {words}");
    let last = complaint.lines().last().unwrap_or_default().to_owned();
    assert!(last.starts_with("tapri: "), "{complaint}");
    last
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary directory has a plain name")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_running_tapri_brings_everything_back_and_ends_what_was_given_out() {
    let mut tapri = Processes::start(Split::One).await;
    let town = Town::settle(&tapri).await;
    let backup = tapri.beside("backup");
    let words = succeeds(&tapri, &["backup", text(&backup)]).await;
    assert!(words.contains("Keep it as secret as the data"), "{words}");
    let later = town.asha.post("Too late for the backup").await;

    assert!(refused(&tapri, &["restore", text(&backup)]).await.contains("--overwrite"));
    let running = refused(&tapri, &["restore", text(&backup), "--overwrite"]).await;
    assert!(running.contains("is in use by another process: stop Tapri first"), "{running}");
    tapri.stop().await;
    let words = succeeds(&tapri, &["restore", text(&backup), "--overwrite"]).await;
    assert!(words.contains("All sign-ins and connected apps have ended"), "{words}");
    tapri.start_again().await;

    town.asha.me().await.expect(401);
    town.bilal.try_refresh(&town.bilal.refresh_token()).await.expect(401);
    assert_eq!(town.granted.caller.read(&town.post).await.status(), 401);
    town.printer.refreshes(&town.granted.refresh_token).await.oauth_error(400, "invalid_grant");
    town.is_there(&tapri).await;
    let asha = town.asha.sign_in_again().await;
    asha.read(&later).await.expect(404);

    let aside = fs::read_dir(tapri.data()).expect("it is there").flatten();
    let aside: Vec<_> = aside.filter(|entry| entry.file_name().to_string_lossy().starts_with("replaced-")).collect();
    assert_eq!(aside.len(), 1, "what was there before is kept");
    assert!(aside[0].path().join("resource/store.redb").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_that_are_kept_live_on_where_the_backup_has_them() {
    let mut tapri = Processes::start(Split::Three).await;
    let town = Town::settle(&tapri).await;
    let backup = tapri.beside("backup");
    succeeds(&tapri, &["backup", text(&backup)]).await;
    tapri.stop().await;
    let elsewhere = tapri.beside("elsewhere");
    tapri.set("TAPRI_DATA", text(&elsewhere));
    let words = succeeds(&tapri, &["restore", text(&backup), "--keep-grants"]).await;
    assert!(words.contains("are what they were then"), "{words}");
    tapri.start_again().await;
    town.asha.me().await.expect(200);
    town.granted.caller.read(&town.post).await.expect(200);
    town.is_there(&tapri).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_stopped_or_killed_tapri_is_the_same() {
    let mut tapri = Processes::start(Split::One).await;
    let town = Town::settle(&tapri).await;
    tapri.kill().await;
    let backup = tapri.beside("backup");
    succeeds(&tapri, &["backup", text(&backup)]).await;
    assert!(refused(&tapri, &["backup", text(&backup)]).await.contains("is not empty"));
    succeeds(&tapri, &["restore", text(&backup), "--overwrite"]).await;
    tapri.start_again().await;
    town.is_there(&tapri).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_not_whole_is_refused_and_changes_nothing() {
    let mut tapri = Processes::start(Split::One).await;
    let town = Town::settle(&tapri).await;
    tapri.stop().await;
    let backup = tapri.beside("backup");
    succeeds(&tapri, &["backup", text(&backup)]).await;
    let before = content(&tapri.data());
    let all = content(&backup);
    assert!(all.iter().any(|(path, _)| path.ends_with(".webp")), "pictures are in it");
    let restore = ["restore", text(&backup), "--overwrite"];

    for (path, bytes) in &all {
        let file = backup.join(path);
        if path != "backup.json" {
            let mut changed = bytes.clone();
            changed[bytes.len() / 2] ^= 1;
            fs::write(&file, changed).expect("it can be written");
            assert!(refused(&tapri, &restore).await.contains("the backup is damaged"), "{path}");
        }
        fs::remove_file(&file).expect("it can be removed");
        let sentence = refused(&tapri, &restore).await;
        assert!(sentence.contains("is missing") || sentence.contains("no whole backup"), "{path}: {sentence}");
        fs::write(&file, bytes).expect("it can be written");
    }
    let outside = String::from_utf8(fs::read(backup.join("backup.json")).expect("it is there")).expect("it is text");
    fs::write(backup.join("backup.json"), outside.replace("service-credential", "../service-credential"))
        .expect("it can be written");
    assert!(refused(&tapri, &restore).await.contains("is damaged"));

    let after: Vec<_> = content(&tapri.data()).into_iter().filter(|(path, _)| !path.starts_with("restoring")).collect();
    // Looking whether a store is in use leaves traces in its file; what it holds is asked for below.
    let fixed = |all: Vec<(String, Vec<u8>)>| -> Vec<_> {
        all.into_iter()
            .map(|(path, bytes)| if path.ends_with(".redb") { (path, Vec::new()) } else { (path, bytes) })
            .collect()
    };
    assert!(fixed(after) == fixed(before), "a file changed");
    tapri.start_again().await;
    town.asha.me().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_was_interrupted_half_way_is_not_started_on() {
    let mut tapri = Processes::start(Split::One).await;
    let town = Town::settle(&tapri).await;
    let backup = tapri.beside("backup");
    succeeds(&tapri, &["backup", text(&backup)]).await;
    tapri.stop().await;
    // As a kill between two renames leaves it.
    let half = tapri.data().join("restored");
    fs::create_dir(&half).expect("it can be made");
    fs::rename(tapri.data().join("resource"), half.join("resource")).expect("it can be moved");
    let sentence = refused(&tapri, &["up"]).await;
    assert!(sentence.contains("was interrupted") && sentence.contains("--overwrite"), "{sentence}");
    assert!(refused(&tapri, &["backup", text(&tapri.beside("another"))]).await.contains("was interrupted"));
    succeeds(&tapri, &["restore", text(&backup), "--overwrite"]).await;
    tapri.start_again().await;
    town.is_there(&tapri).await;
}

/// Every file below, with its content; sockets aside.
fn content(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let (mut all, mut open) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(relative) = open.pop() {
        for entry in fs::read_dir(directory.join(&relative)).expect("it can be read").flatten() {
            let path = relative.join(entry.file_name());
            if entry.path().is_dir() {
                open.push(path);
            } else {
                all.push((text(&path).to_owned(), fs::read(entry.path()).expect("it can be read")));
            }
        }
    }
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_lived_in_place_goes_on_where_the_first_one_was() {
    let mut tapri = Processes::start(Split::One).await;
    let mut town = Town::settle(&tapri).await;
    let copy = tapri.beside("copy");
    let (from, to) = (tapri.data(), copy.clone());
    let order = ["store", "copy", "--from", text(&from), "--to", text(&to)];
    assert!(refused(&tapri, &order).await.contains("in use by another process"));
    tapri.stop().await;
    let words = succeeds(&tapri, &order).await;
    for expected in ["counted and compared", "resource/media", "auth/secrets", "resource_posts"] {
        assert!(words.contains(expected), "no {expected} in {words}");
    }
    assert!(refused(&tapri, &order).await.contains("is not empty"));

    for what in ["auth/secrets/master", "resource/secrets/master", "service-credential"] {
        move_over(&from.join(what), &copy.join(what));
    }
    fs::rename(from.join("resource/media"), copy.join("resource/media")).expect("it can be moved");
    tapri.set("TAPRI_DATA", text(&copy));
    tapri.start_again().await;
    town.asha.me().await.expect(200);
    town.granted.caller.read(&town.post).await.expect(200);
    town.printer_comes_back().await;
    town.is_there(&tapri).await;
}

/// As `mv` does it: its mode stays.
fn move_over(from: &Path, to: &Path) {
    use std::os::unix::fs::DirBuilderExt;
    let above = to.parent().expect("it has a folder");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(above).expect("it can be made");
    fs::rename(from, to).expect("it can be moved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_killed_again_and_again_ends_whole() {
    let mut tapri = Processes::start(Split::One).await;
    let asha = Person::sign_up(tapri.visitor(), "asha").await;
    let titles: Vec<_> = (0..30).map(|number| format!("Cup {number}")).collect();
    for title in &titles {
        asha.post(title).await;
    }
    tapri.stop().await;
    let (from, to) = (tapri.data(), tapri.beside("copy"));
    let order = ["store", "copy", "--from", text(&from), "--to", text(&to)];
    let mut kills = 0;
    // Each try is given a little longer, until one gets to its end.
    let words: u64 = loop {
        let mut copying = tapri.tool(&order).stderr(Stdio::null()).spawn().expect("the program runs");
        match tokio::time::timeout(std::time::Duration::from_millis(5 + 3 * kills), copying.wait()).await {
            Ok(ended) => {
                ended.expect("it can be waited for");
                break kills;
            }
            Err(_) => copying.kill().await.expect("it can be killed"),
        }
        kills += 1;
        assert!(kills < 1_000, "it never gets to its end");
    };
    assert!(words > 0, "it was never killed");
    // Either it ended well, or it had done so when it was killed: then the target is full and nothing is left to do.
    assert!(refused(&tapri, &order).await.contains("is not empty"));
    for what in ["auth/secrets/master", "resource/secrets/master", "service-credential"] {
        move_over(&from.join(what), &to.join(what));
    }
    tapri.set("TAPRI_DATA", text(&to));
    tapri.start_again().await;
    let grid = asha.get("/api/v1/users/asha/posts?limit=50").await.expect(200).items();
    assert_eq!(grid.len(), titles.len());
}
