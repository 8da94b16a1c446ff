//! The part of the suite about what owners decide: policy, layouts, history and the record of decisions.

use std::collections::BTreeMap;

use super::{SAVED, claim, new_room, now_ms, save_of};
use crate::domain::clock::WallMs;
use crate::domain::id::NodeId;
use crate::domain::room::{
    Access, Action, AuditEntry, Ban, Decided, Decision, EDITS_MAX, Edit, EditPart, GuestOrigin,
    ItemId, Layout, Light, Mute, PersonRef, PolicyChange, RoomCard, Seq, Shut, Subject, Visibility,
};
use crate::domain::text::Title;
use crate::ports::room::memory::MemoryRoom;
use crate::ports::room::{AUDIT_KEPT_MS, AUDIT_MAX, ClaimedRoom, RoomSave, RoomStore, SaveOutcome};

/// Runs this part.
pub(super) async fn suite(store: &dyn RoomStore) {
    policies_round_trip(store).await;
    layouts_and_history_round_trip(store).await;
    the_record_is_read_backwards_and_bounded(store).await;
    a_fenced_save_decides_nothing(store).await;
}

/// A room, claimed; the reference in memory is at the same point.
async fn both(store: &dyn RoomStore, at: u64) -> (ClaimedRoom, MemoryRoom, NodeId) {
    let (room, node) = (new_room(Visibility::Public, at), NodeId::generate());
    store.create(room.clone()).await.expect("made");
    let claimed = claim(store, room.card.id, node).await;
    let mut memory = MemoryRoom::new(room.card, room.document);
    memory.claim(node);
    (claimed, memory, node)
}

/// Saves in both, and compares what the next owner finds.
async fn save_both(store: &dyn RoomStore, memory: &mut MemoryRoom, save: RoomSave) {
    assert_eq!(memory.save(&save), SAVED);
    let id = save.room;
    assert_eq!(store.save(save).await.expect("saved"), SAVED);
    let saved = store.read(id).await.expect("read").expect("there");
    assert_eq!(saved.card, memory.card);
}

async fn next_owner(store: &dyn RoomStore, memory: &mut MemoryRoom) {
    let next = NodeId::generate();
    let claimed = claim(store, memory.card.id, next).await;
    assert_eq!(claimed, memory.claim(next));
}

fn busy(card: &RoomCard) -> RoomCard {
    let ban = |guest| Ban {
        name: "떠들썩한 사람".to_owned(),
        at: WallMs(77),
        guest,
    };
    let mute = |until, guest| Mute {
        name: "누구".to_owned(),
        until,
        guest,
    };
    let from = |origin| Some(GuestOrigin { origin });
    let mut decided = Decided::new();
    for (seq, subject) in (3..).zip([
        Subject::Name,
        Subject::Visibility,
        Subject::GuestsAllowed,
        Subject::Locked,
        Subject::PeopleMax,
        Subject::Role("e".to_owned()),
        Subject::Ban("user".to_owned()),
        Subject::Mute("a".to_owned()),
        Subject::Layout("여름".to_owned()),
    ]) {
        decided.set(subject, super::stamp(seq));
    }
    RoomCard {
        name: "새 이름".to_owned(),
        access: Access {
            visibility: Visibility::Followers,
            guests_allowed: false,
            locked: true,
            people_max: Some(12),
            editors: BTreeMap::from([("e".to_owned(), "돕는이".to_owned())]),
            bans: BTreeMap::from([
                ("user".to_owned(), ban(None)),
                ("guest".to_owned(), ban(from(Some(u64::MAX)))),
                ("veiled".to_owned(), ban(from(None))),
            ]),
            mutes: BTreeMap::from([
                ("a".to_owned(), mute(None, None)),
                ("b".to_owned(), mute(Some(WallMs(99)), from(Some(8)))),
            ]),
            decided,
            shut: Shut::default(),
        },
        ..card.clone()
    }
}

async fn policies_round_trip(store: &dyn RoomStore) {
    let (claimed, mut memory, node) = both(store, 200).await;
    for (number, visibility) in [
        (1, Visibility::Followers),
        (2, Visibility::Private),
        (3, Visibility::Public),
    ] {
        let mut save = save_of(&claimed, node, number);
        let mut card = busy(&claimed.card);
        card.access.visibility = visibility;
        save.card = Some(card.clone());
        save_both(store, &mut memory, save).await;
        let owned = store.of_owner(card.owner_id).await.expect("read");
        assert_eq!(owned, [card.clone()]);
        let listed = store.list_public(None, 50).await.expect("listed");
        let listed = listed.iter().any(|(room, _)| room.card.id == card.id);
        assert_eq!(listed, visibility == Visibility::Public);
    }
    let untouched = save_of(&claimed, node, 4);
    save_both(store, &mut memory, untouched).await;
    next_owner(store, &mut memory).await;
    assert_eq!(memory.card, {
        let mut card = busy(&claimed.card);
        card.access.visibility = Visibility::Public;
        card
    });
}

fn layout(claimed: &ClaimedRoom, light: Light) -> Layout {
    let mut layout = Layout::of(&claimed.document, WallMs(123));
    layout.light = light;
    layout.items.remove(&ItemId(1));
    layout
}

fn edit(seq: u64) -> Edit {
    let part = |action, subject: &str| EditPart {
        action,
        subject: subject.to_owned(),
        count: 3,
    };
    Edit {
        seq: Seq(seq),
        at: WallMs(1_000 + seq),
        author_id: "a".to_owned(),
        author_name: "하늘".to_owned(),
        parts: vec![
            part(Action::Put, "sofa"),
            part(Action::SetTheme, ""),
            part(Action::RestoreLayout, "여름"),
        ],
    }
}

async fn layouts_and_history_round_trip(store: &dyn RoomStore) {
    let (claimed, mut memory, node) = both(store, 210).await;
    let mut save = save_of(&claimed, node, 1);
    save.layouts = vec![
        ("여름".to_owned(), layout(&claimed, Light::Day)),
        ("겨울".to_owned(), layout(&claimed, Light::Day)),
    ];
    save.history = (1..=EDITS_MAX as u64).map(edit).collect();
    save_both(store, &mut memory, save).await;
    let mut save = save_of(&claimed, node, 2);
    save.layouts = vec![("겨울".to_owned(), layout(&claimed, Light::Night))];
    save.layouts_removed = vec!["여름".to_owned(), "없음".to_owned()];
    save.history = vec![edit(500), edit(501)];
    save_both(store, &mut memory, save).await;
    next_owner(store, &mut memory).await;
    assert_eq!(memory.document.layouts.len(), 1);
    assert_eq!(memory.document.history.len(), EDITS_MAX);
    assert_eq!(
        memory.document.history.front().map(|edit| edit.seq),
        Some(Seq(3))
    );
}

fn decisions() -> Vec<Decision> {
    let person = || PersonRef {
        id: "p".to_owned(),
        name: "누구".to_owned(),
    };
    let name = || Title::parse("여름 방").expect("a name");
    vec![
        Decision::Kick { person: person() },
        Decision::Ban { person: person() },
        Decision::Unban { person: person() },
        Decision::Mute {
            person: person(),
            minutes: Some(10),
        },
        Decision::Unmute { person: person() },
        Decision::SetRole {
            person: person(),
            role: crate::domain::room::Role::Editor,
        },
        Decision::SetPolicy(PolicyChange {
            name: Some(name()),
            people_max: Some(3),
            ..PolicyChange::default()
        }),
        Decision::SaveLayout { name: name() },
        Decision::RestoreLayout { name: name() },
        Decision::RemoveLayout { name: name() },
    ]
}

fn entry(seq: u64, at: u64, decision: &Decision) -> AuditEntry {
    AuditEntry {
        seq: Seq(seq),
        at: WallMs(at),
        actor: PersonRef {
            id: "owner".to_owned(),
            name: "주인".to_owned(),
        },
        decision: decision.clone(),
    }
}

async fn the_record_is_read_backwards_and_bounded(store: &dyn RoomStore) {
    let (claimed, mut memory, node) = both(store, 220).await;
    let id = claimed.card.id;
    let now = now_ms();
    let mut save = save_of(&claimed, node, 1);
    save.at = WallMs(now);
    save.audit = (1..)
        .zip(decisions())
        .map(|(seq, decision)| entry(seq, now, &decision))
        .collect();
    let all: Vec<AuditEntry> = save.audit.iter().rev().cloned().collect();
    save_both(store, &mut memory, save).await;
    assert_eq!(store.audit(id, None, 50).await.expect("read"), all);
    let page = store.audit(id, Some(Seq(8)), 3).await.expect("read");
    assert_eq!(page, all[3..6]);
    assert_eq!(page, memory.audit(Some(Seq(8)), 3));

    let kick = &decisions()[0];
    let later = now + AUDIT_KEPT_MS;
    let mut save = save_of(&claimed, node, 2);
    save.at = WallMs(later + 1);
    save.audit = vec![entry(100, now, kick), entry(101, later, kick)];
    save_both(store, &mut memory, save).await;
    let kept = store.audit(id, None, 50).await.expect("read");
    assert_eq!(
        kept,
        [entry(101, later, kick)],
        "the old ones are forgotten"
    );

    let mut save = save_of(&claimed, node, 3);
    save.at = WallMs(later);
    let many = 200..200 + AUDIT_MAX as u64;
    save.audit = many.map(|seq| entry(seq, later, kick)).collect();
    save_both(store, &mut memory, save).await;
    let kept = store.audit(id, None, 5_000).await.expect("read");
    assert_eq!(kept.len(), AUDIT_MAX);
    assert_eq!(kept, memory.audit(None, 5_000));
}

async fn a_fenced_save_decides_nothing(store: &dyn RoomStore) {
    let (claimed, mut memory, node) = both(store, 230).await;
    let mut save = save_of(&claimed, node, 2);
    save.card = Some(busy(&claimed.card));
    save.layouts = vec![("여름".to_owned(), layout(&claimed, Light::Day))];
    save.history = vec![edit(2)];
    save.audit = vec![entry(2, now_ms(), &decisions()[0])];
    assert_eq!(
        store.save(save).await.expect("answered"),
        SaveOutcome::Fenced,
        "a number was skipped"
    );
    let record = store.audit(claimed.card.id, None, 50).await.expect("read");
    assert!(record.is_empty());
    next_owner(store, &mut memory).await;
}
