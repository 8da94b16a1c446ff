//! Redis Cluster, which tells a distributed installation quickly who is where and carries rooms between nodes. Nothing
//! here is needed for what was acknowledged to be kept.

mod connection;
mod discovery;
mod hot;
mod pending;
mod probe;
mod rates;
mod relay;
mod script;
mod spent;
#[cfg(test)]
mod stage;

pub use connection::Redis;
pub use discovery::{Around, RedisDiscovery, Told};
pub use hot::{HotCache, HotFigures, HotPeople};
pub use pending::RedisPending;
pub use probe::RedisProbe;
pub use rates::{RateFigures, RedisRates};
pub use relay::{RedisRelay, RelayFigures, Relaying};
pub use spent::RedisSpent;
