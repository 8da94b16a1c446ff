//! Pictures people upload, and what happens to them.

mod event;
pub mod header;
pub mod limits;
mod link;
mod place;
mod state;
mod words;

pub use event::AssetEvent;
pub use link::{LinkKeys, LinkRefused, UploadTerms};
pub use place::{QUARANTINE, media_path, of_quarantine, quarantine_place, stored_place};
pub use state::{Asset, AssetState, NoSuchName, Purpose, Refusal, Source, SourceType};
pub use words::{Alt, LicenseNote};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::id::{AssetId, UserId};

/// A size a picture is given out in. The list is closed: nothing else is ever made.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum VariantName {
    /// At most 160 pixels a side.
    Thumb,
    /// At most 640 pixels a side.
    Small,
    /// At most 2,048 pixels a side.
    Large,
}

impl VariantName {
    /// Every size, the smallest first.
    pub const ALL: [Self; 3] = [Self::Thumb, Self::Small, Self::Large];

    /// The name in stores, links and on REST.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Thumb => "thumb",
            Self::Small => "small",
            Self::Large => "large",
        }
    }

    /// The longest side, in pixels.
    pub const fn side_max(self) -> u32 {
        match self {
            Self::Thumb => 160,
            Self::Small => 640,
            Self::Large => 2_048,
        }
    }
}

/// One size of a picture, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Which.
    pub name: VariantName,
    /// The SHA-256 of its bytes, by which they are kept.
    pub sha256: [u8; 32],
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// How many bytes it has.
    pub bytes: u64,
}

/// A picture that can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Which.
    pub id: AssetId,
    /// Whose.
    pub owner: UserId,
    /// What it shows, in words, as its owner says; may be empty.
    pub alt: String,
    /// Of the largest size, in pixels.
    pub width: u32,
    /// Of the largest size, in pixels.
    pub height: u32,
    /// What it looks like before it is there, in the BlurHash format.
    pub blurhash: String,
    /// Whether anything shows it to everybody. Otherwise its links are signed and end.
    pub is_public: bool,
    /// Its sizes, the smallest first.
    pub variants: Vec<Variant>,
}
