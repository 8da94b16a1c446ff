//! The write side on a real socket whose other end does not read.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use maru::realtime::frame::put_binary;
use maru::realtime::limits::Limits;
use maru::realtime::outbox::{Delivery, Driven, Outbox, ReadSide};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::client::DEADLINE;

/// Longer than any of these tests waits.
const STALL: std::time::Duration = std::time::Duration::from_secs(10);

/// A socket and its other end, which takes little before it is read.
async fn sockets() -> (Arc<TcpStream>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 * 1024).unwrap();
    let there = socket.connect(listener.local_addr().unwrap());
    let (there, here) = tokio::join!(there, listener.accept());
    (Arc::new(here.unwrap().0), there.unwrap())
}

/// An outbox and the client's end of its socket.
async fn pair() -> (Arc<Outbox>, WebSocketStream<TcpStream>) {
    let (here, there) = sockets().await;
    let outbox = Arc::new(Outbox::new(here, Limits::DEFAULT.backlog_bytes_max, STALL).unwrap());
    let there = WebSocketStream::from_raw_socket(there, Role::Client, None).await;
    (outbox, there)
}

/// Frames of this many bytes each, whose payload is the frame's number over and over.
fn frames(numbers: std::ops::Range<u8>, bytes: usize) -> Bytes {
    let mut out = BytesMut::new();
    for number in numbers {
        put_binary(&mut out, &vec![number; bytes]);
    }
    out.freeze()
}

/// The number of the next frame, which must be whole.
async fn read(there: &mut WebSocketStream<TcpStream>) -> u8 {
    let message = tokio::time::timeout(DEADLINE, there.next());
    let message = message.await.expect("in time").expect("a frame").unwrap();
    let payload = message.into_data();
    assert!(
        payload.iter().all(|byte| *byte == payload[0]),
        "a frame in one piece"
    );
    payload[0]
}

#[tokio::test]
async fn what_waits_for_a_stalled_receiver_is_bounded() {
    let (outbox, _there) = pair().await;
    let mut dropped = 0;
    for _ in 0..1_000 {
        let flush = frames(1..2, 16 * 1024);
        dropped += usize::from(outbox.send_flush(&flush, flush.len()) == Delivery::Dropped);
        assert!(outbox.waiting_bytes() <= Limits::DEFAULT.backlog_bytes_max);
    }
    assert!(dropped > 900, "{dropped}");
}

#[tokio::test]
async fn latest_wins_bytes_never_wait_behind_others() {
    let (outbox, _there) = pair().await;
    while outbox.waiting_bytes() == 0 {
        outbox.send(frames(1..2, 4 * 1024));
    }
    let before = outbox.waiting_bytes();
    for _ in 0..100 {
        assert_eq!(
            outbox.send_flush(&frames(2..3, 1_000), 0),
            Delivery::Waiting
        );
    }
    assert_eq!(outbox.waiting_bytes(), before);
}

#[tokio::test]
async fn a_receiver_that_reads_again_gets_whole_frames_and_then_the_present() {
    let (outbox, mut there) = pair().await;
    let mut sent = 0_u8;
    loop {
        sent += 1;
        let flush = frames(sent..sent + 1, 16 * 1024);
        if outbox.send_flush(&flush, flush.len()) == Delivery::Dropped {
            break;
        }
    }
    let driver = {
        let outbox = outbox.clone();
        tokio::spawn(async move {
            loop {
                if outbox.drive().await.unwrap() == (Driven::Drained { stale: true }) {
                    outbox.resync(frames(200..201, 1_000));
                }
            }
        })
    };
    let mut last = 0;
    loop {
        let number = read(&mut there).await;
        if number == 200 {
            break;
        }
        assert_eq!(
            number,
            last + 1,
            "in order, none left out before the rest is"
        );
        last = number;
    }
    assert!(last < sent);
    driver.abort();
}

#[tokio::test]
async fn one_flush_larger_than_a_backlog_is_not_cut_in_two() {
    let (outbox, mut there) = pair().await;
    let flush = frames(1..65, 16 * 1024);
    assert!(flush.len() > 2 * Limits::DEFAULT.backlog_bytes_max);
    outbox.send_flush(&flush, flush.len());
    let driver = {
        let outbox = outbox.clone();
        tokio::spawn(async move {
            loop {
                if outbox.drive().await.unwrap() == (Driven::Drained { stale: true }) {
                    outbox.resync(frames(200..201, 1_000));
                }
            }
        })
    };
    outbox.send(frames(100..101, 1_000));
    // All of it, or as much as was begun and then the present: but each frame whole.
    let mut last = 0;
    while last < 100 {
        let number = read(&mut there).await;
        assert!(number > last, "{number} after {last}");
        last = number;
    }
    driver.abort();
}

#[tokio::test]
async fn a_flush_dropped_with_nothing_waiting_is_noticed() {
    let (here, _there) = sockets().await;
    let outbox =
        Arc::new(Outbox::new(here.clone(), Limits::DEFAULT.backlog_bytes_max, STALL).unwrap());
    here.writable().await.unwrap();
    // The kernel is full, nothing waits above it, and the driver sleeps.
    while here.try_write(&[0; 4 * 1024]).is_ok() {}
    let driver = outbox.clone();
    let driver = tokio::spawn(async move { driver.drive().await.unwrap() });
    tokio::task::yield_now().await;
    let flush = frames(1..65, 16 * 1024);
    assert_eq!(outbox.send_flush(&flush, flush.len()), Delivery::Dropped);
    let driven = tokio::time::timeout(DEADLINE, driver).await;
    let driven = driven.expect("the gap is reported in time").unwrap();
    assert_eq!(driven, Driven::Drained { stale: true });
}

#[tokio::test]
async fn the_answer_to_a_close_reaches_a_receiver_that_is_behind() {
    let (here, there) = sockets().await;
    let outbox =
        Arc::new(Outbox::new(here.clone(), Limits::DEFAULT.backlog_bytes_max, STALL).unwrap());
    let mut there = WebSocketStream::from_raw_socket(there, Role::Client, None).await;
    let flush = frames(1..2, 16 * 1024);
    while outbox.send(flush.clone()) != Delivery::Dropped {}
    // As the WebSocket library answers a close.
    let mut side = ReadSide::new(here, outbox.clone());
    side.write_all(b"\x88\x02\x03\xe8").await.unwrap();
    let driver = tokio::spawn(async move { outbox.drive().await.unwrap() });
    let closed = async {
        loop {
            let message = there.next().await.expect("a close frame").unwrap();
            if let Message::Close(close) = message {
                break close.expect("with a code").code;
            }
        }
    };
    let closed = tokio::time::timeout(DEADLINE, closed).await;
    assert_eq!(closed.expect("in time"), CloseCode::Normal);
    assert_eq!(driver.await.unwrap(), Driven::Closed);
}
