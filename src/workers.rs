//! Work that nobody waits for at a screen: each worker is a loop that can be stopped at any point and begun again.

pub mod asset;
pub mod discovery;
pub mod erasure;
pub mod granting;
pub mod hearing;
pub mod moderation;
pub mod outbox;
pub mod posts;
pub mod purge;
pub mod suspensions;
pub mod visits;
