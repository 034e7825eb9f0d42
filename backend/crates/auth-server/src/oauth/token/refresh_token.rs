//! Refreshing an app's grant (RFC 6749 section 6, rotation as in RFC 9700 section 4.14.2).

use httpkit::ScopeSet;

use super::response::{TokenResponse, access_token};
use crate::clients::Client;
use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result, lost_race};
use crate::grants::{self, Leniency, Turn};
use crate::oauth::bonds::{Bonds, bonds};
use crate::oauth::params::Params;
use crate::tokens::{RefreshClaims, read_refresh, write_refresh};

/// The next tokens of an app's grant. All who come with one token inside the grace get the same refresh token.
///
/// # Errors
/// `invalid_grant`; a token that was rotated away longer than the grace ago ends the grant first. `invalid_scope` where
/// more is asked than was granted.
pub(super) async fn refresh(core: &Core, client: &Client, params: &Params) -> Result<TokenResponse> {
    let claims = read_refresh(&core.keys, params.required("refresh_token")?).ok_or_else(not_good)?;
    let narrowed = params.one("scope")?;
    for _ in 0..ATTEMPTS {
        let bonds = read(core, client, &claims).await?;
        let now = core.now();
        let (grant, version) = (&bonds.grant, bonds.version());
        // Judged before anything turns, so that a refused scope costs the app nothing.
        let scopes = narrow(grant.scopes.intersection(client.scopes), narrowed)?;
        let current = match grant.turn(claims.generation, now, core.lifetimes.grace, Leniency::Strict) {
            Turn::Repeat => grant.document.clone(),
            Turn::Unknown | Turn::Dead => return Err(not_good()),
            Turn::Reused => {
                grants::end_reused(core, grant.id, "refresh token").await?;
                return Err(not_good());
            }
            Turn::Rotate => {
                let until =
                    bonds.session.as_ref().map_or(now + core.lifetimes.offline_idle, |session| session.idle_until);
                let next = grant.rotated(now, &core.keys.refresh_kid(), until, &core.lifetimes);
                let next = next.map_err(|_| not_good())?;
                match core.grants.replace(grant, &next).await {
                    Ok(()) => next,
                    Err(error) if lost_race(&error) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
        };
        let access_token = access_token(core, &current, version, scopes, now);
        let refresh_token = Some(write_refresh(&core.keys, &current)?);
        return Ok(TokenResponse { refresh_token, ..TokenResponse::new(core, access_token, scopes) });
    }
    Err(Error::too_contended())
}

/// The app's grant with everything that it hangs on, all found good.
async fn read(core: &Core, client: &Client, claims: &RefreshClaims) -> Result<Bonds> {
    match bonds(core, client, claims.gid).await? {
        Some(bonds) if bonds.grant.sub == claims.sub => Ok(bonds),
        _ => Err(not_good()),
    }
}

/// What is asked of what was granted; nothing said is all of it.
fn narrow(granted: ScopeSet, asked: Option<&str>) -> Result<ScopeSet> {
    let Some(asked) = asked else { return Ok(granted) };
    let asked: ScopeSet =
        asked.parse().map_err(|error: httpkit::UnknownScope| Error::invalid_scope(error.to_string()))?;
    if asked.is_empty() || !granted.contains_all(asked) {
        return Err(Error::invalid_scope("More is asked than was granted"));
    }
    Ok(asked)
}

fn not_good() -> Error {
    Error::invalid_grant("The refresh token is not good: expired, used before, revoked, or another app's")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_may_narrow_and_never_widen() {
        let granted: ScopeSet = "posts:read likes:write".parse().unwrap();
        assert_eq!(narrow(granted, None).unwrap(), granted);
        assert_eq!(narrow(granted, Some("posts:read")).unwrap().to_string(), "posts:read");
        for asked in ["posts:read posts:write", "posts:eat", " "] {
            assert!(narrow(granted, Some(asked)).is_err(), "{asked}");
        }
    }
}
