//! The tick: what happened since the last flush, encoded once for all who are to get the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use bytes::{Bytes, BytesMut};
use maru_protocol::{Event, Op as WireOp, Role, ServerFrame, encode_server};

use super::audience::{Apart, Audience};
use super::member::{Member, MemberNo, Pose};
use super::nearby::{Cell, Crowd};
use super::outgoing::{Latest, Pending};
use super::{ConnId, Effect, Now, Room, frame};

/// What receivers of the same reliable bytes have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sight {
    /// Which audience.
    audience: usize,
    /// Whether it matters that they are the owner's.
    is_owner: bool,
    /// How many of the events their snapshot holds already.
    told: usize,
}

/// What receivers of the same bytes have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct View {
    sight: Sight,
    /// Where they stand, in a crowd.
    cell: Option<Cell>,
    /// Their own avatar, where it moved and would not be told otherwise.
    own: Option<MemberNo>,
}

/// All that goes out in one flush.
struct Content {
    events: Vec<Pending>,
    told: BTreeMap<ConnId, usize>,
    latest: Latest,
    /// Who gets which of the places, unless everyone gets all.
    crowd: Option<Crowd>,
}

impl Room {
    /// Sends what waits if it is time.
    pub(super) fn flush_if_due(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let due = self.outgoing.due(&self.limits, self.members.len());
        if due.is_some_and(|due| due <= now.tick) {
            self.flush(now, effects);
        }
    }

    /// Sends what waits before it grows beyond what a receiver that keeps up may have waiting.
    pub(super) fn flush_if_full(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self.outgoing.is_full(&self.limits) {
            self.flush(now, effects);
        }
    }

    pub(super) fn is_crowded(&self) -> bool {
        self.members.len() > self.limits.crowd_min
    }

    fn flush(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let audiences = self.audiences.take().unwrap_or_else(|| self.grouped());
        let content = self.content(&audiences, now);
        self.outgoing.last = Some(now.tick);
        if !content.events.is_empty() {
            self.outgoing.flush_no += 1;
        }
        let mut longest = 0;
        // Views of one sight follow each other, and share the reliable lane.
        let mut reliable: Option<(Sight, Bytes)> = None;
        for (view, conns) in self.views(&audiences, &content) {
            let Some(audience) = audiences.get(view.sight.audience) else {
                continue;
            };
            let lane = reliable
                .take()
                .filter(|(sight, _)| *sight == view.sight)
                .map_or_else(
                    || self.encode_events(view.sight, &audience.apart, &content.events),
                    |(_, lane)| lane,
                );
            let mut bytes = BytesMut::from(&lane[..]);
            self.encode_latest(&mut bytes, view, &audience.apart, &content);
            let reliable_bytes = lane.len();
            reliable = Some((view.sight, lane));
            longest = longest.max(bytes.len());
            if !bytes.is_empty() {
                effects.push(Effect::Flush {
                    conns,
                    bytes: bytes.freeze(),
                    reliable_bytes,
                });
            }
        }
        self.audiences = Some(audiences);
        self.outgoing.departed.clear();
        self.statistics.flushed(longest);
    }

    /// Takes what waits.
    fn content(&mut self, audiences: &[Audience], now: Now) -> Content {
        let events = self.outgoing.take_events();
        let told = std::mem::take(&mut self.outgoing.told);
        let mut latest = std::mem::take(&mut self.outgoing.latest);
        if !self.is_crowded() {
            latest.moved.append(&mut self.outgoing.far.take_all());
            return Content {
                events,
                told,
                latest,
                crowd: None,
            };
        }
        let far = &mut self.outgoing.far;
        for member in &latest.moved {
            far.moved(*member, now.tick);
        }
        let mut due = far.take_due(&self.limits, now.tick);
        // Where few move, all of them together are no more than the near ones of a crowd on the move.
        let interval_ms = self.outgoing.interval_ms(&self.limits, self.members.len());
        let few = self.limits.near_max as u64 * interval_ms / self.limits.move_interval_ms;
        if latest.moved.len() as u64 <= few {
            for member in &latest.moved {
                self.outgoing.far.forget(*member);
            }
            latest.moved.append(&mut due);
            return Content {
                events,
                told,
                latest,
                crowd: None,
            };
        }
        let people: Vec<(MemberNo, Pose)> = self
            .members
            .values()
            .map(|member| (member.no, member.pose))
            .collect();
        let readers = audiences.iter().flat_map(|audience| &audience.readers);
        let cells: BTreeSet<Cell> = readers.filter_map(|(_, no)| self.cell(*no)).collect();
        let crowd = Crowd::new(&people, cells, &latest.moved, due, self.limits.near_max);
        Content {
            events,
            told,
            latest,
            crowd: Some(crowd),
        }
    }

    fn cell(&self, no: MemberNo) -> Option<Cell> {
        self.members.get(&no).map(|member| Cell::of(member.pose))
    }

    /// Receivers by what they are to get.
    fn views(&self, audiences: &[Audience], content: &Content) -> BTreeMap<View, Vec<ConnId>> {
        let owner_matters = content.events.iter().any(|pending| pending.for_owner);
        let mut views: BTreeMap<View, Vec<ConnId>> = BTreeMap::new();
        for (audience, group) in audiences.iter().enumerate() {
            for (conn, no) in &group.readers {
                let Some(member) = self.members.get(no) else {
                    continue;
                };
                let sight = Sight {
                    audience,
                    is_owner: owner_matters && member.role == Role::Owner,
                    told: content.told.get(conn).copied().unwrap_or(0),
                };
                let (cell, own) = match &content.crowd {
                    Some(crowd) => {
                        let cell = Cell::of(member.pose);
                        // One's own place is news only to one's other devices.
                        let own = member.sessions.len() > 1
                            && content.latest.moved.contains(no)
                            && !crowd.tells(cell, *no);
                        (Some(cell), own.then_some(*no))
                    }
                    None => (None, None),
                };
                let view = View { sight, cell, own };
                views.entry(view).or_default().push(*conn);
            }
        }
        views
    }

    fn encode_events(&self, sight: Sight, apart: &Apart, events: &[Pending]) -> Bytes {
        let events = events.get(sight.told..).unwrap_or_default();
        let mut bytes = BytesMut::new();
        if !events.is_empty() {
            // Sent even when nothing is left of it, so that `flush` has no gap for anyone.
            let events = events
                .iter()
                .filter_map(|pending| seen(sight, apart, pending));
            let events_frame = ServerFrame::Events {
                epoch: self.epoch.0,
                flush: self.outgoing.flush_no,
                seq: self.document.seq.0,
                events: events.collect(),
            };
            frame::put_binary(&mut bytes, &encode_server(&events_frame));
        }
        bytes.freeze()
    }

    fn encode_latest(&self, bytes: &mut BytesMut, view: View, apart: &Apart, content: &Content) {
        let latest = &content.latest;
        let visible = |no: &&MemberNo| !apart.hidden.contains(no);
        let told = match (&content.crowd, view.cell) {
            (Some(crowd), Some(cell)) => {
                let mut told = crowd.told(cell);
                told.extend(view.own);
                self.avatars(told.iter().filter(visible))
            }
            _ => self.avatars(latest.moved.iter().filter(visible)),
        };
        self.put_avatars(bytes, told);
        self.put_signals(
            bytes,
            latest.typing.iter().filter(|no| apart.hears(**no)),
            latest.drags.iter().filter(visible),
        );
    }

    fn avatars<'a>(
        &self,
        members: impl Iterator<Item = &'a MemberNo>,
    ) -> Vec<maru_protocol::Avatar> {
        let members = members.filter_map(|no| self.members.get(no));
        members.map(Member::avatar).collect()
    }

    fn put_avatars(&self, bytes: &mut BytesMut, avatars: Vec<maru_protocol::Avatar>) {
        if !avatars.is_empty() {
            let avatars_frame = ServerFrame::Avatars {
                epoch: self.epoch.0,
                avatars,
            };
            frame::put_binary(bytes, &encode_server(&avatars_frame));
        }
    }

    /// The newest value of everything in the latest-wins lane, for a connection that missed some of it.
    pub(super) fn all_latest(&self, reader: MemberNo) -> Bytes {
        let apart = self.apart_from(reader);
        let visible = self.members.keys();
        let visible = visible.filter(|no| !apart.hidden.contains(no));
        let mut bytes = BytesMut::new();
        self.put_avatars(&mut bytes, self.avatars(visible));
        self.put_all_signals(&mut bytes, &apart, false);
        bytes.freeze()
    }
}

/// An event as someone sees it who must not see some people, or not hear them: furniture moves for everyone, words of
/// either and comings and goings of the hidden do not reach.
fn seen(sight: Sight, apart: &Apart, pending: &Pending) -> Option<Event> {
    let is_heard = apart.hears(pending.about);
    let is_closed = pending.for_owner && !sight.is_owner;
    if is_heard && !is_closed {
        return Some(pending.event.clone());
    }
    let mut event = pending.event.clone();
    if let Event::Changed { ops, .. } = &mut event {
        ops.retain(|op| !is_closed && !matches!(op, WireOp::Say { .. }));
        return Some(event);
    }
    let is_seen = !apart.hidden.contains(&pending.about) && !is_closed;
    is_seen.then_some(event)
}
