//! Somebody who acts by their role: the person has it at this moment, and the token has its scope or is their own.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;
use httpkit::{Error, Result, Scope, UserId};

use super::extract::{FirstParty, Scoped};
use super::scopes::Demanded;
use crate::accounts;
use crate::app::App;

/// A person whose token has the scope `S` and whose role, as it is stored now, includes it. It looks somebody up: a token tells scopes and no roles, and a role can be taken away at any moment.
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
        demand_role(app, user, S::SCOPE).await?;
        Ok(Self { user, scope: PhantomData })
    }
}

/// The same in person: what no app may do for somebody, whatever their role.
#[derive(Clone, Copy, Debug)]
pub struct ActingInPerson<S> {
    /// Who.
    pub user: UserId,
    scope: PhantomData<S>,
}

impl<S: Demanded> FromRequestParts<App> for ActingInPerson<S> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let FirstParty { user, .. } = <FirstParty as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        demand_role(app, user, S::SCOPE).await?;
        Ok(Self { user, scope: PhantomData })
    }
}

/// Refuses a person whose role, as it is stored now, does not include `scope`.
async fn demand_role(app: &App, user: UserId, scope: Scope) -> Result<()> {
    if accounts::role(app, user).await?.includes(scope) {
        return Ok(());
    }
    let words = match scope {
        Scope::Admin => "Only admins can do this",
        _ => "Only moderators can do this",
    };
    Err(Error::forbidden("role_required", words))
}
