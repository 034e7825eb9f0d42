//! Our side: a person, an app of theirs, and its codes and tokens, all got as anybody gets them.

use std::path::Path;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use super::AT_ONCE;
use super::load::{REDIRECT_URI, Target};
use crate::Failure;
use crate::flows::{App, Browser, VERIFIER};
use crate::people::{call, sign_up, text};
use crate::server::Tapri;

const SCOPE: &str = "posts:read";

/// A Tapri with somebody in it who lets an app in as often as it asks.
pub struct Ours {
    tapri: Tapri,
    browser: Browser,
    client_id: String,
    client_secret: String,
}

impl Ours {
    /// Starts Tapri on `data`.
    pub async fn start(data: &Path) -> Result<Self, Failure> {
        Self::at(Tapri::start(data).await?).await
    }

    /// The same with one that runs.
    pub async fn at(tapri: Tapri) -> Result<Self, Failure> {
        let client = reqwest::Client::new();
        let token = sign_up(&client, &tapri, "reader").await?;
        let app = json!({
            "client_name": "Bench", "redirect_uris": [REDIRECT_URI], "client_type": "confidential", "scope": SCOPE,
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        });
        let apps = format!("{}/api/v1/apps", tapri.resource);
        let registered = call(client.post(apps).bearer_auth(&token).json(&app)).await?;
        let (client_id, client_secret) = (text(&registered, "client_id")?, text(&registered, "client_secret")?);
        let browser = Browser::sign_in(&tapri, "reader").await?;
        let ours = Self { tapri, browser, client_id, client_secret };
        // The first time the person is asked; from then on the consent is remembered.
        ours.code().await?;
        Ok(ours)
    }

    /// Where and as whom it is asked: the auth server itself.
    pub fn target(&self) -> Target {
        Target {
            client: reqwest::Client::new(),
            token: format!("{}/oauth/token", self.tapri.auth),
            introspection: format!("{}/oauth/introspect", self.tapri.auth),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
        }
    }

    async fn code(&self) -> Result<String, Failure> {
        let app = App { client_id: self.client_id.clone(), redirect: REDIRECT_URI, scope: SCOPE };
        self.browser.code(&self.tapri, &app).await
    }

    /// So many codes.
    pub async fn codes(&self, count: usize) -> Result<Vec<String>, Failure> {
        stream::iter(0..count).map(|_| self.code()).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// The tokens of a new grant.
    pub async fn tokens(&self) -> Result<Value, Failure> {
        let code = self.code().await?;
        let target = self.target();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        let request = target.client.post(&target.token).basic_auth(&self.client_id, Some(&self.client_secret));
        Ok(request.form(&form).send().await?.error_for_status()?.json().await?)
    }

    /// Refresh tokens of so many grants.
    pub async fn chains(&self, count: usize) -> Result<Vec<String>, Failure> {
        let tokens = stream::iter(0..count).map(|_| self.tokens()).buffer_unordered(AT_ONCE);
        tokens.and_then(async |tokens| text(&tokens, "refresh_token")).try_collect().await
    }

    /// An access token.
    pub async fn access_token(&self) -> Result<String, Failure> {
        text(&self.tokens().await?, "access_token")
    }

    pub async fn stop(self) -> Result<(), Failure> {
        self.tapri.stop().await
    }
}
