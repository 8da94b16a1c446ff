//! What is said is looked through before anybody hears it, and what moderators take out is gone for everybody.

use maru_protocol::{CloseCode, Event, Op, Reason, ServerFrame};
use serde_json::json;

use crate::client::Client;
use crate::crash::look_in;
use crate::process::Process;
use crate::stage::Stage;

#[tokio::test]
async fn everybody_hears_the_same_masked_line_and_so_does_who_comes_back_or_later() {
    let mut stage = Stage::set().await;
    let mut talker = stage.guest("talker").await;
    let before = talker.room.clone();
    let token = talker.welcome().token.clone();
    let seq = talker.say("야 시발 진짜").await;
    let said = "야 ＊＊ 진짜";
    stage.until_room(|room| room.contents.seq >= seq).await;
    for heard in [&talker, &stage.host, &stage.witness] {
        assert_eq!(heard.room.contents.chat.last().unwrap().text, said);
    }
    let newcomer = stage.guest("newcomer").await;
    assert_eq!(newcomer.room.contents.chat.last().unwrap().text, said);
    drop(talker);
    // Who comes back to what they had before is told what was kept.
    let back = Client::resume(&stage.front, &stage.room, token, before).await;
    assert_eq!(back.room.contents.chat.last().unwrap().text, said);
}

#[tokio::test]
async fn whoever_said_it_learns_that_it_was_masked() {
    let stage = Stage::set().await;
    let mut talker = stage.guest("talker").await;
    let session = talker.welcome().session;
    for (said, kept) in [("야 시발 진짜", "야 ＊＊ 진짜"), ("안녕", "안녕")] {
        let number = talker
            .batch(vec![Op::Say {
                text: said.to_owned(),
            }])
            .await;
        let own = |event: &Event| match event {
            Event::Changed {
                session: by,
                number: which,
                ops,
                ..
            } if (*by, *which) == (session, number) => Some(ops.clone()),
            _ => None,
        };
        let ops = talker
            .until(|frame| match frame {
                ServerFrame::Events { events, .. } => events.iter().find_map(own),
                _ => None,
            })
            .await;
        let kept = kept.to_owned();
        assert_eq!(ops, [Op::Say { text: kept }]);
        talker.answer(number).await;
    }
}

#[tokio::test]
async fn what_may_not_be_said_is_refused_and_heard_by_nobody() {
    let mut stage = Stage::set().await;
    let mut talker = stage.guest("talker").await;
    for text in ["죽여버린다", "죽.여.버.린.다"] {
        let text = text.to_owned();
        let reason = Reason::ContentRefused;
        talker.rejected(vec![Op::Say { text }], reason).await;
    }
    stage.goes_on_with(&mut talker).await;
    let lines = &stage.witness.room.contents.chat;
    assert!(lines.iter().all(|line| !line.text.contains('죽')));
}

#[tokio::test]
async fn layouts_and_rooms_are_not_called_anything() {
    let mut stage = Stage::set().await;
    let name = "시발".to_owned();
    let reason = Reason::ContentRefused;
    stage
        .host
        .rejected(vec![Op::SaveLayout { name }], reason)
        .await;
    let guest = json!({ "guest": { "name": "씨발", "look": [0, 0, 0, 0, 0, 0] } });
    let (status, problem) = stage.front.ask(&stage.room, None, &guest).await;
    assert_eq!((status, &problem["code"]), (422, &json!("content_refused")));
    stage.is_unharmed().await;
}

#[tokio::test]
async fn a_masked_line_is_masked_after_a_crash() {
    let data = tempfile::tempdir().unwrap();
    let process = Process::serve(data.path()).await;
    let owner = process.front.sign_in("하늘").await;
    let ticket = process.front.ticket(&owner.room, &owner).await;
    let mut host = Client::join(&process.front, &owner.room, ticket).await;
    let seq = host.say("oh fuck it").await;
    process.kill().await;
    let process = Process::serve(data.path()).await;
    let found = look_in(&process.front, &owner.room).await;
    assert!(found.seq >= seq);
    assert_eq!(found.chat.last().unwrap().text, "oh ＊＊＊＊ it");
    let file = std::fs::read(data.path().join("maru.sqlite3")).unwrap();
    let log = std::fs::read(data.path().join("maru.sqlite3-wal")).unwrap_or_default();
    for bytes in [file, log] {
        let has = bytes.windows(4).any(|window| window == b"fuck");
        assert!(!has, "what was said is written nowhere");
    }
}

#[tokio::test]
async fn a_line_that_moderators_remove_is_gone_for_everybody() {
    let mut stage = Stage::set().await;
    let mut talker = stage.guest("talker").await;
    talker.say("keep this").await;
    let seq = talker.say("take this out").await;
    stage.until_room(|room| room.contents.seq >= seq).await;
    let reporter = stage.front.sign_in("바다").await;
    let moderator = stage.front.sign_in("지킴이").await;
    let role = maru::app::AccountRole::Moderator;
    let set = maru::app::set_role(stage.data(), &moderator.handle, role).await;
    set.unwrap();
    let line = format!("{}/{seq}/0", stage.room);
    let body = json!({ "kind": "chat_line", "id": line, "reason": "abuse" });
    let front = &stage.front;
    let (status, reported) = front
        .call(
            http::Method::POST,
            "/v1/reports",
            Some(&reporter),
            Some(&body),
        )
        .await;
    assert_eq!(status, 201, "{reported}");
    let (_, cases) = front.get("/v1/moderation/cases", Some(&moderator)).await;
    assert_eq!(cases["cases"][0]["text"], "take this out");
    let case = cases["cases"][0]["id"].as_str().unwrap();
    let path = format!("/v1/moderation/cases/{case}/decisions");
    let remove = json!({ "action": "remove", "rule": "abuse" });
    let (status, decided) = front
        .call(http::Method::POST, &path, Some(&moderator), Some(&remove))
        .await;
    assert_eq!(status, 201, "{decided}");
    // Everyone present is sent to come back, and finds the room without it.
    stage.witness.closed_by(CloseCode::RoomMoved).await;
    let (token, had) = (
        stage.witness.welcome().token.clone(),
        stage.witness.room.clone(),
    );
    let back = Client::resume(&stage.front, &stage.room, token, had).await;
    let later = stage.guest("later").await;
    for client in [&back, &later] {
        let lines: Vec<&str> = client
            .room
            .contents
            .chat
            .iter()
            .map(|line| &*line.text)
            .collect();
        assert_eq!(lines, ["keep this"]);
    }
    assert_eq!(
        back.room.snapshots, 2,
        "the whole room anew, not what changed"
    );
}
