//! Who may know whom (ARCHITECTURE.md, "Allowed imports"), read from the sources themselves.
//!
//! To allow something new is a decision about the house, not about this file: change ARCHITECTURE.md first. There is
//! no list of exceptions, and there shall be none.

#![expect(clippy::unwrap_used, reason = "a test stops where it breaks")]

mod sources;

use std::collections::BTreeSet;

use sources::{Source, backend, dependencies, frontend_sources, rust_sources};

/// Every crate and what of ours it may depend on.
const CRATES: [(&str, &[&str]); 8] = [
    // Measures the binary from outside, and the store by itself.
    ("bench", &["store"]),
    ("store", &[]),
    ("httpkit", &["store"]),
    ("auth-server", &["httpkit", "store"]),
    ("resource-server", &["httpkit", "store"]),
    ("gateway", &["httpkit"]),
    ("tapri", &["auth-server", "resource-server", "gateway", "httpkit", "store"]),
    ("testkit", &["auth-server", "resource-server", "gateway", "httpkit", "store"]),
];

/// Slices of the resource server that write, and those that only read what the former did.
const WRITERS: [&str; 7] = ["accounts", "users", "posts", "media", "comments", "likes", "follows"];
const READERS: [&str; 5] = ["feed", "notifications", "search", "moderation", "webhooks"];

/// Fails with every breach at once.
fn assert_none(rule: &str, breaches: Vec<String>) {
    assert!(breaches.is_empty(), "{rule}:\n  {}", breaches.join("\n  "));
}

#[test]
fn crates_depend_on_the_rooms_below_them_only() {
    let known: BTreeSet<&str> = CRATES.iter().map(|(name, _)| *name).collect();
    let there: BTreeSet<String> = std::fs::read_dir(backend().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(there.iter().map(String::as_str).eq(known.iter().copied()), "a crate has no place in CRATES: {there:?}");

    let mut breaches = Vec::new();
    for (name, allowed) in CRATES {
        let ours = dependencies(name).into_iter().filter(|other| other != name && known.contains(other.as_str()));
        breaches.extend(
            ours.filter(|other| !allowed.contains(&other.as_str())).map(|other| format!("{name} depends on {other}")),
        );
    }
    assert_none("a crate knows only the rooms below it", breaches);
}

#[test]
fn the_store_has_never_heard_of_http() {
    let http =
        ["axum", "axum-extra", "http", "http-body-util", "hyper", "hyper-util", "reqwest", "tower", "tower-http"];
    let breaches = dependencies("store").into_iter().filter(|name| http.contains(&name.as_str())).collect();
    assert_none("store has never heard of HTTP", breaches);
}

#[test]
fn slices_that_write_do_not_know_those_that_read() {
    let mut breaches = Vec::new();
    for source in rust_sources("resource-server") {
        if source.slice().is_some_and(|slice| WRITERS.contains(&slice)) {
            let readers =
                source.paths().into_iter().filter(|path| path.first().is_some_and(|it| READERS.contains(&it.as_str())));
            breaches.extend(readers.map(|path| source.names(&path.join("::"))));
        }
    }
    assert_none("a slice that writes puts an event into its batch; react tells the readers", breaches);
}

#[test]
fn a_slice_asks_another_through_its_door() {
    let mut breaches = Vec::new();
    for source in rust_sources("resource-server") {
        for path in source.paths() {
            if path.len() > 1 && path[1] == "repo" && source.slice() != Some(path[0].as_str()) {
                breaches.push(source.names(&path.join("::")));
            }
        }
    }
    assert_none("a slice calls another's mod.rs, never its repo", breaches);
}

#[test]
fn what_the_product_does_is_free_of_http() {
    let is_ops = |source: &Source| {
        let inside = source.file.strip_prefix(backend()).unwrap();
        inside.components().any(|part| part.as_os_str() == "ops" || part.as_os_str() == "ops.rs")
    };
    let ops = ["resource-server", "auth-server"].into_iter().flat_map(rust_sources).filter(is_ops);
    let breaches = ops.filter(|source| source.mentions("axum::")).map(|source| source.names("axum")).collect();
    assert_none("ops never names axum", breaches);
}

#[test]
fn only_auth_client_knows_the_addresses_of_the_auth_server() {
    let outside = |source: &Source| source.slice() != Some("auth_client");
    let callers = ["resource-server", "gateway", "tapri"].into_iter().flat_map(rust_sources).filter(outside);
    let breaches =
        callers.filter(|source| source.mentions("/internal/")).map(|source| source.names("/internal/")).collect();
    assert_none("only auth_client names the auth server's addresses", breaches);
}

#[test]
fn every_collection_is_in_its_servers_list() {
    for (server, schemas) in [("auth-server", auth_server::schemas()), ("resource-server", resource_server::schemas())]
    {
        let sources = rust_sources(server);
        let declared: BTreeSet<String> = sources.iter().flat_map(Source::collections).collect();
        let listed: BTreeSet<String> = schemas.iter().map(|schema| schema.collection.to_owned()).collect();
        assert_eq!(listed.len(), schemas.len(), "a collection is listed twice");
        assert_eq!(listed, declared, "the collections of {server}, in `schemas` and in its sources");
        let prefix = server.replace("-server", "_");
        assert!(listed.iter().all(|name| name.starts_with(&prefix)), "{listed:?}");
    }
}

#[test]
fn time_and_randomness_come_from_outside() {
    // The last: key pairs and signatures, for which the cryptographic library takes no bytes of ours.
    let doors = ["store/src/clock.rs", "store/src/random.rs", "auth-server/src/keys/source.rs"];
    let is_door = |source: &Source| doors.iter().any(|door| source.file.ends_with(door));
    let mut breaches = Vec::new();
    for (name, _) in CRATES {
        for source in rust_sources(name).into_iter().filter(|source| !is_door(source)) {
            let called = [
                "SystemTime::now",
                "Timestamp::now",
                "Zoned::now",
                "Utc::now",
                "rand::random",
                "rand::rng",
                "SystemRandom::new",
            ];
            breaches.extend(called.into_iter().filter(|call| source.mentions(call)).map(|call| source.names(call)));
        }
    }
    assert_none("now() and randomness live in store's clock and random alone", breaches);
}

#[test]
fn the_web_app_is_composed_in_one_direction() {
    let mut breaches = Vec::new();
    for source in frontend_sources() {
        let here = source.room();
        for there in source.imported_rooms() {
            let allowed = match here.as_str() {
                "routes" => true,
                "ui" => !is_feature(&there) && there != "state" && there != "api",
                "api" => !is_feature(&there) && there != "state" && there != "ui",
                "state" => !is_feature(&there) && there != "ui",
                _feature => true,
            };
            if !allowed || (there == "routes" && here != "routes") {
                breaches.push(source.names(&there));
            }
        }
    }
    assert_none("the web app goes routes -> features -> {ui, state, api}", breaches);
}

/// Whether a folder of `frontend/src/lib` is about something of the product. Words and styles are everybody's.
fn is_feature(room: &str) -> bool {
    !["api", "paraglide", "state", "styles", "ui"].contains(&room)
}
