//! Use cases, one service a file. They know ports and domain, never HTTP, never each other; `telling` and `screen` are what they share.

pub mod account;
pub mod asset;
pub mod auth;
pub mod discovery;
pub mod guestbook;
pub mod moderation;
pub mod muted_words;
pub mod notification;
pub mod picture;
pub mod post;
pub mod profile;
pub mod relation;
pub mod room;
pub mod screen;
pub mod settings;
pub mod telling;
pub mod user;
pub mod visit;
