//! Operations on a room document, checked in form; whether they fit the room is decided when applied.

use serde::{Deserialize, Serialize};

use super::{ItemId, Light, Piece, Seq, Standpoint};
use crate::domain::text::ChatText;

/// One item to copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemCopy {
    /// The item to copy.
    pub from: ItemId,
    /// The new item's identity.
    pub to: ItemId,
}

/// One change to a room document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// A new item.
    Put {
        /// Its identity.
        id: ItemId,
        /// What and where.
        piece: Piece,
    },
    /// New values for some fields of an item.
    Patch {
        /// Which item.
        id: ItemId,
        /// Where it shall stand.
        standpoint: Option<Standpoint>,
        /// Quarter turns.
        rotation: Option<u8>,
        /// A palette name or empty.
        color: Option<String>,
        /// Apply only while the item's last change is this.
        if_seq: Option<Seq>,
    },
    /// Takes an item out.
    Remove {
        /// Which item.
        id: ItemId,
        /// Apply only while the item's last change is this.
        if_seq: Option<Seq>,
    },
    /// New values for some parts of the theme.
    SetTheme {
        /// A wallpaper of the catalogue.
        wallpaper: Option<String>,
        /// A flooring of the catalogue.
        flooring: Option<String>,
        /// Day or night.
        light: Option<Light>,
    },
    /// A line of chat.
    Say {
        /// What is said.
        text: ChatText,
    },
    /// Copies of a selection: all or none. Applied as new items.
    Duplicate {
        /// What to copy, and the copies' identities.
        copies: Vec<ItemCopy>,
        /// Added to each copy's `x`.
        dx: i32,
        /// Added to each copy's `y`.
        dy: i32,
    },
}

impl Op {
    /// Whether the operation furnishes, which visitors may not.
    pub const fn edits(&self) -> bool {
        !matches!(self, Self::Say { .. })
    }
}

/// Why a batch was refused; it then had no effect at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Refusal {
    /// The author may not do this here.
    Forbidden,
    /// No item has this id.
    NoSuchItem,
    /// An item with this id stands here already.
    ItemExists,
    /// Zero, or above 2^53 - 1.
    BadItemId,
    /// Not in the catalogue.
    UnknownKind,
    /// Not in the palette.
    UnknownColor,
    /// No such wallpaper, flooring or light.
    UnknownTheme,
    /// Not 0 to 3, or turned on a wall.
    BadRotation,
    /// Outside its surface.
    OutOfBounds,
    /// Something is there.
    Overlap,
    /// A wall piece on the floor, or the other way round.
    WrongSurface,
    /// The room is full of items.
    TooManyItems,
    /// Empty, or more operations than allowed.
    BadBatchSize,
    /// A kind of operation this server does not know.
    UnknownOp,
    /// Nothing said.
    EmptyText,
    /// Too much said.
    TextTooLong,
    /// Control characters in what was said.
    ControlCharacters,
    /// `if_seq` did not match.
    Conflict,
    /// The number was used for another batch.
    NumberReused,
    /// The author's chat is taken away.
    Muted,
    /// Nobody of this id is known here.
    NoSuchPerson,
    /// No layout has this name.
    NoSuchLayout,
    /// The room keeps as many layouts as it may.
    TooManyLayouts,
    /// The list of editors, bans or mutes is full.
    ListFull,
    /// Empty, too long, or holds control characters.
    BadName,
    /// Outside its range, or no rule at all.
    BadPolicy,
    /// An owner's decision together with other operations.
    NotAlone,
    /// It may not be said here.
    ContentRefused,
}
