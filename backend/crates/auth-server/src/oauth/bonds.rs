//! What an app's grant hangs on: the user's consent, the app itself, the floors of the user's credential, and of an online
//! grant the session it was born in. Nobody ends a grant when one of these gives way: whoever uses it looks here.

use httpkit::{GrantId, UserId};
use store::{Stored, Time};

use crate::clients::Client;
use crate::consents::Consent;
use crate::core::Core;
use crate::error::Result;
use crate::grants::{Grant, GrantKind};
use crate::sessions;
use crate::subjects::{self, Floors};

/// A grant and what it hangs on.
pub(super) struct Bonds {
    pub grant: Stored<Grant>,
    /// Of an online grant, the session that it ends with.
    pub session: Option<Stored<Grant>>,
}

impl Bonds {
    /// The version for its access tokens, see [`super::token`].
    pub(super) fn version(&self) -> i64 {
        self.session.as_ref().map_or(self.grant.version, |session| session.version)
    }
}

/// The grant `id` with everything that it hangs on; `None` where it is not this app's or where something it hangs on is
/// gone. Whether the grant itself was ended or is idle is the caller's to judge.
///
/// The session is read before the floors (see `token::code_exchange`); where that makes a session look dead that only moved up
/// with its floor in between, everything is read once more.
pub(super) async fn bonds(core: &Core, client: &Client, id: GrantId) -> Result<Option<Bonds>> {
    for _ in 0..2 {
        let Some(grant) = core.grants.get(&id).await? else { return Ok(None) };
        if grant.kind != GrantKind::App || grant.client != client.id {
            return Ok(None);
        }
        let session = match grant.session_of_tokens() {
            Some(session) => core.grants.get(&session).await?,
            None => None,
        };
        let consent = core.consents.get(&(grant.sub, client.id.as_str().to_owned())).await?;
        let floors = subjects::floors(core, grant.sub).await?;
        if !is_allowed(client, &grant, consent.as_ref(), floors) {
            return Ok(None);
        }
        if session_holds(&grant, session.as_ref(), floors, core.now()) {
            return Ok(Some(Bonds { grant, session }));
        }
    }
    Ok(None)
}

/// What an access token names of what it hangs on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub grant: GrantId,
    pub session: Option<GrantId>,
    pub sub: UserId,
}

/// As [`bonds`], for a token that names everything: all is read at once, which on a database far away takes one look
/// instead of four. Read in no order, a session that moves up just now may look dead; so it does not say that something
/// is gone, but only that it is good.
pub(super) async fn bonds_at_once(core: &Core, client: &Client, named: Named) -> Result<Option<Bonds>> {
    let pair = (named.sub, client.id.as_str().to_owned());
    let ids = [Some(named.grant), named.session].into_iter().flatten().collect::<Vec<_>>();
    let (grants, consent, floors) = tokio::try_join!(
        async { Ok(core.grants.get_many(&ids).await?) },
        async { Ok(core.consents.get(&pair).await?) },
        subjects::floors(core, named.sub),
    )?;
    let mut grants = grants.into_iter();
    let (grant, session) = (grants.next().flatten(), grants.next().flatten());
    let Some(grant) = grant.filter(|grant| grant.kind == GrantKind::App && grant.client == client.id) else {
        return Ok(None);
    };
    let is_whole = grant.sub == named.sub && grant.session_of_tokens() == named.session;
    let holds = is_whole
        && is_allowed(client, &grant, consent.as_ref(), floors)
        && session_holds(&grant, session.as_ref(), floors, core.now());
    Ok(holds.then_some(Bonds { grant, session }))
}

/// Whether consent, app and credential still stand behind the grant.
fn is_allowed(client: &Client, grant: &Grant, consent: Option<&Stored<Consent>>, floors: Floors) -> bool {
    let consented = consent.is_some_and(|consent| grant.revision >= consent.document.revision);
    consented && grant.client_version >= client.grants_from && grant.version >= floors.apps_from
}

/// Whether everything that the grant `id` of `client` hangs on is there.
///
/// # Errors
/// The store's.
pub(crate) async fn holds(core: &Core, client: &Client, id: GrantId) -> Result<bool> {
    Ok(bonds(core, client, id).await?.is_some())
}

/// A missing session is a dead one; an offline grant needs none.
fn session_holds(grant: &Grant, session: Option<&Stored<Grant>>, floors: Floors, now: Time) -> bool {
    !grant.online || session.is_some_and(|session| sessions::is_alive(session, floors, now))
}
