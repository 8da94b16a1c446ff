//! Wiring: the only place that sees edges and adapters together.

mod http;
mod routes;
mod seed;
mod server;
mod telemetry;

pub use seed::{SeedError, SeedOutcome, seed};
pub use server::{Server, StartError};
pub use telemetry::start_logging;
