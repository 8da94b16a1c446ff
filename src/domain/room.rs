//! A room's document: its theme, its items, its recent chat and history, its layouts, and how operations
//! change them; its policy; and what its owner may decide.

mod access;
mod apply;
mod decided;
mod decision;
mod event;
mod history;
mod layout;
mod op;

pub use access::{
    Access, Applicant, Ban, Denied, GUEST_BAN_MS, GuestOrigin, Mute, Role, Shut, Visibility,
};
pub use apply::{Applied, BatchOutcome, apply_batch};
pub use decided::{DECIDED_MAX, Decided, Subject};
pub use decision::{AuditEntry, Decision, PersonRef, PolicyChange};
pub use event::RoomEvent;
pub use history::{Action, EDIT_PARTS_MAX, EDITS_MAX, Edit, EditPart};
pub use layout::Layout;
pub use op::{ItemCopy, Op, Refusal};

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::clock::WallMs;
use super::id::{RoomId, SessionId, UserId};
use super::version::Version;

/// The most chat lines kept with a room.
pub const CHAT_LINES_MAX: usize = 100;

/// The most removals remembered; older ones move the horizon.
pub const TOMBSTONES_MAX: usize = 512;

/// A batch's place in its room.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The next place.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// The number of one ownership of a room.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// An item's identity in its room, chosen by its author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub u64);

/// The surface an item belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The floor, or the top of a piece standing there.
    Floor,
    /// The wall along the y axis.
    LeftWall,
    /// The wall along the x axis.
    RightWall,
}

/// Where an item stands, in half tiles (on a wall: `y` in half z-units). One field when merging: an item
/// never ends up where nobody put it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Standpoint {
    /// The surface.
    pub place: Place,
    /// Along the right wall, or along the item's own wall.
    pub x: i32,
    /// Along the left wall, or the height of the lower edge.
    pub y: i32,
}

/// What an item is and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// A kind of the catalogue.
    pub kind: String,
    /// Where it stands.
    pub standpoint: Standpoint,
    /// Quarter turns, 0 to 3.
    pub rotation: u8,
    /// A palette name, or empty for the kind's own colour.
    pub color: String,
}

/// When a field was last set, and in which session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The batch.
    pub seq: Seq,
    /// The session that sent it.
    pub by: SessionId,
}

impl Stamp {
    /// Set by no session there is.
    pub const fn nobodys(seq: Seq) -> Self {
        let by = SessionId::from_uuid(uuid::Uuid::nil());
        Self { seq, by }
    }
}

/// One item of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What and where.
    #[serde(flatten)]
    pub piece: Piece,
    /// Last change of the standpoint.
    pub standpoint_set: Stamp,
    /// Last change of the rotation.
    pub rotation_set: Stamp,
    /// Last change of the colour.
    pub color_set: Stamp,
}

impl Item {
    /// The seq of the item's last change.
    pub fn seq(&self) -> Seq {
        self.standpoint_set
            .seq
            .max(self.rotation_set.seq)
            .max(self.color_set.seq)
    }
}

/// The light in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// Sun through the windows.
    Day,
    /// Lamps.
    Night,
}

impl Light {
    /// The name on the wire and in the catalogue.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Night => "night",
        }
    }

    /// The light of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "day" => Some(Self::Day),
            "night" => Some(Self::Night),
            _ => None,
        }
    }
}

/// How the room itself looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theme {
    /// A wallpaper of the catalogue.
    pub wallpaper: String,
    /// A flooring of the catalogue.
    pub flooring: String,
    /// Day or night.
    pub light: Light,
    /// The last change of each part: wallpaper, flooring, light.
    pub set: [Option<Stamp>; 3],
}

impl Theme {
    /// A theme nobody has changed yet.
    pub fn new(wallpaper: &str, flooring: &str, light: Light) -> Self {
        Self {
            wallpaper: wallpaper.to_owned(),
            flooring: flooring.to_owned(),
            light,
            set: [None; 3],
        }
    }

    /// The seq of the theme's last change.
    pub fn seq(&self) -> Seq {
        let seqs = self.set.iter().flatten().map(|stamp| stamp.seq);
        seqs.max().unwrap_or_default()
    }
}

/// One line of chat kept with the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatLine {
    /// The batch it came in.
    pub seq: Seq,
    /// When.
    pub at: WallMs,
    /// The user or guest id.
    pub author_id: String,
    /// The author's name at that time.
    pub author_name: String,
    /// Set for guests, who are known by nothing else once they have gone.
    pub guest: Option<GuestOrigin>,
    /// What was said.
    pub text: String,
}

/// A room's document at `seq`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The last batch applied.
    pub seq: Seq,
    /// Removals at or below this seq are forgotten.
    pub horizon: Seq,
    /// The room itself.
    pub theme: Theme,
    /// What stands in it.
    pub items: BTreeMap<ItemId, Item>,
    /// What was removed, when and by whom.
    pub tombstones: BTreeMap<ItemId, Stamp>,
    /// The last lines said.
    pub chat: VecDeque<ChatLine>,
    /// The last edits.
    pub history: VecDeque<Edit>,
    /// What the owner kept under a name.
    pub layouts: BTreeMap<String, Layout>,
}

impl Document {
    /// An empty room.
    pub fn new(theme: Theme) -> Self {
        Self {
            seq: Seq(0),
            horizon: Seq(0),
            theme,
            items: BTreeMap::new(),
            tombstones: BTreeMap::new(),
            chat: VecDeque::new(),
            history: VecDeque::new(),
            layouts: BTreeMap::new(),
        }
    }
}

/// What a room is, apart from its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomCard {
    /// Which.
    pub id: RoomId,
    /// Whose.
    pub owner_id: UserId,
    /// The name shown.
    pub name: String,
    /// Who may come in and do what. Holds names of banned people: not for showing as it is.
    pub access: Access,
}

impl RoomCard {
    /// Names the rules as they are: of equal rules it is equal, on every node and in every store, and of others it is
    /// another one.
    pub fn rules_version(&self) -> Version {
        let access = &self.access;
        let people_max = access.people_max.map_or(-1, i64::from);
        let flags = [access.guests_allowed.into(), access.locked.into(), 0xff];
        digest([
            self.name.as_bytes(),
            // In no text: what comes after cannot pass for a part of the name.
            &[0xff],
            access.visibility.as_str().as_bytes(),
            &flags,
            &people_max.to_be_bytes(),
        ])
    }

    /// The same for who its editors are.
    pub fn editors_version(&self) -> Version {
        let editors = self.access.editors.keys();
        digest(editors.flat_map(|id| [id.as_bytes(), &[0xff]]))
    }
}

/// The same for a room's layouts, by their names in order, and when each was saved.
pub fn layouts_version<'a>(layouts: impl IntoIterator<Item = (&'a str, WallMs)>) -> Version {
    let layouts = layouts.into_iter();
    let mut bytes = Vec::new();
    for (name, saved) in layouts {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(0xff);
        bytes.extend_from_slice(&saved.0.to_be_bytes());
    }
    digest([bytes.as_slice()])
}

/// FNV-1a.
fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Version {
    let bytes = parts.into_iter().flatten();
    Version(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    }))
}
