//! One attempt at one delivery: what is sent, what came of it, and when the next one is.

use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode};
use httpkit::jobs::JobError;
use httpkit::outbound::{Call, OutboundError};
use store::{Change, Random, Stored, Time};

use super::documents::{Delivery, DeliveryState, HookState, LastAttempt, Webhook};
use crate::app::App;

/// From the first look-up to the last byte of the answer.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long a delivery is its sender's alone: nobody else sends it meanwhile, and if the sender dies somebody does later.
const LEASE: Duration = Duration::from_secs(30);
/// The pause after the first failure; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(3 * 3600);
/// A webhook that fails rests as long, but never longer than this: what is new is not to wait for hours.
const LONGEST_REST: Duration = Duration::from_secs(600);
/// The most of an error that is shown.
const LONGEST_ERROR: usize = 200;

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Delivered,
    /// It was given up.
    Failed,
    /// It is to be tried again then.
    Later(Time),
}

/// Sends `delivery` to `hook` and writes down what came of it.
///
/// # Errors
/// The store's; then nothing is known of it and it is tried again.
pub(super) async fn attempt(app: &App, hook: &Webhook, delivery: &Stored<Delivery>) -> Result<Outcome, JobError> {
    let began = app.now();
    if !claim(app, delivery, began + LEASE).await? {
        return Ok(Outcome::Later(began + FIRST_PAUSE));
    }
    let answer = send(app, hook, delivery, began).await;
    let now = app.now();
    let took = i64::try_from(now.since(began).as_millis()).unwrap_or(i64::MAX);
    let taken = matches!(&answer, Ok(status) if status.is_success());
    let gone = matches!(&answer, Ok(status) if *status == StatusCode::GONE);
    let attempts = delivery.attempts.saturating_add(1);
    let next = now + pause(attempts, LONGEST_PAUSE, app.random());
    let outcome = match taken {
        true => Outcome::Delivered,
        false if gone || next.since(delivery.id.time()) > app.settings().webhooks.retry_for => Outcome::Failed,
        false => Outcome::Later(next),
    };
    let (state, due) = match outcome {
        Outcome::Delivered => (DeliveryState::Delivered, None),
        Outcome::Failed => (DeliveryState::Failed, None),
        Outcome::Later(next) => (DeliveryState::Pending, Some(next)),
    };
    let last = LastAttempt {
        at: began,
        status: answer.as_ref().ok().map(|status| i32::from(status.as_u16())),
        error: error_of(&answer),
        duration_ms: took,
    };
    let tried = Delivery { state, due, attempts, last: Some(last), ..delivery.document.clone() };
    // Another sender writes its own outcome, if this one took longer than it had.
    let deliveries = app.store().collection::<Delivery>();
    let written = deliveries.modify(&delivery.id, |known| {
        if known.attempts != delivery.attempts {
            return Ok::<_, store::Error>(Change::Keep);
        }
        *known = tried.clone();
        Ok(Change::Write)
    });
    written.await?;
    note_health(app, hook, taken, gone).await?;
    Ok(outcome)
}

/// Takes `delivery` until then; not where another process took it since it was read.
async fn claim(app: &App, delivery: &Stored<Delivery>, until: Time) -> store::Result<bool> {
    let taken = Delivery { due: Some(until), ..delivery.document.clone() };
    match app.store().collection().replace(delivery, &taken).await {
        Ok(()) => Ok(true),
        Err(error) if error.is_stale() => Ok(false),
        Err(error) => Err(error),
    }
}

async fn send(app: &App, hook: &Webhook, delivery: &Delivery, now: Time) -> Result<StatusCode, String> {
    let message_id = delivery.event.to_string();
    let signed = app.webhooks().sealer.signatures(hook, &message_id, now, &delivery.payload);
    let signatures = signed.map_err(|_| "The secret cannot be read any more. Make another".to_owned())?;
    let value = |text: String| HeaderValue::try_from(text).expect("ids, numbers and base64 are visible ASCII");
    let call = Call::post(&hook.url, "application/json", delivery.payload.clone())
        .header(HeaderName::from_static("webhook-id"), value(message_id))
        .header(HeaderName::from_static("webhook-timestamp"), value(now.as_seconds().to_string()))
        .header(HeaderName::from_static("webhook-signature"), value(signatures))
        .within(DEADLINE);
    match app.outbound().send(call).await {
        Ok(answer) => Ok(answer.status),
        Err(error) => Err(words_of(&error)),
    }
}

/// What a developer reads of an attempt that brought no answer.
fn words_of(error: &OutboundError) -> String {
    error.to_string().chars().take(LONGEST_ERROR).collect()
}

fn error_of(answer: &Result<StatusCode, String>) -> Option<String> {
    match answer {
        Ok(status) if status.is_success() => None,
        Ok(status) if status.is_redirection() => Some("The receiver redirects, which is not followed".to_owned()),
        Ok(status) => Some(format!("The receiver answered {}", status.as_u16())),
        Err(words) => Some(words.clone()),
    }
}

/// A success makes a webhook healthy; a failure makes it rest, and after days of nothing else disables it.
async fn note_health(app: &App, hook: &Webhook, taken: bool, gone: bool) -> store::Result<()> {
    if taken && hook.failures == 0 && hook.failing_since.is_none() {
        return Ok(());
    }
    let now = app.now();
    let hooks = app.store().collection::<Webhook>();
    let noted = hooks.modify(&hook.id, |known| {
        *known = match taken {
            true => known.clone().healthy(),
            false => failed(known.clone(), gone, now, app),
        };
        Ok::<_, store::Error>(Change::Write)
    });
    noted.await.map(|_| ())
}

fn failed(hook: Webhook, gone: bool, now: Time, app: &App) -> Webhook {
    let failures = hook.failures.saturating_add(1);
    let since = hook.failing_since.unwrap_or(now);
    let note = match gone {
        true => Some("The receiver said that it is gone (410)".to_owned()),
        false if now.since(since) >= app.settings().webhooks.disable_after => {
            Some(format!("Nothing was taken since {}", since.to_rfc3339()))
        }
        false => None,
    };
    let state = if note.is_some() { HookState::Disabled } else { hook.state };
    let resting_until = Some(now + pause(failures, LONGEST_REST, app.random()));
    Webhook { state, note: note.or(hook.note.clone()), failures, failing_since: Some(since), resting_until, ..hook }
}

/// Twice as long after each failure, up to `longest`; between half of that and all of it, so that what failed together is
/// not tried again together.
pub(super) fn pause(failures: u32, longest: Duration, random: &dyn Random) -> Duration {
    let whole = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(longest);
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    let share = f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX);
    whole.mul_f64(0.5 + share / 2.0)
}
