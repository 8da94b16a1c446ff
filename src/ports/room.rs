//! The room store: the only arbiter of who may change a room, and the place its document is durable in.

use std::collections::{BTreeSet, HashMap, VecDeque};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::domain::clock::WallMs;
use crate::domain::id::{NodeId, RoomId, SessionId, UserId};
use crate::domain::room::{
    AuditEntry, ChatLine, Document, Edit, Epoch, Item, ItemId, Layout, Refusal, RoomCard,
    RoomEvent, Seq, Stamp, Theme,
};
use crate::domain::rules::Rule;
use crate::domain::user::Look;
use crate::domain::visitor::Bearer;

#[cfg(test)]
pub(crate) mod conformance;
mod doors;
#[cfg(any(test, feature = "simulation"))]
pub mod memory;
mod owners;
mod shelf;

pub use doors::{DOORS_MAX, Door, RoomDoors};
pub use owners::{FoundOwner, FoundOwners, FrontSet, RoomOwners};
pub use shelf::{
    DELETED_KEPT_MS, DELETED_ROOMS_MAX, FoundRoom, FoundRooms, Life, OwnRoom, Purging,
    ROOMS_PER_USER_MAX, RoomAfter, RoomFoundAfter, RoomShelf, ShelfError,
};

/// How long a store keeps the answers of a session that has ended, in milliseconds since it was last heard of.
pub const ANSWERS_KEPT_MS: u64 = 24 * 60 * 60 * 1_000;

/// The most records of ended sessions kept with a room; those of sessions in its roster are kept beside them.
pub const SESSION_RECORDS_MAX: usize = 512;

/// Past epochs whose readers may still be told what changed since.
pub const PAST_EPOCHS_MAX: usize = 16;

/// The most decisions kept on record of one room; the oldest go first.
pub const AUDIT_MAX: usize = 1_000;

/// How long decisions are kept on record, in milliseconds: 180 days.
pub const AUDIT_KEPT_MS: u64 = 180 * 24 * 60 * 60 * 1_000;

/// What became of a numbered batch, kept so that a resend gets the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The batch's number in its session.
    pub number: u32,
    /// A digest of the batch's bytes.
    pub digest: u64,
    /// What became of it.
    pub verdict: Verdict,
    /// The batch's seq; 0 when refused.
    pub seq: Seq,
}

/// The kept part of a batch's outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Applied.
    Applied,
    /// Others had changed everything it set.
    Superseded,
    /// Refused.
    Refused(KeptRefusal),
}

/// A refusal in the form it is stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub struct KeptRefusal(pub Refusal);

/// Every refusal by its stored number; append only.
const REFUSALS: [Refusal; 28] = [
    Refusal::Forbidden,
    Refusal::NoSuchItem,
    Refusal::ItemExists,
    Refusal::BadItemId,
    Refusal::UnknownKind,
    Refusal::UnknownColor,
    Refusal::UnknownTheme,
    Refusal::BadRotation,
    Refusal::OutOfBounds,
    Refusal::Overlap,
    Refusal::WrongSurface,
    Refusal::TooManyItems,
    Refusal::BadBatchSize,
    Refusal::UnknownOp,
    Refusal::EmptyText,
    Refusal::TextTooLong,
    Refusal::ControlCharacters,
    Refusal::Conflict,
    Refusal::NumberReused,
    Refusal::Muted,
    Refusal::NoSuchPerson,
    Refusal::NoSuchLayout,
    Refusal::TooManyLayouts,
    Refusal::ListFull,
    Refusal::BadName,
    Refusal::BadPolicy,
    Refusal::NotAlone,
    Refusal::ContentRefused,
];

impl From<KeptRefusal> for u8 {
    fn from(kept: KeptRefusal) -> Self {
        let place = REFUSALS.iter().position(|refusal| *refusal == kept.0);
        place
            .and_then(|place| u8::try_from(place).ok())
            .unwrap_or(Self::MAX)
    }
}

impl TryFrom<u8> for KeptRefusal {
    type Error = &'static str;
    fn try_from(number: u8) -> Result<Self, &'static str> {
        let refusal = REFUSALS.get(usize::from(number)).copied();
        refusal.map(Self).ok_or("no refusal has this number")
    }
}

/// The answers one session was given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SessionRecord {
    /// The generation of the newest resume token its client is known to have; older ones are refused.
    pub generation: u32,
    /// The last answers, oldest first, with contiguous numbers.
    pub answers: VecDeque<Answer>,
    /// When the session was last heard of.
    pub seen: WallMs,
    /// Whose session it was: the user or guest id. Empty in records from before this was kept.
    #[serde(default)]
    pub person: String,
}

impl SessionRecord {
    /// The number of the last batch answered; 0 when there was none.
    pub fn last_number(&self) -> u32 {
        self.answers.back().map_or(0, |answer| answer.number)
    }
}

/// A room as its new owner finds it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedRoom {
    /// What it is.
    pub card: RoomCard,
    /// The claim's epoch: every save must carry it.
    pub epoch: Epoch,
    /// The number of the last save; the next is one more.
    pub save_no: u64,
    /// What it holds.
    pub document: Document,
    /// The answers recent sessions were given.
    pub sessions: HashMap<SessionId, SessionRecord>,
    /// Where past epochs ended: a reader of one may be told what changed since, up to its end.
    pub past_epochs: Vec<(Epoch, Seq)>,
    /// Who was present when the last owner last said so.
    pub roster: Vec<Present>,
    /// How many events beside the coalesced one wait to be published.
    pub pending_events: usize,
}

/// A session as its room's next owner finds it: not gone, until the grace has passed without its return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    /// Which session.
    pub session: SessionId,
    /// The generation of its newest resume token.
    pub generation: u32,
    /// Whose.
    pub bearer: Bearer,
    /// The name shown.
    pub name: String,
    /// A user's handle.
    pub handle: Option<String>,
    /// The avatar's look.
    pub look: Look,
    /// Whether they followed the room's owner.
    pub follows_owner: bool,
    /// A keyed hash of the client's address.
    pub origin: Option<u64>,
    /// The ids of people who must not see them, nor they those.
    pub hidden: BTreeSet<String>,
    /// The avatar's place, in hundredths of a tile.
    pub x: i32,
    /// The avatar's place, in hundredths of a tile.
    pub y: i32,
    /// Which way the avatar looks, 0 to 3.
    pub facing: u8,
    /// When the session was last seen, as far as this knows. Zero in rosters from before this was kept.
    #[serde(default)]
    pub seen: WallMs,
}

/// The changed parts of a room, saved together.
#[derive(Debug, Clone, PartialEq)]
pub struct RoomSave {
    /// Which room.
    pub room: RoomId,
    /// The claim the save is made under.
    pub epoch: Epoch,
    /// Who holds the claim.
    pub node: NodeId,
    /// The number of this save; the store must hold the one before.
    pub save_no: u64,
    /// The document's seq.
    pub seq: Seq,
    /// Removals at or below are forgotten.
    pub horizon: Seq,
    /// The theme, when it changed.
    pub theme: Option<Theme>,
    /// Items put or changed.
    pub items: Vec<(ItemId, Item)>,
    /// Items removed, when and by whom.
    pub removed: Vec<(ItemId, Stamp)>,
    /// Lines said.
    pub chat: Vec<ChatLine>,
    /// Name and policy, when they changed.
    pub card: Option<RoomCard>,
    /// Layouts saved.
    pub layouts: Vec<(String, Layout)>,
    /// Layouts forgotten.
    pub layouts_removed: Vec<String>,
    /// Edits to remember.
    pub history: Vec<Edit>,
    /// Decisions to put on record.
    pub audit: Vec<AuditEntry>,
    /// Sessions with new answers.
    pub sessions: Vec<(SessionId, SessionRecord)>,
    /// Sessions whose answers are forgotten; one that is also among `sessions` is back, and starts anew.
    pub sessions_removed: Vec<SessionId>,
    /// Who is present, when that changed.
    pub roster: Option<Vec<Present>>,
    /// Whether the document is other than the last save left it: then the room's one event of change tells of
    /// this seq, whichever it told of before.
    pub changed: bool,
    /// Other events to publish.
    pub events: Vec<RoomEvent>,
    /// When.
    pub at: WallMs,
}

/// What a save came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveOutcome {
    /// Durable.
    Saved {
        /// How many events beside the coalesced one wait to be published, with those of this save; none when the
        /// store's own answer was lost.
        pending_events: Option<usize>,
    },
    /// The claim, the number or the room is no longer what the save was made for: nothing was changed.
    Fenced,
}

/// What a claim came to.
#[derive(Debug, Clone, PartialEq)]
pub enum ClaimOutcome {
    /// The room is the claimant's.
    Claimed(Box<ClaimedRoom>),
    /// Another node owns the room and its lease still runs.
    Held {
        /// The owner.
        node: NodeId,
    },
    /// No such room, or deleted.
    NotFound,
}

/// Why the store did not do as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Nothing was changed.
    #[error("the room store refused: {0}")]
    Failed(String),
    /// It may or may not have happened: read again before retrying.
    #[error("the room store did not answer: {0}")]
    Unknown(String),
}

/// A new room.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRoom {
    /// What it is.
    pub card: RoomCard,
    /// What it holds at seq 0.
    pub document: Document,
    /// When.
    pub at: WallMs,
}

/// A room as saved, without a claim.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedRoom {
    /// What it is.
    pub card: RoomCard,
    /// Its saved seq.
    pub seq: Seq,
    /// Its theme.
    pub theme: Theme,
    /// Its items.
    pub items: Vec<(ItemId, Item)>,
}

/// A place in the list of public rooms: newest change first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedAfter {
    /// The change time of the last room given.
    pub changed: WallMs,
    /// The last room given.
    pub room: RoomId,
}

/// Where rooms are durable.
///
/// A claim is given only when the room has no owner, its owner handed it over, the owner is the claimant itself,
/// or the owner's lease has run out by the store's clock ([`may_claim`]).
///
/// A claim and a save are each one atomic step. Between a claim and the next, saves succeed only under that
/// claim's epoch and node, and only one after the other by `save_no`: so at most one process changes a room,
/// however long the others slept. A save that answers `Saved` survives the loss of process and power.
/// Its events wait in the outbox ([`super::events::Outbox`]) from the same step on.
///
/// A room that is deleted ([`RoomShelf`]) is as none to all of this but [`RoomStore::of_owner`],
/// [`RoomStore::naming`], [`RoomStore::forget`] and [`RoomStore::delete`], until it is there again with all that
/// was saved. One that is archived is as none to [`RoomStore::read`] and [`RoomStore::list_public`]; claimed it says
/// that it is archived, without anybody who was present before, and whoever holds it lets in nobody but its owner.
///
/// A claim forgets what is kept of ended sessions beyond [`ANSWERS_KEPT_MS`] and [`SESSION_RECORDS_MAX`], the one
/// heard of last staying longest; of sessions in the roster it forgets nothing.
#[async_trait]
pub trait RoomStore: Send + Sync {
    /// Takes the room over: a new epoch, fencing every earlier claim, and remembers where the last one ended.
    async fn claim(&self, room: RoomId, node: NodeId) -> Result<ClaimOutcome, StoreError>;

    /// Prolongs the node's lease: what it owns stays its own for `lease_ms` from now, by the store's clock.
    async fn renew(&self, node: NodeId, lease_ms: u64) -> Result<(), StoreError>;

    /// Hands the room over: if this claim still stands, anyone may claim the room at once.
    async fn release(&self, room: RoomId, epoch: Epoch, node: NodeId) -> Result<(), StoreError>;

    /// Saves the changed parts if the claim still stands.
    async fn save(&self, save: RoomSave) -> Result<SaveOutcome, StoreError>;

    /// The epoch and number of the last save, to learn what became of one with an unknown outcome.
    async fn last_save(&self, room: RoomId) -> Result<Option<(Epoch, u64)>, StoreError>;

    /// Makes a room; an existing one with this id is left as it is.
    async fn create(&self, room: NewRoom) -> Result<(), StoreError>;

    /// What the room is, as saved.
    async fn card(&self, room: RoomId) -> Result<Option<RoomCard>, StoreError> {
        Ok(self.read(room).await?.map(|saved| saved.card))
    }

    /// The room as saved.
    async fn read(&self, room: RoomId) -> Result<Option<SavedRoom>, StoreError>;

    /// Public rooms after a place in the list, newest change first. Who comes and goes changes no room: only a save
    /// that says so does, or the making of one.
    async fn list_public(
        &self,
        after: Option<ListedAfter>,
        limit: u32,
    ) -> Result<Vec<(SavedRoom, ListedAfter)>, StoreError>;

    /// Decisions on record before a place, newest first, at most [`AUDIT_MAX`] of the last [`AUDIT_KEPT_MS`].
    /// Each got there in the same step as what it changed.
    async fn audit(
        &self,
        room: RoomId,
        after: Option<Seq>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError>;

    /// The rooms of a person that have not ended, archived ones and those that can be restored too, oldest first.
    async fn of_owner(&self, owner: UserId) -> Result<Vec<RoomCard>, StoreError>;

    /// Ends a room: fences whoever has it, as a claim does, and leaves nothing of it but its id, which is never used
    /// again; also where no room was ever made under it. The last epoch; none where the room had ended before. Its last
    /// event waits in the outbox. Should it fail, the room is as before, or shut and too late to restore until the next
    /// call, or [`RoomShelf::purge`], has ended it.
    async fn delete(&self, room: RoomId) -> Result<Option<Epoch>, StoreError>;

    /// Whether a room has ended.
    async fn is_deleted(&self, room: RoomId) -> Result<bool, StoreError>;

    /// Some rooms in which anything names a person: what was said, edited and decided, lists of people, sessions.
    async fn naming(&self, person: UserId, limit: u32) -> Result<Vec<RoomId>, StoreError>;

    /// Takes a person out of a room: what they said goes, what they did stays as done by nobody.
    ///
    /// One atomic step that fences whoever has the room in memory, as a claim does: then there is a new epoch.
    async fn forget(&self, room: RoomId, person: UserId) -> Result<Option<Epoch>, StoreError>;
}

/// Hears of rooms that were changed beside whoever has them in memory, once it is durable.
pub trait RoomRecall: Send + Sync {
    /// Whoever has the room gives it up, and its members come back to find it as the store has it. With the epoch
    /// that fences them off, where there is one: other nodes hear of it too.
    fn recall(&self, room: RoomId, epoch: Option<Epoch>);

    /// The same for a room that is shut: its members are told that it is no longer there, where they can be.
    fn shut(&self, room: RoomId, epoch: Epoch) {
        self.recall(room, Some(epoch));
    }

    /// The room has had this epoch, as another node brought about or this one a while ago: whoever has it here as of an
    /// earlier one gives it up. Of a room that is of this epoch or a later one nothing comes, so it may be said again.
    fn superseded(&self, room: RoomId, epoch: Epoch);
}

/// Whether a claim may be given: to whom the room belongs and until when that one's lease runs, if it has any.
pub fn may_claim(
    owner: Option<(NodeId, Option<WallMs>)>,
    claimant: NodeId,
    store_now: WallMs,
) -> bool {
    let Some((owner, lease_until)) = owner.filter(|_| Rule::Claim.holds()) else {
        return true;
    };
    owner == claimant || lease_until.is_none_or(|until| until <= store_now)
}
