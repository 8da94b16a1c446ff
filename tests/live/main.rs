//! Live rooms over real sockets: hostile input, slow readers, limits, crashes and restarts.

// Every function here is part of a test, and tests start their own servers, tasks and clocks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::large_futures,
    clippy::print_stderr
)]

mod accounts;
mod afternoon;
mod author;
mod blocks;
mod bounds;
mod client;
mod crash;
mod drain;
mod edits;
mod entry;
mod filtered;
mod frames;
mod front;
mod handshake;
mod logins;
mod metrics;
mod notices;
mod numbers;
mod operate;
mod outbox;
mod pictures;
mod presence;
mod process;
mod quotas;
mod rates;
mod resume;
mod rules;
mod shelf;
mod slow;
mod split;
mod stage;
mod visits;
mod words;
