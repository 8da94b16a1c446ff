//! What the store of uploads holds of a person. The file of the archive is that of the embedded store.

use async_trait::async_trait;
use mongodb::bson::{Document as Stored, doc};
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::super::Collections;
use super::super::failure::{reading, writing};
use super::super::value::{Unfit, id};
use super::uses::Thing;
use super::{MongoAssets, asset_id, form};
use crate::domain::asset::{Asset, VariantName};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::moderation::Standing;
use crate::ports::asset::AssetsUnavailable;
use crate::ports::personal_data::{Archive, Erasing, PersonalData, PersonalDataError};
use crate::ports::room::StoreError;

/// Uploads erased in one step.
const ERASED_AT_ONCE: u32 = 16;

/// Uploads fetched at once for an archive.
const EXPORTED_AT_ONCE: u32 = 100;

impl From<AssetsUnavailable> for PersonalDataError {
    fn from(error: AssetsUnavailable) -> Self {
        Self(error.into())
    }
}

fn hex(sha256: &[u8; 32]) -> String {
    sha256.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn line(asset: &Asset, stored: &Stored) -> Result<serde_json::Value, Unfit> {
    let variants = form::to_variants(stored)?;
    let largest = variants.last();
    let large = variants.iter().find(|size| size.name == VariantName::Large);
    let large = large.filter(|_| asset.standing == Standing::Shown);
    let is_public = asset.picture.as_ref().is_some_and(|it| it.is_public);
    Ok(json!({
        "id": asset.id, "purpose": asset.purpose.as_str(), "state": asset.state.as_str(),
        "refusal": asset.refusal.map(|refusal| refusal.as_str()),
        "alt": asset.alt, "license_note": asset.license_note,
        "sent_as": asset.source.content_type.as_str(), "sent_bytes": asset.source.bytes,
        "width": largest.map_or(0, |size| size.width), "height": largest.map_or(0, |size| size.height),
        "uploaded_at": asset.created.to_offset().format(&Rfc3339).unwrap_or_default(),
        "public": is_public,
        "sha256": large.map(|size| hex(&size.sha256)),
    }))
}

#[async_trait]
impl PersonalData for MongoAssets {
    async fn export(
        &self,
        person: UserId,
        archive: &mut dyn Archive,
    ) -> Result<(), PersonalDataError> {
        archive.begin("assets").await?;
        let found = self
            .assets()
            .find(doc! { "owner": id(person.uuid()) })
            .sort(doc! { "_id": 1 })
            .batch_size(EXPORTED_AT_ONCE);
        let mut found = reading(found).await?;
        while reading(found.advance()).await? {
            let stored = Stored::try_from(found.current());
            let stored = stored.map_err(|error| StoreError::Failed(error.to_string()))?;
            for asset in self.read(std::slice::from_ref(&stored)).await? {
                archive.add(line(&asset, &stored)?.to_string()).await?;
            }
        }
        Ok(())
    }

    /// What things of the person show is forgotten as those go, by their services.
    async fn erase(&self, person: UserId, _: WallMs) -> Result<Erasing, PersonalDataError> {
        let own = doc! { "owner": id(person.uuid()) };
        let sort = doc! { "_id": 1 };
        let some = self.some(Collections::ASSET, own.clone(), sort, ERASED_AT_ONCE);
        let some = some.await?;
        for stored in &some {
            self.erased(asset_id(stored)?, person).await?;
        }
        if !some.is_empty() {
            return Ok(Erasing::Begun);
        }
        let things = self.mongo.collection(Collections::ASSET_USE);
        let profile = doc! { "_id": Thing::Profile(person).name() };
        writing(things.delete_one(profile)).await?;
        let owners = self.mongo.collection(Collections::ASSET_OWNER);
        writing(owners.delete_one(doc! { "_id": id(person.uuid()) })).await?;
        // As many as there may be of one person, and no more.
        let keys = self.mongo.collection(Collections::ONCE);
        writing(keys.delete_many(own)).await?;
        Ok(Erasing::Done)
    }

    /// What was deleted lies in MongoDB's files and its log until it is written over there: that is the matter of
    /// whoever runs it.
    async fn settle(&self) -> Result<(), PersonalDataError> {
        Ok(())
    }
}
