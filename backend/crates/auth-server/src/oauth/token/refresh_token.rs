//! Refreshing an app's grant (RFC 6749 section 6, rotation as in RFC 9700 section 4.14.2).
//!
//! A public app's refresh token is held by rotation, and by its key where it used DPoP. One of the FAPI 2.0 profile is held
//! by client authentication and stays the same (FAPI 2.0 Security Profile, section 5.3.2.1); its use is written down, so
//! that idle time counts from there.

use httpkit::auth_wire::Reused;
use httpkit::{Scope, ScopeSet};
use store::Time;

use super::response::{Key, TokenResponse, access_token};
use crate::clients::Client;
use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result, lost_race};
use crate::grants::{self, Leniency, Turn};
use crate::oauth::bonds::{Bonds, bonds};
use crate::oauth::dpop;
use crate::oauth::params::Params;
use crate::tokens::{RefreshClaims, is_signed_under, read_refresh, write_refresh};

/// The next tokens of an app's grant. All who come with one token inside the grace get the same refresh token.
///
/// # Errors
/// `invalid_grant`; a token that was rotated away longer than the grace ago ends the grant first. `invalid_scope` where
/// more is asked than was granted; `invalid_dpop_proof` where the grant is bound to another key than `key`.
pub(super) async fn refresh(core: &Core, client: &Client, params: &Params, key: Key<'_>) -> Result<TokenResponse> {
    let presented = params.required("refresh_token")?;
    let claims = read_refresh(&core.keys, presented).ok_or_else(not_good)?;
    let narrowed = params.one("scope")?;
    for _ in 0..ATTEMPTS {
        let bonds = read(core, client, &claims).await?;
        let now = core.now();
        let (grant, version) = (&bonds.grant, bonds.version());
        dpop::check_bound(grant.dpop_jkt.as_deref(), key)?;
        // Judged before anything turns, so that a refused scope costs the app nothing.
        let scopes = narrow(grant.scopes.intersection(client.scopes), narrowed)?;
        let current = match grant.turn(claims.generation, now, core.lifetimes.grace, Leniency::Strict) {
            Turn::Repeat => grant.document.clone(),
            Turn::Unknown | Turn::Dead => return Err(not_good()),
            Turn::Reused => {
                grants::end_reused(core, grant.id, Reused::RefreshToken).await?;
                return Err(not_good());
            }
            Turn::Rotate => {
                let until = idle_until(core, &bonds, now);
                let next = match client.rotates_refresh_tokens() {
                    true => grant.rotated(now, &core.keys.refresh_kid(), until, &core.lifetimes),
                    false => grant.used(&core.keys.refresh_kid(), until, &core.lifetimes),
                };
                let next = next.map_err(|_| not_good())?;
                if next != grant.document {
                    match core.grants.replace(grant, &next).await {
                        Ok(()) => {}
                        Err(error) if lost_race(&error) => continue,
                        Err(error) => return Err(error.into()),
                    }
                }
                next
            }
        };
        let access_token = access_token(core, &current, version, scopes, key, now);
        // One that stays the same is only signed anew when its key is about to go.
        let stays = current.generation == claims.generation && is_signed_under(presented, &current.kid);
        let refresh_token = if stays { presented.to_owned() } else { write_refresh(&core.keys, &current)? };
        let refresh_token = Some(refresh_token);
        return Ok(TokenResponse { refresh_token, ..TokenResponse::new(core, access_token, scopes, key) });
    }
    Err(Error::too_contended())
}

/// Until when a grant that is used at `now` lives without being used again.
fn idle_until(core: &Core, bonds: &Bonds, now: Time) -> Time {
    let offline = bonds.grant.scopes.contains(Scope::OfflineAccess);
    match &bonds.session {
        Some(session) => session.idle_until,
        None => core.lifetimes.unbound_until(now, bonds.grant.auth_time, offline),
    }
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
