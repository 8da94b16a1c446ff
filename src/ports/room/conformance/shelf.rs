//! The part of the suite about a person's rooms as a set.

use super::{claim, new_room, present, save_of};
use crate::domain::clock::WallMs;
use crate::domain::id::{NodeId, RoomId, UserId};
use crate::domain::room::{ItemId, RoomEvent, Shut, Visibility};
use crate::domain::search::NameQuery;
use crate::domain::user::User;
use crate::domain::version::{Expected, Version};
use crate::ports::events::Outbox;
use crate::ports::once::{Done, Once, OnceKey, RequestDigest};
use crate::ports::relations::{BlockStore, FollowStore};
use crate::ports::room::memory::MemoryRoom;
use crate::ports::room::{
    ClaimOutcome, DELETED_ROOMS_MAX, Life, NewRoom, OwnRoom, Purging, RoomAfter, RoomFoundAfter,
    RoomShelf, RoomStore, SaveOutcome, ShelfError,
};
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;

mod archived;
mod edited;

const MOST: u32 = 4;

const AT: WallMs = WallMs(1_000_000);

/// A store of rooms as sets.
pub(crate) trait Store: RoomStore + RoomShelf {}
impl<T: RoomStore + RoomShelf> Store for T {}

/// What the suite needs of people.
pub(crate) trait People: UserStore + BlockStore + FollowStore {}
impl<T: UserStore + BlockStore + FollowStore> People for T {}

/// Runs this part.
pub(crate) async fn suite(store: &impl Store, people: &impl People, outbox: &dyn Outbox) {
    no_more_are_made_than_may_be(store).await;
    a_key_makes_one_room(store, people).await;
    what_is_shut_comes_back_whole(store, outbox).await;
    restoring_keeps_to_the_bound_and_the_grace(store).await;
    the_front_room_stays(store, people).await;
    archived::its_owner_comes_to_look(store).await;
    a_purge_goes_step_by_step(store, outbox).await;
    the_oldest_of_too_many_deleted_ones_goes(store).await;
    others_see_what_is_open_to_them(store, people).await;
    edited::rooms_of_others_one_furnishes(store, people).await;
    rooms_are_found_by_name_and_owner(store, people).await;
}

fn room_of(owner: UserId, name: &str) -> NewRoom {
    let mut room = new_room(Visibility::Public, AT.0);
    room.card.owner_id = owner;
    room.card.name = name.to_owned();
    room
}

async fn made(store: &impl Store, owner: UserId, name: &str) -> RoomId {
    match store.make(room_of(owner, name), 100, None).await.unwrap() {
        Done::Now(id) => id,
        other => panic!("it is new, yet {other:?}"),
    }
}

async fn listed(store: &impl Store, owner: UserId, life: Life) -> Vec<RoomId> {
    let mut all = Vec::new();
    loop {
        let after = all.last().copied().map(RoomAfter);
        let page = store.own_rooms(owner, life, after, 2).await.unwrap();
        if page.is_empty() {
            return all;
        }
        assert!(page.iter().all(|own| own.life == life));
        all.extend(page.iter().map(|own| own.room.card.id));
    }
}

async fn own(store: &impl Store, owner: UserId, room: RoomId) -> Option<OwnRoom> {
    store.own(owner, room).await.unwrap()
}

async fn no_more_are_made_than_may_be(store: &impl Store) {
    let owner = UserId::generate();
    let all = (0..12).map(|n| store.make(room_of(owner, &n.to_string()), MOST, None));
    let all = futures_util::future::join_all(all).await;
    let (made, refused): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), MOST as usize);
    assert!(
        refused
            .into_iter()
            .all(|one| one == Err(ShelfError::TooMany))
    );
    let rooms = listed(store, owner, Life::Active).await;
    assert_eq!(rooms.len(), MOST as usize);
    assert!(rooms.is_sorted());
    // Archived ones count, deleted ones do not.
    let any = Expected::Any;
    store.archive(owner, rooms[0], &any, AT).await.unwrap();
    let more = store.make(room_of(owner, "x"), MOST, None).await;
    assert_eq!(more, Err(ShelfError::TooMany));
    store.bin(owner, rooms[1], AT).await.unwrap();
    store.make(room_of(owner, "x"), MOST, None).await.unwrap();
    let restored = store.restore(owner, rooms[1], WallMs(0), MOST, None, AT);
    assert_eq!(restored.await, Err(ShelfError::TooMany));
}

async fn a_key_makes_one_room(store: &impl Store, people: &impl People) {
    let owner = created(people, "shelf_once", "shelf_once").await.id;
    let once = |key: &str, digest: u8| Once {
        owner,
        key: OnceKey::parse(key.as_bytes()).unwrap(),
        digest: RequestDigest([digest; 32]),
    };
    let (one, other) = (once("one", 1), once("one", 2));
    let first = store.make(room_of(owner, "x"), MOST, Some(&one)).await;
    let Done::Now(id) = first.unwrap() else {
        panic!("the first takes effect");
    };
    let again = store.make(room_of(owner, "x"), MOST, Some(&one)).await;
    assert_eq!(again, Ok(Done::Before(id)));
    let reused = store.make(room_of(owner, "y"), MOST, Some(&other)).await;
    assert_eq!(reused, Ok(Done::KeyReused));
    assert_eq!(listed(store, owner, Life::Active).await, [id]);
}

async fn events_of(outbox: &dyn Outbox, room: RoomId) -> Vec<RoomEvent> {
    let waiting = outbox.waiting(0, 10_000).await.unwrap();
    let of_room = waiting.into_iter().filter_map(|entry| {
        let is_its = entry.subject == crate::domain::event::Subject::Room(room);
        match entry.event {
            crate::domain::event::Event::Room(event) if is_its => Some(event),
            _ => None,
        }
    });
    of_room.collect()
}

/// Archived or deleted, a room is gone for everybody and whoever has it, and comes back as it was last saved.
async fn what_is_shut_comes_back_whole(store: &impl Store, outbox: &dyn Outbox) {
    for deletes in [false, true] {
        let owner = UserId::generate();
        let (new, node) = (room_of(owner, "돌아올 방"), NodeId::generate());
        let id = new.card.id;
        store.make(new.clone(), MOST, None).await.unwrap();
        let mut memory = MemoryRoom::new(new.card, new.document);
        let claimed = claim(store, id, node).await;
        memory.claim(node);
        let mut save = save_of(&claimed, node, 1);
        save.items.push((ItemId(9), super::item("desk", 12, 2)));
        save.roster = Some(vec![present()]);
        let stale = save_of(&claimed, node, 2);
        assert_eq!(store.save(save.clone()).await.unwrap(), memory.save(&save));
        let before = store.read(id).await.unwrap();

        let fenced = if deletes {
            store.bin(owner, id, AT).await.unwrap()
        } else {
            let any = Expected::Any;
            store.archive(owner, id, &any, AT).await.unwrap()
        };
        memory.shut();
        assert_eq!(fenced, Some(memory.owner().0));
        assert!(memory.is_shut());
        assert_eq!(
            store.save(stale.clone()).await.unwrap(),
            memory.save(&stale)
        );
        assert_eq!(memory.save(&stale), SaveOutcome::Fenced);
        assert_eq!(store.read(id).await.unwrap(), None);
        if deletes {
            let claims = store.claim(id, NodeId::generate()).await.unwrap();
            assert_eq!(claims, ClaimOutcome::NotFound);
            assert_eq!(store.card(id).await.unwrap(), None);
            assert_eq!(store.last_save(id).await.unwrap(), None);
        } else {
            let card = store.card(id).await.unwrap().unwrap();
            assert!(card.access.shut.archived);
            assert!(card.is_shut_to(Some(UserId::generate())) && card.is_shut_to(None));
            assert!(!card.is_shut_to(Some(owner)));
        }
        assert!(!store.is_deleted(id).await.unwrap());
        assert!(listed(store, owner, Life::Active).await.is_empty());
        let shown = store.shown_rooms(owner, Some(owner), None, 9).await;
        assert!(shown.unwrap().is_empty());
        let kept = own(store, owner, id).await.unwrap();
        let mut kept = kept.room;
        assert_eq!(kept.card.access.shut.archived, !deletes);
        kept.card.access.shut = Shut::default();
        assert_eq!(Some(kept), before);
        assert_eq!(own(store, UserId::generate(), id).await, None);
        let told = events_of(outbox, id).await;
        assert_eq!(
            told.last(),
            Some(&RoomEvent::Shut {
                epoch: memory.owner().0
            })
        );
        assert!(!told.contains(&RoomEvent::Deleted {}));

        // May be repeated, and nobody else's is touched.
        let stranger = UserId::generate();
        if deletes {
            assert_eq!(store.bin(owner, id, AT).await, Ok(None));
            let theirs = store.restore(stranger, id, WallMs(0), MOST, None, AT).await;
            assert_eq!(theirs, Err(ShelfError::NotFound));
            let back = store.restore(owner, id, WallMs(0), MOST, None, AT).await;
            assert_eq!(back, Ok(Done::Now(id)));
        } else {
            let (any, other) = (Expected::Any, Expected::OneOf(vec![Version(1)]));
            assert_eq!(store.archive(owner, id, &any, AT).await, Ok(None));
            let theirs = store.unarchive(stranger, id, &any).await;
            assert_eq!(theirs, Err(ShelfError::NotFound));
            let stale = store.unarchive(owner, id, &other).await;
            assert_eq!(stale, Err(ShelfError::Stale));
            let fenced = store.unarchive(owner, id, &any).await.unwrap();
            assert!(fenced.is_some(), "its owner may be inside");
            assert_eq!(store.unarchive(owner, id, &any).await, Ok(None));
        }
        memory.open();
        assert_eq!(store.read(id).await.unwrap(), before);
        assert_eq!(
            store.save(stale.clone()).await.unwrap(),
            memory.save(&stale)
        );
        let next = NodeId::generate();
        assert_eq!(claim(store, id, next).await, memory.claim(next));
        let told = events_of(outbox, id).await;
        let opened = told
            .iter()
            .filter(|event| matches!(event, RoomEvent::Opened { .. }));
        assert_eq!(opened.count(), 1);
        assert!(
            !told
                .iter()
                .any(|event| matches!(event, RoomEvent::Shut { .. }))
        );
    }
}

async fn restoring_keeps_to_the_bound_and_the_grace(store: &impl Store) {
    let owner = UserId::generate();
    let (archived, active) = (made(store, owner, "a").await, made(store, owner, "b").await);
    let any = Expected::Any;
    store.archive(owner, archived, &any, AT).await.unwrap();
    for room in [archived, active] {
        store.bin(owner, room, AT).await.unwrap();
    }
    assert_eq!(
        listed(store, owner, Life::Deleted).await,
        [archived, active]
    );
    let late = store.restore(owner, active, AT, MOST, None, AT).await;
    assert_eq!(late, Err(ShelfError::NotFound), "the grace has passed");
    let before = WallMs(AT.0 - 1);
    for room in [archived, active] {
        let restored = store.restore(owner, room, before, MOST, None, AT).await;
        assert_eq!(restored, Ok(Done::Now(room)));
        let again = store.restore(owner, room, before, MOST, None, AT).await;
        assert_eq!(again, Ok(Done::Now(room)));
    }
    assert_eq!(listed(store, owner, Life::Archived).await, [archived]);
    assert_eq!(listed(store, owner, Life::Active).await, [active]);
    assert!(listed(store, owner, Life::Deleted).await.is_empty());
    let of_owner = store.of_owner(owner).await.unwrap();
    assert_eq!(of_owner.len(), 2, "an erasure finds all of them");
}

async fn the_front_room_stays(store: &impl Store, people: &impl People) {
    let user = created(people, "shelf_front", "shelf_front").await;
    let mut front = room_of(user.id, "앞방");
    front.card.id = user.front_room_id;
    store.create(front).await.unwrap();
    let other = made(store, user.id, "뒷방").await;
    let any = Expected::Any;
    let front = user.front_room_id;
    assert!(own(store, user.id, front).await.unwrap().is_front);
    let refused = Err(ShelfError::FrontRoom);
    assert_eq!(store.archive(user.id, front, &any, AT).await, refused);
    assert_eq!(store.bin(user.id, front, AT).await, refused);
    let theirs = store.set_front(UserId::generate(), other, &any).await;
    assert_eq!(theirs, Err(ShelfError::NotFound));
    store.archive(user.id, other, &any, AT).await.unwrap();
    let archived = store.set_front(user.id, other, &any).await;
    assert_eq!(archived, Err(ShelfError::Archived));
    store.unarchive(user.id, other, &any).await.unwrap();
    let none = Expected::OneOf(vec![Version(u64::MAX)]);
    let stale = store.set_front(user.id, other, &none).await;
    assert_eq!(stale, Err(ShelfError::Stale));
    for _ in 0..2 {
        assert_eq!(store.set_front(user.id, other, &any).await, Ok(()));
    }
    let now = people.by_id(user.id).await.unwrap().unwrap();
    assert_eq!(now.front_room_id, other);
    assert!(store.bin(user.id, front, AT).await.unwrap().is_some());
    assert_eq!(store.bin(user.id, other, AT).await, refused);
}

async fn a_purge_goes_step_by_step(store: &impl Store, outbox: &dyn Outbox) {
    let owner = UserId::generate();
    let (room, kept) = (made(store, owner, "a").await, made(store, owner, "b").await);
    store.bin(owner, room, AT).await.unwrap();
    store.bin(owner, kept, WallMs(AT.0 + 1)).await.unwrap();
    assert!(store.binned(WallMs(AT.0 - 1), 9).await.unwrap().is_empty());
    let due = store.binned(AT, 10_000).await.unwrap();
    assert!(due.contains(&room) && !due.contains(&kept));
    assert_eq!(store.purge(kept, AT).await, Ok(Purging::Kept));
    let mut steps = 0;
    while store.purge(room, AT).await.unwrap() == Purging::Begun {
        steps += 1;
        let late = store.restore(owner, room, WallMs(0), MOST, None, AT).await;
        assert_eq!(late, Err(ShelfError::NotFound), "it is too late");
        assert_eq!(own(store, owner, room).await, None);
    }
    assert!(steps > 0, "there was something in it");
    assert_eq!(store.purge(room, AT).await, Ok(Purging::Kept));
    assert!(store.is_deleted(room).await.unwrap());
    assert_eq!(events_of(outbox, room).await, [RoomEvent::Deleted {}]);
    let back = store.restore(owner, kept, WallMs(0), MOST, None, AT).await;
    assert_eq!(back, Ok(Done::Now(kept)));
}

async fn the_oldest_of_too_many_deleted_ones_goes(store: &impl Store) {
    let owner = UserId::generate();
    let mut rooms = Vec::new();
    for at in 0..=u64::from(DELETED_ROOMS_MAX) {
        let room = made(store, owner, "x").await;
        store.bin(owner, room, WallMs(AT.0 + at)).await.unwrap();
        rooms.push(room);
    }
    assert_eq!(listed(store, owner, Life::Deleted).await, rooms[1..]);
    let due = store.binned(WallMs(0), 10_000).await.unwrap();
    assert_eq!(due, rooms[..1]);
    while store.purge(rooms[0], WallMs(0)).await.unwrap() == Purging::Begun {}
    assert!(store.is_deleted(rooms[0]).await.unwrap());
}

async fn others_see_what_is_open_to_them(store: &impl Store, people: &impl People) {
    let person = async |name: &str| created(people, name, name).await.id;
    let owner = person("shelf_host").await;
    let (follower, editor) = (person("shelf_fan").await, person("shelf_hand").await);
    people.follow(follower, owner, AT).await.unwrap();
    let mut rooms = Vec::new();
    for visibility in [
        Visibility::Public,
        Visibility::Followers,
        Visibility::Private,
    ] {
        let mut room = room_of(owner, visibility.as_str());
        room.card.access.visibility = visibility;
        let editors = &mut room.card.access.editors;
        editors.insert(editor.to_string(), "손".to_owned());
        rooms.push(room.card.id);
        store.make(room, MOST, None).await.unwrap();
    }
    let nobody = person("shelf_nobody").await;
    for (viewer, seen) in [
        (None, &rooms[..1]),
        (Some(nobody), &rooms[..1]),
        (Some(follower), &rooms[..2]),
        (Some(editor), &rooms[..]),
        (Some(owner), &rooms[..]),
    ] {
        let shown = store.shown_rooms(owner, viewer, None, 9).await.unwrap();
        let shown: Vec<RoomId> = shown.iter().map(|own| own.room.card.id).collect();
        assert_eq!(shown, seen);
    }
    let after = Some(RoomAfter(rooms[0]));
    let page = store
        .shown_rooms(owner, Some(owner), after, 1)
        .await
        .unwrap();
    assert_eq!(page[0].room.card.id, rooms[1]);
}

async fn found(store: &impl Store, text: &str, viewer: Option<UserId>, limit: u32) -> Vec<RoomId> {
    let query = NameQuery::parse(text).unwrap();
    let (mut all, mut after) = (Vec::new(), None::<RoomFoundAfter>);
    loop {
        let page = store
            .search(&query, viewer, after.as_ref(), limit, AT)
            .await;
        let page = page.unwrap();
        let last = page.rooms.last().map(|(_, place)| place.clone());
        all.extend(page.rooms.iter().map(|(room, _)| room.card.id));
        let Some(next) = page.unfinished.or(last) else {
            return all;
        };
        after = Some(next);
    }
}

/// The handle of both begins the same; the name of both is the one everybody gets here.
async fn two(people: &impl People) -> (User, User) {
    let one = created(people, "quokka_one", "quokka_one").await;
    (one, created(people, "quokka_two", "quokka_two").await)
}

async fn rooms_are_found_by_name_and_owner(store: &impl Store, people: &impl People) {
    let (one, two) = two(people).await;
    let library = made(store, one.id, "달빛 도서관").await;
    let plain = made(store, one.id, "ＣＯＳＹ Nook").await;
    let other = made(store, two.id, "quokka 온실").await;
    let mut private = room_of(two.id, "달빛 비밀방");
    private.card.access.visibility = Visibility::Private;
    store.make(private, 100, None).await.unwrap();
    for limit in [1, 2, 50] {
        assert_eq!(found(store, "달빛", None, limit).await, [library]);
        assert_eq!(found(store, "도서관 달빛", None, limit).await, [library]);
        assert_eq!(found(store, "cosy", None, limit).await, [plain]);
        assert!(found(store, "100%_*", None, limit).await.is_empty());
        // By its own name first, then by its owner.
        let all = found(store, "quokka", None, limit).await;
        assert_eq!(all, [other, library, plain]);
        let by_name = found(store, "하늘", None, limit).await;
        assert!(by_name.contains(&library) && by_name.contains(&other));
        let mut once = by_name.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), by_name.len(), "none twice");
    }
    // A new name is found, and the old one is not.
    let node = NodeId::generate();
    let claimed = claim(store, plain, node).await;
    let mut save = save_of(&claimed, node, 1);
    let mut card = claimed.card;
    card.name = "별빛 다락".to_owned();
    save.card = Some(card);
    store.save(save).await.unwrap();
    assert_eq!(found(store, "다락", None, 9).await, [plain]);
    assert!(found(store, "cosy", None, 9).await.is_empty());
    // Shut rooms are not found, nor those of whoever must not be seen.
    store.bin(one.id, plain, AT).await.unwrap();
    assert!(found(store, "다락", None, 9).await.is_empty());
    let restored = store.restore(one.id, plain, WallMs(0), 100, None, AT);
    restored.await.unwrap();
    assert_eq!(found(store, "다락", Some(two.id), 9).await, [plain]);
    people.block(one.id, two.id, AT).await.unwrap();
    assert!(found(store, "다락", Some(two.id), 9).await.is_empty());
    assert_eq!(found(store, "quokka", Some(two.id), 9).await, [other]);
    assert_eq!(
        found(store, "quokka", Some(one.id), 9).await,
        [library, plain]
    );
}
