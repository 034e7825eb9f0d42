//! One person of a file: read from CSV or JSON, and judged.

use httpkit::FieldIssue;
use serde::Deserialize;
use store::Time;

use super::super::email::Email;
use crate::passwords::is_hash;
use crate::users::{DisplayName, Username};

/// A person, found good.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub username: Username,
    pub(super) email: Email,
    pub password_hash: String,
    pub display_name: Option<DisplayName>,
    pub email_confirmed: bool,
    pub created_at: Option<Time>,
}

impl Line {
    /// Somebody with a confirmed address.
    ///
    /// # Errors
    /// What is wrong with one of these.
    pub(crate) fn new(username: &str, name: &str, email: &str, hash: &str, created: Time) -> Result<Self, FieldIssue> {
        Ok(Self {
            username: Username::parse(username)?,
            email: Email::parse("email", email)?,
            password_hash: hash.to_owned(),
            display_name: Some(DisplayName::parse(name)?),
            email_confirmed: true,
            created_at: Some(created),
        })
    }
}

/// A person as they stand in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    username: String,
    email: String,
    password_hash: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    email_confirmed: Option<Flag>,
    #[serde(default)]
    created_at: Option<String>,
}

/// JSON has truth values, CSV has words for them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Flag {
    Truth(bool),
    Word(String),
}

/// The people of `text`, each with the number of their line. What begins with a brace is JSON Lines, else it is CSV.
pub(super) fn read(text: &str) -> Vec<(u64, Result<Line, String>)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') { read_json(text) } else { read_csv(text) }
}

fn read_json(text: &str) -> Vec<(u64, Result<Line, String>)> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let judged = lines.map(|(number, line)| {
        let sent = serde_json::from_str::<Sent>(line).map_err(|error| format!("it cannot be read: {error}"));
        (number, sent.and_then(judge))
    });
    judged.collect()
}

fn read_csv(text: &str) -> Vec<(u64, Result<Line, String>)> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => return vec![(1, Err(format!("the header cannot be read: {error}")))],
    };
    let judged = reader.records().map(|record| match record {
        Ok(record) => {
            let number = record.position().map_or(0, csv::Position::line);
            let sent =
                record.deserialize::<Sent>(Some(&headers)).map_err(|error| format!("it cannot be read: {error}"));
            (number, sent.and_then(judge))
        }
        Err(error) => {
            let number = error.position().map_or(0, csv::Position::line);
            (number, Err(format!("it cannot be read: {error}")))
        }
    });
    judged.collect()
}

fn judge(sent: Sent) -> Result<Line, String> {
    let username = Username::parse(&sent.username).map_err(|issue| format!("username: {}", issue.issue))?;
    let email = Email::parse("email", &sent.email).map_err(|issue| format!("email: {}", issue.issue))?;
    if !is_hash(&sent.password_hash) {
        return Err(
            "password_hash: This is not a bcrypt hash of a cost up to 16, as passlib writes it: $2b$12$…".to_owned()
        );
    }
    let display_name = sent.display_name.filter(|name| !name.is_empty());
    let display_name = display_name.map(|name| DisplayName::parse(&name)).transpose();
    let created_at = sent.created_at.filter(|time| !time.is_empty());
    let created_at = created_at.map(|time| Time::parse(&time)).transpose();
    Ok(Line {
        username,
        email,
        password_hash: sent.password_hash,
        display_name: display_name.map_err(|issue| format!("display_name: {}", issue.issue))?,
        email_confirmed: truth(sent.email_confirmed)?,
        created_at: created_at.map_err(|_| "created_at: This is not a time such as 2025-06-23T15:35:00Z")?,
    })
}

fn truth(flag: Option<Flag>) -> Result<bool, String> {
    match flag {
        None => Ok(false),
        Some(Flag::Truth(truth)) => Ok(truth),
        Some(Flag::Word(word)) => match word.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(true),
            "false" | "no" | "0" | "" => Ok(false),
            _ => Err(format!("email_confirmed: It should be true or false, not {word}")),
        },
    }
}
