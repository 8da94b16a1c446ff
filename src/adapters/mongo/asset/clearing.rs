//! Clearing away, so much in one step: uploads that are due, and bytes that nobody has.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::Collections;
use super::super::transaction::{Attempt, transact};
use super::super::value::{Fields, number};
use super::{MongoAssets, Stopped, asset_id, form};
use crate::domain::asset::AssetState;
use crate::domain::clock::WallMs;
use crate::ports::asset::{AssetsUnavailable, LET_GO_MS, LetGo};

/// Uploads looked at in one step of clearing away.
const SWEPT_AT_ONCE: u32 = 64;

/// Bytes looked at in one step.
const LOOKED_AT_ONCE: u32 = 64;

impl MongoAssets {
    /// See [`crate::ports::asset::AssetWork::sweep`]. What needs nobody else comes first: it goes on while decisions
    /// cannot be asked for.
    pub(super) async fn swept(&self, now: WallMs) -> Result<u32, AssetsUnavailable> {
        let mut looked_at = 0;
        for state in [
            AssetState::Uploading,
            AssetState::Refused,
            AssetState::Ready,
        ] {
            let due = doc! { "state": state.as_str(), "due_ms": { "$lte": number(now.0) } };
            let sort = doc! { "due_ms": 1 };
            let due = self.some(Collections::ASSET, due, sort, SWEPT_AT_ONCE);
            for stored in due.await? {
                self.sweep_one(asset_id(&stored)?, state, now).await?;
                looked_at += 1;
            }
        }
        looked_at += self.close_some(SWEPT_AT_ONCE).await?;
        looked_at += self.pay_some(SWEPT_AT_ONCE).await?;
        // Of what does not fit into the step in which bytes are banned.
        looked_at += self.take_copies_down(None, now).await?.0;
        looked_at += self.give_copies_back(now).await?;
        looked_at += self.look(SWEPT_AT_ONCE, now).await?;
        Ok(looked_at)
    }

    /// See [`crate::ports::asset::AssetWork::let_go`].
    pub(super) async fn going(&self, limit: u32, now: WallMs) -> Result<LetGo, AssetsUnavailable> {
        let attempt = LettingGo {
            assets: self,
            limit: limit.min(LOOKED_AT_ONCE),
            now,
            until: WallMs(now.0.saturating_add(LET_GO_MS)),
        };
        loop {
            let (bytes, had) = transact(&self.mongo, &attempt).await?;
            // Nothing goes of those that are had: there may be others behind them.
            if !bytes.is_empty() || had == 0 {
                let until = attempt.until;
                return Ok(LetGo { bytes, until });
            }
        }
    }
}

struct LettingGo<'a> {
    assets: &'a MongoAssets,
    limit: u32,
    now: WallMs,
    /// How long nobody else is handed what goes.
    until: WallMs,
}

#[async_trait]
impl Attempt for LettingGo<'_> {
    /// What goes, and how much was found to be had.
    type Outcome = (Vec<[u8; 32]>, usize);
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<Self::Outcome, Stopped> {
        if self.limit == 0 {
            return Ok((Vec::new(), 0));
        }
        let blobs = self.assets.mongo.collection(Collections::ASSET_BLOB);
        let loose = doc! { "loose": true, "held_ms": { "$lte": number(self.now.0) } };
        let mut found = blobs
            .find(loose)
            .sort(doc! { "held_ms": 1 })
            .limit(i64::from(self.limit))
            .session(&mut *session)
            .await?;
        let mut loose: Vec<Stored> = Vec::new();
        while let Some(blob) = found.next(&mut *session).await {
            loose.push(blob?);
        }
        let (mut going, mut had, mut handed) = (Vec::new(), Vec::new(), Vec::new());
        for blob in loose {
            let sha256 = form::to_digest(&blob, "_id")?;
            // What somebody has taken again since it was given up is not loose any more.
            if !blob.flag("going")? && self.is_had(session, &sha256).await? {
                had.push(form::digest(&sha256));
                continue;
            }
            // One that is going already was handed to somebody who did not come to it in time.
            handed.push(form::digest(&sha256));
            going.push(sha256);
        }
        let count = had.len();
        let leased = doc! { "going": true, "held_ms": number(self.until.0) };
        for (some, set) in [(had, doc! { "loose": false }), (handed, leased)] {
            self.mark(session, some, set).await?;
        }
        Ok((going, count))
    }
}

impl LettingGo<'_> {
    async fn is_had(
        &self,
        session: &mut ClientSession,
        sha256: &[u8; 32],
    ) -> Result<bool, Stopped> {
        let has = doc! { "variants.sha256": form::digest(sha256) };
        let has = self
            .assets
            .assets()
            .find_one(has)
            .projection(doc! { "_id": 1 });
        Ok(has.session(session).await?.is_some())
    }

    async fn mark(
        &self,
        session: &mut ClientSession,
        some: Vec<Bson>,
        set: Stored,
    ) -> Result<(), Stopped> {
        if some.is_empty() {
            return Ok(());
        }
        self.assets
            .mongo
            .collection(Collections::ASSET_BLOB)
            .update_many(doc! { "_id": { "$in": some } }, doc! { "$set": set })
            .session(session)
            .await?;
        Ok(())
    }
}
