//! What leaves the house for people themselves: mail and text messages. Each may be absent, and then nothing is sent.

use std::sync::Arc;

use httpkit::settings::{Settings, SmsGateway};

use crate::mail::{Mailer, SmtpMailer};
use crate::sms::{Console, Gateway, Texter};

/// The ways out. A clone is the same ways.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// Takes letters out; none: no mail is configured.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Takes text messages out; none: no gateway is configured.
    pub texter: Option<Arc<dyn Texter>>,
}

/// Connects to the mail server that the settings name, and sends nothing; none where they name none.
///
/// # Errors
/// One sentence.
pub async fn try_mail(settings: &Settings) -> Option<Result<(), String>> {
    let smtp = settings.mail.smtp.as_ref()?;
    Some(match SmtpMailer::new(smtp, &settings.mail) {
        Ok(mailer) => mailer.try_out().await,
        Err(words) => Err(words),
    })
}

/// Asks the gateway for text messages that the settings name whether it is there, and sends nothing; none where they name
/// none that is asked over HTTP.
///
/// # Errors
/// One sentence.
pub async fn try_texts(settings: &Settings) -> Option<Result<(), String>> {
    let SmsGateway::Http(address) = &settings.sms.gateway else { return None };
    Some(match Gateway::new(address.clone(), &settings.sms) {
        Ok(gateway) => gateway.try_out().await,
        Err(words) => Err(words),
    })
}

impl Outside {
    /// The ways that the settings name. Nothing is connected yet.
    ///
    /// # Errors
    /// One sentence: a setting does not fit.
    pub fn new(settings: &Settings) -> Result<Self, String> {
        let mail = &settings.mail;
        let mailer = mail.smtp.as_ref().map(|smtp| SmtpMailer::new(smtp, mail)).transpose()?;
        let texter: Option<Arc<dyn Texter>> = match &settings.sms.gateway {
            SmsGateway::None => None,
            SmsGateway::Console => Some(Arc::new(Console)),
            SmsGateway::Http(address) => Some(Arc::new(Gateway::new(address.clone(), &settings.sms)?)),
        };
        Ok(Self { mailer: mailer.map(|mailer| Arc::new(mailer) as Arc<dyn Mailer>), texter })
    }
}
