//! A small community, as its people would find it.

use std::sync::Arc;

use http::Method;
use httpkit::secrets::Secrets;
use httpkit::settings::Settings;
use serde_json::Value;
use store::{MockClock, SeededRandom, Store};

use super::*;
use crate::testing::World;

fn order(seed: u64) -> SeedOrder {
    SeedOrder { people: 12, posts: 30, seed, password: Zeroizing::new("chai and rain".to_owned()), more: false }
}

/// Services on a store of their own, with their own chance.
fn services(data: &std::path::Path, chance: u64) -> Services {
    let (clock, random) = (MockClock::default(), SeededRandom::new(chance));
    let secrets = Arc::new(Secrets::in_memory(&random));
    let mut settings = Settings::for_tests(data);
    settings.media.sizes = vec![64];
    let store = Store::memory(clock.clone());
    Services::new(Arc::new(settings), store, Arc::new(clock), Arc::new(random), secrets)
}

#[tokio::test]
async fn a_community_is_there_as_if_its_people_had_made_it() {
    let world = World::with(|settings| settings.media.sizes = vec![64]).await;
    let mut stages = Vec::new();
    let services = &world.app.0.services;
    let report = seed(services, &order(7), &mut |stage, done, total| stages.push((stage, done, total))).await.unwrap();
    assert_eq!((report.people, report.posts), (12, 30));
    assert!(report.follows > 20 && report.likes > 10 && report.comments > 3 && report.pictures > 20, "{report:?}");
    assert_eq!(stages.last(), Some(&(SeedStage::Posts, 30, 30)));

    let (mut followers, mut posts, mut likes, mut comments, mut pictures) = (0, 0, 0, 0, 0);
    for handle in names_taken(services).await.unwrap() {
        let path = format!("/api/v1/users/{handle}");
        let profile = world.call(Method::GET, &path, "", Value::Null).await.data();
        let user = users_id(&profile);
        followers += number(&profile, "followers");
        posts += number(&profile, "posts");
        pictures += u64::from(!profile["avatar_url"].is_null());
        let mine =
            world.call(Method::GET, &format!("{path}/posts?limit=100"), &world.own_token(user), Value::Null).await;
        for post in mine.data()["items"].as_array().unwrap() {
            likes += number(post, "likes");
            comments += number(post, "comments");
            for picture in post["media"].as_array().unwrap() {
                pictures += 1;
                assert!(picture["alt"].as_str().unwrap().starts_with("A drawing"), "{picture}");
                let file = picture["variants"][0]["url"].as_str().unwrap().split_once("/media/").unwrap().1.to_owned();
                let file = world.call(Method::GET, &format!("/media/{file}"), "", Value::Null).await;
                assert!(file.status == 200 && file.bytes.starts_with(b"RIFF"), "{picture}");
            }
        }
    }
    let told = [report.follows, report.posts, report.likes, report.comments, report.pictures].map(|it| it as u64);
    assert_eq!([followers, posts, likes, comments, pictures], told);
}

fn users_id(profile: &Value) -> httpkit::UserId {
    profile["user_id"].as_str().unwrap().parse().unwrap()
}

/// A number of a profile or a post.
fn number(of: &Value, name: &str) -> u64 {
    of["counts"][name].as_u64().unwrap_or_else(|| panic!("no {name} in {of}"))
}

#[tokio::test]
async fn the_same_seed_gives_the_same_community_and_another_another() {
    let mut all = Vec::new();
    for (seed_number, chance) in [(7, 1), (7, 2), (8, 3)] {
        let data = tempfile::tempdir().unwrap();
        let services = services(data.path(), chance);
        let report = seed(&services, &order(seed_number), &mut |_, _, _| ()).await.unwrap();
        let page: Page<crate::posts::Post> =
            services.store.collection().scan(Query::by_key().limit(store::MAX_PAGE)).await.unwrap();
        let posts: Vec<crate::posts::Post> = page.items.into_iter().map(store::Stored::into_document).collect();
        all.push((names_taken(&services).await.unwrap(), report, posts));
    }
    assert_eq!(all[0], all[1]);
    assert_ne!(all[0].0, all[2].0);
    assert_ne!(all[0].1, all[2].1);
}

#[tokio::test]
async fn people_who_are_there_are_left_alone() {
    let data = tempfile::tempdir().unwrap();
    let services = services(data.path(), 1);
    let first = seed(&services, &order(7), &mut |_, _, _| ()).await.unwrap();
    assert!(matches!(seed(&services, &order(7), &mut |_, _, _| ()).await, Err(SeedError::NotEmpty)));
    assert_eq!(names_taken(&services).await.unwrap().len(), 12);

    let more = SeedOrder { more: true, ..order(7) };
    let second = seed(&services, &more, &mut |_, _, _| ()).await.unwrap();
    assert_eq!(names_taken(&services).await.unwrap().len(), 24);
    assert_ne!(first.names, second.names);
}

#[tokio::test]
async fn a_password_that_nobody_may_have_is_refused_before_anything_is_made() {
    let data = tempfile::tempdir().unwrap();
    let services = services(data.path(), 1);
    let weak = SeedOrder { password: Zeroizing::new("password".to_owned()), ..order(7) };
    assert!(matches!(seed(&services, &weak, &mut |_, _, _| ()).await, Err(SeedError::Password(_))));
    assert!(names_taken(&services).await.unwrap().is_empty());
}
