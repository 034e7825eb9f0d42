//! Mail: the port through which a letter leaves the house, and the one way out of it, SMTP.
//!
//! What a letter says is the business of whoever writes it, when it is sent that of a job: nothing here waits, tries again
//! or remembers. To send by other means, implement [`Mailer`].

mod smtp;

use async_trait::async_trait;
use store::Time;

pub(crate) use smtp::SmtpMailer;

/// A letter in plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its name among all letters; the left half of its `Message-ID`.
    pub id: String,
    /// The address it goes to.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text, lines ended by `\n`.
    pub body: String,
    /// When it was written.
    pub written_at: Time,
}

/// Takes letters out of the house.
#[async_trait]
pub trait Mailer: Send + Sync + std::fmt::Debug {
    /// Hands `letter` over; when it returns, somebody else answers for it.
    ///
    /// # Errors
    /// Whether it is worth another try.
    async fn send(&self, letter: &Letter) -> Result<(), SendError>;
}

/// Why a letter or a text message did not go out.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It will never go: the address does not exist, say.
    #[error("it was refused for good: {0}")]
    Refused(String),
    /// It may go later.
    #[error("it could not be handed over: {0}")]
    Failed(String),
}
