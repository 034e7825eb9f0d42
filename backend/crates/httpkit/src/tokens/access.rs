//! The access token: what it says and the rules it must meet (RFC 9068 in its shape, HS256 by our principles).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::Time;

use super::{HmacRing, TokenError};

/// The `typ` of an access token's header (RFC 9068 section 2.1).
pub const ACCESS_TYPE: &str = "at+jwt";

/// The claims of an access token. The order of the fields is the order on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Always `access`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A user's id; the app's own id where the token stands for an app alone.
    pub sub: String,
    /// Seconds since the epoch.
    pub exp: i64,
    /// Seconds since the epoch.
    pub iat: i64,
    /// The public origin.
    pub iss: String,
    /// The resource it is for: the public origin.
    pub aud: String,
    /// Its own id, by which it alone can be revoked.
    pub jti: String,
    /// `tapri-web`, or an app.
    pub client_id: String,
    /// `self`, or scopes separated by spaces.
    pub scope: String,
    /// The grant behind it; absent where an app stands for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<String>,
    /// The session of its birth: ends with it. Absent with `offline_access`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The credential's version at the birth of the grant.
    #[serde(default)]
    pub ver: i64,
    /// The consent's revision at the birth of the grant.
    #[serde(default)]
    pub rev: i64,
    /// The client's version at the birth of the grant.
    #[serde(default)]
    pub cver: i64,
    /// The key that its holder must prove to have (RFC 9449 section 6.1); absent where whoever bears it may use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
}

/// What a token is bound to (RFC 7800).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The thumbprint of a key (RFC 9449 section 6.1).
    pub jkt: String,
}

/// What an access token must agree with.
#[derive(Clone, Debug)]
pub struct AccessRules {
    /// Accepted issuers: the origin, and a former one while its tokens live.
    pub issuers: Vec<String>,
    /// Accepted audiences.
    pub audiences: Vec<String>,
    /// No access token lives longer than this; one that claims to is forged or from another world.
    pub longest_life: Duration,
    /// How far two clocks may differ.
    pub skew: Duration,
}

impl AccessRules {
    /// Verifies `token` and judges its claims at `now`.
    ///
    /// # Errors
    /// What is wrong with it, see [`TokenError`].
    pub fn verify(&self, ring: &HmacRing, token: &str, now: Time) -> Result<AccessClaims, TokenError> {
        let claims: AccessClaims = ring.verify(ACCESS_TYPE, token)?;
        self.judge(&claims, now)?;
        Ok(claims)
    }

    fn judge(&self, claims: &AccessClaims, now: Time) -> Result<(), TokenError> {
        if claims.kind != "access" {
            return Err(TokenError::Kind);
        }
        let (life, skew) = (seconds(self.longest_life), seconds(self.skew));
        if claims.iat < 0
            || claims.exp < claims.iat
            || claims.exp - claims.iat > life
            || claims.iat > now.as_seconds() + skew
        {
            return Err(TokenError::Times);
        }
        if claims.exp <= now.as_seconds() {
            return Err(TokenError::Expired);
        }
        if !self.issuers.contains(&claims.iss) || !self.audiences.contains(&claims.aud) {
            return Err(TokenError::Place);
        }
        Ok(())
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX / 4)
}
