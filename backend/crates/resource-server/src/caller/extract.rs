//! The extractors themselves.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::header::AUTHORIZATION;
use http::request::Parts;
use httpkit::tokens::Verified;
use httpkit::{Error, GrantId, Result, Scope, UserId};

use super::challenge::{self, Scheme};
use super::identity::{Identity, Rights, Subject};
use super::judge;
use super::scopes::Demanded;
use crate::app::App;

/// Somebody with a good token.
#[derive(Clone, Debug)]
pub struct Caller(Arc<Verified<Identity>>);

impl Caller {
    /// What the token says.
    pub fn identity(&self) -> &Identity {
        &self.0.digest
    }

    /// Whoever sends `token` in a form. For the one route that takes a token elsewhere than in the header.
    pub async fn of_form(app: &App, parts: &Parts, token: &str) -> Result<Self> {
        judge::judge(app, parts, judge::Presented { scheme: Scheme::Bearer, token }).await.map(Self)
    }

    /// Refuses a token without `scope`.
    pub fn demand(&self, app: &App, scope: Scope) -> Result<()> {
        if self.identity().rights.allow(scope) {
            return Ok(());
        }
        let scheme = if self.0.claims.cnf.is_some() { Scheme::Dpop } else { Scheme::Bearer };
        Err(challenge::insufficient_scope(app, scheme, scope))
    }

    /// Judged once a request, however many extractors ask: a proof is good only once.
    async fn find(app: &App, parts: &mut Parts) -> Result<Option<Self>> {
        if let Some(judged) = parts.extensions.get::<Self>() {
            return Ok(Some(judged.clone()));
        }
        let Some(presented) = judge::presented(parts)? else { return Ok(None) };
        let caller = Self(judge::judge(app, parts, presented).await?);
        parts.extensions.insert(caller.clone());
        Ok(Some(caller))
    }

    /// The person it stands for.
    ///
    /// # Errors
    /// 403 `user_required` where the token stands for an app alone.
    pub fn user(&self) -> Result<UserId> {
        match self.identity().subject {
            Subject::User(user) => Ok(user),
            Subject::App(_) => Err(Error::forbidden("user_required", "This needs a token that stands for a person")),
        }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        Self::find(app, parts).await?.ok_or_else(|| challenge::missing(app))
    }
}

/// Somebody with a good token, or nobody. A token that is sent and not good is refused all the same.
#[derive(Clone, Debug)]
pub struct MaybeCaller(Option<Caller>);

impl MaybeCaller {
    /// The person who reads, if one does and their token has the scope `S`; a token without it reads like the public.
    pub fn user_with<S: Demanded>(&self) -> Option<UserId> {
        let identity = self.0.as_ref()?.identity();
        match identity.subject {
            Subject::User(user) if identity.rights.allow(S::SCOPE) => Some(user),
            Subject::User(_) | Subject::App(_) => None,
        }
    }
}

impl FromRequestParts<App> for MaybeCaller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        match Caller::find(app, parts).await? {
            None if !app.settings().public_reading => Err(challenge::missing(app)),
            caller => Ok(Self(caller)),
        }
    }
}

/// A person whose token has the scope `S`.
#[derive(Clone, Debug)]
pub struct Scoped<S> {
    /// Who.
    pub user: UserId,
    scope: PhantomData<S>,
}

impl<S: Demanded> FromRequestParts<App> for Scoped<S> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let caller = Caller::from_request_parts(parts, app).await?;
        caller.demand(app, S::SCOPE)?;
        Ok(Self { user: caller.user()?, scope: PhantomData })
    }
}

/// The account's owner in person.
#[derive(Clone, Copy, Debug)]
pub struct FirstParty {
    /// Who.
    pub user: UserId,
    /// In which session.
    pub session: GrantId,
}

impl FromRequestParts<App> for FirstParty {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let caller = Caller::from_request_parts(parts, app).await?;
        match (caller.identity().rights, caller.identity().grant) {
            (Rights::Own, Some(session)) => Ok(Self { user: caller.user()?, session }),
            _ => Err(Error::forbidden("first_party_only", "Only the account's owner can do this, in person")),
        }
    }
}

impl OptionalFromRequestParts<App> for FirstParty {
    type Rejection = Error;

    /// Nobody where no token is sent; one that is sent must be good.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>> {
        if parts.headers.contains_key(AUTHORIZATION) {
            <Self as FromRequestParts<App>>::from_request_parts(parts, app).await.map(Some)
        } else {
            Ok(None)
        }
    }
}
