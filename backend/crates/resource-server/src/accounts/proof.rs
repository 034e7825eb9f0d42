//! Proving again that one is the account's owner, before something is done that a stolen device must not do (ATTACKS T44).

use httpkit::limits::Limit;
use httpkit::{Error, FieldIssue, Result};
use zeroize::Zeroizing;

use super::account::Account;
use super::attempts::{self, Against};
use crate::app::App;

/// Checks that `password`, which came in `field`, is the account's.
///
/// # Errors
/// 422 `password_wrong`; 429; 503 `busy`.
pub(super) async fn own_password(
    app: &App,
    account: &Account,
    field: &'static str,
    password: Zeroizing<String>,
) -> Result<()> {
    let against = Against::Inside(account.user_id);
    app.limits().subject(Limit::Password, &account.user_id.to_string()).await?;
    attempts::count(app, against).await?;
    match app.passwords().check(password, Some(account.password_hash.clone())).await {
        Ok(true) => {
            attempts::forgive(app, against).await;
            return Ok(());
        }
        Ok(false) => {}
        Err(error) => {
            attempts::take_back(app, against).await;
            return Err(error);
        }
    }
    Err(Error::invalid_fields(vec![FieldIssue::new(field, "password_wrong", "This is not your password")]))
}
