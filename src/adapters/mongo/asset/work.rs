//! The queues of the asset service: what is to be decoded, and what becomes of it. Clearing away is in `clearing`.

use std::collections::BTreeSet;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document as Stored, doc};
use mongodb::options::ReturnDocument;

use super::super::Collections;
use super::super::failure::{is_duplicate, reading, writing};
use super::super::transaction::{Attempt, transact};
use super::super::value::{Fields, id, number};
use super::outbox::tell;
use super::{MongoAssets, Stopped, asset_id, form, ids};
use crate::domain::asset::limits::{REFUSED_KEPT_MS, UNUSED_KEPT_MS};
use crate::domain::asset::{AssetEvent, AssetState, Refusal, Variant};
use crate::domain::clock::WallMs;
use crate::domain::id::AssetId;
use crate::ports::asset::{AssetWork, AssetsUnavailable, LetGo, Settled, Waiting};

/// What becomes of an upload that is no picture.
fn refused(refusal: Refusal, now: WallMs) -> Stored {
    let due = now.0.saturating_add(REFUSED_KEPT_MS);
    doc! { "$set": {
        "state": AssetState::Refused.as_str(), "refusal": refusal.as_str(), "due_ms": number(due),
    } }
}

fn processing(asset: AssetId) -> Stored {
    doc! { "_id": id(asset.uuid()), "state": AssetState::Processing.as_str() }
}

impl MongoAssets {
    /// Holds bytes; false while they are being deleted.
    async fn hold_one(&self, sha256: &[u8; 32], until: WallMs) -> Result<bool, AssetsUnavailable> {
        let blobs = self.mongo.collection(Collections::ASSET_BLOB);
        let held = |upsert: bool| {
            let longer = doc! {
                "$max": { "held_ms": number(until.0) }, "$setOnInsert": { "loose": true },
            };
            let blob = doc! { "_id": form::digest(sha256), "going": false };
            blobs.update_one(blob, longer).upsert(upsert).into_future()
        };
        let answer = async {
            match held(true).await {
                // Somebody holds them since this moment, or they are going.
                Err(error) if is_duplicate(&error) => held(false).await,
                answer => answer,
            }
        };
        let held = writing(answer).await?;
        Ok(held.matched_count > 0 || held.upserted_id.is_some())
    }
}

#[async_trait]
impl AssetWork for MongoAssets {
    async fn take(&self, lease: WallMs, now: WallMs) -> Result<Option<Waiting>, AssetsUnavailable> {
        let (lease, now) = (self.clock.there(lease).await?, self.clock.there(now).await?);
        let filter = doc! {
            "state": AssetState::Processing.as_str(), "due_ms": { "$lte": number(now.0) },
        };
        let taken = doc! { "$set": { "due_ms": number(lease.0) }, "$inc": { "tries": 1_i64 } };
        let taken = self
            .assets()
            .find_one_and_update(filter, taken)
            .sort(doc! { "due_ms": 1 })
            .return_document(ReturnDocument::After);
        let Some(stored) = writing(taken).await? else {
            return Ok(None);
        };
        Ok(Some(Waiting {
            id: asset_id(&stored)?,
            source: form::to_source(&stored)?,
            tries: u32::try_from(stored.number("tries")?).unwrap_or(u32::MAX),
        }))
    }

    /// What is held of several before one of them is found to be going stays held until then: that harms nobody.
    async fn hold(&self, bytes: &[[u8; 32]], until: WallMs) -> Result<bool, AssetsUnavailable> {
        let until = self.clock.there(until).await?;
        for sha256 in bytes {
            if !self.hold_one(sha256, until).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn ready(
        &self,
        asset: AssetId,
        blurhash: &str,
        variants: &[Variant],
        now: WallMs,
    ) -> Result<Settled, AssetsUnavailable> {
        let attempt = Making {
            assets: self,
            asset,
            blurhash,
            variants,
            now: self.clock.there(now).await?,
        };
        transact(&self.mongo, &attempt).await
    }

    async fn give_back(&self, asset: AssetId, until: WallMs) -> Result<(), AssetsUnavailable> {
        let until = self.clock.there(until).await?;
        let tries = doc! { "$max": [0_i64, { "$subtract": ["$tries", 1_i64] }] };
        let later = vec![doc! { "$set": { "due_ms": number(until.0), "tries": tries } }];
        writing(self.assets().update_one(processing(asset), later)).await?;
        Ok(())
    }

    async fn refuse(
        &self,
        asset: AssetId,
        refusal: Refusal,
        now: WallMs,
    ) -> Result<(), AssetsUnavailable> {
        let update = refused(refusal, self.clock.there(now).await?);
        writing(self.assets().update_one(processing(asset), update)).await?;
        Ok(())
    }

    async fn sweep(&self, now: WallMs) -> Result<u32, AssetsUnavailable> {
        let now = self.clock.there(now).await?;
        self.swept(now).await
    }

    async fn let_go(&self, limit: u32, now: WallMs) -> Result<LetGo, AssetsUnavailable> {
        let now = self.clock.there(now).await?;
        self.going(limit, now).await
    }

    async fn gone(&self, deleted: &LetGo) -> Result<(), AssetsUnavailable> {
        let gone: Vec<Bson> = deleted.bytes.iter().map(form::digest).collect();
        // Each time they are handed to somebody they are held for longer than the time before.
        let gone = doc! {
            "_id": { "$in": gone }, "going": true, "held_ms": number(deleted.until.0),
        };
        let blobs = self.mongo.collection(Collections::ASSET_BLOB);
        writing(blobs.delete_many(gone)).await?;
        Ok(())
    }

    async fn awaited(&self, assets: &[AssetId]) -> Result<BTreeSet<AssetId>, AssetsUnavailable> {
        let waiting = [AssetState::Uploading, AssetState::Processing].map(AssetState::as_str);
        let filter = doc! {
            "_id": { "$in": ids(assets) }, "state": { "$in": waiting.to_vec() },
        };
        let found = async {
            self.assets()
                .find(filter)
                .projection(doc! { "_id": 1 })
                .await?
                .try_collect::<Vec<Stored>>()
                .await
        };
        let found = reading(found).await?;
        Ok(found.iter().map(asset_id).collect::<Result<_, _>>()?)
    }
}

/// An upload becomes a picture.
struct Making<'a> {
    assets: &'a MongoAssets,
    asset: AssetId,
    blurhash: &'a str,
    variants: &'a [Variant],
    now: WallMs,
}

impl Making<'_> {
    /// Whether what was sent, or what is kept of it, was taken down. Whoever bans either looks for others of the same
    /// from then on, and writes this upload and these bytes where it looks: it sees this picture, or this sees the ban.
    async fn is_banned(
        &self,
        session: &mut ClientSession,
        stored: &Stored,
    ) -> Result<bool, Stopped> {
        let largest = self.variants.last();
        let mut digests = vec![stored.field("source")?.clone()];
        digests.extend(largest.map(|largest| form::digest(&largest.sha256)));
        let bans = self.assets.mongo.collection(Collections::ASSET_BAN);
        let banned = bans
            .find_one(doc! { "sha256": { "$in": digests } })
            .session(session)
            .await?;
        Ok(banned.is_some())
    }

    /// These bytes are the picture's.
    async fn attach(&self, session: &mut ClientSession) -> Result<(), Stopped> {
        let digests: BTreeSet<[u8; 32]> = self.variants.iter().map(|size| size.sha256).collect();
        let held: Vec<Bson> = digests.iter().map(form::digest).collect();
        let blobs = self.assets.mongo.collection(Collections::ASSET_BLOB);
        let held = blobs
            .update_many(
                doc! { "_id": { "$in": held }, "going": false },
                doc! { "$set": { "loose": false } },
            )
            .session(session)
            .await?;
        if usize::try_from(held.matched_count).ok() == Some(digests.len()) {
            return Ok(());
        }
        // Whoever wrote them took longer than they were held: they may be gone, and are written again.
        let gone = "the bytes of a picture were let go before it had them";
        Err(Stopped::Refused(AssetsUnavailable(gone.to_owned())))
    }
}

#[async_trait]
impl Attempt for Making<'_> {
    type Outcome = Settled;
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<Settled, Stopped> {
        let (assets, asset) = (self.assets, self.asset);
        let found = assets.assets().find_one(processing(asset));
        let Some(stored) = found.session(&mut *session).await? else {
            return Ok(Settled::Gone);
        };
        if self.is_banned(session, &stored).await? {
            let update = refused(Refusal::TakenDownBefore, self.now);
            assets
                .assets()
                .update_one(processing(asset), update)
                .session(&mut *session)
                .await?;
            return Ok(Settled::Banned);
        }
        self.attach(session).await?;
        let kept: u64 = self.variants.iter().map(|variant| variant.bytes).sum();
        let variants: Vec<Bson> = self.variants.iter().map(form::variant).collect();
        let due = self.now.0.saturating_add(UNUSED_KEPT_MS);
        let mut set = doc! {
            "state": AssetState::Ready.as_str(),
            "blurhash": self.blurhash,
            "kept_bytes": number(kept),
            "due_ms": number(due),
            "seen_unused": stored.number("uses")? == 0,
            "variants": variants,
        };
        if let Some(largest) = self.variants.last() {
            set.insert("large", form::digest(&largest.sha256));
        }
        assets
            .assets()
            .update_one(processing(asset), doc! { "$set": set })
            .session(&mut *session)
            .await?;
        let owner = form::to_owner(&stored)?;
        tell(
            &assets.mongo,
            session,
            asset,
            &AssetEvent::AssetReady { owner },
        )
        .await?;
        Ok(Settled::Ready)
    }
}
