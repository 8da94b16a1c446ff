//! Notices on live connections: to every one of the person, to nobody else, and again to who fell behind.

use maru_protocol::{NoticeKind, ServerFrame};
use reqwest::Method;
use serde_json::json;

use crate::client::Client;
use crate::front::Person;
use crate::stage::Stage;

/// The next notice: its id, kind, whose name it bears, and how many are unread.
async fn notice(client: &mut Client) -> (u64, NoticeKind, Option<String>, u32) {
    let notice = client.until(|frame| match frame {
        ServerFrame::Notification {
            id,
            kind,
            from,
            unread,
            ..
        } => {
            let name = from.as_ref().map(|from| from.name.clone());
            Some((*id, *kind, name, *unread))
        }
        _ => None,
    });
    notice.await
}

async fn put(stage: &Stage, who: &Person, what: &str, body: Option<serde_json::Value>) {
    let path = format!("/v1/users/{}/{what}", stage.owner.handle);
    let put = stage
        .front
        .call(Method::PUT, &path, Some(who), body.as_ref());
    let (status, answer) = put.await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn a_notice_reaches_every_connection_of_the_person_and_no_other() {
    let mut stage = Stage::set().await;
    let fan = stage.front.sign_in("바다").await;
    // The same person, elsewhere: in somebody else's room, with another login.
    let desk = stage.front.sign_in("하늘").await;
    assert_eq!(desk.id, stage.owner.id);
    let ticket = stage.front.ticket(&fan.room, &desk).await;
    let mut elsewhere = Client::join(&stage.front, &fan.room, ticket).await;
    let ticket = stage.front.ticket(&stage.room, &fan).await;
    let mut by_fan = Client::join(&stage.front, &stage.room, ticket).await;

    put(&stage, &fan, "follow", None).await;
    let (first, kind, from, unread) = notice(&mut stage.host).await;
    assert_eq!((kind, unread), (NoticeKind::Follow, 1));
    assert_eq!(from.as_deref(), Some("바다"));
    assert_eq!(notice(&mut elsewhere).await.0, first);
    put(&stage, &fan, "tie", Some(json!({ "nickname": "언니" }))).await;
    let (second, kind, _, unread) = notice(&mut stage.host).await;
    assert_eq!((kind, unread), (NoticeKind::TieRequest, 2));
    assert!(second > first);
    assert_eq!(notice(&mut elsewhere).await.0, second);

    // The fan and a guest hear what is said after it, and nothing of it before.
    stage.host.say("고마워요").await;
    for client in [&mut by_fan, &mut stage.witness] {
        let heard = client.until(|frame| match frame {
            ServerFrame::Notification { .. } => Some(false),
            ServerFrame::Events { seq, .. } if *seq > 0 => Some(true),
            _ => None,
        });
        assert!(heard.await, "not for them");
    }
    let path = "/v1/me/notifications/unread";
    let (_, unread) = stage.front.get(path, Some(&stage.owner)).await;
    assert_eq!(unread, json!({ "count": 2 }));
}

#[tokio::test]
async fn whoever_is_not_there_finds_it_in_the_list() {
    let stage = Stage::set().await;
    let (fan, star) = (
        stage.front.sign_in("바다").await,
        stage.front.sign_in("바람").await,
    );
    let path = format!("/v1/users/{}/follow", star.handle);
    let (status, _) = stage.front.call(Method::PUT, &path, Some(&fan), None).await;
    assert_eq!(status, 200);
    let (_, list) = stage.front.get("/v1/me/notifications", Some(&star)).await;
    let notices = list["notifications"].as_array().unwrap();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0]["kind"], "follow");
    assert_eq!(notices[0]["from"]["id"], fan.id.as_str());
}

#[tokio::test]
async fn whom_a_held_post_names_hears_of_it_as_soon_as_it_is_shown() {
    let mut stage = Stage::set().await;
    let fan = stage.front.sign_in("바다").await;
    let moderator = stage.front.sign_in("지킴이").await;
    let role = maru::app::AccountRole::Moderator;
    let set = maru::app::set_role(stage.data(), &moderator.handle, role).await;
    set.unwrap();
    let text = format!("@{} 짱깨", stage.owner.handle);
    let wish = json!({ "text": text, "visibility": "public" });
    let written = stage
        .front
        .call(Method::POST, "/v1/posts", Some(&fan), Some(&wish));
    let (status, written) = written.await;
    assert_eq!(
        (status, &written["post"]["standing"]),
        (201, &json!("held"))
    );
    let (_, cases) = stage
        .front
        .get("/v1/moderation/cases", Some(&moderator))
        .await;
    let case = cases["cases"][0]["id"].as_str().unwrap();
    let path = format!("/v1/moderation/cases/{case}/decisions");
    let show = json!({ "action": "dismiss", "rule": "abuse" });
    let decided = stage
        .front
        .call(Method::POST, &path, Some(&moderator), Some(&show));
    let (status, decided) = decided.await;
    assert_eq!(status, 201, "{decided}");
    let (_, kind, from, unread) = notice(&mut stage.host).await;
    assert_eq!((kind, unread), (NoticeKind::Mention, 1));
    assert_eq!(from.as_deref(), Some("바다"));
}

#[tokio::test]
async fn whoever_may_furnish_a_room_hears_of_it_at_once() {
    let stage = Stage::set().await;
    let fan = stage.front.sign_in("바다").await;
    let ticket = stage.front.ticket(&fan.room, &fan).await;
    let mut elsewhere = Client::join(&stage.front, &fan.room, ticket).await;
    let path = format!("/v1/rooms/{}/editors/{}", stage.room, fan.handle);
    let added = stage
        .front
        .call(Method::PUT, &path, Some(&stage.owner), None);
    let (status, answer) = added.await;
    assert_eq!(status, 200, "{answer}");
    let (_, kind, from, unread) = notice(&mut elsewhere).await;
    assert_eq!((kind, unread), (NoticeKind::RoomEditor, 1));
    assert_eq!(from.as_deref(), Some("하늘"));
}
