//! Rooms as such: making, listing, looking at them, and finding out who stands at the door.

mod door;
mod presence;
mod shelf;

use std::sync::Arc;

use crate::catalogue::catalogue;
use crate::domain::clock::Clock;
use crate::domain::id::{RoomId, SessionId, UserId};
use crate::domain::room::{
    Access, AuditEntry, Document, Item, ItemId, Piece, Place, Role, RoomCard, Seq, Stamp,
    Standpoint, Visibility,
};
use crate::domain::text::BadText;
use crate::domain::user::User;
use crate::ports::people::{PeopleReader, PeopleUnavailable};
use crate::ports::relations::{RelationReader, RelationsUnavailable};
use crate::ports::room::{ListedAfter, NewRoom, RoomStore, SavedRoom, StoreError};
use crate::ports::user::UserStoreError;
use crate::services::screen::{NotSaid, Screen};
pub use door::{OriginKey, VisitorError};
pub use presence::Presence;
use presence::Sight;
use shelf::Shelving;
pub use shelf::{Beginning, EditedPage, FoundPage, Wish};

/// Rooms given in one page at the most.
pub const PAGE_MAX: u32 = 100;

/// Rooms that are not for the viewer and are passed over for one page. Beyond, the page is shorter than asked for.
const PASSED_OVER_MAX: usize = 200;

/// The furniture of a room nobody has touched: kind, x, y, quarter turns.
const STARTER: [(&str, Place, i32, i32, u8); 5] = [
    ("round_rug", Place::Floor, 7, 7, 0),
    ("sofa", Place::Floor, 8, 1, 0),
    ("bookshelf", Place::Floor, 0, 1, 1),
    ("monstera", Place::Floor, 18, 1, 0),
    ("window", Place::RightWall, 8, 4, 0),
];

/// Why something about rooms could not be done.
#[derive(Debug, thiserror::Error)]
pub enum RoomError {
    /// No such room, or none this viewer may know of.
    #[error("no such room")]
    NotFound,
    /// The room is not open to this visitor.
    #[error("the room is not open to this visitor")]
    Forbidden,
    /// The room takes no guests.
    #[error("the room takes signed-in visitors only")]
    SignInRequired,
    /// The owner keeps this visitor out.
    #[error("the owner keeps this visitor out")]
    Banned,
    /// The room is locked.
    #[error("the room is locked")]
    Locked,
    /// The guest's name cannot be shown.
    #[error(transparent)]
    BadName(#[from] BadText),
    /// The guest cannot be called so here.
    #[error(transparent)]
    NotSaid(#[from] NotSaid),
    /// The guest's look names options the wardrobe lacks.
    #[error("the look is not in the wardrobe")]
    BadLook,
    /// The room store did not do as asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The owner could not be looked up.
    #[error(transparent)]
    People(#[from] PeopleUnavailable),
    /// Whom the viewer follows could not be looked up.
    #[error(transparent)]
    Relations(#[from] RelationsUnavailable),
    /// What somebody chose could not be looked up.
    #[error(transparent)]
    Users(#[from] UserStoreError),
    /// The front room stays until there is another.
    #[error("the front room stays until there is another")]
    FrontRoom,
    /// The person has as many rooms as may be.
    #[error("there are as many rooms as may be")]
    TooMany,
    /// The room is archived: first it must be taken out again.
    #[error("the room is archived")]
    Archived,
    /// The rules of the room are not those the change was made for.
    #[error("the rules are others")]
    Stale,
    /// There is no such template.
    #[error("there is no such template")]
    NoTemplate,
}

/// A room and whose it is.
#[derive(Debug, Clone)]
pub struct RoomView {
    /// The room as saved.
    pub room: SavedRoom,
    /// Its owner.
    pub owner: User,
    /// Whether it is put away, for its owner alone.
    pub is_archived: bool,
}

/// One page of a list.
#[derive(Debug)]
pub struct Page {
    /// In order.
    pub rooms: Vec<RoomView>,
    /// Where the next page begins.
    pub next: Option<ListedAfter>,
}

/// The room service.
#[derive(Clone)]
pub struct RoomService {
    store: Arc<dyn RoomStore>,
    people: Arc<dyn PeopleReader>,
    relations: Arc<dyn RelationReader>,
    origin_key: OriginKey,
    clock: Clock,
    sight: Option<Sight>,
    screen: Screen,
    shelving: Option<Shelving>,
}

impl std::fmt::Debug for RoomService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RoomService(..)")
    }
}

impl RoomService {
    /// The service over its stores.
    pub fn new(
        store: Arc<dyn RoomStore>,
        people: Arc<dyn PeopleReader>,
        relations: Arc<dyn RelationReader>,
        origin_key: OriginKey,
        clock: Clock,
    ) -> Self {
        Self {
            store,
            people,
            relations,
            origin_key,
            clock,
            sight: None,
            screen: Screen::off(),
            shelving: None,
        }
    }

    /// The same, which looks through what guests call themselves.
    #[must_use]
    pub fn screened_by(self, screen: Screen) -> Self {
        Self { screen, ..self }
    }

    /// A room as this viewer may see it. A front room that was never opened is made now.
    pub async fn view(&self, room: RoomId, viewer: Option<UserId>) -> Result<RoomView, RoomError> {
        let room = match self.store.read(room).await? {
            Some(room) => room,
            None => self.make_front_room(room).await?,
        };
        // A private room is not even confirmed to be there.
        let private = room.card.access.visibility == Visibility::Private;
        let hidden = private && room.card.role_of(viewer) == Role::Visitor;
        if hidden || room.card.is_shut_to(viewer) {
            return Err(RoomError::NotFound);
        }
        if self.is_hidden(viewer, room.card.owner_id).await? {
            return Err(RoomError::NotFound);
        }
        let owner = self.people.user(room.card.owner_id).await?;
        Ok(RoomView {
            room,
            owner: owner.ok_or(RoomError::NotFound)?,
            is_archived: false,
        })
    }

    /// Public rooms, newest change first, without those of people hidden from the viewer.
    pub async fn list(
        &self,
        viewer: Option<UserId>,
        after: Option<ListedAfter>,
        limit: u32,
    ) -> Result<Page, RoomError> {
        let limit = limit.clamp(1, PAGE_MAX);
        let (mut place, mut passed_over) = (after, 0);
        // One more than asked for tells whether there is a next page. Rooms that are not for the viewer cost the page
        // nothing, or a page of one would be empty for everybody whenever somebody suspended changed theirs last.
        let mut shown = Vec::new();
        let mut wanted = limit + 1;
        let next = loop {
            let found = self.store.list_public(place, wanted).await?;
            let is_last = found.len() < wanted as usize;
            for (room, at) in found {
                place = Some(at);
                match self.shown_to(viewer, room).await? {
                    Some(view) => {
                        shown.push((view, at));
                        wanted -= 1;
                    }
                    None => passed_over += 1,
                }
            }
            if wanted == 0 {
                shown.pop();
                break shown.last().map(|(_, at)| *at);
            }
            if is_last {
                break None;
            }
            if passed_over >= PASSED_OVER_MAX {
                break place;
            }
        };
        let rooms = shown.into_iter().map(|(view, _)| view).collect();
        Ok(Page { rooms, next })
    }

    /// The room as the viewer sees it in a list; none if it is not for them.
    async fn shown_to(
        &self,
        viewer: Option<UserId>,
        room: SavedRoom,
    ) -> Result<Option<RoomView>, RoomError> {
        if self.is_hidden(viewer, room.card.owner_id).await? {
            return Ok(None);
        }
        let owner = self.people.user(room.card.owner_id).await?;
        Ok(owner.map(|owner| RoomView {
            room,
            owner,
            is_archived: false,
        }))
    }

    /// Whether the viewer and the owner must not see each other.
    async fn is_hidden(
        &self,
        viewer: Option<UserId>,
        owner: UserId,
    ) -> Result<bool, RelationsUnavailable> {
        match viewer.filter(|viewer| *viewer != owner) {
            Some(viewer) => self.relations.is_hidden(viewer, owner).await,
            None => Ok(false),
        }
    }

    /// Decisions on record before a place, newest first. The caller has checked who asks.
    pub async fn audit(
        &self,
        room: RoomId,
        before: Option<Seq>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, RoomError> {
        Ok(self.store.audit(room, before, limit).await?)
    }

    /// Makes a furnished room.
    pub async fn create(&self, card: RoomCard, document: Document) -> Result<(), StoreError> {
        let at = self.clock.wall();
        self.store.create(NewRoom { card, document, at }).await
    }

    /// The first room of a person, made when it is first asked for.
    async fn make_front_room(&self, room: RoomId) -> Result<SavedRoom, RoomError> {
        let owner = self
            .people
            .by_front_room(room)
            .await?
            .ok_or(RoomError::NotFound)?;
        let visibility = self.people.room_default(owner.id).await?;
        let card = RoomCard {
            id: room,
            owner_id: owner.id,
            name: owner.display_name.clone(),
            access: Access::new(visibility, true),
        };
        self.create(card, starter_document()).await?;
        self.store.read(room).await?.ok_or(RoomError::NotFound)
    }
}

/// A document holding these pieces, as its first batch would have left it.
pub fn furnished(theme: crate::domain::room::Theme, pieces: Vec<Piece>) -> Document {
    let mut document = Document::new(theme);
    // Nobody's session: pieces that came with the room were never overtaken by anyone.
    let stamp = Stamp {
        seq: Seq(1),
        by: SessionId::from_uuid(uuid::Uuid::nil()),
    };
    for (id, piece) in (1..).zip(pieces) {
        let item = Item {
            piece,
            standpoint_set: stamp,
            rotation_set: stamp,
            color_set: stamp,
        };
        document.items.insert(ItemId(id), item);
    }
    document.seq = Seq(1);
    document
}

fn starter_document() -> Document {
    let pieces = STARTER.map(|(kind, place, x, y, rotation)| Piece {
        kind: kind.to_owned(),
        standpoint: Standpoint { place, x, y },
        rotation,
        color: String::new(),
    });
    furnished(catalogue().plain_theme(), pieces.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Fixture, check};

    #[test]
    fn the_starter_room_obeys_the_rules_of_placement() {
        let document = starter_document();
        let fixture = |item: &'_ Item| (item.piece.standpoint, item.piece.rotation);
        for (id, item) in &document.items {
            let (standpoint, rotation) = fixture(item);
            let candidate = Fixture {
                kind: &item.piece.kind,
                standpoint,
                rotation,
            };
            let others = document
                .items
                .iter()
                .filter(|(other, _)| *other != id)
                .map(|(_, o)| {
                    let (standpoint, rotation) = fixture(o);
                    Fixture {
                        kind: &o.piece.kind,
                        standpoint,
                        rotation,
                    }
                });
            assert_eq!(
                check(catalogue(), candidate, others),
                Ok(()),
                "{}",
                item.piece.kind
            );
        }
    }
}
