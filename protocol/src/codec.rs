//! Bytes to frames and back, with bounds that hold before anything is allocated.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::frame::{ClientFrame, ServerFrame};

/// Nesting of arrays in any frame of this protocol stays below this.
const DEPTH_MAX: usize = 16;

/// Why bytes are no frame. The text is for logs and developers, not for programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    detail: String,
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not a maru.v1 frame: {}", self.detail)
    }
}

impl std::error::Error for DecodeError {}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut from = rmp_serde::Deserializer::new(bytes);
    from.set_max_depth(DEPTH_MAX);
    let value = T::deserialize(&mut from).map_err(|error| DecodeError {
        detail: error.to_string(),
    })?;
    if from.get_ref().is_empty() {
        Ok(value)
    } else {
        Err(DecodeError {
            detail: format!("{} bytes after the frame", from.get_ref().len()),
        })
    }
}

fn encode<T: Serialize>(frame: &T) -> Vec<u8> {
    // Writing to memory cannot fail, and no frame holds a type MessagePack lacks.
    #[allow(clippy::expect_used)]
    rmp_serde::to_vec(frame).expect("frames hold only MessagePack types")
}

/// Reads one client frame; the whole input must be that frame.
pub fn decode_client(bytes: &[u8]) -> Result<ClientFrame, DecodeError> {
    decode(bytes)
}

/// Reads one server frame; the whole input must be that frame.
pub fn decode_server(bytes: &[u8]) -> Result<ServerFrame, DecodeError> {
    decode(bytes)
}

/// Writes one client frame.
pub fn encode_client(frame: &ClientFrame) -> Vec<u8> {
    encode(frame)
}

/// Writes one server frame.
pub fn encode_server(frame: &ServerFrame) -> Vec<u8> {
    encode(frame)
}
