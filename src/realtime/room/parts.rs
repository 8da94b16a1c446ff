//! Snapshots in parts: a room too full for one frame goes out as several, one after the other.

use bytes::BytesMut;
use maru_protocol::{ChatLine, ItemState, Person, ServerFrame, encode_server};
use serde::Serialize;

use super::frame;

/// What a part has around its three lists, numbers and lengths at their longest.
const ENVELOPE_BYTES: usize = 64;

/// What one part holds.
#[derive(Default)]
struct Load {
    items: Vec<ItemState>,
    chat: Vec<ChatLine>,
    people: Vec<Person>,
    bytes: usize,
}

/// Fills parts up to a bound, one after the other; a part holds at least one thing.
struct Packer {
    done: Vec<Load>,
    open: Load,
    bytes_max: usize,
}

impl Packer {
    /// The part in which the next thing of this size goes.
    fn part_for(&mut self, thing: &impl Serialize) -> &mut Load {
        // The wire's structs hold only types MessagePack has.
        let bytes = rmp_serde::to_vec(thing).map_or(0, |bytes| bytes.len());
        if self.open.bytes + bytes > self.bytes_max {
            self.done.push(std::mem::take(&mut self.open));
        }
        self.open.bytes += bytes;
        &mut self.open
    }
}

/// Appends a snapshot: in one frame if it is within the bound, else the theme and the first of its contents,
/// and the rest in parts.
pub(super) fn put_snapshot(out: &mut BytesMut, snapshot: ServerFrame, part_bytes_max: usize) {
    let whole = encode_server(&snapshot);
    let ServerFrame::Snapshot {
        epoch,
        seq,
        theme,
        items,
        chat,
        people,
        ..
    } = snapshot
    else {
        frame::put_binary(out, &whole);
        return;
    };
    if whole.len() <= part_bytes_max {
        frame::put_binary(out, &whole);
        return;
    }
    // The buffer of the whole is not needed beside its parts.
    drop(whole);
    let theme_bytes = rmp_serde::to_vec(&theme).map_or(0, |bytes| bytes.len());
    let mut packer = Packer {
        done: Vec::new(),
        open: Load {
            bytes: theme_bytes,
            ..Load::default()
        },
        bytes_max: part_bytes_max.saturating_sub(ENVELOPE_BYTES),
    };
    for item in items {
        packer.part_for(&item).items.push(item);
    }
    for line in chat {
        packer.part_for(&line).chat.push(line);
    }
    for person in people {
        packer.part_for(&person).people.push(person);
    }
    packer.done.push(packer.open);
    let parts = u32::try_from(packer.done.len() - 1).unwrap_or(u32::MAX);
    let mut theme = Some(theme);
    for (part, load) in (0..).zip(packer.done) {
        let Load {
            items,
            chat,
            people,
            ..
        } = load;
        let part_frame = match theme.take() {
            Some(theme) => ServerFrame::Snapshot {
                epoch,
                seq,
                theme,
                items,
                chat,
                people,
                parts,
            },
            None => ServerFrame::Part {
                epoch,
                seq,
                part,
                items,
                chat,
                people,
            },
        };
        frame::put_binary(out, &encode_server(&part_frame));
    }
}
