//! Rooms as their owners find them.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::card::{ItemBody, ThemeBody};
use crate::domain::clock::WallMs;
use crate::domain::id::RoomId;
use crate::domain::room::Visibility;
use crate::ports::room::{DELETED_KEPT_MS, Life, OwnRoom};

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
