//! The REST surface over real HTTP: modules mirror the addresses.

// Every function here is part of a test, and tests start their own servers and clocks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod admin;
mod assets;
mod auth;
mod browser;
mod dev_identity;
mod docs;
mod door;
mod idempotency;
mod matrix;
mod me;
mod native;
mod notifications;
mod problem;
mod provider;
mod rate;
mod relations;
mod server;
mod site;
mod users;
