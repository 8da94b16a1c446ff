//! What other stores are owed by changes of posts and comments: written in the transaction of the change, paid at once
//! after it. What could not be paid then is paid later by the upkeep. Each may be paid twice: a notice comes once within
//! its time, a case is opened once, and of what a post shows the newest stays.

use futures_util::future::join_all;
use mongodb::ClientSession;
use mongodb::bson::{Document as Stored, doc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::Collections;
use super::super::failure::{reading, writing};
use super::super::value::{Fields, id, json, number};
use super::{Attempted, MongoPosts, among, form};
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, PostId, UserId};
use crate::domain::moderation::{ContentKind, Standing, case_text};
use crate::domain::notification::{Delivery, NewNotice, NoticeKind};
use crate::domain::post::{Audience, PostState};
use crate::ports::asset::PostShows;
use crate::ports::moderation::desk::Thing;
use crate::ports::notification::WITHDRAWN_AT_ONCE;
use crate::ports::post::PostStoreError;

/// How long whoever made a change has to pay what it owes, before the upkeep does, in milliseconds.
const PAID_WITHIN_MS: u64 = 10_000;

/// How long the upkeep waits with what it could not pay, in milliseconds.
const AGAIN_MS: u64 = 60_000;

/// Debts paid in one go.
const PAID_AT_ONCE: u32 = 64;

/// Something that is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(super) enum Debt {
    /// Somebody is to be told something.
    Notice {
        to: UserId,
        kind: NoticeKind,
        from: UserId,
        post: PostId,
        at: WallMs,
    },
    /// A moderator is to look at something.
    Case {
        kind: ContentKind,
        thing: String,
        author: UserId,
        text: String,
        at: WallMs,
    },
    /// Which pictures a post shows is to be known where pictures are.
    Pictures { post: PostId },
    /// Nobody is to be shown any more what happened to a post.
    Withdrawal { post: PostId, author: UserId },
}

impl Debt {
    /// A case for what its store has just kept as held; none for what it has kept otherwise.
    pub fn case(
        standing: Standing,
        (kind, thing): (ContentKind, impl std::fmt::Display),
        (author, text): (UserId, &str),
        at: WallMs,
    ) -> Option<Self> {
        (standing == Standing::Held).then(|| Self::Case {
            kind,
            thing: thing.to_string(),
            author,
            text: case_text(text),
            at,
        })
    }

    /// Whom it names.
    fn named(&self) -> Vec<String> {
        match self {
            Self::Notice { to, from, .. } => vec![to.to_string(), from.to_string()],
            Self::Case { author, .. } => vec![author.to_string()],
            // What is owed by the end of somebody's posts outlives them.
            Self::Pictures { .. } | Self::Withdrawal { .. } => Vec::new(),
        }
    }
}

/// A debt that is written down.
#[derive(Debug, Clone)]
pub(super) struct Owed {
    id: Uuid,
    debt: Debt,
}

impl MongoPosts {
    /// Writes debts down.
    pub(super) async fn owe(
        &self,
        session: &mut ClientSession,
        debts: Vec<Debt>,
        now: WallMs,
    ) -> Attempted<Vec<Owed>> {
        if debts.is_empty() {
            return Ok(Vec::new());
        }
        let (mut owed, mut stored) = (Vec::new(), Vec::new());
        for debt in debts {
            let new = Uuid::now_v7();
            stored.push(doc! {
                "_id": id(new),
                "due_ms": number(now.0.saturating_add(PAID_WITHIN_MS)),
                "named": debt.named(),
                "debt": json(&debt)?,
            });
            owed.push(Owed { id: new, debt });
        }
        let debts = self.mongo.collection(Collections::POST_DEBT);
        debts.insert_many(stored).session(session).await?;
        Ok(owed)
    }

    /// Pays what was just written down; who is to hear of something at once.
    pub(super) async fn pay(&self, owed: Vec<Owed>) -> Vec<Delivery> {
        let paid = join_all(owed.iter().map(|owed| self.pay_one(owed))).await;
        let mut told = Vec::new();
        for outcome in paid {
            match outcome {
                Ok(delivery) => told.extend(delivery),
                Err(error) => tracing::warn!(%error, "a debt of a post waits"),
            }
        }
        told
    }

    async fn pay_one(&self, owed: &Owed) -> Result<Option<Delivery>, PostStoreError> {
        let delivery = self.give(&owed.debt).await?;
        let debts = self.mongo.collection(Collections::POST_DEBT);
        writing(debts.delete_one(doc! { "_id": id(owed.id) })).await?;
        Ok(delivery)
    }

    /// Pays some of what could not be paid when it was written; whether any was.
    pub(super) async fn pay_overdue(&self, now: WallMs) -> Result<bool, PostStoreError> {
        let debts = self.mongo.collection(Collections::POST_DEBT);
        let filter = doc! { "due_ms": { "$lte": number(now.0) } };
        let sort = doc! { "due_ms": 1 };
        let overdue = self
            .some(&debts, filter, sort, PAID_AT_ONCE, Stored::new())
            .await?;
        let mut any = false;
        for stored in overdue {
            let owed = Owed {
                id: stored.uuid("_id")?,
                debt: stored.json("debt")?,
            };
            match self.pay_one(&owed).await {
                Ok(delivery) => {
                    any = true;
                    if let Some(delivery) = delivery {
                        self.near.sink.notified(&delivery);
                    }
                }
                // Others are not kept waiting by it.
                Err(error) => {
                    tracing::warn!(%error, "a debt of a post waits on");
                    let later = number(now.0.saturating_add(AGAIN_MS));
                    let put_off = doc! { "$set": { "due_ms": later } };
                    let this = doc! { "_id": id(owed.id) };
                    writing(debts.update_one(this, put_off)).await?;
                }
            }
        }
        Ok(any)
    }

    async fn give(&self, debt: &Debt) -> Result<Option<Delivery>, PostStoreError> {
        let failed = |error: String| PostStoreError::Unavailable(error);
        match debt.clone() {
            Debt::Notice {
                to,
                kind,
                from,
                post,
                at,
            } => {
                let notice = NewNotice {
                    to,
                    kind,
                    from: Some(from),
                    subject: post.to_string(),
                    at,
                };
                let notified = self.near.notices.notify(&notice).await;
                notified.map_err(|error| failed(error.to_string()))
            }
            Debt::Case {
                kind,
                thing,
                author,
                text,
                at,
            } => {
                let thing = Thing {
                    kind,
                    subject: thing,
                    author: Some(author),
                    text,
                };
                let held = self.near.cases.hold(&thing, at).await;
                held.map_err(|error| failed(error.to_string()))?;
                Ok(None)
            }
            Debt::Pictures { post } => {
                let shows = self.shows(post).await?;
                self.near.pictures.post_shows(&shows).await?;
                Ok(None)
            }
            Debt::Withdrawal { post, author } => {
                self.withdraw(post, vec![author]).await?;
                while self.withdraw_some(post).await? {}
                Ok(None)
            }
        }
    }

    /// What a post shows now, former versions of it among it.
    async fn shows(&self, post: PostId) -> Result<PostShows, PostStoreError> {
        let found = reading(self.posts().find_one(doc! { "_id": id(post.uuid()) })).await?;
        let nothing = |stamp| PostShows {
            post,
            stamp,
            pictures: Vec::new(),
            is_public: false,
        };
        let Some(stored) = found else {
            // Nothing comes after the end.
            return Ok(nothing(u64::MAX >> 1));
        };
        if stored.flag("gone")? {
            return Ok(nothing(stored.number("version")?));
        }
        let it = form::to_kept(&stored)?.post;
        let formers = form::formers(&stored)?;
        let former = formers.iter().map(|former| &former.revision.content);
        let contents = former.chain([&it.content]);
        let pictures = contents.flat_map(|content| content.pictures.iter());
        let mut pictures: Vec<AssetId> = pictures.map(|picture| picture.asset).collect();
        pictures.sort_unstable();
        pictures.dedup();
        Ok(PostShows {
            post,
            stamp: it.version,
            pictures,
            is_public: it.state == PostState::Published
                && it.audience == Audience::Public
                && it.standing == Standing::Shown,
        })
    }

    async fn withdraw(&self, post: PostId, from: Vec<UserId>) -> Result<(), PostStoreError> {
        let withdrawn = self.near.notices.withdraw(&post.to_string(), &from).await;
        withdrawn.map_err(|error| PostStoreError::Unavailable(error.to_string()))
    }

    /// Takes back what some of those a deleted post named were told of it; whether there were any.
    pub(super) async fn withdraw_some(&self, post: PostId) -> Result<bool, PostStoreError> {
        let mentions = self.mentions_kept();
        let at_once = u32::try_from(WITHDRAWN_AT_ONCE).unwrap_or(u32::MAX);
        let (filter, fields) = (doc! { "post": id(post.uuid()) }, doc! { "user": 1 });
        let some = self
            .some(&mentions, filter, Stored::new(), at_once, fields)
            .await?;
        if some.is_empty() {
            return Ok(false);
        }
        let (mut people, mut keys) = (Vec::new(), Vec::new());
        for mention in &some {
            people.push(UserId::from_uuid(mention.uuid("user")?));
            keys.push(mention.field("_id")?.clone());
        }
        self.withdraw(post, people).await?;
        writing(mentions.delete_many(doc! { "_id": among(keys) })).await?;
        Ok(true)
    }
}
