//! The backends behind the ports, and the clients of other people's services.

pub mod cdn;
pub mod decoder;
#[cfg(feature = "kafka")]
pub mod kafka;
#[cfg(feature = "mongodb")]
pub mod mongodb;
pub mod oauth;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "redis")]
pub mod redis;
#[cfg(feature = "s3")]
pub mod s3;
pub mod sqlite;

/// Where a real service of the tests is; none, said loudly, where it was not started.
#[cfg(all(test, any(feature = "kafka", feature = "mongodb", feature = "postgres", feature = "redis")))]
#[allow(clippy::disallowed_methods)]
pub(crate) fn test_service(variable: &str) -> Option<String> {
    let at = std::env::var(variable).ok();
    if at.is_none() {
        println!("NOT RUN: {variable} is not set; script/test-backends starts the service and sets it");
    }
    at
}
