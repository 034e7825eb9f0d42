//! Where the letters and text messages of a story land instead of leaving the house.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use resource_server::{Letter, Mailer, SendError, TextMessage, Texter};

/// Every letter and text message, oldest first. Clones are the same box.
#[derive(Clone, Debug, Default)]
pub struct Mailbox(Arc<Mutex<Sent>>);

#[derive(Debug, Default)]
struct Sent {
    letters: Vec<Letter>,
    texts: Vec<TextMessage>,
    failures_to_come: usize,
}

impl Mailbox {
    /// The letters to `address`, oldest first.
    pub fn letters_to(&self, address: &str) -> Vec<Letter> {
        self.sent().letters.iter().filter(|letter| letter.to == address).cloned().collect()
    }

    /// The newest letter to `address`.
    ///
    /// # Panics
    /// When there is none.
    pub fn newest_to(&self, address: &str) -> Letter {
        self.letters_to(address).pop().unwrap_or_else(|| panic!("no letter to {address}"))
    }

    /// The newest code that was sent to an address or a number.
    ///
    /// # Panics
    /// When none was.
    pub fn code_to(&self, to: &str) -> String {
        let text = self.texts_to(to).pop().map(|message| message.text);
        let text = text.unwrap_or_else(|| self.newest_to(to).body);
        code_in(&text).unwrap_or_else(|| panic!("no code in {text}"))
    }

    /// The token of the newest reset link to `address`.
    ///
    /// # Panics
    /// When none was sent.
    pub fn reset_token_to(&self, address: &str) -> String {
        let letters = self.letters_to(address);
        let mut tokens = letters.iter().rev().filter_map(|letter| letter.body.split_once("#token="));
        let (_, rest) = tokens.next().unwrap_or_else(|| panic!("no link to {address} in {letters:?}"));
        rest.split_whitespace().next().unwrap_or_default().to_owned()
    }

    /// The text messages to `number`, oldest first.
    pub fn texts_to(&self, number: &str) -> Vec<TextMessage> {
        self.sent().texts.iter().filter(|message| message.to == number).cloned().collect()
    }

    /// How many letters there are.
    pub fn letters(&self) -> usize {
        self.sent().letters.len()
    }

    /// The next `count` letters do not get out, as if the mail server were down.
    pub fn fail(&self, count: usize) {
        self.sent().failures_to_come = count;
    }

    fn sent(&self) -> MutexGuard<'_, Sent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first six digits in a row.
fn code_in(text: &str) -> Option<String> {
    let mut runs = text.split(|letter: char| !letter.is_ascii_digit());
    runs.find(|run| run.len() == 6).map(str::to_owned)
}

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let mut sent = self.sent();
        if sent.failures_to_come > 0 {
            sent.failures_to_come -= 1;
            return Err(SendError::Failed("the mail server is down".to_owned()));
        }
        sent.letters.push(letter.clone());
        Ok(())
    }
}

#[async_trait]
impl Texter for Mailbox {
    async fn send(&self, message: &TextMessage) -> Result<(), SendError> {
        self.sent().texts.push(message.clone());
        Ok(())
    }
}
