//! The settings store: what people chose.

use async_trait::async_trait;

use super::profile::Changed;
use super::user::UserStoreError;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::notification::Delivery;
use crate::domain::settings::{Settings, SettingsChange};
use crate::domain::version::Expected;

#[cfg(test)]
pub(crate) mod conformance;

/// The most requests granted in one step: others write between the steps.
pub const GRANTED_AT_ONCE: u32 = 64;

/// Requests that were granted because the account has turned public.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Granted {
    /// Who had asked to follow and follows now.
    pub followers: Vec<UserId>,
    /// Who is to hear of it at once, where they are.
    pub told: Vec<Delivery>,
}

/// Settings after a change, and what the change came to for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// All of them.
    pub settings: Settings,
    /// Their version.
    pub version: u64,
    /// The first who follow because the account has turned public.
    pub granted: Granted,
}

/// Where settings are durable.
#[async_trait]
pub trait SettingsStore: Send + Sync {
    /// What somebody chose, and its version: 0 is the defaults of who never chose.
    async fn settings(&self, id: UserId) -> Result<(Settings, u64), UserStoreError>;

    /// Changes settings, if they are at an expected version. The version grows by one.
    ///
    /// One atomic step: of changes to different settings at once, all are there after. Of those who wait when an account
    /// turns public the first [`GRANTED_AT_ONCE`] follow from then on, and are told so;
    /// [`SettingsStore::grant_waiting`] goes on with the others.
    async fn change_settings(
        &self,
        id: UserId,
        change: SettingsChange,
        expected: &Expected,
        at: WallMs,
    ) -> Result<Changed<Chosen>, UserStoreError>;

    /// Lets the next [`GRANTED_AT_ONCE`] follow who still wait for an account that is public, this one or any; none when
    /// nobody does. Asked until then, nobody is left waiting for an approval that is no longer asked for.
    async fn grant_waiting(
        &self,
        of: Option<UserId>,
        at: WallMs,
    ) -> Result<Option<Granted>, UserStoreError>;
}
