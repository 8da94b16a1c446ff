//! The owner's decisions about the room and its people, from a session or from REST: carried out, put on
//! record, and acted upon at once.

use maru_protocol::{CloseCode, ErrorCode, Event, PersonKind, Role};

use super::batch::{Author, Outcome};
use super::entry::Refused;
use super::member::{Member, MemberNo};
use super::schedule::Due;
use super::{CommandNo, CommandOutcome, Effect, Now, Room, wire};
use crate::domain::clock::WallMs;
use crate::domain::id::{SessionId, UserId};
use crate::domain::room::{
    AuditEntry, Ban, BatchOutcome, Decision, GuestOrigin, Mute, PersonRef, PolicyChange, Refusal,
    Role as DomainRole,
};
use crate::domain::rules::Rule;

const MINUTE_MS: u64 = 60_000;

/// What a decision is about that is about nobody: members are numbered from 1.
const NOBODY: MemberNo = MemberNo(0);

/// Newer than any token: no session is welcomed so often.
const VOID_GENERATION: u32 = u32::MAX / 2;

impl Room {
    /// A decision from elsewhere than a session; answered when it is saved, or refused at once.
    pub(super) fn command(
        &mut self,
        by: UserId,
        name: String,
        decision: Decision,
        reply: CommandNo,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let mut refuse = |outcome| effects.push(Effect::Answer { reply, outcome });
        if by != self.card.owner_id && Rule::Authorise.holds() {
            return refuse(CommandOutcome::Refused(Refusal::Forbidden));
        }
        if Rule::Debt.holds() && self.debt.is_too_deep(&self.limits, now.tick) {
            return refuse(CommandOutcome::Busy);
        }
        let id = by.to_string();
        let member = self.by_person.get(&id).copied().unwrap_or(NOBODY);
        let author = Author {
            session: SessionId::from_uuid(uuid::Uuid::nil()),
            person: PersonRef { id, name },
            base_seq: self.document.seq,
            resend: false,
        };
        match self.decide(decision, &author, now.wall) {
            Outcome::Applied(shown) => {
                let seq = self.document.seq;
                let then = self.show(member, (0, 0), shown, now);
                self.debt.owe_command(reply, seq, now.tick);
                if let Some(decision) = then {
                    self.follow(&decision, now, effects);
                }
            }
            Outcome::Superseded => refuse(CommandOutcome::Refused(Refusal::Conflict)),
            Outcome::Refused(refusal) => refuse(CommandOutcome::Refused(refusal)),
            Outcome::NotNow(_) => refuse(CommandOutcome::Busy),
        }
    }

    /// Carries a decision out at the document's next seq, or changes nothing.
    pub(super) fn decide(&mut self, mut decision: Decision, by: &Author, at: WallMs) -> Outcome {
        if !decision.is_possible() {
            return Outcome::Refused(Refusal::BadPolicy);
        }
        if let Err(refusal) = self.identify(&mut decision) {
            return Outcome::Refused(refusal);
        }
        if self.is_told_too_little() {
            return Outcome::NotNow("what was decided before is not passed on yet");
        }
        let ops = if let Decision::RestoreLayout { name } = &decision {
            match self.restore_layout(name.as_str(), by, at) {
                Ok(BatchOutcome::Applied(ops)) => {
                    self.debt.owe_ops(&ops);
                    ops.into_iter().map(wire::op_out).collect()
                }
                Ok(BatchOutcome::Superseded) => return Outcome::Superseded,
                Ok(BatchOutcome::Refused(refusal)) | Err(refusal) => {
                    return Outcome::Refused(refusal);
                }
            }
        } else {
            if let Err(refusal) = self.carry_out(&decision, at) {
                return Outcome::Refused(refusal);
            }
            self.document.seq = self.document.seq.next();
            vec![wire::decision_out(decision.clone())]
        };
        self.debt.owe_audit(AuditEntry {
            seq: self.document.seq,
            at,
            actor: by.person.clone(),
            decision: decision.clone(),
        });
        Outcome::Applied(super::batch::Shown {
            ops,
            decision: Some(decision),
        })
    }

    /// Finds out whom a decision is about: someone present, or someone the room remembers.
    fn identify(&self, decision: &mut Decision) -> Result<(), Refusal> {
        let appoints = matches!(
            decision,
            Decision::SetRole {
                role: DomainRole::Editor,
                ..
            }
        );
        let Some(person) = decision.person_mut() else {
            return Ok(());
        };
        if person.id == self.card.owner_id.to_string() {
            return Err(Refusal::Forbidden);
        }
        let member = self.present(&person.id);
        if appoints && member.is_some_and(|member| member.kind == PersonKind::Guest) {
            return Err(Refusal::NoSuchPerson);
        }
        let edits = self.document.history.iter().rev();
        let edited = || edits.clone().find(|edit| edit.author_id == person.id);
        let known = member
            .map(|member| member.name.as_str())
            .or_else(|| self.card.access.name_of(&person.id))
            .or_else(|| edited().map(|edit| edit.author_name.as_str()));
        if let Some(name) = known {
            person.name = name.to_owned();
        } else if !appoints && person.name.is_empty() {
            // Chat does not tell users from guests, and guests are no editors.
            let mut lines = self.document.chat.iter().rev();
            if let Some(line) = lines.find(|line| line.author_id == person.id) {
                person.name.clone_from(&line.author_name);
            }
        }
        if person.name.is_empty() {
            return Err(Refusal::NoSuchPerson);
        }
        Ok(())
    }

    fn present(&self, person: &str) -> Option<&Member> {
        self.members.get(self.by_person.get(person)?)
    }

    /// Everything but the restoring of layouts.
    fn carry_out(&mut self, decision: &Decision, at: WallMs) -> Result<(), Refusal> {
        match decision {
            Decision::Kick { person } => {
                let here = self.by_person.contains_key(&person.id);
                return here.then_some(()).ok_or(Refusal::NoSuchPerson);
            }
            Decision::SaveLayout { name } => return self.save_layout(name.as_str(), at),
            Decision::RemoveLayout { name } => return self.remove_layout(name.as_str()),
            Decision::RestoreLayout { .. } => return Ok(()),
            Decision::SetPolicy(change) => self.change_policy(change)?,
            _ => self.change_lists(decision, at)?,
        }
        self.debt.owe_card();
        Ok(())
    }

    /// Editors, bans and mutes.
    fn change_lists(&mut self, decision: &Decision, at: WallMs) -> Result<(), Refusal> {
        let max = self.limits.access_list_max;
        let guest = decision.person().and_then(|person| {
            let member = self.present(&person.id)?;
            let origin = member.origin;
            (member.kind == PersonKind::Guest).then_some(GuestOrigin { origin })
        });
        let access = &mut self.card.access;
        match decision {
            Decision::Ban { person } => {
                let name = person.name.clone();
                access.ban(&person.id, Ban { name, at, guest }, max)
            }
            Decision::Mute { person, minutes } => {
                let for_ms = minutes.map(|minutes| u64::from(minutes) * MINUTE_MS);
                let mute = Mute {
                    name: person.name.clone(),
                    until: for_ms.map(|ms| WallMs(at.0.saturating_add(ms))),
                };
                access.mute(&person.id, mute, at, max)
            }
            Decision::SetRole { person, role } if *role == DomainRole::Editor => {
                access.appoint(&person.id, &person.name, max)
            }
            Decision::SetRole { person, .. } => {
                access.editors.remove(&person.id);
                Ok(())
            }
            Decision::Unban { person } => was_there(access.bans.remove(&person.id)),
            Decision::Unmute { person } => was_there(access.mutes.remove(&person.id)),
            _ => Ok(()),
        }
    }

    fn change_policy(&mut self, change: &PolicyChange) -> Result<(), Refusal> {
        if *change == PolicyChange::default() {
            return Err(Refusal::BadPolicy);
        }
        let possible = 1..=self.limits.people_max;
        if change
            .people_max
            .is_some_and(|max| !possible.contains(&(max as usize)))
        {
            return Err(Refusal::BadPolicy);
        }
        let card = &mut self.card;
        if let Some(name) = &change.name {
            name.as_str().clone_into(&mut card.name);
        }
        let access = &mut card.access;
        access.visibility = change.visibility.unwrap_or(access.visibility);
        access.guests_allowed = change.guests_allowed.unwrap_or(access.guests_allowed);
        access.locked = change.locked.unwrap_or(access.locked);
        access.people_max = change.people_max.or(access.people_max);
        Ok(())
    }

    /// What a decision means for the people present; after its own event, so that causes come first.
    pub(super) fn follow(&mut self, decision: &Decision, now: Now, effects: &mut Vec<Effect>) {
        match decision {
            Decision::Kick { person } => {
                if let Some(no) = self.by_person.get(&person.id).copied() {
                    let message = "the owner sent you out";
                    let kicked = Refused(ErrorCode::Kicked, message, CloseCode::Kicked);
                    self.send_out(no, &kicked, now, effects);
                }
            }
            Decision::SetPolicy(_) => {
                let room = self.room_info();
                self.outgoing.event(NOBODY, Event::RoomChanged { room });
            }
            _ => {}
        }
        self.enforce(now, effects);
        if let Decision::Kick { person } | Decision::Ban { person } = decision {
            self.void_tokens(&person.id);
        }
    }

    /// No resume token of this person is good any more, of sessions that ended long ago neither.
    fn void_tokens(&mut self, person: &str) {
        for (id, kept) in &mut self.records {
            if kept.record.person == person {
                kept.record.generation = VOID_GENERATION;
                self.debt.owe_record(*id);
            }
        }
    }

    /// Holds everyone present to the policy of this moment.
    pub(super) fn enforce(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let mut out = Vec::new();
        let mut updated = Vec::new();
        for member in self.members.values_mut() {
            match self.card.keeps(&member.applicant(), now.wall) {
                Ok(role) => {
                    let role: Role = wire::role_out(role);
                    let muted = self.card.access.is_muted(&member.person_id, now.wall);
                    if (member.role, member.muted) != (role, muted) {
                        (member.role, member.muted) = (role, muted);
                        updated.push(member.no);
                    }
                }
                Err(denied) => out.push((member.no, Refused::from(denied))),
            }
        }
        for no in updated {
            self.updated(no);
        }
        for (no, refused) in out {
            self.send_out(no, &refused, now, effects);
        }
        self.schedule_unmute(now);
    }

    /// The next mute to end by itself wakes the room.
    pub(super) fn schedule_unmute(&mut self, now: Now) {
        match self.card.access.next_unmute(now.wall) {
            Some(at) => {
                let wait_ms = at.0.saturating_sub(now.wall.0);
                self.schedule.set(Due::Unmute, now.tick.plus_ms(wait_ms));
            }
            None => self.schedule.clear(Due::Unmute),
        }
    }

    /// Ends all sessions of a person.
    fn send_out(&mut self, no: MemberNo, why: &Refused, now: Now, effects: &mut Vec<Effect>) {
        let Some(member) = self.members.get(&no) else {
            return;
        };
        for no in member.sessions.clone() {
            let Some(session) = self.sessions.get_mut(&no) else {
                continue;
            };
            if let Some(conn) = session.conn.take() {
                self.by_conn.remove(&conn);
                self.audiences = None;
                why.tell(conn, effects);
            }
            session.record.seen = now.wall;
            self.end_session(no);
        }
    }
}

fn was_there<T>(removed: Option<T>) -> Result<(), Refusal> {
    removed.map(drop).ok_or(Refusal::NoSuchPerson)
}
