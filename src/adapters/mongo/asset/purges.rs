//! What caches are to drop: written with what closes a picture, told by a worker.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::Collections;
use super::super::failure::writing;
use super::super::value::{Fields, Unfit, id, number};
use super::outbox::places;
use super::{MongoAssets, Stopped, form};
use crate::domain::asset::Variant;
use crate::domain::clock::WallMs;
use crate::domain::id::AssetId;
use crate::ports::asset::{AssetsUnavailable, Purge, PurgeQueue};

/// The counter of entries.
const ENTRIES: &str = "asset_purge";

/// How long after the first time caches are told once more, in milliseconds: an answer with the picture may have been
/// under way to one when it was told.
const PURGED_AGAIN_MS: u64 = 60_000;

impl MongoAssets {
    /// Caches drop it.
    pub(super) async fn purge(
        &self,
        session: &mut ClientSession,
        (asset, variants): (AssetId, &[Variant]),
        dues: &[u64],
    ) -> Result<(), Stopped> {
        let all: Vec<(&u64, &Variant)> = dues
            .iter()
            .flat_map(|due| variants.iter().map(move |variant| (due, variant)))
            .collect();
        if all.is_empty() {
            return Ok(());
        }
        let count = u64::try_from(all.len()).unwrap_or(u64::MAX);
        let first = places(&self.mongo, ENTRIES, count).await?;
        let entries = (first..).zip(all).map(|(place, (due, variant))| {
            doc! {
                "_id": number(place),
                "asset": id(asset.uuid()),
                "variant": variant.name.as_str(),
                "sha256": form::digest(&variant.sha256),
                "due_ms": number(*due),
                "tries": 0_i64,
            }
        });
        let queue = self.mongo.collection(Collections::ASSET_PURGE);
        queue
            .insert_many(entries.collect::<Vec<Stored>>())
            .session(session)
            .await?;
        Ok(())
    }

    /// Caches drop it, now and once more after a while.
    pub(super) async fn purge_twice(
        &self,
        session: &mut ClientSession,
        picture: (AssetId, &[Variant]),
        now: WallMs,
    ) -> Result<(), Stopped> {
        let again = now.0.saturating_add(PURGED_AGAIN_MS);
        self.purge(session, picture, &[0, again]).await
    }
}

fn to_purge(stored: &Stored) -> Result<Purge, Unfit> {
    let unfit = |name: &str| Unfit(name.to_owned());
    Ok(Purge {
        id: i64::try_from(stored.number("_id")?).map_err(|_| unfit("_id"))?,
        asset: AssetId::from_uuid(stored.uuid("asset")?),
        variant: form::to_variant_name(stored, "variant")?,
        sha256: form::to_digest(stored, "sha256")?,
        tries: u32::try_from(stored.number("tries")?).map_err(|_| unfit("tries"))?,
    })
}

fn named(ids: &[i64]) -> Stored {
    let ids: Vec<Bson> = ids.iter().copied().map(Bson::Int64).collect();
    doc! { "_id": { "$in": ids } }
}

#[async_trait]
impl PurgeQueue for MongoAssets {
    async fn due(&self, limit: u32, now: WallMs) -> Result<Vec<Purge>, AssetsUnavailable> {
        let filter = doc! { "due_ms": { "$lte": number(now.0) } };
        let sort = doc! { "due_ms": 1, "_id": 1 };
        let found = self.some(Collections::ASSET_PURGE, filter, sort, limit);
        let found = found.await?;
        Ok(found.iter().map(to_purge).collect::<Result<_, _>>()?)
    }

    async fn done(&self, ids: &[i64]) -> Result<(), AssetsUnavailable> {
        let queue = self.mongo.collection(Collections::ASSET_PURGE);
        writing(queue.delete_many(named(ids))).await?;
        Ok(())
    }

    async fn put_off(&self, ids: &[i64], until: WallMs) -> Result<(), AssetsUnavailable> {
        let later = doc! { "$inc": { "tries": 1_i64 }, "$set": { "due_ms": number(until.0) } };
        let queue = self.mongo.collection(Collections::ASSET_PURGE);
        writing(queue.update_many(named(ids), later)).await?;
        Ok(())
    }
}
