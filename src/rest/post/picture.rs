//! A picture as it travels with a post. The only place that knows how its links are made.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::asset::{Picture, VariantName};
use crate::domain::id::AssetId;

/// A picture, in every size.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PictureBody {
    id: AssetId,
    /// What it shows, in words.
    alt: String,
    /// Of the largest size, in pixels.
    width: u32,
    /// Of the largest size, in pixels.
    height: u32,
    /// What it looks like before it is there, in the BlurHash format.
    blurhash: String,
    /// At most 160 pixels a side.
    thumb: String,
    /// At most 640 pixels a side.
    small: String,
    /// At most 2,048 pixels a side.
    large: String,
}

impl PictureBody {
    /// The picture, with other words for what it shows where there are some.
    pub(super) fn new(picture: &Picture, alt: &str) -> Self {
        let link = |name: VariantName| {
            let mut sizes = picture.variants.iter();
            // Small pictures have not every size: the largest stands in.
            let found = sizes.find(|it| it.name == name).or(picture.variants.last());
            found.map_or_else(String::new, |size| {
                let digits: String = size.sha256.iter().map(|it| format!("{it:02x}")).collect();
                format!("/media/{}/{}/{digits}.webp", picture.id, size.name.as_str())
            })
        };
        let alt = if alt.is_empty() { &picture.alt } else { alt };
        Self {
            id: picture.id,
            alt: alt.to_owned(),
            width: picture.width,
            height: picture.height,
            blurhash: picture.blurhash.clone(),
            thumb: link(VariantName::Thumb),
            small: link(VariantName::Small),
            large: link(VariantName::Large),
        }
    }
}
