//! A decision from elsewhere than a connection, on its way to whoever owns the room.

use serde::{Deserialize, Serialize};

use super::room::CommandNo;
use crate::domain::id::UserId;
use crate::domain::room::Decision;
use crate::domain::version::Expected;

/// A decision and who waits for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// Who decides.
    pub by: UserId,
    /// Their name.
    pub name: String,
    /// What.
    pub decision: Box<Decision>,
    /// The rules it is made for.
    pub expected: Expected,
    /// Names the answer; grows from one to the next on a node.
    pub reply: CommandNo,
}
