//! The rooms posts hang in. Rooms that were never opened are there as their owners would make them.

use std::collections::{BTreeMap, BTreeSet};

use super::MongoPosts;
use super::viewer::Viewer;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::ports::post::PostStoreError;
use crate::ports::room::{DOORS_MAX, Door};

impl MongoPosts {
    /// These rooms, as far as they are there.
    async fn doors(&self, rooms: &[RoomId]) -> Result<Vec<Door>, PostStoreError> {
        let mut rooms = rooms.to_vec();
        rooms.sort_unstable();
        rooms.dedup();
        let mut doors = Vec::new();
        for some in rooms.chunks(DOORS_MAX) {
            let known = self.near.doors.doors(some).await?;
            let known: BTreeMap<RoomId, Door> =
                known.into_iter().map(|door| (door.room, door)).collect();
            let mut unopened = some.to_vec();
            unopened.retain(|room| !known.contains_key(room));
            doors.extend(known.into_values().filter(|door| door.is_active));
            if unopened.is_empty() {
                continue;
            }
            let fronts = self.near.people.fronts(&unopened).await?;
            doors.extend(fronts.into_iter().map(|(room, (owner, visibility))| Door {
                room,
                is_active: true,
                owner: Some(owner),
                visibility,
                editors: BTreeSet::new(),
            }));
        }
        Ok(doors)
    }

    /// Those of these rooms the viewer may look into.
    pub(super) async fn rooms_seen(
        &self,
        rooms: &[RoomId],
        viewer: &mut Viewer<'_>,
    ) -> Result<BTreeSet<RoomId>, PostStoreError> {
        if rooms.is_empty() {
            return Ok(BTreeSet::new());
        }
        let doors = self.doors(rooms).await?;
        viewer
            .meet(doors.iter().filter_map(|door| door.owner))
            .await?;
        let seen = doors.into_iter().filter(|door| {
            let Some(owner) = door.owner.filter(|owner| viewer.finds(*owner)) else {
                return false;
            };
            let is_editor = viewer.id.is_some_and(|id| door.editors.contains(&id));
            match door.visibility {
                _ if viewer.is(owner) || is_editor => true,
                Visibility::Public => true,
                Visibility::Followers => viewer.follows(owner),
                Visibility::Private => false,
            }
        });
        Ok(seen.map(|door| door.room).collect())
    }

    /// Whether somebody may hang things in a room: it is theirs, or they are an editor of it and see its owner.
    pub(super) async fn may_hang(
        &self,
        room: RoomId,
        author: UserId,
        now: WallMs,
    ) -> Result<bool, PostStoreError> {
        let Some(door) = self.doors(&[room]).await?.into_iter().next() else {
            return Ok(false);
        };
        if door.owner == Some(author) {
            return Ok(true);
        }
        let mut viewer = self.viewer(Some(author), now);
        viewer.meet(door.owner).await?;
        let finds = door.owner.is_some_and(|owner| viewer.finds(owner));
        Ok(finds && door.editors.contains(&author))
    }
}
