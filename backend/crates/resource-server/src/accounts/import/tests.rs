//! Files as they come from elsewhere.

use std::sync::Arc;

use httpkit::secrets::Secrets;
use httpkit::settings::Settings;
use store::{MockClock, SeededRandom, Store};

use super::*;

/// In the form that passlib writes.
const HASH: &str = "$2b$04$abcdefghijklmnopqrstuuJ6hGYhXyZbdKZ3lQy0sAZe0MLr6uY4i";

fn services() -> Services {
    let clock = MockClock::default();
    let random = SeededRandom::new(3);
    let secrets = Arc::new(Secrets::in_memory(&random));
    let settings = Arc::new(Settings::for_tests("unused"));
    Services::new(settings, Store::memory(clock.clone()), Arc::new(clock), Arc::new(random), secrets)
}

fn wrong(report: &ImportReport) -> Vec<(u64, &str)> {
    report.problems.iter().map(|problem| (problem.line, problem.words.split(':').next().unwrap_or_default())).collect()
}

#[tokio::test]
async fn every_line_is_judged_and_the_good_ones_come_in() {
    let services = services();
    let text = format!(
        "username,email,password_hash,display_name,email_confirmed,created_at\n\
         asha,asha@example.org,{HASH},\"Asha, K\",true,2019-05-01T10:00:00Z\n\
         b,b@example.org,{HASH},,,\n\
         bilal,nowhere,{HASH},,,\n\
         bilal,bilal@example.org,plain text,,,\n\
         bilal,bilal@example.org,{HASH},,perhaps,\n\
         bilal,bilal@example.org,{HASH},,,yesterday\n\
         bilal,bilal@example.org\n\
         bilal,bilal@example.org,{},,no,\n\
         other,ASHA@example.org,{HASH},,yes,\n",
        HASH.replace("$2b$", "$2y$"),
    );
    let report = import_users(&services, &text, false).await.unwrap();
    assert_eq!((report.imported, report.present), (2, 0), "{report:?}");
    let expected = [
        (3, "username"),
        (4, "email"),
        (5, "password_hash"),
        (6, "email_confirmed"),
        (7, "created_at"),
        (8, "it cannot be read"),
        (10, "the address belongs to another account"),
    ];
    assert_eq!(wrong(&report), expected, "{report:?}");

    let handle =
        services.store.collection::<Handle>().get(&users::Username::parse("asha").unwrap()).await.unwrap().unwrap();
    let account = services.store.collection::<Account>().get(&handle.user_id).await.unwrap().unwrap();
    assert_eq!((account.password_hash.as_str(), account.email_confirmed), (HASH, true));
    assert_eq!(account.created_at.to_rfc3339(), "2019-05-01T10:00:00Z");
}

#[tokio::test]
async fn a_second_time_changes_nothing_and_a_trial_writes_nothing() {
    let services = services();
    let text = format!(
        "{{\"username\":\"asha\",\"email\":\"asha@example.org\",\"password_hash\":\"{HASH}\",\"email_confirmed\":true}}\n\n\
         {{\"username\":\"bilal\",\"email\":\"bilal@example.org\",\"password_hash\":\"{HASH}\"}}\n\
         {{\"username\":\"chandra\",\"password_hash\":\"{HASH}\"}}\n",
    );
    let trial = import_users(&services, &text, true).await.unwrap();
    assert_eq!((trial.imported, trial.present, trial.problems[0].line), (2, 0, 4));
    let first = import_users(&services, &text, false).await.unwrap();
    assert_eq!(first, trial);
    let second = import_users(&services, &text, false).await.unwrap();
    assert_eq!((second.imported, second.present, second.problems.len()), (0, 2, 1));
    let stranger = text.replace("asha@example.org", "thief@example.org");
    let report = import_users(&services, &stranger, false).await.unwrap();
    assert_eq!(
        (report.present, wrong(&report)[0]),
        (1, (1, "the user name asha belongs to somebody else, or is reserved"))
    );
}
