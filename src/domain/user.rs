//! Accounts and how people look.

mod event;

pub use event::AccountEvent;

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::id::{RoomId, UserId};

/// The number of wardrobe slots a look has: skin, hair style, hair colour, top, bottom, accessory.
pub const LOOK_SLOTS: usize = 6;

/// How a person's avatar looks: one option of each wardrobe slot, checked by the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Vec<u8>, min_items = 6, max_items = 6)]
pub struct Look(pub [u8; LOOK_SLOTS]);

/// What an account may do on the platform, beyond its own rooms.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AccountRole {
    /// What everybody may.
    #[default]
    User,
    /// Also look after what people do.
    Moderator,
    /// Also look after the platform itself.
    Admin,
}

impl AccountRole {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::User, Self::Moderator, Self::Admin];

    /// The name in stores, on REST and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }
}

/// The text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of user, moderator, admin")]
pub struct NoSuchRole;

impl FromStr for AccountRole {
    type Err = NoSuchRole;

    fn from_str(text: &str) -> Result<Self, NoSuchRole> {
        let mut all = Self::ALL.into_iter();
        all.find(|role| role.as_str() == text).ok_or(NoSuchRole)
    }
}

/// The public face of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// The unique name in addresses: lower-case ASCII letters, digits and underscore, 2 to 24.
    pub handle: String,
    /// The name shown.
    pub display_name: String,
    /// The avatar.
    pub look: Look,
    /// One line on how they feel today.
    pub mood: String,
    /// A few words about themselves.
    pub bio: String,
    /// The room visitors of the profile are shown.
    pub front_room_id: RoomId,
}

/// The shortest and longest handle, in ASCII characters.
pub const HANDLE_CHARS: std::ops::RangeInclusive<usize> = 2..=24;

/// Whether a text can be a handle.
pub fn is_handle(text: &str) -> bool {
    HANDLE_CHARS.contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Handles that would pass for the house itself, or for one of its pages.
const RESERVED_HANDLES: [&str; 36] = [
    "about",
    "account",
    "admin",
    "administrator",
    "anonymous",
    "api",
    "auth",
    "deleted",
    "docs",
    "everyone",
    "guest",
    "health",
    "help",
    "login",
    "logout",
    "maru",
    "me",
    "mod",
    "moderator",
    "nobody",
    "null",
    "official",
    "owner",
    "privacy",
    "root",
    "search",
    "security",
    "settings",
    "signup",
    "staff",
    "support",
    "system",
    "terms",
    "undefined",
    "users",
    "www",
];

/// Whether nobody can have this handle.
pub fn is_reserved(handle: &str) -> bool {
    RESERVED_HANDLES.contains(&handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_plain_lower_case_ascii() {
        assert!(is_handle("haneul_2"));
        for bad in ["h", "Haneul", "하늘", "a b", &"a".repeat(25), "../x"] {
            assert!(!is_handle(bad), "{bad}");
        }
    }

    #[test]
    fn the_names_of_the_house_are_handles_nobody_can_have() {
        assert!(RESERVED_HANDLES.is_sorted());
        assert!(RESERVED_HANDLES.iter().all(|name| is_handle(name)));
        assert!(is_reserved("maru") && !is_reserved("haneul"));
    }
}
