//! `cargo run --example echo`: a WebSocket echo server for conformance suites. `docs/websocket.md` says how.

mod server;

use std::io::{self, Write};
use std::net::SocketAddr;

use clap::Parser;
use tokio::net::TcpListener;

/// Echoes WebSocket messages as they came.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where to listen; port 0 takes a free one, which is printed.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind(Arguments::parse().listen).await?;
    writeln!(io::stdout(), "ws://{}/", listener.local_addr()?)?;
    server::serve(listener).await
}
