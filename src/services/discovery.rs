//! Discovery: what is talked about, what is new, and where chance leads.

use std::sync::Arc;

use crate::domain::clock::Clock;
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::visit::{draw, room_weight};
use crate::ports::discovery::{
    DiscoveryStore, DiscoveryUnavailable, NewestPlace, PostsForDiscovery, RankPlace,
};

/// Posts looked at in one go for a page.
const POSTS_AT_ONCE: u32 = 100;

/// How often that is done for one page: beyond, the page is short and yet has a next.
const ROUNDS_MAX: u32 = 5;

/// Posts the viewer may see, and where to go on.
#[derive(Debug, Clone, PartialEq)]
pub struct PostPage<Place> {
    /// In order.
    pub posts: Vec<PostId>,
    /// The place of the last, where there may be more.
    pub next: Option<Place>,
}

/// The discovery service.
#[derive(Clone)]
pub struct DiscoveryService {
    store: Arc<dyn DiscoveryStore>,
    posts: Arc<dyn PostsForDiscovery>,
    clock: Clock,
}

impl std::fmt::Debug for DiscoveryService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DiscoveryService(..)")
    }
}

impl DiscoveryService {
    /// The service over its store and whoever keeps posts.
    pub fn new(
        store: Arc<dyn DiscoveryStore>,
        posts: Arc<dyn PostsForDiscovery>,
        clock: Clock,
    ) -> Self {
        Self {
            store,
            posts,
            clock,
        }
    }

    /// Rooms by how much they are talked about, without the viewer's own.
    pub async fn popular_rooms(
        &self,
        viewer: Option<UserId>,
        after: Option<&RankPlace>,
        limit: u32,
    ) -> Result<Vec<(RoomId, RankPlace)>, DiscoveryUnavailable> {
        let now = self.clock.wall();
        self.store.popular_rooms(viewer, now, after, limit).await
    }

    /// Rooms by when they were made.
    pub async fn newest_rooms(
        &self,
        viewer: Option<UserId>,
        after: Option<NewestPlace<RoomId>>,
        limit: u32,
    ) -> Result<Vec<NewestPlace<RoomId>>, DiscoveryUnavailable> {
        let now = self.clock.wall();
        self.store.newest_rooms(viewer, now, after, limit).await
    }

    /// Tags by how many used them lately.
    pub async fn popular_tags(
        &self,
        after: Option<&RankPlace>,
        limit: u32,
    ) -> Result<Vec<(String, RankPlace)>, DiscoveryUnavailable> {
        self.store.popular_tags(after, limit).await
    }

    /// Posts by how much they are talked about, without the viewer's own.
    pub async fn popular_posts(
        &self,
        viewer: Option<UserId>,
        after: Option<RankPlace>,
        limit: u32,
    ) -> Result<PostPage<RankPlace>, DiscoveryUnavailable> {
        let now = self.clock.wall();
        let mut page = Collecting::new(after, limit);
        while page.wants_more() {
            let after = page.next.as_ref();
            let store = &self.store;
            let found = store
                .popular_posts(viewer, now, after, POSTS_AT_ONCE)
                .await?;
            self.sift(&mut page, found, viewer).await?;
        }
        Ok(page.finish())
    }

    /// Posts by when they were published.
    pub async fn newest_posts(
        &self,
        viewer: Option<UserId>,
        after: Option<NewestPlace<PostId>>,
        limit: u32,
    ) -> Result<PostPage<NewestPlace<PostId>>, DiscoveryUnavailable> {
        let now = self.clock.wall();
        let mut page = Collecting::new(after, limit);
        while page.wants_more() {
            let store = &self.store;
            let found = store
                .newest_posts(viewer, now, page.next, POSTS_AT_ONCE)
                .await?;
            let found = found.into_iter().map(|place| (place.id, place)).collect();
            self.sift(&mut page, found, viewer).await?;
        }
        Ok(page.finish())
    }

    /// Keeps what the viewer may see.
    async fn sift<Place: Clone>(
        &self,
        page: &mut Collecting<Place>,
        found: Vec<(PostId, Place)>,
        viewer: Option<UserId>,
    ) -> Result<(), DiscoveryUnavailable> {
        let ids: Vec<PostId> = found.iter().map(|(id, _)| *id).collect();
        let now = self.clock.wall();
        let visible = self.posts.visible(&ids, viewer, now).await?;
        page.take(found, &visible);
        Ok(())
    }

    /// A room that chance leads to, the same for the same seed as long as the same rooms are there for the viewer.
    pub async fn random_room(
        &self,
        viewer: Option<UserId>,
        seed: u64,
    ) -> Result<Option<RoomId>, DiscoveryUnavailable> {
        let now = self.clock.wall();
        let candidates = self.store.candidates(viewer, now, seed).await?;
        let weighed = candidates.iter().map(|candidate| {
            let age_ms = now.0.saturating_sub(candidate.created.0);
            let weight = room_weight(age_ms, candidate.popularity);
            (candidate.room.uuid(), weight)
        });
        Ok(draw(seed, weighed).map(RoomId::from_uuid))
    }
}

/// A page being filled with what the viewer may see of what there is.
struct Collecting<Place> {
    limit: usize,
    rounds: u32,
    posts: Vec<PostId>,
    /// Up to where was looked.
    next: Option<Place>,
    is_over: bool,
}

impl<Place: Clone> Collecting<Place> {
    const fn new(after: Option<Place>, limit: u32) -> Self {
        Self {
            limit: limit as usize,
            rounds: 0,
            posts: Vec::new(),
            next: after,
            is_over: false,
        }
    }

    fn wants_more(&self) -> bool {
        !self.is_over && self.posts.len() < self.limit && self.rounds < ROUNDS_MAX
    }

    fn take(&mut self, found: Vec<(PostId, Place)>, visible: &[PostId]) {
        self.rounds += 1;
        self.is_over = found.len() < POSTS_AT_ONCE as usize;
        for (id, place) in found {
            if self.posts.len() == self.limit {
                self.is_over = false;
                return;
            }
            self.next = Some(place);
            if visible.contains(&id) {
                self.posts.push(id);
            }
        }
    }

    fn finish(self) -> PostPage<Place> {
        PostPage {
            posts: self.posts,
            next: self.next.filter(|_| !self.is_over),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(count: u32, from: u32) -> Vec<(PostId, u32)> {
        (from..from + count)
            .map(|n| (PostId::generate(), n))
            .collect()
    }

    #[test]
    fn pages_are_full_as_long_as_there_is_something_to_see() {
        let mut page = Collecting::new(None, 3);
        let first = found(POSTS_AT_ONCE, 0);
        let second = found(POSTS_AT_ONCE, POSTS_AT_ONCE);
        let visible = [first[50].0, second[0].0, second[1].0, second[2].0];
        page.take(first, &visible);
        assert!(page.wants_more());
        page.take(second, &visible);
        assert!(!page.wants_more());
        let page = page.finish();
        assert_eq!(page.posts, visible[..3]);
        assert_eq!(
            page.next,
            Some(POSTS_AT_ONCE + 1),
            "the last one that is in it"
        );
    }

    #[test]
    fn a_page_ends_with_what_there_is_and_looks_no_further_than_it_may() {
        let mut page = Collecting::new(None, 3);
        page.take(found(5, 0), &[]);
        assert!(!page.wants_more());
        assert_eq!(page.finish().next, None);
        let mut page = Collecting::new(None, 3);
        for round in 0..ROUNDS_MAX {
            assert!(page.wants_more());
            page.take(found(POSTS_AT_ONCE, round * POSTS_AT_ONCE), &[]);
        }
        assert!(!page.wants_more());
        let page = page.finish();
        assert_eq!(page.next, Some(ROUNDS_MAX * POSTS_AT_ONCE - 1));
        assert_eq!(page.posts, []);
    }
}
