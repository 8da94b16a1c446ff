//! Who may see what, asked of whoever keeps rooms, people and visits.

use std::collections::{BTreeMap, BTreeSet};

use super::{DiscoveryUnavailable, RedisDiscovery, Uuidlike, scripts, unreadable};
use crate::adapters::redis::script::{blob, bytes_of};
use crate::domain::clock::WallMs;
use crate::domain::discovery::Kind;
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::room::{RoomCard, Visibility};
use crate::domain::visit::JUST_VISITED_MS;
use crate::ports::discovery::{DiscoveredRoom, ROOMS_AT_ONCE_MAX};
use crate::ports::people::{MET_MAX, PeopleUnavailable};

impl From<PeopleUnavailable> for DiscoveryUnavailable {
    fn from(error: PeopleUnavailable) -> Self {
        Self(error.to_string())
    }
}

/// A room the viewer may know of.
pub(super) struct ShownRoom {
    pub(super) owner: UserId,
    pub(super) created: WallMs,
    locked: bool,
}

/// Whether the room is public and the viewer may come in.
fn is_public(card: &RoomCard, viewer: Option<UserId>) -> bool {
    let access = &card.access;
    let banned = viewer.is_some_and(|viewer| access.bans.contains_key(&viewer.to_string()));
    access.visibility == Visibility::Public
        && !card.is_shut_to(viewer)
        && (access.guests_allowed || viewer.is_some())
        && !banned
}

impl RedisDiscovery {
    /// Rooms as they are now.
    pub(super) async fn rooms(
        &self,
        rooms: &[RoomId],
    ) -> Result<Vec<DiscoveredRoom>, DiscoveryUnavailable> {
        let mut found = Vec::with_capacity(rooms.len());
        for some in rooms.chunks(ROOMS_AT_ONCE_MAX) {
            found.extend(self.around.rooms.discovered(some).await?);
        }
        Ok(found)
    }

    /// Those of these people who are there for the viewer, and whom they do not mute.
    pub(super) async fn people(
        &self,
        people: BTreeSet<UserId>,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<BTreeSet<UserId>, DiscoveryUnavailable> {
        let people: Vec<UserId> = people.into_iter().collect();
        let mut there = BTreeSet::new();
        for some in people.chunks(MET_MAX) {
            let met = self.around.people.met(viewer, some, now).await?;
            there.extend(met.iter().filter(|met| !met.muted).map(|met| met.id));
        }
        Ok(there)
    }

    /// Those of these rooms that are public and open to the viewer.
    pub(super) async fn rooms_shown(
        &self,
        rooms: Vec<RoomId>,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<BTreeMap<RoomId, ShownRoom>, DiscoveryUnavailable> {
        let mut found = self.rooms(&rooms).await?;
        found.retain(|found| is_public(&found.card, viewer));
        let owners = found.iter().map(|found| found.card.owner_id).collect();
        let there = self.people(owners, viewer, now).await?;
        let shown = found
            .into_iter()
            .filter_map(|DiscoveredRoom { card, created }| {
                let shown = ShownRoom {
                    owner: card.owner_id,
                    created,
                    locked: card.access.locked,
                };
                there.contains(&card.owner_id).then_some((card.id, shown))
            });
        Ok(shown.collect())
    }

    /// Of these, those that chance may lead the viewer to.
    pub(super) async fn rooms_for_chance(
        &self,
        rooms: Vec<RoomId>,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<BTreeMap<RoomId, ShownRoom>, DiscoveryUnavailable> {
        let mut open = self.rooms_shown(rooms, viewer, now).await?;
        open.retain(|_, shown| !shown.locked && Some(shown.owner) != viewer);
        if let Some(viewer) = viewer {
            let since = WallMs(now.0.saturating_sub(JUST_VISITED_MS));
            let rooms: Vec<RoomId> = open.keys().copied().collect();
            for some in rooms.chunks(ROOMS_AT_ONCE_MAX) {
                for room in self.around.visits.lately(viewer, some, since).await? {
                    open.remove(&room);
                }
            }
        }
        Ok(open)
    }

    /// The authors of those of these posts whose authors are there for the viewer.
    pub(super) async fn authors_shown(
        &self,
        posts: Vec<PostId>,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<BTreeMap<PostId, UserId>, DiscoveryUnavailable> {
        if posts.is_empty() {
            return Ok(BTreeMap::new());
        }
        let things = posts.iter().map(|post| blob(&post.to_bytes()));
        let authors: Vec<fred::types::Value> =
            self.step(Kind::Post, &scripts::OWNERS, things).await?;
        let mut known = BTreeMap::new();
        for (post, author) in posts.into_iter().zip(authors) {
            let author = bytes_of(author).ok_or_else(unreadable)?;
            // A post that is not public is nobody's here.
            if let Some(author) = UserId::of_bytes(&author) {
                known.insert(post, author);
            }
        }
        let authors = known.values().copied().collect();
        let there = self.people(authors, viewer, now).await?;
        known.retain(|_, author| there.contains(author));
        Ok(known)
    }
}
