//! People with a browser, and apps that want something of them.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use httpkit::auth_wire::{
    ConsentAnswer, ConsentDecision, ConsentQuestion, ConsentVerdict, RefreshSession, SessionTokens,
};
use httpkit::cookies::{FLOW_PREFIX, SESSION};
use httpkit::{ClientId, ScopeSet, UserId};
use serde_json::Value;
use url::Url;

use super::answer::param;
use super::world::encode;
use super::{Answer, World};

/// What every app here proves itself with.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(super) fn challenge_of(verifier: &str) -> String {
    BASE64URL_NOPAD.encode(digest(&SHA256, verifier.as_bytes()).as_ref())
}

/// Somebody who signed in.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub tokens: SessionTokens,
}

impl Person {
    pub(super) fn sub(&self) -> UserId {
        self.tokens.sub
    }

    /// The cookies of the browser.
    pub(super) fn cookies(&self) -> Vec<(String, String)> {
        vec![(SESSION.to_owned(), self.tokens.session_cookie.clone())]
    }

    pub(super) async fn refresh(&self, world: &World) -> Answer {
        refresh(world, &self.tokens.refresh_token, false).await
    }

    /// Follows an app's link.
    pub(super) async fn follow(&self, world: &World, link: &str) -> Answer {
        world.browse(link, &self.cookies()).await
    }

    /// The question of the consent page to which `asked` led.
    pub(super) fn question(&self, asked: &Answer) -> ConsentQuestion {
        ConsentQuestion {
            request: asked.param("request").expect("the consent page"),
            flow_cookies: flow_cookies(asked),
            sub: Some(self.sub()),
            session_id: Some(self.tokens.session_id),
            ceiling: ScopeSet::all(),
        }
    }

    /// The decision to allow `scopes` on that page.
    pub(super) fn decision(&self, asked: &Answer, scopes: &str) -> ConsentDecision {
        ConsentDecision {
            request: asked.param("request").expect("the consent page"),
            flow_cookies: flow_cookies(asked),
            sub: self.sub(),
            session_id: self.tokens.session_id,
            ceiling: ScopeSet::all(),
            verdict: ConsentVerdict::Allow,
            scopes: scopes.parse().unwrap(),
        }
    }

    /// Allows `scopes` on that page; where the browser is sent.
    pub(super) async fn allow(&self, world: &World, asked: &Answer, scopes: &str) -> Url {
        let answer: ConsentAnswer = world.post("consent/decide", &self.decision(asked, scopes)).await.ok();
        Url::parse(&answer.redirect_to).unwrap()
    }

    /// Lets `app` in with all it asks for; the code.
    pub(super) async fn let_in(&self, world: &World, app: &App, scopes: &str) -> String {
        let asked = self.follow(world, &app.link(scopes, &[])).await;
        match asked.param("code") {
            // All of it was allowed before.
            Some(code) => code,
            None => param(&self.allow(world, &asked, scopes).await, "code").expect("a code"),
        }
    }
}

/// Shows a session's refresh token.
pub(super) async fn refresh(world: &World, refresh_token: &str, lenient: bool) -> Answer {
    let body = RefreshSession { refresh_token: refresh_token.to_owned(), lenient };
    world.post("sessions/refresh", &body).await
}

fn flow_cookies(asked: &Answer) -> Vec<(String, String)> {
    asked.cookies().into_iter().filter(|(name, value)| name.starts_with(FLOW_PREFIX) && !value.is_empty()).collect()
}

/// A registered app.
#[derive(Clone, Debug)]
pub(super) struct App {
    pub id: ClientId,
    pub secret: Option<String>,
    pub owner: UserId,
    pub redirect_uri: String,
}

impl App {
    /// The parameters of a good request.
    pub(super) fn request<'a>(&'a self, scopes: &'a str, challenge: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("response_type", "code"),
            ("client_id", self.id.as_str()),
            ("redirect_uri", &self.redirect_uri),
            ("scope", scopes),
            ("state", "af0ifjsldkj"),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
        ]
    }

    /// The link by which the app asks for `scopes`; `changes` replace, add or, where empty, take away parameters.
    pub(super) fn link(&self, scopes: &str, changes: &[(&str, &str)]) -> String {
        let challenge = challenge_of(VERIFIER);
        let mut params = self.request(scopes, &challenge);
        params.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        params.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        format!("/oauth/authorize?{}", encode(&params))
    }

    /// Posts to an endpoint for programs, proving who it is.
    pub(super) async fn post(&self, world: &World, path: &str, params: &[(&str, &str)]) -> Answer {
        match &self.secret {
            Some(secret) => world.form(path, Some((self.id.as_str(), secret)), params).await,
            None => world.form(path, None, &[&[("client_id", self.id.as_str())], params].concat()).await,
        }
    }

    pub(super) async fn redeem(&self, world: &World, code: &str) -> Answer {
        self.redeem_with(world, code, &self.redirect_uri, VERIFIER).await
    }

    pub(super) async fn redeem_with(&self, world: &World, code: &str, redirect_uri: &str, verifier: &str) -> Answer {
        let params = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        self.post(world, "/oauth/token", &params).await
    }

    pub(super) async fn refresh(&self, world: &World, refresh_token: &str) -> Answer {
        let params = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        self.post(world, "/oauth/token", &params).await
    }

    pub(super) async fn introspect(&self, world: &World, token: &str) -> Value {
        self.post(world, "/oauth/introspect", &[("token", token)]).await.json()
    }

    pub(super) async fn revoke(&self, world: &World, token: &str) -> Answer {
        self.post(world, "/oauth/revoke", &[("token", token)]).await
    }

    /// Lets the person in and redeems the code: the token response.
    pub(super) async fn tokens_of(&self, world: &World, person: &Person, scopes: &str) -> Value {
        let code = person.let_in(world, self, scopes).await;
        self.redeem(world, &code).await.ok()
    }
}

/// A text in a token response.
pub(super) fn text<'a>(response: &'a Value, name: &str) -> &'a str {
    response[name].as_str().unwrap_or_else(|| panic!("no {name} in {response}"))
}
