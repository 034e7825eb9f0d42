//! What a developer sends of a webhook, and what of it is fit.

use httpkit::extract::Issues;
use httpkit::{Error, FieldIssue, Result};
use serde::Deserialize;
use utoipa::ToSchema;

use super::documents::{HookState, Owner};
use super::kind::Kind;
use crate::app::App;

/// A new webhook.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWebhook {
    /// Where events are sent: https, on the internet.
    #[schema(max_length = 2048, example = "https://print.example/hooks/tapri")]
    url: String,
    /// Which events, see `GET /api/v1/webhooks/events`.
    #[schema(min_items = 1, example = json!(["consent.withdrawn", "password.reset"]))]
    events: Vec<String>,
}

/// What is to change of a webhook.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookChange {
    /// Where events are sent from now on.
    #[serde(default)]
    #[schema(max_length = 2048)]
    url: Option<String>,
    /// Which events from now on.
    #[serde(default)]
    #[schema(min_items = 1)]
    events: Option<Vec<String>>,
    /// `active` also takes a webhook up again that was disabled because nothing was taken.
    #[serde(default)]
    state: Option<HookState>,
}

/// A fit one.
pub(super) struct Wish {
    pub url: String,
    pub events: Vec<Kind>,
}

/// Fit changes.
pub(super) struct Changes {
    pub url: Option<String>,
    pub events: Option<Vec<Kind>>,
    pub state: Option<HookState>,
}

impl NewWebhook {
    /// What `owner` may have of it.
    ///
    /// # Errors
    /// 422 with every field that is not fit.
    pub fn parse(self, app: &App, owner: &Owner) -> Result<Wish> {
        let mut issues = Issues::default();
        let url = issues.keep(url(app, self.url));
        let events = events(&mut issues, owner, &self.events);
        issues.finish()?;
        let url = url.ok_or_else(|| Error::internal("an issue was noted nowhere"))?;
        Ok(Wish { url, events })
    }
}

impl WebhookChange {
    /// What `owner` may change of it.
    ///
    /// # Errors
    /// 422 with every field that is not fit.
    pub fn parse(self, app: &App, owner: &Owner) -> Result<Changes> {
        let mut issues = Issues::default();
        let url = self.url.and_then(|text| issues.keep(url(app, text)));
        let events = self.events.map(|names| events(&mut issues, owner, &names));
        issues.finish()?;
        Ok(Changes { url, events, state: self.state })
    }
}

/// What can be judged before anything is looked up; where the name leads is judged at every attempt.
fn url(app: &App, text: String) -> Result<String, FieldIssue> {
    match app.outbound().judge(&text) {
        Ok(()) => Ok(text),
        Err(error) => Err(FieldIssue::new("url", "url_invalid", error.to_string())),
    }
}

fn events(issues: &mut Issues, owner: &Owner, names: &[String]) -> Vec<Kind> {
    if names.is_empty() {
        issues.add("events", "events_missing", "Choose at least one event");
    }
    let mut events = Vec::new();
    // No list of fit events is longer than that of all; one that is names some twice, or unknown ones.
    for (at, name) in names.iter().enumerate().take(4 * Kind::ALL.len()) {
        match name.parse::<Kind>() {
            Ok(kind) if !kind.audience().contains(&owner.audience()) => {
                let words = "Apps do not hear of this event, only whoever runs this place";
                issues.add(format!("events[{at}]"), "event_not_for_apps", words);
            }
            Ok(kind) if events.contains(&kind) => {}
            Ok(kind) => events.push(kind),
            Err(()) => issues.add(format!("events[{at}]"), "event_unknown", "There is no such event"),
        }
    }
    if names.len() > 4 * Kind::ALL.len() {
        issues.add("events", "too_many", "There are not so many events");
    }
    events
}
