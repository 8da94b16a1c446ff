//! Presence is about people: away, idle and gone when all their sessions are, and what they say of themselves.

use maru_protocol::{CloseCode, Event, Role, Status};

use super::member::{Kept, MemberNo, Session, SessionNo};
use super::schedule::Due;
use super::{ConnId, Effect, Now, Room, wire};
use crate::domain::rules::Rule;
use crate::domain::visitor::{Identity, Visitor};

impl Room {
    /// The session and the person behind a connection.
    pub(super) fn behind(&self, conn: ConnId) -> Option<(SessionNo, MemberNo)> {
        let no = *self.by_conn.get(&conn)?;
        Some((no, self.sessions.get(&no)?.member))
    }

    pub(super) fn leave(&mut self, conn: ConnId, now: Now, effects: &mut Vec<Effect>) {
        if let Some(no) = self.by_conn.remove(&conn) {
            self.audiences = None;
            if let Some(session) = self.sessions.get_mut(&no) {
                session.record.seen = now.wall;
            }
            self.end_session(no);
        }
        effects.push(Effect::Close {
            conn,
            code: CloseCode::Left,
        });
    }

    pub(super) fn lost(&mut self, conn: ConnId, now: Now) {
        let Some(no) = self.by_conn.remove(&conn) else {
            return;
        };
        self.audiences = None;
        if let Some(session) = self.sessions.get_mut(&no) {
            session.conn = None;
            session.lost = Some(now.tick);
            session.record.seen = now.wall;
            let member = session.member;
            self.silence(member, no);
            if Rule::Ghosts.holds() {
                let at = now.tick.plus_ms(self.limits.away_after_ms);
                self.schedule.set(Due::Lost(no), at);
            }
        }
    }

    /// Does what time alone has made due.
    pub(super) fn expire(&mut self, now: Now, effects: &mut Vec<Effect>) {
        while let Some(due) = self.schedule.pop(now.tick) {
            match due {
                Due::Lost(no) => self.still_lost(no, now),
                Due::Idle(no) => self.perhaps_idle(no, now),
                Due::Typing(no) => self.forget_typing(no),
                Due::Unmute => self.enforce(now, effects),
            }
            self.flush_if_full(now, effects);
        }
    }

    /// Lost sessions end after the grace; people with only lost sessions are away before that.
    fn still_lost(&mut self, no: SessionNo, now: Now) {
        let Some(session) = self.sessions.get_mut(&no) else {
            return;
        };
        let Some(lost) = session.lost else {
            return;
        };
        if now.tick.since_ms(lost) >= self.limits.grace_ms {
            self.end_session(no);
            return;
        }
        session.away = true;
        let member = session.member;
        let at = lost.plus_ms(self.limits.grace_ms);
        self.schedule.set(Due::Lost(no), at);
        self.perhaps_away(member);
    }

    fn perhaps_away(&mut self, no: MemberNo) {
        let Some(member) = self.members.get_mut(&no).filter(|member| !member.away) else {
            return;
        };
        let is_away = |no| {
            let session: Option<&Session> = self.sessions.get(no);
            session.is_some_and(|session| session.away)
        };
        if !member.sessions.is_empty() && member.sessions.iter().all(is_away) {
            member.away = true;
            self.updated(no);
        }
    }

    pub(super) fn end_session(&mut self, no: SessionNo) {
        let Some(session) = self.sessions.remove(&no) else {
            return;
        };
        self.by_id.remove(&session.id);
        self.debt.owe_roster();
        // Out of the roster, the next owner knows from the record alone which tokens are spent.
        self.debt.owe_record(session.id);
        self.schedule.clear(Due::Lost(no));
        self.silence(session.member, no);
        let Session {
            id,
            member,
            record,
            saved_number,
            ..
        } = session;
        self.keep_record(
            id,
            Kept {
                record,
                saved_number,
            },
        );
        let Some(person) = self.members.get_mut(&member) else {
            return;
        };
        person.sessions.remove(&no);
        if person.sessions.is_empty() {
            self.end_member(member);
        } else {
            self.perhaps_away(member);
        }
    }

    fn end_member(&mut self, no: MemberNo) {
        let Some(member) = self.members.remove(&no) else {
            return;
        };
        self.by_person.remove(&member.person_id);
        self.schedule.clear(Due::Idle(no));
        self.schedule.clear(Due::Typing(no));
        self.signals.forget(no);
        self.outgoing.forget(no);
        self.outgoing.event(no, Event::Left { member: no.0 });
        self.outgoing.departed.push(member);
    }

    /// Tells everyone how a person is now. Signals the person may no longer give end with it.
    pub(super) fn updated(&mut self, no: MemberNo) {
        self.curb_signals(no);
        if let Some(member) = self.members.get(&no) {
            let person = member.person();
            self.outgoing.event(no, Event::Updated { person });
        }
    }

    /// The person behind a connection has done something.
    pub(super) fn touch(&mut self, conn: ConnId, now: Now) {
        if let Some((_, no)) = self.behind(conn) {
            self.awake(no, now);
        }
    }

    /// A person has done something on one of their devices: nobody is idle who is busy elsewhere.
    pub(super) fn awake(&mut self, no: MemberNo, now: Now) {
        let Some(member) = self.members.get_mut(&no) else {
            return;
        };
        member.active = now.tick;
        if member.idle {
            member.idle = false;
            let at = now.tick.plus_ms(self.limits.idle_ms);
            self.schedule.set(Due::Idle(no), at);
            self.updated(no);
        }
    }

    /// The time is looked at anew here, so that being active costs no more than remembering when.
    fn perhaps_idle(&mut self, no: MemberNo, now: Now) {
        let Some(member) = self.members.get_mut(&no) else {
            return;
        };
        let at = member.active.plus_ms(self.limits.idle_ms);
        if at > now.tick {
            self.schedule.set(Due::Idle(no), at);
        } else if !member.idle {
            member.idle = true;
            self.updated(no);
        }
    }

    pub(super) fn set_status(&mut self, conn: ConnId, status: Status) {
        let Some((_, no)) = self.behind(conn) else {
            return;
        };
        let member = self.members.get_mut(&no);
        if let Some(member) = member.filter(|member| member.status != status) {
            member.status = status;
            self.updated(no);
        }
    }

    /// The profile behind a connection, looked up anew.
    pub(super) fn refresh(
        &mut self,
        conn: ConnId,
        visitor: Visitor,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let Some((_, no)) = self.behind(conn) else {
            return;
        };
        let person_id = visitor.person_id();
        let same = self.members.get(&no);
        if same.is_some_and(|member| member.person_id == person_id) {
            let role = wire::role_out(self.card.role_of(visitor.user()));
            self.renew(no, visitor, role, false, now, effects);
        }
    }

    /// Someone here already, perhaps under a new name, with new clothes, or out of another's sight.
    pub(super) fn renew(
        &mut self,
        no: MemberNo,
        visitor: Visitor,
        role: Role,
        is_back: bool,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let before = self.hidden_from(no);
        let Some(member) = self.members.get_mut(&no) else {
            return;
        };
        let is_back = is_back && member.away;
        let handle = match visitor.identity {
            Identity::User { handle, .. } => Some(handle),
            Identity::Guest { .. } => None,
        };
        member.follows_owner = visitor.follows_owner;
        member.origin = visitor.origin;
        let muted = self.card.access.is_muted(&member.applicant(), now.wall);
        let changed = is_back
            || member.muted != muted
            || member.name != visitor.name
            || member.look != visitor.look
            || member.handle != handle
            || member.role != role;
        member.away &= !is_back;
        member.handle = handle;
        member.role = role;
        member.muted = muted;
        member.name = visitor.name;
        member.look = visitor.look;
        let heard_anew = member.unheard != visitor.unheard;
        let regrouped = member.hidden != visitor.hidden || heard_anew;
        member.hidden = visitor.hidden;
        member.unheard = visitor.unheard;
        if changed {
            self.updated(no);
        }
        if regrouped {
            self.audiences = None;
            let after = self.hidden_from(no);
            let mut affected: Vec<MemberNo> =
                before.symmetric_difference(&after).copied().collect();
            if !affected.is_empty() || heard_anew {
                affected.push(no);
            }
            // People, or their words, appear or vanish for some: they get the room as they are to see it now.
            for member in affected {
                self.show_anew(member, effects);
            }
        }
    }

    fn show_anew(&mut self, no: MemberNo, effects: &mut Vec<Effect>) {
        let sessions = self.members.get(&no).map(|member| &member.sessions);
        let sessions = sessions.into_iter().flatten();
        let conns: Vec<ConnId> = sessions
            .filter_map(|session| self.sessions.get(session)?.conn)
            .collect();
        for conn in conns {
            let bytes = self.catch_up(no, None);
            self.outgoing.is_told(conn);
            effects.push(Effect::Send { conn, bytes });
        }
    }
}
