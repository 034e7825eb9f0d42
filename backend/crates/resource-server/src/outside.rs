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
