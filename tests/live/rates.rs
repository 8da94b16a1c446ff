//! Twice what a connection may send: refused with the time to wait, and nothing lost or done twice.

use std::collections::BTreeSet;
use std::time::Duration;

use maru_protocol::replica::Replica;
use maru_protocol::{ClientFrame, CloseCode, ErrorCode, Op, ServerFrame, Standing};

use crate::author::Author;
use crate::client::{Client, refusal};
use crate::stage::{Stage, put};

/// What a connection may send at once.
const BATCHES: usize = 40;
const LINES: usize = 6;
const PLACES: usize = 40;

/// Sends everything at once and collects what was refused for coming too fast.
async fn flood(author: &mut Author, batches: Vec<Vec<Op>>) -> BTreeSet<u32> {
    for ops in batches {
        author.add(ops);
    }
    author.send_all().await;
    author.settle().await
}

#[tokio::test]
async fn a_few_batches_too_many_are_refused_and_applied_when_sent_again() {
    let mut stage = Stage::set().await;
    let ticket = stage.front.ticket(&stage.room, &stage.owner).await;
    let client = Client::join(&stage.front, &stage.room, ticket).await;
    let mut author = Author::new(&stage.front, &stage.room, client);
    let lights = (0..BATCHES + 15).map(|n| {
        let light = Some(if n % 2 == 0 { "night" } else { "day" }.to_owned());
        let (wallpaper, flooring) = (None, None);
        vec![Op::SetTheme {
            wallpaper,
            flooring,
            light,
        }]
    });
    let first = stage.host.room.contents.seq + 1;
    let refused = flood(&mut author, lights.collect()).await;
    assert!(!refused.is_empty());
    assert_eq!(author.resumed, 0, "a little too fast is no reason to close");
    author.was_applied_in_order_from(first);
    // Day again, as before.
    let seq = author.newest();
    stage.host.until_room(|room| room.contents.seq >= seq).await;
    stage.mark().await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn twice_the_rate_of_batches_closes_the_connection_and_loses_nothing() {
    let mut stage = Stage::set().await;
    let ticket = stage.front.ticket(&stage.room, &stage.owner).await;
    let client = Client::join(&stage.front, &stage.room, ticket).await;
    let mut author = Author::new(&stage.front, &stage.room, client);
    let cacti = (0..2 * BATCHES).map(|n| {
        let at = i32::try_from(n).unwrap();
        vec![put(5_000 + n as u64, "cactus", at % 20, 12 + at / 20)]
    });
    let first = stage.host.room.contents.seq + 1;
    let refused = flood(&mut author, cacti.collect()).await;
    assert!(!refused.is_empty());
    assert!(author.resumed > 0, "far too fast for a minute's refusals");
    assert_eq!(author.last_close, Some(CloseCode::RateLimited.number()));
    author.was_applied_in_order_from(first);
    let seq = author.newest();
    stage.host.until_room(|room| room.contents.seq >= seq).await;
    stage.mark().await;
    let items = &stage.witness.room.contents.items;
    assert!((0..2 * BATCHES as u64).all(|n| items.contains_key(&(5_000 + n))));
    stage.is_unharmed().await;
}

#[tokio::test]
async fn twice_the_rate_of_words_is_refused_and_said_when_sent_again() {
    let mut stage = Stage::set().await;
    let client = stage.guest("talker").await;
    let mut author = Author::new(&stage.front, &stage.room, client);
    let lines: Vec<_> = (0..2 * LINES).map(|n| format!("line {n}")).collect();
    let says = lines.iter().cloned().map(|text| vec![Op::Say { text }]);
    let first = stage.host.room.contents.seq + 1;
    let refused = flood(&mut author, says.collect()).await;
    assert!(!refused.is_empty());
    assert_eq!(author.resumed, 0);
    author.was_applied_in_order_from(first);
    let seq = author.newest();
    stage
        .witness
        .until_room(|room| room.contents.seq >= seq)
        .await;
    let said = stage.witness.room.contents.chat.iter();
    assert_eq!(
        said.map(|line| &line.text).collect::<Vec<_>>(),
        lines.iter().collect::<Vec<_>>()
    );
    stage.host.until_room(|room| room.contents.seq >= seq).await;
    stage.is_unharmed().await;
}

fn walk(x: i32) -> ClientFrame {
    ClientFrame::Move {
        x,
        y: 500,
        facing: 1,
        standing: Standing::Walking,
    }
}

#[tokio::test]
async fn too_many_places_are_refused_and_the_newest_arrives_when_sent_again() {
    let mut stage = Stage::set().await;
    let mut walker = stage.guest("walker").await;
    for x in 0..i32::try_from(PLACES).unwrap() + 15 {
        walker.send(&walk(x)).await;
    }
    let refused = walker.refused(ErrorCode::RateLimited).await;
    assert_eq!(refused.number, None);
    assert_eq!(refused.limit.as_deref(), Some("live.connection_move"));
    let wait = refused.retry_after_ms.expect("when to try again");
    assert!((1..=1_000).contains(&wait), "{wait}");
    // Everything above is answered before this.
    walker.send(&ClientFrame::Ping { nonce: 99 }).await;
    let pong = |frame: &ServerFrame| matches!(frame, ServerFrame::Pong { nonce: 99 }).then_some(());
    walker.until(pong).await;
    tokio::time::sleep(Duration::from_millis(wait.into())).await;
    walker.send(&walk(999)).await;
    let is_there = |room: &Replica| {
        let walker = room.named("walker");
        walker.is_some_and(|walker| walker.avatar.x == 999)
    };
    stage.witness.until_room(is_there).await;
    stage.goes_on_with(&mut walker).await;
}

#[tokio::test]
async fn twice_the_rate_of_places_closes_the_connection() {
    let mut stage = Stage::set().await;
    let mut walker = stage.guest("walker").await;
    for x in 0..2 * i32::try_from(PLACES).unwrap() {
        let frame = maru_protocol::encode_client(&walk(x));
        // The server may have closed already.
        walker
            .try_send(tokio_tungstenite::tungstenite::Message::Binary(
                frame.into(),
            ))
            .await;
    }
    walker.refused(ErrorCode::RateLimited).await;
    walker.closed_by(CloseCode::RateLimited).await;
    let (token, had) = (walker.welcome().token.clone(), walker.room.clone());
    let mut walker = Client::resume(&stage.front, &stage.room, token, had).await;
    stage.goes_on_with(&mut walker).await;
}

#[tokio::test]
async fn places_that_are_none_are_refused() {
    let mut stage = Stage::set().await;
    let mut walker = stage.guest("walker").await;
    let before = stage.witness.room.named("walker").cloned();
    let standing = Standing::Still;
    for (x, y, facing) in [
        (-1, 0, 0),
        (0, 1_001, 0),
        (i32::MIN, i32::MAX, 0),
        (5, 5, 4),
    ] {
        let step = ClientFrame::Move {
            x,
            y,
            facing,
            standing,
        };
        walker.send(&step).await;
        walker.refused(ErrorCode::BadPosition).await;
    }
    stage.goes_on_with(&mut walker).await;
    let after = stage.witness.room.named("walker").unwrap();
    assert!(before.is_none_or(|before| before.avatar == after.avatar));
    assert_eq!(
        (after.avatar.facing, after.avatar.standing),
        (1, Standing::Still)
    );
}

#[tokio::test]
async fn too_many_pings_are_refused() {
    let mut stage = Stage::set().await;
    let mut eager = stage.guest("eager").await;
    for nonce in 1..=30 {
        eager.send(&ClientFrame::Ping { nonce }).await;
    }
    let mut refusals = 0;
    for _ in 1..=30 {
        let refused = eager
            .until(|frame| match frame {
                ServerFrame::Pong { nonce: 1.. } => Some(None),
                frame => refusal(frame).map(Some),
            })
            .await;
        if let Some(refused) = refused {
            assert_eq!(refused.code, ErrorCode::RateLimited);
            assert!(refused.retry_after_ms.is_some());
            refusals += 1;
        }
    }
    assert!(refusals > 0);
    stage.goes_on_with(&mut eager).await;
}
