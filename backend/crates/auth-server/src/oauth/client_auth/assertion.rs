//! `private_key_jwt` (RFC 7523 section 3): an assertion that an app signed with a key that only it has.
//!
//! The algorithm is the one that the app registered, or one that the key it names is made for: never one that the header
//! alone chooses, never `none`, never a shared key. An assertion lives for an hour at most and works once.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::Value;
use store::Time;

use crate::clients::{self, Client, PublicKey, SigningAlgorithm};
use crate::core::Core;
use crate::error::{Error, Result};
use crate::seen::{self, Once};

/// What libraries use by default; FAPI 2.0 clients use less by themselves.
const LONGEST_LIFE: Duration = Duration::from_secs(60 * 60);
/// How far an app's clock may be off.
const LEEWAY: Duration = Duration::from_secs(60);
const LONGEST_JTI: usize = 256;

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    /// Names what a reader must understand (RFC 7515 section 4.1.11); there is nothing of the kind that we do.
    #[serde(default)]
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    jti: String,
    #[serde(default)]
    iat: Option<i64>,
    #[serde(default)]
    nbf: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Whether `jwt` proves that `client` made this request.
///
/// # Errors
/// `invalid_client`, whatever is wrong with it; what it was is logged.
pub(super) async fn judge(core: &Core, client: &Client, jwt: &str) -> Result<()> {
    let refuse = |why: &'static str| {
        tracing::debug!(client_id = %client.id, why, "a client assertion was refused: {why}");
        Error::invalid_client()
    };
    let (header, claims) = verify(core, client, jwt).await?.map_err(refuse)?;
    if header.typ.is_some_and(|typ| !matches!(typ.to_ascii_lowercase().as_str(), "jwt" | "client-authentication+jwt")) {
        return Err(refuse("it is a JWT of another type"));
    }
    check(core, client, &claims, core.now()).map_err(refuse)?;
    let until = Time::from_seconds(claims.exp) + LEEWAY;
    if !seen::is_first(core, Once::Assertion, client.id.as_str(), &claims.jti, until).await? {
        return Err(refuse("it was used before"));
    }
    Ok(())
}

/// Header and claims, if a key of `client` signed them.
async fn verify(core: &Core, client: &Client, jwt: &str) -> Result<Result<(Header, Claims), &'static str>> {
    let Some(parts) = Parts::read(jwt) else { return Ok(Err("it is no JWT")) };
    let Some(alg) = algorithm(client, &parts.header) else { return Ok(Err("its algorithm is not the registered one")) };
    let kid = parts.header.kid.as_deref();
    let may_have_signed = |key: &PublicKey| key.is_for(alg) && (kid.is_none() || key.kid.as_deref() == kid);
    let keys = clients::keys_of(core, client, &may_have_signed).await;
    let is_signed =
        keys.iter().filter(|key| may_have_signed(key)).any(|key| key.verifies(alg, parts.signed, &parts.signature));
    if !is_signed {
        return Ok(Err("no key of the app signed it"));
    }
    match serde_json::from_slice(&parts.payload) {
        Ok(claims) => Ok(Ok((parts.header, claims))),
        Err(_) => Ok(Err("its claims are not those of an assertion")),
    }
}

/// The algorithm of the header, where the app may use it.
fn algorithm(client: &Client, header: &Header) -> Option<SigningAlgorithm> {
    let alg = SigningAlgorithm::parse(&header.alg).filter(|_| header.crit.is_none())?;
    let is_registered = client.assertion_alg.is_none_or(|registered| registered == alg);
    (is_registered && (alg.is_fapi() || !client.is_fapi())).then_some(alg)
}

fn check(core: &Core, client: &Client, claims: &Claims, now: Time) -> Result<(), &'static str> {
    let id = client.id.as_str();
    if claims.iss != id || claims.sub != id {
        return Err("it speaks of another app");
    }
    if !is_for_us(&core.issuer, client, &claims.aud) {
        return Err("it is for another server");
    }
    let now = now.as_seconds();
    let (leeway, longest) = (LEEWAY.as_secs().cast_signed(), LONGEST_LIFE.as_secs().cast_signed());
    if claims.exp <= now {
        return Err("it has expired");
    }
    if claims.exp > now + longest + leeway {
        return Err("it lives for too long");
    }
    if claims.iat.is_some_and(|iat| iat > now + leeway) || claims.nbf.is_some_and(|nbf| nbf > now + leeway) {
        return Err("it is from the future");
    }
    if claims.jti.is_empty() || claims.jti.len() > LONGEST_JTI {
        return Err("its jti is empty or too long");
    }
    Ok(())
}

/// FAPI 2.0 wants the issuer, alone and as a text (section 5.3.2.1); others may name the endpoint that RFC 7523 and RFC
/// 9126 tell them to.
fn is_for_us(issuer: &str, client: &Client, audience: &Audience) -> bool {
    let is_an_endpoint =
        |text: &str| text.strip_prefix(issuer).is_some_and(|path| matches!(path, "/oauth/token" | "/oauth/par"));
    match audience {
        Audience::One(one) => one == issuer || (!client.is_fapi() && is_an_endpoint(one)),
        Audience::Several(all) => !client.is_fapi() && all.iter().any(|one| one == issuer || is_an_endpoint(one)),
    }
}

/// A compact JWS (RFC 7515 section 3.1), decoded and not yet believed.
struct Parts<'a> {
    header: Header,
    payload: Vec<u8>,
    signature: Vec<u8>,
    signed: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(jwt: &'a str) -> Option<Self> {
        let (signed, signature) = jwt.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).ok();
        Some(Self {
            header: serde_json::from_slice(&decode(header)?).ok()?,
            payload: decode(payload)?,
            signature: decode(signature)?,
            signed: signed.as_bytes(),
        })
    }
}

#[cfg(test)]
mod tests {
    use httpkit::ClientId;

    use super::*;
    use crate::clients::{AuthMethod, SecurityProfile};

    const ISSUER: &str = "https://tapri.example";

    fn client(profile: SecurityProfile) -> Client {
        let now = Time::from_seconds(1_790_000_000);
        Client { profile, ..Client::new(ClientId::docs(), "x".to_owned(), AuthMethod::PrivateKeyJwt, now) }
    }

    fn one(text: &str) -> Audience {
        Audience::One(format!("{ISSUER}{text}"))
    }

    #[test]
    fn an_assertion_is_for_this_server_alone() {
        let app = client(SecurityProfile::Standard);
        for audience in [one(""), one("/oauth/token"), one("/oauth/par"), Audience::Several(vec![ISSUER.to_owned()])] {
            assert!(is_for_us(ISSUER, &app, &audience));
        }
        for audience in [one("/"), one(".evil.example"), one("/oauth/revoke/"), Audience::Several(Vec::new())] {
            assert!(!is_for_us(ISSUER, &app, &audience));
        }
    }

    #[test]
    fn of_a_fapi_app_it_names_the_issuer_and_nothing_else() {
        let app = client(SecurityProfile::Fapi2);
        assert!(is_for_us(ISSUER, &app, &one("")));
        for audience in [one("/oauth/token"), Audience::Several(vec![ISSUER.to_owned()])] {
            assert!(!is_for_us(ISSUER, &app, &audience));
        }
    }

    #[test]
    fn the_header_alone_chooses_no_algorithm() {
        let header = |alg: &str| Header { alg: alg.to_owned(), kid: None, typ: None, crit: None };
        let app = client(SecurityProfile::Standard);
        for alg in ["none", "None", "HS256", "HS512", "RS384", ""] {
            assert_eq!(algorithm(&app, &header(alg)), None, "{alg}");
        }
        assert_eq!(algorithm(&app, &header("RS256")), Some(SigningAlgorithm::Rs256));
        let pinned = Client { assertion_alg: Some(SigningAlgorithm::Es256), ..app };
        assert_eq!(algorithm(&pinned, &header("RS256")), None);
        assert_eq!(algorithm(&client(SecurityProfile::Fapi2), &header("RS256")), None);
        assert_eq!(algorithm(&client(SecurityProfile::Fapi2), &header("PS256")), Some(SigningAlgorithm::Ps256));
        let critical = Header { crit: Some(Value::Array(vec!["b64".into()])), ..header("PS256") };
        assert_eq!(algorithm(&pinned, &critical), None);
    }
}
