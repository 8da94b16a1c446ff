//! The REST surface over real HTTP: modules mirror the addresses.

// Every function here is part of a test, and tests start their own servers and clocks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod auth;
mod browser;
mod dev_identity;
mod door;
mod follow;
mod me;
mod problem;
mod server;
mod users;
