//! A browser with our web app in it: cookies, CSRF token, access token in memory, redirects followed by hand.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Method;
use serde_json::{Value, json};
use url::Url;

use super::{Caller, Flow, email_of, param, password_of};
use crate::wire::{Call, Jar, Reply, Wire};

/// A browser. Clones are tabs: they share cookies and tokens.
#[derive(Clone, Debug)]
pub struct Browser {
    wire: Wire,
    state: Arc<Mutex<State>>,
}

#[derive(Clone, Debug, Default)]
struct State {
    jar: Jar,
    csrf: String,
    access: String,
}

impl Browser {
    /// A browser that was never here.
    pub fn new(wire: &Wire) -> Self {
        Self { wire: wire.clone(), state: Arc::default() }
    }

    /// Another browser with a copy of everything that this one holds: what a thief of a whole profile has.
    #[must_use]
    pub fn copied(&self) -> Self {
        let state = self.state().clone();
        Self { wire: self.wire.clone(), state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the cookies, or changes them.
    pub fn cookies<T>(&self, look: impl FnOnce(&mut Jar) -> T) -> T {
        look(&mut self.state().jar)
    }

    /// The CSRF token that the last answer gave.
    pub fn csrf(&self) -> String {
        self.state().csrf.clone()
    }

    /// The access token in memory; empty before sign-in.
    pub fn access_token(&self) -> String {
        self.state().access.clone()
    }

    /// The API as the page calls it once it has an access token.
    pub fn caller(&self) -> Caller {
        Caller::new(&self.wire, &self.access_token())
    }

    /// The origin of the page, as the browser writes it.
    pub fn origin(&self) -> String {
        self.wire.origin()
    }

    /// A call of the page to its own origin with all that belongs to it: cookies, `Origin`, CSRF token, access token.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let state = self.state().clone();
        let mut call = self.bare(method, path).header("origin", &self.origin());
        if !state.csrf.is_empty() {
            call = call.header("x-csrf-token", &state.csrf);
        }
        if state.access.is_empty() { call } else { call.bearer(&state.access) }
    }

    /// A call that carries the cookies and nothing else.
    pub fn bare(&self, method: Method, path: &str) -> Call {
        let cookies = self.state().jar.header();
        let call = self.wire.call(method, path);
        if cookies.is_empty() { call } else { call.header("cookie", &cookies) }
    }

    /// Sends `call`, keeps the cookies and tokens of the answer.
    pub async fn send(&self, call: Call) -> Reply {
        let reply = call.await;
        let mut state = self.state();
        state.jar.keep(reply.cookies());
        let data = &reply.json()["data"];
        if let Some(token) = data["csrf_token"].as_str() {
            token.clone_into(&mut state.csrf);
        }
        if let Some(token) = data["access_token"].as_str() {
            token.clone_into(&mut state.access);
        }
        drop(state);
        reply
    }

    /// Sends a body as the page does.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.call(Method::POST, path).json(body)).await
    }

    /// Follows a link on our own pages.
    pub async fn opens(&self, address: &str) -> Reply {
        self.send(self.bare(Method::GET, address).header("accept", "text/html")).await
    }

    /// Follows a link on somebody else's page: `Strict` cookies stay at home.
    pub async fn comes_from_elsewhere(&self, address: &str) -> Reply {
        let cookies = self.state().jar.header_from_elsewhere();
        let call = self.wire.get(address).header("accept", "text/html").header("cookie", &cookies);
        self.send(call).await
    }

    /// Fetches a CSRF token, as the page does when it loads.
    pub async fn fetches_csrf(&self) -> Reply {
        self.send(self.bare(Method::GET, "/api/v1/auth/csrf")).await.expect(200)
    }

    /// Signs up.
    pub async fn sign_up(&self, username: &str) -> Reply {
        self.fetches_csrf().await;
        let (email, password) = (email_of(username), password_of(username));
        let body = json!({"username": username, "email": email, "password": password, "session": "cookie"});
        self.post("/api/v1/auth/register", &body).await
    }

    /// Signs in.
    pub async fn sign_in(&self, login: &str, password: &str) -> Reply {
        self.fetches_csrf().await;
        self.post("/api/v1/auth/login", &json!({"login": login, "password": password, "session": "cookie"})).await
    }

    /// Refreshes.
    pub async fn refreshes(&self) -> Reply {
        self.post("/api/v1/auth/refresh", &json!({})).await
    }

    /// Signs out.
    pub async fn signs_out(&self) -> Reply {
        self.post("/api/v1/auth/logout", &json!({})).await
    }

    /// Arrives at the authorization endpoint from the app's page.
    pub async fn begins(&self, flow: &Flow) -> Reply {
        self.comes_from_elsewhere(&flow.path()).await
    }

    /// Arrives there and is sent to the consent page; returns the request that its address names.
    pub async fn reaches_consent(&self, flow: &Flow) -> String {
        let page = self.begins(flow).await.expect(303).location();
        assert_eq!(page.path(), "/oauth/consent", "{page}");
        param(&page, "request").expect("the consent page is told what it is about")
    }

    /// What the consent page shows.
    pub async fn reads_consent(&self, request: &str) -> Reply {
        self.send(self.call(Method::GET, "/api/v1/consent").query(&[("request", request)])).await
    }

    /// Presses a button on the consent page.
    pub async fn decides(&self, request: &str, decision: &str, scopes: &[&str]) -> Reply {
        let body = json!({"request": request, "decision": decision, "scopes": scopes});
        self.post("/api/v1/consent", &body).await
    }

    /// The whole way with "Allow" for these scopes, or without a page where the answer is remembered; returns where the
    /// browser is sent.
    pub async fn allows(&self, flow: &Flow, scopes: &[&str]) -> Url {
        let page = self.begins(flow).await.expect(303).location();
        match param(&page, "request").filter(|_| page.path() == "/oauth/consent") {
            Some(request) => redirect_of(&self.decides(&request, "allow", scopes).await.expect(200)),
            None => page,
        }
    }

    /// The whole way with "Deny"; returns where the browser is sent.
    pub async fn denies(&self, flow: &Flow) -> Url {
        let request = self.reaches_consent(flow).await;
        redirect_of(&self.decides(&request, "deny", &[]).await.expect(200))
    }
}

/// Where the answer to a decision sends the browser.
fn redirect_of(reply: &Reply) -> Url {
    Url::parse(&reply.text_of("redirect_to")).expect("the redirect is a URL")
}
