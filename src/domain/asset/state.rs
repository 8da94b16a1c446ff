//! What an upload is and becomes.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Picture;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::version::Version;

/// The text names nothing of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such name")]
pub struct NoSuchName;

// Texts are token trees: the document does not look into literals that a macro has matched as such.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $text:tt;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        pub enum $name {$($(#[$about])* #[serde(rename = $text)] $variant,)+}

        impl $name {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name in stores and on REST.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$variant => $text,)+}
            }
        }

        impl FromStr for $name {
            type Err = NoSuchName;

            fn from_str(text: &str) -> Result<Self, NoSuchName> {
                let found = Self::ALL.iter().find(|known| known.as_str() == text);
                found.copied().ok_or(NoSuchName)
            }
        }
    };
}

named! {
    /// How far an upload has come.
    AssetState {
        /// Its bytes are announced and not there yet.
        Uploading = "uploading";
        /// It waits to be looked at.
        Processing = "processing";
        /// It can be shown.
        Ready = "ready";
        /// It is no picture that can be shown; `refusal` says why.
        Refused = "refused";
        /// A moderator has taken it away for good.
        TakenDown = "taken_down";
    }
}

named! {
    /// What an upload is for.
    Purpose {
        /// A post.
        Picture = "picture";
        /// The person's own picture.
        Avatar = "avatar";
        /// Something in a room.
        Texture = "texture";
    }
}

named! {
    /// Why an upload is no picture that can be shown. Clients rely on the texts: add, never change.
    Refusal {
        /// None of the kinds of pictures there are.
        NotAPicture = "not_a_picture";
        /// It is a picture, and of another kind than was said.
        TypeMismatch = "type_mismatch";
        /// It ends before the picture does.
        Truncated = "truncated";
        /// It has more pixels than are decoded.
        TooManyPixels = "too_many_pixels";
        /// It is longer on one side than pictures may be.
        SideTooLong = "side_too_long";
        /// It has more frames than pictures may have.
        AnimatedTooLong = "animated_too_long";
        /// It says of itself what it is not.
        Broken = "broken";
        /// Decoding it takes more memory or time than a picture is worth.
        TooCostly = "too_costly";
        /// It was taken down before.
        TakenDownBefore = "taken_down_before";
    }
}

named! {
    /// The kinds of files that are taken.
    SourceType {
        /// Portable Network Graphics; of an animated one the first picture.
        Png = "image/png";
        /// JPEG.
        Jpeg = "image/jpeg";
        /// WebP; of an animated one the first picture.
        Webp = "image/webp";
        /// GIF: its first picture.
        Gif = "image/gif";
    }
}

/// What was sent, or is going to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What it is said to be.
    pub content_type: SourceType,
    /// How many bytes it has.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

/// An upload, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Which.
    pub id: AssetId,
    /// Whose.
    pub owner: UserId,
    /// What for.
    pub purpose: Purpose,
    /// How far it has come.
    pub state: AssetState,
    /// Why it cannot be shown.
    pub refusal: Option<Refusal>,
    /// Whether moderators let it be shown.
    pub standing: Standing,
    /// What it shows, in words.
    pub alt: String,
    /// Who made it, and how it may be used.
    pub license_note: String,
    /// What was sent.
    pub source: Source,
    /// How many things show it.
    pub uses: u32,
    /// How often its words have changed.
    pub version: Version,
    /// When it was begun.
    pub created: WallMs,
    /// Until when the bytes that are announced may come.
    pub until: WallMs,
    /// What can be shown; only of what is ready.
    #[serde(skip)]
    pub picture: Option<Picture>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for state in AssetState::ALL {
            assert_eq!(state.as_str().parse(), Ok(*state));
        }
        for refusal in Refusal::ALL {
            assert_eq!(refusal.as_str().parse(), Ok(*refusal));
            assert_eq!(serde_json::to_value(refusal).unwrap(), refusal.as_str());
        }
        assert_eq!("image/png".parse(), Ok(SourceType::Png));
        assert_eq!("image/svg+xml".parse::<SourceType>(), Err(NoSuchName));
        assert_eq!("".parse::<Purpose>(), Err(NoSuchName));
    }
}
