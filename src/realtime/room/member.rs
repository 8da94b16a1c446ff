//! The people of a room and their sessions.

use std::collections::BTreeSet;

use maru_protocol::{Avatar, Person, PersonKind, Role, Standing, Status, encode_person};

use super::ConnId;
use crate::domain::clock::Tick;
use crate::domain::id::{SessionId, UserId};
use crate::domain::room::{Applicant, GuestOrigin, Seq};
use crate::domain::user::Look;
use crate::domain::visitor::Bearer;
use crate::ports::room::SessionRecord;

/// Half a tile, in hundredths of a tile.
pub(super) const HALF_TILE: i32 = 50;

/// A person's number in this room and epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberNo(pub u32);

/// A session's number in this room and epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionNo(pub u32);

/// An avatar's place: hundredths of a tile, quarter turn, what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pose {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) facing: u8,
    pub(super) standing: Standing,
}

impl Pose {
    /// The pose of a wire avatar.
    pub(super) fn of(avatar: &Avatar) -> Self {
        Self {
            x: avatar.x,
            y: avatar.y,
            facing: avatar.facing,
            standing: avatar.standing,
        }
    }

    /// The nearest pose in a room with sides of `size` half tiles.
    pub(super) fn clamped(self, size: i32) -> Self {
        Self {
            x: self.x.clamp(0, size * HALF_TILE),
            y: self.y.clamp(0, size * HALF_TILE),
            facing: self.facing.min(3),
            standing: self.standing,
        }
    }

    /// Whether it lies in a room with sides of `size` half tiles.
    pub(super) fn is_within(&self, size: i32) -> bool {
        let range = 0..=size * HALF_TILE;
        range.contains(&self.x) && range.contains(&self.y) && self.facing < 4
    }
}

/// One person present.
#[derive(Debug)]
pub(super) struct Member {
    pub no: MemberNo,
    pub person_id: String,
    pub kind: PersonKind,
    pub name: String,
    pub handle: Option<String>,
    pub look: Look,
    pub role: Role,
    pub away: bool,
    pub pose: Pose,
    pub sessions: BTreeSet<SessionNo>,
    pub hidden: BTreeSet<String>,
    /// Whose words this person does not want.
    pub unheard: BTreeSet<String>,
    /// The account, if any.
    pub user: Option<UserId>,
    /// Whether the user followed the owner when last looked up.
    pub follows_owner: bool,
    /// A keyed hash of the address of the newest connection.
    pub origin: Option<u64>,
    /// When the person last did something, on any device.
    pub active: Tick,
    /// Whether that is long ago.
    pub idle: bool,
    pub status: Status,
    /// Whether the person's chat and typing are taken away.
    pub muted: bool,
    /// The person as last written for a newcomer: a crowd is not written anew for each one.
    pub written: Option<Written>,
}

/// A person and their bytes on the wire.
#[derive(Debug)]
pub(super) struct Written {
    person: Person,
    pub bytes: Vec<u8>,
}

impl Member {
    /// The person as far as the room's policy cares.
    pub fn applicant(&self) -> Applicant<'_> {
        Applicant {
            person: &self.person_id,
            user: self.user,
            follows_owner: self.follows_owner,
            hidden: &self.hidden,
            origin: self.origin,
        }
    }

    /// Where a guest comes from; none for users.
    pub fn guest(&self) -> Option<GuestOrigin> {
        let origin = self.origin;
        (self.kind == PersonKind::Guest).then_some(GuestOrigin { origin })
    }

    pub fn avatar(&self) -> Avatar {
        let Pose {
            x,
            y,
            facing,
            standing,
        } = self.pose;
        Avatar {
            member: self.no.0,
            x,
            y,
            facing,
            standing,
        }
    }

    /// Writes the person if they are not as last written.
    pub fn write(&mut self) {
        let written = self.written.as_ref();
        if !written.is_some_and(|written| self.is_as(&written.person)) {
            let person = self.person();
            let bytes = encode_person(&person);
            self.written = Some(Written { person, bytes });
        }
    }

    /// Whether this is what the person looks like now. Names every field, so that none is forgotten.
    fn is_as(&self, shown: &Person) -> bool {
        let Person {
            member,
            id,
            kind,
            name,
            handle,
            look,
            role,
            away,
            avatar,
            idle,
            status,
            muted,
        } = shown;
        *avatar == self.avatar()
            && (*member, *kind, *role, *status) == (self.no.0, self.kind, self.role, self.status)
            && (*away, *idle, *muted) == (self.away, self.idle, self.muted)
            && *look == self.look.0
            && *name == self.name
            && *handle == self.handle
            && *id == self.person_id
    }

    pub fn person(&self) -> Person {
        Person {
            member: self.no.0,
            id: self.person_id.clone(),
            kind: self.kind,
            name: self.name.clone(),
            handle: self.handle.clone(),
            look: self.look.0.to_vec(),
            role: self.role,
            away: self.away,
            avatar: self.avatar(),
            idle: self.idle,
            status: self.status,
            muted: self.muted,
        }
    }
}

/// One live presence; it outlives connections.
#[derive(Debug)]
pub(super) struct Session {
    pub id: SessionId,
    pub member: MemberNo,
    /// What its resume tokens keep of the person, and of the login it came with.
    pub bearer: Bearer,
    pub conn: Option<ConnId>,
    /// When the connection was lost, while it is.
    pub lost: Option<Tick>,
    /// Whether the loss has lasted long enough to be shown.
    pub away: bool,
    pub record: SessionRecord,
    /// The generation of the newest token given out; `record` has the newest one known to have arrived.
    pub offered: u32,
    /// Known from the last owner only, which may have offered more tokens than it had saved.
    pub restored: bool,
    /// Answers up to this number are durable.
    pub saved_number: u32,
    /// What resent batches can have seen at the most: the session comes from an epoch that was saved up to
    /// here, and later seqs of that epoch mean nothing now.
    pub base_max: Option<Seq>,
}

impl Session {
    /// The number of the last batch taken.
    pub fn last_number(&self) -> u32 {
        self.record.last_number()
    }
}

/// What is kept of a session that is not live.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub record: SessionRecord,
    /// Answers up to this number are durable.
    pub saved_number: u32,
}

impl Kept {
    /// A record as the store had it.
    pub fn saved(record: SessionRecord) -> Self {
        let saved_number = record.last_number();
        Self {
            record,
            saved_number,
        }
    }
}
