//! What events mean for what is talked about, taken in once each.

use std::collections::{BTreeMap, BTreeSet};

use fred::types::Value;

use super::{DiscoveryUnavailable, KINDS, RedisDiscovery, Uuidlike, scripts};
use crate::adapters::redis::script::{blob, real, text, whole};
use crate::domain::clock::WallMs;
use crate::domain::discovery::{
    COUNTED_DAYS, Count, HALF_LIFE_MS, Kind, REBASE_HALF_LIVES, Thing, counts, event_time,
};
use crate::domain::event::{Event, Subject};
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::post::PostEvent;
use crate::domain::room::{RoomEvent, Visibility};
use crate::domain::visit::{Day, UtcOffset};
use crate::ports::discovery::{Advanced, DiscoveredRoom};
use crate::ports::events::LoggedEvent;

/// How long it is remembered which events were taken in, and who counted on a day: longer than an event may be late.
const REMEMBERED_MS: i64 = (COUNTED_DAYS + 2) * 24 * 60 * 60 * 1_000;

/// What FEED answers where the projection was begun anew since.
const OTHER_RUN: i64 = 0;

/// An event, and its identity: delivered twice, it has the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its identity.
    pub id: String,
    /// What happened.
    pub event: LoggedEvent,
}

/// The projections as they were when reading began, in the order of [`KINDS`].
struct Runs([String; 3]);

/// What is known of those whom events name.
struct Known {
    rooms: BTreeMap<RoomId, DiscoveredRoom>,
    people: BTreeSet<UserId>,
}

/// What an event means to each projection, in the order of [`KINDS`].
#[derive(Default)]
struct Effects([Vec<Value>; 3]);

impl Effects {
    fn of(&mut self, kind: Kind) -> &mut Vec<Value> {
        let place = KINDS.iter().position(|one| *one == kind).unwrap_or(0);
        &mut self.0[place]
    }

    fn forget(&mut self, kind: Kind, thing: [u8; 16]) {
        self.of(kind).extend([text("forget"), blob(&thing)]);
    }

    fn room(&mut self, room: &DiscoveredRoom) {
        let DiscoveredRoom { card, created } = room;
        let lists = card.access.visibility == Visibility::Public
            && !card.access.locked
            && !card.is_shut_to(None);
        self.of(Kind::Room).extend([
            text("room"),
            blob(&card.id.to_bytes()),
            whole(created.0),
            whole(u8::from(lists)),
        ]);
    }

    fn post(&mut self, post: PostId, by: UserId, since: WallMs, public: bool) {
        self.of(Kind::Post).extend([
            text("post"),
            blob(&post.to_bytes()),
            blob(&by.to_bytes()),
            whole(since.0),
            whole(u8::from(public)),
        ]);
    }

    fn count(&mut self, count: &Count, at: WallMs, offset: UtcOffset) {
        let (kind, thing) = match &count.thing {
            Thing::Room(room) => (Kind::Room, room.to_bytes().to_vec()),
            Thing::Post(post) => (Kind::Post, post.to_bytes().to_vec()),
            Thing::Tag(tag) => (Kind::Tag, tag.as_bytes().to_vec()),
        };
        self.of(kind).extend([
            text("count"),
            blob(&thing),
            blob(&count.by.to_bytes()),
            whole(Day::of(at, offset).0),
            real(count.weight),
            whole(at.0),
            whole(u8::from(kind == Kind::Post)),
        ]);
    }
}

fn effects(event: &LoggedEvent, known: &Known, offset: UtcOffset) -> Effects {
    let mut effects = Effects::default();
    match (event.subject, &event.event) {
        (Subject::Room(room), Event::Room(RoomEvent::Deleted {})) => {
            effects.forget(Kind::Room, room.to_bytes());
        }
        (Subject::Room(room) | Subject::Visit(room), _) => {
            if let Some(room) = known.rooms.get(&room) {
                effects.room(room);
            }
        }
        (Subject::Post(post), Event::Post(PostEvent::PostDeleted {})) => {
            effects.forget(Kind::Post, post.to_bytes());
        }
        (Subject::Post(post), Event::Post(PostEvent::PostPublished { by, public, at, .. }))
            if known.people.contains(by) =>
        {
            effects.post(post, *by, (*at).min(event.at), *public);
        }
        _ => {}
    }
    for count in counts(event.subject, &event.event) {
        let is_others = match &count.thing {
            Thing::Room(room) => {
                let room = known.rooms.get(room);
                room.is_some_and(|room| room.card.owner_id != count.by)
            }
            // The script knows whose posts are.
            Thing::Post(_) | Thing::Tag(_) => true,
        };
        // Whoever has gone since counts no more.
        let counts = is_others && known.people.contains(&count.by);
        if let Some(at) = event_time(count.at, event.at).filter(|_| counts) {
            effects.count(&count, at, offset);
        }
    }
    effects
}

impl RedisDiscovery {
    /// Reads on in the log.
    pub(super) async fn read_on(
        &self,
        limit: u32,
        offset: UtcOffset,
    ) -> Result<Advanced, DiscoveryUnavailable> {
        let (runs, place) = self.places().await?;
        let read = self.around.log.read(place, limit).await;
        let read = read.map_err(|error| DiscoveryUnavailable(error.to_string()))?;
        let Some(last) = read.last().map(|event| event.offset) else {
            return Ok(Advanced::default());
        };
        // In one log a place is an identity.
        let told = read.into_iter().map(|event| Told {
            id: event.offset.to_string(),
            event,
        });
        let told: Vec<Told> = told.collect();
        self.feed(&told, &runs, offset).await?;
        for (kind, run) in KINDS.into_iter().zip(&runs.0) {
            let arguments = [text(run.clone()), whole(last)];
            let is_same: i64 = self.step(kind, &scripts::MOVE, arguments).await?;
            if is_same == OTHER_RUN {
                return Err(begun_anew());
            }
        }
        Ok(Advanced {
            read: u32::try_from(told.len()).unwrap_or(u32::MAX),
            skipped: 0,
        })
    }

    /// Takes in events that come from elsewhere than [`super::Around::log`], each once however often it is delivered. If
    /// it fails, some of them may have been taken in: all may be given again.
    pub async fn take(&self, told: &[Told], offset: UtcOffset) -> Result<(), DiscoveryUnavailable> {
        let (runs, _) = self.places().await?;
        self.feed(told, &runs, offset).await
    }

    async fn places(&self) -> Result<(Runs, u64), DiscoveryUnavailable> {
        let mut runs = Runs(Default::default());
        let mut least = u64::MAX;
        for (kind, run) in KINDS.into_iter().zip(&mut runs.0) {
            let (current, place): (String, u64) = self.step(kind, &scripts::PLACE, []).await?;
            *run = current;
            least = least.min(place);
        }
        Ok((runs, least))
    }

    async fn feed(
        &self,
        told: &[Told],
        runs: &Runs,
        offset: UtcOffset,
    ) -> Result<(), DiscoveryUnavailable> {
        let known = self.known(told).await?;
        for Told { id, event } in told {
            let Effects(effects) = effects(event, &known, offset);
            for ((kind, run), effects) in KINDS.into_iter().zip(&runs.0).zip(effects) {
                if effects.is_empty() {
                    continue;
                }
                let forgotten = event.at.0.saturating_sub(REMEMBERED_MS.unsigned_abs());
                let head = [
                    text(run.clone()),
                    text(id.clone()),
                    whole(event.at.0),
                    whole(forgotten),
                    whole(HALF_LIFE_MS),
                    whole(REBASE_HALF_LIVES),
                    whole(REMEMBERED_MS),
                ];
                let arguments = head.into_iter().chain(effects);
                let taken: i64 = self.step(kind, &scripts::FEED, arguments).await?;
                if taken == OTHER_RUN {
                    return Err(begun_anew());
                }
            }
        }
        Ok(())
    }

    /// Looks up whom and what these events name, as they are now.
    async fn known(&self, told: &[Told]) -> Result<Known, DiscoveryUnavailable> {
        let (mut rooms, mut people) = (BTreeSet::new(), BTreeSet::new());
        let mut now = WallMs(0);
        for Told { event, .. } in told {
            now = now.max(event.at);
            if let Subject::Room(room) | Subject::Visit(room) = event.subject {
                rooms.insert(room);
            }
            let counts = counts(event.subject, &event.event);
            people.extend(counts.iter().map(|count| count.by));
            if let Event::Post(PostEvent::PostPublished { by, .. }) = &event.event {
                people.insert(*by);
            }
        }
        let rooms: Vec<RoomId> = rooms.into_iter().collect();
        let rooms = self.rooms(&rooms).await?.into_iter();
        Ok(Known {
            rooms: rooms.map(|room| (room.card.id, room)).collect(),
            people: self.people(people, None, now).await?,
        })
    }
}

/// Somebody began anew while this was read: the next turn reads from the beginning.
fn begun_anew() -> DiscoveryUnavailable {
    DiscoveryUnavailable("it was begun anew meanwhile".to_owned())
}
