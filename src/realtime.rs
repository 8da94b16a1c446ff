//! Live rooms: one owner in memory, a pure state machine a room, pre-framed bytes to every socket.

pub mod actor;
pub mod admission;
pub mod ask;
pub mod backlog;
pub mod connection;
pub mod conversation;
pub mod fanout;
pub mod frame;
pub mod gate;
pub mod host;
pub mod inspect;
pub mod lease;
pub mod limits;
pub mod lines;
pub mod meter;
pub mod metrics;
pub mod outbox;
pub mod quota;
pub mod rate;
pub mod relay;
pub mod report;
pub mod room;
pub mod rooms;
pub mod saver;
pub mod socket;
pub mod ticket;
pub mod token;
pub mod upgrade;
pub mod wire;

pub use crate::domain::rules;
