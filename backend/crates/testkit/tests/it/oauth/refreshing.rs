//! An app that stays connected.

use std::collections::HashSet;
use std::time::Duration;

use testkit::{Tapri, all_at_once};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_refreshes_with_one_token_have_one_successor() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let granted = printer.connects(&browser, "posts:read", &["posts:read"]).await;
    let replies = all_at_once(200, |_| {
        let call = printer.refreshes(&granted.refresh_token);
        async move { call.await }
    })
    .await;
    let successors: HashSet<String> =
        replies.iter().map(|reply| printer.granted(&reply.clone().expect(200)).refresh_token).collect();
    assert_eq!(successors.len(), 1);
    let successor = successors.into_iter().next().expect("one");
    assert_ne!(successor, granted.refresh_token);
    let next = printer.granted(&printer.refreshes(&successor).await.expect(200));
    next.caller.get("/api/v1/users/asha").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_refresh_token_after_the_grace_ends_the_grant() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let granted = printer.connects(&browser, "posts:read", &["posts:read"]).await;
    let next = printer.granted(&printer.refreshes(&granted.refresh_token).await.expect(200));
    tapri.advance(Duration::from_secs(31));
    printer.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
    printer.refreshes(&next.refresh_token).await.oauth_error(400, "invalid_grant");
    // Another grant of the same app is another matter.
    printer.connects(&browser, "likes:write", &["likes:write"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_offline_access_ends_with_the_session_it_was_born_in() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let asked = "profile:read offline_access";
    let online = printer.connects(&browser, asked, &["profile:read"]).await;
    let keeper = asha.registers("Chai Keeper").await;
    let offline = keeper.connects(&browser, asked, &["profile:read", "offline_access"]).await;
    browser.signs_out().await.expect(200);
    testkit::within(Duration::from_secs(1), "the online one is refused", || async {
        (online.caller.me().await.status() == 401).then_some(())
    })
    .await;
    printer.refreshes(&online.refresh_token).await.oauth_error(400, "invalid_grant");
    offline.caller.me().await.expect(200);
    keeper.refreshes(&offline.refresh_token).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_with_offline_access_may_be_silent_for_ninety_days() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let scopes = ["posts:read", "offline_access"];
    let granted = printer.connects(&browser, "posts:read offline_access", &scopes).await;
    tapri.advance(DAY * 89);
    let next = printer.granted(&printer.refreshes(&granted.refresh_token).await.expect(200));
    tapri.advance(DAY * 90);
    printer.refreshes(&next.refresh_token).await.oauth_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_may_ask_for_less_and_never_for_more() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let granted = printer.connects(&browser, "posts:read posts:write", &["posts:read", "posts:write"]).await;
    let with_scope = |token: &str, scope: &str| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
        printer.call("/oauth/token", &fields)
    };
    let less = printer.granted(&with_scope(&granted.refresh_token, "posts:read").await.expect(200));
    assert_eq!(less.answer["scope"], "posts:read");
    less.caller.post_with(&serde_json::json!({"title": "x"})).await.refused(403, "insufficient_scope");
    with_scope(&less.refresh_token, "posts:read likes:write").await.oauth_error(400, "invalid_scope");
    with_scope(&less.refresh_token, "posts:eat").await.oauth_error(400, "invalid_scope");
    let whole = printer.granted(&printer.refreshes(&less.refresh_token).await.expect(200));
    assert_eq!(whole.answer["scope"], "posts:read posts:write", "the grant itself did not shrink");
}
