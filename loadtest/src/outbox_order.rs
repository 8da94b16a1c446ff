//! What the outbox promises about order, with sockets so small that every write is cut somewhere.

use std::io::ErrorKind;
use std::sync::Arc;

use bytes::Bytes;
use maru::realtime::frame;
use maru::realtime::limits::BACKLOG_BYTES_MAX;
use maru::realtime::outbox::{Delivery, Driven, Outbox};
use maru_protocol::CloseCode;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::fanout::split::{Kind, split};

/// Small enough that most writes are cut, large enough that the kernel does not wait for window probes.
const BUFFER_BYTES: u32 = 8 * 1024;

/// An outbox and the far end of its socket, with small buffers.
async fn pair() -> (Arc<Outbox>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let far = TcpSocket::new_v4().unwrap();
    far.set_recv_buffer_size(BUFFER_BYTES).unwrap();
    let far = far.connect(listener.local_addr().unwrap()).await.unwrap();
    let (near, _) = listener.accept().await.unwrap();
    let small = usize::try_from(BUFFER_BYTES).unwrap();
    socket2::SockRef::from(&near)
        .set_send_buffer_size(small)
        .unwrap();
    near.writable().await.unwrap();
    (Arc::new(Outbox::new(Arc::new(near)).unwrap()), far)
}

/// A frame that says who sent it and which it is, filled up to a length.
fn numbered(sender: u8, number: u32, length: usize) -> Bytes {
    let mut payload = vec![sender; length];
    payload[1..5].copy_from_slice(&number.to_be_bytes());
    frame::binary(&payload)
}

/// Reads to the end of the stream, in pieces that fit no frame, and drives the outbox meanwhile.
async fn read_all(outbox: &Outbox, mut far: TcpStream) -> Vec<u8> {
    let drive = async {
        loop {
            match outbox.drive().await {
                Ok(Driven::Drained { .. }) => {}
                other => {
                    // Without its close frame the reader sees the end instead of waiting for ever.
                    outbox.hang_up().unwrap();
                    return other.unwrap();
                }
            }
        }
    };
    let read = async {
        let mut all = Vec::new();
        let mut piece = [0; 997];
        loop {
            let length = far.read(&mut piece).await.unwrap();
            all.extend_from_slice(&piece[..length]);
            let mut rest = &all[..];
            while let Some(frame) = split(&mut rest).unwrap() {
                if frame.kind == Kind::Close {
                    assert!(rest.is_empty(), "bytes after the close frame");
                    return all;
                }
            }
            assert!(length > 0, "the stream ended without a close frame");
        }
    };
    let (driven, all) = tokio::join!(drive, read);
    assert_eq!(driven, Driven::Closed);
    all
}

/// The payloads of all binary frames; anything torn is found by the splitting, or by the content.
fn payloads(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    while let Some(frame) = split(&mut bytes).unwrap() {
        if frame.kind == Kind::Binary {
            assert!(
                frame.payload[5..]
                    .iter()
                    .all(|byte| *byte == frame.payload[0]),
                "a torn frame"
            );
            payloads.push(frame.payload.to_vec());
        }
    }
    payloads
}

fn number(payload: &[u8]) -> u32 {
    u32::from_be_bytes(payload[1..5].try_into().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn two_senders_keep_their_order_and_tear_no_frame() {
    const FRAMES: u32 = 300;
    let (outbox, far) = pair().await;
    let mut senders = tokio::task::JoinSet::new();
    for sender in 1..=2_u8 {
        let outbox = outbox.clone();
        senders.spawn(async move {
            for number in 0..FRAMES {
                let length = 5 + usize::try_from(number).unwrap() * 7 % 800;
                // Waits for room, so that nothing is shed here.
                while outbox.waiting_bytes() > BACKLOG_BYTES_MAX / 2 {
                    tokio::task::yield_now().await;
                }
                let bytes = numbered(sender, number, length);
                let delivery = if sender == 1 {
                    outbox.send_flush(&bytes, bytes.len())
                } else {
                    outbox.send(bytes)
                };
                assert_ne!(delivery, Delivery::Dropped);
            }
        });
    }
    let closer = async {
        while let Some(ended) = senders.join_next().await {
            ended.unwrap();
        }
        outbox.close(CloseCode::Restart);
    };
    let (bytes, ()) = tokio::join!(read_all(&outbox, far), closer);
    for sender in 1..=2 {
        let all = payloads(&bytes);
        let mine = all
            .iter()
            .filter(|payload| payload[0] == sender)
            .map(|payload| number(payload));
        assert_eq!(mine.collect::<Vec<_>>(), (0..FRAMES).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_receiver_that_stops_reading_gets_whole_frames_then_the_resync() {
    let (outbox, far) = pair().await;
    let mut sent = 0;
    while outbox.send(numbered(1, sent, 1_000)) != Delivery::Dropped {
        sent += 1;
    }
    assert_eq!(
        outbox.send(numbered(1, sent, 1_000)),
        Delivery::Dropped,
        "nothing follows a gap"
    );
    // Reads what is left, and brings it up to date when it has caught up.
    let bytes = {
        let outbox = &*outbox;
        let room = async {
            assert_eq!(
                outbox.drive().await.unwrap(),
                Driven::Drained { stale: true }
            );
            outbox.resync(numbered(2, 0, 100));
            outbox.close(CloseCode::Restart);
        };
        let mut far = far;
        let mut early = Vec::new();
        let read = async {
            // Only as much as unblocks the socket: the rest is read with everything else.
            while !early.windows(2).any(|two| two == [2, 2]) {
                let mut piece = [0; 4_096];
                let length = far.read(&mut piece).await.unwrap();
                assert!(length > 0);
                early.extend_from_slice(&piece[..length]);
            }
        };
        tokio::join!(room, read);
        early
    };
    let all = payloads(&bytes);
    let old = all
        .iter()
        .filter(|payload| payload[0] == 1)
        .map(|payload| number(payload));
    let old: Vec<_> = old.collect();
    assert_eq!(
        old,
        (0..u32::try_from(old.len()).unwrap()).collect::<Vec<_>>(),
        "a hole before the gap"
    );
    assert!(
        old.len() < usize::try_from(sent).unwrap(),
        "a backlog was shed"
    );
    assert_eq!(all.last().unwrap()[0], 2);
}

#[tokio::test]
async fn a_frame_larger_than_the_backlog_is_never_left_half_sent() {
    let (outbox, far) = pair().await;
    outbox.send(numbered(1, 0, BACKLOG_BYTES_MAX * 2));
    outbox.resync(numbered(2, 1, 100));
    outbox.close(CloseCode::Restart);
    let bytes = read_all(&outbox, far).await;
    assert_eq!(payloads(&bytes).last().map(|payload| payload[0]), Some(2));
}

#[tokio::test]
async fn a_receiver_too_far_behind_still_learns_why_it_is_closed() {
    let (outbox, far) = pair().await;
    while outbox.send(numbered(1, 0, 1_000)) == Delivery::Sent {}
    // Fills the backlog to the last byte, so that not even a close frame fits behind it.
    let room = BACKLOG_BYTES_MAX - outbox.waiting_bytes();
    const HEADER: usize = 10;
    assert_eq!(
        outbox.send(numbered(1, 1, room - HEADER)),
        Delivery::Waiting
    );
    assert_eq!(outbox.waiting_bytes(), BACKLOG_BYTES_MAX);
    outbox.close(CloseCode::SlowConsumer);
    read_all(&outbox, far).await;
}

#[tokio::test]
async fn the_newest_place_is_owed_to_a_receiver_that_missed_one() {
    let (outbox, mut far) = pair().await;
    while outbox.send(numbered(1, 0, 1_000)) == Delivery::Sent {}
    let flush = numbered(3, 0, 100);
    assert_eq!(outbox.send_flush(&flush, 0), Delivery::Waiting);
    let read = async {
        let mut piece = [0; 4_096];
        loop {
            match far.read(&mut piece).await {
                Ok(0) => return,
                Ok(_) => assert!(!piece.contains(&3), "a place was sent behind a backlog"),
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        }
    };
    tokio::select! {
        driven = outbox.drive() => assert_eq!(driven.unwrap(), Driven::Drained { stale: false }),
        () = read => panic!("the stream ended"),
    }
}
