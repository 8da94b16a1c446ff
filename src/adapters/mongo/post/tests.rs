//! The suite on MongoDB, with people in a store of their own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use mongodb::bson::{Document as Stored, doc};

use super::super::stage::Stage;
use super::super::value::{Fields, id};
use super::super::{Collections, Mongo};
use super::{MongoPosts, PostNeighbours};
use crate::adapters::sqlite::Sqlite;
use crate::domain::id::{AssetId, PostId, UserId};
use crate::domain::notification::Delivery;
use crate::domain::post::ReactionKind;
use crate::ports::asset::{AssetsUnavailable, PictureUses, PostShows};
use crate::ports::notification::NotificationSink;
use crate::ports::post::PostUpkeep;
use crate::ports::post::conformance::{All, NOW, conformance};

mod killed;
mod owed;
mod people;
mod pictures;

/// What the store of pictures is told.
#[derive(Default)]
pub(super) struct Shows(pub Mutex<BTreeMap<PostId, PostShows>>);

#[async_trait]
impl PictureUses for Shows {
    async fn may_show(&self, _: UserId, _: &[AssetId]) -> Result<bool, AssetsUnavailable> {
        Ok(true)
    }

    async fn post_shows(&self, shows: &PostShows) -> Result<(), AssetsUnavailable> {
        let mut all = self.0.lock().unwrap();
        let known = all.entry(shows.post).or_insert_with(|| shows.clone());
        if known.stamp <= shows.stamp {
            *known = shows.clone();
        }
        Ok(())
    }
}

/// Keeps what was told at once.
#[derive(Default)]
pub(super) struct Heard(pub Mutex<Vec<Delivery>>);

impl NotificationSink for Heard {
    fn notified(&self, delivery: &Delivery) {
        self.0.lock().unwrap().push(delivery.clone());
    }
}

/// Posts, and everybody around them.
pub(super) struct Around {
    pub stage: Stage,
    pub people: Sqlite,
    pub posts: MongoPosts,
    pub shows: Arc<Shows>,
    pub heard: Arc<Heard>,
    /// What looks on is not held against the indexes.
    beside: Mongo,
    _folder: tempfile::TempDir,
}

impl Around {
    /// None where no server was started.
    pub async fn set() -> Option<Self> {
        let stage = Stage::set().await?;
        let folder = tempfile::tempdir().unwrap();
        let people = Sqlite::open(folder.path()).await.unwrap();
        let (shows, heard) = (Arc::<Shows>::default(), Arc::<Heard>::default());
        let near = PostNeighbours {
            people: Arc::new(people.clone()),
            doors: Arc::new(people.clone()),
            pictures: shows.clone(),
            notices: Arc::new(people.clone()),
            cases: Arc::new(people.clone()),
            sink: heard.clone(),
        };
        Some(Self {
            posts: MongoPosts::new(stage.mongo.clone(), near),
            beside: stage.elsewhere(),
            stage,
            people,
            shows,
            heard,
            _folder: folder,
        })
    }

    pub fn all(&self) -> All<'_> {
        All {
            posts: &self.posts,
            upkeep: &self.posts,
            users: &self.people,
            relations: &self.people,
            settings: &self.people,
        }
    }

    pub async fn documents(&self, collection: &'static str, filter: Stored) -> Vec<Stored> {
        let collection = self.beside.collection(collection);
        let found = self.posts.all(&collection, filter, Stored::new()).await;
        found.unwrap()
    }

    pub async fn count(&self, collection: &'static str, filter: Stored) -> usize {
        self.documents(collection, filter).await.len()
    }

    /// Holds the counts of every document against what they count.
    pub async fn counts_hold(&self) {
        for post in self.documents(Collections::POST, doc! {}).await {
            let of = id(post.uuid("_id").unwrap());
            let counts = super::form::to_kept(&post).unwrap().counts;
            let did = async |what: &str| {
                let filter = doc! { "of": of.clone(), "what": what };
                self.count(Collections::POST_RESPONSE, filter).await
            };
            let reactions: u32 = counts.reactions.0.iter().sum();
            let told = [reactions, counts.reposts, counts.bookmarks.unwrap()];
            let found = [
                did("reaction").await,
                did("repost").await,
                did("bookmark").await,
            ];
            assert_eq!(told.map(|count| count as usize), found, "{post}");
            let shown = doc! { "post": of.clone(), "standing": "shown", "gone": false };
            let comments = self.count(Collections::COMMENT, shown).await;
            assert_eq!(counts.comments as usize, comments, "{post}");
        }
        for comment in self.documents(Collections::COMMENT, doc! {}).await {
            let of = id(comment.uuid("_id").unwrap());
            let said = super::comment_form::to_said(&comment).unwrap();
            let shown = doc! { "under": of.clone(), "standing": "shown", "gone": false };
            let replies = self.count(Collections::COMMENT, shown).await;
            assert_eq!(said.replies as usize, replies, "{comment}");
            for kind in ReactionKind::ALL {
                let filter = doc! { "of": of.clone(), "kind": kind.as_str() };
                let reactions = self.count(Collections::POST_RESPONSE, filter).await;
                assert_eq!(said.reactions.of(*kind) as usize, reactions, "{comment}");
            }
            assert!(!said.is_gone || said.author.is_none(), "{comment}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_what_a_post_store_promises() {
    let Some(around) = Around::set().await else {
        return;
    };
    conformance(around.all()).await;
    around.counts_hold().await;
    assert_eq!(
        around.count(Collections::POST, doc! { "gone": true }).await,
        0
    );
    assert_eq!(around.count(Collections::POST_DEBT, doc! {}).await, 0);
    around.stage.end().await;
}

#[tokio::test]
async fn places_that_are_answered_are_looked_at_once_by_the_sweep() {
    let Some(around) = Around::set().await else {
        return;
    };
    let all = around.all();
    let [author] = all.people("sweeper").await;
    let post = all.publish(author, "글", NOW).await;
    let top = all.comment(post, None, author).await.unwrap();
    let middle = all.comment(post, Some(top), author).await.unwrap();
    let last = all.comment(post, Some(middle), author).await.unwrap();
    for gone in [top, middle] {
        all.posts.delete_comment(author, gone, NOW).await.unwrap();
    }
    while around.posts.sweep(NOW).await.unwrap() {}
    assert_eq!(around.count(Collections::COMMENT, doc! {}).await, 3);
    let waiting = doc! { "unswept": true };
    assert_eq!(around.count(Collections::COMMENT, waiting).await, 0);
    all.posts.delete_comment(author, last, NOW).await.unwrap();
    while around.posts.sweep(NOW).await.unwrap() {}
    assert_eq!(
        around.count(Collections::COMMENT, doc! {}).await,
        0,
        "all go"
    );
    around.stage.end().await;
}
