//! Posts, written: what may be is asked of others before the transaction, and holds as long as the post is as it was then.

use async_trait::async_trait;
use serde::de::DeserializeOwned;

use super::super::failure::{ANSWER_WITHIN, reading};
use super::super::once;
use super::super::transaction::{Halt, transact};
use super::MongoPosts;
use super::form::Kept;
use super::writing::{Burying, Changing, Creating, Made, before};
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, PostId, RoomId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::post::{Post, PostPicture, PostState, tag};
use crate::ports::once::{Done, Once};
use crate::ports::post::{NewPost, PostStoreError, PostWriter, Refusal, Rewrite, Told};
use crate::ports::room::StoreError;

impl MongoPosts {
    /// What became of a request, if it has taken effect before.
    pub(super) async fn done_before<T: DeserializeOwned>(
        &self,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Option<Done<T>>, PostStoreError> {
        if once.is_none() {
            return Ok(None);
        }
        let mut session = reading(self.mongo.client.start_session()).await?;
        let begun = once::begin(&self.mongo, &mut session, once, now);
        let begun = tokio::time::timeout(ANSWER_WITHIN, begun).await;
        let late = || PostStoreError::Unavailable("no answer in time".to_owned());
        match begun.map_err(|_| late())? {
            Ok(begun) => Ok(before(begun)),
            Err(Halt::Refused(refusal)) => Err(refusal),
            Err(Halt::Driver(error)) => Err(StoreError::Failed(error.to_string()).into()),
        }
    }

    /// Once it is durable: what it owes is paid.
    pub(super) async fn told<T>(&self, (outcome, owed): Made<T>) -> Told<Done<T>> {
        let told = self.pay(owed).await;
        Told { outcome, told }
    }

    /// What may be wrong with what a post is to show, quote and hang in.
    async fn checked(
        &self,
        author: UserId,
        pictures: &[PostPicture],
        (quote, room): (Option<PostId>, Option<RoomId>),
        now: WallMs,
    ) -> Result<(), PostStoreError> {
        if let Some(quote) = quote {
            let mut viewer = self.viewer(Some(author), now);
            self.seen_post(quote, &mut viewer).await?;
        }
        if let Some(room) = room
            && !self.may_hang(room, author, now).await?
        {
            return Err(Refusal::NoSuchRoom.into());
        }
        let pictures: Vec<AssetId> = pictures.iter().map(|picture| picture.asset).collect();
        if !pictures.is_empty() && !self.near.pictures.may_show(author, &pictures).await? {
            return Err(Refusal::NoSuchPicture.into());
        }
        Ok(())
    }

    /// The post as it is, if the rewrite was made from that and may be.
    async fn rewritable(&self, rewrite: &Rewrite) -> Result<Kept, PostStoreError> {
        let kept = self.stored_post(rewrite.id).await?;
        let kept = kept.filter(|kept| kept.post.author == rewrite.author);
        let kept = kept.ok_or(Refusal::NoSuchPost)?;
        let was = &kept.post;
        if was.version != rewrite.from {
            return Err(Refusal::Stale.into());
        }
        if was.standing == Standing::Removed {
            return Err(Refusal::NotYours.into());
        }
        let is_moved = (rewrite.room, rewrite.quote_of) != (was.room, was.quote_of);
        let is_out = was.state == PostState::Published;
        if is_out && (rewrite.state != PostState::Published || is_moved) {
            return Err(Refusal::Published.into());
        }
        // What it had may be gone since: only what is new is asked about.
        let known = &was.content.pictures;
        let mut new = rewrite.content.pictures.clone();
        new.retain(|picture| !known.iter().any(|it| it.asset == picture.asset));
        let quote = rewrite.quote_of;
        let quote = quote.filter(|_| rewrite.quote_of != was.quote_of);
        let room = rewrite.room.filter(|_| rewrite.room != was.room);
        self.checked(was.author, &new, (quote, room), rewrite.at)
            .await?;
        Ok(kept)
    }

    /// The room of a post that comes out: where its author may hang it now, if anywhere.
    pub(super) async fn room_left(
        &self,
        post: &Post,
        now: WallMs,
    ) -> Result<Option<RoomId>, PostStoreError> {
        let Some(room) = post.room else {
            return Ok(None);
        };
        let may = self.may_hang(room, post.author, now).await?;
        Ok(Some(room).filter(|_| may))
    }

    /// A post is gone from now on.
    pub(super) async fn bury(&self, post: &Post, now: WallMs) -> Result<(), PostStoreError> {
        let burying = Burying {
            store: self,
            post: post.id,
            author: post.author,
            now,
        };
        let owed = {
            let _turn = self.lanes.turn(post.id.uuid()).await?;
            transact(&self.mongo, &burying).await?
        };
        // Nobody is told anything by it.
        self.pay(owed).await;
        Ok(())
    }
}

/// A new post as it is going to be.
fn begun(new: &NewPost) -> Post {
    Post {
        id: new.id,
        author: new.author,
        state: new.state,
        audience: new.audience,
        standing: new.standing,
        content: new.content.clone(),
        tags: tag::all(&new.content.given_tags, &new.content.text),
        room: new.room,
        quote_of: new.quote_of,
        is_pinned: false,
        version: 1,
        created: new.at,
        publish_at: new.publish_at,
        published: (new.state == PostState::Published).then_some(new.at),
        edited: None,
    }
}

/// What a rewrite makes of a post.
fn rewritten(was: &Post, rewrite: &Rewrite) -> Post {
    let is_out = rewrite.state == PostState::Published;
    let was_out = was.state == PostState::Published;
    Post {
        state: rewrite.state,
        audience: rewrite.audience,
        standing: match (was.standing, rewrite.hold, is_out) {
            (Standing::Shown, true, _) => Standing::Held,
            // Of what was put off nobody but the screen has looked at it.
            (Standing::Held, false, false) => Standing::Shown,
            (Standing::Held, false, true) if !was_out => Standing::Shown,
            (standing, ..) => standing,
        },
        content: rewrite.content.clone(),
        tags: tag::all(&rewrite.content.given_tags, &rewrite.content.text),
        room: rewrite.room,
        quote_of: rewrite.quote_of,
        version: was.version + 1,
        publish_at: rewrite.publish_at,
        published: was.published.or(is_out.then_some(rewrite.at)),
        edited: if was_out {
            Some(rewrite.at)
        } else {
            was.edited
        },
        ..was.clone()
    }
}

#[async_trait]
impl PostWriter for MongoPosts {
    async fn create(
        &self,
        new: &NewPost,
        once: Option<&Once>,
    ) -> Result<Told<Done<PostId>>, PostStoreError> {
        if let Some(done) = self.done_before(once, new.at).await? {
            return Ok(self.told((done, Vec::new())).await);
        }
        let about = (new.quote_of, new.room);
        self.checked(new.author, &new.content.pictures, about, new.at)
            .await?;
        if new.state != PostState::Published {
            self.make_shelf(new.author).await?;
        }
        let post = begun(new);
        let is_told = post.state == PostState::Published && post.standing == Standing::Shown;
        let creating = Creating {
            store: self,
            new,
            post: &post,
            news: match is_told {
                true => Some(self.news(&post, new.at).await?),
                false => None,
            },
            once,
        };
        Ok(self.told(transact(&self.mongo, &creating).await?).await)
    }

    async fn rewrite(
        &self,
        rewrite: &Rewrite,
        once: Option<&Once>,
    ) -> Result<Told<Done<PostId>>, PostStoreError> {
        if let Some(done) = self.done_before(once, rewrite.at).await? {
            return Ok(self.told((done, Vec::new())).await);
        }
        let was = self.rewritable(rewrite).await?;
        let is_out = rewrite.state == PostState::Published;
        if is_out && rewrite.content.is_empty() && rewrite.quote_of.is_none() {
            return Err(Refusal::Empty.into());
        }
        let mut next = rewritten(&was.post, rewrite);
        if is_out && was.post.published.is_none() {
            next.room = self.room_left(&next, rewrite.at).await?;
        }
        let changing = Changing {
            store: self,
            was: &was,
            next: &next,
            news: match is_out && next.standing == Standing::Shown {
                true => Some(self.news(&next, rewrite.at).await?),
                false => None,
            },
            keeps: was.post.state == PostState::Published,
            once,
            now: rewrite.at,
        };
        let made = {
            let _turn = self.lanes.turn(rewrite.id.uuid()).await?;
            transact(&self.mongo, &changing).await?
        };
        Ok(self.told(made).await)
    }

    async fn written(
        &self,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Option<Done<PostId>>, PostStoreError> {
        self.done_before(once, now).await
    }

    async fn delete(
        &self,
        author: UserId,
        post: PostId,
        now: WallMs,
    ) -> Result<(), PostStoreError> {
        let was = self.stored_post(post).await?.ok_or(Refusal::NoSuchPost)?;
        if was.post.author != author {
            let mut viewer = self.viewer(Some(author), now);
            viewer.meet([was.post.author]).await?;
            return Err(match viewer.sees(&was.post) {
                true => Refusal::NotYours,
                false => Refusal::NoSuchPost,
            }
            .into());
        }
        self.bury(&was.post, now).await
    }
}
