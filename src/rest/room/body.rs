//! Rooms as they travel.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::picture::thumbnail_url;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Item, ItemId, Piece, Place, Theme, Visibility};
use crate::domain::user::{Look, User};
use crate::ports::room::{DELETED_KEPT_MS, Life, OwnRoom};
use crate::rest::visit::VisitsBody;
use crate::services::room::RoomView;

#[derive(Serialize, ToSchema)]
pub(super) struct ThemeBody {
    wallpaper: String,
    flooring: String,
    light: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ItemBody {
    id: u64,
    kind: String,
    /// 0: the floor, 1: the left wall, 2: the right wall.
    #[schema(maximum = 2)]
    place: u8,
    x: i32,
    y: i32,
    rotation: u8,
    color: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct OwnerBody {
    id: UserId,
    handle: String,
    display_name: String,
    look: Look,
    mood: String,
}

/// A room in a list.
#[derive(Serialize, ToSchema)]
pub(in crate::rest) struct CardBody {
    pub(in crate::rest) id: RoomId,
    name: String,
    theme: ThemeBody,
    /// All of them, also those whom the viewer would not see there.
    people_now: usize,
    items: Vec<ItemBody>,
    /// A small picture of it as it is now, which may be kept for ever.
    thumbnail_url: String,
    owner: OwnerBody,
    pub(in crate::rest) visits: VisitsBody,
}

impl From<Theme> for ThemeBody {
    fn from(theme: Theme) -> Self {
        Self {
            wallpaper: theme.wallpaper,
            flooring: theme.flooring,
            light: theme.light.as_str(),
        }
    }
}

impl ItemBody {
    pub(super) fn of(id: u64, piece: Piece) -> Self {
        Self {
            id,
            kind: piece.kind,
            place: match piece.standpoint.place {
                Place::Floor => 0,
                Place::LeftWall => 1,
                Place::RightWall => 2,
            },
            x: piece.standpoint.x,
            y: piece.standpoint.y,
            rotation: piece.rotation,
            color: piece.color,
        }
    }
}

impl From<(ItemId, Item)> for ItemBody {
    fn from((id, item): (ItemId, Item)) -> Self {
        Self::of(id.0, item.piece)
    }
}

impl From<User> for OwnerBody {
    fn from(owner: User) -> Self {
        Self {
            id: owner.id,
            handle: owner.handle,
            display_name: owner.display_name,
            look: owner.look,
            mood: owner.mood,
        }
    }
}

pub(in crate::rest) fn card(view: RoomView, people_now: usize) -> CardBody {
    let thumbnail_url = thumbnail_url(&view);
    let RoomView { room, owner, .. } = view;
    CardBody {
        id: room.card.id,
        name: room.card.name,
        theme: room.theme.into(),
        people_now,
        items: room.items.into_iter().map(Into::into).collect(),
        thumbnail_url,
        owner: owner.into(),
        visits: VisitsBody::default(),
    }
}

/// How a room lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RoomState {
    /// There for whom it is open to.
    Active,
    /// Put away, for its owner alone to look at.
    Archived,
    /// Deleted, and can be restored for a while.
    Deleted,
}

impl From<Life> for RoomState {
    fn from(life: Life) -> Self {
        match life {
            Life::Active => Self::Active,
            Life::Archived => Self::Archived,
            Life::Deleted => Self::Deleted,
        }
    }
}

impl From<RoomState> for Life {
    fn from(state: RoomState) -> Self {
        match state {
            RoomState::Active => Self::Active,
            RoomState::Archived => Self::Archived,
            RoomState::Deleted => Self::Deleted,
        }
    }
}

/// A room, as its owner finds it among theirs.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnRoomBody {
    id: RoomId,
    name: String,
    visibility: Visibility,
    guests_allowed: bool,
    locked: bool,
    state: RoomState,
    /// Whether links to the person lead here.
    is_front: bool,
    theme: ThemeBody,
    items: Vec<ItemBody>,
    people_now: usize,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    changed_at: OffsetDateTime,
    /// Since when it is archived.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    archived_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    deleted_at: Option<OffsetDateTime>,
    /// Until when a deleted room can be restored.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    restorable_until: Option<OffsetDateTime>,
}

impl OwnRoomBody {
    pub(super) fn of(own: OwnRoom, people_now: usize) -> Self {
        let (card, until) = (own.room.card, |at: WallMs| {
            WallMs(at.0.saturating_add(DELETED_KEPT_MS))
        });
        Self {
            id: card.id,
            name: card.name,
            visibility: card.access.visibility,
            guests_allowed: card.access.guests_allowed,
            locked: card.access.locked,
            state: own.life.into(),
            is_front: own.is_front,
            theme: own.room.theme.into(),
            items: own.room.items.into_iter().map(Into::into).collect(),
            people_now,
            created_at: own.created.to_offset(),
            changed_at: own.changed.to_offset(),
            archived_at: own.archived.map(WallMs::to_offset),
            deleted_at: own.deleted.map(WallMs::to_offset),
            restorable_until: own.deleted.map(until).map(WallMs::to_offset),
        }
    }
}
