//! Lists of posts: first which, from an index in growing batches, of which those stay that are for the viewer; then
//! everything there is to tell of them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mongodb::bson::{Document as Stored, doc};

use super::super::value::{Fields, id};
use super::super::{Collections, value};
use super::form::{self, Kept, placed, to_place};
use super::response_form::BOOKMARK;
use super::viewer::Viewer;
use super::{MongoPosts, below};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::post::PINS_MAX;
use crate::ports::discovery::{DiscoveryUnavailable, PostsForDiscovery};
use crate::ports::post::{Entry, Feed, Feeds, Place, PostStoreError, PostView, TagPage, TagPlace};

/// Posts looked at first for a page: a few more than are wanted, as some are not for the viewer.
const BATCH_MIN: u32 = 32;

/// Posts looked at in one go at the most.
const BATCH_MAX: u32 = 512;

/// A post a list holds, and where.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub kept: Kept,
    pub at: WallMs,
    /// Who passed it on, where that is why.
    pub by: Option<UserId>,
}

impl Found {
    /// Its place in the list.
    pub fn place(&self) -> String {
        form::place(self.at, self.kept.post.id.uuid())
    }
}

/// How far a batch for so many goes.
pub(super) fn batch(limit: u32) -> u32 {
    limit.saturating_add(limit / 4).clamp(BATCH_MIN, BATCH_MAX)
}

/// Where a list is read from.
enum Source {
    /// From posts, by the place under this name.
    Posts(Stored, &'static str),
    /// From documents that point to posts, by the place and the post under these names.
    Pointers(&'static str, Stored, &'static str, &'static str),
}

/// What a list leaves out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Nothing: all of it is the viewer's own.
    Own,
    /// What the viewer does not see.
    Seen,
    /// And what is by people they mute, or quotes those or whoever is in a block with them.
    Wanted,
    /// The same, but what is by people they mute.
    QuotesWanted,
}

impl MongoPosts {
    async fn batch_of(
        &self,
        source: &Source,
        below_place: Option<&str>,
        size: u32,
    ) -> Result<Vec<(String, Option<Kept>)>, PostStoreError> {
        match source {
            Source::Posts(filter, place) => {
                let mut filter = filter.clone();
                below(&mut filter, place, below_place);
                let sort = doc! { *place: -1 };
                let posts = self.posts();
                let found = self
                    .some(&posts, filter, sort, size, form::fields())
                    .await?;
                let found = found.iter().map(|stored| {
                    let place = stored.text(place)?.to_owned();
                    Ok((place, Some(form::to_kept(stored)?)))
                });
                found.collect()
            }
            Source::Pointers(collection, filter, place, post) => {
                let mut filter = filter.clone();
                below(&mut filter, place, below_place);
                let sort = doc! { *place: -1 };
                let pointers = self.mongo.collection(collection);
                let fields = doc! { *place: 1, *post: 1 };
                let found = self.some(&pointers, filter, sort, size, fields).await?;
                let mut places = Vec::new();
                for pointer in &found {
                    let of = PostId::from_uuid(pointer.uuid(post)?);
                    places.push((pointer.text(place)?.to_owned(), of));
                }
                let mut kept = self.kept(places.iter().map(|(_, of)| *of)).await?;
                let places = places.into_iter();
                Ok(places
                    .map(|(place, of)| (place, kept.remove(&of)))
                    .collect())
            }
        }
    }

    /// Those of these posts that a list with this rule holds.
    pub(super) async fn fit(
        &self,
        posts: Vec<Found>,
        rule: Rule,
        viewer: &mut Viewer<'_>,
    ) -> Result<Vec<Found>, PostStoreError> {
        if rule == Rule::Own {
            return Ok(posts);
        }
        let mut posts = posts;
        let authors = posts.iter().map(|found| found.kept.post.author);
        viewer.meet(authors).await?;
        posts.retain(|found| viewer.sees(&found.kept.post));
        if rule == Rule::Wanted {
            posts.retain(|found| !viewer.mutes(found.kept.post.author));
        }
        if rule == Rule::Seen {
            return Ok(posts);
        }
        let quoted = posts.iter().filter_map(|found| found.kept.post.quote_of);
        let quoted = self.authors(quoted.collect()).await?;
        viewer.meet(quoted.values().copied()).await?;
        posts.retain(|Found { kept, .. }| {
            let author = kept.post.quote_of.and_then(|quote| quoted.get(&quote));
            let is_unwanted = author.is_some_and(|author| viewer.wants_no_quote_of(*author));
            viewer.is(kept.post.author) || !is_unwanted
        });
        Ok(posts)
    }

    /// Who wrote those of these posts that are not deleted.
    async fn authors(
        &self,
        posts: Vec<PostId>,
    ) -> Result<BTreeMap<PostId, UserId>, PostStoreError> {
        if posts.is_empty() {
            return Ok(BTreeMap::new());
        }
        let ids = super::among(posts.iter().map(|post| id(post.uuid())));
        let filter = doc! { "_id": ids, "gone": false };
        let found = self
            .all(&self.posts(), filter, doc! { "author": 1 })
            .await?;
        let authors = found.iter().map(|stored| {
            let author = UserId::from_uuid(stored.uuid("author")?);
            Ok((PostId::from_uuid(stored.uuid("_id")?), author))
        });
        authors.collect()
    }

    async fn walk(
        &self,
        source: &Source,
        rule: Rule,
        viewer: &mut Viewer<'_>,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Found>, PostStoreError> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut place, mut size) = (after.map(placed), batch(limit));
        let mut all = Vec::new();
        while all.len() < wanted {
            let looked_at = self.batch_of(source, place.as_deref(), size).await?;
            let is_all = looked_at.len() < usize::try_from(size).unwrap_or(usize::MAX);
            let mut found = Vec::new();
            for (at, kept) in looked_at {
                if let Some(kept) = kept {
                    let (at, by) = (to_place(&at)?.0, None);
                    found.push(Found { kept, at, by });
                }
                place = Some(at);
            }
            all.extend(self.fit(found, rule, viewer).await?);
            if is_all {
                break;
            }
            size = (size * 2).min(BATCH_MAX);
        }
        all.truncate(wanted);
        Ok(all)
    }

    /// Everything there is to tell of these.
    async fn entries(
        &self,
        found: Vec<Found>,
        viewer: &mut Viewer<'_>,
    ) -> Result<Vec<Entry>, PostStoreError> {
        viewer
            .meet(found.iter().filter_map(|found| found.by))
            .await?;
        let kept = found.iter().map(|found| found.kept.clone());
        let mut views = self.views(kept.collect(), viewer).await?;
        let entries = found.into_iter().filter_map(|Found { kept, at, by }| {
            Some(Entry {
                view: views.remove(&kept.post.id)?,
                at,
                reposted_by: by.and_then(|by| viewer.card(by)),
            })
        });
        Ok(entries.collect())
    }

    /// Those of these that are out and for the viewer, neither by nor quoting people they do not want.
    async fn those_found(
        &self,
        posts: &[PostId],
        viewer: &mut Viewer<'_>,
    ) -> Result<Vec<Found>, PostStoreError> {
        let kept = self.kept(posts.iter().copied()).await?.into_values();
        let found = kept.map(|kept| Found {
            at: WallMs(0),
            by: None,
            kept,
        });
        self.fit(found.collect(), Rule::Wanted, viewer).await
    }
}

#[async_trait]
impl PostsForDiscovery for MongoPosts {
    async fn visible(
        &self,
        posts: &[PostId],
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Vec<PostId>, DiscoveryUnavailable> {
        let mut viewer = self.viewer(viewer, now);
        let found = self.those_found(posts, &mut viewer).await;
        let found = found.map_err(|error| DiscoveryUnavailable(error.to_string()))?;
        let found: std::collections::BTreeSet<PostId> =
            found.iter().map(|found| found.kept.post.id).collect();
        let posts = posts.iter().copied();
        Ok(posts.filter(|post| found.contains(post)).collect())
    }
}

#[async_trait]
impl Feeds for MongoPosts {
    async fn feed(
        &self,
        feed: &Feed,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Entry>, PostStoreError> {
        let person = viewer;
        let mut viewer = self.viewer(viewer, now);
        let own = |person: UserId| value::id(person.uuid());
        let (source, rule) = match (feed, person) {
            (Feed::Following | Feed::Bookmarks | Feed::Unpublished, None) => {
                return Ok(Vec::new());
            }
            (Feed::Following, Some(person)) => {
                let found = self.following(person, &mut viewer, after, limit).await?;
                return self.entries(found, &mut viewer).await;
            }
            (Feed::Of(person), _) => {
                let found = self.of_person(*person, &mut viewer, after, limit).await?;
                return self.entries(found, &mut viewer).await;
            }
            (Feed::Newest, _) => (
                Source::Posts(doc! { "audience": "public" }, "out"),
                Rule::Wanted,
            ),
            (Feed::Room(room), _) => (
                Source::Posts(doc! { "room": id(room.uuid()) }, "out"),
                Rule::Wanted,
            ),
            (Feed::Tag(tag), _) => (
                Source::Pointers(Collections::POST_TAG, doc! { "tag": tag }, "out", "post"),
                Rule::Wanted,
            ),
            (Feed::Bookmarks, Some(person)) => (
                Source::Pointers(
                    Collections::POST_RESPONSE,
                    doc! { "user": own(person), "what": BOOKMARK },
                    "by_user",
                    "of",
                ),
                Rule::Seen,
            ),
            (Feed::Unpublished, Some(person)) => (
                Source::Posts(doc! { "author": own(person) }, "begun"),
                Rule::Own,
            ),
        };
        let found = self.walk(&source, rule, &mut viewer, after, limit).await?;
        self.entries(found, &mut viewer).await
    }

    async fn pinned(
        &self,
        author: UserId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Vec<PostView>, PostStoreError> {
        let mut viewer = self.viewer(viewer, now);
        let filter = doc! { "author": id(author.uuid()), "pinned_ms": { "$gt": 0_i64 } };
        let sort = doc! { "pinned_ms": -1, "_id": -1 };
        let posts = self.posts();
        let found = self
            .some(&posts, filter, sort, PINS_MAX, form::fields())
            .await?;
        let kept = found.iter().map(form::to_kept);
        let mut kept = kept.collect::<Result<Vec<Kept>, _>>()?;
        viewer.meet([author]).await?;
        kept.retain(|it| viewer.sees(&it.post));
        let ids: Vec<PostId> = kept.iter().map(|it| it.post.id).collect();
        let mut views = self.views(kept, &mut viewer).await?;
        Ok(ids.iter().filter_map(|id| views.remove(id)).collect())
    }

    async fn those(
        &self,
        posts: &[PostId],
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Vec<PostView>, PostStoreError> {
        let mut viewer = self.viewer(viewer, now);
        let found = self.those_found(posts, &mut viewer).await?;
        let kept = found.into_iter().map(|found| found.kept);
        let mut views = self.views(kept.collect(), &mut viewer).await?;
        Ok(posts.iter().filter_map(|id| views.remove(id)).collect())
    }

    async fn tags(
        &self,
        beginning: &str,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<&TagPlace>,
        limit: u32,
    ) -> Result<TagPage, PostStoreError> {
        let mut viewer = self.viewer(viewer, now);
        self.tag_page(beginning, &mut viewer, after, limit).await
    }

    async fn sees_room(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<bool, PostStoreError> {
        let mut viewer = self.viewer(viewer, now);
        let seen = self.rooms_seen(&[room], &mut viewer).await?;
        Ok(seen.contains(&room))
    }
}
