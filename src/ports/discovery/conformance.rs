//! What every discovery store must keep, whatever stands behind it.

pub(crate) mod around;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{DiscoveryStore, RankPlace};
use crate::domain::clock::WallMs;
use crate::domain::discovery::{HALF_LIFE_MS, as_of};
use crate::domain::event::{Event, Subject};
use crate::domain::id::{CommentId, EntryId, PostId, RoomId, UserId};
use crate::domain::post::PostEvent;
use crate::domain::room::{Access, Ban, RoomEvent, Visibility};
use crate::domain::visit::{JUST_VISITED_MS, UtcOffset, VisitEvent};
use crate::ports::events::{EventLog, OutboxEntry};
use crate::ports::visit::conformance::{DAY_MS, House, NOW};
use crate::ports::visit::{Arrival, Caller, VisitStore};

/// A store, the log it reads, and the people and rooms around.
#[derive(Clone, Copy)]
pub(crate) struct Talk<'a> {
    pub(crate) store: &'a dyn DiscoveryStore,
    pub(crate) log: &'a dyn EventLog,
    pub(crate) visits: &'a dyn VisitStore,
    pub(crate) house: House<'a>,
}

static NEXT: AtomicU64 = AtomicU64::new(1_000_000);

/// Its identity is its place in an outbox.
pub(crate) fn entry(subject: Subject, event: Event) -> OutboxEntry {
    OutboxEntry {
        id: NEXT.fetch_add(1, Ordering::Relaxed),
        subject,
        event,
    }
}

pub(crate) fn visited(room: RoomId, by: UserId, at: WallMs) -> OutboxEntry {
    let event = VisitEvent::Visited { by, at };
    entry(Subject::Visit(room), Event::Visit(event))
}

fn wrote(room: RoomId, by: UserId, at: WallMs) -> OutboxEntry {
    let entry_id = EntryId::generate();
    let event = VisitEvent::EntryWritten {
        by,
        entry: entry_id,
        at,
    };
    entry(Subject::Visit(room), Event::Visit(event))
}

fn post(id: PostId, event: PostEvent) -> OutboxEntry {
    entry(Subject::Post(id), Event::Post(event))
}

pub(crate) fn published(
    id: PostId,
    by: UserId,
    tags: &[&str],
    public: bool,
    at: WallMs,
) -> OutboxEntry {
    let tags = tags.iter().map(|&tag| tag.to_owned()).collect();
    let event = PostEvent::PostPublished {
        by,
        room: None,
        tags,
        public,
        at,
    };
    post(id, event)
}

impl Talk<'_> {
    /// Publishes, and reads all there is.
    pub(crate) async fn happens(self, events: &[OutboxEntry], at: WallMs) {
        self.log.publish(events, at).await.unwrap();
        self.reads().await;
    }

    pub(crate) async fn reads(self) {
        while self.store.advance(7, UtcOffset::SEOUL).await.unwrap().read > 0 {}
    }

    /// The rooms ranked for a viewer, with their scores in counts of a time.
    pub(crate) async fn rooms(self, viewer: Option<UserId>, now: WallMs) -> Vec<(RoomId, f64)> {
        let ranked = self.store.popular_rooms(viewer, now, None, 999).await;
        let ranked = ranked.unwrap().into_iter();
        ranked
            .map(|(room, place)| (room, as_of(place.score, now, place.origin)))
            .collect()
    }

    pub(crate) async fn score(self, room: RoomId, now: WallMs) -> f64 {
        let rooms = self.rooms(None, now).await;
        let found = rooms.iter().find(|(other, _)| *other == room);
        found.map_or(0.0, |(_, score)| *score)
    }
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs())
}

/// Runs the whole suite on an empty store.
pub(crate) async fn conformance(talk: Talk<'_>) {
    each_counts_once_a_day_and_nobody_for_their_own(talk).await;
    counts_halve(talk).await;
    reading_again_from_the_beginning_gives_the_same(talk).await;
    a_ranking_is_read_on_where_it_was_left(talk).await;
    what_is_gone_is_not_talked_about(talk).await;
    posts_and_tags_are_ranked(talk).await;
    lists_and_chance_lead_only_where_one_may_go(talk).await;
}

async fn each_counts_once_a_day_and_nobody_for_their_own(talk: Talk<'_>) {
    let [owner, one, two] = talk.house.people("counts").await;
    let room = talk.house.room(owner, Visibility::Public).await;
    let event = visited(room, one, NOW);
    talk.happens(
        &[
            event.clone(),
            visited(room, one, NOW),
            visited(room, owner, NOW),
        ],
        NOW,
    )
    .await;
    // Delivered once more.
    talk.happens(&[event, wrote(room, owner, NOW)], NOW).await;
    assert!(near(talk.score(room, NOW).await, 1.0));
    // What weighs more on the same day stands for all.
    talk.happens(&[wrote(room, one, NOW), wrote(room, one, NOW)], NOW)
        .await;
    assert!(near(talk.score(room, NOW).await, 3.0));
    talk.happens(&[visited(room, two, NOW)], NOW).await;
    assert!(near(talk.score(room, NOW).await, 4.0));
    let nobody = visited(room, UserId::generate(), NOW);
    let nowhere = visited(RoomId::generate(), one, NOW);
    talk.happens(&[nobody, nowhere], NOW).await;
    assert!(near(talk.score(room, NOW).await, 4.0));
    // What says it is of tomorrow is of when it was told.
    let [three] = talk.house.people("early").await;
    talk.happens(&[visited(room, three, WallMs(NOW.0 + 50 * DAY_MS))], NOW)
        .await;
    assert!(near(talk.score(room, NOW).await, 5.0));
    let tomorrow = WallMs(NOW.0 + DAY_MS);
    talk.happens(&[visited(room, one, tomorrow)], tomorrow)
        .await;
    let faded = 5.0 * (-(DAY_MS as f64) / HALF_LIFE_MS as f64).exp2();
    assert!(near(talk.score(room, tomorrow).await, faded + 1.0));
}

async fn counts_halve(talk: Talk<'_>) {
    let [owner] = talk.house.people("halves").await;
    let crowd: [UserId; 6] = talk.house.people("halving").await;
    let mut wanted = Vec::new();
    // The more the older, and none the same.
    for (n, count) in [6, 3, 1, 2].into_iter().enumerate() {
        let room = talk.house.room(owner, Visibility::Public).await;
        let at = WallMs(NOW.0 + n as u64 * HALF_LIFE_MS / 2);
        let events: Vec<_> = crowd[..count]
            .iter()
            .map(|by| visited(room, *by, at))
            .collect();
        talk.happens(&events, at).await;
        let age = (3 - n) as f64 / 2.0;
        wanted.push((room, count as f64 * 0.5_f64.powf(age)));
    }
    let now = WallMs(NOW.0 + 3 * HALF_LIFE_MS / 2);
    for (room, score) in &wanted {
        assert!(near(talk.score(*room, now).await, *score));
    }
    wanted.sort_by(|one, other| other.1.total_cmp(&one.1));
    let ranked = talk.rooms(None, now).await;
    let ranked: Vec<RoomId> = ranked.into_iter().map(|(room, _)| room).collect();
    let ranked = ranked
        .into_iter()
        .filter(|room| wanted.iter().any(|(it, _)| it == room));
    let wanted: Vec<RoomId> = wanted.iter().map(|(room, _)| *room).collect();
    assert_eq!(ranked.collect::<Vec<_>>(), wanted);
}

async fn a_ranking_is_read_on_where_it_was_left(talk: Talk<'_>) {
    let [owner, fan] = talk.house.people("pages").await;
    let mut events = Vec::new();
    for n in 0..5 {
        let room = talk.house.room(owner, Visibility::Public).await;
        // Two of one score.
        events.push(visited(room, fan, WallMs(NOW.0 + n / 2)));
    }
    talk.happens(&events, WallMs(NOW.0 + 9)).await;
    let whole: Vec<RoomId> = talk
        .rooms(None, NOW)
        .await
        .into_iter()
        .map(|it| it.0)
        .collect();
    let mut paged = Vec::new();
    let mut after: Option<RankPlace> = None;
    loop {
        let page = talk
            .store
            .popular_rooms(None, NOW, after.as_ref(), 2)
            .await
            .unwrap();
        let Some((_, last)) = page.last() else {
            break;
        };
        after = Some(last.clone());
        paged.extend(page.into_iter().map(|(room, _)| room));
    }
    assert_eq!(paged, whole);
    // So long after that scores are counted in something else, the place is where it was.
    let first = talk.store.popular_rooms(None, NOW, None, 1).await.unwrap();
    let later = WallMs(NOW.0 + 70 * HALF_LIFE_MS);
    let room = talk.house.room(owner, Visibility::Public).await;
    talk.happens(&[visited(room, fan, later)], later).await;
    let after = first[0].1.clone();
    let page = talk
        .store
        .popular_rooms(None, later, Some(&after), 1)
        .await
        .unwrap();
    assert_eq!(page[0].0, whole[1]);
    assert_ne!(page[0].1.origin, after.origin, "or this shows nothing");
    assert!(near(talk.score(room, later).await, 1.0));
}

async fn what_is_gone_is_not_talked_about(talk: Talk<'_>) {
    let [owner, fan] = talk.house.people("gone").await;
    let room = talk.house.room(owner, Visibility::Public).await;
    let late = WallMs(NOW.0 + 70 * HALF_LIFE_MS);
    talk.happens(&[visited(room, fan, late)], late).await;
    assert!(talk.score(room, late).await > 0.0);
    talk.house.rooms.delete(room).await.unwrap();
    assert_eq!(talk.score(room, late).await, 0.0);
    let gone = Event::Room(RoomEvent::Deleted {});
    let events = [entry(Subject::Room(room), gone), visited(room, fan, late)];
    talk.happens(&events, late).await;
    assert_eq!(talk.score(room, late).await, 0.0);
}

async fn posts_and_tags_are_ranked(talk: Talk<'_>) {
    let [author, one, two, hidden] = talk.house.people("posts").await;
    let at = WallMs(NOW.0 + 70 * HALF_LIFE_MS);
    let ids: [PostId; 4] = std::array::from_fn(|_| PostId::generate());
    let [liked, passed, secret, theirs] = ids;
    let reacted = |id, by| post(id, PostEvent::PostReacted { by, at });
    let mut events = vec![
        published(liked, author, &["한옥", "마당"], true, at),
        published(passed, author, &["한옥"], true, at),
        published(secret, author, &["비밀"], false, at),
        published(theirs, hidden, &["한옥"], true, at),
        reacted(liked, one),
        reacted(liked, two),
        reacted(liked, author),
        reacted(secret, one),
        reacted(theirs, one),
        reacted(PostId::generate(), one),
    ];
    let comment = CommentId::generate();
    events.push(post(
        passed,
        PostEvent::PostCommented {
            by: one,
            comment,
            at,
        },
    ));
    events.push(post(passed, PostEvent::PostReposted { by: two, at }));
    talk.happens(&events, at).await;
    let popular = async |viewer| -> Vec<PostId> {
        let found = talk
            .store
            .popular_posts(viewer, at, None, 99)
            .await
            .unwrap();
        found.into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(popular(None).await, [passed, liked, theirs]);
    talk.house.block(one, hidden).await;
    assert_eq!(popular(Some(one)).await, [passed, liked]);
    assert_eq!(popular(Some(author)).await, [theirs], "what others made");
    talk.house.mute(two, author).await;
    assert_eq!(popular(Some(two)).await, [theirs]);
    let newest = talk.store.newest_posts(None, at, None, 2).await.unwrap();
    let rest = talk
        .store
        .newest_posts(None, at, Some(newest[1]), 9)
        .await
        .unwrap();
    let newest: BTreeSet<PostId> = newest.iter().chain(&rest).map(|place| place.id).collect();
    assert_eq!(newest, [liked, passed, theirs].into());
    let tags = talk.store.popular_tags(None, 9).await.unwrap();
    let names: Vec<&str> = tags.iter().map(|(tag, _)| tag.as_str()).collect();
    assert_eq!(
        names,
        ["한옥", "마당"],
        "once a person and day, and of public posts"
    );
    let rest = talk.store.popular_tags(Some(&tags[0].1), 9).await.unwrap();
    assert_eq!(rest, tags[1..]);
    talk.happens(&[post(liked, PostEvent::PostDeleted {})], at)
        .await;
    assert_eq!(popular(None).await, [passed, theirs]);
}

async fn lists_and_chance_lead_only_where_one_may_go(talk: Talk<'_>) {
    let house = talk.house;
    let people: [UserId; 6] = house.people("eligible").await;
    let [viewer, open, blocked, blocking, muted, fan] = people;
    let at = WallMs(NOW.0 + 70 * HALF_LIFE_MS);
    let mut rooms = Vec::new();
    for owner in [viewer, open, open, blocked, blocking, muted] {
        rooms.push(house.room(owner, Visibility::Public).await);
    }
    let private = house.room(open, Visibility::Private).await;
    let half = house.room(open, Visibility::Followers).await;
    house.follow(viewer, open).await;
    let mut banning = Access::new(Visibility::Public, false);
    let name = "x".to_owned();
    let ban = Ban {
        name,
        at: NOW,
        guest: None,
    };
    banning.bans.insert(viewer.to_string(), ban);
    let banned = house.room_with(open, banning).await;
    let mut locked = Access::new(Visibility::Public, true);
    locked.locked = true;
    let locked = house.room_with(open, locked).await;
    house.block(viewer, blocked).await;
    house.block(blocking, viewer).await;
    house.mute(viewer, muted).await;
    let all: Vec<RoomId> = rooms
        .iter()
        .copied()
        .chain([private, half, banned, locked])
        .collect();
    let events: Vec<_> = all.iter().map(|room| visited(*room, fan, at)).collect();
    talk.happens(&events, at).await;
    let of_these = |found: BTreeSet<RoomId>| -> BTreeSet<RoomId> {
        let all: BTreeSet<RoomId> = all.iter().copied().collect();
        found.intersection(&all).copied().collect()
    };
    let popular = async |viewer| {
        let rooms = talk.rooms(viewer, at).await.into_iter();
        of_these(rooms.map(|(room, _)| room).collect())
    };
    let newest = async |viewer| {
        let found = talk
            .store
            .newest_rooms(viewer, at, None, 999)
            .await
            .unwrap();
        of_these(found.iter().map(|place| place.id).collect())
    };
    let chance = async |viewer| {
        let found = talk.store.candidates(viewer, at, 1).await.unwrap();
        of_these(found.iter().map(|candidate| candidate.room).collect())
    };
    let mine: BTreeSet<RoomId> = [rooms[0], rooms[1], rooms[2], locked].into();
    assert_eq!(newest(Some(viewer)).await, mine);
    let of_others: BTreeSet<RoomId> = [rooms[1], rooms[2], locked].into();
    assert_eq!(popular(Some(viewer)).await, of_others);
    let everybody: BTreeSet<RoomId> = rooms.iter().copied().chain([locked]).collect();
    assert_eq!(
        popular(None).await,
        everybody,
        "guests may not come into the one that bans"
    );
    assert_eq!(newest(None).await, everybody);
    assert_eq!(chance(Some(viewer)).await, [rooms[1], rooms[2]].into());
    let arrival = Arrival {
        room: rooms[1],
        who: Caller::User(viewer),
        at: WallMs(at.0 - JUST_VISITED_MS + 1),
    };
    talk.visits
        .record(&[arrival], UtcOffset::SEOUL)
        .await
        .unwrap();
    assert_eq!(chance(Some(viewer)).await, [rooms[2]].into());
    let found = talk.store.candidates(Some(viewer), at, 1).await.unwrap();
    let left = found.iter().find(|candidate| candidate.room == rooms[2]);
    assert!(near(left.unwrap().popularity, 1.0));
}

// Before any time has passed in which the log lets go of events.
async fn reading_again_from_the_beginning_gives_the_same(talk: Talk<'_>) {
    let [author, one, two] = talk.house.people("again").await;
    let now = WallMs(NOW.0 + 2 * HALF_LIFE_MS);
    let (liked, gone) = (PostId::generate(), PostId::generate());
    let events = [
        published(liked, author, &[], true, now),
        published(gone, author, &[], true, now),
        post(liked, PostEvent::PostReacted { by: one, at: now }),
        post(gone, PostEvent::PostReacted { by: one, at: now }),
        post(liked, PostEvent::PostReposted { by: two, at: now }),
        post(gone, PostEvent::PostDeleted {}),
    ];
    talk.happens(&events, now).await;
    let scores = async || {
        let rooms = talk.rooms(None, now).await.into_iter();
        let mut scores: Vec<_> = rooms.map(|(room, score)| (room.uuid(), score)).collect();
        let posts = talk.store.popular_posts(None, now, None, 99).await.unwrap();
        let posts = posts.into_iter();
        scores.extend(posts.map(|(id, place)| {
            let score = as_of(place.score, now, place.origin);
            (id.uuid(), score)
        }));
        scores.sort_by_key(|(id, _)| *id);
        scores
    };
    let before = scores().await;
    assert_eq!(before.len(), 6, "five rooms and a post");
    talk.store.restart().await.unwrap();
    assert_eq!(scores().await, []);
    talk.reads().await;
    let after = scores().await;
    assert_eq!(before.len(), after.len());
    for ((id, score), (same, again)) in before.iter().zip(&after) {
        assert!(id == same && near(*score, *again), "{score} and {again}");
    }
    talk.happens(&[post(liked, PostEvent::PostDeleted {})], now)
        .await;
}
