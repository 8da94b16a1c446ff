//! Coming in, going, and being lost for a while.

use maru_protocol::{CloseCode, ErrorCode, Event, PersonKind, Role};

use super::member::{Entry, Kept, Member, MemberNo, Pose, Session, SessionNo};
use super::{ConnId, Effect, Now, Room, entrance, error, limits};
use crate::domain::clock::Tick;
use crate::domain::id::SessionId;
use crate::domain::rules::Rule;
use crate::domain::visitor::{Identity, Visitor};

/// Why someone stays outside, or has to go.
pub(super) struct Refused(pub ErrorCode, pub &'static str, pub CloseCode);

impl Refused {
    /// The last a connection hears.
    pub fn tell(&self, conn: ConnId, effects: &mut Vec<Effect>) {
        let Self(code, message, close) = *self;
        effects.push(error(conn, code, message));
        effects.push(Effect::Close { conn, code: close });
    }
}

impl Room {
    pub(super) fn enter(
        &mut self,
        conn: ConnId,
        visitor: Visitor,
        entry: &Entry,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        // The newcomer's snapshot stands at the present; what happened before goes to those before.
        self.flush(now, effects);
        match self.admit(conn, visitor, entry, now, effects) {
            Ok(session) => self.welcome(conn, session, entry, now, effects),
            Err(refused) => refused.tell(conn, effects),
        }
    }

    /// Authorises by the policy of this moment and finds or makes the member and the session.
    fn admit(
        &mut self,
        conn: ConnId,
        visitor: Visitor,
        entry: &Entry,
        now: Now,
        effects: &mut Vec<Effect>,
    ) -> Result<SessionNo, Refused> {
        let person_id = visitor.person_id();
        let role = self.authorise_entry(&visitor.applicant(&person_id), entry, now)?;
        let taken_up = match entry {
            Entry::Join { .. } => None,
            Entry::Resume {
                session,
                generation,
                ..
            } => self.take_up(*session, *generation, &person_id, effects)?,
        };
        let wish = match entry {
            Entry::Join { avatar, .. } | Entry::Resume { avatar, .. } => {
                avatar.as_ref().map(Pose::of)
            }
        };
        let member = self.member_for(visitor, person_id, role, wish, now)?;
        let session = match taken_up {
            Some(session) => session,
            None => self.new_session(entry, member)?,
        };
        self.by_conn.insert(conn, session);
        if let Some(session) = self.sessions.get_mut(&session) {
            session.conn = Some(conn);
            session.lost = None;
            session.away = false;
            if let Entry::Resume { generation, .. } = entry {
                // Whoever shows a token has it.
                session.record.generation = *generation;
                session.offered = session.offered.max(*generation);
            }
            session.offered += 1;
        }
        Ok(session)
    }

    /// The live session a token speaks of, or `None` when only its record, or not even that, is left.
    fn take_up(
        &mut self,
        id: SessionId,
        generation: u32,
        person_id: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<Option<SessionNo>, Refused> {
        let stale = || {
            let message = "the session was taken up elsewhere or is not yours";
            Refused(ErrorCode::ResumeRefused, message, CloseCode::ResumeRefused)
        };
        let Some(no) = self.by_id.get(&id).copied() else {
            // A token may be newer than the record, which is only saved with answers, never older.
            let kept = self
                .records
                .get(&id)
                .map_or(0, |kept| kept.record.generation);
            return if generation < kept && Rule::Token.holds() {
                Err(stale())
            } else {
                Ok(None)
            };
        };
        let session = self.sessions.get_mut(&no).ok_or_else(stale)?;
        let owner = self.members.get(&session.member);
        let good = session.record.generation..=session.offered;
        let good = good.contains(&generation) || !Rule::Token.holds();
        if !good || owner.is_none_or(|m| m.person_id != person_id) {
            return Err(stale());
        }
        if let Some(old) = session.conn.take() {
            self.by_conn.remove(&old);
            effects.push(Effect::Close {
                conn: old,
                code: CloseCode::Replaced,
            });
        }
        Ok(Some(no))
    }

    fn member_for(
        &mut self,
        visitor: Visitor,
        person_id: String,
        role: Role,
        wish: Option<Pose>,
        now: Now,
    ) -> Result<MemberNo, Refused> {
        if let Some(no) = self.by_person.get(&person_id).copied() {
            self.refresh(no, visitor, role);
            return Ok(no);
        }
        if role != Role::Owner && self.visitors() >= self.people_max() {
            let message = "the room holds as many people as it may";
            return Err(Refused(ErrorCode::RoomFull, message, CloseCode::RoomFull));
        }
        let no = MemberNo(self.next_member);
        self.next_member += 1;
        let size = self.catalogue.room_size();
        let pose = wish.filter(|pose| pose.is_within(size));
        let pose = pose.unwrap_or_else(|| {
            let taken = self.members.values().map(|member| member.pose);
            entrance::free_place(self.catalogue, &self.document, taken)
        });
        let bearer = visitor.bearer();
        let (kind, handle) = match visitor.identity {
            Identity::User { handle, .. } => (PersonKind::User, Some(handle)),
            Identity::Guest { .. } => (PersonKind::Guest, None),
        };
        let member = Member {
            no,
            person_id: person_id.clone(),
            kind,
            name: visitor.name,
            handle,
            look: visitor.look,
            role,
            away: false,
            pose,
            sessions: std::collections::BTreeSet::new(),
            muted: self.card.access.is_muted(&person_id, now.wall),
            follows_owner: visitor.follows_owner,
            origin: visitor.origin,
            hidden: visitor.hidden,
            bearer,
        };
        self.outgoing.event(
            no,
            Event::Joined {
                person: member.person(),
            },
        );
        self.by_person.insert(person_id, no);
        self.members.insert(no, member);
        Ok(no)
    }

    /// Someone here already came in again, perhaps under a new name or with new clothes.
    fn refresh(&mut self, no: MemberNo, visitor: Visitor, role: Role) {
        let Some(member) = self.members.get_mut(&no) else {
            return;
        };
        let changed = member.away
            || member.name != visitor.name
            || member.look != visitor.look
            || member.role != role;
        member.away = false;
        member.bearer = visitor.bearer();
        member.name = visitor.name;
        member.look = visitor.look;
        member.hidden = visitor.hidden;
        member.role = role;
        member.follows_owner = visitor.follows_owner;
        member.origin = visitor.origin;
        if changed {
            let person = member.person();
            self.outgoing.event(no, Event::Updated { person });
        }
    }

    fn new_session(&mut self, entry: &Entry, member: MemberNo) -> Result<SessionNo, Refused> {
        let id = match entry {
            Entry::Join { session, .. } | Entry::Resume { session, .. } => *session,
        };
        let Some(person) = self.members.get_mut(&member) else {
            return Err(Refused(
                ErrorCode::Unavailable,
                "try again",
                CloseCode::Unavailable,
            ));
        };
        if person.sessions.len() >= self.limits.sessions_per_person_max {
            let message = "you are in this room on too many devices";
            return Err(Refused(
                ErrorCode::TooManySessions,
                message,
                CloseCode::Overloaded,
            ));
        }
        let no = SessionNo(self.next_session);
        self.next_session += 1;
        person.sessions.insert(no);
        let Kept {
            record,
            saved_number,
        } = self.records.remove(&id).unwrap_or_default();
        let offered = record.generation;
        let session = Session {
            id,
            member,
            conn: None,
            lost: None,
            away: false,
            record,
            offered,
            saved_number,
        };
        self.sessions.insert(no, session);
        self.by_id.insert(id, no);
        Ok(no)
    }

    /// The client has its welcome: from now on only the token in it is good.
    pub(super) fn heard(&mut self, conn: ConnId) {
        let session = self
            .by_conn
            .get(&conn)
            .and_then(|no| self.sessions.get_mut(no));
        if let Some(session) = session {
            session.record.generation = session.offered;
        }
    }

    pub(super) fn leave(&mut self, conn: ConnId, effects: &mut Vec<Effect>) {
        if let Some(no) = self.by_conn.remove(&conn) {
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
        if let Some(session) = self.sessions.get_mut(&no) {
            session.conn = None;
            session.lost = Some(now.tick);
            session.record.seen = now.wall;
        }
    }

    /// Lost sessions end after the grace; people with only lost sessions are away before that.
    pub(super) fn expire(&mut self, now: Now) {
        let mut gone = Vec::new();
        for (no, session) in &mut self.sessions {
            let lost_ms = session.lost.map_or(0, |lost: Tick| now.tick.since_ms(lost));
            session.away = session.lost.is_some() && lost_ms >= self.limits.away_after_ms;
            if session.lost.is_some() && lost_ms >= self.limits.grace_ms {
                gone.push(*no);
            }
        }
        for no in gone {
            self.end_session(no);
        }
        let sessions = &self.sessions;
        for member in self.members.values_mut().filter(|member| !member.away) {
            let is_away = |no| {
                sessions
                    .get(no)
                    .is_some_and(|session: &Session| session.away)
            };
            if !member.sessions.is_empty() && member.sessions.iter().all(is_away) {
                member.away = true;
                let person = member.person();
                self.outgoing.event(member.no, Event::Updated { person });
            }
        }
    }

    fn end_session(&mut self, no: SessionNo) {
        let Some(session) = self.sessions.remove(&no) else {
            return;
        };
        self.by_id.remove(&session.id);
        let Session {
            id,
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
        let Some(member) = self.members.get_mut(&session.member) else {
            return;
        };
        member.sessions.remove(&no);
        if member.sessions.is_empty() {
            let (no, person_id) = (member.no, member.person_id.clone());
            self.members.remove(&no);
            self.by_person.remove(&person_id);
            self.outgoing.forget(no);
            self.outgoing.event(no, Event::Left { member: no.0 });
        }
    }

    /// Keeps the answers of an ended session, the oldest making room.
    fn keep_record(&mut self, id: SessionId, kept: Kept) {
        if self.records.len() >= limits::SESSION_RECORDS_MAX {
            let oldest = self
                .records
                .iter()
                .min_by_key(|(id, kept)| (kept.record.seen, **id));
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                self.records.remove(&oldest);
            }
        }
        self.records.insert(id, kept);
    }
}
