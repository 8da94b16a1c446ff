//! Posts as somebody sees them: single ones, and those of a page all at once.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use mongodb::bson::{Bson, doc};

use super::super::failure::reading;
use super::super::value::{Fields, id};
use super::form::{self, Kept, known};
use super::response_form::{BOOKMARK, REACTION, REPOST, key};
use super::viewer::Viewer;
use super::{MongoPosts, among};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::domain::post::{Post, Revision};
use crate::domain::user::User;
use crate::ports::post::{Mine, PostReader, PostStoreError, PostView, Quote, Refusal};

impl MongoPosts {
    /// Those of these posts that are not deleted.
    pub(super) async fn kept(
        &self,
        posts: impl IntoIterator<Item = PostId>,
    ) -> Result<BTreeMap<PostId, Kept>, PostStoreError> {
        let ids: BTreeSet<PostId> = posts.into_iter().collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let ids = among(ids.into_iter().map(|post| id(post.uuid())));
        let filter = doc! { "_id": ids, "gone": false };
        let found = self.all(&self.posts(), filter, form::fields()).await?;
        let kept = found.iter().map(|stored| {
            let kept = form::to_kept(stored)?;
            Ok((kept.post.id, kept))
        });
        kept.collect()
    }

    /// A post whoever's; none if it is deleted.
    pub(super) async fn stored_post(&self, post: PostId) -> Result<Option<Kept>, PostStoreError> {
        Ok(self.kept([post]).await?.remove(&post))
    }

    /// The post, if somebody sees it and it is out.
    pub(super) async fn seen_post(
        &self,
        post: PostId,
        viewer: &mut Viewer<'_>,
    ) -> Result<Kept, PostStoreError> {
        let kept = self.stored_post(post).await?;
        let kept = kept.ok_or(Refusal::NoSuchPost)?;
        viewer.meet([kept.post.author]).await?;
        if !viewer.sees(&kept.post) {
            return Err(Refusal::NoSuchPost.into());
        }
        Ok(kept)
    }

    /// Those of these posts that the viewer may read, with everything there is to tell of them.
    pub(super) async fn views(
        &self,
        posts: Vec<Kept>,
        viewer: &mut Viewer<'_>,
    ) -> Result<BTreeMap<PostId, PostView>, PostStoreError> {
        viewer.meet(posts.iter().map(|it| it.post.author)).await?;
        let mut posts = posts;
        posts.retain(|it| viewer.reads(&it.post));
        if posts.is_empty() {
            return Ok(BTreeMap::new());
        }
        let quoted = posts.iter().filter_map(|it| it.post.quote_of);
        let quoted = self.quotes(quoted.collect(), viewer).await?;
        let hung: Vec<_> = posts.iter().filter_map(|it| it.post.room).collect();
        let rooms = self.rooms_seen(&hung, viewer).await?;
        let mut mine = self.mine(&posts, viewer).await?;
        let mut found = BTreeMap::new();
        for Kept {
            mut post, counts, ..
        } in posts
        {
            let is_own = viewer.is(post.author);
            let Some(author) = viewer.card(post.author) else {
                continue;
            };
            let quote = match post.quote_of {
                None => Quote::None,
                // Two posts of a page may quote the same.
                Some(quote) => match quoted.get(&quote) {
                    Some(quote) => Quote::Of(Box::new(quote.clone())),
                    None => Quote::Unavailable,
                },
            };
            post.room = post.room.filter(|room| is_own || rooms.contains(room));
            let view = PostView {
                author,
                counts,
                mine: mine.remove(&post.id).unwrap_or_default(),
                quote,
                muted: None,
                post,
            };
            found.insert(view.post.id, view);
        }
        self.lessened(&mut found, viewer).await?;
        for view in found.values_mut() {
            if !viewer.is(view.post.author) {
                view.counts.bookmarks = None;
            }
        }
        Ok(found)
    }

    /// Those of these posts that the viewer sees, as they are quoted.
    async fn quotes(
        &self,
        posts: Vec<PostId>,
        viewer: &mut Viewer<'_>,
    ) -> Result<BTreeMap<PostId, (Post, User)>, PostStoreError> {
        let kept = self.kept(posts).await?;
        viewer.meet(kept.values().map(|it| it.post.author)).await?;
        let quoted = kept.into_values().filter_map(|Kept { mut post, .. }| {
            let author = viewer.card(post.author)?;
            post.room = None;
            viewer.sees(&post).then_some((post.id, (post, author)))
        });
        Ok(quoted.collect())
    }

    /// What the viewer did with these posts.
    async fn mine(
        &self,
        posts: &[Kept],
        viewer: &Viewer<'_>,
    ) -> Result<BTreeMap<PostId, Mine>, PostStoreError> {
        let mut all: BTreeMap<PostId, Mine> = BTreeMap::new();
        let Some(person) = viewer.id else {
            return Ok(all);
        };
        let keys = posts.iter().flat_map(|it| {
            let of = it.post.id.uuid();
            [REACTION, REPOST, BOOKMARK].map(|what| Bson::from(key(what, of, person)))
        });
        let filter = doc! { "_id": among(keys) };
        let fields = doc! { "what": 1, "of": 1, "kind": 1 };
        for response in self.all(&self.responses_kept(), filter, fields).await? {
            let mine = all
                .entry(PostId::from_uuid(response.uuid("of")?))
                .or_default();
            match response.text("what")? {
                REPOST => mine.reposted = true,
                BOOKMARK => mine.bookmarked = true,
                _ => mine.reaction = Some(known(&response, "kind")?),
            }
        }
        Ok(all)
    }
}

#[async_trait]
impl PostReader for MongoPosts {
    async fn post(
        &self,
        id: PostId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<PostView, PostStoreError> {
        let kept = self.stored_post(id).await?.ok_or(Refusal::NoSuchPost)?;
        let mut viewer = self.viewer(viewer, now);
        let mut found = self.views(vec![kept], &mut viewer).await?;
        Ok(found.remove(&id).ok_or(Refusal::NoSuchPost)?)
    }

    async fn revisions(
        &self,
        id: PostId,
        viewer: Option<UserId>,
        now: WallMs,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Revision>, PostStoreError> {
        let filter = doc! { "_id": super::super::value::id(id.uuid()), "gone": false };
        let stored = reading(self.posts().find_one(filter)).await?;
        let stored = stored.ok_or(Refusal::NoSuchPost)?;
        let post = form::to_kept(&stored)?.post;
        let mut viewer = self.viewer(viewer, now);
        viewer.meet([post.author]).await?;
        if !viewer.reads(&post) {
            return Err(Refusal::NoSuchPost.into());
        }
        let is_own = viewer.is(post.author);
        let mut formers = form::formers(&stored)?;
        formers.sort_unstable_by_key(|former| std::cmp::Reverse(former.revision.version));
        let formers = formers.into_iter().filter(|former| {
            let is_before = before.is_none_or(|before| former.revision.version < before);
            let was_seen = former.is_shown && viewer.is_among(former.audience, post.author);
            is_before && (is_own || was_seen)
        });
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(formers.map(|former| former.revision).take(limit).collect())
    }
}
