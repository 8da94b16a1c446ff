//! What is looked for in what people write.

use super::Config;
use super::setting::Setting;

/// The `filter.*` settings.
#[derive(Debug, Clone)]
pub struct FilterConfig {
    /// Whether what people write is looked through for curses, hate and spam before it is kept.
    pub enabled: bool,
}

impl Default for FilterConfig {
    fn default() -> Self {
        Self { enabled: true }
    }
}

pub(super) const SETTINGS: &[Setting<Config>] = &[Setting {
    key: "filter.enabled",
    doc: "Whether what people write is looked through for curses, hate and spam before it is kept.",
    expects: "true or false",
    secret: false,
    set: |config, text| {
        config.filter.enabled = text.parse().ok()?;
        Some(())
    },
    show: |config| config.filter.enabled.into(),
}];
