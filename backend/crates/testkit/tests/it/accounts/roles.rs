//! Roles: who gives them, what they open, and what ends when one is taken away.

use std::time::Duration;

use serde_json::json;
use testkit::{Call, Caller, Person, Role, RoleProblem, Tapri, password_of, within};

fn gives(admin: &Caller, username: &str, role: &str) -> Call {
    admin.put(&format!("/api/v1/admin/users/{username}/role")).json(&json!({"role": role}))
}

/// An app's token to which `person` gave `scopes`, of those that the page offered.
async fn lets_in(person: &Person, app: &testkit::App, scopes: &[&str]) -> testkit::Granted {
    app.connects(&person.browser().await, &scopes.join(" "), scopes).await
}

async fn registers(person: &Person) -> testkit::App {
    let body = json!({
        "client_name": "Watch Tower", "redirect_uris": ["https://tower.example/callback"],
        "client_type": "confidential", "scope": "openid profile:read offline_access mod admin",
    });
    person.registers_with(&body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_makes_the_first_admin_and_admins_make_the_others() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    assert_eq!(asha.me().await.expect(200).data()["role"], "user");
    gives(&asha, "bilal", "mod").await.refused(403, "role_required");

    tapri.gives_role("asha", Role::Admin).await.unwrap();
    tapri.advance(Duration::from_secs(1));
    assert_eq!(asha.me().await.expect(200).data()["role"], "admin");
    let given = gives(&asha, "Bilal", "mod").await.expect(200).data();
    assert_eq!(given, json!({"user_id": bilal.user_id, "username": "bilal", "role": "mod"}));
    gives(&asha, "bilal", "mod").await.expect(200);
    assert_eq!(bilal.me().await.expect(200).data()["role"], "mod");
    gives(&bilal, "asha", "user").await.refused(403, "role_required");
    gives(&asha, "nobody.here", "mod").await.refused(404, "user_not_found");
    gives(&asha, "bilal", "owner").await.expect(422);
    let nobody = tapri.visitor().call(http::Method::PUT, "/api/v1/admin/users/bilal/role");
    nobody.json(&json!({"role": "mod"})).await.expect(401);

    let done = asha.get("/api/v1/admin/audit").await.expect(200).items();
    let told: Vec<_> = done
        .iter()
        .map(|entry| {
            json!([entry["action"], entry["actor"]["username"], entry["subject"]["name"], entry["from"], entry["to"]])
        })
        .collect();
    let expected = [
        json!(["role_changed", "asha", "bilal", "user", "mod"]),
        json!(["role_changed", null, "asha", "user", "admin"]),
    ];
    assert_eq!(told, expected, "once each: giving what somebody has is nothing");
    bilal.get("/api/v1/admin/audit").await.refused(403, "role_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_always_an_admin() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up_admin("asha").await, tapri.sign_up("bilal").await);
    gives(&asha, "asha", "user").await.refused(409, "last_admin");
    let leaving = json!({"password": password_of("asha")});
    asha.delete("/api/v1/me").json(&leaving).await.refused(409, "last_admin");
    let problem = tapri.gives_role("asha", Role::Mod).await.unwrap_err();
    assert!(matches!(problem, RoleProblem::LastAdmin), "{problem}");
    assert!(matches!(tapri.gives_role("nobody.here", Role::Mod).await, Err(RoleProblem::NotFound)));

    gives(&asha, "bilal", "admin").await.expect(200);
    // Both take each other's role at the same moment: one of them succeeds.
    let (one, other) = tokio::join!(gives(&asha, "bilal", "user"), gives(&bilal, "asha", "user"));
    let won = [&one, &other].iter().filter(|reply| reply.status() == 200).count();
    assert_eq!(won, 1, "{one:?} {other:?}");
    let admins = if one.status() == 200 { &asha } else { &bilal };
    assert_eq!(admins.get("/api/v1/admin/users?role=admin").await.expect(200).items().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scope_of_a_role_is_given_by_whom_has_the_role_and_ends_with_it() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up_admin("asha").await, tapri.sign_up("bilal").await);
    let (tower, scopes) = (registers(&bilal).await, ["profile:read", "offline_access", "admin"]);

    let less = lets_in(&bilal, &tower, &scopes).await;
    assert_eq!(less.answer["scope"], "offline_access profile:read", "a user cannot give what they do not have");
    less.caller.get("/api/v1/admin/users").await.refused(403, "insufficient_scope");
    bilal.withdraws(&tower).await.expect(200);

    gives(&asha, "bilal", "admin").await.expect(200);
    let granted = lets_in(&bilal, &tower, &scopes).await;
    assert_eq!(granted.answer["scope"], "offline_access profile:read admin");
    granted.caller.get("/api/v1/admin/users").await.expect(200);
    gives(&granted.caller, "asha", "admin").await.expect(200);

    gives(&asha, "bilal", "mod").await.expect(200);
    let (_, took) = within(Duration::from_secs(1), "the token is over", || async {
        (granted.caller.me().await.status() == 401).then_some(())
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    tower.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
    // The person stays signed in, without the role; and what the app asks for now, it gets without the scope.
    bilal.me().await.expect(200);
    bilal.get("/api/v1/admin/users").await.refused(403, "role_required");
    let rest = lets_in(&bilal, &tower, &scopes).await;
    assert_eq!(rest.answer["scope"], "offline_access profile:read");
    tower.refreshes(&rest.refresh_token).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_gets_the_scope_of_a_role_on_the_same_terms() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up_admin("asha").await, tapri.sign_up("bilal").await);
    let body = json!({
        "client_name": "Watch Tower", "redirect_uris": [], "client_type": "public", "scope": "profile:read mod",
        "grant_types": ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
    });
    let tower = bilal.registers_with(&body).await;
    let scopes = ["profile:read", "mod"];
    let device = tower.on_device("profile:read mod").await;
    let shown = bilal.looks_at_device(&device.user_code()).await.expect(200).data();
    assert_eq!(shown["scopes"].as_array().map(Vec::len), Some(1), "{shown}");
    assert_eq!(bilal.lets_device_in(&device, &scopes).await.json()["scope"], "profile:read");

    gives(&asha, "bilal", "mod").await.expect(200);
    let device = tower.on_device("profile:read mod").await;
    let granted = tower.granted(&bilal.lets_device_in(&device, &scopes).await);
    assert_eq!(granted.answer["scope"], "profile:read mod");
    let undecided = tower.on_device("profile:read mod").await;
    bilal.decides_on_device(&undecided.user_code(), "allow", &scopes).await.expect(200);
    gives(&asha, "bilal", "user").await.expect(200);
    within(Duration::from_secs(1), "the token is over", || async {
        (granted.caller.me().await.status() == 401).then_some(())
    })
    .await;
    tower.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
    undecided.polls().await.oauth_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_taken_by_the_operator_ends_what_apps_hold_by_it_too() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up_admin("asha").await, tapri.sign_up_admin("bilal").await);
    let tower = registers(&asha).await;
    let granted = lets_in(&bilal, &tower, &["profile:read", "admin"]).await;
    granted.caller.get("/api/v1/admin/users").await.expect(200);
    tapri.gives_role("bilal", Role::User).await.unwrap();
    assert_ne!(granted.caller.get("/api/v1/admin/users").await.status(), 200, "the role is looked up");
    tapri.run_jobs().await;
    granted.caller.me().await.refused(401, "token_revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_app_gets_the_scope_of_a_role_by_saying_nothing() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up_admin("asha").await;
    let printer = asha.registers("Chai Printer").await;
    let browser = asha.browser().await;
    let page = browser.begins(&printer.asks("posts:read admin")).await.expect(303).location();
    assert_eq!(testkit::param(&page, "error").as_deref(), Some("invalid_scope"), "{page}");
    let tower = registers(&asha).await;
    let flow = tower.asks("").without("scope");
    let page = browser.begins(&flow).await.expect(303).location();
    if let Some(request) = testkit::param(&page, "request") {
        let asked = browser.reads_consent(&request).await.expect(200).data();
        let named = |scope: &str| asked["scopes"].as_array().unwrap().iter().any(|asked| asked["scope"] == scope);
        assert!(!named("mod") && !named("admin"), "{asked}");
    } else {
        assert_eq!(testkit::param(&page, "error").as_deref(), Some("invalid_scope"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_find_people_by_name_role_and_standing() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up_admin("asha").await;
    for name in ["bilal", "bina", "chitra"] {
        tapri.advance(Duration::from_secs(1));
        tapri.sign_up(name).await;
    }
    gives(&asha, "bina", "mod").await.expect(200);
    let suspension = json!({"reason": "Sells what is not theirs"});
    asha.put("/api/v1/admin/users/bilal/suspension").json(&suspension).await.expect(200);
    let names = async |query: &str| -> Vec<String> {
        let path = format!("/api/v1/admin/users{query}");
        let people = asha.whole_list(&path, 1).await;
        people.iter().map(|person| person["username"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("").await, ["chitra", "bina", "bilal", "asha"]);
    assert_eq!(names("?q=bi").await, ["bilal", "bina"]);
    assert_eq!(names("?role=mod").await, ["bina"]);
    assert_eq!(names("?suspended=true").await, ["bilal"]);
    assert_eq!(names("?suspended=false&role=user").await, ["chitra"]);
    assert_eq!(names("?q=b&suspended=true").await, ["bilal"]);

    let bilal = asha.get("/api/v1/admin/users?q=bilal").await.expect(200).items().remove(0);
    assert_eq!((&bilal["role"], &bilal["suspended"]["reason"]), (&json!("user"), &suspension["reason"]));
    assert!(bilal["suspended"]["at"].is_string() && bilal["created_at"].is_string(), "{bilal}");
    assert!(bilal.get("email").is_none(), "an address is its owner's");
    asha.get("/api/v1/admin/users?role=owner").await.expect(422);
}
