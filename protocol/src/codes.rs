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

        $crate::array::described!($name as Form::Names(vec![$($text),+]), made of);

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
        /// The server does not let this be said.
        "content_refused" ContentRefused,
    }
}

name_enum! {
    /// What a notice is about.
    NoticeKind {
        /// Somebody follows the receiver.
        "follow" Follow,
        /// Somebody asks to follow the receiver.
        "follow_request" FollowRequest,
        /// The receiver may follow whom they asked.
        "request_approved" RequestApproved,
        /// Somebody asks for a tie.
        "tie_request" TieRequest,
        /// Whom the receiver asked is tied to them now.
        "tie_made" TieMade,
        /// A tie wrote a line on the receiver's profile.
        "testimonial" Testimonial,
        /// Somebody wrote into the receiver's guestbook.
        "guestbook" Guestbook,
        /// Somebody lets the receiver furnish their room.
        "room_editor" RoomEditor,
        /// Somebody commented on what the receiver posted.
        "comment" Comment,
        /// Somebody reacted to what the receiver posted.
        "reaction" Reaction,
        /// Somebody named the receiver.
        "mention" Mention,
        /// Moderators have decided about something of the receiver's.
        "decision" Decision,
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

/// A closed set of names with a WebSocket close code each.
macro_rules! close_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $number:literal $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u16)]
        pub enum $name { $($(#[$vmeta])* $variant = $number),+ }

        impl $name {
            /// Every code, for tables and tests.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The number in the close frame.
            pub const fn number(self) -> u16 {
                self as u16
            }
        }
    };
}

close_enum! {
    /// WebSocket close codes of the application, by what the client does next.
    CloseCode {
        /// 40xx, come back now with `Resume`: the server restarts.
        4000 Restart,
        /// The client read too slowly and was dropped.
        4001 SlowConsumer,
        /// Nothing was heard from the client.
        4002 Silent,
        /// The room lives elsewhere now.
        4003 RoomMoved,
        /// 41xx, come back later, with growing waits: too much at once.
        4100 Overloaded,
        /// The room is full.
        4101 RoomFull,
        /// Too many frames or too many refused ones.
        4102 RateLimited,
        /// The room's store does not answer.
        4103 Unavailable,
        /// The room is locked.
        4104 RoomLocked,
        /// 42xx, get a new ticket: this one is not valid.
        4200 TicketInvalid,
        /// The ticket is too old.
        4201 TicketExpired,
        /// The session cannot be resumed.
        4202 ResumeRefused,
        /// No `Join` or `Resume` came in time.
        4203 JoinTimeout,
        /// The login was ended: sign in again first.
        4204 LoginEnded,
        /// 43xx, do not come back: the client broke the protocol.
        4300 Protocol,
        /// The visitor may not be here.
        4301 Forbidden,
        /// The room is no longer there.
        4302 RoomGone,
        /// The same session was taken up on another connection.
        4303 Replaced,
        /// The client said `Leave`.
        4304 Left,
        /// The owner sent this person out.
        4305 Kicked,
        /// The owner keeps this person out.
        4306 Banned,
    }
}
