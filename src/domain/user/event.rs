//! What the user service tells the rest of the world of an account.

use serde::{Deserialize, Serialize};

use crate::domain::clock::WallMs;

/// Something that happened to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AccountEvent {
    /// The account is new.
    Created {
        /// When.
        at: WallMs,
    },
    /// The profile is other than it was. One that comes later says all that one before said.
    ProfileChanged {
        /// The profile's version; consumers ignore one they have seen.
        version: u64,
    },
    /// The person has another handle.
    HandleChanged {
        /// The one given up.
        from: String,
        /// The one they have.
        to: String,
        /// The profile's version.
        version: u64,
    },
    /// Who may see what of the person, or what else they chose, is other than it was.
    SettingsChanged {
        /// The settings' version.
        version: u64,
    },
    /// The account is closed: gone for everybody else, to be erased later.
    Closed {
        /// When.
        at: WallMs,
    },
    /// The account is open again.
    Restored {
        /// When.
        at: WallMs,
    },
}
