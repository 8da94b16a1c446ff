//! Snapshots in parts: a room too full for one frame goes out as several, one after the other.

use bytes::BytesMut;
use maru_protocol::{ChatLine, ItemState, ServerFrame, Theme, encode_server_with};

use super::frame;
use super::outgoing::room_weight;

/// What a part has around its three lists, numbers and lengths at their longest.
const ENVELOPE_BYTES: usize = 64;

/// At least the bytes of a removal on the wire.
const REMOVED_BYTES: usize = 19;

/// What one part holds.
#[derive(Default)]
struct Load<'a> {
    items: Vec<ItemState>,
    chat: Vec<ChatLine>,
    people: Vec<&'a [u8]>,
    bytes: usize,
}

/// Fills parts up to a bound, one after the other; a part holds at least one thing.
struct Packer<'a> {
    done: Vec<Load<'a>>,
    open: Load<'a>,
    bytes_max: usize,
}

impl<'a> Packer<'a> {
    /// The part in which the next thing of this size goes.
    fn part_for(&mut self, bytes: usize) -> &mut Load<'a> {
        if self.open.bytes + bytes > self.bytes_max {
            self.done.push(std::mem::take(&mut self.open));
        }
        self.open.bytes += bytes;
        &mut self.open
    }
}

/// At least the bytes of an item on the wire.
fn item_weight(item: &ItemState) -> usize {
    40 + item.kind.len() + item.color.len()
}

/// At least the bytes of a line on the wire.
fn line_weight(line: &ChatLine) -> usize {
    36 + line.author_id.len() + line.author_name.len() + line.text.len()
}

fn theme_weight(theme: &Theme) -> usize {
    28 + theme.wallpaper.len() + theme.flooring.len() + theme.light.len()
}

/// At least the bytes of a delta on the wire, people left out.
pub(super) fn weight(changes: &ServerFrame) -> usize {
    let ServerFrame::Changes {
        theme,
        items,
        removed,
        chat,
        ..
    } = changes
    else {
        return 0;
    };
    ENVELOPE_BYTES
        + theme.as_ref().map_or(0, theme_weight)
        + items.iter().map(item_weight).sum::<usize>()
        + removed.len() * REMOVED_BYTES
        + chat.iter().map(line_weight).sum::<usize>()
}

/// Appends a snapshot with these people, who are written already: the theme and as much of its contents as fit one
/// frame, and the rest, if any, in parts. Sizes are reckoned with every number at its longest, so that nothing is
/// encoded twice.
pub(super) fn put_snapshot(
    out: &mut BytesMut,
    snapshot: ServerFrame,
    people: &[&[u8]],
    part_bytes_max: usize,
) {
    let ServerFrame::Snapshot {
        epoch,
        seq,
        theme,
        items,
        chat,
        room,
        ..
    } = snapshot
    else {
        return;
    };
    let mut packer = Packer {
        done: Vec::new(),
        open: Load {
            bytes: theme_weight(&theme) + room_weight(&room),
            ..Load::default()
        },
        bytes_max: part_bytes_max.saturating_sub(ENVELOPE_BYTES),
    };
    for item in items {
        packer.part_for(item_weight(&item)).items.push(item);
    }
    for line in chat {
        packer.part_for(line_weight(&line)).chat.push(line);
    }
    for person in people.iter().copied() {
        packer.part_for(person.len()).people.push(person);
    }
    packer.done.push(packer.open);
    let parts = u32::try_from(packer.done.len() - 1).unwrap_or(u32::MAX);
    let mut first = Some((theme, room));
    for (part, load) in (0..).zip(packer.done) {
        let Load {
            items,
            chat,
            people,
            ..
        } = load;
        let part_frame = match first.take() {
            Some((theme, room)) => ServerFrame::Snapshot {
                epoch,
                seq,
                theme,
                items,
                chat,
                people: Vec::new(),
                parts,
                room,
            },
            None => ServerFrame::Part {
                epoch,
                seq,
                part,
                items,
                chat,
                people: Vec::new(),
            },
        };
        frame::put_binary(out, &encode_server_with(&part_frame, &people));
    }
}
