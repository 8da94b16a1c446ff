//! Room documents and the operations that change them, as they travel.

use crate::array::{array_enum, array_struct, number_enum};

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

array_enum! {
    /// One change to a room document.
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
    }
}
