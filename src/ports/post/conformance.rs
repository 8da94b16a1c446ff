//! What every store of posts must keep, whatever stands behind it.

use super::{
    CommentView, Counts, Feed, NewComment, NewPost, Order, Place, PostStore, PostStoreError,
    PostUpkeep, PostView, Refusal, Rewrite, Thread,
};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::post::{Audience, Content, PostState};
use crate::ports::once::Done;
use crate::ports::relations::RelationStore;
use crate::ports::settings::SettingsStore;
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;

mod comments;
mod counts;
mod feeds;
mod responses;
mod rooms;
mod seen;
mod threads;
mod write;

/// A store, the accounts in it, their settings and what they are to each other.
#[derive(Clone, Copy)]
pub(crate) struct All<'a> {
    pub(crate) posts: &'a dyn PostStore,
    pub(crate) upkeep: &'a dyn PostUpkeep,
    pub(crate) users: &'a dyn UserStore,
    pub(crate) relations: &'a dyn RelationStore,
    pub(crate) settings: &'a dyn SettingsStore,
}

/// Runs the whole suite on an empty store.
pub(crate) async fn conformance(all: All<'_>) {
    write::conformance(all).await;
    seen::conformance(all).await;
    feeds::conformance(all).await;
    counts::conformance(all).await;
    comments::conformance(all).await;
    threads::conformance(all).await;
    responses::conformance(all).await;
    rooms::conformance(all).await;
}

/// The time at which all these tests play; later ones say how much later.
pub(crate) const NOW: WallMs = WallMs(1_700_000_000_000);

/// A post that is out at this time.
fn post(author: UserId, audience: Audience, text: &str, at: WallMs) -> NewPost {
    NewPost {
        id: PostId::generate(),
        author,
        state: PostState::Published,
        audience,
        standing: Standing::Shown,
        content: Content {
            text: text.to_owned(),
            ..Content::default()
        },
        room: None,
        quote_of: None,
        publish_at: None,
        at,
    }
}

/// What somebody else is told of a refusal.
fn refusal<T: std::fmt::Debug>(answer: Result<T, PostStoreError>) -> Refusal {
    match answer {
        Err(PostStoreError::Refused(why)) => why,
        other => panic!("a refusal, not {other:?}"),
    }
}

impl All<'_> {
    /// So many new people of a name.
    pub(crate) async fn people<const N: usize>(self, name: &str) -> [UserId; N] {
        let mut ids = Vec::new();
        for n in 0..N {
            let handle = format!("{name}_{n}");
            ids.push(created(self.users, &handle, &handle).await.id);
        }
        ids.try_into().unwrap()
    }

    /// Keeps a post.
    async fn keep(self, new: &NewPost) -> PostId {
        let kept = self.posts.create(new, None).await.unwrap();
        assert_eq!(kept.outcome, Done::Now(new.id));
        new.id
    }

    /// Keeps a public post that is out.
    pub(crate) async fn publish(self, author: UserId, text: &str, at: WallMs) -> PostId {
        self.keep(&post(author, Audience::Public, text, at)).await
    }

    pub(crate) async fn comment(
        self,
        post: PostId,
        parent: Option<CommentId>,
        author: UserId,
    ) -> Result<CommentId, PostStoreError> {
        let new = NewComment {
            id: CommentId::generate(),
            post,
            parent,
            author,
            text: "말".to_owned(),
            standing: Standing::Shown,
            at: NOW,
        };
        self.posts.comment(&new, None).await.map(|_| new.id)
    }

    async fn view(self, post: PostId, viewer: UserId) -> PostView {
        self.posts.post(post, Some(viewer), NOW).await.unwrap()
    }

    /// All posts of a list, a few at a time.
    async fn list(self, feed: &Feed, viewer: Option<UserId>) -> Vec<PostId> {
        self.list_by(feed, viewer, 2).await
    }

    /// The same, so many at a time.
    async fn list_by(self, feed: &Feed, viewer: Option<UserId>, limit: u32) -> Vec<PostId> {
        let (mut all, mut after): (Vec<PostId>, Option<Place>) = (Vec::new(), None);
        loop {
            let page = self
                .posts
                .feed(feed, viewer, NOW, after, limit)
                .await
                .unwrap();
            let Some(last) = page.last() else {
                return all;
            };
            after = Some(last.place());
            all.extend(page.iter().map(|entry| entry.view.post.id));
        }
    }

    /// Counts of a post put together from its lists alone, and what is told of them.
    async fn counts(self, post: PostId, viewer: UserId) -> (Counts, Counts) {
        let told = self.view(post, viewer).await.counts;
        let mut counted = Counts {
            bookmarks: told.bookmarks,
            ..Counts::default()
        };
        let mut after = None;
        loop {
            let page = self
                .posts
                .reactions(post, None, Some(viewer), NOW, after, 3);
            let page = page.await.unwrap();
            let Some(last) = page.last() else {
                break;
            };
            after = Some((last.at, last.user.id));
            for reacted in &page {
                counted.reactions.0[reacted.kind.unwrap() as usize] += 1;
            }
        }
        let reposts = self.posts.reposts(post, Some(viewer), NOW, None, 1_000);
        counted.reposts = u32::try_from(reposts.await.unwrap().len()).unwrap();
        let mut waiting = vec![Thread::Of(post)];
        while let Some(thread) = waiting.pop() {
            let comments: Vec<CommentView> = self
                .posts
                .comments(thread, Order::Oldest, Some(viewer), NOW, None, 1_000)
                .await
                .unwrap();
            for view in comments {
                counted.comments += u32::from(view.author.is_some());
                waiting.push(Thread::Below(view.comment.id));
            }
        }
        (told, counted)
    }

    /// A change of a post as it is now.
    async fn rewrite(self, id: PostId, author: UserId, text: &str) -> Rewrite {
        let post = self.view(id, author).await.post;
        Rewrite {
            id,
            author,
            from: post.version,
            state: post.state,
            audience: post.audience,
            hold: false,
            content: Content {
                text: text.to_owned(),
                ..post.content
            },
            room: post.room,
            quote_of: post.quote_of,
            publish_at: post.publish_at,
            at: NOW,
        }
    }
}
