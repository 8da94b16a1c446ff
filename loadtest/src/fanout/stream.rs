//! The broadcast stream: frames that can be checked byte by byte, and the check itself.

use bytes::{Bytes, BytesMut};
use maru::realtime::frame::put_binary;
use maru_protocol::{Avatar, Event, Op, Place, ServerFrame, Standing, Standpoint, encode_server};

/// The one epoch of a run.
pub const EPOCH: u64 = 7;

/// People the events are about.
const MEMBERS: u64 = 200;

/// Events with their numbers from `first` on, made at these times (microseconds of the monotonic clock).
#[derive(Debug, Clone)]
pub struct Flush<'a> {
    /// Its number.
    pub number: u64,
    /// The number of its first event.
    pub first: u64,
    /// When each event was due.
    pub due_us: &'a [u64],
}

impl Flush<'_> {
    /// The bytes for one audience, and how many of them are the reliable lane.
    pub fn encode(&self, filtered: bool) -> (Bytes, usize) {
        let numbered = (self.first..).zip(self.due_us);
        let events = numbered
            .map(|(number, &due_us)| event(number, due_us, filtered))
            .collect();
        let seq = self.first + self.due_us.len() as u64 - 1;
        let events = ServerFrame::Events {
            epoch: EPOCH,
            flush: self.number,
            seq,
            events,
        };
        let mut bytes = BytesMut::new();
        put_binary(&mut bytes, &encode_server(&events));
        let reliable_bytes = bytes.len();
        put_binary(&mut bytes, &encode_server(&avatars(self.number)));
        (bytes.freeze(), reliable_bytes)
    }
}

/// The event with this number, as an audience sees it: the filtered one does not hear what is said.
pub fn event(number: u64, due_us: u64, filtered: bool) -> Event {
    let short = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    let half_tiles = |value: u64| i32::try_from(value % 20).unwrap_or(0);
    let standpoint = Standpoint {
        place: Place::Floor,
        x: half_tiles(number),
        y: half_tiles(number / 20),
    };
    let patch = Op::Patch {
        id: mixed(number) >> 11,
        standpoint: Some(standpoint),
        rotation: None,
        color: None,
        if_seq: None,
    };
    let mut ops = vec![patch];
    if !filtered {
        ops.push(Op::Say {
            text: format!("{:016x}{:016x}", mixed(number), mixed(!number)),
        });
    }
    let member = short(1 + number % MEMBERS);
    Event::Changed {
        seq: number,
        member,
        session: member,
        number: short(number),
        at_ms: due_us,
        ops,
    }
}

/// The latest-wins lane: one avatar whose place tells the flush.
pub fn avatars(flush: u64) -> ServerFrame {
    let part = |value: u64| i32::try_from(value % 1_000).unwrap_or(0);
    let avatar = Avatar {
        member: 1,
        x: part(flush / 1_000),
        y: part(flush),
        facing: 0,
        standing: Standing::Walking,
    };
    ServerFrame::Avatars {
        epoch: EPOCH,
        avatars: vec![avatar],
    }
}

/// The flush an avatar's place tells.
pub fn flush_of(avatar: &Avatar) -> u64 {
    u64::try_from(avatar.x).unwrap_or(0) * 1_000 + u64::try_from(avatar.y).unwrap_or(0)
}

/// What brings a receiver with a gap up to date: the seq it now has, and the newest place.
pub fn resync(seq: u64, flush: u64) -> Bytes {
    let changes = ServerFrame::Changes {
        epoch: EPOCH,
        seq,
        theme: None,
        items: Vec::new(),
        removed: Vec::new(),
        chat: Vec::new(),
        people: Vec::new(),
    };
    let mut bytes = BytesMut::new();
    put_binary(&mut bytes, &encode_server(&changes));
    put_binary(&mut bytes, &encode_server(&avatars(flush)));
    bytes.freeze()
}

/// The last frame of a run; tells how many events there were.
pub fn end(events: u64) -> ServerFrame {
    ServerFrame::GoAway {
        reconnect_after_ms: u32::try_from(events).unwrap_or(u32::MAX),
    }
}

/// SplitMix64: content that no other event has.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
