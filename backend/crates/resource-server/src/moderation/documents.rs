//! What is kept of reports: each one, and for each subject the item that moderators see.

use std::collections::BTreeMap;

use httpkit::UserId;
use serde::{Deserialize, Serialize};
use store::{Document, Index, Schema, ShardKey, Time};
use utoipa::ToSchema;

use super::subject::Subject;

store::id_type!(
    /// A report.
    pub(super) ReportId
);

/// What is wrong with it, by the one who reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reason {
    /// Advertising, or the same again and again.
    Spam,
    /// Hatred or harassment.
    Abuse,
    /// Nakedness where it does not belong.
    Nudity,
    /// Cruelty, or a threat.
    Violence,
    /// Against the law.
    Illegal,
    /// Something else; the text says what.
    Other,
}

/// That somebody reported something. Its key is the pair, so that reporting twice is reporting once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) report_id: ReportId,
    pub(super) subject: Subject,
    pub(super) reporter: UserId,
    pub(super) reason: Reason,
    pub(super) text: Option<String>,
}

/// A subject that was reported, as moderators see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ReviewItem {
    pub(super) subject: Subject,
    /// Whether there are reports that nobody has decided on.
    pub(super) open: bool,
    /// When the first of those came.
    pub(super) first_at: Time,
    /// How many of those there are, by what is wrong.
    pub(super) reasons: BTreeMap<String, i64>,
    /// What the last one said who said anything.
    pub(super) latest_text: Option<String>,
}

/// Open items, by the moment of their first report.
pub(super) const BY_OPEN: &str = "by_open";

/// What one person reported.
pub(super) const BY_REPORTER: &str = "by_reporter";

static REPORTS: Schema =
    Schema::new("resource_reports").shard_key(ShardKey::Key).indexes(&[Index::new(BY_REPORTER).equal(&["reporter"])]);
static REVIEW_ITEMS: Schema =
    Schema::new("resource_review_items")
        .shard_key(ShardKey::Key)
        .indexes(&[Index::new(BY_OPEN).equal(&["open"]).order("first_at")]);

pub(crate) const SCHEMAS: &[&Schema] = &[&REPORTS, &REVIEW_ITEMS];

impl Document for Report {
    type Key = String;
    const SCHEMA: &'static Schema = &REPORTS;
    fn key(&self) -> String {
        Self::key_of(self.subject, self.reporter)
    }
}

impl Report {
    /// The key of what `reporter` reported of `subject`.
    pub(super) fn key_of(subject: Subject, reporter: UserId) -> String {
        format!("{}:{reporter}", subject.key())
    }
}

impl Document for ReviewItem {
    type Key = String;
    const SCHEMA: &'static Schema = &REVIEW_ITEMS;
    fn key(&self) -> String {
        self.subject.key()
    }
}

impl Reason {
    const fn name(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Abuse => "abuse",
            Self::Nudity => "nudity",
            Self::Violence => "violence",
            Self::Illegal => "illegal",
            Self::Other => "other",
        }
    }
}

impl ReviewItem {
    /// Of a subject that was never reported before.
    pub(super) fn new(subject: Subject, report: &Report, now: Time) -> Self {
        let closed = Self { subject, open: false, first_at: now, reasons: BTreeMap::new(), latest_text: None };
        closed.reported(report, now)
    }

    /// With one more report; it is open then.
    pub(super) fn reported(&self, report: &Report, now: Time) -> Self {
        let mut item = self.clone();
        if !self.open {
            item = Self { open: true, first_at: now, ..item };
        }
        *item.reasons.entry(report.reason.name().to_owned()).or_default() += 1;
        item.latest_text = report.text.clone().or(item.latest_text);
        item
    }

    /// Decided on; what was said is not needed any more.
    pub(super) fn closed(&self) -> Self {
        Self { open: false, reasons: BTreeMap::new(), latest_text: None, ..self.clone() }
    }

    /// How many reports wait.
    pub(super) fn count(&self) -> i64 {
        self.reasons.values().sum()
    }
}
