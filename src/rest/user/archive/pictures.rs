//! Where the pictures in a person's archive are to be fetched: links that work from anywhere, for a while.

use async_trait::async_trait;
use serde_json::Value;

use crate::config::PublicUrl;
use crate::domain::asset::VariantName;
use crate::domain::clock::WallMs;
use crate::domain::id::AssetId;
use crate::ports::personal_data::{Archive, ArchiveStopped};
use crate::rest::asset::MediaLinks;

/// The file that lists pictures.
const FILE: &str = "assets";

/// An archive whose pictures are linked.
pub(in crate::rest::user) struct Linking<'a, A> {
    archive: &'a mut A,
    links: &'a MediaLinks,
    home: &'a PublicUrl,
    until: WallMs,
    lists_pictures: bool,
}

impl<'a, A: Archive> Linking<'a, A> {
    pub(in crate::rest::user) fn new(
        archive: &'a mut A,
        links: &'a MediaLinks,
        home: &'a PublicUrl,
    ) -> Self {
        Self {
            archive,
            links,
            home,
            until: links.archived_until(),
            lists_pictures: false,
        }
    }

    /// The line of a picture with where it is; as it is, where there is nothing to be fetched.
    fn linked(&self, json: &str) -> Option<String> {
        let mut line: Value = serde_json::from_str(json).ok()?;
        let id: AssetId = line["id"].as_str()?.parse().ok()?;
        let sha256 = digest(line["sha256"].as_str()?)?;
        let is_public = line["public"].as_bool()?;
        let picture = (id, VariantName::Large, sha256);
        let link = self
            .links
            .archived(picture, is_public, self.home, self.until);
        line["link"] = link.into();
        if !is_public {
            let until = self.until.to_offset();
            let until = until.format(&time::format_description::well_known::Rfc3339);
            line["link_ends_at"] = until.ok()?.into();
        }
        Some(line.to_string())
    }
}

fn digest(hex: &str) -> Option<[u8; 32]> {
    let pair = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(pair).collect();
    bytes?.try_into().ok()
}

#[async_trait]
impl<A: Archive> Archive for Linking<'_, A> {
    async fn begin(&mut self, name: &str) -> Result<(), ArchiveStopped> {
        self.lists_pictures = name == FILE;
        self.archive.begin(name).await
    }

    async fn add(&mut self, json: String) -> Result<(), ArchiveStopped> {
        let linked = match self.lists_pictures {
            true => self.linked(&json),
            false => None,
        };
        self.archive.add(linked.unwrap_or(json)).await
    }
}
