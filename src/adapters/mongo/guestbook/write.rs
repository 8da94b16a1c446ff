//! Writing into a book.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Document as Stored, doc};
use serde::{Deserialize, Serialize};

use super::super::Collections;
use super::super::door::door;
use super::super::failure::{is_duplicate, writing};
use super::super::once::{self, Begun};
use super::super::room::form::ACTIVE;
use super::super::transaction::{Attempt, Halt, transact};
use super::super::value::id;
use super::super::visit::outbox::waiting;
use super::MongoGuestbooks;
use super::form::{self, Kept};
use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};
use crate::domain::id::{EntryId, RoomId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::version::Version;
use crate::domain::visit::{ENTRIES_MAX, REPLIES_MAX, VisitEvent};
use crate::ports::guestbook::{Entry, NewEntry, Target, Wrote};
use crate::ports::once::{Done, Once};
use crate::ports::room::StoreError;

/// What is answered again for a key.
#[derive(Debug, Serialize, Deserialize)]
struct Recorded {
    id: EntryId,
    room: RoomId,
    parent: Option<EntryId>,
    text: String,
    is_secret: bool,
    standing: Standing,
    at: WallMs,
}

/// Where something is to be written.
struct Place {
    room: RoomId,
    parent: Option<Kept>,
    is_secret: bool,
}

/// What came of an attempt.
enum Written {
    Now(Recorded),
    Before(Recorded),
    KeyReused,
    Refused(Wrote),
}

impl MongoGuestbooks {
    /// See [`crate::ports::guestbook::GuestbookStore::write`].
    pub(super) async fn written(
        &self,
        new: &NewEntry,
        once: Option<&Once>,
    ) -> Result<Wrote, StoreError> {
        let place = self.target(new).await?;
        let turn = match &place {
            Ok(place) => {
                self.book_of(place.room).await?;
                Some(self.lanes.turn(place.room.uuid()).await?)
            }
            // Only a key may still have something to answer.
            Err(_) => None,
        };
        let books = self;
        let writing = Writing {
            books,
            new,
            once,
            place: &place,
        };
        let written = transact(&self.mongo, &writing).await;
        // Whoever waits need not wait for what is told of it.
        drop(turn);
        let written = written?;
        let (recorded, is_new) = match written {
            Written::Now(recorded) => (recorded, true),
            Written::Before(recorded) => (recorded, false),
            Written::KeyReused => return Ok(Wrote::Done(Box::new(Done::KeyReused), Vec::new())),
            Written::Refused(refused) => return Ok(refused),
        };
        let mut told = Vec::new();
        if is_new {
            told = self.pay_soon(new.id, new.at).await;
        }
        let entry = self.entry_of(recorded, new.author, new.at).await?;
        let done = if is_new {
            Done::Now(entry)
        } else {
            Done::Before(entry)
        };
        Ok(Wrote::Done(Box::new(done), told))
    }

    async fn entry_of(
        &self,
        recorded: Recorded,
        author: UserId,
        now: WallMs,
    ) -> Result<Entry, StoreError> {
        let mut card = self.near.people.shown(None, &[author], now).await?;
        let card = card.remove(&author);
        let nobody = || StoreError::Failed("whoever writes has no account".to_owned());
        Ok(Entry {
            id: recorded.id,
            room: recorded.room,
            parent: recorded.parent,
            author: card.ok_or_else(nobody)?.user,
            text: recorded.text,
            is_secret: recorded.is_secret,
            standing: recorded.standing,
            is_hidden: false,
            version: Version(1),
            created: recorded.at,
            edited: None,
            replies: 0,
            muted: None,
        })
    }

    /// Where it is to be written, if the author may.
    async fn target(&self, new: &NewEntry) -> Result<Result<Place, Wrote>, StoreError> {
        let place = match new.target {
            Target::Room { room, is_secret } => Place {
                room,
                parent: None,
                is_secret,
            },
            Target::Entry(entry) => {
                let seen = self.seen(entry, Some(new.author), new.at).await?;
                let seen = seen.filter(|(seen, _)| seen.parent.is_none());
                let Some((parent, _)) = seen else {
                    return Ok(Err(Wrote::NoEntry));
                };
                Place {
                    room: parent.room,
                    is_secret: parent.is_secret,
                    parent: Some(parent),
                }
            }
        };
        let people = &*self.near.people;
        let door = door(&self.mongo, people, place.room, Some(new.author), new.at).await?;
        Ok(match door.map(|door| door.role) {
            None if place.parent.is_some() => Err(Wrote::NoEntry),
            None => Err(Wrote::NoRoom),
            Some(Err(denied)) => Err(Wrote::Denied(denied)),
            Some(Ok(_)) => Ok(place),
        })
    }

    /// The room's book is there before a transaction writes it.
    async fn book_of(&self, room: RoomId) -> Result<(), StoreError> {
        let made = async {
            let books = self.mongo.collection(Collections::GUESTBOOK);
            let made = books
                .update_one(
                    doc! { "_id": id(room.uuid()) },
                    doc! { "$setOnInsert": { "turns": 0_i64 } },
                )
                .upsert(true)
                .await;
            match made {
                Err(error) if is_duplicate(&error) => Ok(()),
                made => made.map(drop),
            }
        };
        writing(made).await
    }
}

struct Writing<'a> {
    books: &'a MongoGuestbooks,
    new: &'a NewEntry,
    once: Option<&'a Once>,
    place: &'a Result<Place, Wrote>,
}

#[async_trait]
impl Attempt for Writing<'_> {
    type Outcome = Written;
    type Refusal = StoreError;

    async fn run(&self, session: &mut ClientSession) -> Result<Written, Halt<StoreError>> {
        let (mongo, new) = (&self.books.mongo, self.new);
        match once::begin(mongo, session, self.once, new.at).await? {
            Begun::Fresh => {}
            Begun::Replay(recorded) => return Ok(Written::Before(recorded)),
            Begun::Mismatch => return Ok(Written::KeyReused),
        }
        let place = match self.place {
            Ok(place) => place,
            Err(refused) => return Ok(Written::Refused(refused.clone())),
        };
        if let Some(refused) = self.refused(session, place).await? {
            return Ok(Written::Refused(refused));
        }
        let parent = place.parent.as_ref();
        let stored = form::new(new, place.room, parent, place.is_secret);
        let kept = self.books.kept();
        kept.insert_one(stored).session(&mut *session).await?;
        if new.standing == Standing::Shown && parent.is_none() {
            tell(
                self.books,
                session,
                place.room,
                new.id,
                (new.author, new.at),
            )
            .await?;
        }
        let recorded = Recorded {
            id: new.id,
            room: place.room,
            parent: parent.map(|parent| parent.id),
            text: new.text.as_str().to_owned(),
            is_secret: place.is_secret,
            standing: new.standing,
            at: new.at,
        };
        once::record(mongo, session, self.once, &recorded, new.at).await?;
        Ok(Written::Now(recorded))
    }
}

impl Writing<'_> {
    /// Waits for all others who write into the same list, and looks whether there is room.
    async fn refused(
        &self,
        session: &mut ClientSession,
        place: &Place,
    ) -> Result<Option<Wrote>, Halt<StoreError>> {
        let mongo = &self.books.mongo;
        let there = doc! { "_id": id(place.room.uuid()), "state": ACTIVE };
        let rooms = mongo.collection(Collections::ROOM);
        let there = rooms
            .find_one(there)
            .projection(doc! { "_id": 1 })
            .session(&mut *session)
            .await?;
        if there.is_none() {
            return Ok(Some(Wrote::NoRoom));
        }
        let (collection, list, of, most) = match &place.parent {
            None => (
                Collections::GUESTBOOK,
                doc! { "_id": id(place.room.uuid()) },
                doc! { "room": id(place.room.uuid()), "is_reply": false, "gone": false },
                ENTRIES_MAX,
            ),
            Some(parent) => (
                Collections::GUESTBOOK_ENTRY,
                doc! { "_id": id(parent.id.uuid()), "gone": false },
                doc! { "parent": id(parent.id.uuid()), "is_reply": true, "gone": false },
                REPLIES_MAX,
            ),
        };
        let taken = mongo
            .collection(collection)
            .find_one_and_update(list, doc! { "$inc": { "turns": 1_i64 } })
            .projection(doc! { "_id": 1 })
            .session(&mut *session)
            .await?;
        if taken.is_none() {
            return Ok(Some(match place.parent {
                None => Wrote::NoRoom,
                Some(_) => Wrote::NoEntry,
            }));
        }
        let kept = self.books.kept();
        let count = kept.count_documents(of).session(session).await?;
        Ok((count >= u64::from(most)).then_some(Wrote::Full))
    }
}

/// Has the rest of the world hear of an entry, within a transaction.
pub(super) async fn tell(
    books: &MongoGuestbooks,
    session: &mut ClientSession,
    room: RoomId,
    entry: EntryId,
    (by, at): (UserId, WallMs),
) -> Result<(), Halt<StoreError>> {
    let place = books.places.take(1).await?;
    let event = Event::Visit(VisitEvent::EntryWritten { by, entry, at });
    let event: Stored = waiting(place, Subject::Visit(room), &event, by)?;
    let outbox = books.mongo.collection(Collections::VISIT_OUTBOX);
    outbox.insert_one(event).session(session).await?;
    Ok(())
}
