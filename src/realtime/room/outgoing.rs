//! What waits for the next flush, how much of it there is, and when it is due.

use std::collections::{BTreeMap, BTreeSet};

use maru_protocol::{Event, Op as WireOp, Person, RoomInfo};

use super::ConnId;
use super::member::{Member, MemberNo};
use super::nearby::Far;
use crate::domain::clock::Tick;
use crate::realtime::limits::Limits;

/// Each turn on time takes off one part in so many of what lateness had added to the interval.
const RECOVERY: u64 = 8;

/// One event of the reliable lane.
#[derive(Debug)]
pub(super) struct Pending {
    /// The member it is about.
    pub about: MemberNo,
    pub event: Event,
    /// Whether only the owner's sessions see what it did.
    pub for_owner: bool,
}

/// The latest-wins lane: whose values are newer than what was sent.
#[derive(Debug, Default)]
pub(super) struct Latest {
    pub moved: BTreeSet<MemberNo>,
    pub typing: BTreeSet<MemberNo>,
    pub drags: BTreeSet<MemberNo>,
}

impl Latest {
    fn is_empty(&self) -> bool {
        self.moved.is_empty() && self.typing.is_empty() && self.drags.is_empty()
    }
}

/// What waits for the next flush.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    pub flush_no: u64,
    /// In order.
    pub events: Vec<Pending>,
    /// At least what `events` come to on the wire.
    events_bytes: usize,
    /// Connections whose snapshot holds the first so many of `events` already.
    pub told: BTreeMap<ConnId, usize>,
    /// Who left since the last flush: some must not even see them go.
    pub departed: Vec<Member>,
    pub latest: Latest,
    pub far: Far,
    pub last: Option<Tick>,
    /// How late turns have been of late.
    late_ms: u64,
}

impl Outgoing {
    pub fn event(&mut self, about: MemberNo, event: Event) {
        self.events_bytes += weight(&event);
        self.events.push(Pending {
            about,
            for_owner: is_for_owner(&event),
            event,
        });
    }

    /// From here on this connection gets what its snapshot did not hold.
    pub fn is_told(&mut self, conn: ConnId) {
        // Where nothing waits there is nothing to remember, however many come before the next flush.
        if self.events.is_empty() {
            self.told.remove(&conn);
        } else {
            self.told.insert(conn, self.events.len());
        }
    }

    /// Takes the events that wait.
    pub fn take_events(&mut self) -> Vec<Pending> {
        self.events_bytes = 0;
        std::mem::take(&mut self.events)
    }

    pub fn forget(&mut self, member: MemberNo) {
        self.latest.moved.remove(&member);
        self.latest.typing.remove(&member);
        self.latest.drags.remove(&member);
        self.far.forget(member);
    }

    /// Whether anything waits that is not put off on purpose.
    pub fn has_news(&self) -> bool {
        !self.events.is_empty() || !self.latest.is_empty()
    }

    /// Whether so much waits that it must go out now to fit a receiver's backlog.
    pub fn is_full(&self, limits: &Limits) -> bool {
        self.events_bytes >= limits.flush_bytes_max
    }

    /// Takes in how late the last turn ran: the interval grows with it at once and shrinks back slowly.
    pub fn set_lateness(&mut self, limits: &Limits, members: usize, ms: u64) {
        let recovered = self.late_ms - self.late_ms.div_ceil(RECOVERY);
        self.late_ms = ms.min(interval_ms_max(limits, members)).max(recovered);
    }

    /// The shortest time between two flushes: longer in a crowd, where each flush costs a write a member, and
    /// when the processor is short.
    pub fn interval_ms(&self, limits: &Limits, members: usize) -> u64 {
        let crowd_ms = members as u64 * limits.flush_us_per_member / 1_000;
        // A crowd alone is no reason for more.
        let crowd_ms = (limits.flush_ms_min + crowd_ms).min(limits.flush_ms_max);
        (crowd_ms + self.late_ms).min(interval_ms_max(limits, members))
    }

    /// When the next flush may go out: at once after a quiet interval, else at the interval's end.
    pub fn due(&self, limits: &Limits, members: usize) -> Option<Tick> {
        let earliest = self.last.map_or(Tick(0), |last| {
            last.plus_ms(self.interval_ms(limits, members))
        });
        if self.has_news() {
            return Some(earliest);
        }
        let far = self.far.due(limits)?;
        Some(far.max(earliest))
    }
}

/// The longest interval: longer where those who write to a very large room are late.
const fn interval_ms_max(limits: &Limits, members: usize) -> u64 {
    if members > limits.split_min {
        limits.flush_late_ms_max
    } else {
        limits.flush_ms_max
    }
}

/// Whether only the owner learns what was done; others see what came of it: who left, whose role is another.
fn is_for_owner(event: &Event) -> bool {
    let decides = |op: &WireOp| {
        matches!(
            op,
            WireOp::Kick { .. }
                | WireOp::Ban { .. }
                | WireOp::Unban { .. }
                | WireOp::Mute { .. }
                | WireOp::Unmute { .. }
                | WireOp::SetRole { .. }
                | WireOp::SaveLayout { .. }
                | WireOp::RemoveLayout { .. }
        )
    };
    matches!(event, Event::Changed { ops, .. } if ops.iter().any(decides))
}

/// At least the bytes of an event on the wire: every number at its longest.
pub(super) fn weight(event: &Event) -> usize {
    match event {
        Event::Changed { ops, .. } => 48 + ops.iter().map(op_weight).sum::<usize>(),
        Event::Joined { person } | Event::Updated { person } => 2 + person_weight(person),
        Event::Left { .. } => 8,
        Event::RoomChanged { room } => 2 + room_weight(room),
        Event::Unknown { .. } => 10,
    }
}

fn op_weight(op: &WireOp) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(1, |text| 5 + text.len());
    match op {
        WireOp::Put { kind, color, .. } => 40 + kind.len() + color.len(),
        WireOp::Patch { color, .. } => 40 + text(color),
        WireOp::Remove { .. } => 20,
        WireOp::SetTheme {
            wallpaper,
            flooring,
            light,
        } => 2 + text(wallpaper) + text(flooring) + text(light),
        WireOp::Say { text } => 7 + text.len(),
        WireOp::Duplicate { copies, .. } => 24 + copies.len() * 19,
        WireOp::Kick { person }
        | WireOp::Ban { person }
        | WireOp::Unban { person }
        | WireOp::Mute { person, .. }
        | WireOp::Unmute { person }
        | WireOp::SetRole { person, .. } => 16 + person.len(),
        WireOp::SetPolicy { name, .. } => 16 + text(name),
        WireOp::SaveLayout { name }
        | WireOp::RestoreLayout { name }
        | WireOp::RemoveLayout { name } => 8 + name.len(),
        WireOp::Unknown { .. } => 10,
    }
}

/// At least the bytes of what a room is on the wire.
pub(super) fn room_weight(room: &RoomInfo) -> usize {
    46 + room.id.len() + room.name.len() + room.owner_id.len()
}

/// At least the bytes of a person on the wire.
fn person_weight(person: &Person) -> usize {
    let handle = person.handle.as_ref().map_or(0, String::len);
    64 + person.id.len() + person.name.len() + handle + person.look.len() * 2
}
