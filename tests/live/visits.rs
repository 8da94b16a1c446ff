//! Who came: counted once a room has let them in, never waited for, and not lost when the server stops.

use std::time::Duration;

use maru_protocol::{ClientFrame, CloseCode};
use reqwest::Method;
use serde_json::json;

use crate::client::Client;
use crate::front::{Front, Person};
use crate::process::Process;
use crate::stage::Stage;

async fn counts(front: &Front, room: &str) -> (u64, u64) {
    let (status, answer) = front.get(&format!("/v1/rooms/{room}/visits"), None).await;
    assert_eq!(status, 200, "{answer}");
    let number = |name: &str| answer["visits"][name].as_u64().unwrap();
    (number("today"), number("total"))
}

/// Waits until so many have been counted.
pub(crate) async fn counted(front: &Front, room: &str, wanted: u64) {
    for _ in 0..400 {
        if counts(front, room).await == (wanted, wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(counts(front, room).await, (wanted, wanted));
}

async fn visitors(front: &Front, owner: &Person) -> Vec<String> {
    let path = format!("/v1/rooms/{}/visitors", owner.room);
    let (status, answer) = front.get(&path, Some(owner)).await;
    assert_eq!(status, 200, "{answer}");
    let visitors = answer["visitors"].as_array().unwrap().iter();
    visitors
        .map(|seen| seen["visitor"]["handle"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn whoever_is_let_in_counts_once_and_nobody_else() {
    let stage = Stage::set().await;
    let front = &stage.front;
    let owner = front.sign_in("집주인").await;
    let guest = front.sign_in("손님").await;
    let enter = async |who: &Person| {
        let ticket = front.ticket(&owner.room, who).await;
        Client::join(front, &owner.room, ticket).await
    };
    // A ticket is no visit, and one's own room none either.
    front.ticket(&owner.room, &guest).await;
    let at_home = enter(&owner).await;
    let (first, second) = (enter(&guest).await, enter(&guest).await);
    counted(front, &owner.room, 1).await;
    // Strangers of one place count once, and are in no history.
    let mut strangers = Vec::new();
    for name in ["하나", "둘"] {
        let ticket = front.guest_ticket(&owner.room, name).await;
        strangers.push(Client::join(front, &owner.room, ticket).await);
    }
    counted(front, &owner.room, 2).await;
    drop((at_home, first, second, strangers));
    // Here and away again within a moment.
    let brief = front.sign_in("바쁜 손님").await;
    drop(enter(&brief).await);
    counted(front, &owner.room, 3).await;
    assert_eq!(visitors(front, &owner).await, [brief.handle, guest.handle]);
}

#[tokio::test]
async fn who_is_turned_away_at_the_door_was_not_there() {
    let stage = Stage::set().await;
    let front = &stage.front;
    let owner = front.sign_in("집주인").await;
    let late = front.sign_in("늦은 손님").await;
    let ticket = front.ticket(&owner.room, &late).await;
    let path = format!("/v1/rooms/{}", owner.room);
    let lock = json!({ "locked": true });
    let (status, answer) = front
        .call(Method::PATCH, &path, Some(&owner), Some(&lock))
        .await;
    assert_eq!(status, 200, "{answer}");
    let mut outside = Client::open(front, &owner.room).await;
    let avatar = None;
    outside.send(&ClientFrame::Join { ticket, avatar }).await;
    outside.closed_by(CloseCode::RoomLocked).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(counts(front, &owner.room).await, (0, 0));
}

#[tokio::test]
async fn an_orderly_stop_loses_nobody() {
    let data = tempfile::tempdir().unwrap();
    let server = Process::serve(data.path()).await;
    let front = server.front.clone();
    let owner = front.sign_in("주인").await;
    let mut inside = Vec::new();
    for n in 0..12 {
        let guest = front.sign_in(&format!("손님 {n}")).await;
        let ticket = front.ticket(&owner.room, &guest).await;
        inside.push(Client::join(&front, &owner.room, ticket).await);
    }
    assert!(server.terminate().await.success());
    drop(inside);
    let again = Process::serve(data.path()).await;
    counted(&again.front, &owner.room, 12).await;
}
