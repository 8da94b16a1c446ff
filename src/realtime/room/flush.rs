//! The tick: what happened since the last flush, encoded once per audience class.

use std::collections::{BTreeMap, BTreeSet};

use bytes::BytesMut;
use maru_protocol::{Event, Op as WireOp, ServerFrame, encode_server};

use super::member::{Member, MemberNo};
use super::{ConnId, Effect, Now, Room, frame, send};
use crate::domain::clock::Tick;
use crate::realtime::limits::Limits;

/// What waits for the next flush.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    flush_no: u64,
    /// In order, each with the member it is about.
    events: Vec<(MemberNo, Event)>,
    /// Avatars with a newer place than was sent.
    moved: BTreeSet<MemberNo>,
    last: Option<Tick>,
}

impl Outgoing {
    pub fn event(&mut self, about: MemberNo, event: Event) {
        self.events.push((about, event));
    }

    pub fn moved(&mut self, member: MemberNo) {
        self.moved.insert(member);
    }

    pub fn forget(&mut self, member: MemberNo) {
        self.moved.remove(&member);
    }

    fn is_empty(&self) -> bool {
        self.events.is_empty() && self.moved.is_empty()
    }

    /// When the next flush may go out: at once after a quiet interval, else at the interval's end.
    pub fn due(&self, limits: &Limits, members: usize) -> Option<Tick> {
        if self.is_empty() {
            return None;
        }
        Some(
            self.last
                .map_or(Tick(0), |last| last.plus_ms(interval_ms(limits, members))),
        )
    }
}

/// The shortest time between two flushes: longer in a crowd, where each flush costs a write a member.
pub(super) fn interval_ms(limits: &Limits, members: usize) -> u64 {
    let crowd_ms = members as u64 * limits.flush_us_per_member / 1_000;
    (limits.flush_ms_min + crowd_ms).min(limits.flush_ms_max)
}

impl Room {
    pub(super) fn flush_if_due(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self
            .outgoing
            .due(&self.limits, self.members.len())
            .is_some_and(|due| due <= now.tick)
        {
            self.flush(now, effects);
        }
    }

    /// Sends everything that waits.
    pub(super) fn flush(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self.outgoing.is_empty() {
            return;
        }
        let events = std::mem::take(&mut self.outgoing.events);
        let moved = std::mem::take(&mut self.outgoing.moved);
        self.outgoing.last = Some(now.tick);
        if !events.is_empty() {
            self.outgoing.flush_no += 1;
        }
        for (hidden, conns) in self.audiences() {
            let (bytes, reliable_bytes) = self.encode(&hidden, &events, &moved);
            if !bytes.is_empty() {
                effects.push(Effect::Flush {
                    conns,
                    bytes: bytes.freeze(),
                    reliable_bytes,
                });
            }
        }
    }

    /// Connections by what they may not see; nearly all of them are in the class that sees everyone.
    fn audiences(&self) -> BTreeMap<BTreeSet<MemberNo>, Vec<ConnId>> {
        let mut audiences: BTreeMap<BTreeSet<MemberNo>, Vec<ConnId>> = BTreeMap::new();
        let mut everyone = Vec::with_capacity(self.by_conn.len());
        for (conn, session) in &self.by_conn {
            let Some(member) = self.sessions.get(session).map(|session| session.member) else {
                continue;
            };
            let hidden = self.hidden_from(member);
            if hidden.is_empty() {
                everyone.push(*conn);
            } else {
                audiences.entry(hidden).or_default().push(*conn);
            }
        }
        if !everyone.is_empty() {
            audiences.insert(BTreeSet::new(), everyone);
        }
        audiences
    }

    fn encode(
        &self,
        hidden: &BTreeSet<MemberNo>,
        events: &[(MemberNo, Event)],
        moved: &BTreeSet<MemberNo>,
    ) -> (BytesMut, usize) {
        let mut bytes = BytesMut::new();
        if !events.is_empty() {
            // Sent even when nothing is left of it, so that `flush` has no gap for anyone.
            let events = events
                .iter()
                .filter_map(|(about, event)| seen(hidden, *about, event));
            let events_frame = ServerFrame::Events {
                epoch: self.epoch.0,
                flush: self.outgoing.flush_no,
                seq: self.document.seq.0,
                events: events.collect(),
            };
            frame::put_binary(&mut bytes, &encode_server(&events_frame));
        }
        let reliable_bytes = bytes.len();
        let moved = moved.iter().filter(|no| !hidden.contains(no));
        let moved = moved.filter_map(|no| self.members.get(no));
        let avatars: Vec<_> = moved.map(Member::avatar).collect();
        if !avatars.is_empty() {
            let avatars_frame = ServerFrame::Avatars {
                epoch: self.epoch.0,
                avatars,
            };
            frame::put_binary(&mut bytes, &encode_server(&avatars_frame));
        }
        (bytes, reliable_bytes)
    }

    /// Where everyone stands, for a connection that missed some of it.
    pub(super) fn all_avatars(&self, conn: ConnId, reader: MemberNo) -> Option<Effect> {
        let hidden = self.hidden_from(reader);
        let seen = self
            .members
            .values()
            .filter(|member| !hidden.contains(&member.no));
        let avatars: Vec<_> = seen.map(Member::avatar).collect();
        let epoch = self.epoch.0;
        (!avatars.is_empty()).then(|| send(conn, &ServerFrame::Avatars { epoch, avatars }))
    }
}

/// An event as someone sees it who must not see some people: furniture moves for everyone, words and
/// comings and goings of the hidden do not reach.
fn seen(hidden: &BTreeSet<MemberNo>, about: MemberNo, event: &Event) -> Option<Event> {
    if !hidden.contains(&about) {
        return Some(event.clone());
    }
    let Event::Changed { ops, .. } = event else {
        return None;
    };
    let kept: Vec<_> = ops
        .iter()
        .filter(|op| !matches!(op, WireOp::Say { .. }))
        .cloned()
        .collect();
    let mut event = event.clone();
    if let Event::Changed { ops, .. } = &mut event {
        *ops = kept;
    }
    Some(event)
}
