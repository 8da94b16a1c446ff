//! What other stores are owed, and what the world is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use mongodb::bson::doc;

use super::super::super::Collections;
use super::super::super::value::id;
use super::super::{MongoModeratedPosts, MongoPosts, PostNeighbours};
use super::{Around, Shows};
use crate::domain::clock::WallMs;
use crate::domain::event::Event;
use crate::domain::id::{AssetId, PostId, UserId};
use crate::domain::moderation::{CaseState, ContentKind, Standing};
use crate::domain::notification::{Delivery, NewNotice, Notice, NoticeId, NoticeKind};
use crate::domain::post::{
    Audience, Content, PostEvent, PostPicture, PostState, Reactable, ReactionKind,
};
use crate::ports::events::Outbox;
use crate::ports::moderation::ModeratedContent;
use crate::ports::moderation::desk::ModerationStore;
use crate::ports::notification::{NoticesUnavailable, NotificationStore};
use crate::ports::once::{Done, Once};
use crate::ports::post::conformance::NOW;
use crate::ports::post::{NewPost, PostUpkeep, PostWriter, ResponseStore};

/// Notices that cannot be reached for a while.
struct Away {
    notices: Arc<dyn NotificationStore>,
    is_away: AtomicBool,
}

impl Away {
    fn there(&self) -> Result<&dyn NotificationStore, NoticesUnavailable> {
        match self.is_away.load(Ordering::SeqCst) {
            true => Err(NoticesUnavailable("away".to_owned())),
            false => Ok(&*self.notices),
        }
    }
}

#[async_trait]
impl NotificationStore for Away {
    async fn notify(&self, notice: &NewNotice) -> Result<Option<Delivery>, NoticesUnavailable> {
        self.there()?.notify(notice).await
    }

    async fn withdraw(&self, subject: &str, from: &[UserId]) -> Result<(), NoticesUnavailable> {
        self.there()?.withdraw(subject, from).await
    }

    async fn list(
        &self,
        user: UserId,
        before: Option<NoticeId>,
        limit: u32,
    ) -> Result<Vec<Notice>, NoticesUnavailable> {
        self.there()?.list(user, before, limit).await
    }

    async fn unread(&self, user: UserId) -> Result<u32, NoticesUnavailable> {
        self.there()?.unread(user).await
    }

    async fn show(&self, notice: &NewNotice, shown: bool) -> Result<(), NoticesUnavailable> {
        self.there()?.show(notice, shown).await
    }

    async fn read(
        &self,
        user: UserId,
        up_to: NoticeId,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<u32>, NoticesUnavailable> {
        self.there()?.read(user, up_to, once, now).await
    }
}

fn later(ms: u64) -> WallMs {
    WallMs(NOW.0 + ms)
}

async fn kinds_told(around: &Around, person: UserId) -> Vec<NoticeKind> {
    let list = around.people.list(person, None, 99).await.unwrap();
    list.into_iter().map(|notice| notice.kind).collect()
}

fn held(author: UserId, text: &str) -> NewPost {
    NewPost {
        id: PostId::generate(),
        author,
        state: PostState::Published,
        audience: Audience::Public,
        standing: Standing::Held,
        content: Content {
            text: text.to_owned(),
            ..Content::default()
        },
        room: None,
        quote_of: None,
        publish_at: None,
        at: NOW,
    }
}

#[tokio::test]
async fn what_cannot_be_paid_at_once_is_paid_later_and_once() {
    let Some(around) = Around::set().await else {
        return;
    };
    let notices = Arc::new(Away {
        notices: Arc::new(around.people.clone()),
        is_away: AtomicBool::new(true),
    });
    let near = PostNeighbours {
        notices: notices.clone(),
        ..(*around.posts.near).clone()
    };
    let posts = MongoPosts::new(around.stage.mongo.clone(), near);
    let [author, fan] = around.all().people("owed").await;
    let post = around.all().publish(author, "글", NOW).await;
    let heart = Some(ReactionKind::Heart);
    let reacted = posts.react(fan, Reactable::Post(post), heart, NOW).await;
    assert_eq!(reacted.unwrap().told, [], "nobody can be told now");
    assert_eq!(kinds_told(&around, author).await, []);
    // Whoever made the change has a while to pay, and what cannot be paid waits on.
    assert!(!posts.sweep(later(1)).await.unwrap());
    assert!(!posts.sweep(later(20_000)).await.unwrap());
    notices.is_away.store(false, Ordering::SeqCst);
    assert!(!posts.sweep(later(30_000)).await.unwrap(), "it waits on");
    assert!(posts.sweep(later(90_000)).await.unwrap());
    assert!(!posts.sweep(later(200_000)).await.unwrap());
    assert_eq!(kinds_told(&around, author).await, [NoticeKind::Reaction]);
    let heard = around.heard.0.lock().unwrap().clone();
    let heard: Vec<UserId> = heard.iter().map(|delivery| delivery.to).collect();
    assert_eq!(heard, [author]);
    assert_eq!(around.count(Collections::POST_DEBT, doc! {}).await, 0);
    around.stage.end().await;
}

#[tokio::test]
async fn what_is_held_has_its_case_and_is_told_of_once_it_is_shown() {
    let Some(around) = Around::set().await else {
        return;
    };
    let [author, named] = around.all().people("case").await;
    let new = held(author, "@case_1 보세요 #보류");
    around.posts.create(&new, None).await.unwrap();
    assert_eq!(kinds_told(&around, named).await, []);
    let cases = around.people.cases(CaseState::Open, None, 9).await.unwrap();
    let things = cases.into_iter().map(|case| (case.kind, case.subject));
    let things: Vec<_> = things.collect();
    assert_eq!(things, [(ContentKind::Post, new.id.to_string())]);
    let moderated = MongoModeratedPosts(around.posts.clone());
    let subject = new.id.to_string();
    assert!(!moderated.is_seen_by(&subject, named).await.unwrap());
    for standing in [Standing::Shown, Standing::Hidden, Standing::Shown] {
        assert!(moderated.stand(&subject, standing, NOW).await.unwrap());
    }
    assert!(moderated.is_seen_by(&subject, named).await.unwrap());
    assert_eq!(kinds_told(&around, named).await, [NoticeKind::Mention]);
    let told = around.posts.waiting(0, 99).await.unwrap();
    let told = told.into_iter().map(|entry| entry.event);
    let changed = |version| Event::Post(PostEvent::PostChanged { version });
    let published = Event::Post(PostEvent::PostPublished {
        by: author,
        room: None,
        tags: vec!["보류".to_owned()],
        public: true,
        at: NOW,
    });
    let wanted = [changed(1), published, changed(3), changed(4)];
    assert_eq!(told.collect::<Vec<_>>(), wanted);
    // What is removed says nothing any more, and goes in the end.
    assert!(
        moderated
            .stand(&subject, Standing::Removed, NOW)
            .await
            .unwrap()
    );
    assert!(
        moderated
            .stand(&subject, Standing::Shown, NOW)
            .await
            .unwrap()
    );
    let content = moderated.content(&subject).await.unwrap().unwrap();
    assert_eq!(
        (content.text.as_str(), content.standing),
        ("", Standing::Removed)
    );
    let long_after = later(crate::ports::post::REMOVED_KEPT_MS + 1);
    while around.posts.sweep(long_after).await.unwrap() {}
    assert_eq!(moderated.content(&subject).await.unwrap(), None);
    around.stage.end().await;
}

#[tokio::test]
async fn pictures_are_known_where_pictures_are() {
    let Some(around) = Around::set().await else {
        return;
    };
    let [author] = around.all().people("shows").await;
    let picture = |asset| PostPicture {
        asset,
        alt: String::new(),
    };
    let (one, other) = (AssetId::generate(), AssetId::generate());
    let mut new = held(author, "사진");
    new.standing = Standing::Shown;
    new.content.pictures = vec![picture(one)];
    around.posts.create(&new, None).await.unwrap();
    let shown = |shows: &Shows| {
        let all = shows.0.lock().unwrap();
        let shows = all[&new.id].clone();
        (shows.pictures, shows.is_public)
    };
    assert_eq!(shown(&around.shows), (vec![one], true));
    let rewrite = crate::ports::post::Rewrite {
        id: new.id,
        author,
        from: 1,
        state: PostState::Published,
        audience: Audience::Followers,
        hold: false,
        content: Content {
            pictures: vec![picture(other)],
            ..new.content.clone()
        },
        room: None,
        quote_of: None,
        publish_at: None,
        at: NOW,
    };
    around.posts.rewrite(&rewrite, None).await.unwrap();
    let mut both = vec![one, other];
    both.sort_unstable();
    assert_eq!(shown(&around.shows), (both, false));
    around.posts.delete(author, new.id, NOW).await.unwrap();
    assert_eq!(shown(&around.shows), (Vec::new(), false));
    around.stage.end().await;
}

#[tokio::test]
async fn events_of_a_post_are_in_order_whichever_process_wrote_them() {
    let Some(around) = Around::set().await else {
        return;
    };
    let elsewhere = MongoPosts::new(around.stage.elsewhere(), (*around.posts.near).clone());
    let [author, fan] = around.all().people("order").await;
    let post = around.all().publish(author, "글", NOW).await;
    for at in 0..4 {
        // Each process has a block of places of its own.
        let by = if at % 2 == 0 {
            &elsewhere
        } else {
            &around.posts
        };
        by.repost(fan, post, true, later(at)).await.unwrap();
        by.repost(fan, post, false, later(at)).await.unwrap();
    }
    let told = around.posts.waiting(0, 99).await.unwrap();
    let times = told.iter().filter_map(|entry| match &entry.event {
        Event::Post(PostEvent::PostReposted { at, .. }) => Some(*at),
        _ => None,
    });
    assert_eq!(times.collect::<Vec<_>>(), [0, 1, 2, 3].map(later));
    let places: Vec<u64> = told.iter().map(|entry| entry.id).collect();
    assert_eq!(
        around.posts.waiting(places[1], 1).await.unwrap(),
        told[2..3]
    );
    around.posts.clear(&places).await.unwrap();
    assert_eq!(around.posts.waiting(0, 99).await.unwrap(), []);
    around.stage.end().await;
}

#[tokio::test]
async fn a_post_that_fails_keeps_no_other_from_coming_out() {
    let Some(around) = Around::set().await else {
        return;
    };
    let [author] = around.all().people("putoff").await;
    let mut ids = Vec::new();
    for n in 1..=3 {
        let mut new = held(author, "나중에");
        (new.standing, new.state) = (Standing::Shown, PostState::Scheduled);
        new.publish_at = Some(later(n));
        around.posts.create(&new, None).await.unwrap();
        ids.push(id(new.id.uuid()));
    }
    // The first cannot be read, the second cannot be published.
    for (post, field) in [(&ids[0], "version"), (&ids[1], "announced")] {
        let damage = doc! { "$set": { field: "unknown" } };
        let damaged = around.posts.posts();
        let damaged = damaged.update_one(doc! { "_id": post.clone() }, damage);
        damaged.await.unwrap();
    }
    let published = around.posts.publish_due(later(9)).await;
    assert!(published.unwrap().is_some());
    let out = doc! { "_id": ids[2].clone(), "state": "published" };
    assert_eq!(around.count(Collections::POST, out).await, 1);
    assert!(around.posts.publish_due(later(9)).await.is_err());
    around.stage.end().await;
}
