//! The frames themselves, one enum a direction.

use crate::array::{array_enum, array_struct, number_enum};
use crate::codes::{ErrorCode, NoticeKind, Reason};
use crate::op::{ItemState, Op, RemovedItem, Standpoint, Theme, Visibility};
use crate::person::{Avatar, Person, PersonRef, Role, Standing, Status};

array_struct! {
    /// What a client has of a room: everything up to `seq` of `epoch`.
    ReadPoint {
        epoch: u64,
        seq: u64,
    }
}

array_enum! {
    /// What a client may send.
    ClientFrame {
        /// The first frame of a new session.
        1 Join {
            /// A one-use ticket from `POST /v1/rooms/{id}/tickets`.
            ticket: String,
            /// Where the avatar last stood, a wish the server validates.
            avatar: Option<Avatar>,
        },
        /// The first frame of a returning session.
        2 Resume {
            /// The token of the last `Welcome`.
            token: String,
            /// What the client still has; nil asks for a snapshot.
            have: Option<ReadPoint>,
            /// Where the avatar last stood, a wish the server validates.
            avatar: Option<Avatar>,
        },
        /// One atomic batch of operations, taking one seq.
        3 Ops {
            /// Contiguous per session, from 1.
            number: u32,
            /// The newest seq the author had seen when making the batch.
            base_seq: u64,
            /// True when the batch was sent before and its answer is not known.
            resend: bool,
            ops: Vec<Op>,
        },
        /// The avatar's newest place; coalesced, never acknowledged.
        4 Move {
            x: i32,
            y: i32,
            facing: u8,
            standing: Standing,
        },
        /// Asks for a `Pong`.
        5 Ping {
            nonce: u32,
        },
        /// Answers a `Ping`.
        6 Pong {
            nonce: u32,
        },
        /// Ends the session at once, without the grace.
        7 Leave {},
        /// Whether the person is writing a line; forgotten after `typing_ms`.
        8 Typing {
            active: bool,
        },
        /// Where an item is being dragged, before it is put down; nil when the drag has ended.
        9 Drag {
            preview: Option<Preview>,
        },
        /// What the person says about their attention.
        10 SetStatus {
            status: Status,
        },
        /// The person's profile has changed: look it up again.
        11 Refresh {},
        /// Asks for one of the room's lists.
        12 Read {
            topic: Topic,
        },
    }
}

array_struct! {
    /// An item on its way.
    Preview {
        item: u64,
        standpoint: Standpoint,
        /// Quarter turns, 0 to 3.
        rotation: u8,
    }
}

number_enum! {
    /// A list a client may read.
    Topic {
        /// The last edits, with who and when; owner and editors. Answered by `History`.
        0 History,
        /// The saved layouts; owner. Answered by `Layouts`.
        1 Layouts,
        /// Editors, banned and muted people; owner. Answered by `Access`.
        2 Access,
    }
}

number_enum! {
    /// What an edit did.
    Action {
        /// New items.
        0 Put,
        /// Changed items.
        1 Patch,
        /// Items taken out.
        2 Remove,
        /// A new wallpaper, flooring or light.
        3 SetTheme,
        /// A layout brought back.
        4 RestoreLayout,
    }
}

array_struct! {
    /// One kind of change within an edit.
    EditPart {
        action: Action,
        /// The catalogue kind of the items, the layout's name, or empty for a theme.
        subject: String,
        /// How many items.
        count: u32,
    }
}

array_struct! {
    /// One edit of the room's history.
    Edit {
        seq: u64,
        /// Milliseconds since the Unix epoch, by the server's clock.
        at_ms: u64,
        author: PersonRef,
        /// What it did, the first eight kinds of change.
        parts: Vec<EditPart>,
    }
}

array_struct! {
    /// A saved layout.
    LayoutInfo {
        name: String,
        saved_at_ms: u64,
        items: u32,
    }
}

array_struct! {
    /// Someone kept out.
    BanInfo {
        person: PersonRef,
        at_ms: u64,
    }
}

array_struct! {
    /// Someone whose chat is taken away.
    MuteInfo {
        person: PersonRef,
        /// Nil: until unmuted.
        until_ms: Option<u64>,
    }
}

array_struct! {
    /// Whether a member is writing.
    MemberTyping {
        member: u32,
        active: bool,
    }
}

array_struct! {
    /// What a member drags; nil when they have let go.
    MemberDrag {
        member: u32,
        preview: Option<Preview>,
    }
}

number_enum! {
    /// What became of a batch.
    OutcomeCode {
        /// Applied, and saved.
        0 Applied,
        /// Every field it set had been changed by others meanwhile; nothing was overwritten.
        1 Superseded,
        /// It had been applied before; `seq` is the first application's.
        2 Duplicate,
        /// Refused as a whole; `reason` says why.
        3 Rejected,
    }
}

array_struct! {
    /// The durable answer to one batch.
    Ack {
        number: u32,
        outcome: OutcomeCode,
        /// The batch's seq; 0 when superseded or rejected.
        seq: u64,
        /// Why, when rejected.
        reason: Option<Reason>,
    }
}

array_struct! {
    /// The room a session is in.
    RoomInfo {
        id: String,
        name: String,
        owner_id: String,
        visibility: Visibility,
        guests_allowed: bool,
        locked: bool,
        /// People it holds, beside the owner.
        people_max: u32,
    }
}

array_struct! {
    /// Numbers a client must respect; all times in milliseconds.
    LimitsInfo {
        /// Ping when nothing has been heard for this long.
        heartbeat_ms: u32,
        /// Consider the connection lost when nothing has been heard for this long.
        silence_ms_max: u32,
        /// How long a lost session is kept for its return.
        grace_ms: u32,
        /// The most batches a client may have unanswered.
        unacked_max: u32,
        /// The most items a room may hold.
        items_max: u32,
        /// The longest chat line, in Unicode scalar values.
        chat_chars_max: u32,
        /// The shortest time between two `Move` frames, and between two `Drag` frames.
        move_interval_ms: u32,
        /// Batches a second in the long run.
        ops_per_second: u32,
        /// Batches at once after a rest.
        ops_burst: u32,
        /// Chat lines a second in the long run.
        chat_per_second: u32,
        /// Chat lines at once after a rest.
        chat_burst: u32,
        /// Doing nothing for this long makes a person idle.
        idle_ms: u32,
        /// `Typing` is forgotten after this; a client still writing repeats it at half of it.
        typing_ms: u32,
        /// The most layouts a room may keep.
        layouts_max: u32,
    }
}

array_struct! {
    /// One line of chat kept with the room.
    ChatLine {
        seq: u64,
        /// Milliseconds since the Unix epoch, by the server's clock.
        at_ms: u64,
        author_id: String,
        author_name: String,
        text: String,
    }
}

array_struct! {
    /// Who a notice comes from; they need not be in any room.
    Sender {
        id: String,
        handle: String,
        name: String,
    }
}

array_enum! {
    /// What happened in a room, in order.
    Event {
        /// A batch was applied.
        1 Changed {
            seq: u64,
            /// Who did it.
            member: u32,
            /// Which of the author's sessions sent it.
            session: u32,
            /// The batch's number in that session.
            number: u32,
            /// Milliseconds since the Unix epoch, by the server's clock.
            at_ms: u64,
            ops: Vec<Op>,
        },
        /// Someone came in.
        2 Joined {
            person: Person,
        },
        /// Something about someone present changed.
        3 Updated {
            person: Person,
        },
        /// Someone is gone.
        4 Left {
            member: u32,
        },
        /// The room's name or rules changed.
        5 RoomChanged {
            room: RoomInfo,
        },
    }
}

array_enum! {
    /// What a server sends.
    ServerFrame {
        /// The session stands; a `Snapshot` or `Changes` follows.
        64 Welcome {
            epoch: u64,
            /// The session's number in this room and epoch, as in `Changed`.
            session: u32,
            /// The person's number in this room and epoch.
            member: u32,
            /// What to present in `Resume`; replaces every earlier one.
            resume_token: String,
            role: Role,
            room: RoomInfo,
            limits: LimitsInfo,
            /// The last batch number the server knows of this session.
            last_number: u32,
            /// True when an earlier session was taken up again.
            resumed: bool,
        },
        /// The whole room at `seq`.
        65 Snapshot {
            epoch: u64,
            seq: u64,
            theme: Theme,
            items: Vec<ItemState>,
            chat: Vec<ChatLine>,
            people: Vec<Person>,
            /// How many `Part` frames follow before the snapshot is whole.
            parts: u32,
            /// The room at this moment, in place of what was known of it.
            room: RoomInfo,
        },
        /// What changed between the receiver's seq and `seq`.
        66 Changes {
            epoch: u64,
            seq: u64,
            theme: Option<Theme>,
            items: Vec<ItemState>,
            removed: Vec<RemovedItem>,
            chat: Vec<ChatLine>,
            people: Vec<Person>,
        },
        /// One flush of the reliable lane.
        67 Events {
            epoch: u64,
            /// Contiguous per epoch and audience; a gap means: resume.
            flush: u64,
            /// The room's seq after these events.
            seq: u64,
            events: Vec<Event>,
        },
        /// One flush of the latest-wins lane.
        68 Avatars {
            epoch: u64,
            avatars: Vec<Avatar>,
        },
        /// Durable answers to the receiver's batches.
        69 Acks {
            epoch: u64,
            acks: Vec<Ack>,
        },
        /// Asks for a `Pong`.
        70 Ping {
            nonce: u32,
        },
        /// Answers a `Ping`.
        71 Pong {
            nonce: u32,
        },
        /// Something the client sent was refused; the session goes on unless a close follows.
        72 Error {
            code: ErrorCode,
            /// English, for developers.
            message: String,
            /// When trying again can help, and not before.
            retry_after_ms: Option<u32>,
            /// The batch refused, when it was one: it was not taken, and its number is still free.
            number: Option<u32>,
            /// The limit that was reached, by its name in the configuration.
            limit: Option<String>,
        },
        /// The server is about to close; come back after the wait.
        73 GoAway {
            reconnect_after_ms: u32,
        },
        /// One flush of the latest-wins lane beside avatars: who writes, who drags what.
        74 Signals {
            epoch: u64,
            typing: Vec<MemberTyping>,
            drags: Vec<MemberDrag>,
        },
        /// The last edits, newest first.
        75 History {
            epoch: u64,
            edits: Vec<Edit>,
        },
        /// The saved layouts, by name.
        76 Layouts {
            epoch: u64,
            layouts: Vec<LayoutInfo>,
        },
        /// Who has or lacks which rights here.
        77 Access {
            epoch: u64,
            editors: Vec<PersonRef>,
            bans: Vec<BanInfo>,
            mutes: Vec<MuteInfo>,
        },
        /// A further part of a `Snapshot` too long for one frame; no other frame about the room comes between.
        78 Part {
            epoch: u64,
            seq: u64,
            /// 1 to the snapshot's `parts`.
            part: u32,
            items: Vec<ItemState>,
            chat: Vec<ChatLine>,
            people: Vec<Person>,
        },
        /// A notice for the person behind this connection. It is not about the room.
        79 Notification {
            /// Its id on REST; grows from one notice of a person to the next.
            id: u64,
            kind: NoticeKind,
            /// Nil: a guest, or the house.
            from: Option<Sender>,
            /// Milliseconds since the Unix epoch, by the server's clock.
            at_ms: u64,
            /// How many notices of the person are unread, this one among them.
            unread: u32,
        },
    }
}
