//! Tokens: refreshing sessions, and exchanging codes as an app does.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use futures::stream::{self, StreamExt, TryStreamExt};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use url::Url;

use crate::Failure;
use crate::load::{closed_loop, per_second};
use crate::people::{PASSWORD, Town, api, call, text};
use crate::report::Row;
use crate::server::Tapri;

/// Connections at once.
const AT_ONCE: usize = 16;

/// `refresh`: session refreshes a second, each durable before it is answered, over sixteen chains.
pub async fn sessions(tapri: &Tapri, town: &Town) -> Result<Vec<Row>, Failure> {
    let mut chains = VecDeque::new();
    for number in 0..AT_ONCE {
        let body = json!({"login": format!("author{number}"), "password": PASSWORD});
        let answer = call(town.client.post(api(tapri, "/auth/login")).json(&body)).await?;
        chains.push_back(text(&answer, "refresh_token")?);
    }
    let chains = &Mutex::new(chains);
    let rate = closed_loop(AT_ONCE, Duration::from_secs(5), |_| async move {
        let chain = chains.lock().map_err(|_| "a chain was lost")?.pop_front().ok_or("no chain is free")?;
        let request = town.client.post(api(tapri, "/auth/refresh")).json(&json!({"refresh_token": chain}));
        let next = text(&call(request).await?, "refresh_token")?;
        chains.lock().map_err(|_| "a chain was lost")?.push_back(next);
        Ok(())
    })
    .await?;
    Ok(vec![Row::new("refresh", rate, "1/s")])
}

/// `code_exchange`: codes redeemed a second. The codes are made beforehand; only the token endpoint is timed.
pub async fn codes(tapri: &Tapri, town: &Town) -> Result<Vec<Row>, Failure> {
    const CODES: usize = 512;
    const REDIRECT: &str = "http://127.0.0.1:9/callback";
    let app = json!({"client_name": "Bench", "redirect_uris": [REDIRECT], "client_type": "public", "scope": "openid posts:read"});
    let client_id =
        text(&call(town.client.post(api(tapri, "/apps")).bearer_auth(&town.token).json(&app)).await?, "client_id")?;
    let browser = Browser::sign_in(tapri, "reader").await?;
    let app = &App { client_id, redirect: REDIRECT, scope: "openid posts:read" };
    let codes: Vec<String> =
        stream::iter(0..CODES).map(|_| browser.code(tapri, app)).buffer_unordered(AT_ONCE).try_collect().await?;

    let began = Instant::now();
    stream::iter(codes)
        .map(|code| app.redeem(tapri, town, code))
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(vec![Row::new("code_exchange", per_second(CODES as u64, began.elapsed()), "1/s")])
}

/// The verifier behind every challenge.
pub const VERIFIER: &str = "a-code-verifier-of-a-benchmark-which-guards-nothing-0123456789";

/// An app, as far as a flow needs one.
pub struct App {
    pub client_id: String,
    pub redirect: &'static str,
    /// What it asks for, and is allowed.
    pub scope: &'static str,
}

impl App {
    async fn redeem(&self, tapri: &Tapri, town: &Town, code: String) -> Result<(), Failure> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", self.redirect),
            ("client_id", &self.client_id),
            ("code_verifier", VERIFIER),
        ];
        let answer = town.client.post(format!("{}/oauth/token", tapri.resource)).form(&form).send().await?;
        if answer.status().is_success() { Ok(()) } else { Err(answer.text().await?.into()) }
    }

    fn authorize(&self, tapri: &Tapri) -> Result<Url, Failure> {
        let challenge = BASE64URL_NOPAD.encode(digest(&SHA256, VERIFIER.as_bytes()).as_ref());
        Ok(Url::parse_with_params(
            &format!("{}/oauth/authorize", tapri.resource),
            [
                ("response_type", "code"),
                ("client_id", &self.client_id),
                ("redirect_uri", self.redirect),
                ("scope", self.scope),
                ("state", "bench"),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
            ],
        )?)
    }
}

/// A person's browser, as far as a flow needs one.
pub struct Browser {
    client: reqwest::Client,
    cookies: String,
    csrf: String,
    token: String,
    origin: String,
}

impl Browser {
    /// Signs `name` in.
    pub async fn sign_in(tapri: &Tapri, name: &str) -> Result<Self, Failure> {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let first = client.get(api(tapri, "/auth/csrf")).send().await?;
        let cookies = cookies_of(&first);
        let mut data: Value = first.json().await?;
        let csrf = text(&data["data"].take(), "csrf_token")?;
        let body = json!({"login": name, "password": PASSWORD, "session": "cookie"});
        let request = client.post(api(tapri, "/auth/login")).header(COOKIE, cookies).header("origin", &tapri.origin);
        let answer = request.header("x-csrf-token", csrf).json(&body).send().await?;
        let cookies = cookies_of(&answer);
        let mut data: Value = answer.json().await?;
        let data = data["data"].take();
        let (csrf, token) = (text(&data, "csrf_token")?, text(&data, "access_token")?);
        Ok(Self { client, cookies, csrf, token, origin: tapri.origin.clone() })
    }

    /// Goes through the authorization of `app` until its code.
    pub async fn code(&self, tapri: &Tapri, app: &App) -> Result<String, Failure> {
        let answer = self.client.get(app.authorize(tapri)?).header(COOKIE, &self.cookies).send().await?;
        let place = location(&answer)?;
        if let Some(code) = query(&place, "code") {
            return Ok(code);
        }
        let sealed = query(&place, "request").ok_or_else(|| format!("no request in {place}"))?;
        let cookies = format!("{}; {}", self.cookies, cookies_of(&answer));
        let body = json!({"request": sealed, "decision": "allow", "scopes": app.scope.split(' ').collect::<Vec<_>>()});
        let request = self.client.post(api(tapri, "/consent")).header(COOKIE, cookies).header("origin", &self.origin);
        let answer = call(request.header("x-csrf-token", &self.csrf).bearer_auth(&self.token).json(&body)).await?;
        let place = Url::parse(&text(&answer, "redirect_to")?)?;
        query(&place, "code").ok_or_else(|| format!("no code in {place}").into())
    }
}

fn cookies_of(answer: &reqwest::Response) -> String {
    let set = answer.headers().get_all(SET_COOKIE).iter();
    let pairs = set.filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned));
    pairs.filter(|pair| !pair.ends_with('=')).collect::<Vec<_>>().join("; ")
}

fn location(answer: &reqwest::Response) -> Result<Url, Failure> {
    let place = answer.headers().get(LOCATION).ok_or_else(|| format!("{}, no redirect", answer.status()))?;
    Ok(answer.url().join(place.to_str()?)?)
}

fn query(place: &Url, name: &str) -> Option<String> {
    place.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}
