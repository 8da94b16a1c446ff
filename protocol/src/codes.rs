//! The names of what can go wrong: stable strings on the wire, numbers for WebSocket closes.

/// A closed set of names that travels as a string; a name from the future decodes to `Other`.
macro_rules! name_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $text:literal $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$vmeta])* $variant,)+
            /// A name this version does not know.
            Other,
        }

        impl $name {
            /// Every name this version knows.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ Self::Other => "other" }
            }
        }

        #[cfg(feature = "proptest")]
        impl $crate::any::Any for $name {
            fn any() -> proptest::strategy::BoxedStrategy<Self> {
                $crate::any::constant(&[$(Self::$variant,)+ Self::Other])
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                Ok(match text.as_str() { $($text => Self::$variant,)+ _ => Self::Other })
            }
        }
    };
}

name_enum! {
    /// Why a batch was rejected. The batch had no effect.
    Reason {
        /// The author may not do this in this room.
        "forbidden" Forbidden,
        /// No item has this id.
        "no_such_item" NoSuchItem,
        /// An item with this id stands in the room already.
        "item_exists" ItemExists,
        /// The item id is zero or too large.
        "bad_item_id" BadItemId,
        /// The catalogue has no such kind.
        "unknown_kind" UnknownKind,
        /// The palette has no such colour.
        "unknown_color" UnknownColor,
        /// The catalogue has no such wallpaper, flooring or light.
        "unknown_theme" UnknownTheme,
        /// Rotation is not 0 to 3, or not 0 on a wall.
        "bad_rotation" BadRotation,
        /// Outside the floor or the wall.
        "out_of_bounds" OutOfBounds,
        /// Another item is there.
        "overlap" Overlap,
        /// A wall piece on the floor, or the other way round.
        "wrong_surface" WrongSurface,
        /// The room holds as many items as it may.
        "too_many_items" TooManyItems,
        /// Nothing in the batch, or more operations than one batch may hold.
        "bad_batch_size" BadBatchSize,
        /// An operation kind this server does not know.
        "unknown_op" UnknownOp,
        /// The text is empty or only white space.
        "empty_text" EmptyText,
        /// The text is longer than allowed.
        "text_too_long" TextTooLong,
        /// The text holds control characters.
        "control_characters" ControlCharacters,
        /// The item was changed after `if_seq`.
        "conflict" Conflict,
        /// This number was used for a different batch.
        "number_reused" NumberReused,
        /// The author's chat has been taken away.
        "muted" Muted,
        /// Nobody of this id is known here.
        "no_such_person" NoSuchPerson,
        /// No layout has this name.
        "no_such_layout" NoSuchLayout,
        /// The room keeps as many layouts as it may.
        "too_many_layouts" TooManyLayouts,
        /// The list of editors, bans or mutes is full.
        "list_full" ListFull,
        /// A name that is empty, too long, or holds control characters.
        "bad_name" BadName,
        /// A rule of the room outside its range, or no rule at all.
        "bad_policy" BadPolicy,
        /// An operation of kind 7 to 16 that does not come alone in its batch.
        "not_alone" NotAlone,
    }
}

name_enum! {
    /// Why a frame was refused.
    ErrorCode {
        /// Not a MessagePack array of a known shape.
        "malformed_frame" MalformedFrame,
        /// Frames are binary.
        "text_frame" TextFrame,
        /// Client frames must be masked (RFC 6455, section 5.1).
        "unmasked_frame" UnmaskedFrame,
        /// Another violation of RFC 6455.
        "websocket_protocol" WebSocketProtocol,
        /// Longer than a client frame may be.
        "frame_too_large" FrameTooLarge,
        /// `Join` or `Resume` must come first, once, and in time.
        "join_expected" JoinExpected,
        /// The session has joined already.
        "already_joined" AlreadyJoined,
        /// No such ticket, or used before, or for another room.
        "ticket_invalid" TicketInvalid,
        /// The ticket came too late.
        "ticket_expired" TicketExpired,
        /// The resume token is not this room's, not whole, or replaced by a newer one.
        "resume_refused" ResumeRefused,
        /// This visitor may not enter this room.
        "forbidden" Forbidden,
        /// The room holds as many people as it may.
        "room_full" RoomFull,
        /// One person in this room on more devices than allowed.
        "too_many_sessions" TooManySessions,
        /// The room is no longer there.
        "room_gone" RoomGone,
        /// Too many frames of this class; see `retry_after_ms`.
        "rate_limited" RateLimited,
        /// A batch number that skips some: send the missing ones first.
        "gap" Gap,
        /// More unanswered batches than allowed.
        "too_many_unacked" TooManyUnacked,
        /// A position or facing that is none.
        "bad_position" BadPosition,
        /// The server cannot do this now.
        "unavailable" Unavailable,
        /// Nothing was heard from the client for too long.
        "silent" Silent,
        /// The client reads too slowly.
        "slow_consumer" SlowConsumer,
        /// The room is locked.
        "room_locked" RoomLocked,
        /// The owner keeps this person out.
        "banned" Banned,
        /// The owner sent this person out.
        "kicked" Kicked,
        /// More connections of this user or address than allowed.
        "too_many_connections" TooManyConnections,
        /// The login was ended elsewhere.
        "login_ended" LoginEnded,
    }
}

/// WebSocket close codes of the application, by what the client does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum CloseCode {
    /// 40xx, come back now with `Resume`: the server restarts.
    Restart = 4000,
    /// The client read too slowly and was dropped.
    SlowConsumer = 4001,
    /// Nothing was heard from the client.
    Silent = 4002,
    /// The room lives elsewhere now.
    RoomMoved = 4003,
    /// 41xx, come back later, with growing waits: too much at once.
    Overloaded = 4100,
    /// The room is full.
    RoomFull = 4101,
    /// Too many frames or too many refused ones.
    RateLimited = 4102,
    /// The room's store does not answer.
    Unavailable = 4103,
    /// The room is locked.
    RoomLocked = 4104,
    /// 42xx, get a new ticket: this one is not valid.
    TicketInvalid = 4200,
    /// The ticket is too old.
    TicketExpired = 4201,
    /// The session cannot be resumed.
    ResumeRefused = 4202,
    /// No `Join` or `Resume` came in time.
    JoinTimeout = 4203,
    /// The login was ended: sign in again first.
    LoginEnded = 4204,
    /// 43xx, do not come back: the client broke the protocol.
    Protocol = 4300,
    /// The visitor may not be here.
    Forbidden = 4301,
    /// The room is no longer there.
    RoomGone = 4302,
    /// The same session was taken up on another connection.
    Replaced = 4303,
    /// The client said `Leave`.
    Left = 4304,
    /// The owner sent this person out.
    Kicked = 4305,
    /// The owner keeps this person out.
    Banned = 4306,
}

impl CloseCode {
    /// Every code, for tables and tests.
    pub const ALL: &'static [CloseCode] = &[
        Self::Restart,
        Self::SlowConsumer,
        Self::Silent,
        Self::RoomMoved,
        Self::Overloaded,
        Self::RoomFull,
        Self::RateLimited,
        Self::Unavailable,
        Self::RoomLocked,
        Self::TicketInvalid,
        Self::TicketExpired,
        Self::ResumeRefused,
        Self::JoinTimeout,
        Self::LoginEnded,
        Self::Protocol,
        Self::Forbidden,
        Self::RoomGone,
        Self::Replaced,
        Self::Left,
        Self::Kicked,
        Self::Banned,
    ];

    /// The number in the close frame.
    pub const fn number(self) -> u16 {
        self as u16
    }
}
