//! Visits: the `visits.*` settings.

use super::Config;
use super::setting::{Setting, whole};
use crate::domain::visit::{UTC_OFFSET_MINUTES_MAX, UtcOffset};

/// The `visits.*` settings.
#[derive(Debug, Clone, Copy, Default)]
pub struct VisitsConfig {
    /// When a day begins.
    pub utc_offset: UtcOffset,
}

const _: () = assert!(UTC_OFFSET_MINUTES_MAX == 840, "as the text says");

pub(super) const SETTINGS: &[Setting<Config>] = &[Setting {
    key: "visits.utc_offset_minutes",
    doc: "How far ahead of UTC the days are in which visits count once: 540 is Seoul. An offset rather than a zone, so that all days are of one length.",
    expects: "a whole number of minutes, -840 to 840",
    secret: false,
    set: |config, text| {
        let minutes = whole(text, -UTC_OFFSET_MINUTES_MAX..=UTC_OFFSET_MINUTES_MAX)?;
        config.visits.utc_offset = UtcOffset::from_minutes(minutes)?;
        Some(())
    },
    show: |config| i64::from(config.visits.utc_offset.minutes()).into(),
}];
