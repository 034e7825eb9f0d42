//! Letters by SMTP (RFC 5321), over TLS with the public certificates and those of `mail.ca_file`.

use std::path::Path;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use httpkit::settings::{Mail, Smtp, SmtpTls};
use lettre::address::AddressError;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use store::Time;

use super::{Letter, Mailer, SendError};

/// For one step of the conversation; a job has less than a minute for all of them.
const PATIENCE: Duration = Duration::from_secs(15);

/// Hands letters to a mail server, over a few connections that it keeps.
pub(crate) struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpMailer {
    /// A mailer for the server `smtp`, writing as `settings.from` says. Nothing is connected yet.
    ///
    /// # Errors
    /// One sentence: `mail.from` is no address, `mail.ca_file` holds no certificates.
    pub fn new(smtp: &Smtp, settings: &Mail) -> Result<Self, String> {
        let from = settings.from.parse().map_err(|_: AddressError| {
            format!("`mail.from` should be like \"Tapri <hello@photos.example>\", not \"{}\"", settings.from)
        })?;
        let tls = match smtp.tls {
            SmtpTls::Wrapped => Tls::Wrapper(parameters(&smtp.host, settings.ca_file.as_deref())?),
            SmtpTls::Required => Tls::Required(parameters(&smtp.host, settings.ca_file.as_deref())?),
            SmtpTls::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .timeout(Some(PATIENCE))
            .tls(tls);
        if let Some(login) = &smtp.login {
            builder = builder.credentials(Credentials::new(login.user.clone(), login.password.expose().to_owned()));
        }
        Ok(Self { transport: builder.build(), from })
    }

    /// Connects, with TLS and the login where they are set, and sends nothing.
    ///
    /// # Errors
    /// One sentence.
    pub async fn try_out(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("the mail server hung up".to_owned()),
            Err(error) => Err(match std::error::Error::source(&error) {
                Some(cause) => format!("{error}: {cause}"),
                None => error.to_string(),
            }),
        }
    }

    fn message(&self, letter: &Letter) -> Result<Message, String> {
        let to: Address = letter.to.parse().map_err(|error| format!("its address cannot be written to: {error}"))?;
        let host = self.from.email.domain();
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.clone())
            .date(system_time(letter.written_at))
            .message_id(Some(format!("<{}@{host}>", letter.id)))
            // RFC 3834: no machine shall answer to a machine.
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.clone())
            .map_err(|error| format!("it cannot be written down: {error}"))
    }
}

fn parameters(host: &str, ca_file: Option<&Path>) -> Result<TlsParameters, String> {
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca_file {
        let unusable = |error: String| format!("`mail.ca_file` ({}) cannot be used: {error}", path.display());
        let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| unusable(error.to_string()))?;
        parameters = parameters.add_root_certificate(certificate);
    }
    parameters.build().map_err(|error| format!("`mail.smtp` cannot be spoken to: {error}"))
}

fn system_time(time: Time) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or_default())
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let message = self.message(letter).map_err(SendError::Refused)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            // What a server says often repeats the address; its number says enough.
            Err(error) => Err(match error.status() {
                Some(status) if error.is_permanent() => {
                    SendError::Refused(format!("the mail server answered {status}"))
                }
                Some(status) => SendError::Failed(format!("the mail server answered {status}")),
                None => SendError::Failed(error.to_string()),
            }),
        }
    }
}

impl std::fmt::Debug for SmtpMailer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SmtpMailer")
    }
}
