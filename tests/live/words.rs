//! Words that may not be said, and names that may not be borne.

use maru_protocol::{Op, Reason};
use serde_json::json;

use crate::stage::Stage;

/// A visitor says each text; each is rejected for the reason, and they may go on talking.
async fn may_not_be_said(texts: &[&str], reason: Reason) {
    let mut stage = Stage::set().await;
    let mut talker = stage.guest("talker").await;
    for text in texts {
        let text = (*text).to_owned();
        talker.rejected(vec![Op::Say { text }], reason).await;
    }
    stage.goes_on_with(&mut talker).await;
}

#[tokio::test]
async fn nothing_may_not_be_said() {
    may_not_be_said(&["", "   ", "\u{3000}\n"], Reason::EmptyText).await;
}

#[tokio::test]
async fn too_much_may_not_be_said() {
    let texts = ["가".repeat(201), "a".repeat(16_000)];
    may_not_be_said(&[&texts[0], &texts[1]], Reason::TextTooLong).await;
}

#[tokio::test]
async fn control_characters_may_not_be_said() {
    let texts = ["a\nb", "a\0b", "\u{1b}[31mred", "a\u{202e}b"];
    may_not_be_said(&texts, Reason::ControlCharacters).await;
}

#[tokio::test]
async fn a_line_of_200_characters_is_said() {
    let mut stage = Stage::set().await;
    let mut talker = stage.guest("talker").await;
    let line = "가".repeat(200);
    let seq = talker.say(&line).await;
    stage
        .witness
        .until_room(|room| room.contents.seq >= seq)
        .await;
    assert_eq!(stage.witness.room.contents.chat.last().unwrap().text, line);
    stage.goes_on_with(&mut talker).await;
}

#[tokio::test]
async fn bad_guest_names_get_no_ticket() {
    let mut stage = Stage::set().await;
    let long = "가".repeat(21);
    for name in ["", "  ", &long, "a\nb", "a\0b", "\u{202e}evil"] {
        let guest = json!({ "guest": { "name": name, "look": [0, 0, 0, 0, 0, 0] } });
        let (status, problem) = stage.front.ask(&stage.room, None, &guest).await;
        assert_eq!((status, &problem["code"]), (422, &json!("invalid_name")));
        assert_eq!(problem["status"], 422);
    }
    stage.is_unharmed().await;
}

#[tokio::test]
async fn bad_guest_looks_get_no_ticket() {
    let mut stage = Stage::set().await;
    let guest = json!({ "guest": { "name": "guest", "look": [0, 0, 0, 0, 0, 255] } });
    let (status, problem) = stage.front.ask(&stage.room, None, &guest).await;
    assert_eq!((status, &problem["code"]), (422, &json!("invalid_look")));
    stage.is_unharmed().await;
}

#[tokio::test]
async fn nobody_in_particular_and_nowhere_get_no_ticket() {
    let mut stage = Stage::set().await;
    let (status, problem) = stage.front.ask(&stage.room, None, &json!({})).await;
    assert_eq!(
        (status, &problem["code"]),
        (401, &json!("sign_in_required"))
    );
    let nowhere = "00000000-0000-7000-8000-000000000000";
    let guest = json!({ "guest": { "name": "guest", "look": [0, 0, 0, 0, 0, 0] } });
    let (status, problem) = stage.front.ask(nowhere, None, &guest).await;
    assert_eq!((status, &problem["code"]), (404, &json!("room_not_found")));
    stage.is_unharmed().await;
}
