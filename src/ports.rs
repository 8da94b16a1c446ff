//! What the services need of their backends: traits whose doc comments state the guarantees.

pub mod account;
pub mod asset;
pub mod audit;
pub mod cdn;
pub mod events;
pub mod identity;
pub mod login;
pub mod moderation;
pub mod muted_words;
pub mod notification;
pub mod once;
pub mod people;
pub mod permission;
pub mod personal_data;
pub mod probe;
pub mod profile;
pub mod relations;
pub mod relay;
pub mod room;
pub mod settings;
pub mod user;
pub mod whereabouts;
