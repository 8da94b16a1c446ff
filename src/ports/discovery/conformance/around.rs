//! What whoever keeps rooms and visits must answer discovery.

use std::collections::BTreeMap;

use crate::domain::clock::WallMs;
use crate::domain::id::{NodeId, RoomId};
use crate::domain::room::{Access, Ban, Visibility};
use crate::domain::version::Expected;
use crate::domain::visit::UtcOffset;
use crate::ports::discovery::{
    DiscoveredRoom, ROOMS_AT_ONCE_MAX, RoomsForDiscovery, VisitsForDiscovery,
};
use crate::ports::room::conformance::{claim, new_room, save_of};
use crate::ports::room::{RoomShelf, RoomStore, SaveOutcome};
use crate::ports::visit::conformance::{House, NOW};
use crate::ports::visit::{Arrival, Caller, VisitStore};

/// Rooms are found as they are, and only while they are there.
pub(crate) async fn rooms(
    asked: &dyn RoomsForDiscovery,
    store: &dyn RoomStore,
    shelf: &dyn RoomShelf,
) {
    let made: Vec<_> = [Visibility::Public, Visibility::Private, Visibility::Public]
        .into_iter()
        .enumerate()
        .map(|(n, visibility)| new_room(visibility, 1_000 + n as u64))
        .collect();
    for room in &made {
        store.create(room.clone()).await.unwrap();
    }
    let ids: Vec<RoomId> = made.iter().map(|room| room.card.id).collect();
    let asked_of: Vec<RoomId> = ids.iter().copied().chain([RoomId::generate()]).collect();
    let found = async || -> BTreeMap<RoomId, DiscoveredRoom> {
        let found = asked.discovered(&asked_of).await.unwrap().into_iter();
        found.map(|found| (found.card.id, found)).collect()
    };
    let before = found().await;
    assert_eq!(before.len(), 3);
    for room in &made {
        let DiscoveredRoom { card, created } = &before[&room.card.id];
        assert_eq!((card, *created), (&room.card, room.at));
    }
    // It changes, and was made when it was made.
    let node = NodeId::generate();
    store.renew(node, 60_000).await.unwrap();
    let claimed = claim(store, ids[0], node).await;
    let mut card = claimed.card.clone();
    card.access = Access::new(Visibility::Public, false);
    card.access.locked = true;
    let ban = Ban {
        name: "x".to_owned(),
        at: WallMs(1_500),
        guest: None,
    };
    card.access.bans.insert("somebody".to_owned(), ban);
    let mut save = save_of(&claimed, node, 1);
    save.card = Some(card.clone());
    let saved = store.save(save).await.unwrap();
    assert!(matches!(saved, SaveOutcome::Saved { .. }));
    let now = found().await;
    assert_eq!(
        (&now[&ids[0]].card, now[&ids[0]].created),
        (&card, made[0].at)
    );
    // Put away, and deleted for good.
    let owner = made[1].card.owner_id;
    let archived = shelf.archive(owner, ids[1], &Expected::Any, WallMs(2_000));
    archived.await.unwrap();
    store.delete(ids[2]).await.unwrap();
    assert_eq!(found().await.into_keys().collect::<Vec<_>>(), [ids[0]]);
    assert_eq!(asked.discovered(&[]).await.unwrap(), []);
    let too_many = vec![ids[0]; ROOMS_AT_ONCE_MAX + 1];
    assert!(asked.discovered(&too_many).await.is_err());
}

/// Who was where lately is known to the millisecond.
pub(crate) async fn visits(
    asked: &dyn VisitsForDiscovery,
    store: &dyn VisitStore,
    house: House<'_>,
) {
    let [owner, me, other] = house.people("lately").await;
    let mut rooms = Vec::new();
    for _ in 0..3 {
        rooms.push(house.room(owner, Visibility::Public).await);
    }
    for (room, who, at) in [(0, me, 0), (1, me, 10), (2, other, 10)] {
        let arrival = Arrival {
            room: rooms[room],
            who: Caller::User(who),
            at: WallMs(NOW.0 + at),
        };
        store.record(&[arrival], UtcOffset::SEOUL).await.unwrap();
    }
    let lately = async |since| {
        let found = asked.lately(me, &rooms, WallMs(NOW.0 + since)).await;
        let mut found = found.unwrap();
        found.sort_by_key(|room| rooms.iter().position(|it| it == room));
        found
    };
    assert_eq!(lately(9).await, [rooms[1]]);
    assert_eq!(lately(10).await, [], "after, not at");
    assert_eq!(
        asked
            .lately(me, &rooms, WallMs(NOW.0 - 1))
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(asked.lately(me, &rooms[2..], WallMs(0)).await.unwrap(), []);
    let too_many = vec![rooms[0]; ROOMS_AT_ONCE_MAX + 1];
    assert!(asked.lately(me, &too_many, NOW).await.is_err());
}
