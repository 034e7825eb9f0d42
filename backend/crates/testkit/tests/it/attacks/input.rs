//! Requests that try to be something else than they are.

use serde_json::json;
use testkit::{Tapri, all_at_once, raw_request};

#[tokio::test(flavor = "multi_thread")]
async fn row_29_a_bearer_token_in_the_address_or_in_two_places() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let token = asha.token();
    let in_address = format!("/api/v1/me?access_token={token}");
    let reply = tapri.visitor().get(&in_address).await.refused(400, "token_in_query");
    assert!(!reply.text().contains(&token), "it is not repeated");
    asha.get(&in_address).await.refused(400, "token_in_query");
    asha.me().bearer(&token).await.expect(400);
    let oauth = tapri.visitor().get(&format!("/oauth/userinfo?access_token={token}")).await;
    oauth.oauth_error(400, "invalid_request");
    tapri.visitor().get("/api/v1/me").header("authorization", "Basic YTpi").await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_31_every_wrong_secret_gets_the_same_answer() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    let secret = printer.secret.clone().expect("it is confidential");
    let nearly = format!("{}x", &secret[..secret.len() - 1]);
    let asks =
        |id: &str, secret: &str| tapri.visitor().post("/oauth/introspect").basic(id, secret).form(&[("token", "x")]);
    let unknown = asks("app_00000000000000000000000000", &secret).await.oauth_error(401, "invalid_client");
    for wrong in [&secret[1..], &nearly, "", "x"] {
        let answer = asks(&printer.client_id, wrong).await.expect(401);
        assert_eq!(answer.json(), unknown.json(), "not even whether the app exists is told");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_48_forged_proxy_headers_change_nothing() {
    let tapri = Tapri::start().await;
    let forged = tapri.visitor().get("/.well-known/openid-configuration");
    let forged = forged.header("x-forwarded-host", "evil.example").header("x-forwarded-proto", "https");
    let reply = forged.header("forwarded", "host=evil.example;proto=https").await.expect(200);
    assert!(!reply.text().contains("evil.example"), "{reply:?}");
    assert_eq!(reply.json()["issuer"], tapri.origin());
    let named = tapri.visitor().get("/api/v1/me").header("x-request-id", "forged-request-id").await;
    assert_ne!(named.header("x-request-id"), "forged-request-id");
    let mailed = tapri.visitor().post("/api/v1/auth/login").header("x-forwarded-host", "evil.example");
    let reply = mailed.json(&json!({"login": "nobody", "password": "whatever it is"})).await;
    assert!(!reply.text().contains("evil.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_49_bodies_addresses_and_headers_without_end() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let address = tapri.visitor().address();
    asha.post_with(&json!({"title": "x".repeat(70_000)})).await.expect(413);
    let long = format!("/api/v1/me?x={}", "y".repeat(10_000));
    asha.get(&long).await.expect(414);
    asha.me().header("x-padding", &"z".repeat(20_000)).await.expect(431);
    let parameters: Vec<(String, String)> = (0..10_000).map(|number| (format!("p{number}"), "1".to_owned())).collect();
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    tapri.visitor().post("/oauth/token").form(&parameters).await.expect(413);
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let deep = asha.call(http::Method::POST, "/api/v1/posts").body("application/json", format!("{{\"title\":{deep}}}"));
    assert!([400, 422].contains(&deep.await.status()), "read to its end or not, it is refused");
    // A promise of four gigabytes is refused before any of it is read.
    let promise = format!(
        "POST /api/v1/posts HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: 4294967296\r\n\r\n",
        asha.token()
    );
    let answer = raw_request(address, promise.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let endless = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}", "a".repeat(300_000));
    let answer = raw_request(address, endless.as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    asha.me().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_51_cursors_that_are_not_ours() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    for number in 0..3 {
        asha.post(&format!("Cup {number}")).await;
    }
    bilal.post("Other list").await;
    let page = asha.get("/api/v1/users/asha/posts?limit=1").await.expect(200);
    let cursor = page.text_of("next_cursor");
    let with = |list: &str, cursor: &str| asha.get(list).query(&[("cursor", cursor)]);
    with("/api/v1/users/asha/posts", &cursor).await.expect(200);

    let mut changed = cursor.clone().into_bytes();
    changed[10] = if changed[10] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("ASCII");
    let longer = format!("{cursor}AAAA");
    for forged in [
        "x",
        "'; DROP TABLE posts; --",
        "{\"$gt\": \"\"}",
        "../..",
        &changed,
        &cursor[..20],
        &longer,
        &"A".repeat(5000),
    ] {
        for list in ["/api/v1/users/asha/posts", "/api/v1/feed/home", "/api/v1/users/asha/followers"] {
            with(list, forged).await.refused(400, "cursor_invalid");
        }
    }
    // A good one, taken to another list.
    for list in ["/api/v1/users/bilal/posts", "/api/v1/feed/home", "/api/v1/users/asha/followers"] {
        with(list, &cursor).await.refused(400, "cursor_invalid");
    }
    let answers = all_at_once(50, |_| {
        let call = with("/api/v1/feed/home", &changed);
        async move { call.await.status() }
    })
    .await;
    assert!(answers.iter().all(|status| *status == 400), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_52_operators_where_text_belongs() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let wire = tapri.visitor();
    for operator in
        [json!({"$gt": ""}), json!({"$ne": null}), json!({"$regex": ".*"}), json!(["asha"]), json!(1), json!(true)]
    {
        let login = json!({"login": operator, "password": {"$gt": ""}});
        let reply = wire.post("/api/v1/auth/login").json(&login).await.expect(422);
        assert_eq!(reply.field(), "login", "{reply:?}");
        let register = json!({"username": "other", "email": operator, "password": "long enough for this"});
        assert_eq!(wire.post("/api/v1/auth/register").json(&register).await.expect(422).field(), "email");
        let refresh = json!({"refresh_token": operator});
        wire.post("/api/v1/auth/refresh").json(&refresh).await.expect(422);
        assert_eq!(asha.post_with(&json!({"title": operator})).await.expect(422).field(), "title");
    }
    for path in ["/api/v1/users/asha/posts?limit[$gt]=1", "/api/v1/feed/home?cursor[$ne]=x"] {
        assert!(asha.get(path).await.expect(200).items().is_empty(), "names that nobody knows mean nothing");
    }
    let reply = wire.get("/oauth/authorize?client_id[$ne]=x&response_type=code").await.expect(400);
    assert_eq!(reply.header("location"), "");
    let form = [("grant_type", "refresh_token"), ("client_id[$ne]", "x"), ("refresh_token", "x")];
    wire.post("/oauth/token").form(&form).await.oauth_error(401, "invalid_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_54_no_error_speaks_of_another_request() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let fields = all_at_once(50, |number| {
        let name = format!("nobody.{number}");
        let call = asha.get(&format!("/api/v1/users/{name}"));
        async move {
            let reply = call.await.refused(404, "user_not_found");
            (reply.header("x-request-id").to_owned(), reply.json()["details"]["request_id"].clone())
        }
    })
    .await;
    let ids: std::collections::HashSet<&String> = fields.iter().map(|(header, _)| header).collect();
    assert_eq!(ids.len(), 50, "each request has its own name");
    assert!(fields.iter().all(|(header, body)| body == header.as_str()));
}
