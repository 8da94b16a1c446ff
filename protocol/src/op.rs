//! Room documents and the operations that change them, as they travel.

use crate::array::{array_enum, array_struct, number_enum};
use crate::person::Role;

number_enum! {
    /// The surface an item belongs to.
    Place {
        /// The floor, or the top of a piece standing there.
        0 Floor,
        /// The wall along the y axis (x = 0).
        1 LeftWall,
        /// The wall along the x axis (y = 0).
        2 RightWall,
    }
}

array_struct! {
    /// Where an item stands: `x`, `y` in half tiles on the floor; on a wall `x` runs along it in half
    /// tiles and `y` is the height of its lower edge in half z-units.
    Standpoint {
        place: Place,
        x: i32,
        y: i32,
    }
}

array_struct! {
    /// One item of the room document.
    ItemState {
        /// Chosen by the author, unique in the room, at most [`crate::ITEM_ID_MAX`].
        id: u64,
        /// A kind of the catalogue.
        kind: String,
        place: Place,
        x: i32,
        y: i32,
        /// Quarter turns, 0 to 3.
        rotation: u8,
        /// A palette name, or empty for the kind's own colour.
        color: String,
        /// The seq of the item's last change.
        seq: u64,
    }
}

array_struct! {
    /// An item removed since the receiver's seq.
    RemovedItem {
        id: u64,
        seq: u64,
    }
}

array_struct! {
    /// How the room itself looks; names from the catalogue.
    Theme {
        wallpaper: String,
        flooring: String,
        /// `day` or `night`.
        light: String,
        /// The seq of the theme's last change.
        seq: u64,
    }
}

number_enum! {
    /// Who may come in, beside the owner.
    Visibility {
        /// Everyone, guests where `guests_allowed`.
        0 Public,
        /// Editors and people who follow the owner.
        1 Followers,
        /// Editors.
        2 Private,
    }
}

array_struct! {
    /// One item to copy.
    ItemCopy {
        /// The item to copy, as it is when the batch is applied.
        from: u64,
        /// The new item's id, chosen by the author.
        to: u64,
    }
}

array_enum! {
    /// One change to a room. Kinds 1 to 6 furnish and talk; the later ones decide about the room itself.
    Op {
        /// A new item.
        1 Put {
            id: u64,
            kind: String,
            place: Place,
            x: i32,
            y: i32,
            rotation: u8,
            color: String,
        },
        /// New values for some fields of an item; nil leaves a field alone.
        2 Patch {
            id: u64,
            standpoint: Option<Standpoint>,
            rotation: Option<u8>,
            color: Option<String>,
            /// Apply only while the item's last change is this seq.
            if_seq: Option<u64>,
        },
        /// Takes an item out of the room.
        3 Remove {
            id: u64,
            /// Apply only while the item's last change is this seq.
            if_seq: Option<u64>,
        },
        /// New values for some parts of the theme; nil leaves a part alone.
        4 SetTheme {
            wallpaper: Option<String>,
            flooring: Option<String>,
            light: Option<String>,
        },
        /// A line of chat.
        5 Say {
            text: String,
        },
        /// Copies of a selection, moved by an offset; received by everyone as `Put`.
        6 Duplicate {
            /// 1 to 64; all or none are made.
            copies: Vec<ItemCopy>,
            /// Added to each copy's `x`.
            dx: i32,
            /// Added to each copy's `y`.
            dy: i32,
        },
        /// Sends a person out; they may come again.
        7 Kick {
            /// `Person.id`.
            person: String,
        },
        /// Keeps a person out, here now or not.
        8 Ban {
            /// `Person.id`.
            person: String,
        },
        /// Lets a person in again.
        9 Unban {
            /// `Person.id`.
            person: String,
        },
        /// Takes a person's chat and typing away.
        10 Mute {
            /// `Person.id`.
            person: String,
            /// For how long; nil: until unmuted.
            minutes: Option<u32>,
        },
        /// Gives it back.
        11 Unmute {
            /// `Person.id`.
            person: String,
        },
        /// Makes a user an editor, or a visitor again.
        12 SetRole {
            /// `Person.id` of a user.
            person: String,
            /// `Visitor` or `Editor`.
            role: Role,
        },
        /// New values for some rules of the room; nil leaves a rule alone.
        13 SetPolicy {
            /// The room's name, 1 to 40 characters.
            name: Option<String>,
            visibility: Option<Visibility>,
            guests_allowed: Option<bool>,
            /// A locked room lets nobody in but its owner and editors; who is inside stays.
            locked: Option<bool>,
            /// People it holds; the owner always gets in.
            people_max: Option<u32>,
        },
        /// Keeps theme and items as they are under a name; an existing layout of that name is replaced.
        14 SaveLayout {
            /// 1 to 40 characters.
            name: String,
        },
        /// Brings theme and items back as they were saved; received by everyone as what it changed.
        15 RestoreLayout {
            name: String,
        },
        /// Forgets a layout.
        16 RemoveLayout {
            name: String,
        },
    }
}
