//! Consent: what an app asks, and what the person decided.

use httpkit::auth_wire::{ConsentAnswer, ConsentDecision, ConsentQuestion, ConsentView, LogoutQuestion, LogoutView};

use super::{AuthClient, Result};

impl AuthClient {
    /// What a pending request asks.
    pub async fn view_consent(&self, question: &ConsentQuestion) -> Result<ConsentView> {
        self.post("consent/view", question).await
    }

    /// What an app asks that wants somebody signed out.
    pub async fn view_logout(&self, question: &LogoutQuestion) -> Result<LogoutView> {
        self.post("logout/view", question).await
    }

    /// What the person decided; the answer is where the browser goes next.
    pub async fn decide_consent(&self, decision: &ConsentDecision) -> Result<ConsentAnswer> {
        self.post("consent/decide", decision).await
    }
}
