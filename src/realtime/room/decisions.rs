//! The owner's decisions about the room and its people, from a session or from REST: carried out, put on
//! record, and acted upon at once.

use std::collections::BTreeSet;

use maru_protocol::{CloseCode, ErrorCode, Event, Role};

use super::batch::{Author, Outcome};
use super::member::{Member, MemberNo};
use super::refused::{self, Refused, Why};
use super::schedule::Due;
use super::{CommandNo, CommandOutcome, Effect, Now, Room, wire};
use crate::domain::clock::WallMs;
use crate::domain::filter::Place;
use crate::domain::id::{SessionId, UserId};
use crate::domain::room::{
    AuditEntry, Ban, BatchOutcome, ChatLine, Decision, Denied, GuestOrigin, Mute, PersonRef,
    PolicyChange, Refusal, Role as DomainRole, Stamp, layouts_version,
};
use crate::domain::rules::Rule;
use crate::domain::text::Title;
use crate::domain::version::{Expected, Version};

const MINUTE_MS: u64 = 60_000;

/// What a decision is about that is about nobody: members are numbered from 1.
const NOBODY: MemberNo = MemberNo(0);

/// Newer than any token: no session is welcomed so often.
const VOID_GENERATION: u32 = u32::MAX / 2;

impl Room {
    /// A decision from elsewhere than a session; answered when it is saved, or refused at once.
    pub(super) fn command(
        &mut self,
        (by, name): (UserId, String),
        (decision, expected): (Decision, &Expected),
        reply: CommandNo,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        if by != self.card.owner_id && Rule::Authorise.holds() {
            let outcome = CommandOutcome::Refused(Refusal::Forbidden);
            return effects.push(Effect::Answer { reply, outcome });
        }
        if !expected.admits(self.version_for(&decision)) {
            let outcome = CommandOutcome::Stale;
            return effects.push(Effect::Answer { reply, outcome });
        }
        if let Some(why) = self.owes_too_much(now) {
            return answer(reply, &Outcome::NotNow(why), effects);
        }
        let id = by.to_string();
        let member = self.by_person.get(&id).copied().unwrap_or(NOBODY);
        let author = Author {
            session: SessionId::from_uuid(uuid::Uuid::nil()),
            person: PersonRef { id, name },
            guest: None,
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
            other => answer(reply, &other, effects),
        }
    }

    /// What of the room a decision from elsewhere is meant for a version of.
    fn version_for(&self, decision: &Decision) -> Version {
        match decision {
            Decision::SetRole { .. } => self.card.editors_version(),
            Decision::SaveLayout { .. }
            | Decision::RemoveLayout { .. }
            | Decision::RestoreLayout { .. } => {
                let layouts = self.document.layouts.iter();
                layouts_version(layouts.map(|(name, layout)| (name.as_str(), layout.saved)))
            }
            _ => self.card.rules_version(),
        }
    }

    /// Carries a decision out at the document's next seq, or changes nothing.
    pub(super) fn decide(&mut self, decision: Decision, by: &Author, at: WallMs) -> Outcome {
        if !decision.is_possible() {
            return Outcome::Refused(Refusal::BadPolicy);
        }
        if self.card.access.shut.forbids(&decision) {
            return Outcome::Refused(Refusal::Forbidden);
        }
        let decided = &self.card.access.decided;
        let seen = by.applied(at, self.limits.items_max);
        let left = decision.without(|subject| seen.is_overtaken(decided.last(subject)));
        let Some(mut decision) = left else {
            return Outcome::Superseded;
        };
        if let Err(refusal) = self.identify(&mut decision) {
            return Outcome::Refused(refusal);
        }
        let name = decision.name_given().map(Title::as_str);
        if name.is_some_and(|name| self.screen.at_once(Place::Name, name).is_err()) {
            return Outcome::Refused(Refusal::ContentRefused);
        }
        if self.is_told_too_little() {
            let message = "what was decided before is not passed on yet";
            let why = Why::new(ErrorCode::Unavailable, message);
            let wait_ms = self.limits.busy_retry_ms;
            return Outcome::NotNow(why.limit("live.outbox_events_max", wait_ms));
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
            self.settle_subjects(&decision, by.session);
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

    /// From here on older decisions about the same have no effect.
    fn settle_subjects(&mut self, decision: &Decision, by: SessionId) {
        let seq = self.document.seq;
        for subject in decision.subjects() {
            self.card.access.decided.set(subject, Stamp { seq, by });
            self.debt.owe_card();
        }
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
        if appoints && self.guest(&person.id).is_some() {
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
            // Old lines of chat do not tell users from guests, and guests are no editors.
            if let Some(line) = self.last_line(&person.id) {
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

    fn last_line(&self, person: &str) -> Option<&ChatLine> {
        let mut lines = self.document.chat.iter().rev();
        lines.find(|line| line.author_id == person)
    }

    /// Where someone comes from who is a guest: as they are here, as they last spoke here, as the lists have it.
    fn guest(&self, person: &str) -> Option<GuestOrigin> {
        if let Some(member) = self.present(person) {
            return member.guest();
        }
        let spoke = self.last_line(person).and_then(|line| line.guest);
        spoke.or_else(|| self.card.access.guest(person))
    }

    /// Everything but the restoring of layouts.
    fn carry_out(&mut self, decision: &Decision, at: WallMs) -> Result<(), Refusal> {
        match decision {
            Decision::Kick { person } => {
                let here = self.by_person.contains_key(&person.id);
                here.then_some(()).ok_or(Refusal::NoSuchPerson)
            }
            Decision::SaveLayout { name } => self.save_layout(name.as_str(), at),
            Decision::RemoveLayout { name } => self.remove_layout(name.as_str()),
            Decision::RestoreLayout { .. } => Ok(()),
            Decision::SetPolicy(change) => self.change_policy(change),
            _ => self.change_lists(decision, at),
        }
    }

    /// Editors, bans and mutes.
    fn change_lists(&mut self, decision: &Decision, at: WallMs) -> Result<(), Refusal> {
        let max = self.limits.access_list_max;
        let person = decision.person();
        let guest = person.and_then(|person| self.guest(&person.id));
        let access = &mut self.card.access;
        match decision {
            Decision::Ban { person } => {
                let name = person.name.clone();
                access.ban(&person.id, Ban { name, at, guest }, max)
            }
            Decision::Mute { person, minutes } => {
                let for_ms = minutes.map(|minutes| u64::from(minutes) * MINUTE_MS);
                let mute = Mute::new(person.name.clone(), at, for_ms, guest);
                access.mute(&person.id, mute, at, max)
            }
            Decision::SetRole { person, role } if *role == DomainRole::Editor => {
                access.appoint(&person.id, &person.name, max)
            }
            Decision::SetRole { person, .. } => {
                access.editors.remove(&person.id);
                Ok(())
            }
            Decision::Unban { person } => {
                let lifted = access.bans.remove(&person.id);
                lifted.map(drop).ok_or(Refusal::NoSuchPerson)
            }
            Decision::Unmute { person } => access.unmute(&person.id, guest),
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
                    let kicked = Refused::new(ErrorCode::Kicked, message, CloseCode::Kicked);
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
        let hidden = self.hidden_by_owner();
        for member in self.members.values_mut() {
            let kept = if hidden.contains(&member.person_id) && Rule::Authorise.holds() {
                Err(Denied::NotOpen)
            } else {
                self.card.keeps(&member.applicant(), now.wall)
            };
            match kept {
                Ok(role) => {
                    let role: Role = wire::role_out(role);
                    let muted = self.card.access.is_muted(&member.applicant(), now.wall);
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

    /// Whom the owner must not see, as known of them while they are here: the others may not have been looked up since.
    fn hidden_by_owner(&self) -> BTreeSet<String> {
        let owner = self.present(&self.card.owner_id.to_string());
        owner.map(|owner| owner.hidden.clone()).unwrap_or_default()
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

/// Answers a command that had no effect.
fn answer(reply: CommandNo, outcome: &Outcome, effects: &mut Vec<Effect>) {
    let (limit, outcome) = match outcome {
        // What is done is answered when it is saved.
        Outcome::Applied(_) => return,
        Outcome::Superseded => (None, CommandOutcome::Refused(Refusal::Conflict)),
        Outcome::Refused(refusal) => {
            let limit = refused::limit_of(*refusal);
            (limit, CommandOutcome::Refused(*refusal))
        }
        Outcome::NotNow(why) => (why.limit, CommandOutcome::Busy),
    };
    refused::count(limit, effects);
    effects.push(Effect::Answer { reply, outcome });
}
