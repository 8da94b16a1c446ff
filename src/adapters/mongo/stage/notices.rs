//! Where notices wait, and who hears of them.

use std::sync::Mutex;

use async_trait::async_trait;

use crate::adapters::sqlite::Sqlite;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::notification::{Delivery, NewNotice, Notice, NoticeId};
use crate::ports::notification::{NoticesUnavailable, NotificationSink, NotificationStore};
use crate::ports::once::{Done, Once};

/// Notices in a store that may be out of reach, and who heard of which.
pub(in crate::adapters::mongo) struct Notices {
    store: Sqlite,
    is_away: Mutex<bool>,
    heard: Mutex<Vec<UserId>>,
}

impl Notices {
    pub fn new(store: Sqlite) -> Self {
        Self {
            store,
            is_away: Mutex::new(false),
            heard: Mutex::default(),
        }
    }

    /// From now on it does not answer, or does again.
    pub fn are_away(&self, away: bool) {
        *self.is_away.lock().unwrap() = away;
    }

    /// Who heard of something, in order.
    pub fn heard(&self) -> Vec<UserId> {
        self.heard.lock().unwrap().clone()
    }

    fn there(&self) -> Result<&Sqlite, NoticesUnavailable> {
        match *self.is_away.lock().unwrap() {
            true => Err(NoticesUnavailable("away".to_owned())),
            false => Ok(&self.store),
        }
    }
}

impl NotificationSink for Notices {
    fn notified(&self, delivery: &Delivery) {
        self.heard.lock().unwrap().push(delivery.to);
    }
}

#[async_trait]
impl NotificationStore for Notices {
    async fn notify(&self, notice: &NewNotice) -> Result<Option<Delivery>, NoticesUnavailable> {
        self.there()?.notify(notice).await
    }

    async fn withdraw(&self, subject: &str, from: &[UserId]) -> Result<(), NoticesUnavailable> {
        self.there()?.withdraw(subject, from).await
    }

    async fn list(
        &self,
        user: UserId,
        before: Option<NoticeId>,
        limit: u32,
    ) -> Result<Vec<Notice>, NoticesUnavailable> {
        self.there()?.list(user, before, limit).await
    }

    async fn unread(&self, user: UserId) -> Result<u32, NoticesUnavailable> {
        self.there()?.unread(user).await
    }

    async fn read(
        &self,
        user: UserId,
        up_to: NoticeId,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<u32>, NoticesUnavailable> {
        self.there()?.read(user, up_to, once, now).await
    }

    async fn show(&self, notice: &NewNotice, shown: bool) -> Result<(), NoticesUnavailable> {
        self.there()?.show(notice, shown).await
    }
}
