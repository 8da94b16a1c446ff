//! Frames from strangers: an error, or a frame that its own bytes bring back.

use maru_protocol::{decode_client, decode_server, encode_client, encode_server};

/// A client's bytes.
pub fn client(bytes: &[u8]) {
    if let Ok(frame) = decode_client(bytes) {
        assert_eq!(decode_client(&encode_client(&frame)), Ok(frame));
    }
}

/// A server's bytes.
pub fn server(bytes: &[u8]) {
    if let Ok(frame) = decode_server(bytes) {
        assert_eq!(decode_server(&encode_server(&frame)), Ok(frame));
    }
}
