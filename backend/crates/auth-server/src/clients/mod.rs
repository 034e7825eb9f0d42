//! Registered apps: their documents, what a redirect URI may be, their secrets, and how a developer keeps them.
//!
//! How an app proves who it is at an OAuth endpoint is `oauth::client_auth`; here is only what it is.

mod document;
mod documents;
mod fetched_keys;
mod find;
mod last_used;
mod manage;
mod metadata;
mod options;
mod policy;
mod public_key;
mod redirect_uri;
mod registration;
mod rules;
mod secret;

pub(crate) use document::{BY_OWNER, Client, ClientKeys, Secret};
pub(crate) use documents::Documents;
pub(crate) use fetched_keys::{FetchedKeys, keys_of};
pub(crate) use find::{FORGOTTEN_AFTER, find, keep};
pub(crate) use last_used::LastUsed;
pub(crate) use manage::{delete, get_own, keep_own, list, register, remove, revoke_all, rotate_secret, update};
pub(crate) use metadata::{AuthMethod, GrantType, Origin, SecurityProfile, SigningAlgorithm};
pub(crate) use options::of as options_of;
pub(crate) use policy::Policy;
pub(crate) use public_key::{PublicKey, parse_key_set};
pub(crate) use redirect_uri::{RedirectUri, host_for_people, is_native};
pub(crate) use registration::{Metadata, invalid as invalid_metadata};
pub(crate) use secret::SecretHasher;
