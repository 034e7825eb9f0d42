//! The documents: an account, and who has which address.

use httpkit::{Scope, ScopeSet, UserId};
use serde::{Deserialize, Serialize};
use store::{Document, Index, Schema, ShardKey, Time, Value};
use utoipa::ToSchema;

use super::email::Email;
use super::language::Language;

/// What only the person and the house know of a user: how they sign in, and what they may do here.
///
/// The public half (names, picture) is the profile's. Everything issued for a user carries `credential_version`, so that
/// raising it ends what was issued before (OAUTH.md, "Versions instead of locks").
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub user_id: UserId,
    /// As typed; [`EmailOwner`] has it in the form that is compared.
    pub email: String,
    pub email_confirmed: bool,
    pub role: Role,
    /// bcrypt, `$2b$`.
    pub password_hash: String,
    /// Begins at 1 and rises with every change of the password.
    pub credential_version: i64,
    pub password_changed_at: Time,
    pub created_at: Time,
    /// A number that was confirmed, in E.164.
    #[serde(default)]
    pub phone: Option<String>,
    /// In which we write to the person; none: not known.
    #[serde(default)]
    pub language: Option<Language>,
    /// Devices that signed in before this are not known any more; none: all are.
    #[serde(default)]
    pub devices_from: Option<Time>,
    /// Since when nobody gets in with it; none: it is in good standing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<Time>,
    /// What the person is told about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_for: Option<String>,
}

/// The accounts of one role, in the order of their ids.
pub(crate) const BY_ROLE: &str = "by_role";
/// The suspended ones, by the moment since when.
pub(crate) const BY_SUSPENSION: &str = "by_suspension";

impl Account {
    /// The address in the form that is compared.
    pub fn compared_email(&self) -> Option<String> {
        Email::parse("email", &self.email).ok().map(|email| email.compared)
    }
}

impl Document for Account {
    type Key = UserId;

    const SCHEMA: &'static Schema = &Schema::new("resource_accounts")
        .indexes(&[Index::new(BY_ROLE).equal(&["role"]), Index::new(BY_SUSPENSION).order("suspended_at")]);

    fn key(&self) -> UserId {
        self.user_id
    }
}

/// Whose an address is: one owner across all shards, by the address in the form that is compared.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EmailOwner {
    pub address: String,
    pub user_id: UserId,
}

impl Document for EmailOwner {
    type Key = String;

    const SCHEMA: &'static Schema = &Schema::new("resource_emails").shard_key(ShardKey::Key);

    fn key(&self) -> String {
        self.address.clone()
    }
}

/// Who the admins are: one small document that every change of theirs replaces, so that two who take each other's role at
/// the same moment cannot both succeed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Admins {
    pub users: Vec<UserId>,
}

impl Admins {
    /// The key of the only one.
    pub const KEY: &'static str = "admins";
    /// So many at most; the document is read and written as a whole.
    pub const MOST: usize = 100;
}

impl Document for Admins {
    type Key = String;

    const SCHEMA: &'static Schema = &Schema::new("resource_admins").shard_key(ShardKey::Key);

    fn key(&self) -> String {
        Self::KEY.to_owned()
    }
}

/// What a user may do here beyond what is their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Nothing.
    User,
    /// Moderate.
    Mod,
    /// Moderate and administer.
    Admin,
}

impl Role {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Mod => "mod",
            Self::Admin => "admin",
        }
    }

    /// Whether it includes `scope`: nobody can give away what they do not have.
    pub fn includes(self, scope: Scope) -> bool {
        self.ceiling().contains(scope)
    }

    /// The most that a user of this role can give to an app.
    pub fn ceiling(self) -> ScopeSet {
        let all = ScopeSet::all();
        match self {
            Self::User => all.without(Scope::Mod).without(Scope::Admin),
            Self::Mod => all.without(Scope::Admin),
            Self::Admin => all,
        }
    }
}

impl From<Role> for Value {
    fn from(role: Role) -> Self {
        role.name().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_gives_what_it_has_and_no_more() {
        let held =
            |role: Role| [Scope::PostsWrite, Scope::Mod, Scope::Admin].map(|scope| role.ceiling().contains(scope));
        assert_eq!(held(Role::User), [true, false, false]);
        assert_eq!(held(Role::Mod), [true, true, false]);
        assert_eq!(held(Role::Admin), [true, true, true]);
    }
}
