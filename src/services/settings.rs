//! What people choose for themselves.

use std::sync::Arc;

use crate::domain::clock::Clock;
use crate::domain::id::UserId;
use crate::domain::settings::{Settings, SettingsChange};
use crate::domain::version::Expected;
use crate::ports::profile::Changed;
use crate::ports::settings::{Granted, SettingsStore};
use crate::ports::user::UserStoreError;
use crate::services::telling::Telling;

/// Why settings were not changed or told.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The account is not there.
    #[error("no such person")]
    NoSuchUser,
    /// They are not at the version the change was made for.
    #[error("the settings have changed since")]
    Stale,
    /// Accounts cannot be reached.
    #[error(transparent)]
    Users(#[from] UserStoreError),
}

/// The settings service.
#[derive(Clone)]
pub struct SettingsService {
    store: Arc<dyn SettingsStore>,
    clock: Clock,
    telling: Telling,
}

impl std::fmt::Debug for SettingsService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SettingsService(..)")
    }
}

impl SettingsService {
    /// The service over its store.
    pub fn new(store: Arc<dyn SettingsStore>, clock: Clock) -> Self {
        Self {
            store,
            clock,
            telling: Telling::default(),
        }
    }

    /// The same, which tells of the notices and changes its own bring about.
    #[must_use]
    pub fn telling(self, telling: Telling) -> Self {
        Self { telling, ..self }
    }

    /// What somebody chose, and its version.
    pub async fn of(&self, id: UserId) -> Result<(Settings, u64), SettingsError> {
        Ok(self.store.settings(id).await?)
    }

    /// Changes what somebody chose. Who waits to follow an account that turns public does so from then on: the first
    /// with the change itself, the others right after, in steps between which others are served.
    pub async fn change(
        &self,
        id: UserId,
        change: SettingsChange,
        expected: &Expected,
    ) -> Result<(Settings, u64), SettingsError> {
        let at = self.clock.wall();
        match self.store.change_settings(id, change, expected, at).await? {
            Changed::Done(chosen) => {
                if !chosen.granted.followers.is_empty() {
                    self.granted(&chosen.granted);
                    self.grant_others(id).await;
                }
                Ok((chosen.settings, chosen.version))
            }
            Changed::Stale => Err(SettingsError::Stale),
            Changed::NoSuchUser => Err(SettingsError::NoSuchUser),
        }
    }

    /// The change stands whatever becomes of these: those who are left are let in by the worker that looks for them.
    async fn grant_others(&self, id: UserId) {
        loop {
            match self.store.grant_waiting(Some(id), self.clock.wall()).await {
                Ok(Some(granted)) => self.granted(&granted),
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(%error, "not all who wait for an account could be let in");
                    return;
                }
            }
        }
    }

    fn granted(&self, granted: &Granted) {
        self.telling.told(&granted.told);
        // They may come into rooms that were shut to them.
        self.telling.changed(&granted.followers);
    }
}
