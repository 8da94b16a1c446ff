//! What every room store must do, as one suite for all of them.

mod decided;
pub(crate) mod doors;
mod erasure;
pub(crate) mod outbox;
mod sessions;
pub(crate) mod shelf;

use std::collections::VecDeque;

use super::memory::MemoryRoom;
use super::{
    Answer, ClaimOutcome, ClaimedRoom, NewRoom, Present, RoomSave, RoomStore, SaveOutcome,
    SessionRecord, Verdict,
};
use crate::catalogue::catalogue;
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, NodeId, RoomId, SessionId, UserId};
use crate::domain::room::{
    Access, ChatLine, Document, GuestOrigin, Item, ItemId, Piece, Place, RoomCard, Seq, Stamp,
    Standpoint, Visibility,
};
use crate::domain::user::Look;
use crate::domain::visitor::Bearer;

/// Saved, with nothing but changes to tell.
const SAVED: SaveOutcome = SaveOutcome::Saved {
    pending_events: Some(0),
};

fn stamp(seq: u64) -> Stamp {
    Stamp {
        seq: Seq(seq),
        by: SessionId::from_uuid(uuid::Uuid::from_u128(9)),
    }
}

pub(crate) fn item(kind: &str, x: i32, seq: u64) -> Item {
    let stamp = stamp(seq);
    let standpoint = Standpoint {
        place: Place::Floor,
        x,
        y: 4,
    };
    let piece = Piece {
        kind: kind.to_owned(),
        standpoint,
        rotation: 1,
        color: "mint".to_owned(),
    };
    Item {
        piece,
        standpoint_set: stamp,
        rotation_set: stamp,
        color_set: stamp,
    }
}

pub(crate) fn new_room(visibility: Visibility, at: u64) -> NewRoom {
    let mut document = Document::new(catalogue().plain_theme());
    document.seq = Seq(1);
    document.items.insert(ItemId(1), item("sofa", 2, 1));
    document.items.insert(ItemId(2), item("chair", 8, 1));
    let card = RoomCard {
        id: RoomId::generate(),
        owner_id: UserId::generate(),
        name: "우리 집".to_owned(),
        access: Access::new(visibility, true),
    };
    NewRoom {
        card,
        document,
        at: WallMs(at),
    }
}

pub(crate) async fn claim(store: &dyn RoomStore, room: RoomId, node: NodeId) -> ClaimedRoom {
    match store.claim(room, node).await.expect("the store answers") {
        ClaimOutcome::Claimed(claimed) => *claimed,
        other => panic!("the room is there and free, not {other:?}"),
    }
}

pub(crate) fn save_of(claimed: &ClaimedRoom, node: NodeId, number: u64) -> RoomSave {
    let seq = Seq(claimed.document.seq.0 + number);
    RoomSave {
        room: claimed.card.id,
        epoch: claimed.epoch,
        node,
        save_no: claimed.save_no + number,
        seq,
        horizon: Seq(0),
        theme: None,
        items: Vec::new(),
        removed: Vec::new(),
        chat: Vec::new(),
        card: None,
        layouts: Vec::new(),
        layouts_removed: Vec::new(),
        history: Vec::new(),
        audit: Vec::new(),
        sessions: Vec::new(),
        sessions_removed: Vec::new(),
        roster: None,
        changed: true,
        events: Vec::new(),
        at: WallMs(5_000 + number),
    }
}

/// Runs the whole suite.
pub(crate) async fn suite(store: &dyn RoomStore) {
    making_is_idempotent(store).await;
    saves_round_trip(store).await;
    claims_fence_earlier_ones(store).await;
    a_lease_keeps_others_out_until_it_ends(store).await;
    a_room_handed_over_is_free_at_once(store).await;
    saves_come_one_after_the_other(store).await;
    lists_are_whole_and_private_rooms_stay_out(store).await;
    visits_do_not_lift_a_room_in_the_list(store).await;
    decided::suite(store).await;
    erasure::suite(store).await;
    sessions::suite(store).await;
}

async fn making_is_idempotent(store: &dyn RoomStore) {
    let room = new_room(Visibility::Public, 10);
    store.create(room.clone()).await.expect("made");
    let mut again = room.clone();
    again.card.name = "다른 이름".to_owned();
    store.create(again).await.expect("left alone");
    let saved = store
        .read(room.card.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(saved.card, room.card);
    assert_eq!(saved.items, Vec::from_iter(room.document.items.clone()));
    assert_eq!(
        store.of_owner(room.card.owner_id).await.expect("read"),
        [room.card]
    );
    let nowhere = RoomId::generate();
    assert_eq!(store.read(nowhere).await.expect("read"), None);
    let claimed = store
        .claim(nowhere, NodeId::generate())
        .await
        .expect("answered");
    assert_eq!(claimed, ClaimOutcome::NotFound);
}

async fn saves_round_trip(store: &dyn RoomStore) {
    let (room, node) = (new_room(Visibility::Public, 20), NodeId::generate());
    store.create(room.clone()).await.expect("made");
    let claimed = claim(store, room.card.id, node).await;
    assert_eq!(claimed.document, room.document);
    let mut save = save_of(&claimed, node, 1);
    let mut theme = room.document.theme.clone();
    theme.light = crate::domain::room::Light::Night;
    theme.set[2] = Some(Stamp {
        seq: Seq(2),
        by: SessionId::generate(),
    });
    save.theme = Some(theme);
    save.items = vec![
        (ItemId(1), item("sofa", 3, 2)),
        (ItemId(7), item("desk", 12, 2)),
    ];
    save.removed = vec![(ItemId(2), stamp(2))];
    let at = WallMs(now_ms());
    let line = |text: &str| ChatLine {
        seq: Seq(2),
        at,
        author_id: "a".to_owned(),
        author_name: "하늘".to_owned(),
        guest: None,
        text: text.to_owned(),
    };
    let guest = |origin| ChatLine {
        guest: Some(GuestOrigin { origin }),
        ..line("누구세요?")
    };
    save.chat = vec![line("하나"), guest(None), guest(Some(u64::MAX)), line("둘")];
    let answer = Answer {
        number: 1,
        digest: u64::MAX,
        verdict: Verdict::Applied,
        seq: Seq(2),
    };
    let record = SessionRecord {
        generation: 3,
        answers: VecDeque::from([answer]),
        seen: at,
        person: "a".to_owned(),
    };
    save.sessions = vec![(SessionId::generate(), record)];
    save.roster = Some(vec![present()]);
    assert_eq!(store.save(save.clone()).await.expect("saved"), SAVED);

    let mut expected = MemoryRoom::new(room.card.clone(), room.document);
    let first = expected.claim(node);
    assert_eq!(first.epoch, claimed.epoch);
    assert_eq!(expected.save(&save), SAVED);
    let next = NodeId::generate();
    assert_eq!(claim(store, room.card.id, next).await, expected.claim(next));
}

/// The store forgets by its own clock, so records must be of today.
pub(crate) fn now_ms() -> u64 {
    crate::domain::clock::Clock::start().wall().0
}

pub(crate) fn present() -> Present {
    Present {
        session: SessionId::generate(),
        generation: 4,
        bearer: Bearer::User {
            id: UserId::generate(),
            login: LoginId::generate(),
        },
        name: "하늘".to_owned(),
        handle: Some("haneul".to_owned()),
        look: Look::default(),
        follows_owner: true,
        origin: Some(u64::MAX),
        hidden: ["someone".to_owned()].into(),
        x: 512,
        y: 40,
        seen: WallMs(9),
        facing: 3,
    }
}

/// Long enough for a slow store to answer within.
const LEASE_MS: u64 = 60_000;

async fn a_lease_keeps_others_out_until_it_ends(store: &dyn RoomStore) {
    let (room, owner, other) = (
        new_room(Visibility::Public, 35),
        NodeId::generate(),
        NodeId::generate(),
    );
    store.create(room.clone()).await.expect("made");
    store.renew(owner, LEASE_MS).await.expect("renewed");
    let first = claim(store, room.card.id, owner).await;
    let refused = store.claim(room.card.id, other).await.expect("answered");
    assert_eq!(refused, ClaimOutcome::Held { node: owner });
    let again = claim(store, room.card.id, owner).await;
    assert!(again.epoch > first.epoch, "the owner itself may claim anew");
    store.renew(owner, 0).await.expect("renewed");
    let taken = claim(store, room.card.id, other).await;
    assert!(
        taken.epoch > again.epoch,
        "a lease that ended keeps nobody out"
    );
}

async fn a_room_handed_over_is_free_at_once(store: &dyn RoomStore) {
    let (room, owner, other) = (
        new_room(Visibility::Public, 36),
        NodeId::generate(),
        NodeId::generate(),
    );
    store.create(room.clone()).await.expect("made");
    store.renew(owner, LEASE_MS).await.expect("renewed");
    let first = claim(store, room.card.id, owner).await;
    let second = claim(store, room.card.id, owner).await;
    let id = room.card.id;
    store
        .release(id, first.epoch, owner)
        .await
        .expect("answered");
    let refused = store.claim(id, other).await.expect("answered");
    assert_eq!(
        refused,
        ClaimOutcome::Held { node: owner },
        "an old claim is not the one that stands"
    );
    store
        .release(id, second.epoch, owner)
        .await
        .expect("handed over");
    let late = save_of(&second, owner, 1);
    assert_eq!(
        store.save(late).await.expect("answered"),
        SaveOutcome::Fenced
    );
    claim(store, id, other).await;
}

async fn claims_fence_earlier_ones(store: &dyn RoomStore) {
    let (room, old, new) = (
        new_room(Visibility::Public, 30),
        NodeId::generate(),
        NodeId::generate(),
    );
    store.create(room.clone()).await.expect("made");
    let before = claim(store, room.card.id, old).await;
    let after = claim(store, room.card.id, new).await;
    assert!(after.epoch > before.epoch);
    let mut late = save_of(&before, old, 1);
    late.removed = vec![(ItemId(1), stamp(2))];
    assert_eq!(
        store.save(late.clone()).await.expect("answered"),
        SaveOutcome::Fenced
    );
    late.epoch = after.epoch;
    assert_eq!(
        store.save(late).await.expect("answered"),
        SaveOutcome::Fenced,
        "the node counts"
    );
    let saved = store
        .read(room.card.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(saved.items.len(), 2, "a fenced save changes nothing");
}

async fn saves_come_one_after_the_other(store: &dyn RoomStore) {
    let (room, node) = (new_room(Visibility::Public, 40), NodeId::generate());
    store.create(room.clone()).await.expect("made");
    let claimed = claim(store, room.card.id, node).await;
    let (first, second) = (save_of(&claimed, node, 1), save_of(&claimed, node, 2));
    assert_eq!(
        store.save(second.clone()).await.expect("answered"),
        SaveOutcome::Fenced
    );
    assert_eq!(store.save(first.clone()).await.expect("answered"), SAVED);
    assert_eq!(
        store.save(first.clone()).await.expect("answered"),
        SaveOutcome::Fenced
    );
    let last = store.last_save(room.card.id).await.expect("read");
    assert_eq!(last, Some((claimed.epoch, first.save_no)));
    assert_eq!(store.save(second).await.expect("answered"), SAVED);
}

async fn visits_do_not_lift_a_room_in_the_list(store: &dyn RoomStore) {
    let (room, node) = (new_room(Visibility::Public, 3_000), NodeId::generate());
    store.create(room.clone()).await.expect("made");
    let changed_at = async || {
        let listed = store.list_public(None, 200).await.expect("listed");
        let mut listed = listed.into_iter();
        let found = listed.find(|(saved, _)| saved.card.id == room.card.id);
        found.expect("in the list").1.changed
    };
    let claimed = claim(store, room.card.id, node).await;
    let mut visit = save_of(&claimed, node, 1);
    visit.seq = claimed.document.seq;
    visit.roster = Some(vec![present()]);
    visit.changed = false;
    assert_eq!(store.save(visit).await.expect("saved"), SAVED);
    assert_eq!(changed_at().await, WallMs(3_000));
    let edit = save_of(&claimed, node, 2);
    let at = edit.at;
    assert_eq!(store.save(edit).await.expect("saved"), SAVED);
    assert_eq!(changed_at().await, at);
}

async fn lists_are_whole_and_private_rooms_stay_out(store: &dyn RoomStore) {
    let hidden = new_room(Visibility::Private, 90);
    store.create(hidden.clone()).await.expect("made");
    // Some with the same time: the place in the list must still be one place.
    let mut made = Vec::new();
    for at in [100, 100, 100, 101, 102] {
        let room = new_room(Visibility::Public, at);
        store.create(room.clone()).await.expect("made");
        made.push(room.card.id);
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = store.list_public(after, 2).await.expect("listed");
        let Some((_, place)) = page.last() else {
            break;
        };
        after = Some(*place);
        seen.extend(
            page.into_iter()
                .map(|(room, place)| (place.changed, room.card.id)),
        );
    }
    assert!(seen.iter().all(|(_, room)| *room != hidden.card.id));
    assert!(
        seen.is_sorted_by(|a, b| a > b),
        "newest first, nothing twice"
    );
    assert!(
        made.iter()
            .all(|room| seen.iter().any(|(_, listed)| listed == room))
    );
}
