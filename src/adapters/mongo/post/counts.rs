//! Counts as a viewer finds them: what is stored counts everybody.
//!
//! What people did who are gone for the viewer is subtracted. A thing with fewer responses than there are such people is
//! looked through; of others each of the people is looked up by the keys of what they may have done: what popular things
//! and many absent people cost together stays bounded by the lesser.

use std::collections::{BTreeMap, BTreeSet};

use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::value::{Fields, id};
use super::response_form::{BOOKMARK, OF_COMMENT, REACTION, REPOST, key};
use super::viewer::Viewer;
use super::{MongoPosts, among, form};
use crate::domain::id::{CommentId, PostId, UserId};
use crate::ports::post::{CommentView, Counts, PostStoreError, PostView};

/// Keys looked up in one question.
const KEYS_AT_ONCE: usize = 2_000;

/// How much there is of a post.
fn of_post(counts: &Counts) -> usize {
    let all = counts.reactions.0.iter().sum::<u32>()
        + counts.comments
        + counts.reposts
        + counts.bookmarks.unwrap_or(0);
    usize::try_from(all).unwrap_or(usize::MAX)
}

fn of_comment(view: &CommentView) -> usize {
    let all = view.reactions.0.iter().sum::<u32>() + view.replies;
    usize::try_from(all).unwrap_or(usize::MAX)
}

impl MongoPosts {
    /// What these people did with these things, in these ways.
    async fn responses_of(
        &self,
        (few, many): (&[Bson], &[uuid::Uuid]),
        ways: &[&str],
        gone: &BTreeSet<UserId>,
    ) -> Result<Vec<Stored>, PostStoreError> {
        let fields = doc! { "what": 1, "of": 1, "kind": 1, "user": 1 };
        let responses = self.responses_kept();
        let mut all = Vec::new();
        if !few.is_empty() {
            let ways = among(ways.iter().map(|way| Bson::from(*way)));
            let filter = doc! { "of": among(few.iter().cloned()), "what": ways };
            for response in self.all(&responses, filter, fields.clone()).await? {
                if gone.contains(&UserId::from_uuid(response.uuid("user")?)) {
                    all.push(response);
                }
            }
        }
        let keys = many.iter().flat_map(|of| {
            let of_gone = gone.iter();
            of_gone.flat_map(|user| ways.iter().map(|way| Bson::from(key(way, *of, *user))))
        });
        let keys: Vec<Bson> = keys.collect();
        for some in keys.chunks(KEYS_AT_ONCE) {
            let filter = doc! { "_id": among(some.iter().cloned()) };
            all.extend(self.all(&responses, filter, fields.clone()).await?);
        }
        Ok(all)
    }

    /// Shown comments of these people: all those `few` finds, and theirs among those `many` finds.
    async fn comments_of(
        &self,
        few: Option<Stored>,
        many: Option<Stored>,
        gone: &BTreeSet<UserId>,
    ) -> Result<Vec<Stored>, PostStoreError> {
        let fields = doc! { "post": 1, "under": 1, "author": 1 };
        let comments = self.comments_kept();
        let shown = |mut filter: Stored| {
            filter.extend(doc! { "standing": "shown", "gone": false });
            filter
        };
        let mut all = Vec::new();
        if let Some(few) = few {
            for comment in self.all(&comments, shown(few), fields.clone()).await? {
                let author = comment.maybe_uuid("author")?.map(UserId::from_uuid);
                if author.is_some_and(|author| gone.contains(&author)) {
                    all.push(comment);
                }
            }
        }
        let gone: Vec<Bson> = gone.iter().map(|user| id(user.uuid())).collect();
        if let Some(many) = many {
            for some in gone.chunks(KEYS_AT_ONCE) {
                let mut filter = shown(many.clone());
                filter.insert("author", among(some.iter().cloned()));
                all.extend(self.all(&comments, filter, fields.clone()).await?);
            }
        }
        Ok(all)
    }

    /// Takes what people did who are gone for the viewer out of the counts of posts.
    pub(super) async fn lessened(
        &self,
        views: &mut BTreeMap<PostId, PostView>,
        viewer: &Viewer<'_>,
    ) -> Result<(), PostStoreError> {
        let touched = |view: &&PostView| of_post(&view.counts) > 0;
        if !views.values().any(|view| touched(&view)) {
            return Ok(());
        }
        let gone = self.near.people.gone(viewer.id, viewer.now).await?;
        if gone.is_empty() {
            return Ok(());
        }
        let (few, many): (Vec<&PostView>, Vec<&PostView>) = views
            .values()
            .filter(touched)
            .partition(|view| of_post(&view.counts) <= gone.len());
        let few: Vec<Bson> = few.iter().map(|view| id(view.post.id.uuid())).collect();
        let many: Vec<_> = many.iter().map(|view| view.post.id.uuid()).collect();
        let ways = [REACTION, REPOST, BOOKMARK];
        let responses = self.responses_of((&few, &many), &ways, &gone).await?;
        for response in responses {
            let of = PostId::from_uuid(response.uuid("of")?);
            let Some(PostView { counts, .. }) = views.get_mut(&of) else {
                continue;
            };
            match response.text("what")? {
                REPOST => counts.reposts = counts.reposts.saturating_sub(1),
                BOOKMARK => {
                    counts.bookmarks = counts.bookmarks.map(|all| all.saturating_sub(1));
                }
                _ => counts.reactions.less(form::known(&response, "kind")?, 1),
            }
        }
        let of = |posts: Vec<Bson>| {
            let any = !posts.is_empty();
            any.then(|| doc! { "post": among(posts) })
        };
        let many = many.into_iter().map(id).collect();
        for comment in self.comments_of(of(few), of(many), &gone).await? {
            let post = PostId::from_uuid(comment.uuid("post")?);
            if let Some(view) = views.get_mut(&post) {
                view.counts.comments = view.counts.comments.saturating_sub(1);
            }
        }
        Ok(())
    }

    /// The same for comments on one post.
    pub(super) async fn lessened_of_comments(
        &self,
        views: &mut [CommentView],
        viewer: &Viewer<'_>,
    ) -> Result<(), PostStoreError> {
        let Some(post) = views.first().map(|view| view.comment.post) else {
            return Ok(());
        };
        if !views.iter().any(|view| of_comment(view) > 0) {
            return Ok(());
        }
        let gone = self.near.people.gone(viewer.id, viewer.now).await?;
        if gone.is_empty() {
            return Ok(());
        }
        let touched = views.iter().filter(|view| of_comment(view) > 0);
        let (few, many): (Vec<&CommentView>, Vec<&CommentView>) =
            touched.partition(|view| of_comment(view) <= gone.len());
        let few: Vec<Bson> = few.iter().map(|view| id(view.comment.id.uuid())).collect();
        let many: Vec<_> = many.iter().map(|view| view.comment.id.uuid()).collect();
        let responses = self
            .responses_of((&few, &many), &[OF_COMMENT], &gone)
            .await?;
        let replies = self
            .comments_of(
                (!few.is_empty()).then(|| doc! { "under": among(few) }),
                // By author and post; below which of them is told of each.
                (!many.is_empty()).then(|| doc! { "post": id(post.uuid()) }),
                &gone,
            )
            .await?;
        let mut places: BTreeMap<CommentId, &mut CommentView> = views
            .iter_mut()
            .map(|view| (view.comment.id, view))
            .collect();
        for response in responses {
            let of = CommentId::from_uuid(response.uuid("of")?);
            if let Some(view) = places.get_mut(&of) {
                view.reactions.less(form::known(&response, "kind")?, 1);
            }
        }
        let mut counted = BTreeSet::new();
        for reply in replies {
            let under = CommentId::from_uuid(reply.uuid("under")?);
            if counted.insert(reply.uuid("_id")?)
                && let Some(view) = places.get_mut(&under)
            {
                view.replies = view.replies.saturating_sub(1);
            }
        }
        Ok(())
    }
}
