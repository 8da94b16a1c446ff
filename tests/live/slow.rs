//! Clients that stop reading: they delay nobody, cost little, and find the present when they read again.

use maru::realtime::limits::{Allowance, Limits};
use maru_protocol::replica::Replica;
use maru_protocol::{ClientFrame, CloseCode, ErrorCode, Op, ServerFrame, Standing, encode_client};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Client, Heard};
use crate::stage::Stage;

/// People who make noise, and how often each says how many long lines at once.
const TALKERS: usize = 12;
const BATCHES: usize = 5;
const LINES: usize = 26;

/// People may talk as much as it takes to fill a backlog.
fn talkative() -> Limits {
    let chat = Allowance {
        per_second: 1_000,
        burst: 1_000,
    };
    Limits {
        connection_chat: chat,
        user_chat: chat,
        ..Limits::DEFAULT
    }
}

/// Most of what the server and both kernels may hold for one client: a backlog, and some for sockets.
const HELD_BYTES_MAX: usize = Limits::DEFAULT.backlog_bytes_max + 128 * 1024;

/// A guest with a narrow socket who has the room and does not read.
async fn sleeper(stage: &Stage) -> Client {
    let ticket = stage.front.guest_ticket(&stage.room, "sleeper").await;
    let mut sleeper = Client::open_narrow(&stage.front, &stage.room).await;
    sleeper.enter(ticket).await;
    sleeper
}

async fn talkers(stage: &Stage) -> Vec<Client> {
    let mut talkers = Vec::new();
    for no in 0..TALKERS {
        talkers.push(stage.guest(&format!("talker {no}")).await);
    }
    talkers
}

/// Everyone talks at once and walks, as often as one may; each time the host and the witness hear all of it,
/// and each talker has the answer. The bytes said in all.
async fn make_noise(stage: &mut Stage, talkers: &mut [Client]) -> usize {
    let text = "와".repeat(200);
    let batch = vec![Op::Say { text: text.clone() }; LINES];
    for step in 0..BATCHES {
        let last = stage.host.room.contents.seq + talkers.len() as u64;
        let talks = talkers.iter_mut().enumerate().map(async |(no, talker)| {
            let number = talker.batch(batch.clone()).await;
            walk(talker, no, step).await;
            talker.answer(number).await;
        });
        let heard = stage.until_room(|room| room.contents.seq >= last);
        tokio::join!(futures_util::future::join_all(talks), heard);
    }
    text.len() * LINES * BATCHES * talkers.len()
}

async fn walk(talker: &mut Client, no: usize, step: usize) {
    let at = |n: usize| i32::try_from(n).unwrap();
    let place = ClientFrame::Move {
        x: at(no * 10),
        y: at(step * 10),
        facing: 2,
        standing: Standing::Walking,
    };
    talker.send(&place).await;
}

/// Reads until it has what the witness has, taking the session up again when it was closed meanwhile. How
/// many bytes came before the room came anew, if it did so on the same connection.
async fn catch_up(stage: &mut Stage, mut sleeper: Client) -> (Client, Option<usize>) {
    let seq = stage.host.say("good morning").await;
    stage
        .witness
        .until_room(|room| room.contents.seq >= seq)
        .await;
    let (snapshots, mut stale_bytes, mut resumed) = (sleeper.room.snapshots, 0, false);
    while sleeper.room.contents.seq < seq || !sleeper.room.is_whole() {
        match sleeper.hear().await {
            Heard::Frame(frame) if sleeper.room.snapshots == snapshots => {
                stale_bytes += maru_protocol::encode_server(&frame).len();
            }
            Heard::Frame(_) | Heard::Pong(_) => {}
            Heard::Closed(code) => assert_eq!(code, CloseCode::SlowConsumer.number()),
            Heard::Ended | Heard::Broken => {
                let (token, had) = (sleeper.welcome().token.clone(), sleeper.room.clone());
                sleeper = Client::resume(&stage.front, &stage.room, token, had).await;
                resumed = true;
            }
        }
    }
    let anew = sleeper.room.snapshots > snapshots && !resumed;
    (sleeper, anew.then_some(stale_bytes))
}

#[tokio::test]
async fn a_sleeper_delays_nobody_costs_little_and_wakes_in_the_present() {
    let mut stage = Stage::set_with(talkative()).await;
    let sleeper = sleeper(&stage).await;
    let mut talkers = talkers(&stage).await;
    let noise = make_noise(&mut stage, &mut talkers).await;
    assert!(noise > 2 * HELD_BYTES_MAX);
    // Nobody was delayed: each talker has all answers, the others everything said, and without a gap.
    assert_eq!(stage.witness.room.snapshots, 1);
    assert_eq!(stage.host.room.snapshots, 1);
    let (mut sleeper, stale_bytes) = catch_up(&mut stage, sleeper).await;
    assert_eq!(sleeper.room.contents, stage.witness.room.contents);
    if let Some(bytes) = stale_bytes {
        assert!(
            bytes <= HELD_BYTES_MAX,
            "{bytes} bytes of the past were held"
        );
    }
    // The newest place of everyone is known.
    for (no, talker) in talkers.iter().enumerate() {
        let member = talker.welcome().member;
        let x = i32::try_from(no * 10).unwrap();
        let y = i32::try_from((BATCHES - 1) * 10).unwrap();
        let there = |room: &Replica| {
            let avatar = &room.people[&member].avatar;
            (avatar.x, avatar.y) == (x, y)
        };
        stage.witness.until_room(there).await;
        sleeper.until_room(there).await;
    }
    stage.goes_on_with(&mut sleeper).await;
}

#[tokio::test]
async fn pongs_during_a_backlog_land_between_frames() {
    let mut stage = Stage::set_with(talkative()).await;
    let mut sleeper = sleeper(&stage).await;
    let mut talkers = talkers(&stage).await;
    let noise = make_noise(&mut stage, &mut talkers[..4]);
    let pinging = async {
        for no in 0..16_u8 {
            let payload = vec![no; 125];
            assert!(sleeper.try_send(Message::Ping(payload.into())).await);
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::join!(noise, pinging);
    let seq = stage.host.say("good morning").await;
    stage
        .witness
        .until_room(|room| room.contents.seq >= seq)
        .await;
    let mut pongs = Vec::new();
    while sleeper.room.contents.seq < seq || !sleeper.room.is_whole() {
        match sleeper.hear().await {
            Heard::Frame(_) => {}
            Heard::Pong(payload) => {
                assert_eq!(&payload[..], vec![payload[0]; 125]);
                pongs.push(payload[0]);
            }
            end => panic!("the connection ended: {end:?}"),
        }
    }
    // Some may have been answered by a later one, none out of turn.
    assert!(pongs.is_sorted_by(|a, b| a < b), "{pongs:?}");
    assert_eq!(sleeper.room.contents, stage.witness.room.contents);
    stage.goes_on_with(&mut sleeper).await;
}

/// Waits until the server has given the connection up and shows its person as away.
async fn is_given_up(stage: &mut Stage, member: u32) {
    let here = |room: &Replica| room.people.contains_key(&member);
    stage.until_room(here).await;
    let away = |room: &Replica| room.people.get(&member).is_none_or(|person| person.away);
    stage.until_room(away).await;
}

#[tokio::test]
async fn whoever_never_reads_again_is_closed_and_may_come_back() {
    let mut stage = Stage::set_with(talkative()).await;
    let sleeper = sleeper(&stage).await;
    let mut talkers = talkers(&stage).await;
    make_noise(&mut stage, &mut talkers).await;
    is_given_up(&mut stage, sleeper.welcome().member).await;
    let (token, had) = (sleeper.welcome().token.clone(), sleeper.room.clone());
    let mut back = Client::resume(&stage.front, &stage.room, token, had).await;
    assert!(back.welcome().resumed);
    stage.goes_on_with(&mut back).await;
}

#[tokio::test]
async fn whoever_sends_but_never_reads_is_closed_too() {
    let mut stage = Stage::set_with(talkative()).await;
    let mut sleeper = sleeper(&stage).await;
    let mut talkers = talkers(&stage).await;
    make_noise(&mut stage, &mut talkers).await;
    let member = sleeper.welcome().member;
    let sleepwalk = async {
        let pong = encode_client(&ClientFrame::Pong { nonce: 0 });
        while sleeper.try_send(Message::Binary(pong.clone().into())).await {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = sleepwalk => {}
        () = is_given_up(&mut stage, member) => {}
    }
    stage.is_unharmed().await;
}

#[tokio::test]
async fn whoever_reads_within_a_moment_of_the_stall_is_told_why() {
    let mut stage = Stage::set_with(talkative()).await;
    let mut sleeper = sleeper(&stage).await;
    let mut talkers = talkers(&stage).await;
    make_noise(&mut stage, &mut talkers).await;
    // Woken when the server has lost it: what comes is either the reason or a cut, never a broken frame.
    is_given_up(&mut stage, sleeper.welcome().member).await;
    loop {
        match sleeper.hear().await {
            Heard::Frame(ServerFrame::Ping { .. }) => panic!("it was given up"),
            Heard::Frame(_) | Heard::Pong(_) => {}
            Heard::Closed(code) => assert_eq!(code, CloseCode::SlowConsumer.number()),
            Heard::Ended | Heard::Broken => break,
        }
    }
    stage.is_unharmed().await;
}

#[tokio::test]
async fn the_last_words_reach_a_client_that_is_behind() {
    let mut stage = Stage::set_with(Limits {
        stall_ms_max: 1_000,
        away_after_ms: 100,
        ..talkative()
    })
    .await;
    let mut sleeper = sleeper(&stage).await;
    let mut talkers = talkers(&stage).await;
    make_noise(&mut stage, &mut talkers).await;
    is_given_up(&mut stage, sleeper.welcome().member).await;
    // Whatever it had not read is gone; the reason and the close are not.
    let refused = sleeper.refused(ErrorCode::SlowConsumer).await;
    assert_eq!(refused.limit.as_deref(), Some("live.stall_ms_max"));
    sleeper.closed_by(CloseCode::SlowConsumer).await;
    stage.is_unharmed().await;
}
