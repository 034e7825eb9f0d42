//! Following and leaving, through the router.

use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};

use crate::testing::World;

#[tokio::test]
async fn following_is_seen_from_both_sides_and_counted_once() {
    let world = World::new().await;
    let (asha, bilal) = (world.own_token(world.user("asha").await), world.own_token(world.user("bilal").await));
    let both = async |method: Method| {
        join_all((0..4).map(|_| world.call(method.clone(), "/api/v1/users/asha/follow", &bilal, Value::Null))).await
    };
    for (method, followers) in [(Method::PUT, 1), (Method::DELETE, 0), (Method::PUT, 1)] {
        assert!(both(method).await.iter().all(|answer| answer.status == 200));
        let of_asha = world.call(Method::GET, "/api/v1/users/asha", &bilal, Value::Null).await.data();
        let of_bilal = world.call(Method::GET, "/api/v1/users/bilal", &asha, Value::Null).await.data();
        assert_eq!(of_asha["counts"], json!({"posts": 0, "followers": followers, "following": 0}));
        assert_eq!(of_bilal["counts"], json!({"posts": 0, "followers": 0, "following": followers}));
        assert_eq!(of_asha["viewer"]["following"], followers == 1);
        assert_eq!(of_bilal["viewer"]["followed_by"], followers == 1);
    }
    let followers = world.call(Method::GET, "/api/v1/users/asha/followers", "", Value::Null).await.data();
    let following = world.call(Method::GET, "/api/v1/users/bilal/following", "", Value::Null).await.data();
    assert_eq!((&followers["items"][0]["username"], &followers["next_cursor"]), (&json!("bilal"), &Value::Null));
    assert_eq!(following["items"][0]["username"], "asha");
}

#[tokio::test]
async fn one_follows_others_that_exist_and_not_oneself() {
    let world = World::new().await;
    let asha = world.user("asha").await;
    let token = world.own_token(asha);
    let follow = async |name: &str, token: &str| {
        let answer = world.call(Method::PUT, &format!("/api/v1/users/{name}/follow"), token, Value::Null).await;
        (answer.status.as_u16(), answer.reason())
    };
    assert_eq!(follow("asha", &token).await, (422, "follow_self".to_owned()));
    assert_eq!(follow("nobody", &token).await, (404, "user_not_found".to_owned()));
    assert_eq!(follow("asha", "").await, (401, "token_missing".to_owned()));
    let reader = world.app_token(asha, "follows:read");
    assert_eq!(follow("asha", &reader).await, (403, "insufficient_scope".to_owned()));
}
