//! What single values must look like, and the words for those that do not.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use url::Url;

use super::Secret;

const SHORTEST_CREDENTIAL: usize = 32;
/// The most that WebP can hold.
const LONGEST_SIDE: u32 = 16_383;

pub(super) fn origin<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    parse_origin(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub(super) fn origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Url>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| parse_origin(text).map_err(D::Error::custom)).collect()
}

/// The address of one of our own servers: plain http, since they stand on one machine or in one private network.
pub(super) fn internal_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    match parse_origin(&text) {
        Ok(url) if url.scheme() == "http" => Ok(Some(url)),
        _ => Err(D::Error::custom(format!(
            "\"{text}\" is not an address such as \"http://10.0.0.7:5001\", without a path"
        ))),
    }
}

fn parse_origin(text: &str) -> Result<Url, String> {
    let is_origin = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| !host.is_empty())
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    };
    Url::parse(text).ok().filter(is_origin).ok_or_else(|| {
        format!(
            "\"{text}\" is not an address such as \"https://example.org\" or \"http://localhost:3000\", without a path"
        )
    })
}

pub(super) fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    parse_listen(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("\"{text}\" is not an address with a port such as \"127.0.0.1:3000\" or \"0.0.0.0:3000\""))
}

pub(super) fn optional_listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(None) } else { parse_listen(&text).map(Some).map_err(D::Error::custom) }
}

pub(super) fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        Err(D::Error::custom("it should name a directory such as \"./data\""))
    } else {
        Ok(text.into())
    }
}

pub(super) fn optional_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(Some(PathBuf::from(text)).filter(|path| !path.as_os_str().is_empty()))
}

pub(super) fn optional_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let secret = Secret::deserialize(deserializer)?;
    Ok(Some(secret).filter(|secret| !secret.expose().is_empty()))
}

/// The address of a Redis server. It may hold a password, so an error does not repeat it.
pub(super) fn redis_uri<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let uri = optional_secret(deserializer)?;
    match &uri {
        Some(uri) if redis::Client::open(uri.expose()).is_err() => {
            Err(D::Error::custom("it is not an address such as \"redis://localhost:6379\""))
        }
        _ => Ok(uri),
    }
}

pub(super) fn credential<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let credential = optional_secret(deserializer)?;
    let fits = |text: &str| text.len() >= SHORTEST_CREDENTIAL && text.bytes().all(|byte| byte.is_ascii_graphic());
    match &credential {
        Some(secret) if !fits(secret.expose()) => Err(D::Error::custom(format!(
            "it should have at least {SHORTEST_CREDENTIAL} printable ASCII characters and no spaces"
        ))),
        _ => Ok(credential),
    }
}

/// What browsers or the system itself do something with: never an app's own.
const NOBODYS_SCHEMES: [&str; 25] = [
    "about",
    "blob",
    "chrome",
    "content",
    "data",
    "facetime",
    "file",
    "filesystem",
    "ftp",
    "http",
    "https",
    "intent",
    "jar",
    "javascript",
    "mailto",
    "moz-extension",
    "resource",
    "sms",
    "ssh",
    "tel",
    "vbscript",
    "view-source",
    "ws",
    "wss",
    "urn",
];

/// Schemes (RFC 3986 section 3.1) in lower case.
pub(super) fn app_schemes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let schemes = Vec::<String>::deserialize(deserializer)?;
    for scheme in &schemes {
        let is_scheme = scheme.starts_with(|letter: char| letter.is_ascii_lowercase())
            && scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte));
        if !is_scheme {
            return Err(D::Error::custom(format!("\"{scheme}\" is not a scheme in lower case such as \"vscode\"")));
        }
        if NOBODYS_SCHEMES.contains(&scheme.as_str()) {
            return Err(D::Error::custom(format!("\"{scheme}\" is not the scheme of an installed app")));
        }
    }
    Ok(schemes)
}

pub(super) fn bcrypt_cost<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let cost = u32::deserialize(deserializer)?;
    if (4..=16).contains(&cost) {
        Ok(cost)
    } else {
        Err(D::Error::custom(format!("{cost} is not a cost from 4 to 16")))
    }
}

pub(super) fn threads<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    match usize::deserialize(deserializer)? {
        0 => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
        threads => Ok(threads),
    }
}

pub(super) fn sizes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u32>, D::Error> {
    let sizes = Vec::<u32>::deserialize(deserializer)?;
    let ascending = sizes.windows(2).all(|pair| pair[0] < pair[1]);
    if ascending
        && sizes.first().is_some_and(|smallest| *smallest > 0)
        && sizes.last().is_some_and(|largest| *largest <= LONGEST_SIDE)
    {
        Ok(sizes)
    } else {
        Err(D::Error::custom(format!("the sizes should be at least one, ascending, from 1 to {LONGEST_SIDE} pixels")))
    }
}
