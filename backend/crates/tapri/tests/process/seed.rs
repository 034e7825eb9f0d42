//! `tapri seed`: what it makes is what a running Tapri shows.

use crate::tapri::{Place, Tapri};

const SMALL: [&str; 7] = ["seed", "--people", "4", "--posts", "6", "--password", "chai and rain"];

fn place() -> Place {
    Place::new().with("TAPRI_MEDIA__SIZES", "64").with("TAPRI_PASSWORDS__BCRYPT_COST", "4")
}

#[test]
fn a_made_up_community_is_there_at_the_next_start_and_its_people_sign_in() {
    let place = place();
    let told = Tapri::prints(&place, &SMALL);
    assert!(told.starts_with("4 people, 6 posts with "), "{told}");
    let name = told.split_once("Sign in as ").unwrap().1.split(',').next().unwrap();
    assert!(told.ends_with("with the password chai and rain\n"), "{told}");

    let tapri = Tapri::up(&place);
    assert!(place.get("/api/v1/feed/explore").contains("\"post_id\""));
    let body = format!(r#"{{"login":"{name}","password":"chai and rain"}}"#);
    let (head, answer) = place.post("/api/v1/auth/login", &body);
    assert!(head.starts_with("HTTP/1.1 200") && answer.contains("access_token"), "{head} {answer}");
    let end = Tapri::fails_at(&place, &SMALL);
    assert!(end.complaint.contains("in use by another process"), "{end:?}");
    assert_eq!(tapri.terminate().code, Some(0));
}

#[test]
fn people_who_are_there_already_are_not_touched_unless_one_says_so() {
    let place = place();
    Tapri::prints(&place, &SMALL);
    let end = Tapri::fails_at(&place, &SMALL);
    assert!(end.complaint.contains("there are people here already") && end.complaint.contains("--more"), "{end:?}");
    let told = Tapri::prints(&place, &[SMALL.as_slice(), &["--more"]].concat());
    assert!(told.starts_with("4 people, "), "{told}");
}
