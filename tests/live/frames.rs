//! Bytes that are no frames of the protocol, or no WebSocket frames at all.

use maru_protocol::{
    CLIENT_FRAME_BYTES_MAX, ClientFrame, CloseCode, ErrorCode, Op, ServerFrame, encode_client,
};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Client, Heard, refusal};
use crate::stage::Stage;

const PROTOCOL_ERROR: u16 = 1_002;
const INVALID_PAYLOAD: u16 = 1_007;
const TOO_BIG: u16 = 1_009;

/// A client frame by hand (RFC 6455, section 5.2), masked with zeros so that the payload reads as written.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..126 => frame.push(0x80 | u8::try_from(length).unwrap()),
        length => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// Each payload is refused with the code, and the offender goes on. The numbers of the batches they meant to be.
async fn are_refused(payloads: &[Vec<u8>], code: ErrorCode) -> Vec<Option<u32>> {
    let mut stage = Stage::set().await;
    let mut offender = stage.guest("offender").await;
    let mut numbers = Vec::new();
    for payload in payloads {
        offender.send_payload(payload).await;
        let refused = offender.refused(code).await;
        assert_eq!((refused.limit, refused.retry_after_ms), (None, None));
        numbers.push(refused.number);
    }
    stage.goes_on_with(&mut offender).await;
    numbers
}

/// These raw bytes are refused with the code, the connection closes, and the session can be resumed.
async fn close_the_connection(bytes: &[u8], code: ErrorCode, close: u16) {
    let mut stage = Stage::set().await;
    let mut offender = stage.guest("offender").await;
    offender.send_raw(bytes).await;
    offender.refused(code).await;
    offender.closed(close).await;
    let (token, had) = (offender.welcome().token.clone(), offender.room.clone());
    let mut offender = Client::resume(&stage.front, &stage.room, token, had).await;
    assert!(offender.welcome().resumed);
    stage.goes_on_with(&mut offender).await;
}

#[tokio::test]
async fn garbage_bytes_are_refused() {
    let garbage = [
        vec![],
        vec![0xc1],
        vec![0xff; 100],
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        b"{\"kind\":3}".to_vec(),
        // An array that claims four thousand million fields.
        vec![0xdd, 0xff, 0xff, 0xff, 0xff],
        // A string that claims as many bytes.
        vec![0x92, 0x01, 0xdb, 0xff, 0xff, 0xff, 0xff],
        // Arrays within arrays within arrays.
        vec![0x91; 10_000],
    ];
    let numbers = are_refused(&garbage, ErrorCode::MalformedFrame).await;
    assert!(numbers.iter().all(Option::is_none), "{numbers:?}");
}

#[tokio::test]
async fn frames_cut_short_are_refused() {
    let text = "hello".to_owned();
    let ops = vec![Op::Say { text }];
    let whole = encode_client(&ClientFrame::Ops {
        number: 1,
        base_seq: 0,
        resend: false,
        ops,
    });
    let cuts: Vec<_> = (1..whole.len()).map(|cut| whole[..cut].to_vec()).collect();
    assert!(cuts.len() < 16, "all of them fit in a minute's refusals");
    let numbers = are_refused(&cuts, ErrorCode::MalformedFrame).await;
    // The head of the array, the kind, the number: from there on its author is told which batch it was.
    assert!(numbers[..2].iter().all(Option::is_none), "{numbers:?}");
    assert!(numbers[2..].iter().all(|n| *n == Some(1)), "{numbers:?}");
}

#[tokio::test]
async fn fields_of_wrong_types_are_refused() {
    let wrong = [
        rmp_serde::to_vec(&("three", 1, 0, false)).unwrap(),
        rmp_serde::to_vec(&(3, "one", 0, false, [0; 0])).unwrap(),
        rmp_serde::to_vec(&(3, -1, 0, false, [0; 0])).unwrap(),
        // A surface that is none.
        rmp_serde::to_vec(&(3, 1, 0, false, [(1, 7, "sofa", 9, 0, 0, 0, "")])).unwrap(),
        // A standing that is none.
        rmp_serde::to_vec(&(4, 100, 100, 0, 9)).unwrap(),
        rmp_serde::to_vec(&(4, 100, 100, 256, 0)).unwrap(),
        // A second frame after the first.
        [[0x92, 5, 1], [0x92, 5, 2]].concat(),
    ];
    let numbers = are_refused(&wrong, ErrorCode::MalformedFrame).await;
    assert_eq!(numbers, [None, None, None, Some(1), None, None, None]);
}

#[tokio::test]
async fn frames_and_fields_of_the_future_are_ignored() {
    let mut stage = Stage::set().await;
    let mut pioneer = stage.guest("pioneer").await;
    let unknown = rmp_serde::to_vec(&(200, "whatever", [1, 2])).unwrap();
    pioneer.send_payload(&unknown).await;
    let longer = rmp_serde::to_vec(&(5, 77, "a field of maru.v1 as it may be")).unwrap();
    pioneer.send_payload(&longer).await;
    let answer = pioneer
        .until(|frame| match frame {
            ServerFrame::Pong { nonce: 77 } => Some(None),
            frame => refusal(frame).map(Some),
        })
        .await;
    assert_eq!(answer, None);
    stage.goes_on_with(&mut pioneer).await;
}

#[tokio::test]
async fn text_is_refused() {
    let mut stage = Stage::set().await;
    let mut offender = stage.guest("offender").await;
    assert!(offender.try_send(Message::text("안녕")).await);
    offender.refused(ErrorCode::TextFrame).await;
    stage.goes_on_with(&mut offender).await;
}

#[tokio::test]
async fn unmasked_frames_close_the_connection() {
    let ping = [0x82, 3, 0x92, 5, 1];
    close_the_connection(&ping, ErrorCode::UnmaskedFrame, PROTOCOL_ERROR).await;
}

#[tokio::test]
async fn a_frame_above_the_limit_closes_the_connection() {
    let frame = masked(0x82, &vec![0; CLIENT_FRAME_BYTES_MAX + 1]);
    close_the_connection(&frame, ErrorCode::FrameTooLarge, TOO_BIG).await;
    let stage = Stage::set().await;
    let mut offender = stage.guest("offender").await;
    offender.send_raw(&frame).await;
    let refused = offender.refused(ErrorCode::FrameTooLarge).await;
    assert_eq!(refused.limit.as_deref(), Some("client_frame_bytes_max"));
}

#[tokio::test]
async fn a_frame_that_only_claims_to_be_huge_closes_the_connection() {
    let mut frame = vec![0x82, 0x80 | 127];
    frame.extend(u64::from(u32::MAX).to_be_bytes());
    frame.extend([0; 4]);
    close_the_connection(&frame, ErrorCode::FrameTooLarge, TOO_BIG).await;
}

#[tokio::test]
async fn a_frame_at_the_limit_is_read() {
    are_refused(
        &[vec![0xc1; CLIENT_FRAME_BYTES_MAX]],
        ErrorCode::MalformedFrame,
    )
    .await;
}

#[tokio::test]
async fn a_message_above_the_limit_in_fragments_closes_the_connection() {
    let part = vec![0; CLIENT_FRAME_BYTES_MAX / 2 + 1];
    let parts = [masked(0x02, &part), masked(0x00, &part)].concat();
    close_the_connection(&parts, ErrorCode::FrameTooLarge, TOO_BIG).await;
}

#[tokio::test]
async fn endless_fragments_close_the_connection() {
    let first = masked(0x02, &[0; 1_000]);
    let more = masked(0x00, &[0; 1_000]).repeat(20);
    let endless = [first, more].concat();
    close_the_connection(&endless, ErrorCode::FrameTooLarge, TOO_BIG).await;
}

#[tokio::test]
async fn a_message_in_fragments_with_a_ping_between_is_whole() {
    let mut stage = Stage::set().await;
    let mut client = stage.guest("careful").await;
    let frame = encode_client(&ClientFrame::Ping { nonce: 88 });
    let parts = [
        masked(0x02, &frame[..1]),
        masked(0x89, b"between"),
        masked(0x80, &frame[1..]),
    ];
    client.send_raw(&parts.concat()).await;
    let mut ponged = false;
    loop {
        match client.hear().await {
            Heard::Pong(payload) => ponged = &payload[..] == b"between",
            Heard::Frame(ServerFrame::Pong { nonce: 88 }) => break,
            Heard::Frame(frame) => assert_eq!(refusal(&frame), None),
            end => panic!("the connection ended: {end:?}"),
        }
    }
    assert!(ponged);
    stage.goes_on_with(&mut client).await;
}

#[tokio::test]
async fn reserved_bits_close_the_connection() {
    for bit in [0x40, 0x20, 0x10] {
        let frame = masked(0x82 | bit, &[0x92, 5, 1]);
        close_the_connection(&frame, ErrorCode::WebSocketProtocol, PROTOCOL_ERROR).await;
    }
}

#[tokio::test]
async fn reserved_opcodes_close_the_connection() {
    for opcode in [0x3, 0x7, 0xb, 0xf] {
        let frame = masked(0x80 | opcode, b"");
        close_the_connection(&frame, ErrorCode::WebSocketProtocol, PROTOCOL_ERROR).await;
    }
}

#[tokio::test]
async fn a_long_control_frame_closes_the_connection() {
    let ping = masked(0x89, &[b'x'; 126]);
    close_the_connection(&ping, ErrorCode::WebSocketProtocol, PROTOCOL_ERROR).await;
}

#[tokio::test]
async fn a_control_frame_in_fragments_closes_the_connection() {
    let ping = masked(0x09, b"x");
    close_the_connection(&ping, ErrorCode::WebSocketProtocol, PROTOCOL_ERROR).await;
}

#[tokio::test]
async fn a_continuation_of_nothing_closes_the_connection() {
    let frame = masked(0x80, b"x");
    close_the_connection(&frame, ErrorCode::WebSocketProtocol, PROTOCOL_ERROR).await;
}

#[tokio::test]
async fn text_that_is_not_utf_8_closes_the_connection() {
    let text = masked(0x81, &[0xff, 0xfe]);
    close_the_connection(&text, ErrorCode::WebSocketProtocol, INVALID_PAYLOAD).await;
}

#[tokio::test]
async fn more_than_16_refused_frames_in_a_minute_close_the_connection() {
    let mut stage = Stage::set().await;
    let mut offender = stage.guest("offender").await;
    for _ in 0..16 {
        offender.send_payload(b"\xc1").await;
        offender.refused(ErrorCode::MalformedFrame).await;
    }
    // Sixteen are forgiven.
    offender.say("sorry").await;
    offender.send_payload(b"\xc1").await;
    offender.refused(ErrorCode::MalformedFrame).await;
    offender.closed_by(CloseCode::Protocol).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn a_connection_cut_in_mid_frame_is_just_lost() {
    let mut stage = Stage::set().await;
    let mut offender = stage.guest("offender").await;
    let whole = masked(0x82, &[0x92, 5, 1]);
    offender.send_raw(&whole[..4]).await;
    let (token, had) = (offender.welcome().token.clone(), offender.room.clone());
    drop(offender);
    let mut offender = Client::resume(&stage.front, &stage.room, token, had).await;
    assert!(offender.welcome().resumed);
    stage.goes_on_with(&mut offender).await;
}
