//! RFC 6455 on a real socket, byte by byte, under the case numbers of the Autobahn testsuite: sections 1 to 7
//! and 10 whole, the largest messages of section 9, and what that suite leaves out. `docs/websocket.md` has
//! the verdicts.

// Every function here is part of a test, and tests start their own servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod case;
mod client;
mod closing;
mod fragments;
mod frame;
mod framing;
mod invalid;
mod pings;
mod runner;
#[path = "../../examples/echo/server.rs"]
mod server;
mod unlisted;
mod utf8;
