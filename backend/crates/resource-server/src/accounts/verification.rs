//! Confirming an e-mail address and a phone number by a code that is sent there, and changing the address.

use axum::extract::State;
use httpkit::extract::Json;
use httpkit::limits::{Limit, Requester};
use httpkit::{Envelope, Error, Nothing, Reply, Result, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::account::Account;
use super::codes::{self, Asked, Purpose};
use super::email::Email;
use super::{address, post, proof};
use crate::app::App;
use crate::caller::FirstParty;
use crate::sms::PhoneNumber;

/// How often a change is tried again when somebody else was faster.
const ATTEMPTS: usize = 8;

/// A code that is on its way.
#[derive(Serialize, ToSchema)]
pub(super) struct CodeSent {
    /// The address or number that it goes to.
    #[schema(example = "asha@example.org")]
    sent_to: String,
    /// Seconds for which it is good.
    #[schema(example = 600)]
    expires_in: u64,
    /// Seconds after which another one can be asked for.
    #[schema(example = 60)]
    resend_in: u64,
}

/// A code that arrived.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeBody {
    /// Six digits.
    #[schema(max_length = 20, example = "123456")]
    code: String,
}

/// A phone number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PhoneBody {
    /// With the country: E.164, blanks and dashes allowed.
    #[schema(max_length = 40, example = "+919876543210")]
    phone: String,
}

/// Another address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EmailChange {
    /// The new one.
    #[schema(max_length = 254, pattern = r"^\s*[^\s@]+@[^\s@]+\.[^\s@]+\s*$", example = "asha@example.org")]
    email: String,
    /// The password as it is.
    #[schema(format = Password)]
    current_password: String,
}

/// What became of a change of address.
#[derive(Serialize, ToSchema)]
pub(super) struct EmailChanged {
    /// Whether it is changed already; else it is once the code is given back to `email/confirm`.
    changed: bool,
    /// Where the code goes, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    verification: Option<CodeSent>,
}

/// Send a code to the e-mail address of the account
///
/// Good for ten minutes and five tries; a new one makes the old one worthless.
#[utoipa::path(
    post, path = "/auth/email/verification", tag = "Accounts", operation_id = "sendEmailCode",
    security(("session" = [])),
    responses((status = 200, description = "On its way", body = Envelope<CodeSent>))
)]
pub(super) async fn email(State(app): State<App>, person: FirstParty, requester: Requester) -> Result<Reply<CodeSent>> {
    require_mail(&app)?;
    app.limits().requester(Limit::Password, requester).await?;
    let account = super::find(&app, person.user).await?;
    if account.email_confirmed {
        return Err(Error::conflict("email_confirmed_already", "Your e-mail address is confirmed already"));
    }
    let sent = send(&app, person.user, Purpose::Email, account.email.clone()).await?;
    Ok(Reply::ok("We sent you a code", sent))
}

/// Confirm the e-mail address
///
/// With the code that was sent there. After a change of address this is when the new one takes the place of the old one.
#[utoipa::path(
    post, path = "/auth/email/confirm", tag = "Accounts", operation_id = "confirmEmail",
    security(("session" = [])),
    request_body = CodeBody,
    responses((status = 200, description = "Confirmed", body = Envelope<Nothing>))
)]
pub(super) async fn confirm_email(
    State(app): State<App>,
    person: FirstParty,
    requester: Requester,
    Json(body): Json<CodeBody>,
) -> Result<Reply<Nothing>> {
    app.limits().requester(Limit::Password, requester).await?;
    let code = codes::find(&app, person.user, Purpose::Email, &body.code).await?;
    let account = super::find(&app, person.user).await?;
    address::confirm(&app, account, &code).await?;
    Ok(Reply::done("Your e-mail address is confirmed"))
}

/// Change the e-mail address
///
/// Asks for the password. A code goes to the new address; until it is given back to `email/confirm` the old one stays. Where
/// no mail is configured, the address is changed at once.
#[utoipa::path(
    post, path = "/auth/email/change", tag = "Accounts", operation_id = "changeEmail",
    security(("session" = [])),
    request_body = EmailChange,
    responses((status = 200, description = "A code is on its way, or it is changed", body = Envelope<EmailChanged>))
)]
pub(super) async fn change_email(
    State(app): State<App>,
    person: FirstParty,
    requester: Requester,
    Json(body): Json<EmailChange>,
) -> Result<Reply<EmailChanged>> {
    app.limits().requester(Limit::Password, requester).await?;
    let email = Email::parse("email", &body.email).map_err(|issue| Error::invalid_fields(vec![issue]))?;
    let account = super::find(&app, person.user).await?;
    proof::own_password(&app, &account, "current_password", Zeroizing::new(body.current_password)).await?;
    if app.outside().mailer.is_none() {
        address::set_unconfirmed(&app, account, &email.typed).await?;
        return Ok(Reply::ok("Your e-mail address is changed", EmailChanged { changed: true, verification: None }));
    }
    let sent = send(&app, person.user, Purpose::Email, email.typed).await?;
    Ok(Reply::ok("We sent a code to the new address", EmailChanged { changed: false, verification: Some(sent) }))
}

/// Send a code to a phone number
///
/// By text message. The number becomes the account's once the code is given back.
#[utoipa::path(
    post, path = "/auth/phone/verification", tag = "Accounts", operation_id = "sendPhoneCode",
    security(("session" = [])),
    request_body = PhoneBody,
    responses((status = 200, description = "On its way", body = Envelope<CodeSent>))
)]
pub(super) async fn phone(
    State(app): State<App>,
    person: FirstParty,
    requester: Requester,
    Json(body): Json<PhoneBody>,
) -> Result<Reply<CodeSent>> {
    if app.outside().texter.is_none() {
        return Err(Error::conflict("sms_not_configured", "No text messages are sent from here")
            .issue("Whoever runs this Tapri has not set up text messages"));
    }
    app.limits().requester(Limit::Password, requester).await?;
    let number = PhoneNumber::parse("phone", &body.phone).map_err(|issue| Error::invalid_fields(vec![issue]))?;
    // Messages cost money, and the number is anybody's.
    app.limits().subject(Limit::Password, number.as_str()).await?;
    super::find(&app, person.user).await?;
    let sent = send(&app, person.user, Purpose::Phone, number.as_str().to_owned()).await?;
    Ok(Reply::ok("We sent you a code", sent))
}

/// Confirm the phone number
///
/// With the code that was sent there.
#[utoipa::path(
    post, path = "/auth/phone/confirm", tag = "Accounts", operation_id = "confirmPhone",
    security(("session" = [])),
    request_body = CodeBody,
    responses((status = 200, description = "Confirmed", body = Envelope<Nothing>))
)]
pub(super) async fn confirm_phone(
    State(app): State<App>,
    person: FirstParty,
    requester: Requester,
    Json(body): Json<CodeBody>,
) -> Result<Reply<Nothing>> {
    app.limits().requester(Limit::Password, requester).await?;
    let code = codes::find(&app, person.user, Purpose::Phone, &body.code).await?;
    for _ in 0..ATTEMPTS {
        let account = super::find(&app, person.user).await?;
        let confirmed = Account { phone: Some(code.target.clone()), ..account.document.clone() };
        match app.store().batch().replace(&account, &confirmed).delete_at(&code).commit().await {
            Ok(()) => return Ok(Reply::done("Your phone number is confirmed")),
            Err(error) if error.is_stale() => codes::still_good(&app, &code).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::conflict("changed_meanwhile", "Your account was changed at the same moment. Try again"))
}

/// Asks for a code in a batch of its own.
async fn send(app: &App, user: UserId, purpose: Purpose, target: String) -> Result<CodeSent> {
    let known = codes::known(app, user, purpose).await?;
    let (mut batch, now) = (app.store().batch(), app.now());
    match codes::ask(&mut batch, known.as_ref(), user, purpose, &target, now) {
        Asked::Now => {}
        Asked::After(wait) => return Err(too_soon(wait)),
    }
    post::send_code(app, &mut batch, user, purpose, now)?;
    match batch.commit().await {
        Ok(()) => {}
        // Asked for twice at once: one of them goes out.
        Err(error) if error.is_stale() || error.is_duplicate_key() => {
            return Err(too_soon(codes::PAUSE));
        }
        Err(error) => return Err(error.into()),
    }
    app.jobs().wake();
    Ok(CodeSent { sent_to: target, expires_in: purpose.life().as_secs(), resend_in: codes::PAUSE.as_secs() })
}

fn too_soon(wait: std::time::Duration) -> Error {
    Error::too_many("A code was sent already. Look for it, or ask again later", wait)
}

/// # Errors
/// 409 `mail_not_configured`.
fn require_mail(app: &App) -> Result<()> {
    if app.outside().mailer.is_some() {
        return Ok(());
    }
    Err(Error::conflict("mail_not_configured", "No mail is sent from here")
        .issue("Whoever runs this Tapri has not set up mail"))
}
