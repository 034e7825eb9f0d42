use http::Method;
use serde_json::json;

use crate::testing::World;

#[tokio::test]
async fn somebody_signs_up_and_is_in() {
    let world = World::new().await;
    let body = json!({"username": "Asha", "email": "Asha@Example.org", "password": "chai and rain"});
    let reply = world.call(Method::POST, "/api/v1/auth/register", "", body).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let data = reply.data();
    assert_eq!((data["user"]["username"].as_str(), data["user"]["email"].as_str()), (Some("asha"), Some("Asha@Example.org")));
    let token = data["access_token"].as_str().unwrap();
    assert_eq!(world.call(Method::GET, "/api/v1/me", token, json!(null)).await.status, 200);
}
