//! Revocation, introspection, withdrawal, and apps that are deleted.

use std::time::Duration;

use serde_json::json;
use testkit::{App, Granted, Tapri, within};

async fn is_refused(granted: &Granted) -> Duration {
    let (_, took) = within(Duration::from_secs(1), "the access token is refused", || async {
        (granted.caller.get("/api/v1/users/asha").await.status() == 401).then_some(())
    })
    .await;
    took
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_was_withdrawn_is_out_within_a_second_and_may_ask_again() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let other = asha.registers("Other App").await;
    let granted = printer.connects(&browser, "posts:read offline_access", &["posts:read", "offline_access"]).await;
    let kept = other.connects(&browser, "posts:read", &["posts:read"]).await;
    asha.withdraws(&printer).await.expect(200);
    assert!(is_refused(&granted).await < Duration::from_secs(1));
    printer.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
    kept.caller.get("/api/v1/users/asha").await.expect(200);
    // Idempotent, and nothing is remembered: the page is shown again, and a new grant lives.
    asha.withdraws(&printer).await.expect(200);
    let again = printer.connects(&browser, "posts:read", &["posts:read"]).await;
    again.caller.get("/api/v1/users/asha").await.expect(200);
    printer.refreshes(&again.refresh_token).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_from_before_the_withdrawal_opens_nothing_after_it() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let flow = printer.asks("posts:read");
    let code = printer.gets_code(&browser, &flow, &["posts:read"]).await;
    asha.withdraws(&printer).await.expect(200);
    printer.redeems(&flow, &code).await.oauth_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_a_refresh_token_ends_its_grant_and_an_access_token_itself_alone() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let granted = printer.connects(&browser, "posts:read", &["posts:read"]).await;
    let next = printer.granted(&printer.refreshes(&granted.refresh_token).await.expect(200));

    printer.revokes(&granted.access_token).await.expect(200);
    is_refused(&granted).await;
    next.caller.get("/api/v1/users/asha").await.expect(200);

    printer.revokes(&next.refresh_token).await.expect(200);
    is_refused(&next).await;
    printer.refreshes(&next.refresh_token).await.oauth_error(400, "invalid_grant");
    // RFC 7009: what is unknown or dead already is no error.
    printer.revokes(&next.refresh_token).await.expect(200);
    printer.revokes("no token at all").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn introspection_tells_an_app_about_its_own_tokens_and_nothing_else() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let other = asha.registers("Other App").await;
    let granted = printer.connects(&browser, "posts:read", &["posts:read"]).await;

    let told = printer.introspects(&granted.access_token).await.expect(200).json().clone();
    assert_eq!(told["active"], true);
    assert_eq!(told["scope"], "posts:read");
    assert_eq!(told["client_id"], printer.client_id.as_str());
    assert_eq!(told["sub"], asha.user_id.as_str());
    assert_eq!(told["iss"], tapri.origin());
    assert!(told["exp"].is_number());
    assert_eq!(printer.introspects(&granted.refresh_token).await.expect(200).json()["active"], true);

    let inactive = json!({"active": false});
    let own = asha.token();
    for (app, token) in [(&other, &granted.access_token), (&other, &granted.refresh_token), (&printer, &own)] {
        assert_eq!(app.introspects(token).await.expect(200).json(), &inactive);
    }
    assert_eq!(printer.introspects("nonsense").await.expect(200).json(), &inactive);
    printer.revokes(&granted.refresh_token).await.expect(200);
    assert_eq!(printer.introspects(&granted.access_token).await.expect(200).json(), &inactive);
    assert_eq!(printer.introspects(&granted.refresh_token).await.expect(200).json(), &inactive);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_deleted_takes_its_tokens_with_it() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let printer = asha.registers("Chai Printer").await;
    let scopes = ["posts:read", "offline_access"];
    let granted = printer.connects(&bilal.browser().await, "posts:read offline_access", &scopes).await;
    bilal.delete(&format!("/api/v1/apps/{}", printer.client_id)).await.expect(404);
    asha.delete(&format!("/api/v1/apps/{}", printer.client_id)).await.expect(200);
    is_refused(&granted).await;
    assert_eq!(printer.refreshes(&granted.refresh_token).await.expect(401).json()["error"], "invalid_client");
    assert!(bilal.authorized_apps().await.expect(200).items().is_empty());
    asha.get(&format!("/api/v1/apps/{}", printer.client_id)).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_works_beside_the_old_one_for_a_day() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    let path = format!("/api/v1/apps/{}/secret", printer.client_id);
    let secret = asha.send(&path, &json!({})).await.expect(201).text_of("client_secret");
    let mut renewed = printer.clone();
    renewed.secret = Some(secret);
    let answers = |app: &App| app.introspects("nothing");
    answers(&printer).await.expect(200);
    answers(&renewed).await.expect(200);
    tapri.advance(Duration::from_secs(24 * 3600 + 1));
    answers(&printer).await.oauth_error(401, "invalid_client");
    answers(&renewed).await.expect(200);
}
