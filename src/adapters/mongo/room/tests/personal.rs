//! What is handed over to people of what they own and did in rooms, and that erasing ends.

#![allow(
    clippy::disallowed_methods,
    reason = "the tasks of a test end with its runtime"
)]

use super::rooms_in;
use crate::adapters::mongo::stage::{Files, Stage};
use crate::adapters::sqlite::SqliteRooms;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{NodeId, UserId};
use crate::domain::room::{
    Action, AuditEntry, ChatLine, Decision, Edit, EditPart, Layout, PersonRef, Seq, Visibility,
};
use crate::ports::personal_data::{Erasing, PersonalData};
use crate::ports::room::conformance::{claim, new_room, save_of};
use crate::ports::room::{NewRoom, RoomStore, SaveOutcome};

fn named(id: UserId) -> PersonRef {
    PersonRef {
        id: id.to_string(),
        name: "누구".to_owned(),
    }
}

/// The owner and a guest of theirs say, furnish and decide something each.
async fn lived_in(store: &dyn RoomStore, new: NewRoom, guest: UserId, at: WallMs) {
    let (owner, room, node) = (new.card.owner_id, new.card.id, NodeId::generate());
    store.create(new).await.unwrap();
    let claimed = claim(store, room, node).await;
    let mut save = save_of(&claimed, node, 1);
    save.at = at;
    let mut card = claimed.card.clone();
    let editors = &mut card.access.editors;
    editors.insert(guest.to_string(), "누구".to_owned());
    save.card = Some(card);
    let layout = Layout::of(&claimed.document, at);
    save.layouts = vec![("여름".to_owned(), layout)];
    for (number, who) in (2..).zip([owner, guest]) {
        let PersonRef { id, name } = named(who);
        let seq = Seq(number);
        save.chat.push(ChatLine {
            seq,
            at,
            author_id: id.clone(),
            author_name: name.clone(),
            guest: None,
            text: format!("{number}번째 말"),
        });
        save.history.push(Edit {
            seq,
            at,
            author_id: id,
            author_name: name,
            parts: vec![EditPart {
                action: Action::Put,
                subject: "sofa".to_owned(),
                count: 1,
            }],
        });
        let person = PersonRef {
            id: "p".to_owned(),
            name: "누구".to_owned(),
        };
        save.audit.push(AuditEntry {
            seq,
            at,
            actor: named(who),
            decision: Decision::Kick { person },
        });
    }
    let saved = store.save(save).await.unwrap();
    assert!(matches!(saved, SaveOutcome::Saved { .. }));
}

#[tokio::test]
async fn hands_over_what_the_embedded_store_hands_over() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = rooms_in(stage.mongo.clone()).await;
    let (embedded, writing) = SqliteRooms::new(here.people.clone());
    let _writing = tokio::spawn(writing);
    let at = Clock::start().wall();
    let new = new_room(Visibility::Followers, at.0);
    let (owner, guest) = (new.card.owner_id, UserId::generate());
    lived_in(&here.rooms, new.clone(), guest, at).await;
    lived_in(&embedded, new, guest, at).await;
    let sizes = [
        [1, 2, 1, 1, 1, 0, 1],
        // Of a room of others only what they did.
        [0, 0, 0, 1, 1, 0, 1],
    ];
    for (who, sizes) in [owner, guest].into_iter().zip(sizes) {
        let files = Files::of(&here.rooms, who).await;
        let wanted = Files::of(&here.people, who).await;
        let found: Vec<usize> = files.sizes().into_iter().map(|(_, size)| size).collect();
        assert_eq!(found, sizes);
        for (name, lines) in &files.0 {
            assert_eq!(lines, wanted.file(name), "{name}");
        }
    }
    while here.rooms.erase(owner, at).await.unwrap() == Erasing::Begun {}
    stage.end().await;
}
