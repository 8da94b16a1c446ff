//! Rooms that are put away or deleted while people are inside, and come back.

use maru_protocol::{CloseCode, ErrorCode, Op, OutcomeCode, Reason};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, Heard};
use crate::front::{Front, Person};
use crate::stage::{Stage, paint};

/// A room beside the front one, with a piece in it.
async fn another(front: &Front, owner: &Person) -> String {
    let body = json!({ "name": "딴 방", "template": "study" });
    let made = front.call(Method::POST, "/v1/rooms", Some(owner), Some(&body));
    let (status, made) = made.await;
    assert_eq!(status, 201, "{made}");
    made["room"]["id"].as_str().unwrap().to_owned()
}

async fn asks(front: &Front, method: Method, path: &str, owner: &Person, body: Option<Value>) {
    let (status, answer) = front.call(method, path, Some(owner), body.as_ref()).await;
    assert_eq!(status, 200, "{answer}");
}

async fn enter(front: &Front, room: &str, person: &Person) -> Client {
    let ticket = front.ticket(room, person).await;
    Client::join(front, room, ticket).await
}

#[tokio::test]
async fn whoever_is_inside_is_told_that_the_room_is_gone() {
    let stage = Stage::set().await;
    let (front, owner) = (&stage.front, &stage.owner);
    let other = front.sign_in("바다").await;
    let room = another(front, owner).await;
    let path = format!("/v1/rooms/{room}");
    for deletes in [false, true] {
        let mut host = enter(front, &room, owner).await;
        let mut guest = enter(front, &room, &other).await;
        let late = front.ticket(&room, &other).await;
        guest.say("안녕").await;
        let token = guest.welcome().token.clone();
        if deletes {
            asks(front, Method::DELETE, &path, owner, None).await;
        } else {
            let body = json!({ "archived": true });
            asks(front, Method::PATCH, &path, owner, Some(body)).await;
        }
        for inside in [&mut host, &mut guest] {
            inside.refused(ErrorCode::RoomGone).await;
            inside.closed_by(CloseCode::RoomGone).await;
        }
        // Neither a ticket from before nor a session leads back in.
        let mut back = Client::open(front, &room).await;
        back.send_resume(token, None).await;
        back.refused(ErrorCode::RoomGone).await;
        let mut newcomer = Client::open(front, &room).await;
        let join = maru_protocol::ClientFrame::Join {
            ticket: late,
            avatar: None,
        };
        newcomer.send(&join).await;
        newcomer.refused(ErrorCode::RoomGone).await;
        if deletes {
            asks(front, Method::POST, &format!("{path}/restore"), owner, None).await;
        } else {
            let body = json!({ "archived": false });
            asks(front, Method::PATCH, &path, owner, Some(body)).await;
        }
        let back = enter(front, &room, &other).await;
        assert_eq!(back.room.contents.chat.last().unwrap().text, "안녕");
    }
}

#[tokio::test]
async fn an_owner_looks_alone_at_what_they_put_away_and_changes_nothing() {
    let stage = Stage::set().await;
    let (front, owner) = (&stage.front, &stage.owner);
    let other = front.sign_in("바다").await;
    let room = another(front, owner).await;
    let path = format!("/v1/rooms/{room}");
    let editors = format!("{path}/editors/{}", other.handle);
    asks(front, Method::PUT, &editors, owner, None).await;
    let guest = enter(front, &room, &other).await;
    asks(
        front,
        Method::PATCH,
        &path,
        owner,
        Some(json!({ "archived": true })),
    )
    .await;
    drop(guest);
    let mut host = enter(front, &room, owner).await;
    assert!(!host.room.contents.items.is_empty());
    assert_eq!(host.room.people.len(), 1, "nobody is left in it");
    let item = *host.room.contents.items.keys().next().unwrap();
    host.rejected(vec![paint(item, "mint")], Reason::Forbidden)
        .await;
    let say = Op::Say {
        text: "아무도 없네".to_owned(),
    };
    host.rejected(vec![say], Reason::Forbidden).await;
    let save = Op::SaveLayout {
        name: "여름".to_owned(),
    };
    host.rejected(vec![save], Reason::Forbidden).await;
    let ticket = format!("{path}/tickets");
    let (status, _) = front
        .call(Method::POST, &ticket, Some(&other), Some(&json!({})))
        .await;
    assert_eq!(status, 404, "an editor, too, stays outside");
    let (_, seen) = front.get("/v1/rooms", Some(&other)).await;
    let rooms = seen["rooms"].as_array().unwrap();
    assert!(rooms.iter().all(|one| one["id"] != room.as_str()));
    // Taken out again it is as before, for whoever looked at it too.
    asks(
        front,
        Method::PATCH,
        &path,
        owner,
        Some(json!({ "archived": false })),
    )
    .await;
    host.closed_by(CloseCode::RoomMoved).await;
    let mut host = enter(front, &room, owner).await;
    host.edit(vec![paint(item, "mint")]).await;
    let back = enter(front, &room, &other).await;
    assert_eq!(back.room.contents.items[&item].color, "mint");
}

/// Edits as fast as they are answered until the connection ends; the colours that were acknowledged, in order.
async fn edit_until_gone(mut host: Client, item: u64) -> (Vec<&'static str>, Client) {
    let colors = ["mint", "rose", "sky", "butter"];
    let mut known = Vec::new();
    for color in colors.into_iter().cycle() {
        let number = host.batch(vec![paint(item, color)]).await;
        loop {
            if let Some(ack) = host.acks.get(number) {
                if ack.outcome == OutcomeCode::Applied {
                    known.push(color);
                }
                break;
            }
            if !matches!(host.hear().await, Heard::Frame(_) | Heard::Pong(_)) {
                return (known, host);
            }
        }
    }
    (known, host)
}

#[tokio::test]
async fn what_was_acknowledged_before_a_delete_is_there_after_the_restore() {
    let stage = Stage::set().await;
    let (front, owner) = (&stage.front, &stage.owner);
    for pause_ms in [0, 7, 31, 90] {
        let room = another(front, owner).await;
        let path = format!("/v1/rooms/{room}");
        let host = enter(front, &room, owner).await;
        let item = *host.room.contents.items.keys().next().unwrap();
        let before = host.room.contents.items[&item].color.clone();
        let deleting = async {
            tokio::time::sleep(std::time::Duration::from_millis(pause_ms)).await;
            asks(front, Method::DELETE, &path, owner, None).await;
        };
        let ((known, ended), ()) = tokio::join!(edit_until_gone(host, item), deleting);
        asks(front, Method::POST, &format!("{path}/restore"), owner, None).await;
        let back = enter(front, &room, owner).await;
        let now = back.room.contents.items[&item].color.as_str();
        // The one after the last that was acknowledged may have been saved too: its answer was lost, not the edit.
        let sent = ["mint", "rose", "sky", "butter"];
        let next = sent[known.len() % sent.len()];
        let last = known.last().copied().unwrap_or(&before);
        assert!([last, next].contains(&now), "{now} after {last}");
        drop(ended);
    }
}

#[tokio::test]
async fn a_name_that_may_not_be_shown_is_refused_inside_too() {
    let mut stage = Stage::set().await;
    let rename = |name: &str| Op::SetPolicy {
        name: Some(name.to_owned()),
        visibility: None,
        guests_allowed: None,
        locked: None,
        people_max: None,
    };
    for op in [
        rename("시발"),
        Op::SaveLayout {
            name: "시발".to_owned(),
        },
    ] {
        stage.host.rejected(vec![op], Reason::ContentRefused).await;
    }
    stage.host.edit(vec![rename("시발점")]).await;
}
