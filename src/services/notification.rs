//! What people are told of, as they look it up.

use std::sync::Arc;

use crate::domain::clock::Clock;
use crate::domain::id::UserId;
use crate::domain::notification::{Notice, NoticeId};
use crate::ports::notification::{NoticesUnavailable, NotificationStore};
use crate::ports::once::{Done, Once};

/// The most notices in a page.
pub const PAGE_MAX: u32 = 100;

/// Some notices, and where to go on.
#[derive(Debug, Clone)]
pub struct Page {
    /// The newest first.
    pub notices: Vec<Notice>,
    /// The last of them, where there are more.
    pub next: Option<NoticeId>,
}

/// The notification service.
#[derive(Clone)]
pub struct NotificationService {
    store: Arc<dyn NotificationStore>,
    clock: Clock,
}

impl std::fmt::Debug for NotificationService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NotificationService(..)")
    }
}

impl NotificationService {
    /// The service over its store.
    pub fn new(store: Arc<dyn NotificationStore>, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// A page of a person's notices, the newest first.
    pub async fn list(
        &self,
        user: UserId,
        before: Option<NoticeId>,
        limit: u32,
    ) -> Result<Page, NoticesUnavailable> {
        let limit = limit.clamp(1, PAGE_MAX);
        // One more than asked for tells whether there is a next page.
        let mut notices = self.store.list(user, before, limit + 1).await?;
        let more = notices.len() > limit as usize;
        notices.truncate(limit as usize);
        let next = notices.last().filter(|_| more).map(|last| last.id);
        Ok(Page { notices, next })
    }

    /// How many a person has not read.
    pub async fn unread(&self, user: UserId) -> Result<u32, NoticesUnavailable> {
        self.store.unread(user).await
    }

    /// A person has read all up to this one. How many they have not read then.
    pub async fn read(
        &self,
        user: UserId,
        up_to: NoticeId,
        once: Option<&Once>,
    ) -> Result<Done<u32>, NoticesUnavailable> {
        let now = self.clock.wall();
        self.store.read(user, up_to, once, now).await
    }
}
