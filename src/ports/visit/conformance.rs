//! What every visit store must keep, whatever stands behind it.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::{Arrival, Caller, Circle, Met, VisitStore};
use crate::catalogue::catalogue;
use crate::domain::clock::WallMs;
use crate::domain::id::{GuestId, RoomId, UserId};
use crate::domain::relation::Nickname;
use crate::domain::room::{Access, Document, RoomCard, Visibility};
use crate::domain::settings::{SettingsChange, ShownTo};
use crate::domain::visit::{Day, JUST_VISITED_MS, NAMED_DAYS, UtcOffset, VisitCounts};
use crate::ports::relations::RelationStore;
use crate::ports::room::{NewRoom, RoomStore};
use crate::ports::settings::SettingsStore;
use crate::ports::settings::conformance::{choose, set_private};
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;

pub(crate) mod people;

/// 2026-11-28T06:00:00Z: three in the afternoon in Seoul.
pub(crate) const NOW: WallMs = WallMs(1_795_845_600_000);

pub(crate) const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The people and rooms around a store.
#[derive(Clone, Copy)]
pub(crate) struct House<'a> {
    pub(crate) users: &'a dyn UserStore,
    pub(crate) rooms: &'a dyn RoomStore,
    pub(crate) relations: &'a dyn RelationStore,
    pub(crate) settings: &'a dyn SettingsStore,
}

impl House<'_> {
    /// So many new people of a name.
    pub(crate) async fn people<const N: usize>(self, name: &str) -> [UserId; N] {
        let mut ids = Vec::new();
        for n in 0..N {
            let handle = format!("{name}_{n}");
            ids.push(created(self.users, &handle, &handle).await.id);
        }
        ids.try_into().unwrap()
    }

    /// A new room of theirs.
    pub(crate) async fn room(self, owner: UserId, visibility: Visibility) -> RoomId {
        self.room_with(owner, Access::new(visibility, true)).await
    }

    pub(crate) async fn room_with(self, owner: UserId, access: Access) -> RoomId {
        let card = RoomCard {
            id: RoomId::generate(),
            owner_id: owner,
            name: "방".to_owned(),
            access,
        };
        let (id, at) = (card.id, NOW);
        let document = Document::new(catalogue().plain_theme());
        let new = NewRoom { card, document, at };
        self.rooms.create(new).await.unwrap();
        id
    }

    pub(crate) async fn tied(self, one: UserId, other: UserId) {
        let name = Nickname::parse("별").unwrap();
        for (asks, of) in [(one, other), (other, one)] {
            let tied = self.relations.tie_to(asks, of, &name, NOW).await;
            tied.unwrap();
        }
    }

    pub(crate) async fn follow(self, follower: UserId, followee: UserId) {
        let followed = self.relations.follow(follower, followee, NOW).await;
        followed.unwrap();
    }

    pub(crate) async fn block(self, blocker: UserId, blocked: UserId) {
        let blocked = self.relations.block(blocker, blocked, NOW).await;
        blocked.unwrap();
    }

    pub(crate) async fn mute(self, muter: UserId, muted: UserId) {
        let muted = self.relations.mute(muter, muted, None, NOW).await;
        muted.unwrap();
    }

    async fn show_visits(self, user: UserId, to: ShownTo) {
        let change = SettingsChange {
            show_visits: Some(to),
            ..SettingsChange::default()
        };
        choose(self.settings, user, change).await;
    }
}

fn came(room: RoomId, user: UserId, at: WallMs) -> Arrival {
    let who = Caller::User(user);
    Arrival { room, who, at }
}

async fn record(store: &dyn VisitStore, arrivals: &[Arrival]) {
    let recorded = store.record(arrivals, UtcOffset::SEOUL).await;
    recorded.unwrap();
}

fn today(at: WallMs) -> Day {
    Day::of(at, UtcOffset::SEOUL)
}

async fn counted(store: &dyn VisitStore, room: RoomId, at: WallMs) -> (u64, u64) {
    let counts = store.counts(&[room], today(at)).await.unwrap();
    let counts = counts.first().map(|(_, counts)| *counts);
    let VisitCounts { today, total } = counts.unwrap_or_default();
    (today, total)
}

/// Who is in the history of a room: nobody for those who do not show it.
async fn history(store: &dyn VisitStore, room: RoomId, owner: UserId) -> Vec<Option<UserId>> {
    match store.visitors(room, owner, NOW, None, 99).await.unwrap() {
        Met::Open(seen) => {
            let seen = seen.into_iter();
            seen.map(|seen| seen.visitor.map(|user| user.id)).collect()
        }
        other => panic!("the owner may read it, yet {other:?}"),
    }
}

/// Runs the whole suite on an empty store.
pub(crate) async fn conformance(store: &dyn VisitStore, house: House<'_>) {
    each_counts_once_a_day(store, house).await;
    days_begin_at_their_midnight(store, house).await;
    many_at_once_are_counted_exactly(store, house).await;
    the_history_asks_visitors_as_they_are_now(store, house).await;
    what_is_cleared_counts_and_is_in_no_history(store, house).await;
    one_finds_where_one_was_while_it_is_there(store, house).await;
    ways_lead_only_where_one_may_go(store, house).await;
    lists_of_private_accounts_lead_nowhere(store, house).await;
    what_is_let_go_of_still_counts(store, house).await;
}

async fn each_counts_once_a_day(store: &dyn VisitStore, house: House<'_>) {
    let [owner, guest, blocked, blocking] = house.people("once").await;
    let room = house.room(owner, Visibility::Public).await;
    house.block(owner, blocked).await;
    house.block(blocking, owner).await;
    assert_eq!(counted(store, room, NOW).await, (0, 0));
    let stranger = |origin| Arrival {
        room,
        who: Caller::Guest {
            id: GuestId::generate(),
            origin,
        },
        at: NOW,
    };
    let arrivals = [
        came(room, guest, NOW),
        came(room, guest, WallMs(NOW.0 + 1)),
        came(room, owner, NOW),
        came(room, blocked, NOW),
        came(room, blocking, NOW),
        came(RoomId::generate(), guest, NOW),
        came(room, UserId::generate(), NOW),
    ];
    record(store, &arrivals).await;
    record(store, &arrivals).await;
    assert_eq!(counted(store, room, NOW).await, (1, 1));
    // Two of one household, one of another, two whose is not known.
    let guests = [Some(7), Some(7), Some(8), None, None].map(stranger);
    record(store, &guests).await;
    assert_eq!(counted(store, room, NOW).await, (5, 5));
    let tomorrow = WallMs(NOW.0 + DAY_MS);
    assert_eq!(counted(store, room, tomorrow).await, (0, 5));
    record(store, &[came(room, guest, tomorrow)]).await;
    assert_eq!(counted(store, room, tomorrow).await, (1, 6));
    // One that was held up counts for its own day.
    let [late] = house.people("late").await;
    record(store, &[came(room, late, NOW)]).await;
    assert_eq!(counted(store, room, tomorrow).await, (1, 7));
    assert_eq!(
        history(store, room, owner).await.len(),
        3,
        "guests are in no history"
    );
    let denied = store.visitors(room, guest, NOW, None, 9).await.unwrap();
    assert!(matches!(denied, Met::Denied(_)));
    assert_eq!(
        store.visitors(room, blocked, NOW, None, 9).await.unwrap(),
        Met::NoRoom
    );
    let counts = store.counts_of(room, Some(blocked), today(NOW), NOW).await;
    assert_eq!(counts.unwrap(), Met::NoRoom);
    let counts = store.counts_of(room, None, today(tomorrow), NOW).await;
    assert_eq!(
        counts.unwrap(),
        Met::Open(VisitCounts { today: 1, total: 7 })
    );
}

async fn days_begin_at_their_midnight(store: &dyn VisitStore, house: House<'_>) {
    let [owner, guest] = house.people("midnight").await;
    let room = house.room(owner, Visibility::Public).await;
    // Midnight in Seoul.
    let midnight = WallMs(1_795_878_000_000);
    let before = WallMs(midnight.0 - 1);
    record(store, &[came(room, guest, before)]).await;
    assert_eq!(counted(store, room, before).await, (1, 1));
    assert_eq!(counted(store, room, midnight).await, (0, 1));
    record(store, &[came(room, guest, midnight)]).await;
    assert_eq!(counted(store, room, midnight).await, (1, 2));
    // Elsewhere it is one day.
    let room = house.room(owner, Visibility::Public).await;
    let utc = UtcOffset::from_minutes(0).unwrap();
    let both = [came(room, guest, before), came(room, guest, midnight)];
    store.record(&both, utc).await.unwrap();
    let counts = store.counts(&[room], Day::of(midnight, utc)).await.unwrap();
    assert_eq!(counts, [(room, VisitCounts { today: 1, total: 1 })]);
}

async fn many_at_once_are_counted_exactly(store: &dyn VisitStore, house: House<'_>) {
    let [owner, one] = house.people("crowded").await;
    let crowd: [UserId; 20] = house.people("crowd").await;
    let room = house.room(owner, Visibility::Public).await;
    let same = (0..100).map(|n| {
        let arrival = came(room, one, WallMs(NOW.0 + n));
        async move { record(store, &[arrival]).await }
    });
    join_all(same).await;
    assert_eq!(counted(store, room, NOW).await, (1, 1));
    let each = crowd.iter().chain(&crowd).map(|user| {
        let arrival = came(room, *user, NOW);
        async move { record(store, &[arrival]).await }
    });
    join_all(each).await;
    assert_eq!(counted(store, room, NOW).await, (21, 21));
}

async fn the_history_asks_visitors_as_they_are_now(store: &dyn VisitStore, house: House<'_>) {
    let [owner, open, shy, follower, tie, blocked] = house.people("history").await;
    let room = house.room(owner, Visibility::Public).await;
    for (n, user) in [open, shy, follower, tie, blocked].into_iter().enumerate() {
        record(store, &[came(room, user, WallMs(NOW.0 + n as u64))]).await;
    }
    house.show_visits(shy, ShownTo::Nobody).await;
    house.show_visits(follower, ShownTo::Followers).await;
    house.show_visits(tie, ShownTo::Ties).await;
    house.block(blocked, owner).await;
    let shown = history(store, room, owner).await;
    assert_eq!(shown, [Some(open), None, None, None], "the shown first");
    house.follow(owner, follower).await;
    house.tied(owner, tie).await;
    let shown = history(store, room, owner).await;
    assert_eq!(
        shown,
        [Some(tie), Some(follower), Some(open), None],
        "the latest first"
    );
    assert_eq!(counted(store, room, NOW).await, (5, 5));
    // In pages of one.
    let mut after = None;
    let mut paged = Vec::new();
    while let Met::Open(page) = store.visitors(room, owner, NOW, after, 1).await.unwrap() {
        let Some(seen) = page.into_iter().next() else {
            break;
        };
        assert_eq!(seen.place.at.is_some(), seen.visitor.is_some());
        after = Some(seen.place);
        paged.push(seen.visitor.map(|user| user.id));
    }
    assert_eq!(paged, shown);
}

async fn what_is_cleared_counts_and_is_in_no_history(store: &dyn VisitStore, house: House<'_>) {
    let [owner, guest] = house.people("cleared").await;
    let room = house.room(owner, Visibility::Public).await;
    record(store, &[came(room, guest, NOW)]).await;
    store.clear(guest).await.unwrap();
    assert_eq!(history(store, room, owner).await, []);
    assert_eq!(store.visited(guest, NOW, None, 9).await.unwrap(), []);
    record(store, &[came(room, guest, WallMs(NOW.0 + 1))]).await;
    assert_eq!(
        counted(store, room, NOW).await,
        (1, 1),
        "still the same day"
    );
}

async fn one_finds_where_one_was_while_it_is_there(store: &dyn VisitStore, house: House<'_>) {
    let [owner, hidden, guest] = house.people("own").await;
    let public = house.room(owner, Visibility::Public).await;
    let private = house.room(owner, Visibility::Private).await;
    let gone = house.room(hidden, Visibility::Public).await;
    for (n, room) in [public, private, gone].into_iter().enumerate() {
        record(store, &[came(room, guest, WallMs(NOW.0 + n as u64))]).await;
    }
    house.block(hidden, guest).await;
    let visited = store.visited(guest, NOW, None, 9).await.unwrap();
    let rooms: Vec<RoomId> = visited.iter().map(|visit| visit.room).collect();
    assert_eq!(rooms, [public]);
    assert_eq!(visited[0].owner.id, owner);
    let more = store.visited(guest, NOW, Some(visited[0].place), 9).await;
    assert_eq!(more.unwrap(), []);
}

async fn ways(
    store: &dyn VisitStore,
    room: RoomId,
    viewer: Option<UserId>,
    circle: Circle,
) -> BTreeSet<(RoomId, bool)> {
    let at = WallMs(NOW.0 + 1);
    match store.ways(room, viewer, circle, at).await.unwrap() {
        Met::Open(ways) => ways.iter().map(|way| (way.room, way.is_tie)).collect(),
        other => panic!("the room is there, yet {other:?}"),
    }
}

async fn ways_lead_only_where_one_may_go(store: &dyn VisitStore, house: House<'_>) {
    let people: [UserId; 11] = house.people("surf").await;
    let [
        owner,
        viewer,
        tie,
        fan,
        both,
        blocked,
        muted,
        secret,
        seen,
        half,
        far,
    ] = people;
    let start = house.room(owner, Visibility::Public).await;
    house.tied(owner, tie).await;
    house.tied(owner, both).await;
    for user in [viewer, fan, both, blocked, muted, secret, seen, half] {
        house.follow(user, owner).await;
    }
    house.follow(far, fan).await;
    house.block(blocked, viewer).await;
    house.mute(viewer, muted).await;
    let mut rooms = Vec::new();
    for user in [tie, fan, both, blocked, muted, seen, far, viewer, owner] {
        rooms.push(house.room(user, Visibility::Public).await);
    }
    house.room(secret, Visibility::Private).await;
    let closed = house.room(half, Visibility::Followers).await;
    let mut locked = Access::new(Visibility::Public, true);
    locked.locked = true;
    house.room_with(fan, locked).await;
    let just = WallMs(NOW.0 + 1 - JUST_VISITED_MS + 1);
    record(store, &[came(rooms[5], viewer, just)]).await;
    let near = [(rooms[0], true), (rooms[1], false), (rooms[2], true)];
    let found = ways(store, start, Some(viewer), Circle::Near).await;
    assert_eq!(found, near.into());
    house.follow(viewer, half).await;
    let found = ways(store, start, Some(viewer), Circle::Near).await;
    assert_eq!(found, near.into_iter().chain([(closed, false)]).collect());
    let found = ways(store, start, Some(viewer), Circle::Far).await;
    assert_eq!(found, [(rooms[6], false)].into());
    // Strangers go where everybody may.
    let found = ways(store, start, None, Circle::Near).await;
    let rest = [3, 4, 5, 7].map(|n| (rooms[n], false));
    assert_eq!(found, near.into_iter().chain(rest).collect());
    let lost = store
        .ways(RoomId::generate(), None, Circle::Near, NOW)
        .await;
    assert_eq!(lost.unwrap(), Met::NoRoom);
}

async fn lists_of_private_accounts_lead_nowhere(store: &dyn VisitStore, house: House<'_>) {
    let [owner, fan, viewer, beyond] = house.people("closed").await;
    let start = house.room(owner, Visibility::Public).await;
    let there = house.room(fan, Visibility::Public).await;
    let further = house.room(beyond, Visibility::Public).await;
    house.follow(fan, owner).await;
    house.follow(beyond, fan).await;
    set_private(house.settings, owner, true).await;
    assert_eq!(
        ways(store, start, Some(viewer), Circle::Near).await,
        [].into()
    );
    assert_eq!(
        ways(store, start, Some(viewer), Circle::Far).await,
        [].into()
    );
    let found = ways(store, start, Some(fan), Circle::Near).await;
    assert_eq!(found, [].into(), "their own");
    let found = ways(store, start, Some(owner), Circle::Near).await;
    assert_eq!(found, [(there, false)].into());
    let found = ways(store, start, Some(owner), Circle::Far).await;
    assert_eq!(found, [(further, false)].into());
    set_private(house.settings, fan, true).await;
    let found = ways(store, start, Some(owner), Circle::Far).await;
    assert_eq!(found, [].into());
}

async fn what_is_let_go_of_still_counts(store: &dyn VisitStore, house: House<'_>) {
    let [owner, guest, clears] = house.people("swept").await;
    let room = house.room(owner, Visibility::Public).await;
    let stranger = Arrival {
        room,
        who: Caller::Guest {
            id: GuestId::generate(),
            origin: Some(3),
        },
        at: NOW,
    };
    record(
        store,
        &[came(room, guest, NOW), came(room, clears, NOW), stranger],
    )
    .await;
    store.clear(clears).await.unwrap();
    let day = today(NOW);
    while store.sweep(day).await.unwrap() {}
    record(store, &[stranger, came(room, clears, NOW)]).await;
    assert_eq!(
        counted(store, room, NOW).await,
        (3, 3),
        "the day is not over"
    );
    while store.sweep(Day(day.0 + 1)).await.unwrap() {}
    assert_eq!(counted(store, room, NOW).await, (3, 3));
    assert_eq!(history(store, room, owner).await, [Some(guest)]);
    while store.sweep(Day(day.0 + NAMED_DAYS)).await.unwrap() {}
    assert_eq!(history(store, room, owner).await, [Some(guest)]);
    while store.sweep(Day(day.0 + NAMED_DAYS + 1)).await.unwrap() {}
    assert_eq!(history(store, room, owner).await, []);
    assert_eq!(counted(store, room, NOW).await.1, 3);
}
