//! Reactions, bookmarks, pins and reposts: a document a person, thing and way, whose key says so.

use async_trait::async_trait;
use mongodb::bson::{Document as Stored, doc};
use uuid::Uuid;

use super::super::transaction::transact;
use super::super::value::{Fields, id};
use super::debts::Debt;
use super::responding::{Doing, Pinning, Undoing};
use super::response_form::{BOOKMARK, OF_COMMENT, REACTION, REPOST};
use super::viewer::Viewer;
use super::{MongoPosts, below, form};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::domain::notification::NoticeKind;
use crate::domain::post::{Audience, PostEvent, PostState, Reactable, ReactionKind};
use crate::ports::post::{PostStoreError, Reacted, Refusal, ResponseStore, Told};

/// People looked at in one go, of a list of who did something.
const PEOPLE_AT_ONCE: u32 = 64;

impl MongoPosts {
    /// Takes back what somebody did, wherever it is; whether they had done it.
    pub(super) async fn undo(
        &self,
        what: &str,
        of: Uuid,
        by: UserId,
    ) -> Result<bool, PostStoreError> {
        let _turn = self.lanes.turn(of).await?;
        let undoing = Undoing {
            store: self,
            what,
            of,
            by,
        };
        transact(&self.mongo, &undoing).await
    }

    async fn take_back(
        &self,
        what: &str,
        post: PostId,
        viewer: &mut Viewer<'_>,
        by: UserId,
    ) -> Result<(), PostStoreError> {
        // What is one's own one takes back wherever it is.
        if !self.undo(what, post.uuid(), by).await? {
            self.seen_post(post, viewer).await?;
        }
        Ok(())
    }

    /// The post the thing is or is on, and who wrote the thing, if the viewer sees it.
    async fn seen_thing(
        &self,
        to: Reactable,
        viewer: &mut Viewer<'_>,
    ) -> Result<(form::Kept, UserId), PostStoreError> {
        match to {
            Reactable::Post(post) => {
                let kept = self.seen_post(post, viewer).await?;
                let author = kept.post.author;
                Ok((kept, author))
            }
            Reactable::Comment(comment) => {
                let (heard, post) = self.heard(comment, viewer).await?;
                let author = heard.author.ok_or(Refusal::NoSuchComment)?;
                Ok((post, author.id))
            }
        }
    }

    /// Who did this with a post.
    async fn who(
        &self,
        post: PostId,
        filter: Stored,
        viewer: &mut Viewer<'_>,
        after: Option<(WallMs, UserId)>,
        limit: u32,
    ) -> Result<Vec<Reacted>, PostStoreError> {
        self.seen_post(post, viewer).await?;
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut place = after.map(|(at, user)| form::place(at, user.uuid()));
        let mut all = Vec::new();
        let responses = self.responses_kept();
        while all.len() < wanted {
            let mut filter = filter.clone();
            filter.insert("of", id(post.uuid()));
            below(&mut filter, "by_of", place.as_deref());
            let fields = doc! { "user": 1, "kind": 1, "at_ms": 1, "by_of": 1 };
            let sort = doc! { "by_of": -1 };
            let some = self
                .some(&responses, filter, sort, PEOPLE_AT_ONCE, fields)
                .await?;
            let mut people = Vec::new();
            for response in &some {
                people.push(UserId::from_uuid(response.uuid("user")?));
            }
            viewer.meet(people.iter().copied()).await?;
            for (response, person) in some.iter().zip(people) {
                place = Some(response.text("by_of")?.to_owned());
                let Some(user) = viewer.card(person).filter(|_| viewer.finds(person)) else {
                    continue;
                };
                all.push(Reacted {
                    user,
                    kind: match response.contains_key("kind") {
                        true => Some(form::known(response, "kind")?),
                        false => None,
                    },
                    at: WallMs(response.number("at_ms")?),
                });
            }
            if some.len() < PEOPLE_AT_ONCE as usize {
                break;
            }
        }
        all.truncate(wanted);
        Ok(all)
    }
}

#[async_trait]
impl ResponseStore for MongoPosts {
    async fn react(
        &self,
        viewer: UserId,
        to: Reactable,
        kind: Option<ReactionKind>,
        now: WallMs,
    ) -> Result<Told<()>, PostStoreError> {
        let by = viewer;
        let mut viewer = self.viewer(Some(by), now);
        let (what, of) = match to {
            Reactable::Post(id) => (REACTION, id.uuid()),
            Reactable::Comment(id) => (OF_COMMENT, id.uuid()),
        };
        let Some(kind) = kind else {
            if !self.undo(what, of, by).await? {
                self.seen_thing(to, &mut viewer).await?;
            }
            let (outcome, told) = ((), Vec::new());
            return Ok(Told { outcome, told });
        };
        let (kept, author) = self.seen_thing(to, &mut viewer).await?;
        let post = kept.post.id;
        // Who commented may not see the post any more.
        let hears = author != by && !self.seeing(&kept.post, vec![author], now).await?.is_empty();
        let doing = Doing {
            store: self,
            what,
            of,
            by,
            kind: Some(kind),
            event: (what == REACTION).then_some((post, PostEvent::PostReacted { by, at: now })),
            notice: hears.then_some(Debt::Notice {
                to: author,
                kind: NoticeKind::Reaction,
                from: by,
                post,
                at: now,
            }),
            now,
        };
        let owed = {
            let _turn = self.lanes.turn(of).await?;
            transact(&self.mongo, &doing).await?
        };
        let (outcome, told) = ((), self.pay(owed).await);
        Ok(Told { outcome, told })
    }

    async fn bookmark(
        &self,
        viewer: UserId,
        post: PostId,
        keep: bool,
        now: WallMs,
    ) -> Result<(), PostStoreError> {
        let by = viewer;
        let mut viewer = self.viewer(Some(by), now);
        if !keep {
            return self.take_back(BOOKMARK, post, &mut viewer, by).await;
        }
        self.seen_post(post, &mut viewer).await?;
        self.make_shelf(by).await?;
        let doing = Doing {
            store: self,
            what: BOOKMARK,
            of: post.uuid(),
            by,
            kind: None,
            event: None,
            notice: None,
            now,
        };
        let _turn = self.lanes.turn(post.uuid()).await?;
        transact(&self.mongo, &doing).await.map(drop)
    }

    async fn pin(
        &self,
        author: UserId,
        post: PostId,
        pin: bool,
        now: WallMs,
    ) -> Result<(), PostStoreError> {
        let mut viewer = self.viewer(Some(author), now);
        let of = self.seen_post(post, &mut viewer).await?.post;
        if of.author != author {
            return Err(Refusal::NotYours.into());
        }
        if of.state != PostState::Published || of.is_pinned == pin {
            return Ok(());
        }
        self.make_shelf(author).await?;
        let pinning = Pinning {
            store: self,
            author,
            post,
            pin,
            now,
        };
        let _turn = self.lanes.turn(author.uuid()).await?;
        transact(&self.mongo, &pinning).await
    }

    async fn repost(
        &self,
        viewer: UserId,
        post: PostId,
        pass_on: bool,
        now: WallMs,
    ) -> Result<(), PostStoreError> {
        let by = viewer;
        let mut viewer = self.viewer(Some(by), now);
        if !pass_on {
            return self.take_back(REPOST, post, &mut viewer, by).await;
        }
        let of = self.seen_post(post, &mut viewer).await?.post;
        if of.audience != Audience::Public || viewer.is_private(of.author) {
            return Err(Refusal::NotPublic.into());
        }
        let doing = Doing {
            store: self,
            what: REPOST,
            of: post.uuid(),
            by,
            kind: None,
            event: Some((post, PostEvent::PostReposted { by, at: now })),
            notice: None,
            now,
        };
        let _turn = self.lanes.turn(post.uuid()).await?;
        transact(&self.mongo, &doing).await.map(drop)
    }

    async fn reactions(
        &self,
        post: PostId,
        kind: Option<ReactionKind>,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<(WallMs, UserId)>,
        limit: u32,
    ) -> Result<Vec<Reacted>, PostStoreError> {
        let filter = match kind {
            None => doc! { "what": REACTION },
            // Of comments the ids are others, and nothing else has a kind.
            Some(kind) => doc! { "kind": kind.as_str() },
        };
        let mut viewer = self.viewer(viewer, now);
        self.who(post, filter, &mut viewer, after, limit).await
    }

    async fn reposts(
        &self,
        post: PostId,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<(WallMs, UserId)>,
        limit: u32,
    ) -> Result<Vec<Reacted>, PostStoreError> {
        let mut viewer = self.viewer(viewer, now);
        let filter = doc! { "what": REPOST };
        self.who(post, filter, &mut viewer, after, limit).await
    }
}
