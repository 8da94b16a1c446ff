//! A store of one room in memory, which can fall silent.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;

use crate::catalogue::catalogue;
use crate::domain::id::{NodeId, RoomId, UserId};
use crate::domain::room::{Access, AuditEntry, Document, Epoch, RoomCard, Seq, Visibility};
use crate::ports::room::memory::MemoryRoom;
use crate::ports::room::{
    ClaimOutcome, ListedAfter, NewRoom, RoomSave, RoomStore, SaveOutcome, SavedRoom, StoreError,
};

pub(super) struct OneRoom {
    room: Mutex<MemoryRoom>,
    is_silent: AtomicBool,
    quiet_saves: AtomicUsize,
    is_release_quiet: AtomicBool,
}

impl Default for OneRoom {
    fn default() -> Self {
        let card = RoomCard {
            id: RoomId::generate(),
            owner_id: UserId::generate(),
            name: "마루".to_owned(),
            access: Access::new(Visibility::Public, true),
        };
        let document = Document::new(catalogue().plain_theme());
        Self {
            room: Mutex::new(MemoryRoom::new(card, document)),
            is_silent: AtomicBool::new(false),
            quiet_saves: AtomicUsize::new(0),
            is_release_quiet: AtomicBool::new(false),
        }
    }
}

impl OneRoom {
    pub fn card(&self) -> RoomCard {
        self.room().card.clone()
    }

    /// From now on nothing is answered.
    pub fn fall_silent(&self) {
        self.is_silent.store(true, Ordering::Relaxed);
    }

    /// From now on hand-overs take effect and are not answered.
    pub fn keep_releases_quiet(&self) {
        self.is_release_quiet.store(true, Ordering::Relaxed);
    }

    /// So many saves take effect and are not answered.
    pub fn keep_saves_quiet(&self, count: usize) {
        self.quiet_saves.store(count, Ordering::Relaxed);
    }

    fn room(&self) -> MutexGuard<'_, MemoryRoom> {
        self.room.lock().expect("no test panics with it")
    }

    async fn perhaps_silent(&self) {
        if self.is_silent.load(Ordering::Relaxed) {
            std::future::pending().await
        }
    }
}

#[async_trait]
impl RoomStore for OneRoom {
    async fn claim(&self, _: RoomId, node: NodeId) -> Result<ClaimOutcome, StoreError> {
        self.perhaps_silent().await;
        Ok(ClaimOutcome::Claimed(Box::new(self.room().claim(node))))
    }

    async fn renew(&self, _: NodeId, _: u64) -> Result<(), StoreError> {
        Ok(())
    }

    async fn release(&self, _: RoomId, epoch: Epoch, node: NodeId) -> Result<(), StoreError> {
        self.perhaps_silent().await;
        self.room().release(epoch, node);
        if self.is_release_quiet.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    async fn save(&self, save: RoomSave) -> Result<SaveOutcome, StoreError> {
        self.perhaps_silent().await;
        let outcome = self.room().save(&save);
        let quiet = |left: usize| left.checked_sub(1);
        let order = Ordering::Relaxed;
        if self.quiet_saves.fetch_update(order, order, quiet).is_ok() {
            std::future::pending::<()>().await;
        }
        Ok(outcome)
    }

    async fn last_save(&self, _: RoomId) -> Result<Option<(Epoch, u64)>, StoreError> {
        self.perhaps_silent().await;
        let room = self.room();
        Ok(Some((room.owner().0, room.save_no)))
    }

    async fn create(&self, _: NewRoom) -> Result<(), StoreError> {
        Ok(())
    }

    async fn read(&self, _: RoomId) -> Result<Option<SavedRoom>, StoreError> {
        Ok(None)
    }

    async fn list_public(
        &self,
        _: Option<ListedAfter>,
        _: u32,
    ) -> Result<Vec<(SavedRoom, ListedAfter)>, StoreError> {
        Ok(Vec::new())
    }

    async fn audit(
        &self,
        _: RoomId,
        _: Option<Seq>,
        _: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        Ok(Vec::new())
    }

    async fn of_owner(&self, _: UserId) -> Result<Vec<RoomCard>, StoreError> {
        Ok(Vec::new())
    }

    async fn delete(&self, _: RoomId) -> Result<Option<Epoch>, StoreError> {
        Ok(None)
    }

    async fn is_deleted(&self, _: RoomId) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn naming(&self, _: UserId, _: u32) -> Result<Vec<RoomId>, StoreError> {
        Ok(Vec::new())
    }

    async fn forget(&self, _: RoomId, _: UserId) -> Result<Option<Epoch>, StoreError> {
        Ok(None)
    }
}
