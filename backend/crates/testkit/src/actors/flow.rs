//! One authorization request as an app makes it, ready to be bent by an attack.

use std::sync::atomic::{AtomicU32, Ordering};

use url::Url;

use crate::pkce;

/// Makes every flow's state, nonce and verifier its own; they need to be distinct, not secret.
static FLOWS: AtomicU32 = AtomicU32::new(1);

/// An authorization request and what the app keeps for the answer.
#[derive(Clone, Debug)]
pub struct Flow {
    /// What comes back with the code.
    pub state: String,
    /// What comes back in the ID token.
    pub nonce: String,
    /// What proves at the token endpoint who began.
    pub verifier: String,
    params: Vec<(String, String)>,
}

impl Flow {
    pub(super) fn new(client_id: &str, redirect_uri: &str, scope: &str) -> Self {
        let number = FLOWS.fetch_add(1, Ordering::Relaxed);
        let (state, nonce) = (format!("state-{number}"), format!("nonce-{number}"));
        let verifier = format!("a-verifier-of-at-least-forty-three-characters-{number}");
        let challenge = pkce::challenge(&verifier);
        let params = [
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("scope", scope),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let params = params.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { state, nonce, verifier, params }
    }

    /// With this parameter instead of what it was.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// With this parameter once more.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without this parameter.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.params.retain(|(has, _)| has != name);
        self
    }

    /// With these parameters and no others.
    #[must_use]
    pub fn only(mut self, params: &[(&str, &str)]) -> Self {
        self.params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self
    }

    /// A parameter's value; empty where it is absent.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(has, _)| has == name).map_or("", |(_, value)| value)
    }

    /// The address to send a browser to.
    pub fn path(&self) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.params).finish();
        format!("/oauth/authorize?{query}")
    }

    /// The parameters, for a request by POST.
    pub fn fields(&self) -> Vec<(&str, &str)> {
        self.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// A parameter in the query of `url`, if it is there.
pub fn param(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(has, _)| has == name).map(|(_, value)| value.into_owned())
}
