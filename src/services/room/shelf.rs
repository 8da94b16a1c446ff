//! A person's rooms as a set: made, put away, deleted and restored, found by name, and with whom they are shared.

use std::sync::Arc;

use super::{RoomError, RoomService, RoomView, furnished, starter_document};
use crate::catalogue::{Template, templates};
use crate::domain::clock::WallMs;
use crate::domain::filter;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Access, Document, Layout, Role, RoomCard, Visibility};
use crate::domain::search::NameQuery;
use crate::domain::text::Title;
use crate::domain::user::User;
use crate::domain::version::{Expected, Version};
use crate::ports::once::{Done, Once};
use crate::ports::room::{
    DELETED_KEPT_MS, Life, NewRoom, OwnRoom, ROOMS_PER_USER_MAX, RoomAfter, RoomFoundAfter,
    RoomRecall, RoomShelf, SavedRoom, ShelfError, StoreError,
};
use crate::services::screen::{NotSaid, Screened};

/// What is needed to keep rooms as a set.
#[derive(Clone)]
pub(super) struct Shelving {
    shelf: Arc<dyn RoomShelf>,
    recall: Arc<dyn RoomRecall>,
}

/// What a new room begins as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beginning {
    /// As any first room.
    Starter,
    /// As this template.
    Template(String),
    /// As this other room of its owner, archived or not.
    Copy(RoomId),
}

/// A room somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Its name.
    pub name: Title,
    /// Who may come in; none: as the person has it for new rooms.
    pub visibility: Option<Visibility>,
    /// What it begins as.
    pub beginning: Beginning,
}

/// Rooms that were found.
#[derive(Debug)]
pub struct FoundPage {
    /// Those who fit best first.
    pub rooms: Vec<(RoomView, RoomFoundAfter)>,
    /// Where to go on where not everything was looked at.
    pub unfinished: Option<RoomFoundAfter>,
}

/// Some rooms of others that somebody furnishes with them.
#[derive(Debug)]
pub struct EditedPage {
    /// Oldest first.
    pub rooms: Vec<RoomView>,
    /// Where to go on where somebody was gone whose room had been found.
    pub unfinished: Option<RoomAfter>,
}

impl From<ShelfError> for RoomError {
    fn from(error: ShelfError) -> Self {
        match error {
            ShelfError::NotFound => Self::NotFound,
            ShelfError::FrontRoom => Self::FrontRoom,
            ShelfError::TooMany => Self::TooMany,
            ShelfError::Archived => Self::Archived,
            ShelfError::Stale => Self::Stale,
            ShelfError::Store(error) => Self::Store(error),
        }
    }
}

impl RoomService {
    /// The same service, which keeps rooms as sets.
    #[must_use]
    pub fn shelving(self, shelf: Arc<dyn RoomShelf>, recall: Arc<dyn RoomRecall>) -> Self {
        let shelving = Some(Shelving { shelf, recall });
        Self { shelving, ..self }
    }

    fn shelves(&self) -> Result<&Shelving, RoomError> {
        let missing = || StoreError::Failed("rooms are not kept as sets here".to_owned());
        Ok(self.shelving.as_ref().ok_or_else(missing)?)
    }

    /// Refuses a name that may not be shown: a room has no other to be shown under.
    pub fn screened(&self, name: &Title) -> Result<(), RoomError> {
        match self.screen.text(filter::Place::Name, name.as_str()) {
            Screened::Clean => Ok(()),
            Screened::Masked(_) | Screened::Held(_) | Screened::Refused(_) => {
                Err(RoomError::NotSaid(NotSaid))
            }
        }
    }

    /// Rooms to begin with.
    pub fn templates(&self) -> &'static [Template] {
        templates()
    }

    /// A room as this viewer may see it; to its owner also an archived one.
    pub async fn look(&self, room: RoomId, viewer: Option<UserId>) -> Result<RoomView, RoomError> {
        match (self.view(room, viewer).await, viewer) {
            (Err(RoomError::NotFound), Some(viewer)) if self.shelving.is_some() => {
                let own = self.shelves()?.shelf.own(viewer, room).await?;
                let archived = own.filter(|own| own.life == Life::Archived);
                let room = archived.ok_or(RoomError::NotFound)?.room;
                let owner = self.people.user(viewer).await?;
                let owner = owner.ok_or(RoomError::NotFound)?;
                Ok(RoomView {
                    room,
                    owner,
                    is_archived: true,
                })
            }
            (seen, _) => seen,
        }
    }

    /// The viewer's own room, archived and deleted ones too. Others learn no more of it than its page tells them.
    pub async fn own(&self, viewer: UserId, room: RoomId) -> Result<OwnRoom, RoomError> {
        let shelf = &self.shelves()?.shelf;
        if let Some(own) = shelf.own(viewer, room).await? {
            return Ok(own);
        }
        // A front room that was never opened is made now.
        let view = self.view(room, Some(viewer)).await?;
        if view.owner.id != viewer {
            return Err(RoomError::Forbidden);
        }
        let own = shelf.own(viewer, room).await?;
        own.ok_or(RoomError::NotFound)
    }

    /// The viewer's own room, which is active.
    pub async fn active(&self, viewer: UserId, room: RoomId) -> Result<OwnRoom, RoomError> {
        let own = self.own(viewer, room).await?;
        match own.life {
            Life::Active => Ok(own),
            Life::Archived => Err(RoomError::Archived),
            Life::Deleted => Err(RoomError::NotFound),
        }
    }

    /// The front room counts among a person's rooms from the beginning.
    async fn with_front_room(&self, owner: UserId) -> Result<(), RoomError> {
        let user = self.people.user(owner).await?;
        let front = user.ok_or(RoomError::NotFound)?.front_room_id;
        if self.store.card(front).await?.is_none() {
            self.view(front, Some(owner)).await?;
        }
        Ok(())
    }

    /// Makes another room.
    pub async fn open_room(
        &self,
        owner: UserId,
        wish: Wish,
        once: Option<&Once>,
    ) -> Result<Done<RoomId>, RoomError> {
        self.screened(&wish.name)?;
        self.with_front_room(owner).await?;
        let document = self.begun(owner, wish.beginning).await?;
        let visibility = match wish.visibility {
            Some(visibility) => visibility,
            None => self.people.room_default(owner).await?,
        };
        let card = RoomCard {
            id: RoomId::generate(),
            owner_id: owner,
            name: wish.name.as_str().to_owned(),
            access: Access::new(visibility, true),
        };
        let at = self.clock.wall();
        let room = NewRoom { card, document, at };
        let made = self.shelves()?.shelf.make(room, ROOMS_PER_USER_MAX, once);
        Ok(made.await?)
    }

    async fn begun(&self, owner: UserId, from: Beginning) -> Result<Document, RoomError> {
        match from {
            Beginning::Starter => Ok(starter_document()),
            Beginning::Template(id) => {
                let template = templates().iter().find(|template| template.id == id);
                let Template { theme, pieces, .. } = template.ok_or(RoomError::NoTemplate)?;
                Ok(furnished(theme.clone(), pieces.clone()))
            }
            Beginning::Copy(room) => {
                let own = self.own(owner, room).await?;
                if own.life == Life::Deleted {
                    return Err(RoomError::NotFound);
                }
                let (mut theme, items) = (own.room.theme, own.room.items);
                // Nobody has set it in the new room.
                theme.set = [None; 3];
                let pieces = items.into_iter().map(|(_, item)| item.piece);
                Ok(furnished(theme, pieces.collect()))
            }
        }
    }

    /// One's own rooms that live so, oldest first.
    pub async fn own_rooms(
        &self,
        owner: UserId,
        life: Life,
        after: Option<RoomAfter>,
        limit: u32,
    ) -> Result<Vec<OwnRoom>, RoomError> {
        self.with_front_room(owner).await?;
        let rooms = self.shelves()?.shelf.own_rooms(owner, life, after, limit);
        Ok(rooms.await?)
    }

    /// Somebody's rooms that the viewer may come into, oldest first. Whoever asks has seen to it that no block stands
    /// between the two.
    pub async fn rooms_of(
        &self,
        owner: &User,
        viewer: Option<UserId>,
        after: Option<RoomAfter>,
        limit: u32,
    ) -> Result<Vec<OwnRoom>, RoomError> {
        self.with_front_room(owner.id).await?;
        let shelf = &self.shelves()?.shelf;
        Ok(shelf.shown_rooms(owner.id, viewer, after, limit).await?)
    }

    /// Archives a room, or takes it out again. Whoever is inside is sent away. May be repeated.
    pub async fn set_archived(
        &self,
        owner: UserId,
        room: RoomId,
        archived: bool,
        expected: &Expected,
    ) -> Result<(), RoomError> {
        let own = self.own(owner, room).await?;
        if own.life == Life::Deleted {
            return Err(RoomError::NotFound);
        }
        let Shelving { shelf, recall, .. } = self.shelves()?;
        if archived {
            let now = self.clock.wall();
            let fenced = shelf.archive(owner, room, expected, now).await?;
            if let Some(epoch) = fenced {
                recall.shut(room, epoch);
            }
        } else {
            let fenced = shelf.unarchive(owner, room, expected).await?;
            if fenced.is_some() {
                recall.recall(room, fenced);
            }
        }
        Ok(())
    }

    /// Deletes a room, which can be restored for [`DELETED_KEPT_MS`]. Whoever is inside is sent away. May be repeated.
    pub async fn delete(&self, owner: UserId, room: RoomId) -> Result<OwnRoom, RoomError> {
        self.own(owner, room).await?;
        let Shelving { shelf, recall, .. } = self.shelves()?;
        let fenced = shelf.bin(owner, room, self.clock.wall()).await?;
        if let Some(epoch) = fenced {
            recall.shut(room, epoch);
        }
        self.own(owner, room).await
    }

    /// Brings a deleted room back. May be repeated.
    pub async fn restore(
        &self,
        owner: UserId,
        room: RoomId,
        once: Option<&Once>,
    ) -> Result<Done<RoomId>, RoomError> {
        self.own(owner, room).await?;
        let now = self.clock.wall();
        let since = WallMs(now.0.saturating_sub(DELETED_KEPT_MS));
        let shelf = &self.shelves()?.shelf;
        let restored = shelf.restore(owner, room, since, ROOMS_PER_USER_MAX, once, now);
        Ok(restored.await?)
    }

    /// Makes a room the front one.
    pub async fn set_front(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
    ) -> Result<OwnRoom, RoomError> {
        self.with_front_room(owner).await?;
        self.active(owner, room).await?;
        let shelf = &self.shelves()?.shelf;
        shelf.set_front(owner, room, expected).await?;
        self.own(owner, room).await
    }

    /// Public rooms by their name, or that of their owner.
    pub async fn search(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        after: Option<&RoomFoundAfter>,
        limit: u32,
    ) -> Result<FoundPage, RoomError> {
        let shelf = &self.shelves()?.shelf;
        let found = shelf.search(query, viewer, after, limit, self.clock.wall());
        let found = found.await?;
        let mut rooms = Vec::with_capacity(found.rooms.len());
        for (room, place) in found.rooms {
            let view = self.of_its_owner(room).await?;
            rooms.extend(view.map(|view| (view, place)));
        }
        let unfinished = found.unfinished;
        Ok(FoundPage { rooms, unfinished })
    }

    /// An active room with its owner; none if they have closed their account since it was found.
    async fn of_its_owner(&self, room: SavedRoom) -> Result<Option<RoomView>, RoomError> {
        let owner = self.people.user(room.card.owner_id).await?;
        Ok(owner.map(|owner| RoomView {
            room,
            owner,
            is_archived: false,
        }))
    }

    /// The rooms of others that somebody furnishes with them, oldest first.
    pub async fn edited_rooms(
        &self,
        editor: UserId,
        after: Option<RoomAfter>,
        limit: u32,
    ) -> Result<EditedPage, RoomError> {
        let shelf = &self.shelves()?.shelf;
        let found = shelf.edited_rooms(editor, after, limit, self.clock.wall());
        let found = found.await?;
        let last = found.last().map(|room| RoomAfter(room.card.id));
        let (count, is_full) = (found.len(), found.len() >= limit as usize);
        let mut rooms = Vec::with_capacity(count);
        for room in found {
            rooms.extend(self.of_its_owner(room).await?);
        }
        let unfinished = last.filter(|_| is_full && rooms.len() < count);
        Ok(EditedPage { rooms, unfinished })
    }

    /// The layouts of the viewer's own room, by name.
    pub async fn layouts(
        &self,
        room: RoomId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, Layout)>, RoomError> {
        Ok(self.shelves()?.shelf.layouts(room, after, limit).await?)
    }

    /// The version of all of them.
    pub async fn layouts_version(&self, room: RoomId) -> Result<Version, RoomError> {
        Ok(self.shelves()?.shelf.layouts_version(room).await?)
    }

    /// Who furnishes a room with its owner, by id after a place: those who are there for the viewer, who is one of
    /// them; and the version of the whole list.
    pub async fn editors(
        &self,
        room: RoomId,
        viewer: UserId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<(Version, Vec<User>), RoomError> {
        let card = self.look(room, Some(viewer)).await?.room.card;
        if card.role_of(Some(viewer)) == Role::Visitor {
            return Err(RoomError::Forbidden);
        }
        let mut editors = Vec::new();
        for id in card.access.editors.keys() {
            let Ok(id) = id.parse::<UserId>() else {
                continue;
            };
            if after.is_some_and(|after| id <= after) || self.is_hidden(Some(viewer), id).await? {
                continue;
            }
            editors.extend(self.people.user(id).await?);
            if editors.len() >= limit as usize {
                break;
            }
        }
        Ok((card.editors_version(), editors))
    }
}
