//! The latest-wins lane: where avatars are, who writes, who drags what. Never numbered, never saved.

use std::collections::BTreeMap;

use bytes::BytesMut;
use maru_protocol::{
    ErrorCode, ITEM_ID_MAX, MemberDrag, MemberTyping, Place, Preview, Role, ServerFrame,
    encode_server,
};

use super::audience::Apart;
use super::member::{MemberNo, Pose, SessionNo};
use super::refused::Why;
use super::schedule::Due;
use super::{ConnId, Effect, Now, Room, frame};
use crate::catalogue::Catalogue;
use crate::realtime::wire;

const OUTSIDE: Why = Why::new(ErrorCode::BadPosition, "outside the room");

/// One person's signals and the sessions they come from. Kept when they have ended, so that who missed the end
/// can still be told.
#[derive(Debug, Default)]
struct Signal {
    typing: Option<SessionNo>,
    drag: Option<(SessionNo, Preview)>,
}

/// The newest signals of everyone who ever gave one.
#[derive(Debug, Default)]
pub(super) struct Signals {
    by_member: BTreeMap<MemberNo, Signal>,
}

impl Signals {
    pub fn forget(&mut self, member: MemberNo) {
        self.by_member.remove(&member);
    }

    /// How many are on.
    pub fn count(&self) -> usize {
        let on = |signal: &Signal| {
            usize::from(signal.typing.is_some()) + usize::from(signal.drag.is_some())
        };
        self.by_member.values().map(on).sum()
    }

    fn typing(&self, member: MemberNo) -> MemberTyping {
        let signal = self.by_member.get(&member);
        MemberTyping {
            member: member.0,
            active: signal.is_some_and(|signal| signal.typing.is_some()),
        }
    }

    fn drag(&self, member: MemberNo) -> MemberDrag {
        let signal = self.by_member.get(&member);
        let drag = signal.and_then(|signal| signal.drag.as_ref());
        MemberDrag {
            member: member.0,
            preview: drag.map(|(_, preview)| preview.clone()),
        }
    }
}

impl Room {
    /// The newest place of an avatar: checked, remembered, sent with the next flush.
    pub(super) fn step(&mut self, conn: ConnId, pose: Pose, now: Now, effects: &mut Vec<Effect>) {
        let Some((_, no)) = self.behind(conn) else {
            return;
        };
        if !pose.is_within(self.catalogue.room_size()) {
            return OUTSIDE.tell(conn, None, effects);
        }
        let is_crowded = self.is_crowded();
        if let Some(member) = self.members.get_mut(&no) {
            member.pose = pose;
            self.outgoing.latest.moved.insert(no);
            if is_crowded {
                self.outgoing.far.moved(no, now.tick);
            }
        }
    }

    /// Someone writes a line, or no longer. The mute are not seen writing.
    pub(super) fn typing(&mut self, conn: ConnId, active: bool, now: Now) {
        let Some((session, no)) = self.behind(conn) else {
            return;
        };
        if !active {
            self.end_typing(no, |by| by == session);
        } else if self.members.get(&no).is_some_and(|member| !member.muted) {
            let signal = self.signals.by_member.entry(no).or_default();
            signal.typing = Some(session);
            let at = now.tick.plus_ms(self.limits.typing_ms);
            self.schedule.set(Due::Typing(no), at);
            self.outgoing.latest.typing.insert(no);
        }
    }

    /// Nothing was heard of it for long: its end was lost.
    pub(super) fn forget_typing(&mut self, no: MemberNo) {
        self.end_typing(no, |_| true);
    }

    fn end_typing(&mut self, no: MemberNo, ends: impl Fn(SessionNo) -> bool) {
        let Some(signal) = self.signals.by_member.get_mut(&no) else {
            return;
        };
        if signal.typing.take_if(|by| ends(*by)).is_some() {
            self.schedule.clear(Due::Typing(no));
            self.outgoing.latest.typing.insert(no);
        }
    }

    /// Someone drags an item, or has let go.
    pub(super) fn drag(
        &mut self,
        conn: ConnId,
        preview: Option<Preview>,
        effects: &mut Vec<Effect>,
    ) {
        let Some((session, no)) = self.behind(conn) else {
            return;
        };
        let Some(preview) = preview else {
            self.end_drag(no, |by| by == session);
            return;
        };
        let role = self.members.get(&no).map(|member| member.role);
        if !matches!(role, Some(Role::Editor | Role::Owner)) {
            let why = Why::new(ErrorCode::Forbidden, "you may not furnish here");
            why.tell(conn, None, effects);
        } else if !is_within(self.catalogue, &preview) {
            OUTSIDE.tell(conn, None, effects);
        } else {
            let signal = self.signals.by_member.entry(no).or_default();
            signal.drag = Some((session, preview));
            self.outgoing.latest.drags.insert(no);
        }
    }

    fn end_drag(&mut self, no: MemberNo, ends: impl Fn(SessionNo) -> bool) {
        let Some(signal) = self.signals.by_member.get_mut(&no) else {
            return;
        };
        if signal.drag.take_if(|(by, _)| ends(*by)).is_some() {
            self.outgoing.latest.drags.insert(no);
        }
    }

    /// Ends what a session that is lost, gone or taken up anew was showing.
    pub(super) fn silence(&mut self, no: MemberNo, session: SessionNo) {
        self.end_typing(no, |by| by == session);
        self.end_drag(no, |by| by == session);
    }

    /// Ends what a person was showing and may show no longer, by the role and mute of now.
    pub(super) fn curb_signals(&mut self, no: MemberNo) {
        let Some(member) = self.members.get(&no) else {
            return;
        };
        let (muted, role) = (member.muted, member.role);
        self.end_typing(no, |_| muted);
        self.end_drag(no, |_| role == Role::Visitor);
    }

    /// Appends the newest signals of some members.
    pub(super) fn put_signals<'a>(
        &self,
        bytes: &mut BytesMut,
        typing: impl Iterator<Item = &'a MemberNo>,
        drags: impl Iterator<Item = &'a MemberNo>,
    ) {
        let typing: Vec<_> = typing.map(|no| self.signals.typing(*no)).collect();
        let drags: Vec<_> = drags.map(|no| self.signals.drag(*no)).collect();
        if !typing.is_empty() || !drags.is_empty() {
            let signals = ServerFrame::Signals {
                epoch: self.epoch.0,
                typing,
                drags,
            };
            frame::put_binary(bytes, &encode_server(&signals));
        }
    }

    /// Appends everyone's signals: to a newcomer those that are on, to who was here before also the ends it may
    /// have missed.
    pub(super) fn put_all_signals(&self, bytes: &mut BytesMut, apart: &Apart, is_new: bool) {
        let known = self.signals.by_member.iter();
        let known = known.filter(|(no, _)| !apart.hidden.contains(no));
        let heard = known.clone().filter(|(no, _)| apart.hears(**no));
        let typing = heard.filter(|(_, s)| !is_new || s.typing.is_some());
        let drags = known.filter(|(_, s)| !is_new || s.drag.is_some());
        self.put_signals(bytes, typing.map(|(no, _)| no), drags.map(|(no, _)| no));
    }
}

/// Whether an item could be shown there at all; where it fits is decided when it is put down.
fn is_within(catalogue: &Catalogue, preview: &Preview) -> bool {
    let at = &preview.standpoint;
    let (width, height) = catalogue.surface_extent(wire::place_in(at.place));
    let turns = if at.place == Place::Floor {
        0..=3
    } else {
        0..=0
    };
    (1..=ITEM_ID_MAX).contains(&preview.item)
        && (0..=width).contains(&at.x)
        && (0..=height).contains(&at.y)
        && turns.contains(&preview.rotation)
}
