//! Lists of people, as whoever asks may see them.

use super::{RelationError, RelationService};
use crate::domain::id::UserId;
use crate::domain::relation::{Counts, may_read_lists};
use crate::ports::relations::{Entry, List, Place};

/// The most people in a page.
pub const PAGE_MAX: u32 = 100;

/// Which people of somebody's anybody may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum People {
    /// Who follows them.
    Followers,
    /// Whom they follow.
    Following,
    /// Who wrote a line on their profile.
    Testimonials,
}

/// Some people, and where to go on.
#[derive(Debug, Clone)]
pub struct Page {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// The place of the last, where there are more.
    pub next: Option<Place>,
}

impl RelationService {
    /// A page of a list of the viewer's own: [`List::FamiliarFollowers`] has [`RelationService::familiar`].
    pub async fn own(
        &self,
        list: List,
        viewer: UserId,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Page, RelationError> {
        self.page(list, viewer, Some(viewer), after, limit).await
    }

    /// A page of the people of the person with this handle, and how many of them the viewer finds on all pages. Those
    /// of a private account only its followers may see.
    pub async fn of(
        &self,
        people: People,
        viewer: Option<UserId>,
        handle: &str,
        after: Option<Place>,
        limit: u32,
    ) -> Result<(Page, Counts), RelationError> {
        let person = self.shown(viewer, handle).await?;
        if !self.may_read(viewer, person).await? {
            return Err(RelationError::FollowersOnly);
        }
        let list = match people {
            People::Followers => List::Followers,
            People::Following => List::Following,
            People::Testimonials => List::Testimonials,
        };
        let page = self.page(list, person, viewer, after, limit).await?;
        Ok((page, self.relations.counts(person, viewer).await?))
    }

    /// How many people are what to somebody the viewer sees; none where their lists are not for the viewer.
    pub async fn counts(
        &self,
        viewer: Option<UserId>,
        person: UserId,
    ) -> Result<Option<Counts>, RelationError> {
        if !self.may_read(viewer, person).await? {
            return Ok(None);
        }
        Ok(Some(self.relations.counts(person, viewer).await?))
    }

    async fn may_read(
        &self,
        viewer: Option<UserId>,
        person: UserId,
    ) -> Result<bool, RelationError> {
        let is_private = self.relations.is_private(person).await?;
        let is_own = viewer == Some(person);
        let is_follower = match viewer.filter(|_| is_private && !is_own) {
            Some(viewer) => self.relations.follows(viewer, person).await?,
            None => false,
        };
        Ok(may_read_lists(is_private, is_own, is_follower))
    }

    /// A page of those `viewer` follows who follow the person with this handle. Of a private account too: each of
    /// them lets the viewer see whom they follow.
    pub async fn familiar(
        &self,
        viewer: UserId,
        handle: &str,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Page, RelationError> {
        let person = self.shown(Some(viewer), handle).await?;
        let list = List::FamiliarFollowers;
        self.page(list, person, Some(viewer), after, limit).await
    }

    async fn page(
        &self,
        list: List,
        of: UserId,
        viewer: Option<UserId>,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Page, RelationError> {
        let limit = limit.clamp(1, PAGE_MAX);
        let now = self.clock.wall();
        // One more than asked for tells whether there is a next page.
        let entries = self.relations.list(list, of, viewer, now, after, limit + 1);
        let mut entries = entries.await?;
        let more = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        let next = entries.last().filter(|_| more).map(Entry::place);
        Ok(Page { entries, next })
    }
}
