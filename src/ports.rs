//! What the services need of their backends: traits whose doc comments state the guarantees.

pub mod events;
pub mod identity;
pub mod login;
pub mod people;
pub mod probe;
pub mod relations;
pub mod relay;
pub mod room;
pub mod user;
