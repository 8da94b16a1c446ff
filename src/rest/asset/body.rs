//! Uploads as they travel.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{MediaLinks, PictureBody};
use crate::domain::asset::{Alt, Asset, AssetState, LicenseNote, Purpose, Refusal, SourceType};
use crate::domain::id::AssetId;
use crate::domain::moderation::{ReportReason, Standing};
use crate::domain::text::BadText;
use crate::ports::asset::Words;
use crate::rest::problem::{Code, Problem};
use crate::services::asset::NewUpload;

/// An upload, as its owner sees it.
#[derive(Serialize, ToSchema)]
pub(super) struct AssetFields {
    id: AssetId,
    purpose: Purpose,
    state: AssetState,
    /// Why it cannot be shown; of refused ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Refusal>,
    /// When moderators keep it from being shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<Standing>,
    alt: String,
    license_note: String,
    /// How many things show it.
    uses: u32,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// Once it can be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<PictureBody>,
}

impl AssetFields {
    pub(super) fn new(asset: Asset, links: &MediaLinks) -> Self {
        Self {
            id: asset.id,
            purpose: asset.purpose,
            state: asset.state,
            refusal: asset.refusal,
            standing: Some(asset.standing).filter(|standing| *standing != Standing::Shown),
            uses: asset.uses,
            created_at: asset.created.to_offset(),
            picture: asset
                .picture
                .as_ref()
                .map(|picture| PictureBody::new(picture, links)),
            alt: asset.alt,
            license_note: asset.license_note,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct AssetBody {
    pub asset: AssetFields,
}

impl AssetBody {
    pub(super) fn new(asset: Asset, links: &MediaLinks) -> Self {
        Self {
            asset: AssetFields::new(asset, links),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct AssetsBody {
    pub assets: Vec<AssetFields>,
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A picture that is going to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnnounceWish {
    pub content_type: SourceType,
    /// How many bytes it has.
    #[schema(minimum = 1)]
    pub bytes: u64,
    /// Their SHA-256, in 64 hexadecimal digits.
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-fA-F]{64}$")]
    pub sha256: String,
    pub purpose: Purpose,
    /// What it shows, at most 500 characters.
    #[serde(default)]
    pub alt: String,
    /// Who made it and how it may be used, at most 200 characters.
    #[serde(default)]
    pub license_note: String,
}

/// Where a picture is to be sent, and how.
#[derive(Serialize, ToSchema)]
pub(super) struct AnnouncedBody {
    pub asset_id: AssetId,
    /// `PUT`.
    pub method: &'static str,
    /// Nothing but this address is asked for, no login.
    pub url: String,
    pub headers: AnnouncedHeaders,
    /// Until then.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// Headers to send along.
#[derive(Serialize, ToSchema)]
pub(super) struct AnnouncedHeaders {
    #[serde(rename = "content-type")]
    pub content_type: SourceType,
}

/// What to say about a picture; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WordsWish {
    /// What it shows, at most 500 characters.
    alt: Option<String>,
    /// Who made it and how it may be used, at most 200 characters.
    license_note: Option<String>,
}

/// Why to take a picture down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TakedownWish {
    /// The rule that is broken; `other` when absent. What is `illegal` is destroyed at once.
    pub(super) rule: Option<ReportReason>,
}

fn bad_text(bad: BadText) -> Problem {
    Problem::new(Code::InvalidText).detail(bad.to_string())
}

impl WordsWish {
    pub(super) fn words(self) -> Result<Words, Problem> {
        let alt = self.alt.as_deref().map(Alt::parse).transpose();
        let note = self
            .license_note
            .as_deref()
            .map(LicenseNote::parse)
            .transpose();
        let words = Words {
            alt: alt.map_err(bad_text)?,
            license_note: note.map_err(bad_text)?,
        };
        match words == Words::default() {
            true => Err(Problem::new(Code::InvalidBody).detail("there is nothing to change")),
            false => Ok(words),
        }
    }
}

/// What is said of a picture, as it is kept.
pub(super) fn new_upload(
    content_type: SourceType,
    purpose: Purpose,
    alt: &str,
    license_note: &str,
) -> Result<NewUpload, Problem> {
    Ok(NewUpload {
        purpose,
        alt: Alt::parse(alt).map_err(bad_text)?,
        license_note: LicenseNote::parse(license_note).map_err(bad_text)?,
        content_type,
    })
}
