//! Giving and taking roles. Role, audit entry and what the auth server must hear are one batch; there is always an admin,
//! once there was one.
//!
//! A role is looked up wherever one is needed, so a taken one is worth nothing at once. What apps hold by it (the scopes
//! `mod` and `admin`) ends a moment later, when the auth server has been told; a job does that when this process dies.

use httpkit::jobs::{Job, JobError, JobKind, Jobs};
use httpkit::services::Services;
use httpkit::{Error, Result, UserId};
use serde::{Deserialize, Serialize};
use store::{Batch, Store};

use super::account::{Account, Admins, Role};
use super::outbox::{HEAD_START, take_back};
use crate::app::App;
use crate::audit::{self, Action, Entry, Subject, SubjectKind};
use crate::jobs::ResourceQueue;
use crate::users::{Handle, Profile, Username};

/// How often a change is tried again when somebody else was faster.
const ATTEMPTS: usize = 8;

/// Why somebody does not get a role. What is said to the operator is said to an admin too.
#[derive(Debug, thiserror::Error)]
pub enum RoleProblem {
    /// There is nobody of that name.
    #[error("No user with that username exists")]
    NotFound,
    /// Nobody would be left to give roles.
    #[error("This is the only admin. Make somebody else an admin first")]
    LastAdmin,
    /// There are as many as there can be.
    #[error("There are {} admins, and there cannot be more", Admins::MOST)]
    TooManyAdmins,
    /// Whoever cannot get in can look after nothing.
    #[error("This account is suspended. Restore it first")]
    Suspended,
    /// Others changed the account at the same moment, again and again.
    #[error("This account was changed at the same moment. Try again")]
    Contended,
    /// The store could not do its part.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<RoleProblem> for Error {
    fn from(problem: RoleProblem) -> Self {
        let words = problem.to_string();
        let conflict = |reason| Self::conflict(reason, "This role cannot be given").field("role").issue(words);
        match problem {
            RoleProblem::NotFound => Self::not_found("user_not_found", "User not found").field("username"),
            RoleProblem::LastAdmin => conflict("last_admin"),
            RoleProblem::TooManyAdmins => conflict("too_many_admins"),
            RoleProblem::Suspended => conflict("account_suspended"),
            RoleProblem::Contended => conflict("changed_meanwhile"),
            RoleProblem::Store(error) => error.into(),
        }
    }
}

/// Tell the auth server what somebody can give to apps, now that they have lost a role.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TellCeiling {
    user_id: UserId,
}

impl JobKind for TellCeiling {
    const NAME: &'static str = "tell-ceiling";
}

/// Gives `role` to whoever is called `username`, for an operator: on the store itself, with no server asked. What apps hold
/// by a role that is taken ends when a server next runs.
///
/// # Errors
/// [`RoleProblem`], a sentence each.
pub async fn set_role(services: &Services, username: &str, role: Role) -> Result<(), RoleProblem> {
    services.store.ensure(crate::schemas()).await?;
    let name = Username::parse(username).map_err(|_| RoleProblem::NotFound)?;
    let handle = services.store.collection::<Handle>().get(&name).await?;
    let handle = handle.filter(|handle| handle.reserved_until.is_none()).ok_or(RoleProblem::NotFound)?;
    write(services, &Jobs::new(services), None, handle.user_id, role).await.map(drop)
}

/// Gives `role` to `user` in the name of `admin`; nothing happens where they have it.
///
/// # Errors
/// 404; 409 `last_admin`, `too_many_admins`, `account_suspended`.
pub(crate) async fn change_role(app: &App, admin: UserId, user: UserId, role: Role) -> Result<()> {
    let Some(job) = write(&app.0.services, app.jobs(), Some(admin), user, role).await? else { return Ok(()) };
    match tell(app, user).await {
        Ok(()) => take_back(app, &job).await,
        Err(error) => tracing::warn!(%error, "what apps hold by a role that was taken ends a little later"),
    }
    Ok(())
}

/// Does [`TellCeiling`].
pub(crate) async fn tell_ceiling(app: App, job: TellCeiling) -> std::result::Result<(), JobError> {
    Ok(tell(&app, job.user_id).await?)
}

/// Tells the ceiling of the role as it is now, so that it does not matter in which order two changes are told.
async fn tell(app: &App, user: UserId) -> Result<()> {
    let Some(account) = app.store().collection::<Account>().get(&user).await? else { return Ok(()) };
    app.auth().narrow(user, account.role.ceiling()).await?;
    app.follower().catch_up(app).await;
    Ok(())
}

/// Tells the auth server again what `user` can give, where that is less than `role`, which was read before: a decision about
/// an app may have crossed a change of role, and must not outlive it.
///
/// # Errors
/// 503 without the auth server.
pub(crate) async fn keep_within(app: &App, user: UserId, role: Role) -> Result<()> {
    if super::role(app, user).await?.ceiling().contains_all(role.ceiling()) {
        return Ok(());
    }
    tell(app, user).await
}

/// The job is there where a role was taken.
async fn write(
    services: &Services,
    jobs: &Jobs<ResourceQueue>,
    actor: Option<UserId>,
    user: UserId,
    to: Role,
) -> Result<Option<Job<ResourceQueue>>, RoleProblem> {
    let now = services.clock.now();
    for _ in 0..ATTEMPTS {
        let account = services.store.collection::<Account>().get(&user).await?.ok_or(RoleProblem::NotFound)?;
        let from = account.role;
        if from == to {
            return Ok(None);
        }
        if to != Role::User && account.suspended_at.is_some() {
            return Err(RoleProblem::Suspended);
        }
        let profile = services.store.collection::<Profile>().get(&user).await?.ok_or(RoleProblem::NotFound)?;
        let mut batch = services.store.batch();
        batch.replace(&account, &Account { role: to, ..account.document.clone() });
        match (from, to) {
            (Role::Admin, _) => leave(&services.store, &mut batch, user).await?,
            (_, Role::Admin) => join(&services.store, &mut batch, user).await?,
            (Role::User | Role::Mod, Role::User | Role::Mod) => {}
        }
        let name = profile.username.as_str().to_owned();
        let subject = Subject { kind: SubjectKind::User, id: user.to_string(), name };
        let change = Some((from.name(), to.name()));
        let entry = Entry { actor, action: Action::RoleChanged, subject, reason: String::new(), change };
        audit::record(&mut batch, entry, now, &*services.random);
        let taken = !to.ceiling().contains_all(from.ceiling());
        let job = jobs.job(&TellCeiling { user_id: user })?;
        // Who has asked for it by HTTP tells the auth server itself.
        let job = if actor.is_some() { job.not_before(now + HEAD_START) } else { job };
        if taken {
            batch.insert(&job);
        }
        match batch.commit().await {
            Ok(()) => return Ok(taken.then_some(job)),
            Err(error) if error.is_stale() || error.is_duplicate_key() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(RoleProblem::Contended)
}

/// Adds to `batch` that `user` is an admin.
async fn join(store: &Store, batch: &mut Batch, user: UserId) -> Result<(), RoleProblem> {
    let Some(admins) = store.collection::<Admins>().get(&Admins::KEY.to_owned()).await? else {
        batch.insert(&Admins { users: vec![user] });
        return Ok(());
    };
    let mut users: Vec<UserId> = admins.users.iter().copied().filter(|admin| *admin != user).collect();
    if users.len() >= Admins::MOST {
        return Err(RoleProblem::TooManyAdmins);
    }
    users.push(user);
    batch.replace(&admins, &Admins { users });
    Ok(())
}

/// Adds to `batch` that `user` is an admin no more, because the role or the account goes.
///
/// # Errors
/// [`RoleProblem::LastAdmin`].
pub(super) async fn leave(store: &Store, batch: &mut Batch, user: UserId) -> Result<(), RoleProblem> {
    let admins = store.collection::<Admins>().get(&Admins::KEY.to_owned()).await?.ok_or(RoleProblem::LastAdmin)?;
    let users: Vec<UserId> = admins.users.iter().copied().filter(|admin| *admin != user).collect();
    if users.is_empty() {
        return Err(RoleProblem::LastAdmin);
    }
    batch.replace(&admins, &Admins { users });
    Ok(())
}
