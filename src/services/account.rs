//! The end of an account, and what a person takes along: closing, restoring, the archive.

use std::sync::Arc;

use crate::domain::audit::Trace;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::UserId;
use crate::ports::account::{AccountStore, Closed};
use crate::ports::login::LoginEnds;
use crate::ports::personal_data::{Archive, PersonalData, PersonalDataError};
use crate::ports::room::{RoomRecall, RoomStore, StoreError};
use crate::ports::user::UserStoreError;

/// Why something about an account was not done.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The account is not there.
    #[error("no such account")]
    NoSuchUser,
    /// Nobody would be an admin any more.
    #[error("the last admin stays one")]
    LastAdmin,
    /// The grace has passed.
    #[error("the erasure of the account has begun")]
    ErasureBegun,
    /// Accounts cannot be reached.
    #[error(transparent)]
    Users(#[from] UserStoreError),
    /// The person's rooms cannot be reached.
    #[error(transparent)]
    Rooms(#[from] StoreError),
    /// A store cannot hand its part over.
    #[error(transparent)]
    Data(#[from] PersonalDataError),
}

/// What the service works on.
#[derive(Clone)]
pub struct AccountParts {
    /// Closes and restores.
    pub accounts: Arc<dyn AccountStore>,
    /// Says which rooms are the person's.
    pub rooms: Arc<dyn RoomStore>,
    /// Every store that holds something of a person.
    pub stores: Vec<Arc<dyn PersonalData>>,
    /// Hears which logins have ended.
    pub ends: Option<Arc<dyn LoginEnds>>,
    /// Hears which rooms are not to be entered any more.
    pub recall: Option<Arc<dyn RoomRecall>>,
    /// How long a closed account can be restored.
    pub grace_ms: u64,
}

impl std::fmt::Debug for AccountParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccountParts(..)")
    }
}

/// The account service.
#[derive(Clone)]
pub struct AccountService {
    parts: AccountParts,
    clock: Clock,
}

impl std::fmt::Debug for AccountService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccountService(..)")
    }
}

impl AccountService {
    /// The service over its stores.
    pub const fn new(parts: AccountParts, clock: Clock) -> Self {
        Self { parts, clock }
    }

    /// Closes an account: for everybody else it is gone at once, with its rooms. Until when it can be restored.
    pub async fn close(&self, id: UserId, trace: &Trace) -> Result<WallMs, AccountError> {
        let now = self.clock.wall();
        // Looked up first: closed without them, visitors would stay inside.
        let rooms = self.parts.rooms.of_owner(id).await?;
        let since = match self.parts.accounts.close(id, trace, now).await? {
            Closed::Now(logins) => {
                if let Some(ends) = &self.parts.ends {
                    logins.into_iter().for_each(|login| ends.ended(login));
                }
                if let Some(recall) = &self.parts.recall {
                    // Coming back, whoever was there finds no room.
                    rooms.iter().for_each(|card| recall.recall(card.id, None));
                }
                now
            }
            Closed::Already(since) => since,
            Closed::LastAdmin => return Err(AccountError::LastAdmin),
            Closed::NoSuchUser => return Err(AccountError::NoSuchUser),
        };
        Ok(self.erased_at(since))
    }

    /// When an account that was closed then is erased.
    pub fn erased_at(&self, closed: WallMs) -> WallMs {
        WallMs(closed.0.saturating_add(self.parts.grace_ms))
    }

    /// Opens a closed account again. May be repeated.
    pub async fn restore(&self, id: UserId, trace: &Trace) -> Result<(), AccountError> {
        let accounts = &self.parts.accounts;
        let restored = accounts.restore(id, trace, self.clock.wall()).await?;
        if restored || accounts.closed_at(id).await?.is_none() {
            return Ok(());
        }
        Err(AccountError::ErasureBegun)
    }

    /// Hands everything over that any store holds of the person. That it begins is written down first.
    pub async fn export(
        &self,
        id: UserId,
        trace: &Trace,
        archive: &mut dyn Archive,
    ) -> Result<(), AccountError> {
        let now = self.clock.wall();
        self.parts.accounts.note_export(id, trace, now).await?;
        for store in &self.parts.stores {
            store.export(id, archive).await?;
        }
        Ok(())
    }
}
