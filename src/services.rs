//! Use cases, one service a file. They know ports and domain, never HTTP, never each other.

pub mod auth;
pub mod relation;
pub mod room;
pub mod user;
