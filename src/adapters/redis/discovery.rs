//! Discovery in Redis: what is talked about as sorted sets that events feed. All of it comes of the event log and can be
//! built anew from that; who may see what is asked of whoever keeps rooms, people and visits, each time.
//!
//! Rooms, posts and tags are a projection each, with a hash tag of its own: an event is taken in by one script a
//! projection, which knows the ids of events it has taken in. How far the log
//! was read the log knows itself; where a projection is lost, all of it comes again.

mod feed;
mod projections;
mod scripts;
#[cfg(test)]
mod tests;
mod viewing;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use fred::error::Error;
use fred::types::scripts::Script;
use fred::types::{FromValue, Value};
use tokio::sync::Mutex;

use super::Redis;
use super::script::{self, bytes_of, number_of, real, text, whole};
use crate::domain::clock::{Clock, WallMs};
use crate::domain::discovery::{HALF_LIFE_MS, Kind, SCORE_MIN, as_of};
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::visit::{Day, UtcOffset};
use crate::ports::discovery::{
    Advanced, Candidate, DiscoveryStore, DiscoveryUnavailable, NewestPlace, RankPlace,
    RoomsForDiscovery, VisitsForDiscovery,
};
use crate::ports::events::{EventConsumer, EventConsumers, EventDesk};
use crate::ports::people::DoorPeople;
pub use projections::RedisProjections;

/// Nobody waits longer for a step.
const WITHIN: Duration = Duration::from_secs(1);

/// Things looked at in one go for a page.
const LOOKED_AT_ONCE: u32 = 200;

/// How often that is done for one page: beyond, it is short.
const ROUNDS_MAX: u32 = 25;

/// Rooms that chance chooses among; of more, a stretch that begins anywhere among them. Fewer than the port allows: who
/// may go where is asked of other stores.
const STRETCH_MAX: u32 = 1_000;

/// Scores let go of in one step.
const SWEPT_AT_ONCE: u32 = 256;

const KINDS: [Kind; 3] = [Kind::Room, Kind::Post, Kind::Tag];

impl From<Error> for DiscoveryUnavailable {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

/// An answer no script of ours gives.
fn unreadable() -> DiscoveryUnavailable {
    DiscoveryUnavailable("Redis answers something else".to_owned())
}

/// What discovery asks others. Answers may be a few seconds old.
#[derive(Clone)]
pub struct Around {
    /// The log it reads.
    pub consumers: Arc<dyn EventConsumers>,
    /// Who gives it the log once more, when what was made of it is lost.
    pub desk: Arc<dyn EventDesk>,
    /// What time it is.
    pub clock: Clock,
    /// Whoever keeps rooms.
    pub rooms: Arc<dyn RoomsForDiscovery>,
    /// Whoever keeps visits.
    pub visits: Arc<dyn VisitsForDiscovery>,
    /// Whoever keeps people.
    pub people: Arc<dyn DoorPeople>,
}

impl std::fmt::Debug for Around {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Around(..)")
    }
}

/// Discovery over a cluster.
#[derive(Clone)]
pub struct RedisDiscovery {
    projections: RedisProjections,
    around: Around,
    reading: Arc<Mutex<Option<Box<dyn EventConsumer>>>>,
}

impl std::fmt::Debug for RedisDiscovery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RedisDiscovery({})", self.projections.space())
    }
}

/// Things with scores, and since when a count is worth one.
struct Page {
    origin: WallMs,
    things: Vec<(Vec<u8>, f64)>,
}

impl RedisDiscovery {
    /// Over a cluster, under names that begin so.
    pub fn new(redis: Redis, space: &str, around: Around) -> Self {
        Self {
            projections: RedisProjections::new(redis, space),
            around,
            reading: Arc::default(),
        }
    }

    /// Runs a step of a projection.
    async fn step<R: FromValue>(
        &self,
        kind: Kind,
        step: &Script,
        arguments: impl IntoIterator<Item = Value>,
    ) -> Result<R, Error> {
        self.projections.step(kind, step, arguments).await
    }

    /// Reads on in a set of a projection, after a score, a thing, and what scores were counted in.
    async fn page(
        &self,
        kind: Kind,
        set: &str,
        after: Option<(f64, &[u8], WallMs)>,
        limit: u32,
    ) -> Result<Page, DiscoveryUnavailable> {
        let mut arguments = vec![text(set), whole(limit), whole(HALF_LIFE_MS)];
        if let Some((score, thing, origin)) = after {
            arguments.extend([real(score), script::blob(thing), whole(origin.0)]);
        }
        let answer: Vec<Value> = self.step(kind, &scripts::PAGE, arguments).await?;
        page_of(answer).ok_or_else(unreadable)
    }

    /// Reads on in a ranking.
    async fn ranked(
        &self,
        kind: Kind,
        after: Option<&RankPlace>,
        limit: u32,
    ) -> Result<Vec<RankPlace>, DiscoveryUnavailable> {
        let after = after.map(|place| (place.score, place.thing.as_slice(), place.origin));
        let page = self.page(kind, "score", after, limit).await?;
        let places = page.things.into_iter().map(|(thing, score)| RankPlace {
            score,
            origin: page.origin,
            thing,
        });
        Ok(places.collect())
    }

    /// Reads on among the newest.
    async fn newest<Id: Uuidlike>(
        &self,
        kind: Kind,
        after: Option<NewestPlace<Id>>,
        limit: u32,
    ) -> Result<Vec<NewestPlace<Id>>, DiscoveryUnavailable> {
        let thing = after.map(|place| place.id.to_bytes());
        let after = after.zip(thing.as_ref());
        let after = after.map(|(place, thing)| (place.at.0 as f64, thing.as_slice(), WallMs(0)));
        let page = self.page(kind, "newest", after, limit).await?;
        let places = page.things.into_iter().map(|(thing, at)| {
            let id = Id::of_bytes(&thing)?;
            Some(NewestPlace { at: wall(at), id })
        });
        places.collect::<Option<_>>().ok_or_else(unreadable)
    }
}

/// Ids that are filed by their bytes.
trait Uuidlike: Copy {
    fn to_bytes(self) -> [u8; 16];
    fn of_bytes(bytes: &[u8]) -> Option<Self>;
}

macro_rules! uuidlike {
    ($($id:ty),+) => {$(
        impl Uuidlike for $id {
            fn to_bytes(self) -> [u8; 16] {
                *self.uuid().as_bytes()
            }

            fn of_bytes(bytes: &[u8]) -> Option<Self> {
                uuid::Uuid::from_slice(bytes).ok().map(Self::from_uuid)
            }
        }
    )+};
}

uuidlike!(RoomId, PostId, UserId);

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "milliseconds since 1970"
)]
fn wall(ms: f64) -> WallMs {
    WallMs(ms as u64)
}

fn page_of(answer: Vec<Value>) -> Option<Page> {
    let mut answer = answer.into_iter();
    let origin = wall(number_of(&answer.next()?)?);
    let mut things = Vec::new();
    while let Some(thing) = answer.next() {
        things.push((bytes_of(thing)?, number_of(&answer.next()?)?));
    }
    Some(Page { origin, things })
}

#[async_trait]
impl DiscoveryStore for RedisDiscovery {
    async fn advance(
        &self,
        limit: u32,
        offset: UtcOffset,
    ) -> Result<Advanced, DiscoveryUnavailable> {
        self.read_on(limit, offset).await
    }

    async fn restart(&self) -> Result<(), DiscoveryUnavailable> {
        self.projections.begin_anew().await
    }

    /// Who counted on days long past is let go of by Redis itself, by its clock.
    async fn sweep(&self, _today: Day, now: WallMs) -> Result<bool, DiscoveryUnavailable> {
        let mut more = false;
        for kind in KINDS {
            let arguments = [
                whole(now.0),
                real(SCORE_MIN),
                whole(HALF_LIFE_MS),
                whole(SWEPT_AT_ONCE),
            ];
            let swept: i64 = self.step(kind, &scripts::SWEEP, arguments).await?;
            more |= swept > 0;
        }
        Ok(more)
    }

    async fn popular_rooms(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<&RankPlace>,
        limit: u32,
    ) -> Result<Vec<(RoomId, RankPlace)>, DiscoveryUnavailable> {
        let mut found = Vec::new();
        let mut after = after.cloned();
        for _ in 0..ROUNDS_MAX {
            let ranked = self
                .ranked(Kind::Room, after.as_ref(), LOOKED_AT_ONCE)
                .await?;
            let is_last = ranked.len() < LOOKED_AT_ONCE as usize;
            after = ranked.last().cloned();
            let ids = ranked
                .iter()
                .filter_map(|place| RoomId::of_bytes(&place.thing));
            let shown = self.rooms_shown(ids.collect(), viewer, now).await?;
            for place in ranked {
                let room = RoomId::of_bytes(&place.thing).ok_or_else(unreadable)?;
                // What is popular is what others made.
                if shown
                    .get(&room)
                    .is_some_and(|card| Some(card.owner) != viewer)
                {
                    found.push((room, place));
                }
                if found.len() >= limit as usize {
                    return Ok(found);
                }
            }
            if is_last {
                break;
            }
        }
        Ok(found)
    }

    async fn newest_rooms(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        mut after: Option<NewestPlace<RoomId>>,
        limit: u32,
    ) -> Result<Vec<NewestPlace<RoomId>>, DiscoveryUnavailable> {
        let mut found = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let newest = self.newest(Kind::Room, after, LOOKED_AT_ONCE).await?;
            after = newest.last().copied();
            let ids = newest.iter().map(|place| place.id).collect();
            let shown = self.rooms_shown(ids, viewer, now).await?;
            let is_last = newest.len() < LOOKED_AT_ONCE as usize;
            let visible = newest
                .into_iter()
                .filter(|place| shown.contains_key(&place.id));
            found.extend(visible);
            if is_last || found.len() >= limit as usize {
                break;
            }
        }
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn popular_posts(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<&RankPlace>,
        limit: u32,
    ) -> Result<Vec<(PostId, RankPlace)>, DiscoveryUnavailable> {
        let mut found = Vec::new();
        let mut after = after.cloned();
        for _ in 0..ROUNDS_MAX {
            let ranked = self
                .ranked(Kind::Post, after.as_ref(), LOOKED_AT_ONCE)
                .await?;
            let is_last = ranked.len() < LOOKED_AT_ONCE as usize;
            after = ranked.last().cloned();
            let ids = ranked
                .iter()
                .filter_map(|place| PostId::of_bytes(&place.thing));
            let authors = self.authors_shown(ids.collect(), viewer, now).await?;
            for place in ranked {
                let post = PostId::of_bytes(&place.thing).ok_or_else(unreadable)?;
                let author = authors.get(&post);
                if author.is_some_and(|author| Some(*author) != viewer) {
                    found.push((post, place));
                }
                if found.len() >= limit as usize {
                    return Ok(found);
                }
            }
            if is_last {
                break;
            }
        }
        Ok(found)
    }

    async fn newest_posts(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        mut after: Option<NewestPlace<PostId>>,
        limit: u32,
    ) -> Result<Vec<NewestPlace<PostId>>, DiscoveryUnavailable> {
        let mut found = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let newest = self.newest(Kind::Post, after, LOOKED_AT_ONCE).await?;
            after = newest.last().copied();
            let ids = newest.iter().map(|place| place.id).collect();
            let authors = self.authors_shown(ids, viewer, now).await?;
            let is_last = newest.len() < LOOKED_AT_ONCE as usize;
            let visible = newest
                .into_iter()
                .filter(|place| authors.contains_key(&place.id));
            found.extend(visible);
            if is_last || found.len() >= limit as usize {
                break;
            }
        }
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn popular_tags(
        &self,
        after: Option<&RankPlace>,
        limit: u32,
    ) -> Result<Vec<(String, RankPlace)>, DiscoveryUnavailable> {
        let ranked = self.ranked(Kind::Tag, after, limit).await?;
        let tags = ranked.into_iter().filter_map(|place| {
            let tag = String::from_utf8(place.thing.clone()).ok()?;
            Some((tag, place))
        });
        Ok(tags.collect())
    }

    /// At most [`STRETCH_MAX`] of them.
    async fn candidates(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        seed: u64,
    ) -> Result<Vec<Candidate>, DiscoveryUnavailable> {
        let (upper, lower) = (seed >> 32, seed & u64::from(u32::MAX));
        let arguments = [whole(upper), whole(lower), whole(STRETCH_MAX)];
        let stretch: Vec<Value> = self.step(Kind::Room, &scripts::STRETCH, arguments).await?;
        let Page { origin, things } = page_of(stretch).ok_or_else(unreadable)?;
        let scores = things
            .into_iter()
            .filter_map(|(thing, score)| Some((RoomId::of_bytes(&thing)?, score)));
        let scores: BTreeMap<RoomId, f64> = scores.collect();
        let rooms = scores.keys().copied().collect();
        let open = self.rooms_for_chance(rooms, viewer, now).await?;
        let candidates = open.into_iter().map(|(room, shown)| Candidate {
            room,
            created: shown.created,
            popularity: as_of(scores.get(&room).copied().unwrap_or(0.0), now, origin),
        });
        Ok(candidates.collect())
    }
}
