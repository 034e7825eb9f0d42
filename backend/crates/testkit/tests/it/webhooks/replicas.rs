//! Many resource servers that hear the same news tell it once.

use std::time::Duration;

use testkit::within;

use super::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn many_replicas_make_one_delivery() {
    let mut stage = Stage::new().await;
    let replicas = [
        stage.tapri.another_resource().await,
        stage.tapri.another_resource().await,
        stage.tapri.another_auth_and_resource().await,
    ];
    let hook = stage.hook(&["refresh_token.reused", "session.ended"]).await;
    let bilal = stage.tapri.sign_up("bilal").await;
    let browser = bilal.browser().await;
    let granted =
        stage.printer.connects(&browser, "posts:read offline_access", &["posts:read", "offline_access"]).await;
    stage.printer.refreshes(&granted.refresh_token).await.expect(200);
    stage.tapri.advance(Duration::from_secs(31));
    stage.printer.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
    browser.signs_out().await.expect(200);
    // What was ended is refused on every replica once that one has read the news.
    for wire in &replicas {
        let (there, out) = (granted.caller.at(wire), browser.caller().at(wire));
        within(Duration::from_secs(2), "every replica has heard", || async {
            let refused = there.get("/api/v1/users/asha").await.status() == 401 && out.me().await.status() == 401;
            refused.then_some(())
        })
        .await;
    }
    stage.elsewhere.hears_again("/hook", 1).await;
    let mut types = stage.heard_types().await;
    types.sort();
    assert_eq!(types, ["refresh_token.reused", "session.ended"]);
    assert_eq!(hook.deliveries().await.len(), 2);
}
