//! What the server makes of an access token's claims, once.

use httpkit::tokens::AccessClaims;
use httpkit::{ClientId, GrantId, SELF_SCOPE, Scope, ScopeSet, UserId};

/// Whom a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A person.
    User(UserId),
    /// An app, for itself alone (client credentials).
    App(ClientId),
}

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Everything its owner may do: the web app's own tokens.
    Own,
    /// What was granted to an app.
    Granted(ScopeSet),
}

impl Rights {
    /// Whether `scope` is among them.
    pub fn allow(self, scope: Scope) -> bool {
        match self {
            Self::Own => true,
            Self::Granted(scopes) => scopes.contains(scope),
        }
    }
}

/// An access token's claims with their ids parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Whom it stands for.
    pub subject: Subject,
    /// Who holds it.
    pub client: ClientId,
    /// What it may do.
    pub rights: Rights,
    /// The grant behind it; absent for an app that stands for itself.
    pub grant: Option<GrantId>,
    /// The session that it ends with.
    pub session: Option<GrantId>,
}

impl Identity {
    /// Parses `claims`; nothing where one has a form that we never issue.
    pub fn from_claims(claims: &AccessClaims) -> Option<Self> {
        let client: ClientId = claims.client_id.parse().ok()?;
        let own = client.as_str() == ClientId::WEB;
        // `self` belongs to our own clients alone, and they have nothing else.
        let rights = match claims.scope.as_str() {
            SELF_SCOPE if own => Rights::Own,
            scopes if !own => Rights::Granted(scopes.parse().ok()?),
            _ => return None,
        };
        let subject = if claims.sub == claims.client_id {
            Subject::App(client.clone())
        } else {
            Subject::User(claims.sub.parse().ok()?)
        };
        let id = |claim: &Option<String>| claim.as_deref().map(str::parse).transpose().ok();
        let identity = Self { subject, client, rights, grant: id(&claims.gid)?, session: id(&claims.sid)? };
        // A user's token always has a grant behind it, else nothing could end it.
        let endable = matches!(identity.subject, Subject::App(_)) || identity.grant.is_some();
        endable.then_some(identity)
    }
}
