//! Sessions and credentials.

use httpkit::auth_wire::{
    Ceiling, CredentialAnswer, CredentialChanged, Done, EndOthers, EndSession, Listed, OpenSession, RefreshSession,
    SessionEnded, SessionTokens, SessionView,
};
use httpkit::{ClientId, GrantId, ScopeSet, UserId};

use super::{AuthClient, Result};

impl AuthClient {
    /// Opens (or renews) a session for somebody whose password was checked.
    pub async fn open_session(&self, session: &OpenSession) -> Result<SessionTokens> {
        self.post("sessions", session).await
    }

    /// Gives out the session's next tokens.
    pub async fn refresh_session(&self, refresh: &RefreshSession) -> Result<SessionTokens> {
        self.post("sessions/refresh", refresh).await
    }

    /// Ends the session of a refresh token.
    pub async fn end_session_of_token(&self, refresh_token: String) -> Result<SessionEnded> {
        self.post("sessions/logout", &EndSession { refresh_token }).await
    }

    /// The sessions of `user`, newest first.
    pub async fn sessions(&self, user: UserId) -> Result<Vec<SessionView>> {
        let list: Listed<_> = self.get(&format!("subjects/{user}/sessions")).await?;
        Ok(list.items)
    }

    /// Ends one session of `user`.
    pub async fn end_session(&self, user: UserId, session: GrantId) -> Result<Done> {
        self.delete(&format!("subjects/{user}/sessions/{session}")).await
    }

    /// The apps that `user` let in through `session`, be it over or not.
    pub async fn apps_of_session(&self, user: UserId, session: GrantId) -> Result<Vec<ClientId>> {
        let list: Listed<_> = self.get(&format!("subjects/{user}/sessions/{session}/apps")).await?;
        Ok(list.items)
    }

    /// Ends all sessions of `user` but the one to keep.
    pub async fn end_sessions(&self, user: UserId, keep: Option<GrantId>) -> Result<Done> {
        self.post(&format!("subjects/{user}/sessions/end"), &EndOthers { keep }).await
    }

    /// Tells that the account of `user` is deleted. May be told any number of times.
    pub async fn leave(&self, user: UserId) -> Result<Done> {
        self.delete(&format!("subjects/{user}")).await
    }

    /// Tells that `user` can give apps no more than `ceiling` from now on. May be told any number of times.
    pub async fn narrow(&self, user: UserId, ceiling: ScopeSet) -> Result<Done> {
        self.post(&format!("subjects/{user}/ceiling"), &Ceiling { ceiling }).await
    }

    /// Tells that the credential of `user` has changed. May be told any number of times.
    pub async fn credential_changed(&self, user: UserId, change: &CredentialChanged) -> Result<CredentialAnswer> {
        self.post(&format!("subjects/{user}/credential"), change).await
    }
}
