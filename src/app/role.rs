//! `maru role`: who may do what on the platform, given by whoever runs it.

use super::operated::{OperateError, Operated};
use crate::domain::clock::Clock;
use crate::domain::user::AccountRole;
use crate::ports::operator::RoleGiven;

/// Gives an account a role; the one it had before. Works beside running servers, at once.
pub async fn set_role(
    store: impl Into<Operated<'_>>,
    handle: &str,
    role: AccountRole,
) -> Result<AccountRole, OperateError> {
    let store = store.into().open().await?;
    let handle_of = || handle.to_owned();
    match store.give_role(handle, role, Clock::start().wall()).await? {
        RoleGiven::Before(before) => Ok(before),
        RoleGiven::NoSuchUser => Err(OperateError::NoSuchUser(handle_of())),
        RoleGiven::LastAdmin => Err(OperateError::LastAdmin(handle_of())),
    }
}
