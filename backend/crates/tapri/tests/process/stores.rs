//! What the program says when its stores cannot be used as they are: one sentence, and nothing is changed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use store::{CopyOrder, Embedded, Memory, Options, Schema, ShardKey};

use super::tapri::{Place, Tapri};

/// A place where Tapri has run.
fn lived_in() -> Place {
    let place = Place::new();
    Tapri::up(&place).terminate();
    place
}

fn refused(place: &Place, words: &[&str]) {
    let end = Tapri::fails(place);
    for word in words {
        assert!(end.complaint.contains(word), "no `{word}` in {end:?}");
    }
}

#[test]
fn a_store_of_a_newer_tapri_is_left_alone() {
    let place = lived_in();
    let file = place.data().join("resource/store.redb");
    let database = redb::Database::open(&file).unwrap();
    let write = database.begin_write().unwrap();
    write.open_table(redb::TableDefinition::<&str, u64>::new("_store")).unwrap().insert("format", 99).unwrap();
    write.commit().unwrap();
    drop(database);
    refused(&place, &["resource/store.redb", "newer version", "format 99", "start that version again"]);
}

/// The administrator may write everywhere, unless that right is given up.
fn without_the_right_to_write_everywhere(place: &Place) -> Place {
    let probe = place.data().join("probe");
    match fs::write(&probe, "") {
        Ok(()) => {
            fs::remove_file(&probe).unwrap();
            place.clone().through(&["setpriv", "--bounding-set=-dac_override", "--"])
        }
        Err(_) => place.clone(),
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_directory_or_a_store_that_cannot_be_written_is_named() {
    let place = Place::new();
    fs::create_dir(place.data()).unwrap();
    mode(&place.data(), 0o500);
    refused(&without_the_right_to_write_everywhere(&place), &["data"]);
    mode(&place.data(), 0o700);
    assert!(place.files().is_empty());

    let place = lived_in();
    let file = place.data().join("auth/store.redb");
    mode(&file, 0o400);
    mode(&place.data(), 0o500);
    let restricted = without_the_right_to_write_everywhere(&place);
    mode(&place.data(), 0o700);
    refused(&restricted, &["auth/store.redb", "cannot be written", "give this user the right to"]);
    mode(&file, 0o600);
    assert_eq!(Tapri::up(&place).terminate().code, Some(0));
}

#[test]
fn a_start_on_a_full_disk_says_so_and_the_next_one_finds_everything() {
    let place = lived_in();
    // No file may grow beyond so many blocks: what a full disk says, without filling one.
    let full = place.clone().through(&["prlimit", "--fsize=4096", "--"]);
    refused(&full, &["auth/store.redb", "is full", "make room"]);
    assert_eq!(Tapri::up(&place).terminate().code, Some(0));
}

#[test]
fn what_is_half_a_copy_is_not_served() {
    let place = lived_in();
    begin_a_copy(&place.data().join("auth/store.redb"));
    refused(&place, &["the store of the auth server is half a copy", "tapri store copy"]);
}

/// As a copy that was killed leaves it: what marks it is still there.
fn begin_a_copy(file: &Path) {
    static MARKS: Schema = Schema::new("auth_copying").shard_key(ShardKey::Key);
    let to = Embedded::open(file, Options::default()).unwrap();
    let from = Memory::default();
    let patience = std::time::Duration::ZERO;
    let order = CopyOrder { from: &from, to: &to, schemas: &[], marks: &MARKS, source: "elsewhere", patience };
    tokio::runtime::Runtime::new().unwrap().block_on(order.run(&mut |_| ())).unwrap();
}

#[test]
fn a_running_tapri_is_backed_up_however_long_its_path_is() {
    let place = Place::new();
    let deep = place.data().join("a-directory-with-a-long-name-".repeat(5)).join("and-another-one-".repeat(5));
    let place = place.with("TAPRI_DATA", deep.to_str().unwrap());
    fs::create_dir_all(deep.parent().unwrap()).unwrap();
    let tapri = Tapri::up(&place);
    let backup = place.data().join("backup");
    let words = Tapri::prints(&place, &["backup", backup.to_str().unwrap()]);
    assert!(words.contains("Keep it as secret as the data"), "{words}");
    assert_eq!(tapri.terminate().code, Some(0));
}
