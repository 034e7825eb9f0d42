//! DPoP proofs that were copied, bent, made for something else or made by somebody else.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use testkit::{Call, Proof, ProofKey, Reply, Tapri, all_at_once};

use crate::oauth::proofs::{connected, now};

/// Where a proof is shown, and what it says when it is refused.
struct Door<'a> {
    tapri: &'a Tapri,
    key: &'a ProofKey,
    method: Method,
    path: &'static str,
    token: Option<String>,
    status: u16,
    send: Box<dyn Fn() -> Call + 'a>,
}

impl Door<'_> {
    fn url(&self) -> String {
        format!("{}{}", self.tapri.origin(), self.path)
    }

    /// A good proof but for the nonce.
    fn proof(&self) -> Proof {
        let proof = self.key.proof(self.method.as_str(), &self.url(), now(self.tapri));
        match &self.token {
            Some(token) => proof.token(token),
            None => proof,
        }
    }

    async fn shows(&self, proof: &str) -> Reply {
        (self.send)().header("dpop", proof).await
    }

    async fn nonce(&self) -> String {
        self.refuses(&self.proof().signed(), "use_dpop_nonce").await.header("dpop-nonce").to_owned()
    }

    #[track_caller]
    fn error_of(&self, reply: &Reply) -> String {
        if self.status == 400 {
            return reply.json()["error"].as_str().unwrap_or_default().to_owned();
        }
        let challenge = reply.header("www-authenticate");
        assert!(challenge.starts_with("DPoP "), "{reply:?}");
        let rest = challenge.split_once("error=\"").map_or("", |(_, rest)| rest);
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    async fn refuses(&self, proof: &str, error: &str) -> Reply {
        let reply = self.shows(proof).await.expect(self.status);
        assert_eq!(self.error_of(&reply), error, "{reply:?}");
        reply
    }
}

/// Every defect, at one door.
async fn try_everything(door: &Door<'_>) {
    let (tapri, stranger) = (door.tapri, ProofKey::new());
    let nonce = door.nonce().await;
    assert!(!nonce.is_empty(), "who lacks a nonce is told one");
    let good = || door.proof().nonce(&nonce);
    let invalid = async |what: &str, proof: String| {
        let reply = door.shows(&proof).await.expect(door.status);
        assert_eq!(door.error_of(&reply), "invalid_dpop_proof", "{what} at {}: {reply:?}", door.path);
    };
    let other_method = if door.method == Method::POST { "GET" } else { "POST" };
    invalid("another method", good().claim("htm", other_method).signed()).await;
    for address in [
        format!("{}/x", door.url()),
        format!("{}/", door.url()),
        tapri.origin(),
        door.url().replace("http://", "https://"),
        door.url().replace("localhost", "evil.example"),
        door.path.to_owned(),
    ] {
        invalid("another address", good().claim("htu", address).signed()).await;
    }
    for seconds in [-3600, -121, 31, 3600] {
        invalid("another time", good().claim("iat", now(tapri) + seconds).signed()).await;
    }
    for (claim, value) in [
        ("iat", json!("now")),
        ("iat", json!(now(tapri) as f64 + 0.5)),
        ("jti", json!("")),
        ("jti", json!({"$ne": ""})),
        ("jti", json!("x".repeat(2_000))),
        ("htm", Value::Null),
        ("htu", json!(["x"])),
    ] {
        invalid("a broken claim", good().claim(claim, value).signed()).await;
    }
    for typ in ["JWT", "at+jwt", ""] {
        invalid("another type", good().header("typ", typ).signed()).await;
    }
    for algorithm in ["none", "HS256", "ES256", "RS256", ""] {
        invalid("another algorithm", good().header("alg", algorithm).signed()).await;
    }
    let mut private = door.key.jwk();
    private["d"] = json!("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    invalid("a private key", good().header("jwk", private).signed()).await;
    invalid("a shared key", good().header("jwk", json!({"kty": "oct", "k": "c2VjcmV0"})).signed()).await;
    invalid("no key", good().header("jwk", json!({})).signed()).await;
    invalid("another signer", good().signed_by(&stranger)).await;
    invalid("no proof", "x".to_owned()).await;
    invalid("no signature", format!("{}.", good().signed().rsplit_once('.').expect("dots").0)).await;
    if door.token.is_some() {
        invalid("another token", good().token("another").signed()).await;
        invalid("no token", good().claim("ath", Value::Null).signed()).await;
    }
    let twice = (door.send)().header("dpop", &good().signed()).header("dpop", &good().signed()).await;
    assert_eq!(door.error_of(&twice.expect(door.status)), "invalid_dpop_proof");

    for bad in ["invented", &format!("{nonce}A"), ""] {
        door.refuses(&door.proof().nonce(bad).signed(), "use_dpop_nonce").await;
    }
    // Whatever was wrong before, it harmed nothing.
    let once = good().signed();
    door.shows(&once).await.expect(200);
    invalid("a copy", once.clone()).await;
    tapri.advance(Duration::from_secs(60));
    door.refuses(&once, "use_dpop_nonce").await;
    door.refuses(&door.proof().nonce(&nonce).signed(), "use_dpop_nonce").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_38_proofs_that_are_copied_bent_or_made_for_something_else() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (printer, key) = (asha.registers("Chai Printer").await, ProofKey::new());
    let granted = connected(&tapri, &asha, &printer, &key, "offline_access profile:read").await;
    let token = granted.access_token.clone();
    let api = Door {
        tapri: &tapri,
        key: &key,
        method: Method::GET,
        path: "/api/v1/me",
        token: Some(token.clone()),
        status: 401,
        send: Box::new(|| tapri.visitor().get("/api/v1/me").header("authorization", &format!("DPoP {token}"))),
    };
    try_everything(&api).await;
    // The nonce of one server is nothing to the other.
    let nonce = api.nonce().await;
    let body = json!({
        "client_name": "Robot", "client_type": "confidential", "grant_types": ["client_credentials"],
        "redirect_uris": [],
    });
    let robot = asha.registers_with(&body).await;
    let fields = [("grant_type", "client_credentials"), ("scope", "posts:read")];
    let endpoint = Door {
        tapri: &tapri,
        key: &key,
        method: Method::POST,
        path: "/oauth/token",
        token: None,
        status: 400,
        send: Box::new(|| robot.call("/oauth/token", &fields)),
    };
    endpoint.refuses(&endpoint.proof().nonce(&nonce).signed(), "use_dpop_nonce").await;
    try_everything(&endpoint).await;
    // A thief who has the token and a key of their own.
    let (thief, nonce) = (ProofKey::new(), api.nonce().await);
    let proof = thief.proof("GET", &api.url(), now(&tapri)).token(&token).nonce(&nonce).signed();
    api.refuses(&proof, "invalid_token").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_38_fifty_copies_of_a_proof_at_once_are_one() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (printer, key) = (asha.registers("Chai Printer").await, ProofKey::new());
    let granted = connected(&tapri, &asha, &printer, &key, "profile:read").await;
    let authorization = format!("DPoP {}", granted.access_token);
    let url = format!("{}/api/v1/me", tapri.origin());
    let ask =
        |proof: &str| tapri.visitor().get("/api/v1/me").header("authorization", &authorization).header("dpop", proof);
    let fresh = || key.proof("GET", &url, now(&tapri)).token(&granted.access_token);
    let nonce = ask(&fresh().signed()).await.header("dpop-nonce").to_owned();
    let proof = fresh().nonce(&nonce).signed();
    let statuses = all_at_once(50, |_| {
        let call = ask(&proof);
        async move { call.await.status() }
    })
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");

    let url = format!("{}/oauth/token", tapri.origin());
    let refresh = |proof: &str| printer.refreshes(&granted.refresh_token).header("dpop", proof);
    let nonce = refresh(&key.proof("POST", &url, now(&tapri)).signed()).await.header("dpop-nonce").to_owned();
    let proof = key.proof("POST", &url, now(&tapri)).nonce(&nonce).signed();
    let statuses = all_at_once(50, |_| {
        let call = refresh(&proof);
        async move { call.await.status() }
    })
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}
