//! Bytes to frames and back, with bounds that hold before anything is allocated.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::frame::{ClientFrame, ServerFrame};
use crate::person::Person;

/// Nesting of arrays in any frame of this protocol stays below this.
const DEPTH_MAX: usize = 16;

/// An array without elements, in MessagePack.
const EMPTY_ARRAY: u8 = 0x90;

/// The longest beginning of an array.
const ARRAY_HEADER_BYTES_MAX: usize = 5;

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

/// Writes one person, to go among others with [`encode_server_with`].
pub fn encode_person(person: &Person) -> Vec<u8> {
    encode(person)
}

/// Writes a `Snapshot`, `Changes` or `Part` whose own list of people is empty, with people in it that are written
/// already: a crowd is most of such a frame, and is not written anew for each reader.
pub fn encode_server_with(frame: &ServerFrame, people: &[&[u8]]) -> Vec<u8> {
    let mut bytes = encode(frame);
    let after_bytes = match frame {
        ServerFrame::Snapshot { parts, room, .. } => encode(parts).len() + encode(room).len(),
        ServerFrame::Changes { .. } | ServerFrame::Part { .. } => 0,
        _ => return bytes,
    };
    let after = bytes.split_off(bytes.len() - after_bytes);
    debug_assert_eq!(bytes.last(), Some(&EMPTY_ARRAY), "the frame has no people");
    bytes.pop();
    let people_bytes: usize = people.iter().map(|person| person.len()).sum();
    bytes.reserve(ARRAY_HEADER_BYTES_MAX + people_bytes + after.len());
    put_array_header(&mut bytes, people.len());
    for person in people {
        bytes.extend_from_slice(person);
    }
    bytes.extend_from_slice(&after);
    bytes
}

/// The beginning of an array of so many elements, in its shortest form.
fn put_array_header(bytes: &mut Vec<u8>, length: usize) {
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(few @ 0..16), _) => bytes.push(EMPTY_ARRAY | few),
        (_, Ok(many)) => {
            bytes.push(0xdc);
            bytes.extend_from_slice(&many.to_be_bytes());
        }
        _ => {
            bytes.push(0xdd);
            let most = u32::try_from(length).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&most.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::any::Any;
    use proptest::prelude::{prop_assert_eq, proptest};

    /// Takes the people out of a frame that has some.
    fn without_people(mut frame: ServerFrame) -> (ServerFrame, Vec<Person>) {
        let taken = match &mut frame {
            ServerFrame::Snapshot { people, .. }
            | ServerFrame::Changes { people, .. }
            | ServerFrame::Part { people, .. } => std::mem::take(people),
            _ => Vec::new(),
        };
        (frame, taken)
    }

    fn assembled(frame: ServerFrame) -> Vec<u8> {
        let (frame, people) = without_people(frame);
        let people: Vec<Vec<u8>> = people.iter().map(encode_person).collect();
        let people: Vec<&[u8]> = people.iter().map(Vec::as_slice).collect();
        encode_server_with(&frame, &people)
    }

    proptest! {
        #[test]
        fn people_written_before_make_the_same_frame(frame in ServerFrame::any()) {
            prop_assert_eq!(assembled(frame.clone()), encode_server(&frame));
        }

        #[test]
        fn beginnings_of_arrays_are_the_shortest(length in 0_usize..200_000) {
            let mut written = Vec::new();
            put_array_header(&mut written, length);
            let array = encode(&vec![(); length]);
            prop_assert_eq!(&written[..], &array[..array.len() - length]);
        }
    }
}
