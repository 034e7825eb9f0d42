//! Addresses that an attacker gives this server to go to.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use httpkit::outbound::{AllowedHost, Resolve};
use serde_json::json;
use testkit::{App, Elsewhere, ProofKey, Tapri, within};
use tokio::net::{TcpListener, TcpStream};

use crate::oauth::proofs::now;

/// Names that lead where the attacker wants, another place each time they are asked for.
#[derive(Default)]
struct Names {
    places: Mutex<HashMap<String, Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Names {
    fn lead(&self, name: &str, places: &[&str]) {
        let places = places.iter().map(|place| place.parse().expect("an address")).collect();
        self.places.lock().expect("no test panics here").insert(name.to_owned(), places);
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let places = self.places.lock().expect("no test panics here").get(host).cloned();
        Box::pin(async move { places.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound)) })
    }
}

/// A door inside the operator's network, at which nobody may knock.
struct Inside(TcpListener);

impl Inside {
    async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.expect("a free port"))
    }

    fn port(&self) -> u16 {
        self.0.local_addr().expect("it is bound").port()
    }

    /// Nobody knocked up to now: the first who does is this test itself.
    async fn was_left_alone(self) {
        let own = TcpStream::connect(self.0.local_addr().expect("it is bound")).await.expect("it listens");
        let (_, first) = self.0.accept().await.expect("somebody knocks");
        assert_eq!(first, own.local_addr().expect("it is connected"), "somebody knocked before");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_33_addresses_that_lead_inside() {
    let inside = Inside::new().await;
    let (names, port) = (Arc::new(Names::default()), inside.port());
    let tapri = Tapri::plan().names(names.clone()).start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    for place in ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::ffff:127.0.0.1", "::1", "64:ff9b::7f00:1", "fd00::1"] {
        names.lead("rebinding.example", &[place]);
        let id = json!({"client_id": format!("https://rebinding.example:{port}/client.json")});
        let app = App::by_itself(tapri.visitor(), &id, "http://127.0.0.1/callback");
        assert_eq!(browser.begins(&app.asks("posts:read")).await.status(), 400, "{place}");
    }
    // One good address does not excuse a bad one.
    names.lead("rebinding.example", &["1.1.1.1", "127.0.0.1"]);
    let before = names.asked.load(Ordering::SeqCst);
    let id = json!({"client_id": format!("https://rebinding.example:{port}/client.json")});
    let app = App::by_itself(tapri.visitor(), &id, "http://127.0.0.1/callback");
    assert_eq!(browser.begins(&app.asks("posts:read")).await.status(), 400);
    assert_eq!(names.asked.load(Ordering::SeqCst), before + 1, "a name is asked for once");

    // What can be seen from the address alone is refused when it is registered, whoever does it.
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "169.254.169.254"] {
        let url = format!("https://{host}:{port}/keys");
        let id = json!({"client_id": url});
        let app = App::by_itself(tapri.visitor(), &id, "http://127.0.0.1/callback");
        assert_eq!(browser.begins(&app.asks("posts:read")).await.status(), 400, "{host}");
        for field in ["jwks_uri", "backchannel_logout_uri"] {
            let mut app = json!({
                "client_name": "X", "client_type": "confidential", "redirect_uris": ["https://x.example/callback"],
            });
            app[field] = url.clone().into();
            asha.send("/api/v1/apps", &app).await.expect(422);
            app.as_object_mut().expect("an object").remove("client_type");
            let refused = tapri.visitor().post("/oauth/register").json(&app).await;
            refused.oauth_error(400, "invalid_client_metadata");
        }
    }
    inside.was_left_alone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_33_keys_at_a_name_that_turns_inside() {
    let inside = Inside::new().await;
    let names = Arc::new(Names::default());
    let tapri = Tapri::plan().names(names.clone()).start().await;
    let asha = tapri.sign_up("asha").await;
    let app = asha
        .registers_with(&json!({
            "client_name": "X", "client_type": "confidential", "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": format!("https://rebinding.example:{}/keys", inside.port()),
            "redirect_uris": ["https://x.example/callback"],
        }))
        .await;
    names.lead("rebinding.example", &["127.0.0.1"]);
    let assertion = ProofKey::new().assertion(&app.client_id, tapri.origin(), now(&tapri)).signed();
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let fields = [("token", "x"), ("client_assertion", assertion.as_str()), ("client_assertion_type", kind)];
    tapri.visitor().post("/oauth/introspect").form(&fields).await.oauth_error(401, "invalid_client");
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
    inside.was_left_alone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_33_answers_that_lead_on_never_stop_or_never_come() {
    let (inside, silent, elsewhere) = (Inside::new().await, Inside::new().await, Elsewhere::open().await);
    let quiet = format!("127.0.0.1:{}", silent.port());
    let tapri = Tapri::plan().settings(|settings| {
        elsewhere.allowed(settings);
        settings.outbound.allowed_hosts.push(AllowedHost::parse(&quiet).expect("a host"));
    });
    let tapri = tapri.start().await;
    let browser = tapri.browser();
    let begins = async |url: String| {
        let app = App::by_itself(tapri.visitor(), &json!({"client_id": url}), "http://127.0.0.1/callback");
        browser.begins(&app.asks("posts:read")).await.status()
    };
    let location = format!("https://127.0.0.1:{}/client.json", inside.port());
    for status in [301, 302, 303, 307, 308] {
        elsewhere.lays_with("/client.json", status, &[("location", &location)], "");
        assert_eq!(begins(elsewhere.url("/client.json")).await, 400, "{status}");
    }
    elsewhere.lays_with("/large.json", 200, &[("content-type", "application/json")], &"x".repeat(1 << 20));
    assert_eq!(begins(elsewhere.url("/large.json")).await, 400);
    inside.was_left_alone().await;

    // Somebody who takes the call and says nothing holds up nobody for long.
    #[expect(clippy::disallowed_methods, reason = "how long an answer takes is what this is about")]
    let began = Instant::now();
    assert_eq!(begins(format!("https://{quiet}/client.json")).await, 400);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn row_33_webhooks_at_a_name_that_turns_inside() {
    let inside = Inside::new().await;
    let names = Arc::new(Names::default());
    let tapri = Tapri::plan().names(names.clone()).start().await;
    let asha = tapri.sign_up("asha").await;
    let app = asha.registers("X").await;
    let list = format!("/api/v1/apps/{}/webhooks", app.client_id);
    let hook =
        |host: &str| json!({"url": format!("https://{host}:{}/hook", inside.port()), "events": ["password.reset"]});
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "169.254.169.254"] {
        assert_eq!(asha.send(&list, &hook(host)).await.refused(422, "url_invalid").field(), "url", "{host}");
    }
    let added = asha.send(&list, &hook("rebinding.example")).await.expect(201);
    let path = format!("{list}/{}", added.text_of("webhook_id"));
    asha.patch(&path, &json!({"url": format!("https://127.1:{}/", inside.port())})).await.refused(422, "url_invalid");
    for place in ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::ffff:127.0.0.1", "::1", "64:ff9b::7f00:1", "fd00::1"] {
        names.lead("rebinding.example", &["1.1.1.1", place]);
        asha.patch(&path, &json!({"state": "active"})).await.expect(200);
        let before = names.asked.load(Ordering::SeqCst);
        let sent = asha.send(&format!("{path}/test"), &json!({})).await.expect(201).text_of("delivery_id");
        tapri.run_jobs().await;
        let log = asha.get(&format!("{path}/deliveries")).await.expect(200).items();
        let delivery = log.iter().find(|delivery| delivery["delivery_id"] == sent.as_str()).expect("it is in the log");
        let error = delivery["last_attempt"]["error"].as_str().expect("it failed");
        assert_eq!(error, "The host is in a private network, where this server does not go", "{place}");
        assert_eq!(names.asked.load(Ordering::SeqCst), before + 1, "a name is asked for once");
    }
    inside.was_left_alone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_33_logouts_told_at_a_name_that_turns_inside_or_by_an_answer_that_leads_on() {
    let (inside, elsewhere, names) = (Inside::new().await, Elsewhere::open().await, Arc::new(Names::default()));
    let tapri = Tapri::plan().names(names.clone()).settings(|settings| elsewhere.allowed(settings)).start().await;
    let asha = tapri.sign_up("asha").await;
    let registers = async |uri: String| {
        let body = json!({
            "client_name": "X", "client_type": "confidential", "redirect_uris": ["https://x.example/callback"],
            "backchannel_logout_uri": uri,
        });
        asha.registers_with(&body).await
    };
    let signs_out = async |app: &App| {
        let browser = asha.browser().await;
        app.connects(&browser, "openid", &[]).await;
        browser.signs_out().await.expect(200);
    };

    // It led elsewhere when it was registered; where it leads is judged whenever it is called.
    let turning = registers(format!("https://rebinding.example:{}/signed-out", inside.port())).await;
    for places in [
        &["127.0.0.1"][..],
        &["169.254.169.254"],
        &["10.0.0.1"],
        &["::ffff:127.0.0.1"],
        &["fd00::1"],
        &["1.1.1.1", "127.0.0.1"],
    ] {
        names.lead("rebinding.example", places);
        let before = names.asked.load(Ordering::SeqCst);
        signs_out(&turning).await;
        within(Duration::from_secs(10), "the app was to be told", || async {
            tapri.tidy_auth().await;
            (names.asked.load(Ordering::SeqCst) > before).then_some(())
        })
        .await;
        assert_eq!(names.asked.load(Ordering::SeqCst), before + 1, "a name is asked for once: {places:?}");
    }

    names.lead("localhost", &["127.0.0.1"]);
    let location = format!("https://127.0.0.1:{}/signed-out", inside.port());
    let leading_on = registers(elsewhere.url("/moved")).await;
    for status in [301, 302, 303, 307, 308] {
        elsewhere.lays_with("/moved", status, &[("location", &location)], "");
        let before = elsewhere.asked("/moved");
        signs_out(&leading_on).await;
        elsewhere.hears_again("/moved", before).await;
    }
    tapri.tidy_auth().await;
    inside.was_left_alone().await;
}
