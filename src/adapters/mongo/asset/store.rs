//! Uploads that come and change.

use std::collections::BTreeSet;

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Document as Stored, doc};
use mongodb::options::ReturnDocument;

use super::super::Collections;
use super::super::failure::{reading, writing};
use super::super::once::{self, Begun};
use super::super::transaction::{Attempt, transact};
use super::super::value::{Fields, id, number};
use super::{MongoAssets, Stopped, form};
use crate::domain::asset::{Asset, AssetState, VariantName};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::domain::moderation::ReportReason;
use crate::domain::version::Expected;
use crate::ports::asset::{
    Added, Allowance, AssetStore, AssetsUnavailable, AvatarSet, Described, NewAsset, Served,
    TakenDown, Words,
};
use crate::ports::once::Once;

/// How often a change is made anew that others were in the way of.
const TRIES_MAX: u32 = 16;

pub(super) fn busy() -> AssetsUnavailable {
    AssetsUnavailable("others change the same all the time".to_owned())
}

/// Adds an upload.
struct Adding<'a> {
    assets: &'a MongoAssets,
    new: &'a NewAsset,
    allowance: Allowance,
    once: Option<&'a Once>,
    now: WallMs,
    due: WallMs,
}

impl Adding<'_> {
    /// Whether its owner has place for one more of so many bytes.
    async fn has_place(&self, session: &mut ClientSession) -> Result<bool, Stopped> {
        let counted = [
            AssetState::Uploading,
            AssetState::Processing,
            AssetState::Ready,
        ];
        let counted = counted.map(AssetState::as_str).to_vec();
        let is_ready = doc! { "$eq": ["$state", AssetState::Ready.as_str()] };
        let bytes = doc! { "$cond": [is_ready, "$kept_bytes", "$source_bytes"] };
        let groups = [
            doc! { "$match": { "owner": id(self.new.owner.uuid()), "state": { "$in": counted } } },
            doc! { "$group": { "_id": "$owner", "count": { "$sum": 1_i64 }, "bytes": { "$sum": bytes } } },
        ];
        let mut found = self
            .assets
            .assets()
            .aggregate(groups)
            .session(&mut *session)
            .await?;
        let (count, bytes) = match found.next(&mut *session).await {
            Some(sums) => {
                let sums = sums?;
                (sums.number("count")?, sums.number("bytes")?)
            }
            None => (0, 0),
        };
        let bytes = bytes.saturating_add(self.new.source.bytes);
        Ok(count < u64::from(self.allowance.count) && bytes <= self.allowance.bytes)
    }
}

#[async_trait]
impl Attempt for Adding<'_> {
    type Outcome = Added;
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<Added, Stopped> {
        let mongo = &self.assets.mongo;
        // Two of one person at once, each of which the other has not counted, both write this.
        mongo
            .collection(Collections::ASSET_OWNER)
            .update_one(
                doc! { "_id": id(self.new.owner.uuid()) },
                doc! { "$inc": { "turns": 1_i64 } },
            )
            .session(&mut *session)
            .await?;
        match once::begin(mongo, session, self.once, self.now).await? {
            Begun::Fresh => {}
            Begun::Replay(asset) => return Ok(Added::Kept(asset)),
            Begun::Mismatch => return Ok(Added::KeyReused),
        }
        if !self.has_place(session).await? {
            return Ok(Added::Full);
        }
        let stored = form::new(self.new, self.now, self.due);
        let asset = Box::new(form::to_asset(&stored, &BTreeSet::new())?);
        self.assets
            .assets()
            .insert_one(stored)
            .session(&mut *session)
            .await?;
        once::record(mongo, session, self.once, &asset, self.now).await?;
        Ok(Added::Kept(asset))
    }
}

#[async_trait]
impl AssetStore for MongoAssets {
    async fn add(
        &self,
        new: &NewAsset,
        allowance: Allowance,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Added, AssetsUnavailable> {
        self.owner(new.owner).await?;
        let attempt = Adding {
            assets: self,
            new,
            allowance,
            once,
            now,
            due: self.clock.there(new.until.unwrap_or(now)).await?,
        };
        transact(&self.mongo, &attempt).await
    }

    async fn arrived(&self, asset: AssetId, now: WallMs) -> Result<bool, AssetsUnavailable> {
        let now = number(self.clock.there(now).await?.0);
        let filter = doc! {
            "_id": id(asset.uuid()), "state": AssetState::Uploading.as_str(), "due_ms": { "$gt": now.clone() },
        };
        let here = doc! { "$set": { "state": AssetState::Processing.as_str(), "due_ms": now } };
        let done = writing(self.assets().update_one(filter, here)).await?;
        Ok(done.matched_count == 1)
    }

    async fn asset(&self, asset: AssetId) -> Result<Option<Asset>, AssetsUnavailable> {
        let stored = self.stored(asset).await?;
        let stored: Vec<Stored> = stored.into_iter().collect();
        Ok(self.read(&stored).await?.pop())
    }

    async fn of_owner(
        &self,
        owner: UserId,
        before: Option<AssetId>,
        limit: u32,
    ) -> Result<Vec<Asset>, AssetsUnavailable> {
        let mut filter = doc! { "owner": id(owner.uuid()) };
        if let Some(before) = before {
            filter.insert("_id", doc! { "$lt": id(before.uuid()) });
        }
        // Ids are ordered by the time of their making.
        let sort = doc! { "_id": -1 };
        let found = self.some(Collections::ASSET, filter, sort, limit).await?;
        self.read(&found).await
    }

    async fn describe(
        &self,
        asset: AssetId,
        owner: UserId,
        words: &Words,
        expected: &Expected,
    ) -> Result<Described, AssetsUnavailable> {
        let mut set = Stored::new();
        if let Some(alt) = &words.alt {
            set.insert("alt", alt.as_str());
        }
        if let Some(note) = &words.license_note {
            set.insert("license_note", note.as_str());
        }
        let mut update = doc! { "$inc": { "version": 1_i64 } };
        if !set.is_empty() {
            update.insert("$set", set);
        }
        for _ in 0..TRIES_MAX {
            let before = self.asset(asset).await?;
            let own =
                before.filter(|asset| asset.owner == owner && asset.state != AssetState::TakenDown);
            let Some(before) = own else {
                return Ok(Described::NotThere);
            };
            if !expected.admits(before.version) {
                return Ok(Described::Stale);
            }
            // Whatever closes it lets its version grow, too.
            let filter = doc! { "_id": id(asset.uuid()), "version": number(before.version.0) };
            let after = self
                .assets()
                .find_one_and_update(filter, update.clone())
                .return_document(ReturnDocument::After);
            if let Some(after) = writing(after).await? {
                let after = self.read(&[after]).await?.pop();
                return Ok(after.map_or(Described::NotThere, |after| {
                    Described::Done(Box::new(after))
                }));
            }
        }
        Err(busy())
    }

    async fn remove(&self, asset: AssetId, owner: UserId) -> Result<bool, AssetsUnavailable> {
        self.removed(asset, owner).await
    }

    async fn take_down(
        &self,
        asset: AssetId,
        rule: Option<ReportReason>,
        trace: &Trace,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<TakenDown, AssetsUnavailable> {
        self.taken_down(asset, rule, (trace, once), now).await
    }

    async fn set_avatar(
        &self,
        user: UserId,
        asset: Option<AssetId>,
        expected: &Expected,
    ) -> Result<AvatarSet, AssetsUnavailable> {
        self.choose(user, asset, expected).await
    }

    /// Whether the owner is there is asked of the user service, which may know since a few seconds ago.
    async fn served(
        &self,
        asset: AssetId,
        variant: VariantName,
        _: WallMs,
    ) -> Result<Option<Served>, AssetsUnavailable> {
        let filter = doc! { "_id": id(asset.uuid()), "state": AssetState::Ready.as_str() };
        let stored = reading(self.assets().find_one(filter)).await?;
        let stored: Vec<Stored> = stored.into_iter().collect();
        let picture = self.read(&stored).await?.pop();
        let Some(picture) = picture.and_then(|asset| asset.picture) else {
            return Ok(None);
        };
        let mut sizes = picture.variants.into_iter();
        let Some(size) = sizes.find(|size| size.name == variant) else {
            return Ok(None);
        };
        let owner = self.beside.people.user(picture.owner).await?;
        Ok(owner.map(|_| Served {
            variant: size,
            is_public: picture.is_public,
        }))
    }
}
