//! What events mean for what is talked about, taken in once each.

use std::collections::{BTreeMap, BTreeSet};

use fred::types::Value;

use super::projections::{Runs, begun_anew};
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
use crate::ports::events::{DISCOVERY, EventConsumer, EventsUnavailable, LoggedEvent};

/// How long it is remembered which events were taken in, and who counted on a day: longer than an event may be late.
const REMEMBERED_MS: i64 = (COUNTED_DAYS + 2) * 24 * 60 * 60 * 1_000;

/// What FEED answers where the projection was begun anew since.
const OTHER_RUN: i64 = 0;

/// The id of an event that means nothing, by which it is tried whether any can be taken in.
const NO_EVENT: &str = "none";

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
        let mut reading = self.reading.lock().await;
        let (mut runs, has_begun) = self.projections.runs().await?;
        if !has_begun {
            // Nobody may be at work while the log is given again: whoever else reads sees the same, and lets go too.
            *reading = None;
            let Some(begun) = self.begin().await? else {
                return Ok(Advanced::default());
            };
            runs = begun;
        }
        let consumer = match &mut *reading {
            Some(consumer) => consumer,
            None => reading.insert(self.around.consumers.durable(DISCOVERY).await?),
        };
        let given = consumer.next(limit, self.around.clock.wall()).await;
        let events = match given {
            Ok(events) => events,
            Err(error) => {
                // It may be broken for good; another one goes on where it left off.
                *reading = None;
                return Err(error.into());
            }
        };
        if let Err(error) = self.feed(&events, &runs, offset).await {
            tracing::debug!(%error, "events are taken in one by one");
            self.feed_singly(&mut **consumer, &events, &runs, offset)
                .await?;
        }
        consumer.finish().await?;
        Ok(Advanced {
            read: u32::try_from(events.len()).unwrap_or(u32::MAX),
            skipped: 0,
        })
    }

    /// Has the log given again from its beginning; none while somebody else does.
    async fn begin(&self) -> Result<Option<Runs>, DiscoveryUnavailable> {
        let Some(leave) = self.projections.take_leave().await? else {
            return Ok(None);
        };
        let given = self.given_again().await;
        let back = leave.give_back().await;
        let runs = given?;
        back?;
        Ok(Some(runs))
    }

    async fn given_again(&self) -> Result<Runs, DiscoveryUnavailable> {
        let (runs, has_begun) = self.projections.runs().await?;
        // Somebody else may have been done just before.
        if !has_begun {
            self.around.desk.replay(DISCOVERY).await?;
            self.projections.begin(&runs).await?;
        }
        Ok(runs)
    }

    /// Takes in events, each once however often it is given. If it fails, some of them may have been taken in: all may
    /// be given again.
    #[cfg(test)]
    pub(super) async fn take(
        &self,
        events: &[LoggedEvent],
        offset: UtcOffset,
    ) -> Result<(), DiscoveryUnavailable> {
        let (runs, _) = self.projections.runs().await?;
        self.feed(events, &runs, offset).await
    }

    async fn feed(
        &self,
        events: &[LoggedEvent],
        runs: &Runs,
        offset: UtcOffset,
    ) -> Result<(), DiscoveryUnavailable> {
        let known = self.known(events).await?;
        for event in events {
            let Effects(effects) = effects(event, &known, offset);
            for ((kind, run), effects) in KINDS.into_iter().zip(&runs.0).zip(effects) {
                if !effects.is_empty() {
                    let of = (event.id.as_str(), event.at);
                    self.feed_one(kind, run, of, effects).await?;
                }
            }
        }
        Ok(())
    }

    /// Takes in what the event of this id and time means to one projection.
    async fn feed_one(
        &self,
        kind: Kind,
        run: &str,
        (id, at): (&str, WallMs),
        effects: Vec<Value>,
    ) -> Result<(), DiscoveryUnavailable> {
        let forgotten = at.0.saturating_sub(REMEMBERED_MS.unsigned_abs());
        let head = [
            text(run),
            text(id),
            whole(at.0),
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
        Ok(())
    }

    /// Takes in events one by one, and sets aside those that fail by themselves. Where others would fail as well nothing
    /// is given up: all of them come again.
    async fn feed_singly(
        &self,
        consumer: &mut dyn EventConsumer,
        events: &[LoggedEvent],
        runs: &Runs,
        offset: UtcOffset,
    ) -> Result<(), DiscoveryUnavailable> {
        let mut failed = Vec::new();
        for event in events {
            let fed = self.feed(std::slice::from_ref(event), runs, offset).await;
            if let Err(error) = fed {
                self.try_out(runs, event.at).await?;
                failed.push((event, error));
            }
        }
        let now = self.around.clock.wall();
        for (event, error) in failed {
            let aside = consumer.set_aside(event, &error.to_string(), now).await?;
            tracing::warn!(%error, event = event.id, ?aside, "an event of what is talked about waits");
        }
        Ok(())
    }

    /// Whether an event could be taken in now: these are still the projections, Redis writes, and whoever keeps rooms
    /// and people answers.
    async fn try_out(&self, runs: &Runs, at: WallMs) -> Result<(), DiscoveryUnavailable> {
        for (kind, run) in KINDS.into_iter().zip(&runs.0) {
            self.feed_one(kind, run, (NO_EVENT, at), Vec::new()).await?;
        }
        self.rooms(&[RoomId::generate()]).await?;
        let nobody = BTreeSet::from([UserId::generate()]);
        self.people(nobody, None, at).await?;
        Ok(())
    }

    /// Looks up whom and what these events name, as they are now.
    async fn known(&self, events: &[LoggedEvent]) -> Result<Known, DiscoveryUnavailable> {
        let (mut rooms, mut people) = (BTreeSet::new(), BTreeSet::new());
        let mut now = WallMs(0);
        for event in events {
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

impl From<EventsUnavailable> for DiscoveryUnavailable {
    fn from(error: EventsUnavailable) -> Self {
        Self(error.to_string())
    }
}
