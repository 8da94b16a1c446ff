//! The part of the suite about the end of rooms, and about rooms that forget a person.

use std::collections::VecDeque;

use super::{claim, new_room, now_ms, present, save_of};
use crate::domain::clock::WallMs;
use crate::domain::id::{NodeId, RoomId, SessionId, UserId};
use crate::domain::room::{
    Action, AuditEntry, Ban, ChatLine, Decision, Edit, EditPart, Mute, PersonRef, RoomEvent, Seq,
    Visibility,
};
use crate::domain::visitor::Bearer;
use crate::ports::room::{
    ClaimOutcome, ClaimedRoom, RoomSave, RoomStore, SaveOutcome, SessionRecord,
};

/// Runs this part.
pub(super) async fn suite(store: &dyn RoomStore) {
    a_deleted_room_is_gone_for_whoever_has_it(store).await;
    a_room_that_never_was_is_never_made(store).await;
    a_forgotten_person_is_in_nothing_others_keep(store).await;
    a_room_nobody_has_forgets_without_a_new_epoch(store).await;
}

async fn a_deleted_room_is_gone_for_whoever_has_it(store: &dyn RoomStore) {
    let (room, node) = (new_room(Visibility::Public, 400), NodeId::generate());
    let id = room.card.id;
    store.create(room.clone()).await.expect("made");
    let claimed = claim(store, id, node).await;
    assert!(!store.is_deleted(id).await.expect("read"));
    let epoch = store.delete(id).await.expect("deleted");
    assert!(epoch.is_some_and(|epoch| epoch > claimed.epoch));
    assert!(store.is_deleted(id).await.expect("read"));
    assert_eq!(store.delete(id).await.expect("answered"), None);
    let late = store.save(save_of(&claimed, node, 1)).await;
    assert_eq!(late.expect("answered"), SaveOutcome::Fenced);
    let again = store.claim(id, node).await.expect("answered");
    assert_eq!(again, ClaimOutcome::NotFound);
    store.create(room.clone()).await.expect("left alone");
    assert_eq!(store.read(id).await.expect("read"), None);
    assert_eq!(store.card(id).await.expect("read"), None);
    assert!(
        store
            .of_owner(room.card.owner_id)
            .await
            .expect("read")
            .is_empty()
    );
    let listed = store.list_public(None, 50).await.expect("listed");
    assert!(listed.iter().all(|(other, _)| other.card.id != id));
}

async fn a_room_that_never_was_is_never_made(store: &dyn RoomStore) {
    let room = new_room(Visibility::Public, 410);
    assert!(store.delete(room.card.id).await.expect("deleted").is_some());
    store.create(room.clone()).await.expect("left alone");
    assert_eq!(store.read(room.card.id).await.expect("read"), None);
}

fn person(id: UserId) -> PersonRef {
    PersonRef {
        id: id.to_string(),
        name: "누구".to_owned(),
    }
}

/// A save in which two people are everywhere a person can be.
fn busy(claimed: &ClaimedRoom, node: NodeId, one: UserId, other: UserId) -> RoomSave {
    let mut save = save_of(claimed, node, 1);
    let at = WallMs(now_ms());
    for (number, who) in (2..).zip([one, other]) {
        let PersonRef { id, name } = person(who);
        save.chat.push(ChatLine {
            seq: Seq(number),
            at,
            author_id: id.clone(),
            author_name: name.clone(),
            guest: None,
            text: format!("{id} says"),
        });
        save.history.push(Edit {
            seq: Seq(number),
            at,
            author_id: id.clone(),
            author_name: name,
            parts: vec![EditPart {
                action: Action::Put,
                subject: "sofa".to_owned(),
                count: 1,
            }],
        });
        let decided = |seq, by: UserId, about: UserId| AuditEntry {
            seq: Seq(seq),
            at,
            actor: person(by),
            decision: Decision::Kick {
                person: person(about),
            },
        };
        save.audit
            .push(decided(number * 10, who, UserId::generate()));
        save.audit
            .push(decided(number * 10 + 1, UserId::generate(), who));
        save.events.extend(
            save.audit[save.audit.len() - 2..]
                .iter()
                .map(RoomEvent::from),
        );
        let record = SessionRecord {
            generation: 1,
            answers: VecDeque::new(),
            seen: at,
            person: id.clone(),
        };
        save.sessions.push((SessionId::generate(), record));
        let mut card = save.card.take().unwrap_or_else(|| claimed.card.clone());
        let lists = &mut card.access;
        lists.editors.insert(id.clone(), "누구".to_owned());
        let ban = Ban {
            name: "누구".to_owned(),
            at,
            guest: None,
        };
        lists.bans.insert(id.clone(), ban);
        let mute = Mute {
            name: "누구".to_owned(),
            until: None,
            guest: None,
        };
        lists.mutes.insert(id, mute);
        save.card = Some(card);
    }
    save.roster = Some(roster(one, other));
    save
}

/// Both are here, and a third person from whom both are hidden.
fn roster(one: UserId, other: UserId) -> Vec<crate::ports::room::Present> {
    let mut third = present();
    third.hidden = [one, other].map(|id| id.to_string()).into();
    let of = |who: UserId| {
        let mut member = present();
        if let Bearer::User { id, .. } = &mut member.bearer {
            *id = who;
        }
        member.hidden.clear();
        member
    };
    vec![of(one), of(other), third]
}

async fn naming(store: &dyn RoomStore, person: UserId) -> Vec<RoomId> {
    store.naming(person, 10).await.expect("read")
}

async fn a_forgotten_person_is_in_nothing_others_keep(store: &dyn RoomStore) {
    let (one, other) = (UserId::generate(), UserId::generate());
    let (room, node) = (new_room(Visibility::Public, 420), NodeId::generate());
    let id = room.card.id;
    store.create(room).await.expect("made");
    let claimed = claim(store, id, node).await;
    let save = busy(&claimed, node, one, other);
    let saved = store.save(save.clone()).await.expect("saved");
    assert!(matches!(saved, SaveOutcome::Saved { .. }));
    assert_eq!(naming(store, one).await, [id]);
    assert!(naming(store, UserId::generate()).await.is_empty());

    let epoch = store.forget(id, one).await.expect("forgotten");
    assert!(
        epoch.is_some_and(|epoch| epoch > claimed.epoch),
        "whoever has it is fenced off"
    );
    let late = store.save(save_of(&claimed, node, 2)).await;
    assert_eq!(late.expect("answered"), SaveOutcome::Fenced);
    assert!(naming(store, one).await.is_empty());
    assert_eq!(naming(store, other).await, [id], "others stay");

    let found = claim(store, id, NodeId::generate()).await;
    let chat = &found.document.chat;
    assert_eq!(chat.len(), 1);
    assert_eq!(chat[0].author_id, other.to_string());
    let authors: Vec<&str> = found
        .document
        .history
        .iter()
        .map(|edit| edit.author_id.as_str())
        .collect();
    assert_eq!(authors, ["deleted", &other.to_string()]);
    let lists = &found.card.access;
    assert_eq!(
        (lists.editors.len(), lists.bans.len(), lists.mutes.len()),
        (1, 1, 1)
    );
    assert_eq!(found.sessions.len(), 1);
    assert_eq!(found.roster.len(), 2);
    assert!(
        found
            .roster
            .iter()
            .all(|member| !member.hidden.contains(&one.to_string()))
    );
    assert!(found.roster[1].hidden.contains(&other.to_string()));
    assert_eq!(found.document.items, claimed.document.items);
    let audit = store.audit(id, None, 50).await.expect("read");
    let nobody = PersonRef::deleted();
    assert_eq!(audit.len(), 4);
    assert_eq!(
        audit.iter().filter(|entry| entry.actor == nobody).count(),
        1
    );
    let about_nobody = Decision::Kick { person: nobody };
    assert_eq!(
        audit
            .iter()
            .filter(|entry| entry.decision == about_nobody)
            .count(),
        1
    );
}

async fn a_room_nobody_has_forgets_without_a_new_epoch(store: &dyn RoomStore) {
    let (one, other) = (UserId::generate(), UserId::generate());
    let (room, node) = (new_room(Visibility::Public, 430), NodeId::generate());
    let id = room.card.id;
    store.create(room).await.expect("made");
    let claimed = claim(store, id, node).await;
    store
        .save(busy(&claimed, node, one, other))
        .await
        .expect("saved");
    store
        .release(id, claimed.epoch, node)
        .await
        .expect("released");
    for _ in 0..2 {
        assert_eq!(store.forget(id, one).await.expect("forgotten"), None);
    }
    assert!(naming(store, one).await.is_empty());
}
