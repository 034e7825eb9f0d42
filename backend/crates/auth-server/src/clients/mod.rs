//! Registered apps: their documents, what a redirect URI may be, their secrets, and how a developer keeps them.
//!
//! How an app proves who it is at an OAuth endpoint is `oauth::client_auth`; here is only what it is.

mod document;
mod last_used;
mod manage;
mod metadata;
mod public_key;
mod redirect_uri;
mod rules;
mod secret;

pub(crate) use document::{BY_OWNER, Client, ClientKeys, Logout, Pages, Secret};
pub(crate) use last_used::LastUsed;
pub(crate) use manage::{delete, get_own, keep_own, list, register, rotate_secret, update};
pub(crate) use metadata::{AuthMethod, GrantType, Origin, SecurityProfile, SigningAlgorithm};
pub(crate) use public_key::{KeyMaterial, PublicKey, parse_key_set};
pub(crate) use redirect_uri::{RedirectUri, host_for_people, is_native};
pub(crate) use secret::SecretHasher;
