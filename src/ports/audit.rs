//! The audit log: what was done about accounts. It is written by the stores, in the step whose effect it records.

use std::error::Error;

use async_trait::async_trait;
use serde_json::Value;

use crate::domain::audit::Act;
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};

/// Days a record is kept.
pub const AUDIT_KEPT_DAYS: u64 = 2 * 365;

/// One line of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Its place; later lines have higher ones.
    pub id: u64,
    /// When.
    pub at: WallMs,
    /// What.
    pub act: Act,
    /// Who did it; none for whoever runs the server.
    pub actor: Option<Person>,
    /// Whom it concerns.
    pub subject: Option<Person>,
    /// What there is to say of this act beyond its name.
    pub detail: Value,
    /// From which address.
    pub address: Option<String>,
    /// With which program.
    pub user_agent: String,
    /// With which login.
    pub login: Option<LoginId>,
}

/// Somebody in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Which account.
    pub id: UserId,
    /// Its handle, while it has one.
    pub handle: Option<String>,
}

/// What is looked for; what is absent does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuditQuery {
    /// Lines that concern this account, or are by it.
    pub about: Option<UserId>,
    /// Lines that concern this account.
    pub subject: Option<UserId>,
    /// Lines of this act.
    pub act: Option<Act>,
    /// Lines before this place.
    pub before: Option<u64>,
}

/// The log cannot be read now.
#[derive(Debug, thiserror::Error)]
#[error("the audit log cannot be read")]
pub struct AuditStoreError(#[source] pub Box<dyn Error + Send + Sync>);

/// Where the log is read.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Lines, the newest first.
    async fn audit(
        &self,
        query: &AuditQuery,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, AuditStoreError>;
}
