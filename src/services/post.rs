//! Posts and comments, as people write and read them. Who sees what is for the store to say; here texts are checked and
//! screened, and what a viewer would rather not see is left out of feeds.

use std::sync::Arc;

use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::UserId;
use crate::domain::post::BadContent;
use crate::domain::text::BadText;
use crate::domain::user::is_handle;
use crate::ports::asset::{AssetReader, AssetsUnavailable};
use crate::ports::muted_words::{MutedWordReader, MutedWordsUnavailable};
use crate::ports::post::{PostStore, PostStoreError, Refusal, Told};
use crate::ports::relations::{RelationReader, RelationsUnavailable};
use crate::ports::spam::SpamFactsUnavailable;
use crate::ports::user::{UserStore, UserStoreError};
use crate::services::screen::Screen;
use crate::services::telling::Telling;

mod comments;
mod feeds;
mod responses;
mod screening;
mod words;
mod write;

pub use feeds::Page;
pub use write::{Change, Slot, Wish};

/// Why a post or a comment was not written or told.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// It may not be, or there is none.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A text cannot be one.
    #[error(transparent)]
    BadText(#[from] BadText),
    /// Pictures or tags cannot be.
    #[error(transparent)]
    BadContent(#[from] BadContent),
    /// It says what may not be said.
    #[error("what may not be said")]
    Unsayable,
    /// It cannot be published then.
    #[error("not later than now, or too late; only what is put off has a time")]
    BadTime,
    /// Nobody has the handle, as far as whoever asks may know.
    #[error("no such person")]
    NoSuchUser,
    /// Posts cannot be reached.
    #[error("posts cannot be reached: {0}")]
    Unavailable(String),
    /// Accounts cannot be reached.
    #[error(transparent)]
    Users(#[from] UserStoreError),
    /// Relations cannot be reached.
    #[error(transparent)]
    Relations(#[from] RelationsUnavailable),
    /// Pictures cannot be reached.
    #[error(transparent)]
    Assets(#[from] AssetsUnavailable),
    /// What else the author wrote cannot be reached.
    #[error(transparent)]
    Facts(#[from] SpamFactsUnavailable),
    /// Muted words cannot be reached.
    #[error(transparent)]
    Words(#[from] MutedWordsUnavailable),
}

impl From<PostStoreError> for PostError {
    fn from(error: PostStoreError) -> Self {
        match error {
            PostStoreError::Refused(refusal) => Self::Refused(refusal),
            PostStoreError::Unavailable(cause) => Self::Unavailable(cause),
        }
    }
}

/// The post service.
#[derive(Clone)]
pub struct PostService {
    posts: Arc<dyn PostStore>,
    users: Arc<dyn UserStore>,
    relations: Arc<dyn RelationReader>,
    assets: Option<Arc<dyn AssetReader>>,
    words: Option<Arc<dyn MutedWordReader>>,
    screen: Screen,
    clock: Clock,
    telling: Telling,
}

impl std::fmt::Debug for PostService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostService(..)")
    }
}

impl PostService {
    /// The service over its stores. Without pictures, and with no words muted, until it is told where these are.
    pub fn new(
        posts: Arc<dyn PostStore>,
        users: Arc<dyn UserStore>,
        relations: Arc<dyn RelationReader>,
        screen: Screen,
        clock: Clock,
    ) -> Self {
        Self {
            posts,
            users,
            relations,
            assets: None,
            words: None,
            screen,
            clock,
            telling: Telling::default(),
        }
    }

    /// The same, which tells of its notices.
    #[must_use]
    pub fn telling(self, telling: Telling) -> Self {
        Self { telling, ..self }
    }

    /// The same, which shows pictures.
    #[must_use]
    pub fn showing(self, assets: Arc<dyn AssetReader>) -> Self {
        let assets = Some(assets);
        Self { assets, ..self }
    }

    /// The same, which knows what viewers do not want to see.
    #[must_use]
    pub fn sparing(self, words: Arc<dyn MutedWordReader>) -> Self {
        let words = Some(words);
        Self { words, ..self }
    }

    fn now(&self) -> WallMs {
        self.clock.wall()
    }

    /// Tells whoever wants to know at once what a change came to.
    fn told<T>(&self, told: Told<T>) -> T {
        self.telling.told(&told.told);
        told.outcome
    }

    /// Whoever has this handle and is there for the viewer.
    async fn person(&self, viewer: Option<UserId>, handle: &str) -> Result<UserId, PostError> {
        if !is_handle(handle) {
            return Err(PostError::NoSuchUser);
        }
        let person = self.users.named(handle, self.now()).await?;
        let person = person.ok_or(PostError::NoSuchUser)?;
        if viewer == Some(person.id) {
            return Ok(person.id);
        }
        let is_hidden = match viewer {
            Some(viewer) => self.relations.is_hidden(viewer, person.id).await?,
            None => false,
        };
        let is_there = !person.is_closed && !person.is_suspended && !is_hidden;
        is_there.then_some(person.id).ok_or(PostError::NoSuchUser)
    }
}
