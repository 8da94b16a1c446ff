//! The backends behind the ports, and the clients of other people's services.

pub mod cdn;
pub mod decoder;
#[cfg(feature = "kafka")]
pub mod kafka;
#[cfg(feature = "mongodb")]
pub mod mongo;
pub mod oauth;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "redis")]
pub mod redis;
#[cfg(feature = "s3")]
pub mod s3;
mod sealed;
pub mod sqlite;
#[cfg(test)]
#[cfg(any(
    feature = "kafka",
    feature = "mongodb",
    feature = "postgres",
    feature = "redis"
))]
pub(crate) mod test_service;
