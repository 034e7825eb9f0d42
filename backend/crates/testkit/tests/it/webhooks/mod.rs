//! Webhooks: who is told what, that it can be trusted, and what becomes of what nobody takes.

mod deliveries;
mod failing;
mod hearing;
mod managing;
mod operator;
mod replicas;

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use serde_json::{Value, json};
use testkit::{App, Elsewhere, Person, Received, Tapri};

/// Everything that an app can subscribe to.
const ALL: [&str; 5] =
    ["session.ended", "password.reset", "consent.granted", "consent.withdrawn", "refresh_token.reused"];

/// Asha, whose app prints photographs, and the place where it is told things.
struct Stage {
    elsewhere: Elsewhere,
    tapri: Tapri,
    asha: Person,
    printer: App,
}

impl Stage {
    async fn new() -> Self {
        let elsewhere = Elsewhere::open().await;
        elsewhere.lays_with("/hook", 204, &[], "");
        let tapri = Tapri::plan().mail().settings(|settings| elsewhere.allowed(settings)).start().await;
        let asha = tapri.sign_up("asha").await;
        let printer = asha.registers("Chai Printer").await;
        Self { elsewhere, tapri, asha, printer }
    }

    /// A webhook of the printer's at `/hook`.
    async fn hook(&self, events: &[&str]) -> Hook {
        Hook::add(&self.asha, &self.printer, &self.elsewhere.url("/hook"), events).await
    }

    /// What came to `/hook` when everything that is due has been sent.
    async fn heard(&self) -> Vec<Received> {
        self.tapri.run_jobs().await;
        self.elsewhere.received().into_iter().filter(|request| request.path == "/hook").collect()
    }

    /// The types of it.
    async fn heard_types(&self) -> Vec<String> {
        self.heard().await.iter().map(type_of).collect()
    }
}

fn type_of(received: &Received) -> String {
    let payload: Value = serde_json::from_str(&received.body).expect("JSON");
    payload["type"].as_str().expect("a type").to_owned()
}

/// A webhook in the hands of its developer.
struct Hook {
    owner: Person,
    path: String,
    id: String,
    secret: String,
}

impl Hook {
    async fn add(owner: &Person, app: &App, url: &str, events: &[&str]) -> Self {
        let list = format!("/api/v1/apps/{}/webhooks", app.client_id);
        let added = owner.send(&list, &json!({"url": url, "events": events})).await.expect(201);
        let id = added.text_of("webhook_id");
        Self { owner: owner.clone(), path: format!("{list}/{id}"), id, secret: added.text_of("secret") }
    }

    async fn deliveries(&self) -> Vec<Value> {
        self.owner.get(&format!("{}/deliveries", self.path)).await.expect(200).items()
    }

    /// The newest delivery.
    async fn newest(&self) -> Value {
        self.deliveries().await.into_iter().next().expect("there is one")
    }

    async fn tests(&self) -> Value {
        self.owner.send(&format!("{}/test", self.path), &json!({})).await.expect(201).data()
    }

    /// The webhook as the list shows it.
    async fn shown(&self) -> Value {
        let (list, _) = self.path.rsplit_once('/').expect("a path of several parts");
        let items = self.owner.get(list).await.expect(200).items();
        items.into_iter().find(|item| item["webhook_id"] == self.id.as_str()).expect("it is in the list")
    }
}

/// Whether one of the signatures is by `secret`: worked out from the words of the Standard Webhooks specification.
fn is_signed(received: &Received, secret: &str) -> bool {
    let key = BASE64.decode(secret.strip_prefix("whsec_").expect("a prefix").as_bytes()).expect("base64");
    let (id, timestamp) = (received.header("webhook-id"), received.header("webhook-timestamp"));
    let signed = format!("{id}.{timestamp}.{}", received.body);
    received.header("webhook-signature").split(' ').any(|signature| {
        let mac = BASE64.decode(signature.strip_prefix("v1,").expect("the version").as_bytes()).expect("base64");
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes(), &mac).is_ok()
    })
}

/// The payload of a request that is signed, and was sent just now.
fn verified(received: &Received, hook: &Hook, tapri: &Tapri) -> Value {
    assert_eq!((received.method.as_str(), received.header("content-type")), ("POST", "application/json"));
    assert!(is_signed(received, &hook.secret), "{received:?}");
    let sent: i64 = received.header("webhook-timestamp").parse().expect("seconds");
    let now = store::Clock::now(tapri.clock()).as_seconds();
    assert!((now - 60..=now).contains(&sent), "{sent} is not {now}");
    serde_json::from_str(&received.body).expect("JSON")
}
