//! Redis Cluster, which tells a distributed installation quickly who is where and carries rooms between nodes. Nothing
//! here is needed for what was acknowledged to be kept.
//!
//! While a master is gone without another in its place, all of it pauses: rooms go on for those who are connected to the
//! node that owns them.

mod connection;
mod directory;
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
mod whereabouts;

pub use connection::Redis;
pub use directory::RedisDirectory;
pub use discovery::{Around, RedisDiscovery, RedisProjections};
pub use hot::{HotCache, HotFigures, HotPeople, HotRelations};
pub use pending::RedisPending;
pub use probe::RedisProbe;
pub use rates::{RateFigures, RedisRates};
pub use relay::{RedisRelay, Relaying};
pub use spent::RedisSpent;
pub use whereabouts::RedisWhereabouts;
