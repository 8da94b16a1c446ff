//! Layouts, history and the lists of a room.

use maru_protocol::{Action, ErrorCode, Op, Reason, Role, ServerFrame, Topic};

use super::behaviour::{put, say, shift, two};
use super::owner::decide;
use super::world::World;
use crate::domain::room::{EDIT_PARTS_MAX, EDITS_MAX, ItemId};
use crate::realtime::limits::Limits;
use crate::realtime::room::Input;

fn save(name: &str) -> Op {
    let name = name.to_owned();
    Op::SaveLayout { name }
}

fn restore(name: &str) -> Op {
    let name = name.to_owned();
    Op::RestoreLayout { name }
}

fn forget(name: &str) -> Op {
    let name = name.to_owned();
    Op::RemoveLayout { name }
}

fn night() -> Op {
    Op::SetTheme {
        wallpaper: None,
        flooring: None,
        light: Some("night".to_owned()),
    }
}

fn remove(id: u64) -> Op {
    Op::Remove { id, if_seq: None }
}

fn furnish(world: &mut World, ops: Vec<Op>) {
    world.batch(0, ops, true).expect("inside");
    world.rest();
}

fn read(world: &mut World, client: usize, topic: Topic) -> Option<ServerFrame> {
    let conn = world.conn(client).expect("inside");
    world.feed(Input::Read { conn, topic });
    world.deliver(client);
    world.clients[client].lists.pop()
}

#[test]
fn a_layout_comes_back_by_the_fewest_changes() {
    let mut world = two();
    furnish(
        &mut world,
        vec![
            put(1, "sofa", 4, 4),
            put(2, "chair", 10, 10),
            put(3, "chair", 14, 14),
        ],
    );
    decide(&mut world, save("여름")).expect("saved");
    let before = world.document().clone();
    furnish(
        &mut world,
        vec![shift(1, 8, 2), remove(2), put(4, "cactus", 10, 10), night()],
    );
    let untouched = world.document().items[&ItemId(3)].clone();
    decide(&mut world, restore("여름")).expect("restored");
    let after = world.document();
    let pieces = |document: &crate::domain::room::Document| {
        let items = document.items.iter();
        items
            .map(|(id, item)| (*id, item.piece.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(pieces(after), pieces(&before));
    assert_eq!(after.theme.light, before.theme.light);
    assert_eq!(
        after.items[&ItemId(3)],
        untouched,
        "what is right is left alone"
    );
    assert_eq!(after.tombstones.len(), 1);
    assert_eq!(world.clients[1].room.contents.items.len(), 3);
    assert_eq!(&world.store.document, after);
    let seq = after.seq;
    decide(&mut world, restore("여름")).expect("nothing to do");
    assert_eq!(world.document().seq, seq.next(), "a decision takes its seq");
}

#[test]
fn a_layout_that_cannot_stand_changes_nothing() {
    let mut world = two();
    furnish(
        &mut world,
        vec![put(1, "sofa", 4, 4), put(2, "chair", 12, 12)],
    );
    decide(&mut world, save("여름")).expect("saved");
    // As after a change of the catalogue: two pieces of the layout are in each other's way.
    let room = world.room.as_mut().expect("open");
    let layout = room.document.layouts.get_mut("여름").expect("saved");
    let sofa = layout.items[&ItemId(1)].clone();
    layout.items.insert(ItemId(9), sofa);
    furnish(&mut world, vec![shift(2, 2, 12)]);
    let before = world.document().clone();
    assert_eq!(decide(&mut world, restore("여름")), Err(Reason::Overlap));
    assert_eq!(world.document(), &before);
}

#[test]
fn what_the_catalogue_has_dropped_is_skipped() {
    let mut world = two();
    furnish(
        &mut world,
        vec![put(1, "sofa", 4, 4), put(2, "chair", 12, 12)],
    );
    decide(&mut world, save("여름")).expect("saved");
    let room = world.room.as_mut().expect("open");
    let layout = room.document.layouts.get_mut("여름").expect("saved");
    layout.wallpaper = "out of stock".to_owned();
    let piece = layout.items.get_mut(&ItemId(1)).expect("the sofa");
    piece.kind = "out of stock".to_owned();
    let chair = layout.items.get_mut(&ItemId(2)).expect("the chair");
    chair.color = "out of stock".to_owned();
    furnish(&mut world, vec![remove(2)]);
    let wallpaper = world.document().theme.wallpaper.clone();
    decide(&mut world, restore("여름")).expect("restored");
    let items = &world.document().items;
    assert_eq!(items.keys().map(|id| id.0).collect::<Vec<_>>(), [2]);
    assert_eq!(items[&ItemId(2)].piece.color, "");
    assert_eq!(world.document().theme.wallpaper, wallpaper);
}

#[test]
fn layouts_are_named_replaced_bounded_and_forgotten() {
    let mut world = World::new(2);
    world.set_limits(Limits {
        layouts_max: 2,
        ..Limits::DEFAULT
    });
    world.rest();
    for name in ["여름", " 겨울 ", "여름"] {
        decide(&mut world, save(name)).expect("saved");
    }
    assert_eq!(decide(&mut world, save("봄")), Err(Reason::TooManyLayouts));
    assert_eq!(decide(&mut world, save("")), Err(Reason::BadName));
    assert_eq!(decide(&mut world, restore("봄")), Err(Reason::NoSuchLayout));
    assert_eq!(decide(&mut world, forget("봄")), Err(Reason::NoSuchLayout));
    let Some(ServerFrame::Layouts { layouts, .. }) = read(&mut world, 0, Topic::Layouts) else {
        panic!("no layouts");
    };
    let names: Vec<_> = layouts.iter().map(|layout| layout.name.as_str()).collect();
    assert_eq!(names, ["겨울", "여름"]);
    decide(&mut world, forget("겨울")).expect("forgotten");
    world.crash();
    assert_eq!(
        world.document().layouts.len(),
        1,
        "the store has forgotten too"
    );
}

#[test]
fn the_history_tells_who_did_what_and_not_what_was_said() {
    let mut world = two();
    furnish(
        &mut world,
        vec![put(1, "chair", 4, 4), put(2, "chair", 8, 4), say("새 의자")],
    );
    world.batch(1, vec![say("예쁘다")], true);
    furnish(&mut world, vec![shift(1, 4, 8), remove(2), night()]);
    decide(&mut world, save("여름")).expect("saved");
    furnish(&mut world, vec![remove(1)]);
    decide(&mut world, restore("여름")).expect("restored");
    let Some(ServerFrame::History { edits, .. }) = read(&mut world, 0, Topic::History) else {
        panic!("no history");
    };
    let told: Vec<Vec<_>> = edits
        .iter()
        .map(|edit| {
            let parts = edit.parts.iter();
            parts
                .map(|part| (part.action, part.subject.as_str(), part.count))
                .collect()
        })
        .collect();
    assert_eq!(
        told,
        [
            vec![(Action::RestoreLayout, "여름", 1)],
            vec![(Action::Remove, "chair", 1)],
            vec![
                (Action::Patch, "chair", 1),
                (Action::Remove, "chair", 1),
                (Action::SetTheme, "", 0)
            ],
            vec![(Action::Put, "chair", 2)],
        ]
    );
    assert_eq!(edits[0].author.id, world.person_id(0));
    assert_eq!(edits[0].author.name, "사람0");
}

#[test]
fn the_history_is_bounded_in_both_directions() {
    let mut world = two();
    let catalogue: serde_json::Value =
        serde_json::from_str(crate::catalogue::CATALOGUE_JSON).expect("whole");
    let kinds = catalogue["items"].as_array().expect("kinds").iter();
    let floor = kinds.filter(|kind| kind["place"] != "wall");
    let names = floor.filter_map(|kind| kind["kind"].as_str());
    let mut many = Vec::new();
    let mut id = 0;
    for kind in names.take(EDIT_PARTS_MAX + 1) {
        id += 1;
        many.extend([put(id, kind, 0, 0), remove(id)]);
    }
    furnish(&mut world, many);
    let newest = world.document().history.back().expect("an edit");
    assert_eq!(newest.parts.len(), EDIT_PARTS_MAX);
    for n in 0..EDITS_MAX {
        let to = i32::try_from(n % 2).expect("small");
        id += 1;
        furnish(&mut world, vec![put(id, "cactus", to, 0), remove(id)]);
    }
    assert_eq!(world.document().history.len(), EDITS_MAX);
    assert_eq!(&world.store.document, world.document());
}

#[test]
fn each_list_has_its_readers() {
    let mut world = two();
    for topic in [Topic::History, Topic::Layouts, Topic::Access] {
        assert!(read(&mut world, 0, topic).is_some(), "the owner: {topic:?}");
        assert!(read(&mut world, 1, topic).is_none(), "a visitor: {topic:?}");
    }
    assert_eq!(world.clients[1].errors, [ErrorCode::Forbidden; 3]);
    let (person, role) = (world.person_id(1), Role::Editor);
    decide(&mut world, Op::SetRole { person, role }).expect("appointed");
    assert!(read(&mut world, 1, Topic::History).is_some());
    assert!(read(&mut world, 1, Topic::Layouts).is_none());
    let person = world.person_id(1);
    let minutes = Some(1);
    decide(&mut world, Op::Mute { person, minutes }).expect("muted");
    let Some(ServerFrame::Access {
        editors,
        bans,
        mutes,
        ..
    }) = read(&mut world, 0, Topic::Access)
    else {
        panic!("no list");
    };
    assert_eq!((editors.len(), bans.len(), mutes.len()), (1, 0, 1));
    assert_eq!(mutes[0].person, editors[0]);
    assert!(world.conn(1).is_some(), "a refused list ends nothing");
}
