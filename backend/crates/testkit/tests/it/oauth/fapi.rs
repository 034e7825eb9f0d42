//! The FAPI 2.0 Security Profile, as an app may choose it: a whole flow, and every requirement refused where it is not met.

use std::collections::HashSet;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use testkit::jwt::Jwt;
use testkit::{App, Flow, Granted, Person, ProofKey, Reply, Tapri, all_at_once, param};

use super::proofs::{asked, now, proved};

/// An app of the profile, with the key that it signs assertions with and the one that its tokens are bound to.
struct FapiApp<'a> {
    tapri: &'a Tapri,
    app: App,
    key: ProofKey,
    dpop: ProofKey,
}

impl<'a> FapiApp<'a> {
    async fn registered(tapri: &'a Tapri, person: &Person) -> Self {
        let (key, dpop) = (ProofKey::new(), ProofKey::new());
        let app = person.registers_with(&registration(&key)).await;
        Self { tapri, app, key, dpop }
    }

    /// The parameters by which it proves who it is, with an assertion for `audience`.
    fn assertion_for(&self, audience: impl Into<Value>) -> Vec<(&'static str, String)> {
        let assertion = self.key.assertion(&self.app.client_id, audience, now(self.tapri));
        vec![
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned()),
            ("client_assertion", assertion.signed()),
        ]
    }

    /// Posts `fields` as this app, with a proof where `with_proof`.
    async fn post(&self, path: &str, fields: &[(&str, &str)], with_proof: bool) -> Reply {
        let call = || {
            let proof = self.assertion_for(self.tapri.origin());
            let proof = proof.iter().map(|(name, value)| (*name, value.as_str()));
            let id = ("client_id", self.app.client_id.as_str());
            let all: Vec<_> =
                fields.iter().copied().filter(|(name, _)| *name != "client_id").chain(proof).chain([id]).collect();
            self.tapri.visitor().post(path).form(&all)
        };
        match with_proof {
            true => proved(self.tapri, &self.dpop, &Method::POST, path, None, call).await,
            false => call().await,
        }
    }

    async fn push(&self, flow: &Flow) -> Reply {
        self.post("/oauth/par", &flow.fields(), true).await
    }

    fn carried(&self, pushed: &Reply) -> Flow {
        super::pushed::carried(&self.app, pushed)
    }

    async fn code(&self, person: &Person, flow: &Flow, scopes: &[&str]) -> String {
        let pushed = self.push(flow).await.expect(201);
        let back = person.browser().await.allows(&self.carried(&pushed), scopes).await;
        assert_eq!(param(&back, "iss"), Some(self.tapri.origin()), "{back}");
        param(&back, "code").expect("a code")
    }

    async fn redeem(&self, flow: &Flow, code: &str, with_proof: bool) -> Reply {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", flow.param("redirect_uri")),
            ("code_verifier", &flow.verifier),
        ];
        self.post("/oauth/token", &fields, with_proof).await
    }

    async fn connect(&self, person: &Person, scope: &str) -> Granted {
        let flow = self.app.asks(scope);
        let allowed: Vec<&str> = scope.split(' ').collect();
        let code = self.code(person, &flow, &allowed).await;
        self.app.granted(&self.redeem(&flow, &code, true).await.expect(200))
    }

    async fn refresh(&self, refresh_token: &str) -> Reply {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        self.post("/oauth/token", &fields, true).await
    }
}

fn registration(key: &ProofKey) -> Value {
    json!({
        "client_name": "Careful Bank", "client_type": "confidential", "profile": "fapi2",
        "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key.jwk()]},
        "redirect_uris": ["https://bank.example/callback"],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_flow_of_the_profile() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let bank = FapiApp::registered(&tapri, &asha).await;
    let flow = bank.app.asks("openid offline_access profile:read");
    let code = bank.code(&asha, &flow, &["offline_access", "profile:read"]).await;
    let answer = bank.redeem(&flow, &code, true).await.expect(200);
    let granted = bank.app.granted(&answer);
    assert_eq!(granted.answer["token_type"], "DPoP");
    let id_token = Jwt::read(granted.answer["id_token"].as_str().expect("an ID token"));
    assert_ne!(id_token.header["alg"], "RS256", "the profile forbids it");
    assert_eq!(id_token.claims["nonce"], flow.nonce.as_str());
    asked(&tapri, &bank.dpop, Method::GET, "/api/v1/me", &granted.access_token).await.expect(200);

    let worth = bank.post("/oauth/introspect", &[("token", &granted.access_token)], false).await.expect(200);
    assert_eq!(worth.json()["cnf"], json!({"jkt": bank.dpop.thumbprint()}));
    let next = bank.app.granted(&bank.refresh(&granted.refresh_token).await.expect(200));
    assert_eq!(next.refresh_token, granted.refresh_token, "held by the app's key, and not rotated");
    asked(&tapri, &bank.dpop, Method::GET, "/api/v1/me", &next.access_token).await.expect(200);

    bank.post("/oauth/revoke", &[("token", &granted.refresh_token)], false).await.expect(200);
    bank.refresh(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_that_stays_the_same_lives_by_its_last_use() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let bank = FapiApp::registered(&tapri, &asha).await;
    let granted = bank.connect(&asha, "offline_access profile:read").await;
    // Used every two months it outlives its 90 days many times; long after the grace it is no replay either.
    for _ in 0..6 {
        tapri.advance(Duration::from_secs(60 * 24 * 3600));
        let next = bank.app.granted(&bank.refresh(&granted.refresh_token).await.expect(200));
        asked(&tapri, &bank.dpop, Method::GET, "/api/v1/me", &next.access_token).await.expect(200);
    }
    tapri.advance(Duration::from_secs(91 * 24 * 3600));
    bank.refresh(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_refreshes_at_once_all_succeed_with_the_same_token() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let bank = FapiApp::registered(&tapri, &asha).await;
    let granted = bank.connect(&asha, "profile:read").await;
    tapri.advance(Duration::from_secs(500));
    let url = format!("{}/oauth/token", tapri.origin());
    let nonce = bank.refresh(&granted.refresh_token).await.header("dpop-nonce").to_owned();
    let tokens = all_at_once(50, |_| {
        let proof = bank.dpop.proof("POST", &url, now(&tapri)).nonce(&nonce).signed();
        let mut fields = bank.assertion_for(tapri.origin());
        fields.extend([
            ("client_id", bank.app.client_id.clone()),
            ("grant_type", "refresh_token".to_owned()),
            ("refresh_token", granted.refresh_token.clone()),
        ]);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let call = tapri.visitor().post("/oauth/token").header("dpop", &proof).form(&fields);
        async move { call.await.expect(200).json()["refresh_token"].clone() }
    })
    .await;
    let tokens: HashSet<String> = tokens.iter().filter_map(|token| token.as_str().map(str::to_owned)).collect();
    assert_eq!(tokens, HashSet::from([granted.refresh_token]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_pushed_or_not_whole_is_refused() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let bank = FapiApp::registered(&tapri, &asha).await;
    let flow = || bank.app.asks("profile:read");
    let back = asha.browser().await.begins(&flow()).await.expect(303).location();
    assert_eq!(param(&back, "error").as_deref(), Some("invalid_request"), "{back}");
    assert_eq!(param(&back, "iss"), Some(tapri.origin()), "{back}");
    for bad in [
        flow().without("redirect_uri"),
        flow().without("code_challenge").without("code_challenge_method"),
        flow().with("code_challenge_method", "plain"),
    ] {
        bank.push(&bad).await.oauth_error(400, "invalid_request");
    }
    bank.push(&flow().with("response_type", "code id_token")).await.oauth_error(400, "unsupported_response_type");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_request_without_a_proof_gets_nothing() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let bank = FapiApp::registered(&tapri, &asha).await;
    let flow = bank.app.asks("profile:read");
    let code = bank.code(&asha, &flow, &["profile:read"]).await;
    bank.redeem(&flow, &code, false).await.oauth_error(400, "invalid_dpop_proof");
    let granted = bank.app.granted(&bank.redeem(&flow, &code, true).await.expect(200));
    let fields = [("grant_type", "refresh_token"), ("refresh_token", granted.refresh_token.as_str())];
    bank.post("/oauth/token", &fields, false).await.oauth_error(400, "invalid_dpop_proof");
    tapri.visitor().get("/api/v1/me").bearer(&granted.access_token).await.refused(401, "token_bound");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_does_not_prove_itself_as_the_profile_wants_is_nobody() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let bank = FapiApp::registered(&tapri, &asha).await;
    let (flow, origin) = (bank.app.asks("profile:read"), tapri.origin());
    let wire = tapri.visitor();
    let push = |proof: Vec<(&'static str, String)>| {
        let proof: Vec<_> = proof.iter().map(|(name, value)| (*name, value.as_str())).collect();
        wire.post("/oauth/par").form(&[flow.fields(), proof].concat())
    };
    push(Vec::new()).await.oauth_error(401, "invalid_client");
    push(vec![("client_secret", "guessed".to_owned())]).await.oauth_error(401, "invalid_client");
    // The audience is the issuer, as a text and nothing else.
    for audience in [
        json!(format!("{origin}/oauth/token")),
        json!(format!("{origin}/oauth/par")),
        json!(format!("{origin}/")),
        json!([origin.clone()]),
        json!("https://elsewhere.example"),
    ] {
        push(bank.assertion_for(audience.clone())).await.oauth_error(401, "invalid_client");
    }
    let once = bank.assertion_for(origin.as_str());
    push(once.clone()).await.expect(201);
    push(once).await.oauth_error(401, "invalid_client");
    let thief = FapiApp { key: ProofKey::new(), app: bank.app.clone(), dpop: ProofKey::new(), tapri: &tapri };
    push(thief.assertion_for(origin.as_str())).await.oauth_error(401, "invalid_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_lives_for_a_minute_whatever_the_settings_say() {
    let tapri = Tapri::plan().settings(|settings| settings.tokens.code = Duration::from_secs(600)).start().await;
    let asha = tapri.sign_up("asha").await;
    let bank = FapiApp::registered(&tapri, &asha).await;
    let flow = bank.app.asks("profile:read");
    let code = bank.code(&asha, &flow, &["profile:read"]).await;
    tapri.advance(Duration::from_secs(60));
    bank.redeem(&flow, &code, true).await.oauth_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_the_profile_cannot_be_registered() {
    let tapri = Tapri::start().await;
    let (asha, key) = (tapri.sign_up("asha").await, ProofKey::new());
    let with = |name: &str, value: Value| {
        let mut body = registration(&key);
        body[name] = value;
        body
    };
    for (name, value) in [
        ("client_type", json!("public")),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_signing_alg", json!("RS256")),
        ("id_token_signed_response_alg", json!("RS256")),
        ("redirect_uris", json!(["http://127.0.0.1/callback"])),
        ("require_pkce", json!(false)),
    ] {
        let reply = asha.send("/api/v1/apps", &with(name, value)).await;
        assert_eq!(reply.status(), 422, "{name}: {reply:?}");
    }
    asha.send("/api/v1/apps", &registration(&key)).await.expect(201);
}
