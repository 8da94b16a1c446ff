//! Who is told that they may furnish a room, or no longer. Notices lie in another store: that one is owed is written
//! with the decision, and it is paid soon after by whichever process comes first.
//!
//! ```text
//! _id: the room and the person, room, named [], to, from     of one person the last decision counts
//! seq, at_ms, appointed                                       which it was
//! due_ms                                                      from when on it may be paid
//! ```
//!
//! Whoever pays a debt has it for a while, and longer than paying may take: no older decision is told after a newer one.
//! Paying twice comes to the same, for a notice comes once.

use std::sync::Arc;
use std::time::Duration;

use mongodb::ClientSession;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, Document as Stored, doc};
use mongodb::options::ReturnDocument;

use super::super::Collections;
use super::super::failure::writing;
use super::super::transaction::Halt;
use super::super::value::{Fields, Unfit, id, number};
use super::MongoRooms;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{RoomId, UserId};
use crate::domain::notification::{NewNotice, NoticeKind};
use crate::domain::room::{AuditEntry, Decision, Role};
use crate::ports::notification::{NoticesUnavailable, NotificationSink, NotificationStore};
use crate::ports::room::{RoomSave, StoreError};

/// How long whoever pays a debt has it, in milliseconds: longer than the stores may take to answer.
pub(super) const PAYING_MS: u64 = 15_000;

/// How long the store of notices may take.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// Between two looks for what another process left, where none was made here.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Before it is tried again where a store does not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// Somebody is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Debt {
    room: RoomId,
    to: UserId,
    from: UserId,
    seq: u64,
    at: WallMs,
    appointed: bool,
}

impl Debt {
    /// What a decision brings: whoever is made an editor hears of it, who is none any more finds nothing of it left.
    fn of(room: RoomId, entry: &AuditEntry) -> Option<Self> {
        let (person, appointed) = match &entry.decision {
            Decision::SetRole { person, role } => (person, *role == Role::Editor),
            Decision::Ban { person } => (person, false),
            _ => return None,
        };
        Some(Self {
            room,
            // Guests are told nothing.
            to: person.id.parse().ok()?,
            from: entry.actor.id.parse().ok()?,
            seq: entry.seq.0,
            at: entry.at,
            appointed,
        })
    }

    fn key(&self) -> Bson {
        let (room, to) = (self.room.uuid(), self.to.uuid());
        Bson::Binary(Binary {
            subtype: BinarySubtype::Generic,
            bytes: [room.as_bytes().as_slice(), to.as_bytes().as_slice()].concat(),
        })
    }

    /// Its fields; whoever is paying an earlier one for the same person has it on.
    fn update(&self) -> Stored {
        let named = [self.to.to_string(), self.from.to_string()];
        doc! {
            "$set": {
                "room": id(self.room.uuid()), "named": named.to_vec(),
                "to": id(self.to.uuid()), "from": id(self.from.uuid()),
                "seq": number(self.seq), "at_ms": number(self.at.0), "appointed": self.appointed,
            },
            "$setOnInsert": { "due_ms": 0_i64 },
        }
    }

    fn read(stored: &Stored) -> Result<Self, Unfit> {
        Ok(Self {
            room: RoomId::from_uuid(stored.uuid("room")?),
            to: UserId::from_uuid(stored.uuid("to")?),
            from: UserId::from_uuid(stored.uuid("from")?),
            seq: stored.number("seq")?,
            at: WallMs(stored.number("at_ms")?),
            appointed: stored.flag("appointed")?,
        })
    }

    fn notice(&self) -> NewNotice {
        NewNotice {
            to: self.to,
            kind: NoticeKind::RoomEditor,
            from: Some(self.from),
            subject: self.room.to_string(),
            at: self.at,
        }
    }
}

/// Whether what owners decided brings somebody news.
pub(super) fn brings_news(save: &RoomSave) -> bool {
    let mut decided = save.audit.iter();
    decided.any(|entry| Debt::of(save.room, entry).is_some())
}

/// Writes down, in the transaction of a save, who is to be told of what was decided.
pub(super) async fn owe(
    rooms: &MongoRooms,
    session: &mut ClientSession,
    save: &RoomSave,
) -> Result<(), Halt<StoreError>> {
    let debts = rooms.mongo.collection(Collections::ROOM_DEBT);
    let decided = save.audit.iter();
    for debt in decided.filter_map(|entry| Debt::of(save.room, entry)) {
        debts
            .update_one(doc! { "_id": debt.key() }, debt.update())
            .upsert(true)
            .session(&mut *session)
            .await?;
    }
    Ok(())
}

/// Tells people what owners decided about them.
#[derive(Clone)]
pub struct RoomNotices {
    /// Where it is owed.
    pub rooms: MongoRooms,
    /// Where notices wait for people.
    pub notices: Arc<dyn NotificationStore>,
    /// Who hears of each at once.
    pub sink: Arc<dyn NotificationSink>,
}

impl std::fmt::Debug for RoomNotices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RoomNotices(..)")
    }
}

impl RoomNotices {
    /// Pays what is owed, here and by processes that ended before they did, until it is dropped.
    pub async fn run(self, clock: Clock) {
        loop {
            if let Err(error) = self.pay(clock.wall()).await {
                tracing::warn!(%error, "what is to be told of rooms waits");
                tokio::time::sleep(AGAIN).await;
            }
            let owed = self.rooms.owed.notified();
            // Whichever comes first.
            let _ = tokio::time::timeout(LOOK_EVERY, owed).await;
        }
    }

    /// Pays all that is due. What cannot be paid stays owed, and nothing else waits behind it the next time.
    pub(super) async fn pay(&self, now: WallMs) -> Result<(), StoreError> {
        while let Some(debt) = self.take(now).await? {
            self.pay_one(&debt, now).await?;
        }
        Ok(())
    }

    /// A debt that is due, which nobody else pays for now.
    async fn take(&self, now: WallMs) -> Result<Option<Debt>, StoreError> {
        let due = doc! { "due_ms": { "$lte": number(now.0) } };
        let taken = doc! { "$set": { "due_ms": until(now) } };
        let debts = self.rooms.mongo.collection(Collections::ROOM_DEBT);
        let taken = debts
            .find_one_and_update(due, taken)
            .sort(doc! { "due_ms": 1 })
            .return_document(ReturnDocument::After);
        let taken = writing(taken).await?;
        Ok(taken.as_ref().map(Debt::read).transpose()?)
    }

    async fn pay_one(&self, debt: &Debt, now: WallMs) -> Result<(), StoreError> {
        let late = |_| NoticesUnavailable("no answer in time".to_owned());
        let told = tokio::time::timeout(TOLD_WITHIN, self.tell(debt)).await;
        let told = told.map_err(late).and_then(std::convert::identity);
        told.map_err(|error| StoreError::Failed(error.to_string()))?;
        let debts = self.rooms.mongo.collection(Collections::ROOM_DEBT);
        let paid = doc! { "_id": debt.key(), "seq": number(debt.seq) };
        let paid = writing(debts.delete_one(paid)).await?;
        if paid.deleted_count == 0 {
            // Decided otherwise meanwhile: that is to be told now.
            let newer = doc! { "_id": debt.key(), "due_ms": until(now) };
            let due = doc! { "$set": { "due_ms": 0_i64 } };
            writing(debts.update_one(newer, due)).await?;
        }
        Ok(())
    }

    async fn tell(&self, debt: &Debt) -> Result<(), NoticesUnavailable> {
        let notice = debt.notice();
        if !debt.appointed {
            return self.notices.show(&notice, false).await;
        }
        if let Some(delivery) = self.notices.notify(&notice).await? {
            self.sink.notified(&delivery);
        }
        Ok(())
    }
}

/// Until when it is paid by whoever takes it now.
fn until(now: WallMs) -> Bson {
    number(now.0.saturating_add(PAYING_MS))
}
