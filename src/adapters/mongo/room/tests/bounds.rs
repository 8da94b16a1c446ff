//! How large a room's document can become.

use std::collections::{BTreeMap, VecDeque};

use mongodb::bson::{Document as Stored, doc, serialize_to_vec};

use super::super::outbox::Told;
use super::super::{form, save};
use super::rooms_in;
use crate::adapters::mongo::stage::Stage;
use crate::adapters::mongo::value::{Fields, id};
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{NodeId, SessionId, UserId};
use crate::domain::room::{
    Action, Ban, CHAT_LINES_MAX, ChatLine, EDIT_PARTS_MAX, EDITS_MAX, Edit, EditPart, ItemId, Mute,
    Refusal, Seq, Stamp, TOMBSTONES_MAX, Visibility,
};
use crate::domain::visitor::Bearer;
use crate::ports::room::conformance::{claim, item, new_room, present, save_of};
use crate::ports::room::{
    Answer, KeptRefusal, Present, RoomSave, RoomStore, SESSION_RECORDS_MAX, SaveOutcome,
    SessionRecord, Verdict,
};

/// What MongoDB allows a document.
const DOCUMENT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The most of each that can be configured (`domain::limits`).
const ITEMS_MAX: u64 = 10_000;
const ACCESS_LIST_MAX: usize = 10_000;
const UNACKED_MAX: u32 = 64;

/// The longest name, and the longest text.
fn long(chars: usize) -> String {
    "힣".repeat(chars)
}

fn person() -> String {
    UserId::generate().to_string()
}

fn line(seq: u64, author: String) -> ChatLine {
    ChatLine {
        seq: Seq(seq),
        at: WallMs(u64::MAX >> 20),
        author_id: author,
        author_name: long(30),
        guest: None,
        text: long(500),
    }
}

fn edit(seq: u64, author: String) -> Edit {
    let part = EditPart {
        action: Action::RestoreLayout,
        subject: long(40),
        count: u32::MAX,
    };
    Edit {
        seq: Seq(seq),
        at: WallMs(u64::MAX >> 20),
        author_id: author,
        author_name: long(30),
        parts: vec![part; EDIT_PARTS_MAX],
    }
}

fn record(person: String) -> SessionRecord {
    let answers = (0..UNACKED_MAX).map(|number| Answer {
        number: u32::MAX - number,
        digest: u64::MAX,
        verdict: Verdict::Refused(KeptRefusal(Refusal::ContentRefused)),
        seq: Seq(u64::MAX >> 8),
    });
    SessionRecord {
        generation: u32::MAX,
        answers: answers.collect::<VecDeque<_>>(),
        seen: Clock::start().wall(),
        person,
    }
}

/// Everything there can be, in one save.
fn everything(mut save: RoomSave, mut card: crate::domain::room::RoomCard) -> RoomSave {
    save.items = (1 << 40..(1 << 40) + ITEMS_MAX)
        .map(|n| {
            (
                ItemId(n),
                item("a_rather_long_kind_of_furniture", 7, 1 << 40),
            )
        })
        .collect();
    let stamp = Stamp {
        seq: Seq(1 << 40),
        by: SessionId::generate(),
    };
    let tombs = 0..form::TOMBS_STORED_MAX as u64;
    save.removed = tombs.map(|n| (ItemId(n), stamp)).collect();
    save.chat = (0..form::CHAT_STORED_MAX as u64)
        .map(|n| line(n, person()))
        .collect();
    save.history = (0..form::EDITS_STORED_MAX as u64)
        .map(|n| edit(n, person()))
        .collect();
    let sessions = 0..form::PRESENT_MAX + SESSION_RECORDS_MAX;
    save.sessions = sessions
        .map(|_| (SessionId::generate(), record(person())))
        .collect();
    save.roster = Some((0..form::PRESENT_MAX).map(|_| one_present()).collect());
    let lists = &mut card.access;
    let people = || (0..ACCESS_LIST_MAX).map(|_| person());
    lists.editors = people().map(|id| (id, long(30))).collect();
    let ban = Ban {
        name: long(30),
        at: WallMs(u64::MAX >> 20),
        guest: None,
    };
    lists.bans = people().map(|id| (id, ban.clone())).collect();
    let mute = Mute {
        name: long(30),
        until: Some(WallMs(u64::MAX >> 20)),
        guest: None,
    };
    lists.mutes = people()
        .map(|id| (id, mute.clone()))
        .collect::<BTreeMap<_, _>>();
    card.name = long(40);
    save.card = Some(card);
    save
}

fn one_present() -> Present {
    let mut one = present();
    if let Bearer::User { id, .. } = &mut one.bearer {
        *id = UserId::generate();
    }
    one.name = long(30);
    one.hidden = (0..8).map(|_| person()).collect();
    one
}

#[tokio::test]
async fn a_room_with_the_most_of_everything_fits() {
    let room = new_room(Visibility::Private, 1);
    let claimed =
        crate::ports::room::memory::MemoryRoom::new(room.card.clone(), room.document.clone())
            .claim(NodeId::generate());
    let save = everything(save_of(&claimed, NodeId::generate(), 1), room.card.clone());
    let size = |document: &Stored| serialize_to_vec(document).unwrap().len();
    let update = save::update_of(&save, Told::default()).unwrap();
    // Field names are longer in an update than in the document, so this is at least what is stored.
    let bytes = size(&form::new(&room).unwrap()) + size(&update);
    assert!(bytes < DOCUMENT_BYTES_MAX, "{bytes}");
    assert!(bytes > DOCUMENT_BYTES_MAX / 4, "it was filled: {bytes}");
}

#[tokio::test]
async fn rosters_keep_whoever_can_meet() {
    let (here, elsewhere) = (UserId::generate(), person());
    let mut roster: Vec<Present> = (0..4).map(|_| one_present()).collect();
    if let Bearer::User { id, .. } = &mut roster[0].bearer {
        *id = here;
    }
    for one in &mut roster {
        one.hidden = [here.to_string(), elsewhere.clone()].into();
    }
    let read = |roster: &[Present]| {
        let (bytes, named) = form::roster(roster).unwrap();
        let kept = form::to_roster(&doc! { "roster": bytes }).unwrap();
        (kept, named)
    };
    let (kept, named) = read(&roster);
    assert_eq!(kept, roster);
    assert!(named.contains(&elsewhere));
    // Too many to keep all of them.
    roster[1]
        .hidden
        .extend((0..form::HIDDEN_MAX).map(|_| person()));
    let (kept, named) = read(&roster);
    assert!(
        kept.iter()
            .all(|one| one.hidden == [here.to_string()].into())
    );
    assert_eq!(named.len(), 4);
}

/// Sizes of what is stored of a room.
async fn sizes(stage: &Stage, room: crate::domain::id::RoomId) -> [usize; 4] {
    let rooms = stage.mongo.collection("room");
    let stored = rooms.find_one(doc! { "_id": id(room.uuid()) }).await;
    let stored = stored.unwrap().unwrap();
    [
        stored.list("chat").unwrap().len(),
        stored.list("history").unwrap().len(),
        stored.within("tombs").unwrap().len(),
        stored
            .within("named")
            .unwrap()
            .get_array("log")
            .unwrap()
            .len(),
    ]
}

#[tokio::test]
async fn what_nobody_reads_any_more_is_cleared_away_now_and_then() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = rooms_in(stage.mongo.clone()).await;
    let (room, node) = (new_room(Visibility::Public, 40), NodeId::generate());
    let id = room.card.id;
    here.rooms.create(room).await.unwrap();
    let claimed = claim(&here.rooms, id, node).await;
    let mut seq = 1;
    for number in 1..=24 {
        let mut save = save_of(&claimed, node, number);
        for _ in 0..97 {
            seq += 1;
            let by = person();
            save.chat.push(ChatLine {
                text: "안녕".to_owned(),
                ..line(seq, by.clone())
            });
            save.history.push(edit(seq, by));
            let stamp = Stamp {
                seq: Seq(seq),
                by: SessionId::generate(),
            };
            save.removed.push((ItemId(seq), stamp));
        }
        save.seq = Seq(seq);
        save.horizon = Seq(seq.saturating_sub(TOMBSTONES_MAX as u64));
        let saved = here.rooms.save(save).await.unwrap();
        assert!(matches!(saved, SaveOutcome::Saved { .. }));
        let [chat, history, tombs, named] = sizes(&stage, id).await;
        assert!(chat <= form::CHAT_STORED_MAX, "{chat}");
        assert!(history <= form::EDITS_STORED_MAX, "{history}");
        assert!(tombs <= form::TOMBS_STORED_MAX, "{tombs}");
        assert!(named <= form::NAMED_STORED_MAX, "{named}");
    }
    let found = claim(&here.rooms, id, NodeId::generate()).await.document;
    assert_eq!(found.chat.len(), CHAT_LINES_MAX);
    assert_eq!(found.chat.back().map(|line| line.seq), Some(Seq(seq)));
    assert_eq!(found.history.len(), EDITS_MAX);
    assert_eq!(found.tombstones.len(), TOMBSTONES_MAX);
    // Who is still read is still found, and nobody else is.
    for (line, is_named) in [(found.chat.front(), true), (found.chat.back(), true)] {
        let author = line.unwrap().author_id.parse().unwrap();
        let rooms = here.rooms.naming(author, 9).await.unwrap();
        assert_eq!(rooms.contains(&id), is_named);
    }
    stage.end().await;
}
