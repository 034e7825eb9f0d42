//! What a request shows of the app that makes it, before anything of it is believed.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde::Deserialize;
use url::form_urlencoded;

use super::super::params::Params;
use crate::error::{Error, Result};

/// RFC 7523 section 2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Room for keys that are named by certificates, and not for more work than a request is worth.
const LONGEST_ASSERTION: usize = 8 * 1024;

/// What a request shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// Which app it says to be.
    pub client_id: String,
    pub proof: Proof,
}

/// With what it would prove that.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Proof {
    Nothing,
    Secret(String),
    /// A JWT.
    Assertion(String),
}

impl Shown {
    /// # Errors
    /// `invalid_client` where nothing can be read; `invalid_request` for two ways, or two apps, at once.
    pub(super) fn read(headers: &HeaderMap, params: &Params) -> Result<Self> {
        let (id, secret) = (params.one("client_id")?, params.one("client_secret")?);
        let basic = basic(headers)?;
        let assertion = assertion(params)?;
        if usize::from(basic.is_some()) + usize::from(secret.is_some()) + usize::from(assertion.is_some()) > 1 {
            return Err(Error::invalid_request("Prove who you are in one way, not in two"));
        }
        if let Some(shown) = basic {
            return match id {
                Some(id) if shown.client_id != id => {
                    Err(Error::invalid_request("client_id is another app than the one in Authorization"))
                }
                _ => Ok(shown),
            };
        }
        if let Some(jwt) = assertion {
            let client_id = match id {
                Some(id) => id.to_owned(),
                None => subject_of(jwt).ok_or_else(Error::invalid_client)?,
            };
            return Ok(Self { client_id, proof: Proof::Assertion(jwt.to_owned()) });
        }
        let client_id = id.ok_or_else(Error::invalid_client)?.to_owned();
        Ok(Self { client_id, proof: secret.map_or(Proof::Nothing, |secret| Proof::Secret(secret.to_owned())) })
    }

    pub(super) fn secret(&self) -> Option<&str> {
        match &self.proof {
            Proof::Secret(secret) => Some(secret),
            Proof::Nothing | Proof::Assertion(_) => None,
        }
    }
}

fn basic(headers: &HeaderMap) -> Result<Option<Shown>> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = sent.next() else { return Ok(None) };
    if sent.next().is_some() {
        return Err(Error::invalid_request("Authorization was sent twice"));
    }
    value.to_str().ok().and_then(read_basic).map(Some).ok_or_else(Error::invalid_client)
}

/// `Basic` with id and secret form-encoded before they are joined (RFC 6749 section 2.3.1).
fn read_basic(value: &str) -> Option<Shown> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64.decode(encoded.trim().as_bytes()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let decode = |text: &str| {
        // A whole pair without its `=`, so that the text is decoded as a name.
        form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
    };
    let (client_id, secret) = (decode(id), decode(secret));
    let proof = if secret.is_empty() { Proof::Nothing } else { Proof::Secret(secret) };
    Some(Shown { client_id, proof })
}

fn assertion(params: &Params) -> Result<Option<&str>> {
    match (params.one("client_assertion_type")?, params.one("client_assertion")?) {
        (None, None) => Ok(None),
        (Some(ASSERTION_TYPE), Some(jwt)) if jwt.len() <= LONGEST_ASSERTION => Ok(Some(jwt)),
        _ => Err(Error::invalid_client()),
    }
}

/// The app that an assertion speaks of, to know whose keys judge it.
fn subject_of(jwt: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    let payload = BASE64URL_NOPAD.decode(jwt.split('.').nth(1)?.as_bytes()).ok()?;
    serde_json::from_slice::<Subject>(&payload).ok().map(|claims| claims.sub)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn basic(text: &str) -> HeaderMap {
        let value = format!("Basic {}", BASE64.encode(text.as_bytes()));
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(&value).unwrap())])
    }

    fn read(headers: &HeaderMap, body: &str) -> Result<Shown> {
        Shown::read(headers, &Params::parse(body.as_bytes()))
    }

    fn slug(headers: &HeaderMap, body: &str) -> &'static str {
        match read(headers, body) {
            Err(Error::Refused(refusal)) => refusal.error,
            other => panic!("{other:?}"),
        }
    }

    fn with_assertion(jwt: &str) -> String {
        format!("client_assertion={jwt}&client_assertion_type={ASSERTION_TYPE}")
    }

    #[test]
    fn basic_is_decoded_as_the_rfc_says() {
        let shown = read(&basic("app_1:a%2Bb%3Ac"), "").unwrap();
        assert_eq!(shown, Shown { client_id: "app_1".to_owned(), proof: Proof::Secret("a+b:c".to_owned()) });
        assert_eq!(read(&basic("app_1:s"), "client_id=app_1").unwrap().client_id, "app_1");
    }

    #[test]
    fn an_assertion_says_itself_of_whom_it_speaks() {
        let jwt = format!("x.{}.x", BASE64URL_NOPAD.encode(br#"{"sub":"app_1"}"#));
        let shown = read(&HeaderMap::new(), &with_assertion(&jwt)).unwrap();
        assert_eq!(shown, Shown { client_id: "app_1".to_owned(), proof: Proof::Assertion(jwt) });
        assert_eq!(slug(&HeaderMap::new(), &with_assertion("x.!.x")), "invalid_client");
        let named = read(&HeaderMap::new(), &format!("client_id=app_2&{}", with_assertion("x.!.x")));
        assert_eq!(named.unwrap().client_id, "app_2");
    }

    #[test]
    fn two_ways_at_once_and_two_apps_at_once_are_refused() {
        let assertion = with_assertion("x.y.z");
        assert_eq!(slug(&basic("app_1:s"), "client_id=app_1&client_secret=s"), "invalid_request");
        assert_eq!(slug(&basic("app_1:s"), &assertion), "invalid_request");
        assert_eq!(slug(&HeaderMap::new(), &format!("client_id=app_1&client_secret=s&{assertion}")), "invalid_request");
        assert_eq!(slug(&basic("app_1:s"), "client_id=app_2"), "invalid_request");
        assert_eq!(slug(&HeaderMap::new(), "client_id=a&client_id=b"), "invalid_request");
    }

    #[test]
    fn what_is_no_proof_proves_nothing() {
        let bearer = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer x"))]);
        assert_eq!(slug(&bearer, "client_id=app_1"), "invalid_client");
        assert_eq!(slug(&HeaderMap::new(), ""), "invalid_client");
        assert_eq!(slug(&HeaderMap::new(), "client_id=app_1&client_assertion=x"), "invalid_client");
        let saml = "client_id=a&client_assertion=x&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
        assert_eq!(slug(&HeaderMap::new(), saml), "invalid_client");
        assert_eq!(slug(&HeaderMap::new(), &with_assertion(&"x".repeat(LONGEST_ASSERTION + 1))), "invalid_client");
    }
}
