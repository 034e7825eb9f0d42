//! How people are reached, and what is asked of their addresses: `[mail]`, `[sms]`, `[accounts]`. What a value means stands
//! in `tapri.default.toml`. Nothing is sent from here.

use std::net::IpAddr;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use url::{Host, Url};

use super::{Secret, values};

/// `[mail]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The server that takes our mail; none: no mail is sent.
    #[serde(deserialize_with = "smtp")]
    pub smtp: Option<Smtp>,
    /// Whom mail is from: an address, or a name and an address.
    pub from: String,
    /// A file of certificates that are trusted beside the public ones.
    #[serde(deserialize_with = "optional_path")]
    pub ca_file: Option<PathBuf>,
}

/// A server that takes our mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smtp {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is kept secret.
    pub tls: SmtpTls,
    /// How we sign in there, if we do.
    pub login: Option<SmtpLogin>,
}

/// How the way to a mail server is kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// TLS from the first byte (RFC 8314).
    Wrapped,
    /// `STARTTLS`, and no mail without it (RFC 3207).
    Required,
    /// None: on this machine alone.
    None,
}

/// Name and password for a mail server.
#[derive(Clone, Debug)]
pub struct SmtpLogin {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Secret,
}

impl PartialEq for SmtpLogin {
    fn eq(&self, other: &Self) -> bool {
        self.user == other.user && self.password.expose() == other.password.expose()
    }
}

impl Eq for SmtpLogin {}

/// `[sms]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Who takes our messages.
    #[serde(deserialize_with = "gateway")]
    pub gateway: SmsGateway,
    /// A header of every request, as `Name: value`, for the gateway to know us by.
    #[serde(deserialize_with = "header")]
    pub header: Option<Secret>,
    /// The media type of [`Sms::body`].
    pub content_type: String,
    /// What is sent, with `{to}` and `{text}` in it.
    pub body: String,
}

/// Who takes our text messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmsGateway {
    /// Nobody: no message is sent.
    None,
    /// The log, for trying things on one's own machine.
    Console,
    /// A gateway that is asked by `POST`.
    Http(Url),
}

/// `[accounts]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// What is asked of a new account's address.
    pub email_verification: EmailVerification,
}

/// What is asked of a new account's e-mail address. Where no mail is configured, nothing is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum EmailVerification {
    /// Nothing; whoever wants to can confirm it.
    Off,
    /// A mail with a code comes at sign-up, and nothing hangs on it.
    Asked,
    /// The same, and nothing can be posted before.
    Required,
}

fn smtp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Smtp>, D::Error> {
    let Some(text) = values::optional_secret(deserializer)? else { return Ok(None) };
    // The text may hold a password, so no error repeats it.
    Smtp::parse(text.expose()).map(Some).map_err(D::Error::custom)
}

impl Smtp {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let form = "it should be like \"smtps://user:password@mail.example:465\" or \
                    \"smtp://user:password@mail.example:587?tls=required\"";
        let url = Url::parse(text).map_err(|_| form)?;
        let plain = matches!(url.path(), "" | "/") && url.fragment().is_none();
        let tls = match (url.scheme(), url.query()) {
            ("smtps", None) => SmtpTls::Wrapped,
            ("smtp", Some("tls=required")) => SmtpTls::Required,
            ("smtp", None) => SmtpTls::None,
            _ => return Err(form),
        };
        // For schemes that it does not know the library leaves addresses as names.
        let host = url.host_str().filter(|host| plain && !host.is_empty()).ok_or(form)?;
        if tls == SmtpTls::None && !is_this_machine(host) {
            return Err("a mail server on another machine should be \"smtps://…\" or \"smtp://…?tls=required\"");
        }
        let port = url.port().unwrap_or(match tls {
            SmtpTls::Wrapped => 465,
            SmtpTls::Required => 587,
            SmtpTls::None => 25,
        });
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) if !user.is_empty() => Some(SmtpLogin {
                user: decoded(user).ok_or(form)?,
                password: Secret::new(decoded(password).ok_or(form)?),
            }),
            _ => return Err("a user needs a password beside it, and a password a user"),
        };
        Ok(Self { host: host.trim_matches(['[', ']']).to_owned(), port, tls, login })
    }
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn optional_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok((!text.is_empty()).then(|| text.into()))
}

fn gateway<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SmsGateway, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.as_str() {
        "" => return Ok(SmsGateway::None),
        "console" => return Ok(SmsGateway::Console),
        _ => {}
    }
    let safe = |url: &Url| match url.scheme() {
        "https" => true,
        "http" => url.host().is_some_and(|host| match host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        }),
        _ => false,
    };
    let url = Url::parse(&text).ok().filter(safe).filter(|url| url.username().is_empty() && url.password().is_none());
    url.map(SmsGateway::Http).ok_or_else(|| {
        D::Error::custom("it should be an address such as \"https://sms.example/messages\", or \"console\"")
    })
}

fn header<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let header = values::optional_secret(deserializer)?;
    let fits = |text: &str| {
        text.split_once(": ").is_some_and(|(name, value)| {
            http::HeaderName::try_from(name).is_ok() && http::HeaderValue::try_from(value).is_ok()
        })
    };
    match &header {
        Some(secret) if !fits(secret.expose()) => {
            Err(D::Error::custom("it should be one header such as \"Authorization: Bearer …\""))
        }
        _ => Ok(header),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_mail_server_says_how_it_is_spoken_to() {
        let wrapped = Smtp::parse("smtps://tapri:p%40ss@mail.example").unwrap();
        assert_eq!((wrapped.host.as_str(), wrapped.port, wrapped.tls), ("mail.example", 465, SmtpTls::Wrapped));
        let login = wrapped.login.unwrap();
        assert_eq!((login.user.as_str(), login.password.expose()), ("tapri", "p@ss"));
        let required = Smtp::parse("smtp://mail.example:2525?tls=required").unwrap();
        assert_eq!((required.port, required.tls, required.login), (2525, SmtpTls::Required, None));
        assert_eq!(Smtp::parse("smtp://[::1]:25").unwrap().host, "::1");
        assert_eq!(Smtp::parse("smtp://localhost:1025").unwrap().tls, SmtpTls::None);
    }

    #[test]
    fn no_mail_goes_to_another_machine_in_the_clear() {
        for bad in
            ["smtp://mail.example", "smtp://mail.example?tls=none", "smtp://10.0.0.1:25", "smtp://localhost.evil:25"]
        {
            assert!(Smtp::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_mail_server_is_refused_without_repeating_it() {
        for bad in ["m.example", "https://m.example", "smtps://:465", "smtps://user@m.example", "smtps://m.example/x"] {
            let words = Smtp::parse(bad).unwrap_err();
            assert!(!words.contains(bad), "{words}");
        }
    }

    #[test]
    fn a_password_of_a_mail_server_does_not_print() {
        let smtp = Smtp::parse("smtps://tapri:hunter2@mail.example").unwrap();
        assert!(!format!("{smtp:?}").contains("hunter2"));
    }
}
