//! A third-party app: an OAuth client with code and PKCE.

use serde_json::Value;

use super::{Browser, Caller, Flow, param};
use crate::wire::{Call, Reply, Wire};

/// A registered app.
#[derive(Clone, Debug)]
pub struct App {
    wire: Wire,
    /// Its id.
    pub client_id: String,
    /// Its secret, where it can keep one.
    pub secret: Option<String>,
    /// Where its codes go.
    pub redirect_uri: String,
}

/// What an app got for a code or a refresh token.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The access token, ready to be used.
    pub caller: Caller,
    /// The access token.
    pub access_token: String,
    /// The refresh token; empty where there is none.
    pub refresh_token: String,
    /// The whole answer.
    pub answer: Value,
}

impl App {
    pub(super) fn new(wire: &Wire, data: &Value, redirect_uri: &str) -> Self {
        Self {
            wire: wire.clone(),
            client_id: data["client_id"].as_str().expect("a new app has an id").to_owned(),
            secret: data["client_secret"].as_str().map(str::to_owned),
            redirect_uri: redirect_uri.to_owned(),
        }
    }

    /// An app that nobody registered for it: by what it was told when it registered itself, or by the document that it is
    /// (then `registered` holds its `client_id` alone).
    pub fn by_itself(wire: &Wire, registered: &Value, redirect_uri: &str) -> Self {
        Self::new(wire, registered, redirect_uri)
    }

    /// The wire that carries its calls.
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// A new authorization request for these scopes.
    pub fn asks(&self, scope: &str) -> Flow {
        Flow::new(&self.client_id, &self.redirect_uri, scope)
    }

    /// `POST path` as this app, with its way of authenticating.
    pub fn call(&self, path: &str, fields: &[(&str, &str)]) -> Call {
        let call = self.wire.post(path);
        match &self.secret {
            Some(secret) => call.basic(&self.client_id, secret).form(fields),
            None => call.form(&[fields, &[("client_id", &self.client_id)]].concat()),
        }
    }

    /// Redeems a code.
    pub fn redeems(&self, flow: &Flow, code: &str) -> Call {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", flow.param("redirect_uri")),
            ("code_verifier", &flow.verifier),
        ];
        self.call("/oauth/token", &fields)
    }

    /// Refreshes.
    pub fn refreshes(&self, refresh_token: &str) -> Call {
        self.call("/oauth/token", &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])
    }

    /// Revokes a token.
    pub fn revokes(&self, token: &str) -> Call {
        self.call("/oauth/revoke", &[("token", token)])
    }

    /// Asks about a token.
    pub fn introspects(&self, token: &str) -> Call {
        self.call("/oauth/introspect", &[("token", token)])
    }

    /// The whole way: asks for `scope`, the person at `browser` allows `allowed`, the code is redeemed.
    pub async fn connects(&self, browser: &Browser, scope: &str, allowed: &[&str]) -> Granted {
        let flow = self.asks(scope);
        let code = self.gets_code(browser, &flow, allowed).await;
        self.granted(&self.redeems(&flow, &code).await.expect(200))
    }

    /// The way up to the code.
    pub async fn gets_code(&self, browser: &Browser, flow: &Flow, allowed: &[&str]) -> String {
        let back = browser.allows(flow, allowed).await;
        match param(&back, "code") {
            Some(code) => code,
            None => panic!("no code in {back}"),
        }
    }

    /// The tokens of an answer of the token endpoint.
    pub fn granted(&self, reply: &Reply) -> Granted {
        let answer = reply.json().clone();
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        let access_token = text("access_token");
        assert!(!access_token.is_empty(), "no access token in {reply:?}");
        let caller = Caller::new(&self.wire, &access_token);
        Granted { caller, access_token, refresh_token: text("refresh_token"), answer }
    }
}
