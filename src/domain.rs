//! The pure core: identities, people, room documents and their operations, limits. No async, no I/O.

pub mod address;
pub mod clock;
pub mod id;
pub mod limits;
pub mod room;
pub mod rules;
pub mod text;
pub mod user;
pub mod visitor;
