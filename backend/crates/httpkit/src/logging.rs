//! Where log lines go and what they look like. Called once, by the binary, before anything else has something to say.
//!
//! Lines go to the standard error stream: pretty for a person at a terminal, one JSON object a line for everybody else.
//! They hold no personal data and no tokens; that is the duty of whoever writes a line, since nothing here could tell.

use std::fmt;
use std::io::IsTerminal as _;
use std::panic;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::settings::{Log, LogFormat};

/// Why logging cannot begin, in one sentence.
#[derive(Debug)]
pub enum LoggingError {
    /// `log.level` cannot be read.
    Level(String),
    /// Something else in this process logs already.
    Taken,
}

impl fmt::Display for LoggingError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Level(level) => write!(
                formatter,
                "the setting `log.level` should be a level such as \"info\", or levels by module such as \
                 \"info,httpkit=debug\", and is \"{level}\""
            ),
            Self::Taken => write!(formatter, "logging was started twice"),
        }
    }
}

impl std::error::Error for LoggingError {}

/// Starts logging as `log` says, panics included.
///
/// # Errors
/// One sentence.
pub fn start(log: &Log) -> Result<(), LoggingError> {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let levels = tracing_subscriber::registry().with(levels(&log.level)?);
    let started = if is_pretty(log.format) {
        let for_people = lines.compact().with_ansi(std::io::stderr().is_terminal());
        levels.with(for_people).try_init()
    } else {
        let for_programs = lines.json().flatten_event(true).with_current_span(true).with_span_list(false);
        levels.with(for_programs).try_init()
    };
    started.map_err(|_| LoggingError::Taken)?;
    panic::set_hook(Box::new(|panicked| {
        let place = panicked.location().map(ToString::to_string).unwrap_or_default();
        let words = panicked.payload_as_str().unwrap_or("no words");
        let request_id = &*crate::context::current().request_id;
        tracing::error!(place, request_id, "panicked at {place}: {words}");
    }));
    Ok(())
}

fn is_pretty(format: LogFormat) -> bool {
    match format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Pretty => true,
        LogFormat::Json => false,
    }
}

fn levels(text: &str) -> Result<EnvFilter, LoggingError> {
    let wrong = || LoggingError::Level(text.to_owned());
    // `EnvFilter` takes a word that is no level for the name of a module and logs nothing at all for the rest.
    let names_a_level = text.split(',').any(|part| part.trim().parse::<tracing::Level>().is_ok());
    if !names_a_level {
        return Err(wrong());
    }
    EnvFilter::try_new(text).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_strictly() {
        for level in ["info", "warn,httpkit=debug", "httpkit::middleware=trace, error"] {
            assert!(levels(level).is_ok(), "{level}");
        }
        for level in ["", "loud", "httpkit=debug", "info,httpkit=loud"] {
            assert!(levels(level).is_err(), "{level}");
        }
    }
}
