//! Rooms as cards in lists: what they look like, whose they are and how many came.

use serde::Serialize;
use utoipa::ToSchema;

use super::picture::thumbnail_url;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Item, ItemId, Piece, Place, Theme};
use crate::domain::user::{Look, User};
use crate::domain::visit::VisitCounts;
use crate::ports::visit::COUNTED_ROOMS_MAX;
use crate::rest::cursor::PAGE_MAX;
use crate::services::room::RoomView;
use crate::services::visit::VisitService;

const _: () = assert!(
    COUNTED_ROOMS_MAX >= 2 * PAGE_MAX as usize,
    "a page of rooms is counted at once, with the lively ones before it"
);

/// How many came to see a room: people once a day, guests once a day and household.
#[derive(Default, Serialize, ToSchema)]
pub(in crate::rest) struct VisitsBody {
    /// Since the day began where the server is.
    today: u64,
    /// Ever.
    total: u64,
}

impl From<VisitCounts> for VisitsBody {
    fn from(VisitCounts { today, total }: VisitCounts) -> Self {
        Self { today, total }
    }
}

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

/// Puts the counts into cards of rooms. A list without them is better than none.
pub(in crate::rest) async fn count_visits(visits: &VisitService, cards: &mut [CardBody]) {
    let rooms: Vec<RoomId> = cards.iter().map(|card| card.id).collect();
    match visits.counts(&rooms).await {
        Ok(mut counts) => {
            for card in cards {
                card.visits = counts.remove(&card.id).unwrap_or_default().into();
            }
        }
        Err(error) => tracing::warn!(%error, "visits are not counted"),
    }
}
