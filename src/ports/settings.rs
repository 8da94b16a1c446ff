//! The settings store: what people chose.

use async_trait::async_trait;

use super::profile::Changed;
use super::user::UserStoreError;
use crate::domain::id::UserId;
use crate::domain::settings::{Settings, SettingsChange};
use crate::domain::version::Expected;

#[cfg(test)]
pub(crate) mod conformance;

/// Where settings are durable.
#[async_trait]
pub trait SettingsStore: Send + Sync {
    /// What somebody chose, and its version: 0 is the defaults of who never chose.
    async fn settings(&self, id: UserId) -> Result<(Settings, u64), UserStoreError>;

    /// Changes settings, if they are at an expected version. The version grows by one.
    ///
    /// One atomic step: of changes to different settings at once, all are there after.
    async fn change_settings(
        &self,
        id: UserId,
        change: SettingsChange,
        expected: &Expected,
    ) -> Result<Changed<(Settings, u64)>, UserStoreError>;
}
