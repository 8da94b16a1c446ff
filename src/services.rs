//! Use cases, one service a file. They know ports and domain, never HTTP, never each other; `telling` and `screen` are what they share.

pub mod account;
pub mod asset;
pub mod auth;
pub mod notification;
pub mod profile;
pub mod relation;
pub mod room;
pub mod screen;
pub mod settings;
pub mod telling;
pub mod user;
