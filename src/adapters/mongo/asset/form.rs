//! An upload as a document.
//!
//! `due_ms` is when it is looked at next: to decode it, or to see whether it is still wanted. `large` is what its largest
//! size is, by which others of the same are found. `uses` counts the things that show it, `public_uses` those of them from
//! where everybody may have it, `open_uses` those from where everybody may unless its owner's account is private. `decided`
//! counts the decisions that were made here about it, and `owes` is the one that is still to be put on record.

use std::collections::BTreeSet;

use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, Document as Stored, doc};

use super::super::value::{Fields, Unfit, id, number};
use crate::domain::asset::{Asset, AssetState, Picture, Source, Variant, VariantName};
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::version::Version;
use crate::ports::asset::NewAsset;

/// A digest.
pub(super) fn digest(sha256: &[u8; 32]) -> Bson {
    Bson::Binary(Binary {
        subtype: BinarySubtype::Generic,
        bytes: sha256.to_vec(),
    })
}

/// A digest read back.
pub(super) fn to_digest(stored: &Stored, name: &str) -> Result<[u8; 32], Unfit> {
    let unfit = || Unfit(name.to_owned());
    match stored.field(name)? {
        Bson::Binary(binary) => binary.bytes.as_slice().try_into().map_err(|_| unfit()),
        _ => Err(unfit()),
    }
}

/// A name read back.
pub(super) fn named<T: std::str::FromStr>(stored: &Stored, name: &str) -> Result<T, Unfit> {
    let text = stored.text(name)?;
    text.parse().map_err(|_| Unfit(name.to_owned()))
}

/// A new upload.
pub(super) fn new(new: &NewAsset, now: WallMs, due: WallMs) -> Stored {
    let state = match new.until {
        Some(_) => AssetState::Uploading,
        None => AssetState::Processing,
    };
    doc! {
        "_id": id(new.id.uuid()),
        "owner": id(new.owner.uuid()),
        "purpose": new.purpose.as_str(),
        "state": state.as_str(),
        "standing": Standing::Shown.as_str(),
        "alt": new.alt.as_str(),
        "license_note": new.license_note.as_str(),
        "content_type": new.source.content_type.as_str(),
        "source_bytes": number(new.source.bytes),
        "source": digest(&new.source.sha256),
        "kept_bytes": 0_i64,
        "blurhash": "",
        "version": 1_i64,
        "created_ms": number(now.0),
        "until_ms": number(new.until.unwrap_or(now).0),
        "due_ms": number(due.0),
        "tries": 0_i64,
        "seen_unused": true,
        "uses": 0_i64,
        "public_uses": 0_i64,
        "open_uses": 0_i64,
        "withheld": false,
        "decided": 0_i64,
        "variants": [],
    }
}

/// A size.
pub(super) fn variant(variant: &Variant) -> Bson {
    doc! {
        "name": variant.name.as_str(),
        "sha256": digest(&variant.sha256),
        "width": i64::from(variant.width),
        "height": i64::from(variant.height),
        "bytes": number(variant.bytes),
    }
    .into()
}

pub(super) fn to_variant_name(stored: &Stored, name: &str) -> Result<VariantName, Unfit> {
    let text = stored.text(name)?;
    let mut all = VariantName::ALL.into_iter();
    let found = all.find(|known| known.as_str() == text);
    found.ok_or_else(|| Unfit(name.to_owned()))
}

fn side(stored: &Stored, name: &str) -> Result<u32, Unfit> {
    u32::try_from(stored.number(name)?).map_err(|_| Unfit(name.to_owned()))
}

/// The sizes of an upload, the smallest first.
pub(super) fn to_variants(stored: &Stored) -> Result<Vec<Variant>, Unfit> {
    let mut variants = Vec::new();
    for stored in stored.list("variants")? {
        variants.push(Variant {
            name: to_variant_name(stored, "name")?,
            sha256: to_digest(stored, "sha256")?,
            width: side(stored, "width")?,
            height: side(stored, "height")?,
            bytes: stored.number("bytes")?,
        });
    }
    variants.sort_by_key(|variant| variant.name);
    Ok(variants)
}

/// How far an upload has come.
pub(super) fn to_state(stored: &Stored) -> Result<AssetState, Unfit> {
    named(stored, "state")
}

/// Whose it is.
pub(super) fn to_owner(stored: &Stored) -> Result<UserId, Unfit> {
    Ok(UserId::from_uuid(stored.uuid("owner")?))
}

/// What was sent.
pub(super) fn to_source(stored: &Stored) -> Result<Source, Unfit> {
    Ok(Source {
        content_type: named(stored, "content_type")?,
        bytes: stored.number("source_bytes")?,
        sha256: to_digest(stored, "source")?,
    })
}

/// From where everybody may have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Public {
    /// From nowhere.
    No,
    /// From things of their owner's, unless the account is private.
    UnlessPrivate,
    /// In any case.
    Yes,
}

/// From where everybody may have it.
pub(super) fn to_public(stored: &Stored) -> Result<Public, Unfit> {
    Ok(
        match (stored.number("public_uses")?, stored.number("open_uses")?) {
            (0, 0) => Public::No,
            (0, _) => Public::UnlessPrivate,
            _ => Public::Yes,
        },
    )
}

/// An upload read back; of which owners the accounts are private.
pub(super) fn to_asset(stored: &Stored, private: &BTreeSet<UserId>) -> Result<Asset, Unfit> {
    let asset = AssetId::from_uuid(stored.uuid("_id")?);
    let (owner, state) = (to_owner(stored)?, to_state(stored)?);
    let is_public = match to_public(stored)? {
        Public::No => false,
        Public::UnlessPrivate => !private.contains(&owner),
        Public::Yes => true,
    };
    let standing: Standing = named(stored, "standing")?;
    let variants = to_variants(stored)?;
    let is_down = state == AssetState::TakenDown;
    let words = |name: &str| -> Result<String, Unfit> {
        let text = stored.text(name)?;
        Ok(if is_down {
            String::new()
        } else {
            text.to_owned()
        })
    };
    let can_be_shown = state == AssetState::Ready && standing == Standing::Shown;
    let largest = variants.last().cloned().filter(|_| can_be_shown);
    let picture = match largest {
        Some(largest) => Some(Picture {
            id: asset,
            owner,
            alt: words("alt")?,
            width: largest.width,
            height: largest.height,
            blurhash: stored.text("blurhash")?.to_owned(),
            is_public,
            variants,
        }),
        None => None,
    };
    let uses = match is_down {
        true => 0,
        false => stored.number("uses")?,
    };
    let refusal = match stored.get("refusal") {
        Some(_) => Some(named(stored, "refusal")?),
        None => None,
    };
    Ok(Asset {
        id: asset,
        owner,
        purpose: named(stored, "purpose")?,
        state,
        refusal,
        standing,
        alt: words("alt")?,
        license_note: words("license_note")?,
        source: to_source(stored)?,
        uses: u32::try_from(uses).unwrap_or(u32::MAX),
        version: Version(stored.number("version")?),
        created: WallMs(stored.number("created_ms")?),
        until: WallMs(stored.number("until_ms")?),
        picture,
    })
}
