//! The store of posts and the store of pictures together: what one says of what it shows is what the other counts, in
//! every state a post can be in, and whatever fails between the two.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use mongodb::bson::doc;

use super::super::super::asset::{AssetNeighbours, MongoAssets};
use super::super::super::{Collections, Mongo};
use super::super::{MongoModeratedPosts, MongoPosts, PostNeighbours};
use super::Around;
use crate::adapters::sqlite::Sqlite;
use crate::domain::asset::VariantName;
use crate::domain::asset::limits::UNUSED_KEPT_MS;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, PostId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::post::{Audience, Content, PostPicture, PostState};
use crate::ports::asset::conformance::ready;
use crate::ports::asset::{
    AssetStore, AssetWork, AssetsUnavailable, PictureUses, PostShows, PurgeQueue,
};
use crate::ports::moderation::ModeratedContent;
use crate::ports::personal_data::{Erasing, PersonalData};
use crate::ports::post::conformance::NOW;
use crate::ports::post::{
    NewPost, PostReader, PostStoreError, PostUpkeep, PostWriter, Refusal, Rewrite,
};

/// When pictures of the suite are made.
const MADE: WallMs = WallMs(1_000_000);

/// The way from posts to pictures, which may be cut, or lose the answer of what was told.
struct Way {
    assets: MongoAssets,
    is_cut: AtomicBool,
    is_lost: AtomicBool,
}

#[async_trait]
impl PictureUses for Way {
    async fn may_show(
        &self,
        owner: UserId,
        pictures: &[AssetId],
    ) -> Result<bool, AssetsUnavailable> {
        self.assets.may_show(owner, pictures).await
    }

    async fn post_shows(&self, shows: &PostShows) -> Result<(), AssetsUnavailable> {
        let away = |is_away: &AtomicBool| match is_away.load(Ordering::SeqCst) {
            true => Err(AssetsUnavailable("away".to_owned())),
            false => Ok(()),
        };
        away(&self.is_cut)?;
        self.assets.post_shows(shows).await?;
        away(&self.is_lost)
    }
}

struct Together {
    around: Around,
    posts: MongoPosts,
    assets: MongoAssets,
    way: Arc<Way>,
}

fn assets(mongo: Mongo, people: &Sqlite) -> MongoAssets {
    let people = Arc::new(people.clone());
    let beside = AssetNeighbours {
        people: people.clone(),
        relations: people.clone(),
        profiles: people.clone(),
        rulings: people,
    };
    MongoAssets::new(mongo, beside)
}

fn later(ms: u64) -> WallMs {
    WallMs(NOW.0 + ms)
}

impl Together {
    async fn set() -> Option<Self> {
        let around = Around::set().await?;
        let assets = assets(around.stage.mongo.clone(), &around.people);
        let way = Arc::new(Way {
            assets: assets.clone(),
            is_cut: AtomicBool::new(false),
            is_lost: AtomicBool::new(false),
        });
        let near = PostNeighbours {
            pictures: way.clone(),
            ..(*around.posts.near).clone()
        };
        Some(Self {
            posts: MongoPosts::new(around.stage.mongo.clone(), near),
            assets,
            way,
            around,
        })
    }

    /// How many things show it, and whether anybody may have it.
    async fn uses(&self, id: AssetId) -> (u32, bool) {
        let asset = self.assets.asset(id).await.unwrap().unwrap();
        let served = self.assets.served(id, VariantName::Large, MADE).await;
        let is_public = asset.picture.unwrap().is_public;
        assert_eq!(served.unwrap().unwrap().is_public, is_public);
        (asset.uses, is_public)
    }

    /// How many times caches are to drop it; they have.
    async fn dropped(&self, id: AssetId) -> usize {
        let due = self.assets.due(999, MADE).await.unwrap();
        let about = due.iter().filter(|purge| purge.asset == id);
        let about: Vec<i64> = about.map(|purge| purge.id).collect();
        self.assets.done(&about).await.unwrap();
        about.len()
    }

    async fn publish(&self, author: UserId, shown: &[AssetId]) -> PostId {
        let new = new(author, shown, PostState::Published);
        self.posts.create(&new, None).await.unwrap();
        new.id
    }

    async fn rewrite(&self, id: PostId, author: UserId, change: impl FnOnce(&mut Rewrite)) {
        let post = self.posts.post(id, Some(author), NOW).await.unwrap().post;
        let mut rewrite = Rewrite {
            id,
            author,
            from: post.version,
            state: post.state,
            audience: post.audience,
            hold: false,
            content: post.content,
            room: None,
            quote_of: None,
            publish_at: None,
            at: NOW,
        };
        change(&mut rewrite);
        self.posts.rewrite(&rewrite, None).await.unwrap();
    }

    async fn stand(&self, post: PostId, standing: Standing) {
        let moderated = MongoModeratedPosts(self.posts.clone());
        let stood = moderated.stand(&post.to_string(), standing, NOW).await;
        assert!(stood.unwrap(), "{standing:?}");
    }

    async fn owed(&self) -> usize {
        self.around.count(Collections::POST_DEBT, doc! {}).await
    }

    async fn end(self) {
        self.around.stage.end().await;
    }
}

fn pictures(shown: &[AssetId]) -> Vec<PostPicture> {
    let shown = shown.iter().map(|asset| PostPicture {
        asset: *asset,
        alt: String::new(),
    });
    shown.collect()
}

fn new(author: UserId, shown: &[AssetId], state: PostState) -> NewPost {
    NewPost {
        id: PostId::generate(),
        author,
        state,
        audience: Audience::Public,
        standing: Standing::Shown,
        content: Content {
            text: "사진".to_owned(),
            pictures: pictures(shown),
            ..Content::default()
        },
        room: None,
        quote_of: None,
        publish_at: None,
        at: NOW,
    }
}

#[tokio::test]
async fn a_picture_is_for_whom_the_posts_are_that_show_it() {
    let Some(here) = Together::set().await else {
        return;
    };
    let [author] = here.around.all().people("painter").await;
    let (one, two) = (
        ready(&here.assets, author, 1).await,
        ready(&here.assets, author, 2).await,
    );
    let both = async || (here.uses(one).await, here.uses(two).await);
    let new = new(author, &[one], PostState::Draft);
    here.posts.create(&new, None).await.unwrap();
    assert_eq!(both().await, ((1, false), (0, false)), "a draft");
    here.rewrite(new.id, author, |it| it.state = PostState::Published)
        .await;
    assert_eq!(both().await, ((1, true), (0, false)));
    assert_eq!(here.dropped(one).await, 0);
    here.rewrite(new.id, author, |it| {
        it.audience = Audience::Followers;
        it.content.pictures = pictures(&[two]);
    })
    .await;
    // What it showed before can be read there still.
    assert_eq!(both().await, ((1, false), (1, false)));
    assert_eq!(here.dropped(one).await, 3, "it was for everybody");
    assert_eq!(here.dropped(two).await, 0, "it never was");
    here.rewrite(new.id, author, |it| it.audience = Audience::Public)
        .await;
    assert_eq!(both().await, ((1, true), (1, true)));
    for (standing, is_public) in [
        (Standing::Hidden, false),
        (Standing::Held, false),
        (Standing::Shown, true),
    ] {
        here.stand(new.id, standing).await;
        assert_eq!(both().await, ((1, is_public), (1, is_public)));
    }
    here.stand(new.id, Standing::Removed).await;
    assert_eq!(
        both().await,
        ((0, false), (0, false)),
        "all it said is gone"
    );
    assert_eq!(here.dropped(one).await, 6, "closed twice since");
    here.end().await;
}

#[tokio::test]
async fn only_ones_own_can_be_shown() {
    let Some(here) = Together::set().await else {
        return;
    };
    let [author, other] = here.around.all().people("owner").await;
    let (own, others) = (
        ready(&here.assets, author, 1).await,
        ready(&here.assets, other, 2).await,
    );
    for shown in [vec![others], vec![own, others], vec![AssetId::generate()]] {
        let refused = here
            .posts
            .create(&new(author, &shown, PostState::Published), None)
            .await;
        let refused = refused.map(|told| told.outcome);
        assert!(
            matches!(
                refused,
                Err(PostStoreError::Refused(Refusal::NoSuchPicture))
            ),
            "{refused:?}"
        );
    }
    assert_eq!(here.uses(own).await, (0, false));
    let post = here.publish(author, &[own]).await;
    here.assets.remove(own, author).await.unwrap();
    // It names a picture that is gone, and may be changed all the same.
    here.rewrite(post, author, |it| it.content.text = "그림".to_owned())
        .await;
    assert_eq!(here.owed().await, 0);
    here.end().await;
}

#[tokio::test]
async fn a_picture_of_several_posts_stays_open_as_long_as_one_of_them_is() {
    let Some(here) = Together::set().await else {
        return;
    };
    let [author] = here.around.all().people("painter").await;
    let picture = ready(&here.assets, author, 1).await;
    let first = here.publish(author, &[picture]).await;
    let mut second = new(author, &[picture], PostState::Scheduled);
    second.publish_at = Some(later(5));
    here.posts.create(&second, None).await.unwrap();
    assert_eq!(here.uses(picture).await, (2, true));
    here.posts.delete(author, first, NOW).await.unwrap();
    assert_eq!(here.uses(picture).await, (1, false), "the other is not out");
    assert_eq!(here.dropped(picture).await, 3);
    let published = here.posts.publish_due(later(5)).await.unwrap();
    assert!(published.is_some());
    assert_eq!(here.uses(picture).await, (1, true));
    // A post that is there keeps its pictures; one that is gone does not.
    let swept = async |days: u64| {
        let now = WallMs(MADE.0 + days * UNUSED_KEPT_MS);
        while here.assets.sweep(now).await.unwrap() > 0 {}
        here.assets.asset(picture).await.unwrap().is_some()
    };
    assert!(swept(1).await && swept(2).await && swept(3).await);
    while here.posts.erase(author, NOW).await.unwrap() == Erasing::Begun {}
    assert_eq!(here.uses(picture).await, (0, false));
    assert!(swept(4).await, "shown until lately");
    assert!(!swept(5).await);
    here.end().await;
}

#[tokio::test]
async fn what_could_not_be_told_is_told_later_as_it_is_then() {
    let Some(here) = Together::set().await else {
        return;
    };
    let [author] = here.around.all().people("painter").await;
    let (one, two) = (
        ready(&here.assets, author, 1).await,
        ready(&here.assets, author, 2).await,
    );
    let pay = async |ms: u64| while here.posts.sweep(later(ms)).await.unwrap() {};
    let (cut, lost) = (&here.way.is_cut, &here.way.is_lost);
    cut.store(true, Ordering::SeqCst);
    let post = here.publish(author, &[one]).await;
    let gone = here.publish(author, &[two]).await;
    assert_eq!(here.uses(one).await, (0, false));
    // Meanwhile they do not go for want of use.
    let tomorrow = WallMs(MADE.0 + UNUSED_KEPT_MS);
    while here.assets.sweep(tomorrow).await.unwrap() > 0 {}
    here.posts.delete(author, gone, NOW).await.unwrap();
    pay(20_000).await;
    assert_eq!(here.owed().await, 3, "two of one, one of the other");
    let left = doc! { "gone": true };
    assert_eq!(here.around.count(Collections::POST, left).await, 0, "swept");
    cut.store(false, Ordering::SeqCst);
    lost.store(true, Ordering::SeqCst);
    pay(90_000).await;
    assert_eq!(here.uses(one).await, (1, true));
    assert_eq!(here.owed().await, 3, "nobody knows that it was told");
    lost.store(false, Ordering::SeqCst);
    pay(200_000).await;
    assert_eq!((here.owed().await, here.uses(one).await), (0, (1, true)));
    assert_eq!(here.uses(two).await, (0, false));
    // What is told late of what is over is nothing new.
    let late = |post, picture| PostShows {
        post,
        stamp: 1,
        pictures: vec![picture],
        is_public: true,
    };
    here.assets.post_shows(&late(gone, two)).await.unwrap();
    assert_eq!(here.uses(two).await, (0, false));
    here.rewrite(post, author, |it| it.audience = Audience::Followers)
        .await;
    here.assets.post_shows(&late(post, one)).await.unwrap();
    assert_eq!(here.uses(one).await, (1, false));
    here.end().await;
}

#[tokio::test]
async fn of_changes_at_once_the_last_is_what_pictures_know() {
    let Some(here) = Together::set().await else {
        return;
    };
    let [author] = here.around.all().people("painter").await;
    let picture = ready(&here.assets, author, 1).await;
    let posts = [
        here.publish(author, &[picture]).await,
        here.publish(author, &[picture]).await,
    ];
    assert_eq!(here.uses(picture).await, (2, true));
    for _ in 0..3 {
        let changes = posts.into_iter().flat_map(|post| {
            [Standing::Hidden, Standing::Shown].map(|standing| here.stand(post, standing))
        });
        futures_util::future::join_all(changes).await;
        let mut shown = 0;
        for post in posts {
            let post = here.posts.post(post, Some(author), NOW).await.unwrap();
            shown += u32::from(post.post.standing == Standing::Shown);
        }
        assert_eq!(here.uses(picture).await, (2, shown > 0));
    }
    here.end().await;
}
