//! Uploads that go: with everything that was kept for them, and a word to the rest of the world.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::Collections;
use super::super::transaction::{Attempt, transact};
use super::super::value::{Fields, id, number};
use super::outbox::tell;
use super::{MongoAssets, Stopped, asset_id, form};
use crate::domain::asset::limits::UNUSED_KEPT_MS;
use crate::domain::asset::{AssetEvent, AssetState, Variant};
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::ports::asset::AssetsUnavailable;

impl MongoAssets {
    /// Deletes an upload. Things that showed it may name it still: there is nothing under the name.
    pub(super) async fn gone(
        &self,
        session: &mut ClientSession,
        stored: &Stored,
    ) -> Result<(), Stopped> {
        let asset = asset_id(stored)?;
        self.lose(session, (asset, &form::to_variants(stored)?))
            .await?;
        self.assets()
            .delete_one(doc! { "_id": id(asset.uuid()) })
            .session(&mut *session)
            .await?;
        tell(&self.mongo, session, asset, &AssetEvent::AssetDeleted {}).await
    }

    /// A picture has these sizes no more: their bytes may be nobody's now, and caches drop them.
    pub(super) async fn lose(
        &self,
        session: &mut ClientSession,
        (asset, variants): (AssetId, &[Variant]),
    ) -> Result<(), Stopped> {
        let bytes = variants.iter().map(|variant| form::digest(&variant.sha256));
        let bytes: Vec<Bson> = bytes.collect();
        if bytes.is_empty() {
            return Ok(());
        }
        // Whoever looks at the same moment whether a picture has them writes this, too.
        self.mongo
            .collection(Collections::ASSET_BLOB)
            .update_many(
                doc! { "_id": { "$in": bytes } },
                doc! { "$set": { "loose": true } },
            )
            .session(&mut *session)
            .await?;
        self.purge(session, (asset, variants), &[0]).await
    }

    /// Deletes an upload of its owner; whether it was there.
    pub(super) async fn removed(
        &self,
        asset: AssetId,
        owner: UserId,
    ) -> Result<bool, AssetsUnavailable> {
        let attempt = Removing {
            assets: self,
            asset,
            owner,
            is_erased: false,
        };
        transact(&self.mongo, &attempt).await
    }

    /// Deletes an upload with its owner, also one that was taken down.
    pub(super) async fn erased(
        &self,
        asset: AssetId,
        owner: UserId,
    ) -> Result<(), AssetsUnavailable> {
        let attempt = Removing {
            assets: self,
            asset,
            owner,
            is_erased: true,
        };
        transact(&self.mongo, &attempt).await.map(drop)
    }

    /// Looks at an upload that is due.
    pub(super) async fn sweep_one(
        &self,
        asset: AssetId,
        state: AssetState,
        now: WallMs,
    ) -> Result<(), AssetsUnavailable> {
        let attempt = Sweeping {
            assets: self,
            asset,
            state,
            now,
        };
        transact(&self.mongo, &attempt).await
    }
}

struct Removing<'a> {
    assets: &'a MongoAssets,
    asset: AssetId,
    owner: UserId,
    is_erased: bool,
}

#[async_trait]
impl Attempt for Removing<'_> {
    type Outcome = bool;
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<bool, Stopped> {
        let Some(stored) = self.assets.stored_in(session, self.asset).await? else {
            return Ok(false);
        };
        let is_on_record = form::to_state(&stored)? == AssetState::TakenDown && !self.is_erased;
        if form::to_owner(&stored)? != self.owner || is_on_record {
            return Ok(false);
        }
        self.assets.gone(session, &stored).await?;
        Ok(true)
    }
}

struct Sweeping<'a> {
    assets: &'a MongoAssets,
    asset: AssetId,
    state: AssetState,
    now: WallMs,
}

#[async_trait]
impl Attempt for Sweeping<'_> {
    type Outcome = ();
    type Refusal = AssetsUnavailable;

    /// A picture nobody shows goes the second time it is seen like that, if nobody has shown it in between.
    async fn run(&self, session: &mut ClientSession) -> Result<(), Stopped> {
        let Some(stored) = self.assets.stored_in(session, self.asset).await? else {
            return Ok(());
        };
        // Somebody else has looked at it, or it has become something else.
        if form::to_state(&stored)? != self.state || stored.number("due_ms")? > self.now.0 {
            return Ok(());
        }
        let is_used = stored.number("uses")? > 0;
        if self.state != AssetState::Ready || (!is_used && stored.flag("seen_unused")?) {
            return self.assets.gone(session, &stored).await;
        }
        let next = self.now.0.saturating_add(UNUSED_KEPT_MS);
        self.assets
            .assets()
            .update_one(
                doc! { "_id": id(self.asset.uuid()) },
                doc! { "$set": { "seen_unused": !is_used, "due_ms": number(next) } },
            )
            .session(&mut *session)
            .await?;
        Ok(())
    }
}
