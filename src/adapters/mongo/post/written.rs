//! What some people wrote, and what they passed on: the feed of those somebody follows, and of one person.
//!
//! Two lists, each in the order of the feed, are read side by side, and merged as far as both have been read. People are
//! asked about a few at a time: the server reads so many ranges of an index in order, and no more of each than the page
//! holds.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::value::{Fields, id};
use super::feeds::{Found, Rule, batch};
use super::form::{self, placed, to_place};
use super::response_form::{REPOST, key};
use super::viewer::Viewer;
use super::{MongoPosts, among, below};
use crate::domain::id::{PostId, UserId};
use crate::domain::post::Audience;
use crate::ports::post::{Place, PostStoreError};

/// People asked about in one question: as many ranges as MongoDB merges in order without sorting.
const PEOPLE_AT_ONCE: usize = 100;

/// Questions asked at the same time.
const QUESTIONS: usize = 4;

/// Keys looked up in one question.
const KEYS_AT_ONCE: usize = 2_000;

/// Somebody who passed a post on, and when.
#[derive(Debug, Clone)]
struct Passed {
    post: PostId,
    by: UserId,
    /// Its place in the feed.
    place: String,
    /// Of two who passed one post on, the lesser was first.
    by_post: String,
}

/// What a feed of some people is made of.
struct Sources {
    people: BTreeSet<UserId>,
    /// For what they wrote themselves.
    written: Rule,
    /// Whether what they passed on is for the viewer.
    is_passed: bool,
}

impl MongoPosts {
    /// The viewer's own posts, those of people they follow, and what these passed on.
    pub(super) async fn following(
        &self,
        person: UserId,
        viewer: &mut Viewer<'_>,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Found>, PostStoreError> {
        let followed = self.near.people.followed(person, viewer.now).await?;
        let sources = Sources {
            people: followed.into_iter().chain([person]).collect(),
            written: Rule::QuotesWanted,
            is_passed: true,
        };
        self.merged(&sources, viewer, after, limit).await
    }

    /// What somebody wrote and passed on: the latter is seen by who sees what they write for everybody.
    pub(super) async fn of_person(
        &self,
        person: UserId,
        viewer: &mut Viewer<'_>,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Found>, PostStoreError> {
        viewer.meet([person]).await?;
        let is_open = viewer.finds(person) && viewer.is_among(Audience::Public, person);
        let sources = Sources {
            people: BTreeSet::from([person]),
            written: Rule::Seen,
            is_passed: viewer.is(person) || is_open,
        };
        self.merged(&sources, viewer, after, limit).await
    }

    async fn merged(
        &self,
        sources: &Sources,
        viewer: &mut Viewer<'_>,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Found>, PostStoreError> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let size = batch(limit);
        let full = usize::try_from(size).unwrap_or(usize::MAX);
        let mut place = after.map(placed);
        let mut all: Vec<Found> = Vec::new();
        while all.len() < wanted {
            let written = self
                .written_by(&sources.people, place.as_deref(), size)
                .await?;
            let passed = match sources.is_passed {
                true => {
                    self.passed_by(&sources.people, place.as_deref(), size)
                        .await?
                }
                false => Vec::new(),
            };
            // Down to here both lists are known; below, one of them may hold more.
            let ends = [
                written
                    .last()
                    .filter(|_| written.len() == full)
                    .map(Found::place),
                passed
                    .last()
                    .filter(|_| passed.len() == full)
                    .map(|passed| passed.place.clone()),
            ];
            let floor = ends.into_iter().flatten().max();
            let is_above = |place: &String| floor.as_ref().is_none_or(|floor| place >= floor);
            let mut found = self.fit(written, sources.written, viewer).await?;
            found.extend(self.first_passed(&sources.people, passed, viewer).await?);
            found.retain(|found| is_above(&found.place()));
            found.sort_unstable_by_key(|found| std::cmp::Reverse(found.place()));
            all.extend(found);
            match floor {
                Some(floor) => place = Some(floor),
                None => break,
            }
        }
        all.truncate(wanted);
        Ok(all)
    }

    /// Documents by some of these people, by their place under this name: the first of all.
    async fn first_of(
        &self,
        collection: mongodb::Collection<Stored>,
        (field, people): (&'static str, &BTreeSet<UserId>),
        (filter, order): (Stored, &'static str),
        (place, size): (Option<&str>, u32),
        fields: Stored,
    ) -> Result<Vec<Stored>, PostStoreError> {
        let people: Vec<Bson> = people.iter().map(|user| id(user.uuid())).collect();
        let questions = people.chunks(PEOPLE_AT_ONCE).map(|some| {
            let mut filter = filter.clone();
            match some {
                [one] => filter.insert(field, one.clone()),
                some => filter.insert(field, among(some.iter().cloned())),
            };
            below(&mut filter, order, place);
            filter
        });
        let questions: Vec<Stored> = questions.collect();
        let answers = stream::iter(questions).map(|filter| {
            let (sort, fields) = (doc! { order: -1 }, fields.clone());
            let collection = collection.clone();
            async move { self.some(&collection, filter, sort, size, fields).await }
        });
        let found: Vec<Vec<Stored>> = answers.buffered(QUESTIONS).try_collect().await?;
        let mut found: Vec<Stored> = found.into_iter().flatten().collect();
        let place = |stored: &Stored| stored.get_str(order).unwrap_or_default().to_owned();
        found.sort_by_cached_key(|stored| std::cmp::Reverse(place(stored)));
        found.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(found)
    }

    async fn written_by(
        &self,
        people: &BTreeSet<UserId>,
        place: Option<&str>,
        size: u32,
    ) -> Result<Vec<Found>, PostStoreError> {
        let (which, page) = ((Stored::new(), "out"), (place, size));
        let found = self
            .first_of(
                self.posts(),
                ("author", people),
                which,
                page,
                form::fields(),
            )
            .await?;
        let found = found.iter().map(|stored| {
            Ok(Found {
                at: to_place(stored.text("out")?)?.0,
                by: None,
                kept: form::to_kept(stored)?,
            })
        });
        found.collect()
    }

    async fn passed_by(
        &self,
        people: &BTreeSet<UserId>,
        place: Option<&str>,
        size: u32,
    ) -> Result<Vec<Passed>, PostStoreError> {
        let which = (doc! { "what": REPOST }, "by_user");
        let fields = doc! { "of": 1, "user": 1, "by_user": 1, "by_of": 1 };
        let page = (place, size);
        let found = self
            .first_of(self.responses_kept(), ("user", people), which, page, fields)
            .await?;
        found.iter().map(passed).collect()
    }

    /// Of what was passed on what these people did not write themselves and the viewer wants, each by the first of them
    /// who did.
    async fn first_passed(
        &self,
        people: &BTreeSet<UserId>,
        passed: Vec<Passed>,
        viewer: &mut Viewer<'_>,
    ) -> Result<Vec<Found>, PostStoreError> {
        let mut kept = self.kept(passed.iter().map(|passed| passed.post)).await?;
        kept.retain(|_, it| !people.contains(&it.post.author));
        let first = self.firsts(people, &kept).await?;
        let mut found = Vec::new();
        for passed in passed {
            if first
                .get(&passed.post)
                .is_some_and(|by| *by < passed.by_post)
            {
                continue;
            }
            // The first of them is there once.
            if let Some(kept) = kept.remove(&passed.post) {
                found.push(Found {
                    at: to_place(&passed.place)?.0,
                    by: Some(passed.by),
                    kept,
                });
            }
        }
        self.fit(found, Rule::Wanted, viewer).await
    }

    /// When each of these posts was first passed on by one of these people: looked up by post or by person, whichever are
    /// fewer.
    async fn firsts(
        &self,
        people: &BTreeSet<UserId>,
        posts: &BTreeMap<PostId, form::Kept>,
    ) -> Result<BTreeMap<PostId, String>, PostStoreError> {
        let responses = self.responses_kept();
        let fields = || doc! { "of": 1, "user": 1, "by_user": 1, "by_of": 1 };
        let (few, many): (Vec<&form::Kept>, Vec<&form::Kept>) = posts.values().partition(|it| {
            usize::try_from(it.counts.reposts).unwrap_or(usize::MAX) <= people.len()
        });
        let mut found = Vec::new();
        if !few.is_empty() {
            let few = among(few.iter().map(|it| id(it.post.id.uuid())));
            let filter = doc! { "of": few, "what": REPOST };
            found.extend(self.all(&responses, filter, fields()).await?);
        }
        let keys = many.iter().flat_map(|it| {
            let of = it.post.id.uuid();
            people
                .iter()
                .map(move |user| Bson::from(key(REPOST, of, *user)))
        });
        let keys: Vec<Bson> = keys.collect();
        for some in keys.chunks(KEYS_AT_ONCE) {
            let filter = doc! { "_id": among(some.iter().cloned()) };
            found.extend(self.all(&responses, filter, fields()).await?);
        }
        let mut first: BTreeMap<PostId, String> = BTreeMap::new();
        for stored in &found {
            let Passed {
                post, by, by_post, ..
            } = passed(stored)?;
            if !people.contains(&by) {
                continue;
            }
            let known = first.entry(post).or_insert_with(|| by_post.clone());
            if by_post < *known {
                *known = by_post;
            }
        }
        Ok(first)
    }
}

fn passed(stored: &Stored) -> Result<Passed, PostStoreError> {
    Ok(Passed {
        post: PostId::from_uuid(stored.uuid("of")?),
        by: UserId::from_uuid(stored.uuid("user")?),
        place: stored.text("by_user")?.to_owned(),
        by_post: stored.text("by_of")?.to_owned(),
    })
}
