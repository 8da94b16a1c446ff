//! What all nodes share: the stores, and a room in them.

use std::sync::Arc;

use async_trait::async_trait;
use maru::adapters::sqlite::{Sqlite, SqliteRooms};
use maru::domain::audit::Trace;
use maru::domain::clock::{Clock, WallMs};
use maru::domain::id::{NodeId, RoomId, UserId};
use maru::domain::room::{AuditEntry, Epoch, RoomCard, Seq};
use maru::domain::text::PersonName;
use maru::domain::user::{Look, User};
use maru::ports::room::{
    ClaimOutcome, ListedAfter, NewRoom, RoomSave, RoomStore, SaveOutcome, SavedRoom, StoreError,
};
use maru::ports::user::{Admission, Identity, NewUser, UserStore};
use maru::realtime::token::TokenKey;
use maru::services::room::{OriginKey, RoomService};
use tempfile::TempDir;
use tokio::runtime::Handle;

/// The stores of an installation, and somebody with a room.
pub(crate) struct House {
    sqlite: Sqlite,
    pub(crate) rooms: Arc<dyn RoomStore>,
    pub(crate) owner: User,
    pub(crate) room: RoomId,
    pub(crate) token_key: TokenKey,
    _data: TempDir,
}

impl House {
    pub(crate) async fn build() -> Self {
        let data = tempfile::tempdir().unwrap();
        let sqlite = Sqlite::open(data.path()).await.unwrap();
        let (rooms, writing) = SqliteRooms::new(sqlite.clone());
        tokio::spawn(writing);
        let rooms = Arc::new(Steady {
            store: Arc::new(rooms),
            runtime: Handle::current(),
        });
        let owner = settle(&sqlite, "하늘").await;
        let house = Self {
            sqlite,
            rooms,
            room: owner.front_room_id,
            owner,
            token_key: TokenKey::new(&[7; 32]),
            _data: data,
        };
        // It is made as it is looked at first.
        house
            .service(Clock::start())
            .view(house.room, None)
            .await
            .unwrap();
        house
    }

    /// The room service of a node.
    pub(crate) fn service(&self, clock: Clock) -> RoomService {
        let all = Arc::new(self.sqlite.clone());
        let origin = OriginKey::new([7; 32]);
        RoomService::new(self.rooms.clone(), all.clone(), all, origin, clock)
    }
}

async fn settle(sqlite: &Sqlite, name: &str) -> User {
    let identity = Identity {
        provider: "dev".to_owned(),
        issuer: "dev".to_owned(),
        subject: name.to_owned(),
        email: None,
    };
    let new = NewUser {
        id: UserId::generate(),
        front_room_id: RoomId::generate(),
        handles: vec!["sky".to_owned()],
        display_name: PersonName::parse(name).unwrap(),
        look: Look::default(),
        mood: String::new(),
        bio: String::new(),
        at: WallMs(1),
        trace: Trace {
            actor: None,
            login: None,
            address: None,
            user_agent: String::new(),
        },
    };
    match sqlite.admit(&identity, &new).await.unwrap() {
        Admission::Created(user) => user,
        other => panic!("{other:?}"),
    }
}

/// The room store, asked from a runtime that does not end with a node: what a node has asked for when it is killed is
/// done all the same, as in a store that is a process of its own.
struct Steady {
    store: Arc<dyn RoomStore>,
    runtime: Handle,
}

impl Steady {
    async fn ask<T, F>(&self, ask: impl FnOnce(Arc<dyn RoomStore>) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let asked = self.runtime.spawn(ask(self.store.clone()));
        asked.await.expect("the store does not panic")
    }
}

#[async_trait]
impl RoomStore for Steady {
    async fn claim(&self, room: RoomId, node: NodeId) -> Result<ClaimOutcome, StoreError> {
        self.ask(move |store| async move { store.claim(room, node).await })
            .await
    }

    async fn renew(&self, node: NodeId, lease_ms: u64) -> Result<(), StoreError> {
        self.ask(move |store| async move { store.renew(node, lease_ms).await })
            .await
    }

    async fn release(&self, room: RoomId, epoch: Epoch, node: NodeId) -> Result<(), StoreError> {
        self.ask(move |store| async move { store.release(room, epoch, node).await })
            .await
    }

    async fn save(&self, save: RoomSave) -> Result<SaveOutcome, StoreError> {
        self.ask(move |store| async move { store.save(save).await })
            .await
    }

    async fn last_save(&self, room: RoomId) -> Result<Option<(Epoch, u64)>, StoreError> {
        self.ask(move |store| async move { store.last_save(room).await })
            .await
    }

    async fn create(&self, room: NewRoom) -> Result<(), StoreError> {
        self.ask(move |store| async move { store.create(room).await })
            .await
    }

    async fn card(&self, room: RoomId) -> Result<Option<RoomCard>, StoreError> {
        self.ask(move |store| async move { store.card(room).await })
            .await
    }

    async fn read(&self, room: RoomId) -> Result<Option<SavedRoom>, StoreError> {
        self.ask(move |store| async move { store.read(room).await })
            .await
    }

    async fn list_public(
        &self,
        after: Option<ListedAfter>,
        limit: u32,
    ) -> Result<Vec<(SavedRoom, ListedAfter)>, StoreError> {
        self.ask(move |store| async move { store.list_public(after, limit).await })
            .await
    }

    async fn audit(
        &self,
        room: RoomId,
        after: Option<Seq>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.ask(move |store| async move { store.audit(room, after, limit).await })
            .await
    }

    async fn of_owner(&self, owner: UserId) -> Result<Vec<RoomCard>, StoreError> {
        self.ask(move |store| async move { store.of_owner(owner).await })
            .await
    }

    async fn delete(&self, room: RoomId) -> Result<Option<Epoch>, StoreError> {
        self.ask(move |store| async move { store.delete(room).await })
            .await
    }

    async fn is_deleted(&self, room: RoomId) -> Result<bool, StoreError> {
        self.ask(move |store| async move { store.is_deleted(room).await })
            .await
    }

    async fn naming(&self, person: UserId, limit: u32) -> Result<Vec<RoomId>, StoreError> {
        self.ask(move |store| async move { store.naming(person, limit).await })
            .await
    }

    async fn forget(&self, room: RoomId, person: UserId) -> Result<Option<Epoch>, StoreError> {
        self.ask(move |store| async move { store.forget(room, person).await })
            .await
    }
}
