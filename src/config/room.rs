//! Live rooms: what an operator may want to change. Limits of the protocol are constants.

use super::Config;
use super::setting::{Setting, whole};

/// The `room.*` settings.
#[derive(Debug, Clone)]
pub struct RoomConfig {
    /// The most people at once in one room.
    pub people_max: u32,
}

impl Default for RoomConfig {
    fn default() -> Self {
        Self { people_max: 200 }
    }
}

pub(super) const SETTINGS: &[Setting<Config>] = &[Setting {
    key: "room.people_max",
    doc: "The most people at once in one room.",
    expects: "a whole number of people, 1 to 100000",
    secret: false,
    set: |config, text| {
        config.room.people_max = whole(text, 1..=100_000)?;
        Some(())
    },
    show: |config| i64::from(config.room.people_max).into(),
}];
