//! The REST surface over real HTTP: modules mirror the addresses.

// Every function here is part of a test, and tests start their own servers and clocks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod admin;
mod assets;
mod auth;
mod browser;
mod dev_identity;
mod discovery;
mod docs;
mod door;
mod guestbook;
mod idempotency;
mod matrix;
mod me;
mod moderation;
mod native;
mod notifications;
mod pictures;
mod posts;
mod problem;
mod provider;
mod rate;
mod relations;
mod rooms;
mod seed;
mod server;
mod site;
mod users;
mod visits;
