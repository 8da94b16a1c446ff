//! The layers above the defaults: a file, the environment, flags. Each gives texts for keys.

use std::ffi::OsString;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::app_client::{self, AppDraft};
use super::error::{ConfigError, Source, nearest};
use super::provider::{self, ProviderDraft};
use super::setting::{Setting, variable};
use super::{Config, settings};

/// The file looked for when none is named.
const FILE_DEFAULT: &str = "maru.toml";

/// More than any honest configuration needs.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Before variables that speak to the tests, not to the program.
const TEST_PREFIX: &str = "MARU_TEST_";

/// Where a value belongs.
pub(super) enum Place {
    Setting(&'static Setting<Config>),
    Provider {
        id: String,
        field: &'static Setting<ProviderDraft>,
    },
    App {
        id: String,
        field: &'static Setting<AppDraft>,
    },
}

/// A value someone gave.
pub(super) struct Given {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) text: String,
    pub(super) source: Source,
}

impl Given {
    /// Gives the value to what it is for, as this setting of it.
    pub(super) fn apply<T>(&self, setting: &Setting<T>, target: &mut T) -> Result<(), ConfigError> {
        (setting.set)(target, &self.text).ok_or_else(|| ConfigError::Value {
            key: self.key.clone(),
            origin: self.source.clone(),
            value: (!setting.secret).then(|| self.text.clone()),
            expects: setting.expects,
        })
    }
}

/// What flags say, the uppermost layer.
#[derive(Debug, Clone, Default)]
pub struct Overrides(Vec<(&'static str, &'static str, String)>);

impl Overrides {
    /// Sets `key` to `value` for the reason of `flag`; nothing when there is no value.
    #[must_use]
    pub fn with(mut self, key: &'static str, flag: &'static str, value: Option<String>) -> Self {
        self.0.extend(value.map(|value| (key, flag, value)));
        self
    }

    pub(super) fn read(&self, given: &mut Vec<Given>) {
        for (key, flag, text) in &self.0 {
            let place = place_of_key(key);
            debug_assert!(place.is_some(), "{flag} sets {key}, which is no setting");
            given.extend(place.map(|place| Given {
                key: (*key).to_owned(),
                place,
                text: text.clone(),
                source: Source::Flag(flag),
            }));
        }
    }
}

/// A configuration file's text.
#[derive(Clone)]
pub struct ConfigFile {
    path: PathBuf,
    text: String,
}

// The text may hold secrets.
impl std::fmt::Debug for ConfigFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ConfigFile").field(&self.path).finish()
    }
}

impl ConfigFile {
    /// A file already read.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    /// Reads the file named, which must be there, or `./maru.toml` where there is one.
    pub fn find(named: Option<&Path>) -> Result<Option<Self>, ConfigError> {
        let path = named.unwrap_or(Path::new(FILE_DEFAULT));
        let failed = |problem: String| ConfigError::File {
            path: path.to_owned(),
            problem,
        };
        let file = match std::fs::File::open(path) {
            Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => {
                return Ok(None);
            }
            other => other.map_err(|error| failed(format!("cannot be opened: {error}")))?,
        };
        let mut text = String::new();
        file.take(FILE_BYTES_MAX + 1)
            .read_to_string(&mut text)
            .map_err(|error| failed(format!("cannot be read: {error}")))?;
        if text.len() as u64 > FILE_BYTES_MAX {
            return Err(failed(format!("is longer than {FILE_BYTES_MAX} bytes")));
        }
        Ok(Some(Self::new(path, text)))
    }

    pub(super) fn read(&self, given: &mut Vec<Given>, errors: &mut Vec<ConfigError>) {
        match self.text.parse::<toml::Table>() {
            Ok(table) => self.read_table("", table, given, errors),
            Err(error) => errors.push(ConfigError::File {
                path: self.path.clone(),
                problem: self.syntax_error(&error),
            }),
        }
    }

    // The parser's own display quotes the line, which may hold a secret.
    fn syntax_error(&self, error: &toml::de::Error) -> String {
        let before = error.span().and_then(|span| self.text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        format!("line {line} is no TOML: {}", error.message())
    }

    fn read_table(
        &self,
        prefix: &str,
        table: toml::Table,
        given: &mut Vec<Given>,
        errors: &mut Vec<ConfigError>,
    ) {
        let source = Source::File(self.path.clone());
        for (name, value) in table {
            let key = format!("{prefix}{name}");
            let place = place_of_key(&key);
            match (place, value) {
                (None, toml::Value::Table(inner)) => {
                    self.read_table(&format!("{key}."), inner, given, errors);
                }
                (None, _) => errors.push(ConfigError::Unknown {
                    nearest: nearest(&key, known_keys(&key)),
                    name: key,
                    origin: source.clone(),
                }),
                (Some(place), value) => match scalar(value) {
                    Some(text) => given.push(Given {
                        key,
                        place,
                        text,
                        source: source.clone(),
                    }),
                    None => errors.push(ConfigError::Value {
                        key,
                        origin: source.clone(),
                        value: None,
                        expects: place.expects(),
                    }),
                },
            }
        }
    }
}

impl Place {
    fn expects(&self) -> &'static str {
        match self {
            Self::Setting(setting) => setting.expects,
            Self::Provider { field, .. } => field.expects,
            Self::App { field, .. } => field.expects,
        }
    }
}

fn scalar(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Reads the `MARU_*` variables among all variables.
pub(super) fn read_environment(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    given: &mut Vec<Given>,
    errors: &mut Vec<ConfigError>,
) {
    for (name, value) in environment {
        let own = |name: &&str| name.starts_with("MARU_") && !name.starts_with(TEST_PREFIX);
        let Some(name) = name.to_str().filter(own) else {
            continue;
        };
        let source = Source::Environment(name.to_owned());
        match (place_of_variable(name), value.into_string()) {
            (Some((key, place)), Ok(text)) => given.push(Given {
                key,
                place,
                text,
                source,
            }),
            (Some((key, _)), Err(_)) => errors.push(ConfigError::Value {
                key,
                origin: source,
                value: None,
                expects: "text in UTF-8",
            }),
            (None, _) => errors.push(ConfigError::Unknown {
                name: name.to_owned(),
                origin: source,
                nearest: nearest(name, settings().map(|setting| variable(setting.key))),
            }),
        }
    }
}

fn place_of_key(key: &str) -> Option<Place> {
    let fixed = settings().find(|setting| setting.key == key);
    let provider = || {
        let (id, field) = key.strip_prefix(provider::PREFIX)?.split_once('.')?;
        let field = provider::FIELDS.iter().find(|known| known.key == field)?;
        let id = provider::id(id)?;
        Some(Place::Provider { id, field })
    };
    let app = || {
        let (id, field) = key.strip_prefix(app_client::PREFIX)?.split_once('.')?;
        let field = app_client::FIELDS.iter().find(|known| known.key == field)?;
        let id = app_client::id(id)?;
        Some(Place::App { id, field })
    };
    fixed.map(Place::Setting).or_else(provider).or_else(app)
}

fn place_of_variable(name: &str) -> Option<(String, Place)> {
    let fixed = settings().find(|setting| variable(setting.key) == name);
    if let Some(setting) = fixed {
        return Some((setting.key.to_owned(), Place::Setting(setting)));
    }
    if let Some(rest) = name.strip_prefix(&variable(app_client::PREFIX)) {
        let rest = rest.to_ascii_lowercase();
        return app_client::FIELDS.iter().find_map(|field| {
            let id = rest.strip_suffix(field.key)?.strip_suffix('_')?;
            let id = app_client::id(id)?;
            Some((app_client::key(&id, field), Place::App { id, field }))
        });
    }
    let rest = name
        .strip_prefix(&variable(provider::PREFIX))?
        .to_ascii_lowercase();
    provider::FIELDS.iter().find_map(|field| {
        let id = rest.strip_suffix(field.key)?.strip_suffix('_')?;
        let id = provider::id(id)?;
        Some((provider::key(&id, field), Place::Provider { id, field }))
    })
}

/// Names to suggest for an unknown key: the fixed ones and, under a provider, its fields.
fn known_keys(key: &str) -> impl Iterator<Item = String> {
    let id = key
        .strip_prefix(provider::PREFIX)
        .and_then(|rest| rest.split_once('.'))
        .and_then(|(id, _)| provider::id(id));
    let fields = id.into_iter().flat_map(|id| {
        provider::FIELDS
            .iter()
            .map(move |field| provider::key(&id, field))
    });
    let app = key
        .strip_prefix(app_client::PREFIX)
        .and_then(|rest| rest.split_once('.'))
        .and_then(|(id, _)| app_client::id(id));
    let of_app = app.into_iter().flat_map(|id| {
        app_client::FIELDS
            .iter()
            .map(move |field| app_client::key(&id, field))
    });
    settings()
        .map(|setting| setting.key.to_owned())
        .chain(fields)
        .chain(of_app)
}
