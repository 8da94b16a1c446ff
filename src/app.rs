//! Wiring: the only place that sees edges and adapters together.

mod api;
mod background;
mod doctor;
mod events;
mod health;
mod http;
mod key;
mod media;
mod metrics;
mod migrate;
mod nodes;
mod openapi;
mod operated;
mod role;
mod routes;
mod seed;
mod server;
mod services;
mod staging;
mod start_error;
mod stores;
mod telemetry;

pub use crate::adapters::decoder::decode_picture;
pub use crate::domain::user::AccountRole;
pub use doctor::{Diagnosis, diagnose};
pub use events::{DeadLetter, dead_letters, redrive, replay};
pub use key::{ListedKey, list_keys, revoke_key, rotate_keys};
pub use migrate::migrate;
pub use openapi::{document, openapi};
pub use operated::{OperateError, Operated};
pub use role::set_role;
pub use seed::{SeedError, SeedOutcome, seed};
pub use server::Server;
pub use start_error::StartError;
pub use telemetry::start_logging;
