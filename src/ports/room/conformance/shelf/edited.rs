//! The part of the suite about the rooms of others that somebody furnishes with them.

use super::{AT, MOST, People, Store, room_of};
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::domain::version::Expected;
use crate::ports::room::RoomAfter;
use crate::ports::user::conformance::created;

async fn edited(store: &impl Store, editor: UserId, limit: u32) -> Vec<RoomId> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.edited_rooms(editor, after, limit, AT).await.unwrap();
        assert!(page.len() <= limit as usize);
        all.extend(page.iter().map(|room| room.card.id));
        if page.len() < limit as usize {
            return all;
        }
        after = all.last().copied().map(RoomAfter);
    }
}

/// Those that are there for an editor, of whoever is there for them; not their own, and not what names them otherwise.
pub(super) async fn rooms_of_others_one_furnishes(store: &impl Store, people: &impl People) {
    let person = async |name: &str| created(people, name, name).await.id;
    let (one, two) = (person("edited_one").await, person("edited_two").await);
    let (hand, other) = (person("edited_hand").await, person("edited_other").await);
    let shared = async |owner: UserId, editor: UserId, visibility| {
        let mut room = room_of(owner, "함께 꾸미는 방");
        room.card.access.visibility = visibility;
        let editors = &mut room.card.access.editors;
        editors.insert(editor.to_string(), hand.to_string());
        let id = room.card.id;
        store.make(room, MOST, None).await.unwrap();
        id
    };
    let open = shared(one, hand, Visibility::Public).await;
    let private = shared(one, hand, Visibility::Private).await;
    let of_two = shared(two, hand, Visibility::Followers).await;
    // Another is the editor, whom the list calls by this one's id.
    let others = shared(two, other, Visibility::Public).await;
    let own = shared(hand, hand, Visibility::Public).await;
    let mut all = vec![open, private, of_two];
    all.sort_unstable();
    for limit in [1, 2, 3, 50] {
        assert_eq!(edited(store, hand, limit).await, all, "{limit} a page");
    }
    assert_eq!(edited(store, other, 9).await, [others]);
    assert!(edited(store, one, 9).await.is_empty());
    assert!(!all.contains(&own));

    let any = Expected::Any;
    store.archive(one, private, &any, AT).await.unwrap();
    assert!(!edited(store, hand, 9).await.contains(&private));
    store.unarchive(one, private, &any).await.unwrap();
    assert_eq!(edited(store, hand, 9).await, all);
    store.bin(one, open, AT).await.unwrap();
    people.block(two, hand, AT).await.unwrap();
    assert_eq!(edited(store, hand, 9).await, [private]);
    people.unblock(two, hand).await.unwrap();
    people.block(hand, one, AT).await.unwrap();
    assert_eq!(edited(store, hand, 9).await, [of_two]);
}
