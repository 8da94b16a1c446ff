//! Versions of a thing that is changed as a whole, and which of them a change is meant for.

use serde::{Deserialize, Serialize};

/// How often a thing has been changed. Stores count; a change made elsewhere meanwhile shows in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u64);

/// The versions a change is meant for. The store compares in the same write that makes the change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Expected {
    /// Whatever there is.
    #[default]
    Any,
    /// One of these; none of them, when the client names nothing that could be a version.
    OneOf(Vec<Version>),
}

impl Expected {
    /// Whether the change is meant for this version.
    pub fn admits(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}
