//! Somebody who acts by their role: the token has the scope, and the person has the role at this moment.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;
use httpkit::{Error, Result, Scope, UserId};

use super::extract::Scoped;
use super::scopes::Demanded;
use crate::accounts;
use crate::app::App;

/// A person whose token has the scope `S` and whose role, as it is stored now, includes it. The one extractor that looks
/// somebody up: a token tells scopes and no roles, and a role can be taken away at any moment.
#[derive(Clone, Copy, Debug)]
pub struct Acting<S> {
    /// Who.
    pub user: UserId,
    scope: PhantomData<S>,
}

impl<S: Demanded> FromRequestParts<App> for Acting<S> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Scoped { user, .. } = Scoped::<S>::from_request_parts(parts, app).await?;
        if accounts::role(app, user).await?.includes(S::SCOPE) {
            return Ok(Self { user, scope: PhantomData });
        }
        let words = match S::SCOPE {
            Scope::Admin => "Only admins can do this",
            _ => "Only moderators can do this",
        };
        Err(Error::forbidden("role_required", words))
    }
}
