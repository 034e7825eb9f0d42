//! Text messages into the log: for trying things on one's own machine, and for nothing else.

use async_trait::async_trait;

use super::{TextMessage, Texter};
use crate::mail::SendError;

/// Writes messages into the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console;

#[async_trait]
impl Texter for Console {
    async fn send(&self, message: &TextMessage) -> Result<(), SendError> {
        tracing::info!("text message to {}: {}", message.to, message.text);
        Ok(())
    }
}
