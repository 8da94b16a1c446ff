//! What whoever hangs things in rooms is told of them.

use super::super::{DOORS_MAX, RoomDoors, RoomStore};
use super::new_room;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;

/// Asks about rooms of a store.
pub(crate) async fn suite(store: &dyn RoomStore, doors: &dyn RoomDoors) {
    let editor = UserId::generate();
    let mut open = new_room(Visibility::Followers, 7);
    let editors = &mut open.card.access.editors;
    editors.insert(editor.to_string(), "별".to_owned());
    let gone = new_room(Visibility::Public, 7);
    for room in [&open, &gone] {
        store.create(room.clone()).await.expect("the store answers");
    }
    let deleted = store.delete(gone.card.id).await;
    assert!(deleted.expect("the store answers").is_some());
    let (id, nowhere) = (open.card.id, RoomId::generate());
    let found = doors.doors(&[id, nowhere, gone.card.id]).await;
    let found = found.expect("the store answers");
    let door = |room: RoomId| found.iter().find(|door| door.room == room);
    let there = door(id).expect("it is there");
    assert!(there.is_active);
    assert_eq!(there.owner, Some(open.card.owner_id));
    assert_eq!(there.visibility, Visibility::Followers);
    assert_eq!(there.editors.iter().collect::<Vec<_>>(), [&editor]);
    assert!(door(gone.card.id).is_none_or(|door| !door.is_active));
    assert!(door(nowhere).is_none(), "it was never opened");
    let crowd = vec![id; DOORS_MAX + 1];
    assert!(doors.doors(&crowd).await.is_err());
}
