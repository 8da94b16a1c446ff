//! Where data lies.

use std::path::PathBuf;

use super::Config;
use super::setting::Setting;

/// The `store.*` settings.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The folder of the embedded store; made when missing.
    pub data: PathBuf,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            data: PathBuf::from("./data"),
        }
    }
}

pub(super) const SETTINGS: &[Setting<Config>] = &[Setting {
    key: "store.data",
    doc: "The folder of the embedded store; made when missing.",
    expects: "the path of a folder",
    secret: false,
    set: |config, text| {
        let good = !text.trim().is_empty() && !text.contains('\0');
        config.store.data = good.then(|| PathBuf::from(text))?;
        Some(())
    },
    show: |config| config.store.data.display().to_string().into(),
}];
