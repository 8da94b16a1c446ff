//! What the services need of their backends: traits whose doc comments state the guarantees.

pub mod account;
pub mod asset;
pub mod audit;
pub mod discovery;
pub mod events;
pub mod guestbook;
pub mod identity;
pub mod login;
pub mod moderation;
pub mod muted_words;
pub mod notification;
pub mod once;
pub mod people;
pub mod permission;
pub mod personal_data;
pub mod post;
pub mod probe;
pub mod profile;
pub mod relations;
pub mod relay;
pub mod room;
pub mod settings;
pub mod spam;
pub mod user;
pub mod visit;
pub mod whereabouts;
