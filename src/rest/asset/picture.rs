//! A picture as it travels, for whatever shows one, and the links to its bytes.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use crate::config::PublicUrl;
use crate::domain::asset::limits::ARCHIVE_LINK_MS;
use crate::domain::asset::{LinkKeys, Picture, VariantName, media_path};
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::AssetId;

/// Makes links to pictures. Cheap to clone; whoever shows pictures holds one.
#[derive(Debug, Clone)]
pub struct MediaLinks {
    /// What links begin with: a host of their own, or nothing, where they lead to this server.
    base: Arc<str>,
    keys: LinkKeys,
    clock: Clock,
}

impl MediaLinks {
    /// Links that lead to this host, or where none is named, to this server.
    pub fn new(base: Option<&PublicUrl>, keys: LinkKeys, clock: Clock) -> Self {
        Self {
            base: base.map_or("", PublicUrl::origin).into(),
            keys,
            clock,
        }
    }

    /// The link to a size of a picture; to the largest there is, where it has none of this name.
    pub fn link(&self, picture: &Picture, name: VariantName) -> String {
        let mut variants = picture.variants.iter();
        let variant = variants.find(|variant| variant.name == name);
        let Some(variant) = variant.or(picture.variants.last()) else {
            return String::new();
        };
        let path = media_path(picture.id, variant.name, &variant.sha256);
        match picture.is_public {
            true => format!("{}{path}", self.base),
            false => {
                let signed = self.keys.sign(&path, self.clock.wall());
                format!("{}{path}?{signed}", self.base)
            }
        }
    }

    /// A link for a person's archive: to their own picture from wherever they are, good until then if it is signed.
    pub(in crate::rest) fn archived(
        &self,
        picture: (AssetId, VariantName, [u8; 32]),
        is_public: bool,
        home: &PublicUrl,
        until: WallMs,
    ) -> String {
        let (id, name, sha256) = picture;
        let path = media_path(id, name, &sha256);
        let origin = match self.base.is_empty() {
            true => home.origin(),
            false => &*self.base,
        };
        match is_public {
            true => format!("{origin}{path}"),
            false => {
                let signed = self.keys.sign_until(&path, until, self.clock.wall());
                format!("{origin}{path}?{signed}")
            }
        }
    }

    /// When what is signed now for an archive ends.
    pub(in crate::rest) fn archived_until(&self) -> WallMs {
        WallMs(self.clock.wall().0.saturating_add(ARCHIVE_LINK_MS))
    }

    /// Whether links lead to another host than pages do.
    pub(super) fn lead_elsewhere(&self) -> bool {
        !self.base.is_empty()
    }
}

/// A picture that can be shown. Links may be relative to this server; those to a picture that is not public end after
/// an hour or two.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct PictureBody {
    id: AssetId,
    /// What it shows, in words; may be empty.
    alt: String,
    /// Of the largest size, in pixels.
    width: u32,
    /// Of the largest size, in pixels.
    height: u32,
    /// What it looks like before it is there (BlurHash).
    blurhash: String,
    /// At most 160 pixels a side.
    thumb: String,
    /// At most 640 pixels a side.
    small: String,
    /// At most 2,048 pixels a side.
    large: String,
}

impl PictureBody {
    /// The same with other words for what it shows, where there are some.
    pub(in crate::rest) fn saying(self, alt: &str) -> Self {
        match alt.is_empty() {
            true => self,
            false => Self {
                alt: alt.to_owned(),
                ..self
            },
        }
    }

    /// A picture with links to its sizes.
    pub(in crate::rest) fn new(picture: &Picture, links: &MediaLinks) -> Self {
        Self {
            id: picture.id,
            alt: picture.alt.clone(),
            width: picture.width,
            height: picture.height,
            blurhash: picture.blurhash.clone(),
            thumb: links.link(picture, VariantName::Thumb),
            small: links.link(picture, VariantName::Small),
            large: links.link(picture, VariantName::Large),
        }
    }
}
