//! What was taken down and can still come back: given back when the decision is taken back, destroyed once nobody can
//! appeal any more.
//!
//! Whether it may is asked of moderation, and then it is destroyed in a step that passes over what has come back, or is
//! about to. Nothing of which that was once denied comes back later.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Document as Stored, doc};

use super::super::Collections;
use super::super::failure::{reading, writing};
use super::super::transaction::{Attempt, transact};
use super::super::value::{Fields, id, number};
use super::outbox::tell;
use super::takedown::COPIES_AT_ONCE;
use super::{MongoAssets, Stopped, asset_id, form};
use crate::domain::asset::limits::UNUSED_KEPT_MS;
use crate::domain::asset::{AssetEvent, AssetState};
use crate::domain::clock::WallMs;
use crate::domain::id::AssetId;
use crate::domain::moderation::Standing;
use crate::ports::asset::AssetsUnavailable;

/// Between two looks at an appeal that still waits when the time for appeals is over, in milliseconds.
const APPEAL_LOOK_MS: u64 = 60 * 60 * 1_000;

impl MongoAssets {
    /// Destroys what is withheld of a picture; what is left is that it was there, and what showed it.
    pub(super) async fn destroy(
        &self,
        session: &mut ClientSession,
        stored: &Stored,
    ) -> Result<(), Stopped> {
        let asset = asset_id(stored)?;
        self.lose(session, (asset, &form::to_variants(stored)?))
            .await?;
        let nothing = doc! {
            "$set": {
                "withheld": false, "alt": "", "license_note": "", "blurhash": "", "kept_bytes": 0_i64,
                "variants": [],
            },
            "$unset": { "large": "" },
        };
        self.set(session, asset, nothing).await
    }

    /// The same of one that is still withheld, and not about to come back.
    pub(super) async fn destroy_one(&self, asset: AssetId) -> Result<(), AssetsUnavailable> {
        let assets = self;
        transact(&self.mongo, &Destroying { assets, asset }).await
    }

    /// Whether a picture may still come back, by a decision about itself or about the one it was taken down with.
    async fn is_awaited(&self, asset: AssetId, now: WallMs) -> Result<bool, AssetsUnavailable> {
        self.pay(asset).await?;
        let rulings = &self.beside.rulings;
        if rulings.may_come_back(asset, now).await? {
            return Ok(true);
        }
        let Some(stored) = self.stored(asset).await? else {
            return Ok(false);
        };
        // It is about to.
        if stored.get("coming_back").is_some() {
            return Ok(true);
        }
        match stored.maybe_uuid("taken_with")?.map(AssetId::from_uuid) {
            Some(with) => {
                self.pay(with).await?;
                Ok(rulings.may_come_back(with, now).await?)
            }
            None => Ok(false),
        }
    }

    /// Destroys what was taken down, unless it may still come back.
    pub(super) async fn destroy_unless_awaited(
        &self,
        asset: AssetId,
        now: WallMs,
    ) -> Result<(), AssetsUnavailable> {
        match self.is_awaited(asset, now).await? {
            true => Ok(()),
            false => self.destroy_one(asset).await,
        }
    }

    /// Looks at some of what has been withheld until now; how many that were.
    pub(super) async fn look(&self, limit: u32, now: WallMs) -> Result<u32, AssetsUnavailable> {
        let due = doc! { "withheld": true, "due_ms": { "$lte": number(now.0) } };
        let sort = doc! { "due_ms": 1 };
        let mut looked_at = 0;
        for stored in self.some(Collections::ASSET, due, sort, limit).await? {
            let asset = asset_id(&stored)?;
            let next = now.0.saturating_add(APPEAL_LOOK_MS);
            let withheld = doc! { "_id": id(asset.uuid()), "withheld": true };
            let later = doc! { "$set": { "due_ms": number(next) } };
            writing(self.assets().update_one(withheld, later)).await?;
            self.destroy_unless_awaited(asset, now).await?;
            looked_at += 1;
        }
        Ok(looked_at)
    }

    /// Opens a picture again that was taken down, in this standing, and takes its bytes again from whoever sends them.
    /// Those that were taken down with it come back as [`Self::give_copies_back`] is called. Of one that was destroyed
    /// nothing comes back.
    pub(super) async fn give_back(
        &self,
        session: &mut ClientSession,
        stored: &Stored,
        standing: Standing,
        now: WallMs,
    ) -> Result<(), Stopped> {
        let asset = stored.field("_id")?.clone();
        self.mongo
            .collection(Collections::ASSET_BAN)
            .delete_many(doc! { "asset": asset.clone() })
            .session(&mut *session)
            .await?;
        let with = doc! { "taken_with": asset, "state": AssetState::TakenDown.as_str() };
        self.assets()
            .update_many(with, doc! { "$set": { "coming_back": true } })
            .session(&mut *session)
            .await?;
        self.open(session, stored, standing, now).await
    }

    /// Opens one picture, if anything is left of it.
    async fn open(
        &self,
        session: &mut ClientSession,
        stored: &Stored,
        standing: Standing,
        now: WallMs,
    ) -> Result<(), Stopped> {
        let asset = asset_id(stored)?;
        let mut update = doc! { "$unset": { "taken_with": "", "coming_back": "" } };
        if !stored.flag("withheld")? {
            return self.set(session, asset, update).await;
        }
        update.insert(
            "$set",
            doc! {
                "state": AssetState::Ready.as_str(),
                "standing": standing.as_str(),
                "withheld": false,
                "due_ms": number(now.0.saturating_add(UNUSED_KEPT_MS)),
                "seen_unused": stored.number("uses")? == 0,
            },
        );
        update.insert("$inc", doc! { "version": 1_i64 });
        self.set(session, asset, update).await?;
        // Caches may have kept that there is nothing at its addresses.
        let variants = form::to_variants(stored)?;
        self.purge_twice(session, (asset, &variants), now).await?;
        let owner = form::to_owner(stored)?;
        tell(
            &self.mongo,
            session,
            asset,
            &AssetEvent::AssetRestored { owner },
        )
        .await
    }

    /// What becomes of the picture with which this one was taken down is nothing to it any more.
    pub(super) async fn unbind(&self, asset: AssetId) -> Result<(), AssetsUnavailable> {
        let unbound = doc! { "$unset": { "taken_with": "", "coming_back": "" } };
        let down = doc! { "_id": id(asset.uuid()), "state": AssetState::TakenDown.as_str() };
        writing(self.assets().update_one(down, unbound)).await?;
        Ok(())
    }

    /// Gives back some of what was taken down with a picture that has come back; how many it looked at. One whose own
    /// appeal was refused stays down, and so does one that is the same as another picture that was removed: with that one.
    pub(super) async fn give_copies_back(&self, now: WallMs) -> Result<u32, AssetsUnavailable> {
        let coming = doc! { "coming_back": true };
        let sort = doc! { "_id": 1 };
        let copies = self.some(Collections::ASSET, coming, sort, COPIES_AT_ONCE);
        let mut looked_at = 0;
        for copy in copies.await? {
            looked_at += 1;
            let asset = asset_id(&copy)?;
            if let Some(other) = self.other_ban(&copy).await? {
                let stays = doc! {
                    "$set": { "taken_with": id(other.uuid()) }, "$unset": { "coming_back": "" },
                };
                let coming = doc! { "_id": id(asset.uuid()), "coming_back": true };
                writing(self.assets().update_one(coming, stays)).await?;
                continue;
            }
            self.pay_for(&copy).await?;
            let with = copy.maybe_uuid("taken_with")?.map(AssetId::from_uuid);
            // Asked for again after it was not followed, it is the same answer.
            let standing = self.beside.rulings.take_back(asset, with, now).await?;
            match standing {
                Some(standing) => {
                    let attempt = Opening {
                        assets: self,
                        asset,
                        standing,
                        now,
                    };
                    transact(&self.mongo, &attempt).await?;
                }
                None => {
                    self.unbind(asset).await?;
                    self.destroy_unless_awaited(asset, now).await?;
                }
            }
        }
        Ok(looked_at)
    }

    /// Another picture for which what this one is made of is banned.
    async fn other_ban(&self, stored: &Stored) -> Result<Option<AssetId>, AssetsUnavailable> {
        let mut digests = vec![stored.field("source")?.clone()];
        digests.extend(stored.get("large").cloned());
        let own = stored.field("_id")?.clone();
        let others = doc! { "sha256": { "$in": digests }, "asset": { "$ne": own } };
        let bans = self.mongo.collection(Collections::ASSET_BAN);
        let newest = bans.find_one(others).sort(doc! { "asset": -1 });
        let found = reading(newest).await?;
        let found = found.map(|ban| ban.uuid("asset")).transpose()?;
        Ok(found.map(AssetId::from_uuid))
    }
}

struct Destroying<'a> {
    assets: &'a MongoAssets,
    asset: AssetId,
}

#[async_trait]
impl Attempt for Destroying<'_> {
    type Outcome = ();
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<(), Stopped> {
        let Some(stored) = self.assets.stored_in(session, self.asset).await? else {
            return Ok(());
        };
        let is_withheld = stored.flag("withheld")? && stored.get("coming_back").is_none();
        if form::to_state(&stored)? != AssetState::TakenDown || !is_withheld {
            return Ok(());
        }
        self.assets.destroy(session, &stored).await
    }
}

/// Opens one that was to come back, unless it has already.
struct Opening<'a> {
    assets: &'a MongoAssets,
    asset: AssetId,
    standing: Standing,
    now: WallMs,
}

#[async_trait]
impl Attempt for Opening<'_> {
    type Outcome = ();
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<(), Stopped> {
        let Some(stored) = self.assets.stored_in(session, self.asset).await? else {
            return Ok(());
        };
        if stored.get("coming_back").is_none() {
            return Ok(());
        }
        self.assets
            .open(session, &stored, self.standing, self.now)
            .await
    }
}
