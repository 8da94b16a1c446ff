//! Where people are told that a sign-in did not work.

use axum::response::Response;

use super::found;
use crate::ports::identity::ProviderError;
use crate::rest::problem::Problem;
use crate::services::auth::{Failed, SignInError};

/// The page that says what went wrong in words, and offers to begin again.
pub(super) fn to_page(failed: &Failed) -> Result<Response, Problem> {
    let error = &failed.error;
    let code = code(error);
    match error {
        SignInError::Users(_)
        | SignInError::Logins(_)
        | SignInError::Pending(_)
        | SignInError::NoHandleFree => {
            Problem::unavailable(error);
        }
        _ => tracing::info!(%error, code, "a sign-in did not work"),
    }
    match &failed.return_to {
        Some(page) => found(page.with_error(code).as_str()),
        None => found(&format!("/login?error={code}")),
    }
}

const fn code(error: &SignInError) -> &'static str {
    match error {
        SignInError::UnknownProvider => "unknown_provider",
        SignInError::NotUnderWay => "state_mismatch",
        SignInError::CalledOff => "access_denied",
        SignInError::Provider(ProviderError::Refused(_)) => "exchange_failed",
        SignInError::Provider(ProviderError::Unavailable(_)) => "provider_unavailable",
        SignInError::Suspended => "account_suspended",
        SignInError::OtherAccount => "other_account",
        SignInError::SignedOut => "signed_out",
        SignInError::LinkedElsewhere => "identity_linked_elsewhere",
        SignInError::ProviderTaken => "provider_already_linked",
        SignInError::Users(_)
        | SignInError::Logins(_)
        | SignInError::Pending(_)
        | SignInError::NoHandleFree => "other",
    }
}
