//! What a member runs into when the store does not keep up, or when nothing is heard from them.

use std::time::Duration;

use maru::realtime::limits::{Allowance, Limits, UNACKED_MAX};
use maru_protocol::replica::Replica;
use maru_protocol::{CloseCode, ErrorCode, Op, OutcomeCode};
use sqlx::Connection;

use crate::client::Client;
use crate::stage::Stage;

/// Far more batches than any test here sends.
const PLENTY: Allowance = Allowance {
    per_second: 1_000,
    burst: 1_000,
};

fn say(text: &str) -> Vec<Op> {
    let text = text.to_owned();
    vec![Op::Say { text }]
}

/// The batch was refused, and is applied when it is sent again.
async fn is_taken_now(host: &mut Client, number: u32, ops: Vec<Op>) {
    host.batch_as(number, ops).await;
    assert_eq!(host.answer(number).await.outcome, OutcomeCode::Applied);
}

#[tokio::test]
async fn one_unanswered_batch_too_many_is_refused_and_taken_later() {
    let mut stage = Stage::set_with(Limits {
        connection_chat: PLENTY,
        user_chat: PLENTY,
        unsaved_age_ms_max: 60_000,
        ..Limits::DEFAULT
    })
    .await;
    let store = stage.hold_store().await;
    let mut numbers = Vec::new();
    for _ in 0..=UNACKED_MAX {
        numbers.push(stage.host.batch(say("hello")).await);
    }
    let last = numbers.pop().unwrap();
    let refused = stage.host.refused(ErrorCode::TooManyUnacked).await;
    assert_eq!(refused.number, Some(last));
    assert_eq!(refused.limit.as_deref(), Some("unacked_max"));
    assert!(refused.retry_after_ms.is_some(), "when to try again");
    store.close().await.unwrap();
    for number in numbers {
        let answer = stage.host.answer(number).await;
        assert_eq!(answer.outcome, OutcomeCode::Applied);
    }
    is_taken_now(&mut stage.host, last, say("hello")).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn a_room_that_cannot_save_takes_nothing_more_and_goes_on_when_it_can() {
    let mut stage = Stage::set_with(Limits {
        unsaved_age_ms_max: 100,
        ..Limits::DEFAULT
    })
    .await;
    let store = stage.hold_store().await;
    let first = stage.host.batch(say("one")).await;
    let words = |room: &Replica| room.contents.chat.len() == 1;
    stage.host.until_room(words).await;
    // Older than a room may owe.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let second = stage.host.batch(say("two")).await;
    let refused = stage.host.refused(ErrorCode::Unavailable).await;
    assert_eq!(refused.number, Some(second));
    assert_eq!(refused.limit.as_deref(), Some("live.unsaved_age_ms_max"));
    assert!(refused.retry_after_ms.is_some(), "when to try again");
    store.close().await.unwrap();
    let answer = stage.host.answer(first).await;
    assert_eq!(answer.outcome, OutcomeCode::Applied);
    is_taken_now(&mut stage.host, second, say("two")).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn whoever_is_silent_is_closed_and_may_come_back() {
    let mut stage = Stage::set_with(Limits {
        heartbeat_ms: 1_500,
        silence_ms_max: 4_000,
        away_after_ms: 100,
        ..Limits::DEFAULT
    })
    .await;
    // It reads nothing, so it answers no ping.
    let mut silent = stage.guest("silent").await;
    let member = silent.welcome().member;
    let here = |room: &Replica| room.people.contains_key(&member);
    stage.until_room(here).await;
    let away = |room: &Replica| room.people.get(&member).is_none_or(|person| person.away);
    stage.until_room(away).await;
    let refused = silent.refused(ErrorCode::Silent).await;
    assert_eq!(refused.limit.as_deref(), Some("live.silence_ms_max"));
    silent.closed_by(CloseCode::Silent).await;
    let (token, had) = (silent.welcome().token.clone(), silent.room.clone());
    let mut back = Client::resume(&stage.front, &stage.room, token, had).await;
    assert!(back.welcome().resumed);
    stage.goes_on_with(&mut back).await;
}
