//! Access and refresh tokens: how they are written and read. What they may do, and whether the grant behind them still
//! lives, is not judged here.

use data_encoding::BASE64URL_NOPAD;
use httpkit::settings::Settings;
use httpkit::tokens::{ACCESS_TYPE, AccessClaims, AccessRules, Confirmation};
use httpkit::{ClientId, GrantId, UserId};
use serde::{Deserialize, Serialize};
use store::{Id, Random, Time};

use crate::error::{Error, Result};
use crate::grants::Grant;
use crate::keys::Keys;

/// The `typ` of a refresh token's header.
const REFRESH_TYPE: &str = "refresh+jwt";
/// The `type` claim of a refresh token.
const REFRESH_KIND: &str = "refresh";

/// What an access token says, before times and an id are put to it.
pub(crate) struct AccessContent {
    /// The user; the app itself where it stands for itself.
    pub sub: String,
    pub client: ClientId,
    /// `self`, or scopes separated by spaces.
    pub scope: String,
    pub grant: Option<GrantId>,
    /// The session of its birth, where it ends with it.
    pub session: Option<GrantId>,
    pub version: i64,
    pub revision: i64,
    pub client_version: i64,
    /// The thumbprint of the key that it is bound to (RFC 9449), if it is.
    pub key: Option<String>,
}

/// The claims of a refresh token. All of them follow from the grant, so that everybody who asks for the token of one
/// generation gets the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefreshClaims {
    #[serde(rename = "type")]
    kind: String,
    pub sub: UserId,
    pub gid: GrantId,
    #[serde(rename = "gen")]
    pub generation: i64,
    pub iat: i64,
    pub exp: i64,
}

/// Writes and reads the tokens of this server.
pub(crate) struct Tokens {
    issuer: String,
    rules: AccessRules,
}

impl Tokens {
    pub(crate) fn new(settings: &Settings) -> Self {
        let issuer = settings.origin_text();
        let former = settings.former_origins.iter().map(|url| url.origin().ascii_serialization());
        let accepted: Vec<String> = std::iter::once(issuer.clone()).chain(former).collect();
        let rules = AccessRules {
            issuers: accepted.clone(),
            audiences: accepted,
            longest_life: settings.tokens.access,
            skew: std::time::Duration::from_secs(60),
        };
        Self { issuer, rules }
    }

    /// An access token, good from `now` on.
    pub(crate) fn write_access(&self, keys: &Keys, content: AccessContent, now: Time, random: &dyn Random) -> String {
        let iat = now.as_seconds();
        let claims = AccessClaims {
            kind: "access".to_owned(),
            sub: content.sub,
            exp: iat + self.access_seconds(),
            iat,
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            jti: Id::generate_unsharded(now, random).to_string(),
            client_id: content.client.into(),
            scope: content.scope,
            gid: content.grant.map(|id| id.to_string()),
            sid: content.session.map(|id| id.to_string()),
            ver: content.version,
            rev: content.revision,
            cver: content.client_version,
            cnf: content.key.map(|jkt| Confirmation { jkt }),
        };
        keys.now().access.sign(ACCESS_TYPE, None, &claims).expect("there is always a signing key")
    }

    /// The claims of an access token of ours that is good at `now`, as far as it tells itself.
    pub(crate) fn read_access(&self, keys: &Keys, token: &str, now: Time) -> Option<AccessClaims> {
        self.rules.verify(&keys.now().access, token, now).ok()
    }

    /// Whether `issuer` is, or was, our own name.
    pub(crate) fn is_of_ours(&self, issuer: &str) -> bool {
        self.rules.issuers.iter().any(|ours| ours == issuer)
    }

    /// `expires_in` of every access token.
    pub(crate) fn access_seconds(&self) -> i64 {
        i64::try_from(self.rules.longest_life.as_secs()).unwrap_or(i64::MAX)
    }
}

/// The refresh token of the grant's present generation.
///
/// # Errors
/// `invalid_grant` where the key that the grant names was retired.
pub(crate) fn write_refresh(keys: &Keys, grant: &Grant) -> Result<String> {
    let claims = RefreshClaims {
        kind: REFRESH_KIND.to_owned(),
        sub: grant.sub,
        gid: grant.id,
        generation: grant.generation,
        iat: grant.rotated_at.as_seconds(),
        exp: grant.idle_until.as_seconds(),
    };
    keys.now()
        .refresh
        .sign(REFRESH_TYPE, Some(&grant.kid), &claims)
        .map_err(|_| Error::invalid_grant("The refresh token is no longer good"))
}

/// The claims of a refresh token of ours, whatever has become of its grant. Its times are not judged: the grant knows
/// better, and an old one must still be able to end its session.
pub(crate) fn read_refresh(keys: &Keys, token: &str) -> Option<RefreshClaims> {
    let claims: RefreshClaims = keys.now().refresh.verify(REFRESH_TYPE, token).ok()?;
    (claims.kind == REFRESH_KIND).then_some(claims)
}

/// Whether the header of `token`, which was verified before, names `kid`.
pub(crate) fn is_signed_under(token: &str, kid: &str) -> bool {
    #[derive(Deserialize)]
    struct Header {
        kid: String,
    }
    let header = token.split_once('.').and_then(|(header, _)| BASE64URL_NOPAD.decode(header.as_bytes()).ok());
    header.and_then(|header| serde_json::from_slice::<Header>(&header).ok()).is_some_and(|header| header.kid == kid)
}
