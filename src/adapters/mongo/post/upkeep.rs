//! Posts whose time has come.

use std::collections::BTreeSet;

use async_trait::async_trait;
use mongodb::bson::doc;

use super::super::transaction::transact;
use super::super::value::{Fields, number};
use super::MongoPosts;
use super::form::{self, Kept};
use super::writing::Changing;
use crate::domain::clock::WallMs;
use crate::domain::id::PostId;
use crate::domain::moderation::Standing;
use crate::domain::post::PostState;
use crate::ports::post::{PostStoreError, PostUpkeep, Refusal, Told};

/// Posts that are due and are looked at in one go: of some the authors are not there.
const DUE_AT_ONCE: u32 = 64;

/// Where so many posts fail in one go, it is not the posts that are at fault, and no more are tried.
const FAILURES_MAX: usize = 64;

impl MongoPosts {
    /// The posts that are due, the first of them first, of authors who are there; without those that were tried.
    async fn due(
        &self,
        tried: &BTreeSet<PostId>,
        now: WallMs,
    ) -> Result<Vec<Kept>, PostStoreError> {
        let mut after = 0;
        loop {
            let filter = doc! { "due_ms": { "$gt": number(after), "$lte": number(now.0) } };
            let (posts, sort) = (self.posts(), doc! { "due_ms": 1 });
            let found = self
                .some(&posts, filter, sort, DUE_AT_ONCE, form::fields())
                .await?;
            let mut kept = Vec::new();
            for stored in &found {
                match form::to_kept(stored) {
                    Ok(one) => kept.push(one),
                    // Others are not kept waiting by it.
                    Err(error) => {
                        let post = stored.uuid("_id").ok();
                        tracing::error!(?post, %error, "a post that is due cannot be read");
                    }
                }
            }
            kept.retain(|it| !tried.contains(&it.post.id));
            let mut nobody = self.viewer(None, now);
            nobody.meet(kept.iter().map(|it| it.post.author)).await?;
            kept.retain(|it| nobody.is_open(it.post.author));
            let is_all = found.len() < DUE_AT_ONCE as usize;
            if !kept.is_empty() || is_all {
                return Ok(kept);
            }
            // Authors who are away, and posts that fail, keep nobody waiting but those due in the same millisecond.
            if let Some(last) = found.last() {
                after = last.number("due_ms")?;
            }
        }
    }

    /// Publishes a post that is due; none where it is not as it was any more.
    async fn come_out(&self, was: &Kept, now: WallMs) -> Result<Option<Told<()>>, PostStoreError> {
        let mut next = was.post.clone();
        next.state = PostState::Published;
        next.published = Some(now);
        next.version += 1;
        next.room = self.room_left(&next, now).await?;
        let changing = Changing {
            store: self,
            was,
            next: &next,
            news: match next.standing {
                Standing::Shown => Some(self.news(&next, now).await?),
                _ => None,
            },
            keeps: false,
            once: None,
            now,
        };
        match transact(&self.mongo, &changing).await {
            Ok((_, owed)) => {
                let (outcome, told) = ((), self.pay(owed).await);
                Ok(Some(Told { outcome, told }))
            }
            // Somebody else has published it, or its author has changed it.
            Err(PostStoreError::Refused(Refusal::Stale)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl PostUpkeep for MongoPosts {
    async fn publish_due(&self, now: WallMs) -> Result<Option<Told<()>>, PostStoreError> {
        let (mut tried, mut failures) = (BTreeSet::new(), Vec::new());
        while failures.len() < FAILURES_MAX {
            let due = self.due(&tried, now).await?;
            if due.is_empty() {
                break;
            }
            for was in due {
                // Looked at once: one that fails would be found again and again.
                tried.insert(was.post.id);
                match self.come_out(&was, now).await {
                    Ok(None) => {}
                    Ok(published) => return Ok(published),
                    Err(error) => {
                        tracing::warn!(post = %was.post.id, %error, "a post that is due waits on");
                        failures.push(error);
                    }
                }
            }
        }
        failures.into_iter().next().map_or(Ok(None), Err)
    }

    async fn sweep(&self, now: WallMs) -> Result<bool, PostStoreError> {
        self.swept(now).await
    }
}
