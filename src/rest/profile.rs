//! Why somebody's profile is not to be had or not changed, as every part says it that looks people up.

use super::problem::{Code, Problem};
use crate::services::profile::ProfileError;

pub(super) fn refused(error: ProfileError) -> Problem {
    match error {
        ProfileError::NoSuchUser => Problem::new(Code::UserNotFound),
        ProfileError::Stale => Problem::new(Code::PreconditionFailed),
        ProfileError::BadHandle => Problem::new(Code::InvalidHandle).detail(error.to_string()),
        ProfileError::HandleTaken => Problem::new(Code::HandleTaken),
        ProfileError::TooSoon { wait_ms } => {
            Problem::new(Code::HandleChangedLately).retry_after_ms(wait_ms)
        }
        ProfileError::NotSaid(_) => Problem::new(Code::ContentRefused),
        ProfileError::Users(error) => Problem::unavailable(&error),
        ProfileError::Relations(error) => Problem::unavailable(&error),
    }
}
