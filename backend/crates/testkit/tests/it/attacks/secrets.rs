//! What attackers look for where nobody thinks of them: in logs, and in the difference between two answers.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};
use testkit::{Browser, Call, Person, Processes, Split, Tapri, email_of, param, password_of};

/// A story in which every kind of secret is used, rightly and wrongly; the secrets.
async fn a_story_of_secrets(tapri: &Processes) -> Vec<String> {
    let wire = tapri.visitor();
    let (asha, bilal) = (Person::sign_up(wire, "asha").await, Person::sign_up(wire, "bilal").await);
    let mut secrets = vec![email_of("asha"), password_of("asha"), password_of("bilal"), asha.token()];
    let browser = bilal.browser().await;
    secrets.extend([browser.access_token(), browser.csrf()]);
    secrets.extend(
        browser.cookies(|jar| {
            jar.names().iter().filter_map(|name| Some(jar.get(name)?.value.clone())).collect::<Vec<_>>()
        }),
    );

    let printer = asha.registers("Chai Printer").await;
    secrets.extend(printer.secret.clone());
    let flow = printer.asks("openid posts:read offline_access");
    let request = browser.reaches_consent(&flow).await;
    let back = browser.decides(&request, "allow", &["posts:read", "offline_access"]).await.expect(200);
    let back = url::Url::parse(&back.text_of("redirect_to")).expect("a URL");
    let code = param(&back, "code").expect("a code");
    secrets.extend([request, code.clone(), flow.verifier.clone()]);
    let granted = printer.granted(&printer.redeems(&flow, &code).await.expect(200));
    secrets.extend([granted.access_token.clone(), granted.refresh_token.clone()]);
    secrets.extend(granted.answer["id_token"].as_str().map(str::to_owned));
    printer.introspects(&granted.access_token).await.expect(200);
    printer.redeems(&flow, &code).await.oauth_error(400, "invalid_grant");
    printer.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
    printer.revokes(&granted.access_token).await.expect(200);

    let frame = asha.registers_for_devices("Wall Frame").await;
    let device = frame.on_device("posts:read").await;
    secrets.extend([device.user_code(), device.device_code()]);
    asha.looks_at_device(&device.user_code()).await.expect(200);
    let shown = frame.granted(&asha.lets_device_in(&device, &["posts:read"]).await);
    secrets.extend([shown.access_token, shown.refresh_token]);

    // What people do wrong: a secret in the wrong place.
    wire.get(&format!("/api/v1/me?access_token={}", asha.token())).await.expect(400);
    wire.get("/api/v1/me").bearer(&format!("{}x", asha.token())).await.expect(401);
    wire.post("/oauth/token").basic(&printer.client_id, "a wrong guess").form(&[("code", &code)]).await.expect(401);
    let wrong = json!({"login": email_of("asha"), "password": "a wrong guess"});
    wire.post("/api/v1/auth/login").json(&wrong).await.expect(401);
    secrets.push("a wrong guess".to_owned());
    asha.try_refresh(&asha.refresh_token()).await.expect(200);
    secrets.push(asha.refresh_token());
    asha.log_out().await.expect(200);
    secrets
}

#[tokio::test(flavor = "multi_thread")]
async fn row_53_no_log_holds_a_token_or_the_words_of_a_request() {
    let ours = "debug,auth_server=trace,httpkit=trace,resource_server=trace,gateway=trace,store=trace,tapri=trace";
    let mut tapri = Processes::start_logging(Split::Three, ours).await;
    let secrets = a_story_of_secrets(&tapri).await;
    let forged = "/api/v1/posts/injected%0a%7B%22level%22%3A%22ERROR%22%7D?secret=injected-words";
    tapri.visitor().get(forged).header("user-agent", "injected-words").await.expect(404);
    tapri.kill().await;

    let log = tapri.log();
    assert!(log.lines().count() > 20, "the story left traces: {log}");
    assert!(log.contains("used twice"), "among them the reuse of the code: {log}");
    for line in log.lines() {
        // One object a line: nobody's text ends a line or begins another field.
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        assert!(entry["level"].is_string(), "{line}");
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            assert!(!line.contains(secret.as_str()), "{secret} lies in the log: {line}");
        }
        assert!(!line.contains("injected-words"), "{line}");
    }
}

/// What an outsider sees of an answer: not its number and its time, which every answer has of its own.
async fn seen(call: Call) -> (u16, Value) {
    let reply = call.await;
    let mut body = reply.json().clone();
    body["timestamp"] = Value::Null;
    body["details"]["request_id"] = Value::Null;
    (reply.status(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn row_40_whether_somebody_has_an_account_is_not_told() {
    // A cost at which the hash outweighs everything else.
    let tapri = Tapri::plan().settings(|settings| settings.passwords.bcrypt_cost = 9).start().await;
    let asha = tapri.sign_up("asha").await;
    let wire = tapri.visitor();
    let login =
        |name: &str| wire.post("/api/v1/auth/login").json(&json!({"login": name, "password": "not the right words"}));
    let known = seen(login("asha")).await;
    assert_eq!(known.0, 401);
    for unknown in ["nobody", "nobody@people.example", &email_of("asha")] {
        assert_eq!(seen(login(unknown)).await, known, "{unknown}");
    }

    // The same work: the quickest of several, in turn, so that whatever else the machine does is not measured.
    let mut quickest = [Duration::MAX; 2];
    for _ in 0..10 {
        for (best, name) in quickest.iter_mut().zip(["asha", "nobody"]) {
            let began = now();
            login(name).await.expect(401);
            *best = began.elapsed().min(*best);
        }
    }
    let [known, unknown] = quickest;
    assert!(unknown * 2 > known && known * 2 > unknown, "known: {known:?}, unknown: {unknown:?}");

    // An app learns nothing by naming whom it expects.
    let printer = asha.registers("Chai Printer").await;
    let stranger = Browser::new(wire);
    for hint in [email_of("asha"), "nobody@people.example".to_owned()] {
        let flow = printer.asks("openid").with("login_hint", &hint).with("prompt", "none");
        let back = stranger.call(Method::GET, &flow.path()).await.expect(303);
        assert!(back.header("location").contains("error=login_required"), "{back:?}");
    }
}

#[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
fn now() -> Instant {
    Instant::now()
}
