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
    /// Whether they are the owner's own, and not what an app was given.
    pub fn are_own(self) -> bool {
        self == Self::Own
    }

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

#[cfg(test)]
mod tests {
    use store::{SeededRandom, Time};

    use super::*;

    struct Ids {
        user: UserId,
        grant: GrantId,
        app: ClientId,
    }

    fn ids() -> Ids {
        let (now, random) = (Time::from_millis(1), SeededRandom::new(4));
        Ids {
            user: UserId::generate_unsharded(now, &random),
            grant: GrantId::generate_unsharded(now, &random),
            app: ClientId::generate(now, &random),
        }
    }

    fn claims(sub: &str, client: &str, scope: &str, grant: Option<&GrantId>) -> AccessClaims {
        AccessClaims {
            kind: "access".to_owned(),
            sub: sub.to_owned(),
            exp: 0,
            iat: 0,
            iss: String::new(),
            aud: String::new(),
            jti: String::new(),
            client_id: client.to_owned(),
            scope: scope.to_owned(),
            gid: grant.map(ToString::to_string),
            sid: None,
            ver: 0,
            rev: 0,
            cver: 0,
            cnf: None,
        }
    }

    #[test]
    fn our_own_client_may_do_everything_and_an_app_what_it_was_given() {
        let Ids { user, grant, app } = ids();
        let own = Identity::from_claims(&claims(&user.to_string(), ClientId::WEB, SELF_SCOPE, Some(&grant))).unwrap();
        assert_eq!((own.subject, own.rights), (Subject::User(user), Rights::Own));
        assert!(own.rights.allow(Scope::Admin));
        let given = claims(&user.to_string(), app.as_str(), "posts:read openid", Some(&grant));
        let given = Identity::from_claims(&given).unwrap().rights;
        assert!(given.allow(Scope::PostsRead) && !given.allow(Scope::PostsWrite));
    }

    #[test]
    fn the_two_kinds_of_client_do_not_mix() {
        let Ids { user, grant, app } = ids();
        let user = user.to_string();
        assert_eq!(Identity::from_claims(&claims(&user, app.as_str(), SELF_SCOPE, Some(&grant))), None);
        assert_eq!(Identity::from_claims(&claims(&user, ClientId::WEB, "posts:read", Some(&grant))), None);
        assert_eq!(Identity::from_claims(&claims(&user, app.as_str(), "posts:read self", Some(&grant))), None);
    }

    #[test]
    fn an_app_for_itself_is_no_user_and_a_user_without_a_grant_nobody() {
        let Ids { user, app, .. } = ids();
        let alone = Identity::from_claims(&claims(app.as_str(), app.as_str(), "posts:read", None)).unwrap();
        assert_eq!(alone.subject, Subject::App(app.clone()));
        assert_eq!(Identity::from_claims(&claims(&user.to_string(), app.as_str(), "posts:read", None)), None);
        assert_eq!(Identity::from_claims(&claims("somebody", app.as_str(), "posts:read", None)), None);
    }
}
