//! The part of the suite about what rooms have to tell: it waits from its save on, coalesced and counted.

use super::{claim, new_room, save_of};
use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};
use crate::domain::id::{NodeId, RoomId, UserId};
use crate::domain::room::{Decision, PersonRef, RoomEvent, Seq, Visibility};
use crate::ports::events::{Outbox, OutboxEntry};
use crate::ports::room::memory::{MemoryRoom, Told};
use crate::ports::room::{RoomStore, SaveOutcome};

fn decided(seq: u64) -> RoomEvent {
    let person = || PersonRef {
        id: "p".to_owned(),
        name: "누구".to_owned(),
    };
    RoomEvent::Decided {
        seq: Seq(seq),
        at: WallMs(77),
        by: person(),
        what: Decision::Ban { person: person() },
    }
}

async fn waiting(outbox: &dyn Outbox, room: RoomId) -> Vec<OutboxEntry> {
    let mut entries = outbox.waiting(0, 10_000).await.expect("read");
    assert!(entries.is_sorted_by(|a, b| a.id < b.id));
    entries.retain(|entry| entry.subject == Subject::Room(room));
    entries
}

fn events(entries: &[OutboxEntry]) -> Vec<RoomEvent> {
    let events = entries.iter().map(|entry| match &entry.event {
        Event::Room(event) => event.clone(),
        other => panic!("not of a room: {other:?}"),
    });
    events.collect()
}

fn kept(entries: &[Told]) -> Vec<RoomEvent> {
    entries.iter().map(|entry| entry.event.clone()).collect()
}

/// Runs this part.
pub(crate) async fn suite(store: &dyn RoomStore, outbox: &dyn Outbox) {
    let (room, node) = (new_room(Visibility::Public, 300), NodeId::generate());
    let id = room.card.id;
    store.create(room.clone()).await.expect("made");
    let claimed = claim(store, id, node).await;
    let mut memory = MemoryRoom::new(room.card, room.document);
    memory.claim(node);
    let changed = |number| RoomEvent::Changed {
        version: save_of(&claimed, node, number).seq,
    };

    for (number, is_changed, told) in [
        (1, true, vec![]),
        (2, true, vec![decided(2), decided(3)]),
        (3, false, vec![]),
        (4, true, vec![decided(4)]),
    ] {
        let mut save = save_of(&claimed, node, number);
        (save.changed, save.events) = (is_changed, told);
        let outcome = store.save(save.clone()).await.expect("saved");
        assert_eq!(outcome, memory.save(&save), "and as many wait");
        let again = store.save(save).await.expect("answered");
        assert_eq!(again, SaveOutcome::Fenced, "and tells nothing twice");
        assert_eq!(
            events(&waiting(outbox, id).await),
            kept(&memory.waiting(0, 99))
        );
    }
    let taken = waiting(outbox, id).await;
    let changes = taken
        .iter()
        .filter(|entry| entry.event == Event::Room(changed(4)));
    assert_eq!((taken.len(), changes.count()), (4, 1), "changes coalesce");
    let page = outbox.waiting(taken[0].id, 1).await.expect("read");
    assert_eq!(page, taken[1..2]);
    let next = claim(store, id, node).await;
    assert_eq!(next.pending_events, 3, "the next owner knows of them");

    // The room changes while what was taken is published.
    let mut save = save_of(&claimed, node, 5);
    (save.epoch, save.events) = (next.epoch, vec![decided(5)]);
    let pending_events = Some(4);
    let outcome = store.save(save).await.expect("saved");
    assert_eq!(outcome, SaveOutcome::Saved { pending_events });
    let published: Vec<u64> = taken.iter().map(|entry| entry.id).collect();
    for _ in 0..2 {
        outbox.clear(&published).await.expect("cleared");
    }
    let left = waiting(outbox, id).await;
    assert_eq!(events(&left), [decided(5), changed(5)]);
    let rest: Vec<u64> = left.iter().map(|entry| entry.id).collect();
    // The change before the decision: what is left waits on, whatever it is.
    for (number, place) in (1..).zip(rest.iter().rev()) {
        outbox.clear(&[*place]).await.expect("cleared");
        assert_eq!(waiting(outbox, id).await, left[..rest.len() - number]);
    }
    let mut save = save_of(&claimed, node, 6);
    save.epoch = next.epoch;
    store.save(save).await.expect("saved");
    let fresh = waiting(outbox, id).await;
    assert!(
        fresh.iter().all(|entry| !rest.contains(&entry.id)),
        "a place is never used again"
    );
    forgetting_is_told_where_somebody_has_the_room(store, outbox, id).await;
}

/// Whoever has the room in memory, on whatever node, is to give it up.
async fn forgetting_is_told_where_somebody_has_the_room(
    store: &dyn RoomStore,
    outbox: &dyn Outbox,
    room: RoomId,
) {
    let before = events(&waiting(outbox, room).await);
    let forgotten = store.forget(room, UserId::generate()).await;
    let epoch = forgotten.expect("forgotten").expect("somebody has it");
    let told = waiting(outbox, room).await;
    let recalled = [RoomEvent::Recalled { epoch }];
    assert_eq!(events(&told), [before, recalled.to_vec()].concat());
    let forgotten = store.forget(room, UserId::generate()).await;
    assert_eq!(forgotten.expect("forgotten"), None, "nobody has it now");
    assert_eq!(waiting(outbox, room).await, told);
}
