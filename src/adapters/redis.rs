//! Redis Cluster, which tells a distributed installation quickly who is where and carries rooms between nodes. Nothing
//! here is needed for what was acknowledged to be kept.

mod connection;
mod probe;
mod relay;
#[cfg(test)]
mod stage;

pub use connection::Redis;
pub use probe::RedisProbe;
pub use relay::{RedisRelay, RelayFigures, Relaying};
