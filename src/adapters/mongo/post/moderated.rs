//! Posts and comments, for moderators. A standing that was changed by somebody else meanwhile is looked at anew.

use async_trait::async_trait;
use mongodb::bson::doc;

use super::super::failure::reading;
use super::super::transaction::transact;
use super::MongoPosts;
use super::saying::Resaying;
use super::writing::Standings;
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::notification::Delivery;
use crate::domain::post::PostState;
use crate::ports::moderation::{Content, ContentUnavailable, ModeratedContent};
use crate::ports::post::{PostStoreError, Refusal};
use crate::ports::room::StoreError;

/// How often a standing is tried to be changed of what others change meanwhile.
const TRIES_MAX: u32 = 8;

/// Posts, for moderators.
#[derive(Debug, Clone)]
pub struct MongoModeratedPosts(pub MongoPosts);

/// Comments, for moderators.
#[derive(Debug, Clone)]
pub struct MongoModeratedComments(pub MongoPosts);

impl From<PostStoreError> for ContentUnavailable {
    fn from(error: PostStoreError) -> Self {
        Self(error.to_string())
    }
}

impl MongoPosts {
    /// By the store's clock: whoever asks what somebody sees asks about now.
    async fn clock(&self) -> Result<WallMs, PostStoreError> {
        let hello = self.mongo.database.run_command(doc! { "hello": 1 });
        let hello = reading(hello).await?;
        let now = hello.get_datetime("localTime").ok();
        let now = now.and_then(|now| u64::try_from(now.timestamp_millis()).ok());
        let none = || StoreError::Failed("the server does not tell the time".to_owned());
        Ok(WallMs(now.ok_or_else(none)?))
    }

    fn tell_all(&self, told: &[Delivery]) {
        for delivery in told {
            self.near.sink.notified(delivery);
        }
    }

    /// Whether the post is there.
    async fn stand_post(
        &self,
        post: PostId,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, PostStoreError> {
        let Some(kept) = self.stored_post(post).await? else {
            return Ok(false);
        };
        let was = &kept.post;
        // What was removed does not come back.
        if was.standing == standing || was.standing == Standing::Removed {
            return Ok(true);
        }
        let mut next = was.clone();
        next.standing = standing;
        let is_told = standing == Standing::Shown && was.state == PostState::Published;
        let standings = Standings {
            store: self,
            was,
            is_pictured: kept.is_pictured,
            standing,
            news: match is_told {
                true => Some(self.news(&next, now).await?),
                false => None,
            },
            now,
        };
        let owed = {
            let _turn = self.lanes.turn(post.uuid()).await?;
            transact(&self.mongo, &standings).await?
        };
        self.tell_all(&self.pay(owed).await);
        Ok(true)
    }

    /// Whether the comment is there, beneath a post that is.
    async fn stand_comment(
        &self,
        id: CommentId,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, PostStoreError> {
        let Some(was) = self.said(id).await?.filter(|said| !said.is_gone) else {
            return Ok(false);
        };
        let Some(post) = self.stored_post(was.comment.post).await? else {
            return Ok(false);
        };
        // What was removed does not come back.
        let stands = was.comment.standing;
        if stands == Standing::Removed || stands == standing {
            return Ok(true);
        }
        let news = match (standing, was.author) {
            (Standing::Shown, Some(author)) => {
                let what = (id, author, was.comment.at);
                let said = (was.comment.text.as_str(), was.comment.parent);
                Some(self.comment_news(&post.post, what, said, now).await?)
            }
            _ => None,
        };
        let resaying = Resaying {
            store: self,
            was: &was,
            text: None,
            standing,
            news,
            now,
        };
        let owed = {
            let _turn = self.lanes.turn(was.comment.post.uuid()).await?;
            transact(&self.mongo, &resaying).await?
        };
        self.tell_all(&self.pay(owed).await);
        Ok(true)
    }
}

/// Whether it is to be tried once more.
fn is_stale(stood: &Result<bool, PostStoreError>) -> bool {
    matches!(stood, Err(PostStoreError::Refused(Refusal::Stale)))
}

#[async_trait]
impl ModeratedContent for MongoModeratedPosts {
    fn kind(&self) -> ContentKind {
        ContentKind::Post
    }

    async fn content(&self, id: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(id) = id.parse::<PostId>() else {
            return Ok(None);
        };
        let Some(kept) = self.0.stored_post(id).await? else {
            return Ok(None);
        };
        let post = kept.post;
        let pictures = post.content.pictures.iter();
        Ok(Some(Content {
            id: id.to_string(),
            author: Some(post.author),
            text: post.content.words(),
            pictures: pictures.map(|picture| picture.asset).collect(),
            standing: post.standing,
            at: post.published.unwrap_or(post.created),
        }))
    }

    async fn stand(
        &self,
        id: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<PostId>() else {
            return Ok(false);
        };
        let mut tried = 1;
        loop {
            let stood = self.0.stand_post(id, standing, now).await;
            if tried == TRIES_MAX || !is_stale(&stood) {
                return Ok(stood?);
            }
            tried += 1;
        }
    }

    async fn is_seen_by(&self, id: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<PostId>() else {
            return Ok(false);
        };
        let mut viewer = self.0.viewer(Some(viewer), self.0.clock().await?);
        match self.0.seen_post(id, &mut viewer).await {
            Ok(_) => Ok(true),
            Err(PostStoreError::Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[async_trait]
impl ModeratedContent for MongoModeratedComments {
    fn kind(&self) -> ContentKind {
        ContentKind::Comment
    }

    async fn content(&self, id: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(id) = id.parse::<CommentId>() else {
            return Ok(None);
        };
        let Some(said) = self.0.said(id).await?.filter(|said| !said.is_gone) else {
            return Ok(None);
        };
        let comment = said.comment;
        if self.0.stored_post(comment.post).await?.is_none() {
            return Ok(None);
        }
        Ok(Some(Content {
            id: id.to_string(),
            author: said.author,
            text: comment.text,
            pictures: Vec::new(),
            standing: comment.standing,
            at: comment.at,
        }))
    }

    async fn stand(
        &self,
        id: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<CommentId>() else {
            return Ok(false);
        };
        let mut tried = 1;
        loop {
            let stood = self.0.stand_comment(id, standing, now).await;
            if tried == TRIES_MAX || !is_stale(&stood) {
                return Ok(stood?);
            }
            tried += 1;
        }
    }

    async fn is_seen_by(&self, id: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<CommentId>() else {
            return Ok(false);
        };
        let mut viewer = self.0.viewer(Some(viewer), self.0.clock().await?);
        match self.0.heard(id, &mut viewer).await {
            Ok(_) => Ok(true),
            Err(PostStoreError::Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
