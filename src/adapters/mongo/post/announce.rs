//! What the world and the people named are told of a post or a comment, once it is out and shown: whom it concerns is
//! asked before the transaction, what is new is decided in it.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use mongodb::ClientSession;
use mongodb::bson::{Bson, doc};

use super::super::value::{Fields, id};
use super::debts::Debt;
use super::{Attempted, MongoPosts, among};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::domain::notification::NoticeKind;
use crate::domain::post::{Audience, Post, PostEvent, tag};
use crate::ports::post::PostStoreError;

/// People asked after at the same time.
const ASKED_AT_ONCE: usize = 8;

/// What there is to tell of a post that is out and shown.
pub(super) struct News {
    /// As of a new one.
    pub published: PostEvent,
    /// Whom it names, of those who may see it.
    pub named: Vec<UserId>,
}

impl MongoPosts {
    /// Which of these people see a post that is out. Each with their own eyes.
    pub(super) async fn seeing(
        &self,
        post: &Post,
        people: Vec<UserId>,
        now: WallMs,
    ) -> Result<Vec<UserId>, PostStoreError> {
        let asked = stream::iter(people).map(|person| async move {
            let mut viewer = self.viewer(Some(person), now);
            viewer.meet([post.author]).await?;
            Ok::<_, PostStoreError>(viewer.sees(post).then_some(person))
        });
        let seeing: Vec<Option<UserId>> = asked.buffered(ASKED_AT_ONCE).try_collect().await?;
        Ok(seeing.into_iter().flatten().collect())
    }

    /// Whom a text names, of those who may see the post, but its writer.
    pub(super) async fn named_in(
        &self,
        text: &str,
        post: &Post,
        by: UserId,
        now: WallMs,
    ) -> Result<Vec<UserId>, PostStoreError> {
        let handles = tag::handles_in(text);
        if handles.is_empty() {
            return Ok(Vec::new());
        }
        let mut named = self.near.people.named(&handles, now).await?;
        named.retain(|person| *person != by);
        let mut known = BTreeSet::new();
        named.retain(|person| known.insert(*person));
        self.seeing(post, named, now).await
    }

    /// What there is to tell of a post as it is going to be, once it is out and shown.
    pub(super) async fn news(&self, post: &Post, now: WallMs) -> Result<News, PostStoreError> {
        let mut author = self.viewer(Some(post.author), now);
        author.meet([post.author]).await?;
        let is_public = post.audience == Audience::Public && !author.is_private(post.author);
        Ok(News {
            published: PostEvent::PostPublished {
                by: post.author,
                room: post.room,
                tags: post.tags.clone(),
                public: is_public,
                at: post.published.unwrap_or(post.created),
            },
            named: self
                .named_in(&post.content.text, post, post.author, now)
                .await?,
        })
    }

    /// A post is out and shown, or is other than it was: the world hears of it as of a new one at most once, and whom it
    /// names at most once each. None where it is not shown.
    pub(super) async fn announce(
        &self,
        session: &mut ClientSession,
        (post, author): (PostId, UserId),
        (was_announced, version): (bool, u64),
        news: Option<&News>,
        now: WallMs,
    ) -> Attempted<Vec<Debt>> {
        let changed = PostEvent::PostChanged { version };
        let event = match news {
            Some(news) if !was_announced => &news.published,
            _ => &changed,
        };
        self.tell(session, post, event).await?;
        match news {
            Some(news) => self.mention(session, post, author, &news.named, now).await,
            None => Ok(Vec::new()),
        }
    }

    /// Writes down who is told of being named, and what those are owed who were not told before.
    pub(super) async fn mention(
        &self,
        session: &mut ClientSession,
        post: PostId,
        by: UserId,
        named: &[UserId],
        now: WallMs,
    ) -> Attempted<Vec<Debt>> {
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let key = |person: UserId| {
            let (post, person) = (post.uuid(), person.uuid());
            format!("{}:{}", post.as_simple(), person.as_simple())
        };
        let mentions = self.mentions_kept();
        let keys = among(named.iter().map(|person| Bson::from(key(*person))));
        let mut known = mentions
            .find(doc! { "_id": keys })
            .session(&mut *session)
            .await?;
        let mut told = BTreeSet::new();
        while let Some(mention) = known.next(session).await {
            told.insert(UserId::from_uuid(mention?.uuid("user")?));
        }
        let fresh = named.iter().filter(|person| !told.contains(person));
        let fresh: Vec<UserId> = fresh.copied().collect();
        if fresh.is_empty() {
            return Ok(Vec::new());
        }
        let stored = fresh.iter().map(|person| {
            doc! { "_id": key(*person), "post": id(post.uuid()), "user": id(person.uuid()) }
        });
        mentions.insert_many(stored).session(session).await?;
        let notices = fresh.into_iter().map(|to| Debt::Notice {
            to,
            kind: NoticeKind::Mention,
            from: by,
            post,
            at: now,
        });
        Ok(notices.collect())
    }
}
