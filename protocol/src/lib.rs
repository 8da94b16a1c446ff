//! The wire frames of a Maru live room: MessagePack arrays `[kind, fields...]` over the WebSocket
//! subprotocol `maru.v1`. `PROTOCOL.md` beside this crate is normative, `vectors/` holds golden bytes.

#[cfg(feature = "proptest")]
pub mod any;
mod array;
mod codec;
mod codes;
#[cfg(feature = "describe")]
pub mod describe;
mod frame;
mod op;
mod person;
#[cfg(feature = "replica")]
pub mod replica;

pub use codec::{
    DecodeError, decode_client, decode_server, encode_client, encode_person, encode_server,
    encode_server_with,
};
pub use codes::{CloseCode, ErrorCode, NoticeKind, Reason};
pub use frame::{
    Ack, Action, BanInfo, ChatLine, ClientFrame, Edit, EditPart, Event, LayoutInfo, LimitsInfo,
    MemberDrag, MemberTyping, MuteInfo, OutcomeCode, Preview, ReadPoint, RoomInfo, Sender,
    ServerFrame, Topic,
};
pub use op::{ItemCopy, ItemState, Op, Place, RemovedItem, Standpoint, Theme, Visibility};
pub use person::{Avatar, Person, PersonKind, PersonRef, Role, Standing, Status};

/// The WebSocket subprotocol both sides must agree on.
pub const SUBPROTOCOL: &str = "maru.v1";

/// The longest frame a client may send, in bytes of WebSocket payload.
pub const CLIENT_FRAME_BYTES_MAX: usize = 16 * 1024;

/// The most operations one batch may hold.
pub const BATCH_OPS_MAX: usize = 64;

/// The largest integer a client may use as an item id: 2^53 - 1, exact in every JavaScript number.
pub const ITEM_ID_MAX: u64 = (1 << 53) - 1;
