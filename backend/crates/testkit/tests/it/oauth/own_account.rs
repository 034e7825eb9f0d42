//! What only the account's owner may do in person: no third-party token gets there, whatever its scopes.

use http::Method;
use serde_json::json;
use testkit::Tapri;

#[tokio::test(flavor = "multi_thread")]
async fn an_app_with_every_scope_still_cannot_touch_the_account_itself() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let everything = "openid profile email offline_access profile:read profile:write posts:read posts:write media:write \
                      comments:write likes:write follows:read follows:write feed:read";
    let scopes: Vec<&str> = everything.split_whitespace().filter(|scope| *scope != "openid").collect();
    let app = printer.connects(&browser, everything, &scopes).await.caller;
    app.me().await.expect(200);
    app.post("With every scope").await;

    let app_path = format!("/api/v1/apps/{}", printer.client_id);
    let secret_path = format!("{app_path}/secret");
    let authorized_path = format!("/api/v1/me/authorized-apps/{}", printer.client_id);
    let password = json!({"current_password": "x", "new_password": "long enough for all", "apps": false});
    let new_app = json!({"client_name": "Child", "redirect_uris": ["https://x.example/"], "client_type": "public"});
    let consent = json!({"request": "x", "decision": "allow", "scopes": []});
    for (method, path, body) in [
        (Method::GET, "/api/v1/auth/sessions", None),
        (Method::DELETE, "/api/v1/auth/sessions", None),
        (Method::DELETE, "/api/v1/auth/sessions/0000000000000000000000000a", None),
        (Method::POST, "/api/v1/auth/password/change", Some(&password)),
        (Method::GET, "/api/v1/apps", None),
        (Method::POST, "/api/v1/apps", Some(&new_app)),
        (Method::GET, app_path.as_str(), None),
        (Method::PATCH, app_path.as_str(), Some(&json!({"client_name": "Renamed"}))),
        (Method::DELETE, app_path.as_str(), None),
        (Method::POST, secret_path.as_str(), Some(&json!({}))),
        (Method::GET, "/api/v1/me/authorized-apps", None),
        (Method::DELETE, authorized_path.as_str(), None),
        (Method::GET, "/api/v1/consent?request=x", None),
        (Method::POST, "/api/v1/consent", Some(&consent)),
    ] {
        let call = app.call(method.clone(), path);
        let reply = match body {
            Some(body) => call.json(body).await,
            None => call.await,
        };
        assert_eq!((reply.status(), reply.reason()), (403, "first_party_only"), "{method} {path}: {reply:?}");
    }
    asha.get(&app_path).await.expect(200);
    assert_eq!(asha.authorized_apps().await.expect(200).items().len(), 1);
}
