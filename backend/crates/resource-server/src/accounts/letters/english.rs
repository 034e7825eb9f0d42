//! The letters in English.

use super::{Words, Written, written};

pub(super) fn write(words: Words<'_>, origin: &str) -> Written {
    let house = format!("Tapri, {origin}");
    match words {
        Words::ConfirmEmail { code } => written(
            format!("{code} is your code for Tapri"),
            &[
                &format!("Your code is {code}. It is good for 10 minutes."),
                "Give it back where you were asked for it, and this address is confirmed.",
                "If you did not ask for a code, somebody has mistyped their own address. You need not do anything.",
                &house,
            ],
        ),
        Words::AddressKnown { username, link } => written(
            "You have an account here already",
            &[
                &format!("Somebody gave this address for an account, but yours has it already: @{username}."),
                &format!("If it was you, sign in with that account, or choose a new password:\n{link}"),
                "If it was not you, you need not do anything. Whoever it was has learned nothing about you.",
                &house,
            ],
        ),
        Words::Reset { username, link } => written(
            "Choose a new password",
            &[
                &format!("Here you choose a new password for @{username}:\n{link}"),
                "The link is good for one hour, and once. After that all your devices and apps sign in again.",
                "If you did not ask for it, you need not do anything. Your password stays as it is.",
                &house,
            ],
        ),
        Words::PasswordChanged { username, link } => written(
            "Your password was changed",
            &[
                &format!("The password of @{username} was changed just now, and your other devices were signed out."),
                &format!("If it was not you, choose a new one at once:\n{link}"),
                &house,
            ],
        ),
        Words::PasswordReset { username, link } => written(
            "Your password was changed",
            &[
                &format!("A new password for @{username} was chosen by a link that we sent to this address."),
                "All devices and apps were signed out.",
                &format!(
                    "If it was not you, somebody else reads your mail. Secure it first, then choose a new password:\n{link}"
                ),
                &house,
            ],
        ),
        Words::EmailChanged { username, to, link } => written(
            "Your e-mail address was changed",
            &[
                &format!("The address of @{username} is {to} from now on. We write to this one for the last time."),
                &format!("If it was not you, somebody knows your password. Write to whoever runs this place:\n{link}"),
                &house,
            ],
        ),
        Words::AccountDeleted { username } => written(
            "Your account is deleted",
            &[
                &format!("The account @{username} is deleted, and with it your posts, photos, comments and likes."),
                "Thank you for having been here.",
                &house,
            ],
        ),
    }
}
