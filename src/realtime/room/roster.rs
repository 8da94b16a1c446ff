//! Who is present, kept with the room: its next owner, after a restart or a crash, finds people away, not gone.

use std::collections::BTreeSet;

use maru_protocol::{PersonKind, Standing, Status};

use super::member::{Kept, Member, MemberNo, Pose, Session, SessionNo};
use super::schedule::Due;
use super::{Now, Room};
use crate::domain::clock::Tick;
use crate::domain::room::Applicant;
use crate::domain::visitor::Bearer;
use crate::ports::room::Present;
use crate::realtime::wire;

/// A change of the roster waits this long for others to be saved with it.
const ROSTER_MS: u64 = 100;

/// Where people are, the roster is saved this often even if nothing in it changes: who was seen so long ago may come
/// back by a token that is older than any other could be.
const ROSTER_MS_MAX: u64 = 60 * 60 * 1_000;

/// Each session adds this much: the whole roster is written anew.
const ROSTER_MS_PER_SESSION: u64 = 1;

impl Room {
    /// When a change of the roster is saved, whatever else is; at once by an owner that stops.
    pub(super) fn roster_due(&self) -> Option<Tick> {
        if self.handed_over {
            return None;
        }
        let wait = if self.draining {
            0
        } else {
            ROSTER_MS + self.sessions.len() as u64 * ROSTER_MS_PER_SESSION
        };
        let owed = self.debt.roster_owed().map(|since| since.plus_ms(wait));
        let is_here = !self.by_conn.is_empty();
        let again = self.debt.roster_saved().filter(|_| is_here);
        let again = again.map(|saved| saved.plus_ms(ROSTER_MS_MAX));
        owed.into_iter().chain(again).min()
    }

    pub(super) fn roster(&self, now: Now) -> Vec<Present> {
        let present = self.sessions.values().filter_map(|session| {
            let member = self.members.get(&session.member)?;
            Some(Present {
                session: session.id,
                generation: session.record.generation,
                bearer: session.bearer.clone(),
                name: member.name.clone(),
                handle: member.handle.clone(),
                look: member.look,
                follows_owner: member.follows_owner,
                origin: member.origin,
                hidden: member.hidden.clone(),
                x: member.pose.x,
                y: member.pose.y,
                facing: member.pose.facing,
                seen: match session.lost {
                    Some(_) => session.record.seen,
                    None => now.wall,
                },
            })
        });
        present.collect()
    }

    /// Takes the people of the last owner over: away until they come back, gone when the grace has passed.
    pub(super) fn restore(&mut self, roster: Vec<Present>, now: Now) {
        for present in roster {
            let member = self.restored_member(&present, now);
            let no = SessionNo(self.next_session);
            self.next_session += 1;
            let Kept {
                mut record,
                saved_number,
            } = self.records.remove(&present.session).unwrap_or_default();
            record.generation = record.generation.max(present.generation);
            record.person = present.bearer.person_id();
            record.seen = record.seen.max(present.seen);
            let session = Session {
                id: present.session,
                member,
                bearer: present.bearer.clone(),
                conn: None,
                lost: Some(now.tick),
                away: true,
                offered: record.generation,
                record,
                restored: true,
                saved_number,
                base_max: None,
            };
            self.sessions.insert(no, session);
            let at = now.tick.plus_ms(self.limits.grace_ms);
            self.schedule.set(Due::Lost(no), at);
            self.by_id.insert(present.session, no);
            if let Some(member) = self.members.get_mut(&member) {
                member.sessions.insert(no);
            }
        }
    }

    fn restored_member(&mut self, present: &Present, now: Now) -> MemberNo {
        let person_id = present.bearer.person_id();
        let (kind, user) = match &present.bearer {
            Bearer::User { id, .. } => (PersonKind::User, Some(*id)),
            Bearer::Guest { .. } => (PersonKind::Guest, None),
        };
        if let Some(no) = self.by_person.get(&person_id) {
            return *no;
        }
        let no = MemberNo(self.next_member);
        self.next_member += 1;
        let pose = Pose {
            x: present.x,
            y: present.y,
            facing: present.facing,
            standing: Standing::Still,
        };
        let applicant = Applicant {
            person: &person_id,
            user,
            follows_owner: present.follows_owner,
            hidden: &present.hidden,
            origin: present.origin,
        };
        let muted = self.card.access.is_muted(&applicant, now.wall);
        let member = Member {
            no,
            person_id: person_id.clone(),
            kind,
            name: present.name.clone(),
            handle: present.handle.clone(),
            look: present.look,
            role: wire::role_out(self.card.role_of(user)),
            away: true,
            pose,
            sessions: BTreeSet::new(),
            muted,
            follows_owner: present.follows_owner,
            origin: present.origin,
            hidden: present.hidden.clone(),
            // Known anew with the next connection, before which there is nobody to read.
            unheard: BTreeSet::new(),
            user,
            active: now.tick,
            idle: false,
            status: Status::Available,
            written: None,
        };
        let at = now.tick.plus_ms(self.limits.idle_ms);
        self.schedule.set(Due::Idle(no), at);
        self.by_person.insert(person_id, no);
        self.members.insert(no, member);
        no
    }
}
