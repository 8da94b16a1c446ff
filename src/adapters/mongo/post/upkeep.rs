//! Posts whose time has come.

use async_trait::async_trait;
use mongodb::bson::doc;

use super::super::transaction::transact;
use super::super::value::{Fields, number};
use super::MongoPosts;
use super::form::{self, Kept};
use super::writing::Changing;
use crate::domain::clock::WallMs;
use crate::domain::moderation::Standing;
use crate::domain::post::PostState;
use crate::ports::post::{PostStoreError, PostUpkeep, Refusal, Told};

/// Posts that are due and are looked at in one go: of some the authors are not there.
const DUE_AT_ONCE: u32 = 64;

impl MongoPosts {
    /// The posts that are due, the first of them first, of authors who are there.
    async fn due(&self, now: WallMs) -> Result<Vec<Kept>, PostStoreError> {
        let mut after = 0;
        loop {
            let filter = doc! { "due_ms": { "$gt": number(after), "$lte": number(now.0) } };
            let (posts, sort) = (self.posts(), doc! { "due_ms": 1 });
            let found = self
                .some(&posts, filter, sort, DUE_AT_ONCE, form::fields())
                .await?;
            let kept = found.iter().map(form::to_kept);
            let mut kept = kept.collect::<Result<Vec<Kept>, _>>()?;
            let mut nobody = self.viewer(None, now);
            nobody.meet(kept.iter().map(|it| it.post.author)).await?;
            kept.retain(|it| nobody.is_open(it.post.author));
            let is_all = found.len() < DUE_AT_ONCE as usize;
            if !kept.is_empty() || is_all {
                return Ok(kept);
            }
            // Authors who are away keep nobody waiting but those due in the same millisecond.
            if let Some(last) = found.last() {
                after = last.number("due_ms")?;
            }
        }
    }
}

#[async_trait]
impl PostUpkeep for MongoPosts {
    async fn publish_due(&self, now: WallMs) -> Result<Option<Told<()>>, PostStoreError> {
        loop {
            let due = self.due(now).await?;
            if due.is_empty() {
                return Ok(None);
            }
            for was in due {
                let mut next = was.post.clone();
                next.state = PostState::Published;
                next.published = Some(now);
                next.version += 1;
                next.room = self.room_left(&next, now).await?;
                let changing = Changing {
                    store: self,
                    was: &was,
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
                        return Ok(Some(Told { outcome, told }));
                    }
                    // Somebody else has published it, or its author has changed it.
                    Err(PostStoreError::Refused(Refusal::Stale)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }

    async fn sweep(&self, now: WallMs) -> Result<bool, PostStoreError> {
        self.swept(now).await
    }
}
