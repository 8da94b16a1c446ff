//! The services as they are at a time in the past, and who and what is there by then.

use std::collections::HashMap;
use std::sync::Arc;

use crate::adapters::sqlite::{ContentOutbox, Sqlite, SqliteRooms, UserOutbox};
use crate::config::Config;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{AssetId, CommentId, EntryId, PostId, RoomId, UserId};
use crate::domain::room::Epoch;
use crate::domain::user::User;
use crate::domain::visit::UtcOffset;
use crate::ports::discovery::DiscoveryStore;
use crate::ports::events::{EventLog, Outbox};
use crate::ports::room::RoomRecall;
use crate::services::guestbook::GuestbookService;
use crate::services::post::PostService;
use crate::services::relation::RelationService;
use crate::services::room::{OriginKey, RoomService};
use crate::services::screen::Screen;
use crate::workers::outbox;

use super::SeedError;

/// Events counted at once.
const COUNTED_AT_ONCE: u32 = 256;

/// Nobody is in any room yet, so nobody has to leave one.
struct Nobody;

impl RoomRecall for Nobody {
    fn recall(&self, _: RoomId, _: Option<Epoch>) {}

    fn superseded(&self, _: RoomId, _: Epoch) {}
}

/// The house while people move in.
pub(super) struct House {
    pub(super) sqlite: Sqlite,
    store: Arc<SqliteRooms>,
    screen: Screen,
    clock: Clock,
    /// When the last thing happens.
    pub(super) now: WallMs,
    pub(super) offset: UtcOffset,
    people: HashMap<String, User>,
    pub(super) rooms: HashMap<String, RoomId>,
    pub(super) pictures: HashMap<String, AssetId>,
    pub(super) posts: HashMap<usize, PostId>,
    pub(super) quotable: HashMap<String, PostId>,
    pub(super) comments: HashMap<usize, CommentId>,
    pub(super) entries: HashMap<usize, EntryId>,
}

impl House {
    pub(super) fn new(config: &Config, sqlite: &Sqlite, screen: Screen, clock: Clock) -> Self {
        // Rooms are made here and not saved, so the writer has nothing to do.
        let (store, _) = SqliteRooms::new(sqlite.clone());
        Self {
            sqlite: sqlite.clone(),
            store: Arc::new(store),
            screen,
            clock,
            now: clock.wall(),
            offset: config.visits.utc_offset,
            people: HashMap::new(),
            rooms: HashMap::new(),
            pictures: HashMap::new(),
            posts: HashMap::new(),
            quotable: HashMap::new(),
            comments: HashMap::new(),
            entries: HashMap::new(),
        }
    }

    /// A clock that shows this time.
    pub(super) const fn clock_at(&self, at: WallMs) -> Clock {
        self.clock.behind(self.now.0.saturating_sub(at.0))
    }

    pub(super) fn room_service(&self, at: WallMs) -> RoomService {
        let people = Arc::new(self.sqlite.clone());
        // Nobody comes in, so no address is ever hashed.
        let key = OriginKey::new([0; 32]);
        let clock = self.clock_at(at);
        RoomService::new(self.store.clone(), people.clone(), people, key, clock)
            .shelving(self.store.clone(), Arc::new(Nobody))
            .screened_by(self.screen.clone())
    }

    pub(super) fn relation_service(&self, at: WallMs) -> RelationService {
        let all = Arc::new(self.sqlite.clone());
        RelationService::new(all.clone(), all, self.clock_at(at)).screened_by(self.screen.clone())
    }

    pub(super) fn post_service(&self, at: WallMs) -> PostService {
        let all = Arc::new(self.sqlite.clone());
        let screen = self.screen.clone();
        PostService::new(all.clone(), all.clone(), all, screen, self.clock_at(at))
    }

    pub(super) fn guestbook_service(&self, at: WallMs) -> GuestbookService {
        let store = Arc::new(self.sqlite.clone());
        GuestbookService::new(store, self.screen.clone(), self.clock_at(at))
    }

    /// Somebody lives here from now on, in their front room.
    pub(super) fn welcome(&mut self, user: User) {
        self.rooms.insert(user.handle.clone(), user.front_room_id);
        self.people.insert(user.handle.clone(), user);
    }

    pub(super) fn person(&self, handle: &str) -> Result<UserId, SeedError> {
        let user = self.people.get(handle);
        let user = user.ok_or_else(|| SeedError::unknown(handle))?;
        Ok(user.id)
    }

    pub(super) fn room(&self, key: &str) -> Result<RoomId, SeedError> {
        found(&self.rooms, key)
    }

    pub(super) fn picture(&self, file: &str) -> Result<AssetId, SeedError> {
        found(&self.pictures, file)
    }

    /// What has happened goes to the log as of this time, and is counted.
    pub(super) async fn tell(&self, at: WallMs) -> Result<(), SeedError> {
        let log = &self.sqlite;
        let (of_people, of_content) = (UserOutbox(log.clone()), ContentOutbox(log.clone()));
        let outboxes: [&dyn Outbox; 3] = [log, &of_people, &of_content];
        let failed = |source| SeedError::act("what happened is told", source);
        for waiting in outboxes {
            while outbox::pass(waiting, log as &dyn EventLog, at)
                .await
                .map_err(failed)?
                > 0
            {}
        }
        loop {
            let advanced = log.advance(COUNTED_AT_ONCE, self.offset).await;
            let advanced =
                advanced.map_err(|source| SeedError::act("what happened is counted", source))?;
            if advanced.read < COUNTED_AT_ONCE {
                return Ok(());
            }
        }
    }
}

fn found<T: Copy>(all: &HashMap<String, T>, key: &str) -> Result<T, SeedError> {
    all.get(key).copied().ok_or_else(|| SeedError::unknown(key))
}
