//! Nothing personal is left: every table and the very bytes of the files are looked through.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::Method;
use maru::adapters::sqlite::SqliteRooms;
use maru::domain::clock::{Clock, WallMs};
use maru::domain::id::{LoginId, NodeId, RoomId, SessionId, UserId};
use maru::domain::room::{
    Access, Action, AuditEntry, Ban, ChatLine, Decision, Edit, EditPart, Epoch, Layout, Mute,
    PersonRef, RoomCard, RoomEvent, Seq, Visibility,
};
use maru::domain::text::PersonName;
use maru::domain::user::Look;
use maru::domain::visitor::Bearer;
use maru::ports::events::{EventLog, RoomOutbox};
use maru::ports::personal_data::Erasing;
use maru::ports::room::{
    ClaimOutcome, NewRoom, Present, RoomRecall, RoomSave, RoomStore, SessionRecord,
};
use maru::ports::user::{Identity, NewUser, UserStore};
use maru::workers::erasure::Erasure;
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};

use crate::browser::Browser;
use crate::server::Server;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Everything that is theirs and nobody else's.
const TEXTS: [&str; 13] = [
    "erasable_one",
    "erasable_two",
    "갈매기씨",
    "참갈매기",
    "흐린 뒤 맑아요",
    "지워질 소개",
    "지워질 고리",
    "erased.example",
    "지워질 말",
    "지워질 방",
    "지워질 배치",
    "지워질 내 방의 말",
    "erasable-subject",
];

#[derive(Default)]
struct Recalled(AtomicUsize);

impl RoomRecall for Recalled {
    fn recall(&self, _: RoomId, epoch: Option<Epoch>) {
        assert!(epoch.is_some());
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn erasure(server: &Server, rooms: Arc<SqliteRooms>, recalled: Arc<Recalled>) -> Erasure {
    let store = Arc::new(server.store.clone());
    Erasure {
        accounts: store.clone(),
        profiles: store.clone(),
        rooms,
        recall: recalled,
        stores: vec![store],
        grace_ms: 14 * DAY_MS,
    }
}

fn rooms(server: &Server) -> Arc<SqliteRooms> {
    let (rooms, work) = SqliteRooms::new(server.store.clone());
    tokio::spawn(work);
    Arc::new(rooms)
}

fn person(id: UserId, name: &str) -> PersonRef {
    PersonRef {
        id: id.to_string(),
        name: name.to_owned(),
    }
}

/// A room of one person, in which the other has been in every way there is.
async fn lived_in(
    rooms: &SqliteRooms,
    (owner, room, name): (UserId, RoomId, &str),
    (guest, guest_name, said): (UserId, &str, &str),
    layout: &str,
) {
    let card = RoomCard {
        id: room,
        owner_id: owner,
        name: name.to_owned(),
        access: Access::new(Visibility::Public, true),
    };
    let theme = maru::catalogue::catalogue().plain_theme();
    let document = maru::domain::room::Document::new(theme);
    let at = WallMs(Clock::start().wall().0);
    let new = NewRoom {
        card: card.clone(),
        document,
        at,
    };
    rooms.create(new).await.unwrap();
    let node = NodeId::generate();
    let ClaimOutcome::Claimed(claimed) = rooms.claim(room, node).await.unwrap() else {
        panic!("the room is there");
    };
    let mut card = card;
    let id = guest.to_string();
    card.access
        .editors
        .insert(id.clone(), guest_name.to_owned());
    let ban = Ban {
        name: guest_name.to_owned(),
        at,
        guest: None,
    };
    card.access.bans.insert(id.clone(), ban);
    let mute = Mute {
        name: guest_name.to_owned(),
        until: None,
        guest: None,
    };
    card.access.mutes.insert(id.clone(), mute);
    let audit = vec![
        AuditEntry {
            seq: Seq(1),
            at,
            actor: person(guest, guest_name),
            decision: Decision::Kick {
                person: person(owner, "주인"),
            },
        },
        AuditEntry {
            seq: Seq(2),
            at,
            actor: person(owner, "주인"),
            decision: Decision::Ban {
                person: person(guest, guest_name),
            },
        },
    ];
    let line = |seq, author: UserId, author_name: &str, text: &str| ChatLine {
        seq: Seq(seq),
        at,
        author_id: author.to_string(),
        author_name: author_name.to_owned(),
        guest: None,
        text: text.to_owned(),
    };
    let edit = Edit {
        seq: Seq(1),
        at,
        author_id: id.clone(),
        author_name: guest_name.to_owned(),
        parts: vec![EditPart {
            action: Action::Put,
            subject: "sofa".to_owned(),
            count: 1,
        }],
    };
    let record = SessionRecord {
        generation: 1,
        answers: Default::default(),
        seen: at,
        person: id.clone(),
    };
    let present = Present {
        session: SessionId::generate(),
        generation: 1,
        bearer: Bearer::User {
            id: guest,
            login: LoginId::generate(),
        },
        name: guest_name.to_owned(),
        handle: Some("erasable_two".to_owned()),
        look: Look([0; 6]),
        follows_owner: false,
        origin: None,
        hidden: [owner.to_string()].into(),
        x: 1,
        y: 1,
        facing: 0,
        seen: at,
    };
    let save = RoomSave {
        room,
        epoch: claimed.epoch,
        node,
        save_no: claimed.save_no + 1,
        seq: Seq(3),
        horizon: Seq(0),
        theme: None,
        items: Vec::new(),
        removed: Vec::new(),
        chat: vec![
            line(1, guest, guest_name, said),
            line(2, owner, "주인", "주인의 말"),
        ],
        card: Some(card),
        layouts: vec![(layout.to_owned(), Layout::of(&claimed.document, at))],
        layouts_removed: Vec::new(),
        history: vec![edit],
        events: audit.iter().map(RoomEvent::from).collect(),
        audit,
        sessions: vec![(SessionId::generate(), record)],
        sessions_removed: Vec::new(),
        roster: Some(vec![present]),
        changed: true,
        at,
    };
    rooms.save(save).await.unwrap();
}

/// Somebody with something everywhere, whose grace has passed; and somebody else.
async fn leaver(server: &Server, rooms: &SqliteRooms) -> (UserId, UserId) {
    let browser = Browser::new(server);
    let me = browser.sign_in("erasable-subject").await;
    let id: UserId = me["id"].as_str().unwrap().parse().unwrap();
    let front: RoomId = me["front_room_id"].as_str().unwrap().parse().unwrap();
    let other = server.move_in("neighbour", "이웃").await;
    for (handle, day) in [("erasable_one", 1), ("erasable_two", 20)] {
        use maru::ports::profile::{HANDLE_KEPT_MS, HandleRules, ProfileStore};
        let rules = HandleRules {
            pause_ms: 0,
            kept_ms: HANDLE_KEPT_MS,
        };
        let at = WallMs(Clock::start().wall().0 + day);
        server.store.rename(id, handle, rules, at).await.unwrap();
    }
    for name in ["갈매기씨", "참갈매기"] {
        let body = json!({"display_name": name, "mood": "흐린 뒤 맑아요", "bio": "지워질 소개",
            "links": [{"label": "지워질 고리", "url": "https://erased.example/"}]});
        let changed = browser.ask(Method::PATCH, "/v1/me", Some(&body)).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
    }
    let settings = json!({"motion": "reduced"});
    browser
        .ask(Method::PATCH, "/v1/me/settings", Some(&settings))
        .await;
    browser
        .ask(Method::PUT, "/v1/users/neighbour/follow", None)
        .await;
    let neighbour = Browser::new(server);
    let callback = neighbour.choose("/", ("person", "neighbour")).await;
    neighbour.get(&callback).await;
    neighbour
        .ask(Method::PUT, "/v1/users/erasable_two/follow", None)
        .await;
    lived_in(
        rooms,
        (other.id, other.front_room_id, "이웃의 방"),
        (id, "참갈매기", "지워질 말"),
        "이웃의 배치",
    )
    .await;
    lived_in(
        rooms,
        (id, front, "지워질 방"),
        (other.id, "이웃", "지워질 내 방의 말"),
        "지워질 배치",
    )
    .await;
    maru::app::set_role(
        server.data(),
        "erasable_two",
        maru::domain::user::AccountRole::Moderator,
    )
    .await
    .unwrap();
    // Some of what happened in rooms is published, and some waits.
    let waiting = server.store.waiting(0, 3).await.unwrap();
    server
        .store
        .publish(&waiting, Clock::start().wall())
        .await
        .unwrap();
    let published: Vec<u64> = waiting.iter().map(|entry| entry.id).collect();
    server.store.clear(&published).await.unwrap();
    let closed = browser.ask(Method::DELETE, "/v1/me", None).await;
    assert_eq!(closed.status, 202, "{}", closed.body);
    (id, other.id)
}

async fn crowd(server: &Server, name: &str, count: usize) {
    for number in 0..count {
        let handle = format!("{name}_{number}");
        let identity = Identity {
            provider: "elsewhere".to_owned(),
            issuer: "https://elsewhere.example".to_owned(),
            subject: handle.clone(),
            email: None,
        };
        let new = NewUser {
            id: UserId::generate(),
            front_room_id: RoomId::generate(),
            display_name: PersonName::parse(&handle).unwrap(),
            handles: vec![handle],
            look: Look([0; 6]),
            mood: String::new(),
            bio: "x".repeat(number),
            at: WallMs(1),
        };
        server.store.admit(&identity, &new).await.unwrap();
    }
}

/// Where something of a person is still found: in a table, or in the bytes of a file.
async fn traces(server: &Server, id: UserId) -> Vec<String> {
    let mut needles: Vec<Vec<u8>> = TEXTS.map(|text| text.as_bytes().to_vec()).into();
    needles.push(id.to_string().into_bytes());
    needles.push(id.uuid().as_bytes().to_vec());
    needles.push(id.uuid().as_simple().to_string().into_bytes());
    let mut found = Vec::new();
    let file = server.data().join("maru.sqlite3");
    let mut conn = SqliteConnectOptions::new()
        .filename(&file)
        .connect()
        .await
        .unwrap();
    for (table, row) in rows(&mut conn).await {
        for needle in &needles {
            let hex: String = needle.iter().map(|byte| format!("{byte:02X}")).collect();
            let text = String::from_utf8_lossy(needle).into_owned();
            if row.contains(&hex) || (needle.len() != 16 && row.contains(&text)) {
                found.push(format!("{table}: {text} in {row}"));
            }
        }
    }
    drop(conn);
    for suffix in ["", "-wal", "-shm"] {
        let path = format!("{}{suffix}", file.display());
        let bytes = std::fs::read(Path::new(&path)).unwrap_or_default();
        for needle in &needles {
            if bytes.windows(needle.len()).any(|window| window == needle) {
                found.push(format!(
                    "the file{suffix}: {}",
                    String::from_utf8_lossy(needle)
                ));
            }
        }
    }
    found
}

async fn rows(conn: &mut SqliteConnection) -> Vec<(String, String)> {
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    let mut all = Vec::new();
    for table in tables {
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
            .bind(&table)
            .fetch_all(&mut *conn)
            .await
            .unwrap();
        let quoted: Vec<String> = columns
            .iter()
            .map(|name| format!("quote(\"{name}\")"))
            .collect();
        let query = format!("SELECT {} FROM \"{table}\"", quoted.join(" || ',' || "));
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(query))
            .fetch_all(&mut *conn)
            .await
            .unwrap();
        all.extend(rows.into_iter().map(|row| (table.clone(), row)));
    }
    all
}

#[tokio::test]
async fn nothing_is_left_of_an_erased_person_and_everything_of_others() {
    let server = Server::start().await;
    let (rooms, recalled) = (rooms(&server), Arc::new(Recalled::default()));
    // Enough people around for pages to split and be put together again.
    crowd(&server, "before", 150).await;
    let (id, other) = leaver(&server, &rooms).await;
    crowd(&server, "after", 150).await;
    let now = Clock::start().wall();
    let erasure = erasure(&server, rooms.clone(), recalled.clone());
    assert_eq!(
        erasure.pass(WallMs(now.0 + 13 * DAY_MS)).await.unwrap(),
        0,
        "in the grace"
    );
    let before = traces(&server, id).await;
    // The name before the last is overwritten already.
    for text in TEXTS.into_iter().filter(|text| *text != "갈매기씨") {
        assert!(
            before.iter().any(|trace| trace.contains(text)),
            "{text} was nowhere: the test proves nothing"
        );
    }
    assert_eq!(erasure.pass(WallMs(now.0 + 15 * DAY_MS)).await.unwrap(), 1);
    assert_eq!(traces(&server, id).await, Vec::<String>::new());
    assert_eq!(
        recalled.0.load(Ordering::Relaxed),
        2,
        "one's own room, and that of the neighbour"
    );
    assert_eq!(erasure.pass(WallMs(now.0 + 15 * DAY_MS)).await.unwrap(), 0);

    let cards = rooms.of_owner(other).await.unwrap();
    assert_eq!(cards.len(), 1);
    let ClaimOutcome::Claimed(claimed) =
        rooms.claim(cards[0].id, NodeId::generate()).await.unwrap()
    else {
        panic!("the neighbour's room is there");
    };
    let said: Vec<&str> = claimed
        .document
        .chat
        .iter()
        .map(|line| line.text.as_str())
        .collect();
    assert_eq!(said, ["주인의 말"]);
    assert_eq!(claimed.document.history[0].author_id, "deleted");
    assert_eq!(claimed.document.layouts.len(), 1);
    let stranger = Browser::new(&server);
    assert_eq!(stranger.get("/v1/users/neighbour").await.status, 200);
    // Nobody is taken for them while links still lead to their name.
    let newcomer = stranger.sign_in("erasable_two").await;
    assert_eq!(newcomer["handle"], "erasable_two_2");
}

#[tokio::test]
async fn an_erasure_that_is_killed_between_any_two_steps_goes_on_from_there() {
    let mut steps = 0;
    loop {
        let server = Server::start().await;
        let (rooms, recalled) = (rooms(&server), Arc::new(Recalled::default()));
        let (id, _) = leaver(&server, &rooms).await;
        let later = WallMs(Clock::start().wall().0 + 15 * DAY_MS);
        let first = erasure(&server, rooms.clone(), recalled.clone());
        use maru::ports::account::AccountStore;
        assert_eq!(server.store.take_closed(later, 9).await.unwrap(), [id]);
        let mut done = false;
        for _ in 0..steps {
            done = first.step(id, later).await.unwrap() == Erasing::Done;
        }
        drop(first);
        // In its next life it knows of nothing but what the store says.
        let second = erasure(&server, rooms.clone(), recalled);
        second.pass(later).await.unwrap();
        second.settle().await.unwrap();
        assert_eq!(
            traces(&server, id).await,
            Vec::<String>::new(),
            "after {steps} steps"
        );
        if done {
            break;
        }
        steps += 1;
    }
    assert!(steps >= 5, "{steps}");
}
