//! What moderators do to rooms and to what is said in them.

use std::sync::{Arc, Mutex};

use super::{Here, rooms_in};
use crate::adapters::mongo::room::{MongoModeratedChat, MongoModeratedRooms};
use crate::adapters::mongo::stage::Stage;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::event::Event;
use crate::domain::id::{NodeId, RoomId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::room::{ChatLine, Epoch, RoomEvent, Seq, Visibility};
use crate::ports::events::Outbox;
use crate::ports::moderation::ModeratedContent;
use crate::ports::relations::{BlockStore, FollowStore};
use crate::ports::room::conformance::{claim, new_room, save_of};
use crate::ports::room::{RoomRecall, RoomShelf, RoomStore, SaveOutcome};
use crate::ports::user::conformance::created;

const AT: WallMs = WallMs(1_000_000);

/// Which rooms were to be read anew.
#[derive(Default)]
struct Recalled(Mutex<Vec<(RoomId, Option<Epoch>)>>);

impl RoomRecall for Recalled {
    fn recall(&self, room: RoomId, epoch: Option<Epoch>) {
        self.0.lock().unwrap().push((room, epoch));
    }

    fn superseded(&self, room: RoomId, epoch: Epoch) {
        self.recall(room, Some(epoch));
    }
}

struct Scene {
    stage: Stage,
    here: Here,
    content: MongoModeratedRooms,
    recalled: Arc<Recalled>,
    owner: UserId,
    other: UserId,
    room: RoomId,
}

async fn scene() -> Option<Scene> {
    let stage = Stage::set().await?;
    let here = rooms_in(stage.mongo.clone()).await;
    let recalled = Arc::new(Recalled::default());
    let content = MongoModeratedRooms {
        rooms: here.rooms.clone(),
        people: Arc::new(here.people.clone()),
        recall: recalled.clone(),
        clock: Clock::start(),
    };
    let owner = created(&here.people, "mod_owner", "mod_owner").await.id;
    let other = created(&here.people, "mod_other", "mod_other").await.id;
    let mut new = new_room(Visibility::Public, AT.0);
    new.card.owner_id = owner;
    new.card.name = "나쁜 이름".to_owned();
    let room = new.card.id;
    here.rooms.make(new, 9, None).await.unwrap();
    Some(Scene {
        stage,
        here,
        content,
        recalled,
        owner,
        other,
        room,
    })
}

impl Scene {
    /// From which epochs on whoever has a room elsewhere is told to give it up.
    async fn told(&self) -> Vec<u64> {
        let waiting = self.here.rooms.waiting(0, 99).await.unwrap().into_iter();
        let epochs = waiting.filter_map(|entry| match entry.event {
            Event::Room(RoomEvent::Recalled { epoch }) => Some(epoch.0),
            _ => None,
        });
        epochs.collect()
    }
}

#[tokio::test]
async fn a_room_that_is_hidden_is_called_otherwise_and_shut_until_it_is_shown() {
    let Some(scene) = scene().await else { return };
    let (rooms, content, id) = (&scene.here.rooms, &scene.content, scene.room.to_string());
    assert_eq!(content.kind(), ContentKind::Room);
    let sees = async |who| content.is_seen_by(&id, who).await.unwrap();
    assert!(sees(scene.owner).await && sees(scene.other).await);
    let node = NodeId::generate();
    let before = claim(rooms, scene.room, node).await;
    assert!(content.stand(&id, Standing::Shown, AT).await.unwrap());
    assert!(
        scene.recalled.0.lock().unwrap().is_empty(),
        "nothing changed"
    );
    for (standing, text) in [(Standing::Hidden, "나쁜 이름"), (Standing::Removed, "")] {
        assert!(content.stand(&id, standing, AT).await.unwrap());
        let card = rooms.card(scene.room).await.unwrap().unwrap();
        assert_eq!(card.access.visibility, Visibility::Private);
        assert!(card.access.shut.moderated && card.name == "하늘");
        assert!(sees(scene.owner).await && !sees(scene.other).await);
        let kept = content.content(&id).await.unwrap().unwrap();
        assert_eq!((kept.text.as_str(), kept.standing), (text, standing));
        assert_eq!(kept.author, Some(scene.owner));
    }
    let late = rooms.save(save_of(&before, node, 1)).await.unwrap();
    assert_eq!(late, SaveOutcome::Fenced);
    assert!(content.stand(&id, Standing::Shown, AT).await.unwrap());
    let card = rooms.card(scene.room).await.unwrap().unwrap();
    assert_eq!(card.access.visibility, Visibility::Public);
    assert!(!card.access.shut.moderated);
    assert_eq!(card.name, "하늘", "what was removed does not come back");
    let recalled = scene.recalled.0.lock().unwrap().clone();
    let epochs: Vec<u64> = recalled.iter().map(|(_, epoch)| epoch.unwrap().0).collect();
    assert_eq!(epochs, [2, 3, 4]);
    assert_eq!(scene.told().await, [4], "other nodes hear of the last");
    scene
        .here
        .people
        .block(scene.owner, scene.other, AT)
        .await
        .unwrap();
    assert!(!sees(scene.other).await);
    for nothing in [RoomId::generate().to_string(), "x".to_owned()] {
        assert!(!content.stand(&nothing, Standing::Hidden, AT).await.unwrap());
        assert_eq!(content.content(&nothing).await.unwrap(), None);
    }
    scene.stage.end().await;
}

#[tokio::test]
async fn whom_moderators_hide_nobody_finds_among_the_rooms_of_others() {
    let Some(scene) = scene().await else { return };
    let (rooms, id) = (&scene.here.rooms, scene.room.to_string());
    let shown = async |viewer| {
        rooms
            .shown_rooms(scene.owner, viewer, None, 9)
            .await
            .unwrap()
            .len()
    };
    assert_eq!((shown(Some(scene.owner)).await, shown(None).await), (1, 1));
    scene
        .content
        .stand(&id, Standing::Hidden, AT)
        .await
        .unwrap();
    assert_eq!((shown(Some(scene.owner)).await, shown(None).await), (1, 0));
    scene
        .here
        .people
        .follow(scene.other, scene.owner, AT)
        .await
        .unwrap();
    assert_eq!(shown(Some(scene.other)).await, 0);
    scene.stage.end().await;
}

fn line(by: UserId, text: &str) -> ChatLine {
    ChatLine {
        seq: Seq(1),
        at: AT,
        author_id: by.to_string(),
        author_name: "누구".to_owned(),
        guest: None,
        text: text.to_owned(),
    }
}

#[tokio::test]
async fn lines_are_taken_out_and_put_back_where_they_were() {
    let Some(scene) = scene().await else { return };
    let rooms = &scene.here.rooms;
    let chat = MongoModeratedChat(scene.content.clone());
    assert_eq!(chat.kind(), ContentKind::ChatLine);
    let node = NodeId::generate();
    let claimed = claim(rooms, scene.room, node).await;
    let mut save = save_of(&claimed, node, 1);
    save.seq = Seq(1);
    save.chat = ["하나", "둘", "둘", "셋"]
        .map(|text| line(scene.other, text))
        .into();
    rooms.save(save).await.unwrap();
    let id = |number: usize| format!("{}/1/{number}", scene.room);
    let said = async || -> Vec<String> {
        let found = claim(rooms, scene.room, NodeId::generate()).await;
        assert_eq!(found.past_epochs.len(), 1, "all get the whole room anew");
        let lines = found.document.chat.into_iter();
        lines.map(|line| line.text).collect()
    };
    let stand = async |number, standing| {
        assert!(chat.stand(&id(number), standing, AT).await.unwrap());
    };
    assert!(chat.is_seen_by(&id(1), scene.owner).await.unwrap());
    assert!(scene.told().await.is_empty());
    stand(1, Standing::Hidden).await;
    assert_eq!(scene.told().await, [claimed.epoch.0 + 1]);
    assert!(!chat.is_seen_by(&id(1), scene.owner).await.unwrap());
    assert_eq!(said().await, ["하나", "둘", "셋"]);
    let third = chat.content(&id(3)).await.unwrap().unwrap();
    assert_eq!(
        (third.text.as_str(), third.author),
        ("셋", Some(scene.other))
    );
    stand(0, Standing::Hidden).await;
    stand(3, Standing::Removed).await;
    assert_eq!(said().await, ["둘"]);
    stand(1, Standing::Shown).await;
    stand(0, Standing::Shown).await;
    stand(3, Standing::Shown).await;
    assert_eq!(said().await, ["하나", "둘", "둘"]);
    let removed = chat.content(&id(3)).await.unwrap().unwrap();
    assert_eq!(
        (removed.text.as_str(), removed.standing),
        ("", Standing::Removed)
    );
    for nothing in [id(9), format!("{}/01/0", scene.room), "x".to_owned()] {
        assert!(!chat.stand(&nothing, Standing::Hidden, AT).await.unwrap());
        assert_eq!(chat.content(&nothing).await.unwrap(), None);
    }
    // Whoever is erased said none of it.
    stand(2, Standing::Hidden).await;
    assert_eq!(rooms.naming(scene.other, 9).await.unwrap(), [scene.room]);
    rooms.forget(scene.room, scene.other).await.unwrap();
    assert_eq!(rooms.naming(scene.other, 9).await.unwrap(), []);
    assert_eq!(chat.content(&id(2)).await.unwrap(), None);
    scene.stage.end().await;
}
