//! People in a room, as they travel.

use crate::array::{array_struct, number_enum};

number_enum! {
    /// Whether a person has an account.
    PersonKind {
        /// Signed in.
        0 User,
        /// A visitor with a chosen name.
        1 Guest,
    }
}

number_enum! {
    /// What a person may do in this room.
    Role {
        /// Looks, walks and talks.
        0 Visitor,
        /// Also furnishes.
        1 Editor,
        /// Also decides about the room.
        2 Owner,
    }
}

number_enum! {
    /// What an avatar is doing.
    Standing {
        /// Standing still.
        0 Still,
        /// Walking.
        1 Walking,
        /// Sitting.
        2 Sitting,
    }
}

number_enum! {
    /// What a person says about their attention.
    Status {
        /// Open to talk.
        0 Available,
        /// Here, but not to be disturbed.
        1 Busy,
    }
}

array_struct! {
    /// The place and pose of one person's avatar: the latest-wins lane.
    Avatar {
        /// The person's number in this room and epoch.
        member: u32,
        /// Hundredths of a tile from the back corner along the right wall.
        x: i32,
        /// Hundredths of a tile from the back corner along the left wall.
        y: i32,
        /// 0: towards +x, 1: +y, 2: -x, 3: -y.
        facing: u8,
        standing: Standing,
    }
}

array_struct! {
    /// One person present, however many connections they have.
    Person {
        /// The person's number in this room and epoch.
        member: u32,
        /// The user id, or the guest id: stable across rooms and epochs.
        id: String,
        kind: PersonKind,
        name: String,
        /// A user's handle; nil for guests.
        handle: Option<String>,
        /// Indexes into the wardrobe's slots.
        look: Vec<u8>,
        role: Role,
        /// True while every connection of the person is lost and the grace runs.
        away: bool,
        avatar: Avatar,
        /// True when the person has done nothing for `idle_ms` on any connection.
        idle: bool,
        status: Status,
        /// True while the person's chat is taken away.
        muted: bool,
    }
}

array_struct! {
    /// A person who need not be present.
    PersonRef {
        /// The user id, or the guest id.
        id: String,
        /// The name when it was last seen here.
        name: String,
    }
}
