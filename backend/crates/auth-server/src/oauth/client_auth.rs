//! How an app proves who it is (RFC 6749 section 2.3): `none` for public apps, `client_secret_basic` or
//! `client_secret_post` for confidential ones; one way in one request.

use data_encoding::BASE64;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use httpkit::ClientId;
use url::form_urlencoded;

use super::params::Params;
use crate::clients::Client;
use crate::core::Core;
use crate::error::{Error, Result};

/// What a request shows.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    client_id: String,
    secret: Option<String>,
}

/// The app that makes this request.
///
/// # Errors
/// `invalid_client` for an unknown app or none, a wrong, missing or superfluous secret (one answer, the same work for all);
/// `invalid_request` for two ways at once.
pub(crate) async fn authenticate(core: &Core, headers: &HeaderMap, params: &Params) -> Result<Client> {
    let shown = read(headers, params)?;
    let client = match shown.client_id.parse::<ClientId>() {
        Ok(id) => core.clients.get(&id.into()).await?,
        Err(_) => None,
    };
    let secrets = client.as_ref().map_or(&[][..], |client| &client.secrets);
    let secret = shown.secret.as_deref().unwrap_or_default();
    let opens = core.secret_hasher.opens(secret, secrets, core.now());
    let client = client.ok_or_else(Error::invalid_client)?.into_document();
    let proved = if client.is_public() { shown.secret.is_none() } else { opens };
    if proved { Ok(client) } else { Err(Error::invalid_client()) }
}

fn read(headers: &HeaderMap, params: &Params) -> Result<Shown> {
    if params.has("client_assertion") || params.has("client_assertion_type") {
        return Err(Error::invalid_client());
    }
    let (id, secret) = (params.one("client_id")?, params.one("client_secret")?);
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let basic = sent.next().map(|value| value.to_str().ok().and_then(read_basic).ok_or_else(Error::invalid_client));
    if sent.next().is_some() {
        return Err(Error::invalid_request("Authorization was sent twice"));
    }
    match (basic.transpose()?, id, secret) {
        (Some(_), _, Some(_)) => Err(Error::invalid_request("Prove who you are in one way, not in two")),
        (Some(shown), Some(id), None) if shown.client_id != id => {
            Err(Error::invalid_request("client_id is another app than the one in Authorization"))
        }
        (Some(shown), _, None) => Ok(shown),
        (None, Some(id), secret) => Ok(Shown { client_id: id.to_owned(), secret: secret.map(str::to_owned) }),
        (None, None, _) => Err(Error::invalid_client()),
    }
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
    Some(Shown { client_id, secret: Some(secret).filter(|secret| !secret.is_empty()) })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn basic(text: &str) -> HeaderMap {
        let value = format!("Basic {}", BASE64.encode(text.as_bytes()));
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(&value).unwrap())])
    }

    fn slug(headers: &HeaderMap, body: &str) -> &'static str {
        match read(headers, &Params::parse(body.as_bytes())) {
            Err(Error::Refused(refusal)) => refusal.error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn basic_is_decoded_as_the_rfc_says() {
        let shown = read(&basic("app_1:a%2Bb%3Ac"), &Params::default()).unwrap();
        assert_eq!(shown, Shown { client_id: "app_1".to_owned(), secret: Some("a+b:c".to_owned()) });
        let same = read(&basic("app_1:s"), &Params::parse(b"client_id=app_1")).unwrap();
        assert_eq!(same.client_id, "app_1");
    }

    #[test]
    fn two_ways_at_once_and_two_apps_at_once_are_refused() {
        assert_eq!(slug(&basic("app_1:s"), "client_id=app_1&client_secret=s"), "invalid_request");
        assert_eq!(slug(&basic("app_1:s"), "client_id=app_2"), "invalid_request");
        assert_eq!(slug(&HeaderMap::new(), "client_id=a&client_id=b"), "invalid_request");
    }

    #[test]
    fn what_is_no_basic_proves_nothing() {
        let bearer = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer x"))]);
        assert_eq!(slug(&bearer, "client_id=app_1"), "invalid_client");
        assert_eq!(slug(&HeaderMap::new(), ""), "invalid_client");
        assert_eq!(slug(&HeaderMap::new(), "client_id=app_1&client_assertion=x"), "invalid_client");
    }
}
