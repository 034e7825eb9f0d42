//! Refresh tokens in the wrong hands, and races against the end.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::json;
use testkit::{Tapri, all_at_once, password_of, within};

#[tokio::test(flavor = "multi_thread")]
async fn row_12_refresh_replay_after_rotation() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let granted = printer.connects(&browser, "profile:read", &["profile:read"]).await;
    let race = || async {
        all_at_once(50, |_| {
            let call = printer.refreshes(&granted.refresh_token);
            async move { call.await }
        })
        .await
    };
    let successors: HashSet<String> =
        race().await.iter().map(|reply| printer.granted(&reply.clone().expect(200)).refresh_token).collect();
    assert_eq!(successors.len(), 1, "in the grace all get the same");
    tapri.advance(Duration::from_secs(31));
    for reply in race().await {
        reply.oauth_error(400, "invalid_grant");
    }
    let successor = successors.into_iter().next().expect("one");
    printer.refreshes(&successor).await.oauth_error(400, "invalid_grant");
    within(Duration::from_secs(1), "the grant is over", || async {
        (granted.caller.me().await.status() == 401).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_13_a_refresh_token_sent_by_another_app() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let (printer, thief) = (asha.registers("Chai Printer").await, asha.registers("Thief").await);
    let phone = asha.registers_public("Pocket Chai", "http://127.0.0.1/callback").await;
    let public_thief = asha.registers_public("Public thief", "http://127.0.0.1/callback").await;
    for victim in [&printer, &phone] {
        let granted = victim.connects(&browser, "posts:read", &["posts:read"]).await;
        for other in [&thief, &public_thief] {
            let reply = other.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
            assert!(reply.json().get("access_token").is_none());
        }
        victim.refreshes(&granted.refresh_token).await.expect(200);
    }
    printer.refreshes(&asha.refresh_token()).await.oauth_error(400, "invalid_grant");
    asha.refresh().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_14_a_refresh_that_asks_for_more() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let granted = printer.connects(&browser, "posts:read posts:write", &["posts:read"]).await;
    let asks = |scope: &str| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", &granted.refresh_token), ("scope", scope)];
        printer.call("/oauth/token", &fields)
    };
    for more in
        ["posts:read posts:write", "posts:write", "likes:write", "admin", "self", "no_such_scope", "posts:read  self"]
    {
        let reply = asks(more).await.oauth_error(400, "invalid_scope");
        assert!(reply.json().get("access_token").is_none());
    }
    let same = asks("posts:read").await.expect(200);
    assert_eq!(same.json()["scope"], "posts:read");
}

/// After the answer of whatever ends a grant, none of the racers' tokens may work on.
#[tokio::test(flavor = "multi_thread")]
async fn row_15_a_refresh_that_races_the_end() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up_admin("asha").await;
    let printer = asha.registers("Chai Printer").await;
    for ending in ["revoke", "withdraw", "logout", "password", "suspension"] {
        let username = format!("racer.{ending}");
        let racer = tapri.sign_up(&username).await;
        let browser = racer.browser().await;
        let granted = printer.connects(&browser, "profile:read", &["profile:read"]).await;
        let racing = all_at_once(51, |number| {
            let (printer, browser, racer) = (printer.clone(), browser.clone(), racer.clone());
            let asha = asha.clone();
            let token = granted.refresh_token.clone();
            let password = password_of(&username);
            async move {
                if number < 50 {
                    return Some(printer.refreshes(&token).await);
                }
                match ending {
                    "revoke" => printer.revokes(&token).await.expect(200),
                    "withdraw" => racer.withdraws(&printer).await.expect(200),
                    "logout" => browser.signs_out().await.expect(200),
                    "suspension" => {
                        let path = format!("/api/v1/admin/users/{}/suspension", racer.username);
                        asha.put(&path).json(&json!({"reason": "Spam"})).await.expect(200)
                    }
                    _ => racer.change_password(&password, "two spoons of ginger").await.expect(200),
                };
                None
            }
        })
        .await;
        for reply in racing.into_iter().flatten().filter(|reply| reply.status() == 200) {
            let racer = printer.granted(&reply);
            printer.refreshes(&racer.refresh_token).await.oauth_error(400, "invalid_grant");
            within(Duration::from_secs(1), "no racer's access token lives on", || async {
                (racer.caller.me().await.status() == 401).then_some(())
            })
            .await;
        }
    }
}
