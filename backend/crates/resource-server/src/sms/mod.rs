//! Text messages: the port through which one leaves the house, a gateway asked over HTTP behind it, and the log for one's
//! own machine.
//!
//! What a message says and when it is sent is decided elsewhere, as with mail. To send by other means, implement [`Texter`].

mod console;
mod gateway;
mod number;

use async_trait::async_trait;

pub(crate) use console::Console;
pub(crate) use gateway::Gateway;
pub(crate) use number::PhoneNumber;

use crate::mail::SendError;

/// A text message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMessage {
    /// The number it goes to, in E.164 (`+919876543210`).
    pub to: String,
    /// What it says: short.
    pub text: String,
}

/// Takes text messages out of the house.
#[async_trait]
pub trait Texter: Send + Sync + std::fmt::Debug {
    /// Hands `message` over; when it returns, somebody else answers for it.
    ///
    /// # Errors
    /// Whether it is worth another try.
    async fn send(&self, message: &TextMessage) -> Result<(), SendError>;
}
