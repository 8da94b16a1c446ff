//! The policy of the moment, asked at the door and at every batch.

use maru_protocol::{CloseCode, ErrorCode, Role, RoomInfo};

use super::io::Entry;
use super::member::SessionNo;
use super::refused::Refused;
use super::{Now, Room, wire};
use crate::domain::room::{Applicant, Denied, Op, Refusal};
use crate::domain::rules::Rule;
use crate::realtime::wire::Asked;

impl From<Denied> for Refused {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Banned => Self::new(
                ErrorCode::Banned,
                "the owner keeps you out of this room",
                CloseCode::Banned,
            ),
            Denied::NotOpen => Self::new(
                ErrorCode::Forbidden,
                "this room is not open to you",
                CloseCode::Forbidden,
            ),
            Denied::Locked => Self::new(
                ErrorCode::RoomLocked,
                "this room is locked",
                CloseCode::RoomLocked,
            ),
        }
    }
}

impl Room {
    /// Whether someone may come in now, and as what. A lock does not stop who has never left.
    pub(super) fn authorise_entry(
        &self,
        who: &Applicant<'_>,
        entry: &Entry,
        now: Now,
    ) -> Result<Role, Refused> {
        if !Rule::Authorise.holds() {
            return Ok(wire::role_out(self.card.role_of(who.user)));
        }
        let still_inside = match entry {
            Entry::Join { .. } => false,
            Entry::Resume { session, .. } => self.by_id.contains_key(session),
        };
        let verdict = if still_inside {
            self.card.keeps(who, now.wall)
        } else {
            self.card.admits(who, now.wall)
        };
        Ok(wire::role_out(verdict?))
    }

    /// Whether someone inside may do this now.
    pub(super) fn authorise(&self, no: SessionNo, asked: &Asked) -> Result<(), Refusal> {
        if !Rule::Authorise.holds() {
            return Ok(());
        }
        let session = self.sessions.get(&no).ok_or(Refusal::Forbidden)?;
        let member = self.members.get(&session.member);
        let member = member.ok_or(Refusal::Forbidden)?;
        // Its owner looks at what they have put away, and leaves it as it is.
        if self.card.access.shut.archived {
            return Err(Refusal::Forbidden);
        }
        let Asked::Edits(ops) = asked else {
            let owner = member.role == Role::Owner;
            return owner.then_some(()).ok_or(Refusal::Forbidden);
        };
        if member.role == Role::Visitor && ops.iter().any(Op::edits) {
            return Err(Refusal::Forbidden);
        }
        let talks = ops.iter().any(|op| !op.edits());
        if talks && member.muted {
            return Err(Refusal::Muted);
        }
        Ok(())
    }

    /// People here beside the owner.
    pub(super) fn visitors(&self) -> usize {
        let members = self.members.values();
        members.filter(|member| member.role != Role::Owner).count()
    }

    /// People the room holds beside the owner: what its owner chose, within what the server allows.
    pub(super) fn people_max(&self) -> usize {
        let chosen = self.card.access.people_max;
        let chosen = chosen.map_or(usize::MAX, |chosen| chosen as usize);
        chosen.min(self.limits.people_max)
    }

    pub(super) fn room_info(&self) -> RoomInfo {
        let access = &self.card.access;
        RoomInfo {
            id: self.card.id.to_string(),
            name: self.card.name.clone(),
            owner_id: self.card.owner_id.to_string(),
            visibility: wire::visibility_out(access.visibility),
            guests_allowed: access.guests_allowed,
            locked: access.locked,
            people_max: u32::try_from(self.people_max()).unwrap_or(u32::MAX),
        }
    }
}
