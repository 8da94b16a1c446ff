//! Live rooms on several nodes of one process over a real Redis Cluster: the real rooms, connections, relay, directory
//! and whereabouts on one room store, and clients on sockets. Needs Redis: see `script/test-backends`.

// Every function here is part of a test, and tests start their own nodes, tasks and clocks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::large_futures,
    clippy::print_stderr
)]
#![cfg(feature = "redis")]

#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../live/client.rs"]
mod client;
mod cluster;
#[allow(dead_code, reason = "only its address is used here")]
#[path = "../live/front.rs"]
mod front;
mod house;
mod node;
mod people;
mod rooms;
mod trouble;
