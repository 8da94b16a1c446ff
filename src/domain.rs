//! The pure core: identities, people, room documents and their operations, limits. No async, no I/O.

pub mod address;
pub mod asset;
pub mod audit;
pub mod clock;
pub mod discovery;
pub mod email;
pub mod event;
pub mod filter;
pub mod id;
pub mod limits;
pub mod moderation;
pub mod notification;
pub mod post;
pub mod profile;
pub mod redirect;
pub mod relation;
pub mod room;
pub mod rules;
pub mod scope;
pub mod search;
pub mod settings;
pub mod text;
pub mod user;
pub mod version;
pub mod visit;
pub mod visitor;
