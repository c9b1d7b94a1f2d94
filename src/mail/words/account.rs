//! What a member of staff is told about their own account.

use super::Draft;
use crate::{mail::letters::Content, service::letters::AccountNotice};

/// Tells the owner of an account what happened to it, and what to do if they did not expect it.
pub(super) fn notice(draft: Draft<'_>, notice: AccountNotice) -> Content {
    let (subject, says, then) = match notice {
        AccountNotice::SignInsFailed => (
            "Somebody has tried to sign in to your account",
            "Somebody has typed a wrong password for your account many times, on devices that you have not signed in on before. We have slowed down signing in on such devices. You can still sign in on a device that you have used before.",
            "If it was not you, you do not need to do anything as long as nobody else knows your password. If somebody may know it, change it now. We send this letter once a day at most.",
        ),
        AccountNotice::PasswordReset => (
            "Your password has been reset",
            "An administrator of this service has issued a new password for your account. You have been signed out everywhere, and API tokens that acted for you have ended. You will be asked to choose your own password when you sign in.",
            "If you did not ask for a new password, tell an administrator.",
        ),
        AccountNotice::AddressChanged => (
            "The email address of your account has been changed",
            "An administrator of this service has changed the email address with which you sign in. Letters about your account will not come to this address any more.",
            "If you did not expect this, tell an administrator.",
        ),
        AccountNotice::TokenIssued => (
            "An API token that acts for you has been issued",
            "An administrator of this service has issued a token with which a program can do what you may do. Your account page lists the tokens that act for you. You can end each of them there.",
            "If you did not expect this, end the token and tell an administrator.",
        ),
    };
    draft
        .say(says)
        .say(then)
        .desk("Open your account page", "/staff/account")
        .for_officers(subject.to_owned(), None)
}
