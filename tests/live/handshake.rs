//! Requests for the live address that do not become WebSockets.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::DEADLINE;
use crate::stage::Stage;

/// The headers of a whole handshake.
pub(crate) const WHOLE: [&str; 4] = [UPGRADE, VERSION, KEY, PROTOCOL];

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
const VERSION: &str = "Sec-WebSocket-Version: 13\r\n";
const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const PROTOCOL: &str = "Sec-WebSocket-Protocol: maru.v1\r\n";

/// Asks for a room's live address with these headers; the head of the answer.
pub(crate) async fn ask(stage: &Stage, room: &str, headers: &[&str]) -> String {
    let address = stage.front.address;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let headers = headers.concat();
    let request = format!("GET /v1/rooms/{room}/live HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    let reading = async {
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("a whole head"));
        }
    };
    let read = tokio::time::timeout(DEADLINE, reading).await;
    read.expect("an answer in time");
    String::from_utf8(head).unwrap().to_ascii_lowercase()
}

pub(crate) async fn is_answered(
    stage: &Stage,
    room: &str,
    headers: &[&str],
    status: u16,
) -> String {
    let head = ask(stage, room, headers).await;
    let start = format!("http/1.1 {status} ");
    assert!(head.starts_with(&start), "{status} was expected:\n{head}");
    head
}

#[tokio::test]
async fn a_whole_handshake_is_accepted_with_the_key_of_rfc_6455() {
    let mut stage = Stage::set().await;
    let own = format!("Origin: {}\r\n", stage.front.origin());
    let headers = [UPGRADE, VERSION, KEY, PROTOCOL, &own];
    let head = is_answered(&stage, &stage.room, &headers, 101).await;
    // The example of RFC 6455, section 1.3, in small letters.
    assert!(head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="));
    assert!(head.contains("sec-websocket-protocol: maru.v1"));
    stage.is_unharmed().await;
}

#[tokio::test]
async fn no_subprotocol_is_a_bad_request() {
    let mut stage = Stage::set().await;
    is_answered(&stage, &stage.room, &[UPGRADE, VERSION, KEY], 400).await;
    let other = "Sec-WebSocket-Protocol: maru.v2, chat\r\n";
    is_answered(&stage, &stage.room, &[UPGRADE, VERSION, KEY, other], 400).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn a_page_of_another_site_is_refused() {
    let mut stage = Stage::set().await;
    for origin in ["https://elsewhere.example", "null"] {
        let origin = format!("Origin: {origin}\r\n");
        let headers = [UPGRADE, VERSION, KEY, PROTOCOL, &origin];
        is_answered(&stage, &stage.room, &headers, 403).await;
    }
    stage.is_unharmed().await;
}

#[tokio::test]
async fn a_plain_request_is_told_to_upgrade() {
    let mut stage = Stage::set().await;
    let old = "Sec-WebSocket-Version: 8\r\n";
    let short = "Sec-WebSocket-Key: c2hvcnQ=\r\n";
    let cases: [&[&str]; 5] = [
        &[],
        &[PROTOCOL],
        &[UPGRADE, VERSION, PROTOCOL],
        &[UPGRADE, old, KEY, PROTOCOL],
        &[UPGRADE, VERSION, short, PROTOCOL],
    ];
    for headers in cases {
        let head = is_answered(&stage, &stage.room, headers, 426).await;
        assert!(head.contains("upgrade: websocket") && head.contains("sec-websocket-version: 13"));
    }
    stage.is_unharmed().await;
}

#[tokio::test]
async fn an_address_without_a_room_id_is_not_found() {
    let mut stage = Stage::set().await;
    let headers = [UPGRADE, VERSION, KEY, PROTOCOL];
    for room in ["haneul", "0", "%00", &"f".repeat(2_000)] {
        is_answered(&stage, room, &headers, 404).await;
    }
    stage.is_unharmed().await;
}
