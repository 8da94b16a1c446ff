//! The rooms of others that somebody furnishes with their owners.

use std::collections::BTreeSet;

use mongodb::bson::doc;

use super::super::super::value::id;
use super::super::{MongoRooms, form};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::ports::room::{RoomAfter, SavedRoom, StoreError};

/// Rooms looked at in one request: of most owners nothing is hidden.
const LOOKED_AT: u32 = 64;

impl MongoRooms {
    /// See [`crate::ports::room::RoomShelf::edited_rooms`].
    pub(super) async fn edited(
        &self,
        editor: UserId,
        after: Option<RoomAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<Vec<SavedRoom>, StoreError> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut after = after.map(|RoomAfter(room)| room);
        let mut shown: Vec<SavedRoom> = Vec::new();
        while shown.len() < most {
            let mut filter = doc! {
                "named.editors": editor.to_string(), "state": form::ACTIVE,
                "owner": { "$ne": id(editor.uuid()) }, "moderated": { "$exists": false },
            };
            if let Some(after) = after {
                filter.insert("_id", doc! { "$gt": id(after.uuid()) });
            }
            let sort = doc! { "_id": 1 };
            let found = self
                .all(filter, sort, Some(LOOKED_AT), form::saved_fields())
                .await?;
            let is_last = found.len() < LOOKED_AT as usize;
            let rooms = found.iter().map(form::to_saved);
            let rooms = rooms.collect::<Result<Vec<SavedRoom>, _>>()?;
            after = rooms.last().map(|room| room.card.id);
            shown.extend(self.of_who_is_there(rooms, editor, now).await?);
            if is_last {
                break;
            }
        }
        shown.truncate(most);
        Ok(shown)
    }

    /// Those whose owner is there for the viewer.
    async fn of_who_is_there(
        &self,
        rooms: Vec<SavedRoom>,
        viewer: UserId,
        now: WallMs,
    ) -> Result<Vec<SavedRoom>, StoreError> {
        let owners: BTreeSet<UserId> = rooms.iter().map(|room| room.card.owner_id).collect();
        let owners: Vec<UserId> = owners.into_iter().collect();
        let seen = self.owners.seen(&owners, Some(viewer), now).await?;
        let seen: BTreeSet<UserId> = seen.into_iter().map(|owner| owner.id).collect();
        let rooms = rooms.into_iter();
        Ok(rooms
            .filter(|room| seen.contains(&room.card.owner_id))
            .collect())
    }
}
