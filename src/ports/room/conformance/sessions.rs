//! The part of the suite about what is kept of sessions: how much, how long, and never too little.

use super::{SAVED, claim, new_room, now_ms, present, save_of};
use crate::domain::clock::WallMs;
use crate::domain::id::{NodeId, SessionId};
use crate::domain::room::Visibility;
use crate::ports::room::memory::MemoryRoom;
use crate::ports::room::{ANSWERS_KEPT_MS, Present, RoomStore, SESSION_RECORDS_MAX, SessionRecord};

/// Runs this part.
pub(super) async fn suite(store: &dyn RoomStore) {
    claims_forget_ended_sessions_only(store).await;
    a_day_after_it_was_last_heard_of_an_ended_session_is_forgotten(store).await;
    saves_forget_what_they_are_told_to(store).await;
}

fn record(generation: u32, seen: u64) -> SessionRecord {
    SessionRecord {
        generation,
        seen: WallMs(seen),
        person: "a".to_owned(),
        ..SessionRecord::default()
    }
}

async fn claims_forget_ended_sessions_only(store: &dyn RoomStore) {
    let (room, node) = (new_room(Visibility::Public, 50), NodeId::generate());
    store.create(room.clone()).await.expect("made");
    let claimed = claim(store, room.card.id, node).await;
    let mut memory = MemoryRoom::new(room.card, room.document);
    memory.claim(node);
    let now = now_ms();
    let mut save = save_of(&claimed, node, 1);
    // Present ones that have long said nothing, one of them for days, and more ended ones than are kept.
    let roster: Vec<Present> = (0..20).map(|_| present()).collect();
    for (place, present) in (0..).zip(&roster) {
        let seen = match place {
            0 => now - 3 * ANSWERS_KEPT_MS,
            _ => now - 10_000,
        };
        save.sessions.push((present.session, record(7, seen)));
    }
    for place in 0..SESSION_RECORDS_MAX as u64 + 20 {
        let seen = now - 9_000 + place / 2;
        save.sessions.push((SessionId::generate(), record(1, seen)));
    }
    save.roster = Some(roster);
    assert_eq!(memory.save(&save), SAVED);
    assert_eq!(store.save(save.clone()).await.expect("saved"), SAVED);
    let next = NodeId::generate();
    let claimed = claim(store, save.room, next).await;
    assert_eq!(claimed, memory.claim(next));
    assert_eq!(claimed.sessions.len(), SESSION_RECORDS_MAX + 20);
    let kept = claimed.sessions.values();
    assert_eq!(kept.filter(|record| record.generation == 7).count(), 20);
}

async fn a_day_after_it_was_last_heard_of_an_ended_session_is_forgotten(store: &dyn RoomStore) {
    let (room, node) = (new_room(Visibility::Public, 51), NodeId::generate());
    store.create(room.clone()).await.expect("made");
    let claimed = claim(store, room.card.id, node).await;
    let mut save = save_of(&claimed, node, 1);
    let (long_ago, lately) = (SessionId::generate(), SessionId::generate());
    let day_ago = now_ms() - ANSWERS_KEPT_MS;
    save.sessions = vec![
        (long_ago, record(1, day_ago - 60_000)),
        (lately, record(1, day_ago + 60_000)),
    ];
    assert_eq!(store.save(save).await.expect("saved"), SAVED);
    let claimed = claim(store, room.card.id, node).await;
    let kept: Vec<_> = claimed.sessions.into_keys().collect();
    assert_eq!(kept, [lately]);
}

async fn saves_forget_what_they_are_told_to(store: &dyn RoomStore) {
    let (room, node) = (new_room(Visibility::Public, 52), NodeId::generate());
    store.create(room.clone()).await.expect("made");
    let claimed = claim(store, room.card.id, node).await;
    let mut memory = MemoryRoom::new(room.card, room.document);
    memory.claim(node);
    let now = now_ms();
    let [stays, goes, comes_back] = [(); 3].map(|()| SessionId::generate());
    let mut first = save_of(&claimed, node, 1);
    first.sessions = [stays, goes, comes_back]
        .map(|id| (id, record(3, now)))
        .into();
    let mut second = save_of(&claimed, node, 2);
    second.sessions_removed = vec![goes, comes_back, SessionId::generate()];
    second.sessions = vec![(comes_back, record(1, now))];
    for save in [first, second] {
        assert_eq!(memory.save(&save), SAVED);
        assert_eq!(store.save(save).await.expect("saved"), SAVED);
    }
    let next = NodeId::generate();
    let claimed = claim(store, claimed.card.id, next).await;
    assert_eq!(claimed, memory.claim(next));
    assert!(!claimed.sessions.contains_key(&goes));
    assert_eq!(claimed.sessions[&comes_back].generation, 1);
    assert_eq!(claimed.sessions.len(), 2);
}
