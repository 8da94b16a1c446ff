//! Lost replies, races, owners that slept too long, and events that cannot be read.

use futures_util::future::join_all;
use mongodb::bson::doc;

use super::super::MongoRooms;
use super::{Here, rooms_in};
use crate::adapters::mongo::Collections;
use crate::adapters::mongo::stage::{Proxy, Stage};
use crate::adapters::mongo::value::id;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::event::Subject;
use crate::domain::id::{NodeId, RoomId, SessionId};
use crate::domain::room::{
    AuditEntry, ChatLine, Decision, ItemId, PersonRef, Seq, Stamp, Visibility,
};
use crate::ports::events::Outbox;
use crate::ports::once::Done;
use crate::ports::room::conformance::{claim, item, new_room, save_of};
use crate::ports::room::{
    ClaimOutcome, ClaimedRoom, RoomSave, RoomShelf, RoomStore, SaveOutcome, StoreError,
};

/// A change of a document in the collection of rooms, as it is written on the wire.
const CHANGE: &str = "findAndModify\0\u{5}\0\0\0room\0";

/// Retries of the driver among them: with both lost, nobody knows.
const ALL: u32 = 2;

/// Long enough for a slow store to answer within.
const LEASE_MS: u64 = 60_000;

fn line(seq: u64, text: &str) -> ChatLine {
    ChatLine {
        seq: Seq(seq),
        at: WallMs(7),
        author_id: "a".to_owned(),
        author_name: "하늘".to_owned(),
        guest: None,
        text: text.to_owned(),
    }
}

/// A save of each kind: in the room's document alone, and with what lies beside it.
fn saves(claimed: &ClaimedRoom, node: NodeId, number: u64) -> [RoomSave; 2] {
    let mut plain = save_of(claimed, node, number);
    plain.chat = vec![line(plain.seq.0, "안녕")];
    plain.items = vec![(ItemId(7), item("desk", 12, plain.seq.0))];
    let mut decided = plain.clone();
    let person = || PersonRef {
        id: "p".to_owned(),
        name: "누구".to_owned(),
    };
    decided.audit = vec![AuditEntry {
        seq: plain.seq,
        at: Clock::start().wall(),
        actor: person(),
        decision: Decision::Kick { person: person() },
    }];
    [plain, decided]
}

/// A store behind a proxy, one beside it, and a claimed room.
struct Scene {
    stage: Stage,
    near: Here,
    far: Here,
    proxy: Proxy,
    claimed: ClaimedRoom,
    node: NodeId,
}

async fn scene() -> Option<Scene> {
    let stage = Stage::set().await?;
    let near = rooms_in(stage.mongo.clone()).await;
    let (mongo, proxy) = stage.by_proxy().await;
    let far = rooms_in(mongo).await;
    let (room, node) = (new_room(Visibility::Public, 10), NodeId::generate());
    near.rooms.create(room.clone()).await.unwrap();
    let claimed = claim(&far.rooms, room.card.id, node).await;
    Some(Scene {
        stage,
        near,
        far,
        proxy,
        claimed,
        node,
    })
}

async fn said(rooms: &MongoRooms, room: RoomId) -> usize {
    let found = claim(rooms, room, NodeId::generate()).await;
    found.document.chat.len()
}

#[tokio::test]
async fn a_save_whose_reply_is_lost_once_is_sent_again_and_made_once() {
    for kind in 0..2 {
        let Some(scene) = scene().await else { return };
        let (rooms, proxy) = (&scene.far.rooms, &scene.proxy);
        let save = saves(&scene.claimed, scene.node, 1)[kind].clone();
        let command = [CHANGE, "commitTransaction"][kind];
        proxy.lose(command, 1);
        let saved = rooms.save(save.clone()).await.unwrap();
        assert_eq!(proxy.lost(), 1, "{command}");
        let pending_events = Some(0);
        assert_eq!(saved, SaveOutcome::Saved { pending_events });
        let last = rooms.last_save(save.room).await.unwrap();
        assert_eq!(last, Some((save.epoch, save.save_no)));
        assert_eq!(said(&scene.near.rooms, save.room).await, 1);
        scene.stage.end().await;
    }
}

#[tokio::test]
async fn what_became_of_a_save_nobody_heard_of_is_found_out_by_its_number() {
    let Some(scene) = scene().await else { return };
    let (rooms, proxy) = (&scene.far.rooms, &scene.proxy);
    let [save, _] = saves(&scene.claimed, scene.node, 1);
    proxy.lose(CHANGE, ALL);
    let answer = rooms.save(save.clone()).await;
    assert!(matches!(answer, Err(StoreError::Unknown(_))), "{answer:?}");
    assert_eq!(proxy.lost(), ALL);
    let last = rooms.last_save(save.room).await.unwrap();
    assert_eq!(last, Some((save.epoch, save.save_no)), "it was made");
    let again = rooms.save(save.clone()).await.unwrap();
    assert_eq!(again, SaveOutcome::Fenced, "and is not made twice");
    let [next, _] = saves(&scene.claimed, scene.node, 2);
    let saved = rooms.save(next.clone()).await.unwrap();
    assert!(matches!(saved, SaveOutcome::Saved { .. }));
    assert_eq!(said(&scene.near.rooms, save.room).await, 2);
    scene.stage.end().await;
}

#[tokio::test]
async fn a_claim_nobody_heard_of_keeps_nobody_from_claiming_again() {
    let Some(scene) = scene().await else { return };
    let (rooms, proxy) = (&scene.far.rooms, &scene.proxy);
    let (room, node) = (scene.claimed.card.id, NodeId::generate());
    rooms.renew(node, LEASE_MS).await.unwrap();
    proxy.lose(CHANGE, ALL);
    let answer = rooms.claim(room, node).await;
    assert!(matches!(answer, Err(StoreError::Unknown(_))), "{answer:?}");
    let [late, _] = saves(&scene.claimed, scene.node, 1);
    let late = scene.near.rooms.save(late).await.unwrap();
    assert_eq!(late, SaveOutcome::Fenced, "it took effect");
    let other = scene.near.rooms.claim(room, NodeId::generate()).await;
    assert_eq!(other, Ok(ClaimOutcome::Held { node }));
    let again = claim(rooms, room, node).await;
    assert_eq!(again.epoch.0, scene.claimed.epoch.0 + 2);
    scene.stage.end().await;
}

#[tokio::test]
async fn a_room_whose_making_was_not_answered_is_made_once() {
    let Some(scene) = scene().await else { return };
    let room = new_room(Visibility::Public, 20);
    let (id, owner) = (room.card.id, room.card.owner_id);
    scene.proxy.lose("commitTransaction", 1);
    let made = scene.far.rooms.make(room, 4, None).await;
    assert_eq!((made, scene.proxy.lost()), (Ok(Done::Now(id)), 1));
    assert_eq!(scene.near.rooms.of_owner(owner).await.unwrap().len(), 1);
    scene.stage.end().await;
}

#[tokio::test]
async fn of_nodes_that_race_for_a_room_one_gets_it() {
    const NODES: usize = 6;
    let Some(stage) = Stage::set().await else {
        return;
    };
    let mut nodes = Vec::new();
    for place in 0..NODES {
        let mongo = match place {
            0 => stage.mongo.clone(),
            _ => stage.elsewhere(),
        };
        let here = rooms_in(mongo).await;
        let node = NodeId::generate();
        here.rooms.renew(node, LEASE_MS).await.unwrap();
        nodes.push((here, node));
    }
    for round in 0..4 {
        let room = new_room(Visibility::Public, round);
        nodes[0].0.rooms.create(room.clone()).await.unwrap();
        let claims = nodes
            .iter()
            .map(|(here, node)| here.rooms.claim(room.card.id, *node));
        let claims = join_all(claims).await;
        let mut owners = Vec::new();
        for ((_, node), claimed) in nodes.iter().zip(&claims) {
            if let Ok(ClaimOutcome::Claimed(claimed)) = claimed {
                assert_eq!(claimed.epoch.0, 1);
                owners.push(*node);
            }
        }
        assert_eq!(owners.len(), 1, "{claims:?}");
        let losers = claims
            .iter()
            .filter(|claim| **claim == Ok(ClaimOutcome::Held { node: owners[0] }));
        assert_eq!(losers.count(), NODES - 1, "{claims:?}");
    }
    stage.end().await;
}

#[tokio::test]
async fn an_owner_that_slept_through_its_lease_saves_nothing() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let (here, there) = (
        rooms_in(stage.mongo.clone()).await,
        rooms_in(stage.elsewhere()).await,
    );
    let (room, asleep, awake) = (
        new_room(Visibility::Public, 30),
        NodeId::generate(),
        NodeId::generate(),
    );
    let id = room.card.id;
    here.rooms.create(room).await.unwrap();
    here.rooms.renew(asleep, LEASE_MS).await.unwrap();
    let before = claim(&here.rooms, id, asleep).await;
    let held = there.rooms.claim(id, awake).await;
    assert_eq!(held, Ok(ClaimOutcome::Held { node: asleep }));
    here.rooms.renew(asleep, 0).await.unwrap();
    let after = claim(&there.rooms, id, awake).await;
    // It wakes up, renews its lease as if nothing had been, and saves.
    here.rooms.renew(asleep, LEASE_MS).await.unwrap();
    for mut save in saves(&before, asleep, 1) {
        save.removed = vec![(
            ItemId(1),
            Stamp {
                seq: save.seq,
                by: SessionId::generate(),
            },
        )];
        let answer = here.rooms.save(save.clone()).await;
        assert_eq!(answer, Ok(SaveOutcome::Fenced));
        save.epoch = after.epoch;
        let answer = here.rooms.save(save).await;
        assert_eq!(answer, Ok(SaveOutcome::Fenced), "the node counts");
    }
    here.rooms.release(id, before.epoch, asleep).await.unwrap();
    let [save, _] = saves(&after, awake, 1);
    let saved = there.rooms.save(save).await.unwrap();
    assert!(matches!(saved, SaveOutcome::Saved { .. }));
    assert!(there.rooms.audit(id, None, 9).await.unwrap().is_empty());
    let read = there.rooms.read(id).await.unwrap().unwrap();
    assert_eq!(read.items.len(), 3);
    stage.end().await;
}

#[tokio::test]
async fn many_rooms_save_at_once() {
    const ROOMS: u64 = 64;
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = rooms_in(stage.mongo.clone()).await;
    let node = NodeId::generate();
    here.rooms.renew(node, LEASE_MS).await.unwrap();
    let rooms = join_all((0..ROOMS).map(async |at| {
        let room = new_room(Visibility::Public, at);
        here.rooms.create(room.clone()).await.unwrap();
        claim(&here.rooms, room.card.id, node).await
    }));
    let rooms = rooms.await;
    let saves = rooms.iter().map(async |claimed| {
        for number in 1..=4 {
            let [save, _] = saves(claimed, node, number);
            let wanted = Some((claimed.epoch, claimed.save_no + number));
            // A store that is busy elsewhere, too, may be asked again, as an owner asks it.
            loop {
                match here.rooms.save(save.clone()).await {
                    Ok(saved) => {
                        assert!(matches!(saved, SaveOutcome::Saved { .. }));
                        break;
                    }
                    Err(StoreError::Unknown(_)) => {
                        let last = here.rooms.last_save(claimed.card.id).await;
                        if last == Ok(wanted) {
                            break;
                        }
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        }
    });
    join_all(saves).await;
    for claimed in rooms {
        let last = here.rooms.last_save(claimed.card.id).await.unwrap();
        assert_eq!(last, Some((claimed.epoch, claimed.save_no + 4)));
    }
    stage.end().await;
}

#[tokio::test]
async fn where_nothing_answers_nothing_was_done_and_soon_told() {
    let nowhere = "mongodb://127.0.0.1:1/maru?directConnection=true";
    let options = mongodb::options::ClientOptions::parse(nowhere).await;
    let mongo = crate::adapters::mongo::Mongo::of(options.unwrap()).unwrap();
    let here = rooms_in(mongo).await;
    let answer = here.rooms.create(new_room(Visibility::Public, 1)).await;
    assert!(matches!(answer, Err(StoreError::Failed(_))), "{answer:?}");
}

#[tokio::test]
async fn an_event_that_cannot_be_read_holds_up_its_own_room_alone() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = rooms_in(stage.mongo.clone()).await;
    let mut rooms = Vec::new();
    for at in 1..=2 {
        let (new, node) = (new_room(Visibility::Public, at), NodeId::generate());
        let room = new.card.id;
        here.rooms.create(new).await.unwrap();
        let claimed = claim(&here.rooms, room, node).await;
        let saved = here.rooms.save(save_of(&claimed, node, 1)).await.unwrap();
        assert!(matches!(saved, SaveOutcome::Saved { .. }));
        rooms.push(room);
    }
    let of_a_later_release = doc! { "outbox.changed.event": r#"{"type":"dreamt"}"# };
    let stored = stage.mongo.collection(Collections::ROOM);
    let this = doc! { "_id": id(rooms[0].uuid()) };
    let changed = stored.update_one(this, doc! { "$set": of_a_later_release });
    changed.await.unwrap();
    for limit in [1, 9] {
        let waiting = here.rooms.waiting(0, limit).await.unwrap();
        let subjects: Vec<Subject> = waiting.iter().map(|it| it.subject).collect();
        assert_eq!(subjects, [Subject::Room(rooms[1])]);
    }
    stage.end().await;
}
