//! What moderators act on: each service that keeps what people write lets it be looked at, and its standing be changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Mutex, MutexGuard};

use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::domain::moderation::{ContentKind, Standing};

#[cfg(test)]
pub(crate) mod conformance;
pub mod desk;
pub mod pictures;

/// The store that keeps the thing cannot be reached; all of it may be tried again.
#[derive(Debug, thiserror::Error)]
#[error("what was written cannot be reached: {0}")]
pub struct ContentUnavailable(pub String);

/// A thing as a moderator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// By its kind's rules.
    pub id: String,
    /// Who wrote it; nobody where a guest did, or someone who is gone.
    pub author: Option<UserId>,
    /// What it says, in full.
    pub text: String,
    /// What it shows.
    pub pictures: Vec<AssetId>,
    /// Whether it may be shown.
    pub standing: Standing,
    /// When it was written.
    pub at: WallMs,
}

/// Things of one kind, for moderators.
#[async_trait]
pub trait ModeratedContent: Send + Sync {
    /// Which kind.
    fn kind(&self) -> ContentKind;

    /// The thing, whatever its standing; none if there is none, or the text is no id of this kind.
    async fn content(&self, id: &str) -> Result<Option<Content>, ContentUnavailable>;

    /// Changes the standing, durably, with every count and list that follows from it in the same step; whether the
    /// thing is there. [`Standing::Removed`] takes away what it says and shows, and its history, for good;
    /// but a picture's once the decision cannot be overturned any more: until then it is kept, closed, and may be shown.
    async fn stand(
        &self,
        id: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable>;

    /// Whether this viewer may see the thing now, other than as a moderator: nobody reports what they cannot see.
    async fn is_seen_by(&self, id: &str, viewer: UserId) -> Result<bool, ContentUnavailable>;
}

/// Everything moderators act on, by its kind. Cheap to clone.
#[derive(Clone, Default)]
pub struct Contents(Arc<Kept>);

#[derive(Default)]
struct Kept {
    by_kind: BTreeMap<ContentKind, Arc<dyn ModeratedContent>>,
    settling: Mutex<()>,
}

impl std::fmt::Debug for Contents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.by_kind.keys()).finish()
    }
}

impl FromIterator<Arc<dyn ModeratedContent>> for Contents {
    fn from_iter<I: IntoIterator<Item = Arc<dyn ModeratedContent>>>(contents: I) -> Self {
        let by_kind = contents.into_iter().map(|one| (one.kind(), one));
        Self(Arc::new(Kept {
            by_kind: by_kind.collect(),
            settling: Mutex::default(),
        }))
    }
}

impl Contents {
    /// Who keeps things of this kind.
    pub fn of(&self, kind: ContentKind) -> Option<&dyn ModeratedContent> {
        self.0.by_kind.get(&kind).map(AsRef::as_ref)
    }

    /// Held by whoever gives things their standings.
    async fn settling(&self) -> MutexGuard<'_, ()> {
        self.0.settling.lock().await
    }
}
