//! `maru role`: who may do what on the platform, given by whoever runs it.

use std::path::Path;

use crate::adapters::sqlite::{self, RoleError};
use crate::domain::clock::Clock;
use crate::domain::user::AccountRole;

/// Gives an account a role; the one it had before. Works beside a running server, at once.
pub async fn set_role(
    data: &Path,
    handle: &str,
    role: AccountRole,
) -> Result<AccountRole, RoleError> {
    sqlite::set_role(data, handle, role, Clock::start().wall()).await
}
