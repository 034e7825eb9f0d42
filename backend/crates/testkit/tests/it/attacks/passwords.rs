//! Rows 40 to 44 and 50: finding out who has an account, odd passwords, guessing, reset links, changes without proof, and a
//! flood of sign-ins.

use std::time::Duration;

use http::Method;
use httpkit::settings::Settings;
use serde_json::{Value, json};
use testkit::{Call, Person, Reply, Tapri, email_of, password_of};

const NEW: &str = "two spoons of ginger";

fn signs_in(tapri: &Tapri, login: &str, password: &str) -> Call {
    tapri.visitor().post("/api/v1/auth/login").json(&json!({"login": login, "password": password}))
}

fn forgets(tapri: &Tapri, address: &str) -> Call {
    tapri.visitor().post("/api/v1/auth/password/forgot").json(&json!({"email": address}))
}

async fn confirmed(tapri: &Tapri, username: &str) -> Person {
    let person = tapri.sign_up(username).await;
    let code = tapri.mailbox().await.code_to(&email_of(username));
    person.send("/api/v1/auth/email/confirm", &json!({"code": code})).await.expect(200);
    person
}

/// An answer without what differs from request to request.
fn faceless(reply: &Reply) -> (u16, Value) {
    let mut body = reply.json().clone();
    body["timestamp"] = Value::Null;
    body["details"]["request_id"] = Value::Null;
    (reply.status(), body)
}

/// The names of all fields of an answer, at any depth.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        _ => Value::Null,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_40_no_answer_says_whose_an_address_is() {
    let tapri = Tapri::plan().mail().start().await;
    confirmed(&tapri, "asha").await;

    let known = signs_in(&tapri, &email_of("asha"), "a guess").await;
    assert_eq!(known.status(), 401);
    for unknown in ["nobody@people.example", "nobody", "asha@people.example.", "no name at all"] {
        assert_eq!(faceless(&signs_in(&tapri, unknown, "a guess").await), faceless(&known), "{unknown}");
    }

    let known = forgets(&tapri, &email_of("asha")).await;
    assert_eq!(known.status(), 200);
    assert_eq!(faceless(&forgets(&tapri, "nobody@people.example").await), faceless(&known));

    let register = |name: &str, address: &str| {
        let body = json!({"username": name, "email": address, "password": password_of(name)});
        tapri.visitor().post("/api/v1/auth/register").json(&body)
    };
    let taken = register("thief", &email_of("asha")).await.expect(201);
    let free = register("bilal", &email_of("bilal")).await.expect(201);
    assert_eq!(shape(taken.json()), shape(free.json()));
    assert_eq!(taken.message(), free.message());
    let asks = |reply: &Reply| {
        let token = reply.text_of("access_token");
        tapri.visitor().post("/api/v1/auth/email/verification").bearer(&token).json(&json!({}))
    };
    tapri.run_jobs().await;
    tapri.advance(Duration::from_secs(60));
    assert_eq!(shape(asks(&taken).await.expect(200).json()), shape(asks(&free).await.expect(200).json()));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_41_a_password_is_all_that_was_typed_or_refused() {
    let tapri = Tapri::start().await;
    let register = |name: &str, password: &str| {
        let body = json!({"username": name, "email": email_of(name), "password": password});
        tapri.visitor().post("/api/v1/auth/register").json(&body)
    };
    let long = "chai and rain ".repeat(6)[..72].to_owned();
    register("asha", &long).await.expect(201);
    register("bilal", &format!("{long}!")).await.refused(422, "too_long");
    register("bilal", &"é".repeat(37)).await.refused(422, "too_long");
    register("bilal", "chai and\0rain").await.refused(422, "password_unusable");
    register("bilal", &"x".repeat(1_000_000)).await.expect(413);
    // The twin that bcrypt would take for the same, and whatever follows a NUL.
    for twin in [format!("{long}!"), format!("{long}\0"), long[..71].to_owned()] {
        signs_in(&tapri, "asha", &twin).await.expect(401);
    }
    signs_in(&tapri, "asha", &"x".repeat(1_000_000)).await.expect(413);
    signs_in(&tapri, "asha", &long).await.expect(200);
    // Two ways to write one letter are two passwords: nothing is changed behind anybody's back.
    register("chandra", "caf\u{e9} and rain").await.expect(201);
    signs_in(&tapri, "chandra", "cafe\u{301} and rain").await.expect(401);
    signs_in(&tapri, "chandra", "caf\u{e9} and rain").await.expect(200);
}

fn limited(settings: &mut Settings) {
    settings.limits.enabled = true;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_42_guessing_is_held_back_and_no_owner_is_locked_out() {
    let tapri = Tapri::plan().settings(limited).start().await;
    let signed_up = Person::asks_for_account(tapri.visitor(), "asha").await.expect(201);
    let device = signed_up.text_of("device_token");
    let browser = tapri.browser();
    browser.sign_in("asha", &password_of("asha")).await.expect(200);

    let mut guesses = 0;
    let held = loop {
        let reply = signs_in(&tapri, "asha", &format!("guess {guesses}")).await;
        if reply.status() == 429 {
            break reply;
        }
        assert_eq!(reply.status(), 401);
        guesses += 1;
        assert!(guesses <= 10, "ten guesses are free at most");
    };
    let wait = |reply: &Reply| reply.header("retry-after").parse::<u64>().expect("whole seconds");
    assert!(wait(&held) >= 25, "{held:?}");
    // Nobody gets through any more, by the right password neither, by no other name of the account.
    signs_in(&tapri, "asha", &password_of("asha")).await.expect(429);
    signs_in(&tapri, &email_of("asha"), &password_of("asha")).await.expect(429);
    // But for the devices that she signed in on before.
    let body = json!({"login": "asha", "password": password_of("asha"), "device_token": device});
    tapri.visitor().post("/api/v1/auth/login").json(&body).await.expect(200);
    browser.sign_in("asha", &password_of("asha")).await.expect(200);
    // A device of somebody else's is a stranger here.
    let others = Person::asks_for_account(tapri.visitor(), "bilal").await.expect(201).text_of("device_token");
    for token in [others.as_str(), "nonsense", ""] {
        let body = json!({"login": "asha", "password": password_of("asha"), "device_token": token});
        tapri.visitor().post("/api/v1/auth/login").json(&body).await.expect(429);
    }

    // The delay grows with each further guess.
    let mut waits = Vec::new();
    let mut held = signs_in(&tapri, "asha", "a guess").await.expect(429);
    for _ in 0..4 {
        tapri.advance(Duration::from_secs(wait(&held)));
        signs_in(&tapri, "asha", "a guess").await.expect(401);
        held = signs_in(&tapri, "asha", "a guess").await.expect(429);
        waits.push(wait(&held));
    }
    assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_42_no_other_path_skips_the_lock_and_spraying_is_held_back() {
    let tapri = Tapri::plan().settings(limited).start().await;
    let asha = tapri.sign_up("asha").await;
    // With a stolen access token: every path that asks for the password shares one count.
    let mut tried = 0;
    loop {
        let guess = format!("guess {tried}");
        let reply = match tried % 3 {
            0 => asha.change_password(&guess, NEW).await,
            1 => {
                let body = json!({"email": "thief@people.example", "current_password": guess});
                asha.send("/api/v1/auth/email/change", &body).await
            }
            _ => asha.call(Method::DELETE, "/api/v1/me").json(&json!({"password": guess})).await,
        };
        if reply.status() == 429 {
            break;
        }
        reply.refused(422, "password_wrong");
        tried += 1;
        assert!(tried <= 10, "ten guesses are free at most");
    }
    // One machine, many names: most are not even looked at.
    let mut looked_at = 0;
    for number in 0..150 {
        looked_at += u32::from(signs_in(&tapri, &format!("name{number}"), "Summer2026!").await.status() == 401);
    }
    assert!(looked_at <= 100, "{looked_at}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_43_a_reset_link_is_good_once_and_leads_to_us() {
    let tapri = Tapri::plan().mail().start().await;
    let asha = confirmed(&tapri, "asha").await;
    let poisoned = tapri
        .resource()
        .post("/api/v1/auth/password/forgot")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example;proto=https")
        .json(&json!({"email": email_of("asha")}));
    poisoned.await.expect(200);
    let letter = tapri.mailbox().await.newest_to(&email_of("asha"));
    assert!(!letter.body.contains("evil.example") && letter.body.contains(&tapri.origin()), "{letter:?}");
    let old = tapri.mailbox().await.reset_token_to(&email_of("asha"));
    tapri.advance(Duration::from_secs(61));
    forgets(&tapri, &email_of("asha")).await.expect(200);
    let token = tapri.mailbox().await.reset_token_to(&email_of("asha"));

    let resets = |token: &str| {
        let body = json!({"token": token, "new_password": NEW});
        tapri.visitor().post("/api/v1/auth/password/reset").json(&body)
    };
    resets(&old).await.refused(422, "reset_token_invalid");
    // Of fifty who use it at once, one does.
    let statuses = testkit::all_at_once(50, |_| {
        let call = resets(&token);
        async move { call.await.status() }
    })
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    resets(&token).await.refused(422, "reset_token_invalid");
    asha.try_refresh(&asha.refresh_token()).await.expect(401);
    signs_in(&tapri, "asha", NEW).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_43_fifty_guesses_at_once_are_five_tries() {
    let tapri = Tapri::plan().mail().start().await;
    let asha = tapri.sign_up("asha").await;
    let code = tapri.mailbox().await.code_to(&email_of("asha"));
    let reasons = testkit::all_at_once(50, |number| {
        let guess = format!("{:06}", (code.parse::<u32>().expect("digits") + 1 + number as u32) % 1_000_000);
        let call = asha.send("/api/v1/auth/email/confirm", &json!({"code": guess}));
        async move { call.await.reason().to_owned() }
    })
    .await;
    assert_eq!(reasons.iter().filter(|reason| *reason == "code_wrong").count(), 5, "{reasons:?}");
    asha.send("/api/v1/auth/email/confirm", &json!({"code": code})).await.refused(422, "code_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_44_a_token_alone_changes_neither_password_nor_address() {
    let tapri = Tapri::plan().mail().start().await;
    let asha = confirmed(&tapri, "asha").await;
    let app = asha.registers("Chai Printer").await;
    let scopes = ["profile:read", "profile:write", "email"];
    let granted = app.connects(&asha.browser().await, &scopes.join(" "), &scopes).await;
    let password = json!({"current_password": password_of("asha"), "new_password": NEW});
    let address = json!({"email": "thief@people.example", "current_password": password_of("asha")});
    for (path, body) in [("/api/v1/auth/password/change", &password), ("/api/v1/auth/email/change", &address)] {
        granted.caller.send(path, body).await.refused(403, "first_party_only");
        tapri.visitor().post(path).json(body).await.expect(401);
        for wrong in ["", "a guess", &password_of("bilal")] {
            let mut body = body.clone();
            body["current_password"] = json!(wrong);
            asha.send(path, &body).await.refused(422, "password_wrong");
        }
    }
    // By the right password the address is only asked: until it answers, the old one stays.
    tapri.advance(Duration::from_secs(60));
    asha.send("/api/v1/auth/email/change", &address).await.expect(200);
    tapri.run_jobs().await;
    assert_eq!(asha.me().await.expect(200).data()["email"], email_of("asha").as_str());
    asha.patch("/api/v1/me", &json!({"email": "thief@people.example"})).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_50_a_flood_of_sign_ins_holds_up_nobody_else() {
    let small = |settings: &mut Settings| {
        settings.passwords.bcrypt_cost = 10;
        settings.passwords.threads = 1;
        settings.passwords.queue = 16;
    };
    let tapri = Tapri::plan().settings(small).start().await;
    let asha = tapri.sign_up("asha").await;
    let post = asha.post("Midnight Chai").await;
    let wire = tapri.visitor().clone();
    let flood = tokio::spawn(async move {
        testkit::all_at_once(1_000, |number| {
            let body = json!({"login": format!("name{number}"), "password": "a guess"});
            let call = wire.post("/api/v1/auth/login").json(&body);
            async move {
                let reply = call.await;
                (reply.status(), reply.header("retry-after").to_owned())
            }
        })
        .await
    });
    // Seventeen hashes are more than a second of work; everybody else is answered long before they are through.
    let mut answered = 0;
    while !flood.is_finished() {
        asha.read(&post).await.expect(200);
        answered += 1;
    }
    let answers = flood.await.expect("nobody panics");
    assert!(answered >= 10, "only {answered} reads were answered meanwhile");
    assert!(answers.iter().all(|(status, _)| [401, 503].contains(status)), "{answers:?}");
    let refused: Vec<_> = answers.iter().filter(|(status, _)| *status == 503).collect();
    assert!(refused.len() > 500 && refused.iter().all(|(_, retry)| !retry.is_empty()), "{}", refused.len());
}
