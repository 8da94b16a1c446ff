//! Coming in: authorised by the policy of the moment, as a new session or as one that was here before.

use maru_protocol::{CloseCode, ErrorCode, Event, PersonKind, Role, Status};

use super::io::Entry;
use super::member::{Kept, Member, MemberNo, Pose, Session, SessionNo};
use super::refused::{Refused, Why};
use super::schedule::Due;
use super::{ConnId, Effect, Now, Room, entrance, limits};
use crate::domain::clock::WallMs;
use crate::domain::id::SessionId;
use crate::domain::room::Seq;
use crate::domain::rules::Rule;
use crate::domain::visitor::{Bearer, Identity, Visitor};

/// What of a resume token its room judges.
#[derive(Clone, Copy)]
struct Shown {
    /// Which of the session's tokens it is.
    generation: u32,
    issued: WallMs,
}

impl Shown {
    /// A token is good for as long as its session is here, and a while after; when the session was last seen, if
    /// that is known, counts like a new token.
    fn is_too_old(self, seen: WallMs, now: Now) -> bool {
        now.wall.0.saturating_sub(self.issued.max(seen).0) > limits::RESUME_TOKEN_MS
    }
}

fn stale() -> Refused {
    let message = "the session was taken up elsewhere or is not yours";
    Refused::new(ErrorCode::ResumeRefused, message, CloseCode::ResumeRefused)
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
        if self.draining {
            let message = "the server restarts";
            let why = Why::new(ErrorCode::Unavailable, message).wait(self.limits.busy_retry_ms);
            return Err(Refused(why, CloseCode::Restart));
        }
        let person_id = visitor.person_id();
        let role = self.authorise_entry(&visitor.applicant(&person_id), entry, now)?;
        let taken_up = match entry {
            Entry::Join { session, .. } => self.begun(conn, *session, &person_id, effects)?,
            Entry::Resume {
                session,
                generation,
                issued,
                ..
            } => {
                let shown = Shown {
                    generation: *generation,
                    issued: *issued,
                };
                self.take_up(*session, shown, &person_id, now, effects)?
            }
        };
        let wish = match entry {
            Entry::Join { avatar, .. } | Entry::Resume { avatar, .. } => {
                avatar.as_ref().map(Pose::of)
            }
        };
        let bearer = visitor.bearer();
        let member = self.member_for(visitor, person_id, role, wish, now, effects)?;
        let session = match taken_up {
            Some(session) => session,
            None => self.new_session(entry, member, bearer)?,
        };
        if matches!(entry, Entry::Join { .. }) {
            self.awake(member, now);
        }
        // Whatever the session was showing is gone with its old connection.
        self.silence(member, session);
        self.schedule.clear(Due::Lost(session));
        self.audiences = None;
        self.by_conn.insert(conn, session);
        let base_max = self.base_max(entry);
        if let Some(session) = self.sessions.get_mut(&session) {
            session.conn = Some(conn);
            session.lost = None;
            session.away = false;
            session.restored = false;
            session.base_max = base_max;
            session.record.seen = now.wall;
            if let Entry::Resume { generation, .. } = entry {
                // Whoever shows a token has it.
                session.record.generation = *generation;
                session.offered = session.offered.max(*generation);
            }
            session.offered = session.offered.saturating_add(1);
        }
        Ok(session)
    }

    /// How far what a returning client had seen is what the room holds now.
    fn base_max(&self, entry: &Entry) -> Option<Seq> {
        let Entry::Resume {
            have: Some(have), ..
        } = entry
        else {
            return None;
        };
        if have.epoch == self.epoch.0 {
            return None;
        }
        let mut past = self.past_epochs.iter();
        let end = past.find(|(epoch, _)| epoch.0 == have.epoch);
        Some(end.map_or(Seq(0), |(_, end)| *end))
    }

    /// The live session a token speaks of, or `None` when only its record, or not even that, is left.
    fn take_up(
        &mut self,
        id: SessionId,
        shown: Shown,
        person_id: &str,
        now: Now,
        effects: &mut Vec<Effect>,
    ) -> Result<Option<SessionNo>, Refused> {
        let Some(no) = self.by_id.get(&id).copied() else {
            // A token may be newer than the record, which is saved when the session ends, never older.
            let kept = self.records.get(&id).map(|kept| &kept.record);
            let (kept, seen) = kept.map_or((0, WallMs(0)), |kept| (kept.generation, kept.seen));
            let replaced = shown.generation < kept && Rule::Token.holds();
            return if replaced || shown.is_too_old(seen, now) {
                Err(stale())
            } else {
                Ok(None)
            };
        };
        let session = self.sessions.get_mut(&no).ok_or_else(stale)?;
        let owner = self.members.get(&session.member);
        let newest = if session.restored {
            u32::MAX
        } else {
            session.offered
        };
        let good = session.record.generation..=newest;
        let good = good.contains(&shown.generation) || !Rule::Token.holds();
        let seen = match session.lost {
            Some(_) => session.record.seen,
            None => now.wall,
        };
        let good = good && !shown.is_too_old(seen, now);
        if !good || owner.is_none_or(|m| m.person_id != person_id) {
            return Err(stale());
        }
        self.replace_conn(no, effects);
        Ok(Some(no))
    }

    /// The session that somebody came in with before, where they may not have heard of it: what they came with is said
    /// again, as their welcome may have been lost. Who has had a welcome comes back with the token in it; what is said of
    /// such a session without one was said before, and took its time.
    fn begun(
        &mut self,
        conn: ConnId,
        id: SessionId,
        person_id: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<Option<SessionNo>, Refused> {
        let live = self.by_id.get(&id).copied();
        let session = live.and_then(|no| self.sessions.get(&no));
        let ended = self.records.get(&id).map(|kept| &kept.record);
        let Some(record) = session.map(|session| &session.record).or(ended) else {
            return Ok(None);
        };
        let owner = session.and_then(|session| self.members.get(&session.member));
        let is_theirs = owner.is_none_or(|member| member.person_id == person_id);
        if record.generation > 0 || !is_theirs {
            return Err(stale());
        }
        let before = session.and_then(|session| session.conn);
        if let Some(no) = live.filter(|_| before != Some(conn)) {
            self.replace_conn(no, effects);
        }
        Ok(live)
    }

    /// A session has a newer connection than this.
    fn replace_conn(&mut self, session: SessionNo, effects: &mut Vec<Effect>) {
        let session = self.sessions.get_mut(&session);
        if let Some(old) = session.and_then(|session| session.conn.take()) {
            self.by_conn.remove(&old);
            effects.push(Effect::Close {
                conn: old,
                code: CloseCode::Replaced,
            });
        }
    }

    fn member_for(
        &mut self,
        visitor: Visitor,
        person_id: String,
        role: Role,
        wish: Option<Pose>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) -> Result<MemberNo, Refused> {
        if let Some(no) = self.by_person.get(&person_id).copied() {
            self.renew(no, visitor, role, true, now, effects);
            return Ok(no);
        }
        if role != Role::Owner && self.visitors() >= self.people_max() {
            let message = "the room holds as many people as it may";
            let why = Why::new(ErrorCode::RoomFull, message);
            let why = why.limit("live.people_max", limits::FULL_RETRY_MS);
            return Err(Refused(why, CloseCode::RoomFull));
        }
        let no = MemberNo(self.next_member);
        self.next_member += 1;
        let size = self.catalogue.room_size();
        let pose = wish.map(|pose| pose.clamped(size));
        let pose = pose.unwrap_or_else(|| {
            let taken = self.members.values().map(|member| member.pose);
            entrance::free_place(self.catalogue, &self.document, taken)
        });
        let user = visitor.user();
        let muted = visitor.applicant(&person_id);
        let muted = self.card.access.is_muted(&muted, now.wall);
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
            muted,
            follows_owner: visitor.follows_owner,
            origin: visitor.origin,
            hidden: visitor.hidden,
            unheard: visitor.unheard,
            user,
            active: now.tick,
            idle: false,
            status: Status::Available,
            written: None,
        };
        let idle_at = now.tick.plus_ms(self.limits.idle_ms);
        self.schedule.set(Due::Idle(no), idle_at);
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

    fn new_session(
        &mut self,
        entry: &Entry,
        member: MemberNo,
        bearer: Bearer,
    ) -> Result<SessionNo, Refused> {
        let id = match entry {
            Entry::Join { session, .. } | Entry::Resume { session, .. } => *session,
        };
        let Some(person) = self.members.get_mut(&member) else {
            let why = Why::new(ErrorCode::Unavailable, "try again");
            let why = why.wait(self.limits.busy_retry_ms);
            return Err(Refused(why, CloseCode::Unavailable));
        };
        if person.sessions.len() >= self.limits.sessions_per_person_max {
            let message = "you are in this room on too many devices";
            let why = Why::new(ErrorCode::TooManySessions, message);
            let why = why.limit("live.sessions_per_person_max", limits::FULL_RETRY_MS);
            return Err(Refused(why, CloseCode::Overloaded));
        }
        let no = SessionNo(self.next_session);
        self.next_session += 1;
        person.sessions.insert(no);
        let Kept {
            mut record,
            saved_number,
        } = self.records.remove(&id).unwrap_or_default();
        record.person.clone_from(&person.person_id);
        let offered = record.generation;
        let session = Session {
            id,
            member,
            bearer,
            conn: None,
            lost: None,
            away: false,
            record,
            offered,
            restored: false,
            saved_number,
            base_max: None,
        };
        self.debt.owe_roster();
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
            let fresh = session.record.generation != session.offered;
            session.record.generation = session.offered;
            if fresh {
                self.debt.owe_roster();
            }
        }
    }

    /// Keeps the answers of an ended session, the oldest making room.
    pub(super) fn keep_record(&mut self, id: SessionId, kept: Kept) {
        if self.records.len() >= limits::SESSION_RECORDS_MAX {
            let oldest = self
                .records
                .iter()
                .min_by_key(|(id, kept)| (kept.record.seen, **id));
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                self.records.remove(&oldest);
                self.debt.forget_record(oldest);
            }
        }
        self.records.insert(id, kept);
    }
}
