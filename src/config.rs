//! Configuration: defaults, then a TOML file, then `MARU_*` variables, then flags; every mistake at once.
//!
//! One table of settings a concern; keys are dotted, a variable is `MARU_` and the key in capitals with
//! underscores. Nothing else in the program reads the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

mod app_client;
mod auth;
mod backend;
mod cdn;
mod error;
mod filter;
mod layers;
mod live;
mod log;
mod media;
mod metrics;
mod print;
mod provider;
mod rest;
mod secret;
mod server;
mod setting;
mod store;
mod visits;

pub use app_client::AppConfig;
pub use auth::AuthConfig;
pub use backend::{Address, BackendConfig, MissingBackend, S3Config};
pub use cdn::{CdnConfig, CdnPurger};
pub use error::{ConfigError, ConfigErrors, Source};
pub use filter::FilterConfig;
pub use layers::{ConfigFile, Overrides};
pub use log::{LogConfig, LogFormat};
pub use media::MediaConfig;
pub use metrics::MetricsConfig;
pub use provider::{
    AppleKey, ClientAuth, DEV_ISSUER, DEV_PROVIDER, ProviderConfig, ProviderKind, ResponseMode,
};
pub use secret::Secret;
pub use server::{Mode, PublicUrl, ServerConfig};
pub use store::StoreConfig;
pub use visits::VisitsConfig;

use app_client::AppDraft;
use error::Checks;
use layers::{Given, Place};
use print::Effective;
use provider::ProviderDraft;
use setting::Setting;

use crate::domain::limits::{Limits, RestLimits};

/// The effective configuration of one process.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Where the server listens and what the world calls it.
    pub server: ServerConfig,
    /// Where data lies.
    pub store: StoreConfig,
    /// Sign-in.
    pub auth: AuthConfig,
    /// The distributed backends.
    pub backend: BackendConfig,
    /// Live rooms.
    pub live: Limits,
    /// The REST side.
    pub rest: RestLimits,
    /// What is looked for in what people write.
    pub filter: FilterConfig,
    /// Visits.
    pub visits: VisitsConfig,
    /// Pictures.
    pub media: MediaConfig,
    /// Caches before the server.
    pub cdn: CdnConfig,
    /// Numbers for whoever watches.
    pub metrics: MetricsConfig,
    /// Log lines.
    pub log: LogConfig,
    effective: Vec<Effective>,
}

/// Every fixed setting, in the order in which they are printed.
fn settings() -> impl Iterator<Item = &'static Setting<Config>> {
    [
        server::SETTINGS,
        store::SETTINGS,
        backend::SETTINGS,
        auth::SETTINGS,
        live::SETTINGS,
        rest::SETTINGS,
        filter::SETTINGS,
        visits::SETTINGS,
        media::SETTINGS,
        cdn::SETTINGS,
        metrics::SETTINGS,
        log::SETTINGS,
    ]
    .into_iter()
    .flatten()
}

impl Config {
    /// The configuration of this process: its environment, and the file named or `./maru.toml` if there is one.
    #[allow(clippy::disallowed_methods)]
    pub fn of_process(overrides: &Overrides, file: Option<&Path>) -> Result<Self, ConfigErrors> {
        let environment = std::env::vars_os();
        match ConfigFile::find(file) {
            Ok(file) => Self::load(overrides, environment, file.as_ref()),
            Err(unreadable) => Err(ConfigErrors::of(
                unreadable,
                Self::load(overrides, environment, None).err(),
            )),
        }
    }

    /// Lays the layers over the defaults. Pure: the same layers give the same answer.
    pub fn load(
        overrides: &Overrides,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        file: Option<&ConfigFile>,
    ) -> Result<Self, ConfigErrors> {
        let mut loader = Loader::default();
        let mut given = Vec::new();
        if let Some(file) = file {
            file.read(&mut given, &mut loader.errors);
        }
        layers::read_environment(environment, &mut given, &mut loader.errors);
        overrides.read(&mut given);
        for value in given {
            loader.apply(value);
        }
        loader.finish()
    }
}

/// A configuration while its layers are being laid.
#[derive(Default)]
struct Loader {
    config: Config,
    providers: BTreeMap<String, ProviderDraft>,
    apps: BTreeMap<String, AppDraft>,
    sources: BTreeMap<String, Source>,
    errors: Vec<ConfigError>,
}

impl Loader {
    // A value that a higher layer replaces is still checked: a file must be right even where a flag wins.
    fn apply(&mut self, given: Given) {
        let outcome = match given.place {
            Place::Setting(setting) => given.apply(setting, &mut self.config),
            Place::Provider { ref id, field } => {
                let fresh = || ProviderDraft::of(id);
                let draft = self.providers.entry(id.clone()).or_insert_with(fresh);
                given.apply(field, draft)
            }
            Place::App { ref id, field } => {
                let draft = self.apps.entry(id.clone()).or_default();
                given.apply(field, draft)
            }
        };
        match outcome {
            Ok(()) => {
                self.sources.insert(given.key, given.source);
            }
            Err(error) => self.errors.push(error),
        }
    }

    fn finish(mut self) -> Result<Config, ConfigErrors> {
        let mut checks = Checks::new(&self.sources, &mut self.errors);
        server::check(&self.config, &mut checks);
        auth::check(&self.config, &mut checks);
        provider::check(&self.providers, &mut checks);
        app_client::check(&self.apps, &mut checks);
        backend::check(&self.config, &mut checks);
        live::check(&self.config, &mut checks);
        rest::check(&self.config, &mut checks);
        media::check(&self.config, &mut checks);
        cdn::check(&self.config, &mut checks);
        metrics::check(&self.config, &mut checks);
        if !self.errors.is_empty() {
            return Err(ConfigErrors::from(self.errors));
        }
        let mut effective: Vec<Effective> = settings()
            .map(|setting| Effective::of(setting.key, setting, &self.config, &self.sources))
            .collect();
        for (id, draft) in &self.providers {
            effective.extend(provider::FIELDS.iter().map(|field| {
                Effective::of(&provider::key(id, field), field, draft, &self.sources)
            }));
        }
        for (id, draft) in &self.apps {
            effective.extend(app_client::FIELDS.iter().map(|field| {
                let key = app_client::key(id, field);
                Effective::of(&key, field, draft, &self.sources)
            }));
        }
        self.config.effective = effective;
        self.config.auth.apps = app_client::finish(self.apps);
        self.config.auth.providers = provider::finish(self.providers);
        Ok(self.config)
    }
}

#[cfg(test)]
mod tests;
