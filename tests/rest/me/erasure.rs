//! Nothing personal is left: every table and the very bytes of the files are looked through.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use maru::adapters::sqlite::SqliteRooms;
use maru::domain::audit::Trace;
use maru::domain::clock::{Clock, WallMs};
use maru::domain::id::{NodeId, RoomId, UserId};
use maru::domain::room::Epoch;
use maru::domain::text::PersonName;
use maru::domain::user::Look;
use maru::ports::personal_data::Erasing;
use maru::ports::room::{ClaimOutcome, RoomRecall, RoomStore};
use maru::ports::user::{Identity, NewUser, UserStore};
use maru::workers::erasure::Erasure;

use crate::browser::Browser;
use crate::server::Server;
use lived::leaver;
use traces::traces;

mod lived;
mod moderated;
mod painted;
mod posted;
mod traces;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Everything that is theirs and nobody else's.
const TEXTS: &[&str] = &[
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
    "치워 둔 방",
    "버려진 방",
    "지워질 배치",
    "지워질 내 방의 말",
    "erasable-subject",
    "지워질 일촌명",
    "지워질 별명",
    "지워질 일촌평",
    "지워질 칭찬",
    "지워질 신청",
    "지워질 열쇠",
    "지워질 브라우저",
    "지워질 뮤트말",
    "지워질 신고",
    "지워질 메모",
    "지워질 사건",
    "지워질 사람에게",
    "지워질 이의",
    "지워질 방명록",
    "지워질 내 방명록",
    "지워질 글",
    "지워질 옛 글",
    "지워질 초안",
    "지워질 댓글",
    "지워질 그림",
];

#[derive(Default)]
struct Recalled(AtomicUsize);

impl RoomRecall for Recalled {
    fn recall(&self, _: RoomId, epoch: Option<Epoch>) {
        assert!(epoch.is_some());
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn superseded(&self, _: RoomId, _: Epoch) {}
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
            trace: Trace::default(),
        };
        server.store.admit(&identity, &new).await.unwrap();
    }
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
    for text in TEXTS.iter().filter(|text| **text != "갈매기씨") {
        assert!(
            before.iter().any(|trace| trace.contains(text)),
            "{text} was nowhere: the test proves nothing"
        );
    }
    assert_eq!(erasure.pass(WallMs(now.0 + 15 * DAY_MS)).await.unwrap(), 1);
    assert_eq!(traces(&server, id).await, Vec::<String>::new());
    assert_eq!(
        recalled.0.load(Ordering::Relaxed),
        4,
        "one's own rooms, an archived and a deleted one too, and that of the neighbour"
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
async fn a_name_that_is_somebodys_id_holds_no_erasure_up() {
    let server = Server::start().await;
    let (rooms, recalled) = (rooms(&server), Arc::new(Recalled::default()));
    let (id, other) = leaver(&server, &rooms).await;
    let front = rooms.of_owner(other).await.unwrap()[0].id;
    lived::names_room_and_layout(&rooms, front, other, &id.to_string()).await;
    let later = WallMs(Clock::start().wall().0 + 15 * DAY_MS);
    let erasure = erasure(&server, rooms.clone(), recalled);
    assert_eq!(erasure.pass(later).await.unwrap(), 1);
    assert_eq!(erasure.pass(later).await.unwrap(), 0);
    let left = rooms.of_owner(other).await.unwrap();
    assert_eq!(left[0].name, id.to_string(), "the other's own words stay");
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
        let taken = server.store.take_closed(later, None, 9).await;
        assert_eq!(taken.unwrap(), [id]);
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
