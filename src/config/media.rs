//! Pictures: how much of them is taken, and where they are given out.

use std::path::PathBuf;

use super::Config;
use super::error::Checks;
use super::setting::{Setting, whole};
use crate::domain::asset::limits::{
    DECODERS_DEFAULT, QUOTA_BYTES_DEFAULT, QUOTA_COUNT_DEFAULT, UPLOAD_BYTES_DEFAULT,
};

/// The `media.*` settings.
#[derive(Debug, Clone)]
pub struct MediaConfig {
    /// The largest upload, in bytes.
    pub upload_bytes_max: u64,
    /// What one person's pictures may take altogether, in bytes.
    pub quota_bytes: u64,
    /// How many pictures one person may have.
    pub quota_count: u32,
    /// Pictures decoded at once.
    pub decoders: u32,
    /// The program that decodes; this one itself where nothing is said.
    pub decoder: Option<PathBuf>,
    /// The only host pictures are given out on, and nothing else is; any host where nothing is said.
    pub host: Option<String>,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            upload_bytes_max: UPLOAD_BYTES_DEFAULT,
            quota_bytes: QUOTA_BYTES_DEFAULT,
            quota_count: QUOTA_COUNT_DEFAULT,
            decoders: DECODERS_DEFAULT,
            decoder: None,
            host: None,
        }
    }
}

fn shown(number: u64) -> toml::Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

/// Host and perhaps port, as browsers write them in `Host`.
fn host(text: &str) -> Option<String> {
    let authority: http::uri::Authority = text.parse().ok()?;
    let bare = !text.contains('@') && !authority.host().is_empty() && text.len() <= 253;
    bare.then(|| text.to_ascii_lowercase())
}

pub(super) const SETTINGS: &[Setting<Config>] = &[
    Setting {
        key: "media.upload_bytes_max",
        doc: "The largest picture taken, in bytes.",
        expects: "a whole number of bytes, 65536 to 67108864",
        secret: false,
        set: |config, text| {
            config.media.upload_bytes_max = whole(text, 65_536..=67_108_864)?;
            Some(())
        },
        show: |config| shown(config.media.upload_bytes_max),
    },
    Setting {
        key: "media.quota_bytes",
        doc: "What one person's pictures may take altogether, in bytes.",
        expects: "a whole number of bytes, 0 to 1099511627776",
        secret: false,
        set: |config, text| {
            config.media.quota_bytes = whole(text, 0..=1_099_511_627_776)?;
            Some(())
        },
        show: |config| shown(config.media.quota_bytes),
    },
    Setting {
        key: "media.quota_count",
        doc: "How many pictures one person may have.",
        expects: "a whole number, 0 to 1000000",
        secret: false,
        set: |config, text| {
            config.media.quota_count = whole(text, 0..=1_000_000)?;
            Some(())
        },
        show: |config| shown(config.media.quota_count.into()),
    },
    Setting {
        key: "media.decoders",
        doc: "Pictures decoded at once, each in a process of at most 512 MB.",
        expects: "a whole number, 1 to 64",
        secret: false,
        set: |config, text| {
            config.media.decoders = whole(text, 1..=64)?;
            Some(())
        },
        show: |config| shown(config.media.decoders.into()),
    },
    Setting {
        key: "media.decoder",
        doc: "The maru program that decodes; this one itself when empty.",
        expects: "the path of a program, or nothing",
        secret: false,
        set: |config, text| {
            if text.contains('\0') {
                return None;
            }
            config.media.decoder = (!text.is_empty()).then(|| PathBuf::from(text));
            Some(())
        },
        show: |config| {
            let decoder = config.media.decoder.as_ref();
            decoder
                .map_or_else(String::new, |path| path.display().to_string())
                .into()
        },
    },
    Setting {
        key: "media.host",
        doc: "The only host pictures are given out on, and nothing else is; any host when empty.",
        expects: "a host as browsers name it, such as media.example or media.example:8443, or nothing",
        secret: false,
        set: |config, text| {
            config.media.host = match text {
                "" => None,
                text => Some(host(text)?),
            };
            Some(())
        },
        show: |config| config.media.host.clone().unwrap_or_default().into(),
    },
];

pub(super) fn check(config: &Config, checks: &mut Checks<'_>) {
    let public = config.server.public_url(config.server.listen);
    let host = config.media.host.as_deref();
    checks.refuse(
        host.is_some_and(|host| host == public.authority()),
        "media.host",
        &["server.public_url"],
        "must not be the host of server.public_url: nothing but pictures is answered there",
    );
    checks.refuse(
        host.is_some() && config.cdn.base_url.is_none(),
        "cdn.base_url",
        &["media.host"],
        "must be given when media.host is: links have to lead there",
    );
}
