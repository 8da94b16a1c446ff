//! What can be wrong with a configuration, and where it was said.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Which layer a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nobody said otherwise.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// A command-line flag.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read, or is no TOML.
    #[error("{path}: {problem}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, without quoting it: it may hold secrets.
        problem: String,
    },
    /// A value that is not of its setting's kind.
    #[error("{key} ({origin}): {}expected {expects}", shown(.value.as_deref()))]
    Value {
        /// The setting.
        key: String,
        /// Who said so.
        origin: Source,
        /// The bad value; none for a secret.
        value: Option<String>,
        /// What is expected.
        expects: &'static str,
    },
    /// A name no setting has.
    #[error("{name} ({origin}): no such setting{}", suggestion(.nearest.as_deref()))]
    Unknown {
        /// The name as written.
        name: String,
        /// Who wrote it.
        origin: Source,
        /// A known name close to it.
        nearest: Option<String>,
    },
    /// A value that is right by itself and wrong beside another.
    #[error("{key} ({origin}): {problem}")]
    Conflict {
        /// The setting to change.
        key: String,
        /// Where its value comes from.
        origin: Source,
        /// Why it cannot be, and what can.
        problem: String,
    },
}

impl ConfigError {
    /// The setting, or the file, that is wrong.
    pub fn key(&self) -> String {
        match self {
            Self::File { path, .. } => path.display().to_string(),
            Self::Value { key, .. } | Self::Conflict { key, .. } => key.clone(),
            Self::Unknown { name, .. } => name.clone(),
        }
    }
}

fn shown(value: Option<&str>) -> String {
    value.map_or_else(String::new, |value| format!("{value:?} will not do; "))
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"))
}

/// Every mistake found, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    pub(super) fn from(errors: Vec<ConfigError>) -> Self {
        Self(errors)
    }

    pub(super) fn of(first: ConfigError, others: Option<Self>) -> Self {
        let mut all = vec![first];
        all.extend(others.into_iter().flat_map(|errors| errors.0));
        Self(all)
    }

    /// The mistakes, in the order of the layers.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        let plural = if count == 1 { "mistake" } else { "mistakes" };
        write!(f, "the configuration has {count} {plural}:")?;
        self.0.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl std::error::Error for ConfigErrors {}

/// Collects conflicts between settings, leaving alone those that already have a mistake of their own.
pub(super) struct Checks<'a> {
    sources: &'a BTreeMap<String, Source>,
    errors: &'a mut Vec<ConfigError>,
    broken: Vec<String>,
}

impl<'a> Checks<'a> {
    pub(super) fn new(
        sources: &'a BTreeMap<String, Source>,
        errors: &'a mut Vec<ConfigError>,
    ) -> Self {
        let broken = errors.iter().map(ConfigError::key).collect();
        Self {
            sources,
            errors,
            broken,
        }
    }

    /// Reports `problem` of `key` when `wrong`; `beside` are the other settings the rule looked at.
    pub(super) fn refuse(
        &mut self,
        wrong: bool,
        key: &str,
        beside: &[&str],
        problem: impl Into<String>,
    ) {
        let moot = |name: &str| self.broken.iter().any(|broken| broken == name);
        if !wrong || moot(key) || beside.iter().any(|name| moot(name)) {
            return;
        }
        self.errors.push(ConfigError::Conflict {
            key: key.to_owned(),
            origin: self.sources.get(key).cloned().unwrap_or(Source::Default),
            problem: problem.into(),
        });
    }
}

/// The known name closest to `name`, if one is close enough to be what was meant.
pub(super) fn nearest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let farthest = (name.len() / 4).max(2);
    known
        .map(|candidate| (strsim::damerau_levenshtein(name, &candidate), candidate))
        .filter(|(distance, _)| *distance <= farthest)
        .min()
        .map(|(_, candidate)| candidate)
}
