//! What an app chooses when it registers: how it gets tokens, how it proves who it is, what its tokens are signed with.
//! The names on the wire are those of RFC 7591 and OpenID Connect Registration; to add a choice, add a variant here.

use httpkit::auth_wire::ClientType;
use serde::{Deserialize, Serialize};

/// How an app may get tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
    /// RFC 8628.
    DeviceCode,
}

impl GrantType {
    /// Every one that works, as the metadata lists them.
    pub(crate) const ALL: [Self; 4] =
        [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials, Self::DeviceCode];

    /// Its name on the wire (RFC 7591 section 2).
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant_type| grant_type.name() == name)
    }
}

/// How an app proves who it is (`token_endpoint_auth_method`), at every endpoint where it does.
///
/// The aliases read documents from before there was more than one way for an app with a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuthMethod {
    /// Not at all: it runs on people's devices.
    #[serde(alias = "public")]
    None,
    /// With a secret, in `Authorization: Basic`.
    #[serde(alias = "confidential")]
    ClientSecretBasic,
    /// With a secret, in the form.
    ClientSecretPost,
    /// With a signed assertion (RFC 7523), whose key never leaves it.
    PrivateKeyJwt,
}

impl AuthMethod {
    pub(crate) const ALL: [Self; 4] =
        [Self::None, Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt];

    /// Its name on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// Whether it is proved by a secret that we gave out.
    pub(crate) const fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }

    /// What RFC 6749 section 2.1 calls an app that proves itself so.
    pub(crate) const fn client_type(self) -> ClientType {
        match self {
            Self::None => ClientType::Public,
            Self::ClientSecretBasic | Self::ClientSecretPost | Self::PrivateKeyJwt => ClientType::Confidential,
        }
    }
}

/// An asymmetric signature algorithm (RFC 7518 section 3.1, RFC 8037): of ID tokens, and of what apps sign. There is no
/// `none` here and no shared key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlgorithm {
    pub(crate) const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// Its name on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Whether FAPI 2.0 allows it (Security Profile, section 5.4.1).
    pub(crate) const fn is_fapi(self) -> bool {
        !matches!(self, Self::Rs256)
    }
}

/// What an app binds itself to beyond OAuth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SecurityProfile {
    /// Nothing more.
    #[default]
    Standard,
    /// The FAPI 2.0 Security Profile: pushed requests, `private_key_jwt`, DPoP-bound tokens, refresh tokens not rotated.
    Fapi2,
}

impl SecurityProfile {
    pub(crate) const ALL: [Self; 2] = [Self::Standard, Self::Fapi2];

    /// Its name on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Fapi2 => "fapi2",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }
}

/// Where an app came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    /// A developer registered it in person; also the house's own.
    #[default]
    Developer,
    /// It registered itself (RFC 7591).
    Registered,
    /// It is what a document at its own URL says (client ID metadata documents).
    Document,
}
