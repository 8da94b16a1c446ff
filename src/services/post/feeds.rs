//! Reading posts, one or many.

use std::collections::{BTreeMap, BTreeSet};

use super::{PostError, PostService};
use crate::domain::asset::Picture;
use crate::domain::id::{AssetId, PostId, RoomId, UserId};
use crate::domain::post::{Revision, tag};
use crate::ports::post::{Entry, Feed, Place, PostView, Quote, Refusal, TagPage, TagPlace};

/// How often a page is filled up again after muted words have thinned it. Beyond, it is shorter than asked for, and
/// the next one goes on behind it.
const ROUNDS_MAX: u32 = 5;

/// Some posts, and where to go on.
#[derive(Debug)]
pub struct Page {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// The place up to which there was looked, where there is more.
    pub next: Option<Place>,
}

/// Whether posts are left out of it for the words in them. Whoever looks at one person's posts, or at what they kept
/// themselves, finds them marked instead.
const fn thins(feed: &Feed) -> bool {
    match feed {
        Feed::Following | Feed::Newest | Feed::Tag(_) | Feed::Room(_) => true,
        Feed::Of(_) | Feed::Bookmarks | Feed::Unpublished => false,
    }
}

impl PostService {
    /// A post, marked if it is not wanted.
    pub async fn post(&self, id: PostId, viewer: Option<UserId>) -> Result<PostView, PostError> {
        let mut view = self.posts.post(id, viewer, self.now()).await?;
        self.spared(viewer).await?.mark(&mut view);
        Ok(view)
    }

    /// What a post was before, the newest first; one more than asked for where there is more.
    pub async fn revisions(
        &self,
        id: PostId,
        viewer: Option<UserId>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Revision>, PostError> {
        let now = self.now();
        let found = self.posts.revisions(id, viewer, now, before, limit + 1);
        Ok(found.await?)
    }

    /// A page of a list.
    pub async fn feed(
        &self,
        feed: &Feed,
        viewer: Option<UserId>,
        mut after: Option<Place>,
        limit: u32,
    ) -> Result<Page, PostError> {
        let spared = self.spared(viewer).await?;
        let now = self.now();
        let mut page = Page {
            entries: Vec::new(),
            next: None,
        };
        for _ in 0..ROUNDS_MAX {
            // One more than asked for tells whether there is more.
            let found = self.posts.feed(feed, viewer, now, after, limit + 1);
            let mut found = found.await?;
            let more = found.len() > limit as usize;
            found.truncate(limit as usize);
            let mut found = found.into_iter();
            while let Some(mut entry) = found.next() {
                after = Some(entry.place());
                spared.mark(&mut entry.view);
                if entry.view.muted.is_some() && thins(feed) {
                    continue;
                }
                page.entries.push(entry);
                if page.entries.len() == limit as usize {
                    page.next = after.filter(|_| more || found.len() > 0);
                    return Ok(page);
                }
            }
            page.next = after.filter(|_| more);
            if !more {
                break;
            }
        }
        Ok(page)
    }

    /// Those of these posts that the viewer may see and wants to, in this order.
    pub async fn those(
        &self,
        ids: &[PostId],
        viewer: Option<UserId>,
    ) -> Result<Vec<PostView>, PostError> {
        let spared = self.spared(viewer).await?;
        let mut views = self.posts.those(ids, viewer, self.now()).await?;
        views.iter_mut().for_each(|view| spared.mark(view));
        views.retain(|view| view.muted.is_none());
        Ok(views)
    }

    /// A page of somebody's posts, and on the first what they have pinned.
    pub async fn of_person(
        &self,
        handle: &str,
        viewer: Option<UserId>,
        after: Option<Place>,
        limit: u32,
    ) -> Result<(Vec<PostView>, Page), PostError> {
        let person = self.person(viewer, handle).await?;
        let mut pinned = match after {
            None => self.posts.pinned(person, viewer, self.now()).await?,
            Some(_) => Vec::new(),
        };
        let spared = self.spared(viewer).await?;
        pinned.iter_mut().for_each(|view| spared.mark(view));
        let page = self.feed(&Feed::Of(person), viewer, after, limit).await?;
        Ok((pinned, page))
    }

    /// A page of the posts in a room.
    pub async fn in_room(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Page, PostError> {
        if !self.posts.sees_room(room, viewer, self.now()).await? {
            return Err(Refusal::NoSuchRoom.into());
        }
        self.feed(&Feed::Room(room), viewer, after, limit).await
    }

    /// A page of the posts of a tag.
    pub async fn tagged(
        &self,
        name: &str,
        viewer: Option<UserId>,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Page, PostError> {
        let tag = tag::Tag::parse(name).map_err(|bad| PostError::BadContent(bad.into()))?;
        let feed = Feed::Tag(tag.as_str().to_owned());
        self.feed(&feed, viewer, after, limit).await
    }

    /// A page of the tags that begin so.
    pub async fn tags(
        &self,
        query: &str,
        viewer: Option<UserId>,
        after: Option<&TagPlace>,
        limit: u32,
    ) -> Result<TagPage, PostError> {
        let Some(beginning) = tag::beginning(query) else {
            return Ok(TagPage::default());
        };
        let found = self
            .posts
            .tags(&beginning, viewer, self.now(), after, limit);
        Ok(found.await?)
    }

    /// The pictures these posts and what they quote show, as far as they can be shown.
    pub async fn pictures<'a>(
        &self,
        views: impl Iterator<Item = &'a PostView>,
    ) -> Result<BTreeMap<AssetId, Picture>, PostError> {
        let mut ids = BTreeSet::new();
        for view in views {
            ids.extend(view.post.content.pictures.iter().map(|it| it.asset));
            if let Quote::Of(quoted) = &view.quote {
                ids.extend(quoted.0.content.pictures.iter().map(|it| it.asset));
            }
        }
        self.shown(ids.into_iter().collect()).await
    }

    /// The same for former versions.
    pub async fn pictures_then(
        &self,
        revisions: &[Revision],
    ) -> Result<BTreeMap<AssetId, Picture>, PostError> {
        let all = revisions.iter().flat_map(|it| &it.content.pictures);
        let ids: BTreeSet<AssetId> = all.map(|picture| picture.asset).collect();
        self.shown(ids.into_iter().collect()).await
    }

    async fn shown(&self, ids: Vec<AssetId>) -> Result<BTreeMap<AssetId, Picture>, PostError> {
        match &self.assets {
            Some(assets) if !ids.is_empty() => Ok(assets.pictures(&ids).await?),
            _ => Ok(BTreeMap::new()),
        }
    }
}
