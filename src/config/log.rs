//! Log lines: their shape and how many.

use tracing_subscriber::EnvFilter;

use super::Config;
use super::setting::Setting;

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines: one JSON object a line.
    Json,
}

impl LogFormat {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

/// The `log.*` settings.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// The shape of a line.
    pub format: LogFormat,
    /// Which lines: directives of `tracing`, known to parse.
    pub filter: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            format: LogFormat::default(),
            filter: "info,sqlx=warn".to_owned(),
        }
    }
}

pub(super) const SETTINGS: &[Setting<Config>] = &[
    Setting {
        key: "log.format",
        doc: "How a line is written.",
        expects: "text or json",
        secret: false,
        set: |config, text| {
            let known = [LogFormat::Text, LogFormat::Json];
            config.log.format = known.into_iter().find(|format| format.as_str() == text)?;
            Some(())
        },
        show: |config| config.log.format.as_str().into(),
    },
    Setting {
        key: "log.filter",
        doc: "Which lines are written: levels, also by module.",
        expects: "a level or directives such as info,maru::realtime=debug",
        secret: false,
        set: |config, text| {
            EnvFilter::try_new(text).ok()?;
            config.log.filter = text.to_owned();
            Some(())
        },
        show: |config| config.log.filter.clone().into(),
    },
];
