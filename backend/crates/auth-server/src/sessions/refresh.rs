//! Refreshing a session: one conditional write, generation n → n + 1. Who loses that race reads what the winner wrote,
//! and inside the grace gets the same successor, byte for byte.

use httpkit::auth_wire::{RefreshSession, Reused, SessionTokens};
use store::{Stored, Time};

use super::{is_alive, tokens};
use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result, lost_race};
use crate::grants::{self, Grant, GrantKind, Leniency, Turn};
use crate::subjects;
use crate::tokens::{RefreshClaims, read_refresh};

/// The next tokens of a session.
///
/// # Errors
/// `invalid_grant`, whatever is wrong with the token. A token that was rotated away longer than the grace ago ends the
/// session first.
pub(crate) async fn refresh(core: &Core, request: RefreshSession) -> Result<SessionTokens> {
    let claims = read_refresh(&core.keys, &request.refresh_token).ok_or_else(not_good)?;
    let leniency = if request.lenient { Leniency::Lenient } else { Leniency::Strict };
    for _ in 0..ATTEMPTS {
        let session = find(core, &claims).await?;
        let now = core.now();
        match session.turn(claims.generation, now, core.lifetimes.grace, leniency) {
            Turn::Repeat => return tokens::issue(core, &session, now),
            Turn::Unknown | Turn::Dead => return Err(not_good()),
            Turn::Reused => {
                grants::end_reused(core, session.id, Reused::RefreshToken).await?;
                return Err(not_good());
            }
            Turn::Rotate => {
                let next = next_generation(core, &session, now)?;
                match core.grants.replace(&session, &next).await {
                    Ok(()) => return tokens::issue(core, &next, now),
                    Err(error) if lost_race(&error) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
    Err(Error::too_contended())
}

/// The session that the token names, if it is one and not below its owner's floor. The floor is read first, see
/// [`super::find_live`].
async fn find(core: &Core, claims: &RefreshClaims) -> Result<Stored<Grant>> {
    let floors = subjects::floors(core, claims.sub).await?;
    let session = core.grants.get(&claims.gid).await?.ok_or_else(not_good)?;
    let good = session.sub == claims.sub && is_alive(&session, floors, core.now());
    if good { Ok(session) } else { Err(not_good()) }
}

fn next_generation(core: &Core, session: &Grant, now: Time) -> Result<Grant> {
    debug_assert_eq!(session.kind, GrantKind::Session);
    let until = core.lifetimes.session_until(now, session.auth_time);
    session.rotated(now, &core.keys.refresh_kid(), until, &core.lifetimes).map_err(|_| not_good())
}

fn not_good() -> Error {
    Error::invalid_grant("The session is over. Sign in again")
}
