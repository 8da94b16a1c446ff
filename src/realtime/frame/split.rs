//! Server frames out of a byte stream, as a peer takes them: strict enough that a torn frame cannot pass for whole
//! ones. For load tests and tests.

/// A frame of the server: RFC 6455, section 5.2, unmasked and unfragmented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Binary, close or pong.
    pub kind: Kind,
    /// What it holds.
    pub payload: &'a [u8],
}

/// The kinds a server sends here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A frame of the protocol.
    Binary,
    /// The last frame.
    Close,
    /// The answer to a ping.
    Pong,
}

/// No frame of this server is longer; a length beyond is a header read out of place.
const PAYLOAD_BYTES_MAX: usize = 1 << 20;

/// Takes the first frame off the input. `None` when it is not all there.
pub fn split<'a>(input: &mut &'a [u8]) -> Result<Option<Frame<'a>>, String> {
    let Some((&[first, second], rest)) = input.split_first_chunk::<2>() else {
        return Ok(None);
    };
    let kind = match first {
        0x82 => Kind::Binary,
        0x88 => Kind::Close,
        0x8a => Kind::Pong,
        other => return Err(format!("a frame begins with {other:02x}")),
    };
    let (length, rest, least) = match second {
        0..126 => (usize::from(second), rest, 0),
        126 => match rest.split_first_chunk::<2>() {
            Some((length, rest)) => (usize::from(u16::from_be_bytes(*length)), rest, 126),
            None => return Ok(None),
        },
        127 => match rest.split_first_chunk::<8>() {
            Some((length, rest)) => {
                let length = usize::try_from(u64::from_be_bytes(*length)).unwrap_or(usize::MAX);
                (length, rest, 65_536)
            }
            None => return Ok(None),
        },
        other => return Err(format!("a masked frame, length byte {other:02x}")),
    };
    if length < least || length > PAYLOAD_BYTES_MAX {
        return Err(format!(
            "a length of {length} in a form for {least} and more"
        ));
    }
    let Some((payload, rest)) = rest.split_at_checked(length) else {
        return Ok(None);
    };
    *input = rest;
    Ok(Some(Frame { kind, payload }))
}

/// What the binary frames hold that these bytes are made of, and nothing else.
pub fn payloads(mut bytes: &[u8]) -> Result<Vec<&[u8]>, String> {
    let mut payloads = Vec::new();
    while !bytes.is_empty() {
        match split(&mut bytes)? {
            Some(Frame {
                kind: Kind::Binary,
                payload,
            }) => payloads.push(payload),
            other => return Err(format!("no whole binary frame: {other:?}")),
        }
    }
    Ok(payloads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_whole_or_not_at_all() {
        let bytes = b"\x82\x03abc\x8a\x01p\x88\x02\x03\xe9";
        for cut in 0..bytes.len() {
            let mut input = &bytes[..cut];
            let mut payloads = Vec::new();
            while let Some(frame) = split(&mut input).unwrap() {
                payloads.push(frame.payload);
            }
            assert!(payloads.len() < 3);
            let whole: usize = payloads.iter().map(|payload| payload.len() + 2).sum();
            assert_eq!(input, &bytes[whole..cut]);
        }
        let mut input = &bytes[..];
        let kinds = std::iter::from_fn(|| split(&mut input).unwrap().map(|frame| frame.kind));
        assert_eq!(
            kinds.collect::<Vec<_>>(),
            [Kind::Binary, Kind::Pong, Kind::Close]
        );
    }

    #[test]
    fn bytes_are_whole_binary_frames_or_refused() {
        assert_eq!(payloads(b"\x82\x01a\x82\x00"), Ok(vec![&b"a"[..], b""]));
        assert_eq!(payloads(b""), Ok(vec![]));
        assert!(payloads(b"\x82\x01a\x82\x01").is_err());
        assert!(payloads(b"\x88\x02\x03\xe9").is_err());
    }

    #[test]
    fn a_stream_out_of_step_is_noticed() {
        for bad in [
            &b"\x02\x00"[..],
            b"\x82\x83",
            b"\x81\x01a",
            b"\x82\x7e\x00\x05hello",
        ] {
            assert!(split(&mut &bad[..]).is_err(), "{bad:02x?}");
        }
    }
}
