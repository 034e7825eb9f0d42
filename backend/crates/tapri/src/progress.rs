//! A bar for work that takes long: on standard error, so that what is printed can be read by a program. Where nobody watches
//! (no terminal), only the end of each piece of work is told.

use std::io::{self, IsTerminal, Write};

const WIDTH: u64 = 30;

/// The bar of one piece of work.
pub struct Bar {
    name: String,
    watched: bool,
    /// What was shown last, in steps of the bar, so that the same is not drawn again.
    shown: Option<u64>,
}

impl Bar {
    /// For work that is called `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), watched: io::stderr().is_terminal(), shown: None }
    }

    /// So much of it is done.
    pub fn at(&mut self, done: u64, total: u64) {
        // A tenth of a per cent is more than the eye needs.
        let step = done.saturating_mul(1000).checked_div(total).unwrap_or(1000).min(1000);
        if !self.watched || self.shown.replace(step) == Some(step) {
            return;
        }
        let full = "#".repeat((step * WIDTH / 1000) as usize);
        self.draw(&format!("{:<24} [{full:<30}] {:>3}%", self.name, step / 10));
    }

    /// It goes on, nobody knows how long.
    pub fn counted(&mut self, done: u64) {
        if self.watched {
            self.draw(&format!("{:<24} {done}", self.name));
        }
    }

    /// It has ended well; `words` say what came of it.
    pub fn end(self, words: &str) {
        let end = if self.watched { "\r\x1b[K" } else { "" };
        say(&format!("{end}{:<24} {words}\n", self.name));
    }

    fn draw(&self, line: &str) {
        say(&format!("\r\x1b[K{line}"));
    }
}

/// That nobody can be told how far it is, is no reason to stop.
fn say(words: &str) {
    let mut out = io::stderr().lock();
    let _ = out.write_all(words.as_bytes()).and_then(|()| out.flush());
}

/// So many of something, in words.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A size in words.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..=999 => format!("{bytes} bytes"),
        1_000..=999_999 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..=999_999_999 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_say_them() {
        assert_eq!(count(1, "file", "files"), "1 file");
        assert_eq!(count(0, "file", "files"), "0 files");
        assert_eq!([size(12), size(2_500), size(7_000_000)], ["12 bytes", "2.5 kB", "7.0 MB"]);
    }
}
