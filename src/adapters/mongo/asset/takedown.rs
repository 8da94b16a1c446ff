//! What is taken down: the picture, and every other upload of the same. Until nobody can appeal any more its bytes are
//! kept, closed to everybody; how they come back or go is in `withheld`.
//!
//! The picture closes in one step, with the ban of its bytes and the note of the decision; each of those that are the same
//! closes in one of its own. That none is left is found out in a step that writes what everybody writes who makes
//! another: the uploads of that file that wait, and the bytes.

use std::collections::BTreeSet;

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::Collections;
use super::super::once::{self, Begun};
use super::super::transaction::{Attempt, transact};
use super::super::value::{Fields, id, number};
use super::outbox::tell;
use super::store::busy;
use super::{MongoAssets, Stopped, asset_id, form, owed};
use crate::domain::asset::{Asset, AssetEvent, AssetState};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, RulingId};
use crate::domain::moderation::{APPEAL_MS, ReportReason, Standing};
use crate::domain::notification::Delivery;
use crate::ports::asset::{AssetsUnavailable, TakenDown};
use crate::ports::moderation::pictures::{LastRemoval, Removal};
use crate::ports::once::Once;

/// Uploads of the same that go in one call; what is left goes in the next, from the worker that clears away.
pub(super) const COPIES_AT_ONCE: u32 = 64;

/// Digests whose other uploads are looked for in one call.
const DIGESTS_AT_ONCE: u32 = 16;

/// How often it is begun anew because somebody else has decided meanwhile.
const TRIES_MAX: u32 = 8;

impl MongoAssets {
    /// See [`crate::ports::asset::AssetStore::take_down`].
    pub(super) async fn taken_down(
        &self,
        asset: AssetId,
        rule: Option<ReportReason>,
        (trace, once): (&Trace, Option<&Once>),
        now: WallMs,
    ) -> Result<TakenDown, AssetsUnavailable> {
        for _ in 0..TRIES_MAX {
            // What was decided before is on record before it is asked for.
            let mut told = self.pay(asset).await?;
            let known = self.stored(asset).await?;
            let decided = known.map_or(Ok(0), |stored| stored.number("decided"))?;
            let attempt = TakingDown {
                assets: self,
                asset,
                rule,
                last: self.beside.rulings.last_removal(asset).await?,
                decided,
                trace,
                once,
                now,
            };
            match transact(&self.mongo, &attempt).await? {
                Taken::Not(not) => return Ok(not),
                Taken::Anew => {}
                Taken::Before(asset) => return Ok(TakenDown::Done(asset, told)),
                Taken::Now(down) => {
                    told.extend(self.pay(asset).await?);
                    told.extend(self.take_copies_down(Some(trace), now).await?.1);
                    self.destroy_unless_awaited(asset, now).await?;
                    return Ok(TakenDown::Done(down, told));
                }
            }
        }
        Err(busy())
    }

    /// Removes one picture, in whatever state it is, and bans its bytes for as long as that stands, whatever else they
    /// are banned for. One that is down already is down for itself from here on: it does not come back with another.
    pub(super) async fn close(
        &self,
        session: &mut ClientSession,
        stored: &Stored,
        now: WallMs,
    ) -> Result<(), Stopped> {
        self.ban(session, stored, now).await?;
        if form::to_state(stored)? == AssetState::TakenDown {
            let unbound = doc! { "$unset": { "taken_with": "", "coming_back": "" } };
            return self.set(session, asset_id(stored)?, unbound).await;
        }
        self.bury(session, stored, None, now).await
    }

    /// A change of a picture that the transaction has read.
    pub(super) async fn set(
        &self,
        session: &mut ClientSession,
        asset: AssetId,
        update: Stored,
    ) -> Result<(), Stopped> {
        self.assets()
            .update_one(doc! { "_id": id(asset.uuid()) }, update)
            .session(session)
            .await?;
        Ok(())
    }

    /// Bans what was sent and what is kept of it. Other uploads of the same are looked for once more.
    async fn ban(
        &self,
        session: &mut ClientSession,
        stored: &Stored,
        now: WallMs,
    ) -> Result<(), Stopped> {
        let mut digests = Vec::new();
        // What is only announced may be anybody's: nobody has seen that its owner has it.
        if form::to_state(stored)? != AssetState::Uploading {
            digests.push(stored.field("source")?.clone());
        }
        digests.extend(stored.get("large").cloned());
        let bans = self.mongo.collection(Collections::ASSET_BAN);
        for digest in digests {
            let ban = doc! { "sha256": digest, "asset": stored.field("_id")?.clone() };
            let since = doc! { "$set": { "at_ms": number(now.0), "searched": false } };
            bans.update_one(ban, since)
                .upsert(true)
                .session(&mut *session)
                .await?;
        }
        Ok(())
    }

    /// Closes a picture to everybody. What could be shown is kept for an appeal, which is looked for when it is due.
    async fn bury(
        &self,
        session: &mut ClientSession,
        stored: &Stored,
        with: Option<AssetId>,
        now: WallMs,
    ) -> Result<(), Stopped> {
        let asset = asset_id(stored)?;
        let variants = form::to_variants(stored)?;
        self.purge_twice(session, (asset, &variants), now).await?;
        let is_withheld = form::to_state(stored)? == AssetState::Ready;
        let mut set = doc! {
            "withheld": is_withheld,
            "state": AssetState::TakenDown.as_str(),
            "standing": Standing::Removed.as_str(),
            "due_ms": number(now.0.saturating_add(APPEAL_MS)),
        };
        if let Some(with) = with {
            set.insert("taken_with", id(with.uuid()));
        }
        let update = doc! {
            "$set": set, "$unset": { "refusal": "" }, "$inc": { "version": 1_i64 },
        };
        self.set(session, asset, update).await?;
        if !is_withheld {
            self.destroy(session, stored).await?;
        }
        tell(&self.mongo, session, asset, &AssetEvent::AssetTakenDown {}).await
    }

    /// Takes down what else was made of banned bytes, whosever it is, so much at once; how many uploads and digests that
    /// were. What is against the law is not kept as anybody's: what was withheld of the same is destroyed. `trace` is of
    /// the moderator, where one is at it.
    pub(super) async fn take_copies_down(
        &self,
        trace: Option<&Trace>,
        now: WallMs,
    ) -> Result<(u32, Vec<Delivery>), AssetsUnavailable> {
        let unsearched = doc! { "searched": false };
        let sort = doc! { "at_ms": 1 };
        let bans = self.some(Collections::ASSET_BAN, unsearched, sort, DIGESTS_AT_ONCE);
        let (mut done, mut told) = (0, Vec::new());
        for ban in bans.await? {
            let with = AssetId::from_uuid(ban.uuid("asset")?);
            told.extend(self.pay(with).await?);
            let last = self.beside.rulings.last_removal(with).await?;
            let rule = last.map_or(ReportReason::Other, |last| last.rule);
            let search = Search {
                assets: self,
                ban: &ban,
                is_illegal: rule == ReportReason::Illegal,
            };
            let copies = self.some(
                Collections::ASSET,
                search.copies()?,
                doc! { "_id": 1 },
                COPIES_AT_ONCE,
            );
            for copy in copies.await? {
                done += 1;
                if copy.flag("withheld")? {
                    self.destroy_one(asset_id(&copy)?).await?;
                } else {
                    told.extend(self.bury_copy(&copy, with, (rule, trace), now).await?);
                }
            }
            transact(&self.mongo, &search).await?;
            done += 1;
            if done >= COPIES_AT_ONCE {
                break;
            }
        }
        Ok((done, told))
    }

    /// Takes a picture down with another that is the same.
    async fn bury_copy(
        &self,
        copy: &Stored,
        with: AssetId,
        (rule, trace): (ReportReason, Option<&Trace>),
        now: WallMs,
    ) -> Result<Vec<Delivery>, AssetsUnavailable> {
        // There is place for one decision.
        let mut told = self.pay_for(copy).await?;
        let removal = Removal {
            id: RulingId::generate(),
            picture: asset_id(copy)?,
            owner: form::to_owner(copy)?,
            rule,
            trace: trace.cloned().unwrap_or_default(),
            at: now,
        };
        let attempt = Burying {
            assets: self,
            with,
            removal: &removal,
        };
        if transact(&self.mongo, &attempt).await? {
            told.extend(self.pay(removal.picture).await?);
            self.destroy_unless_awaited(removal.picture, now).await?;
        }
        Ok(told)
    }
}

/// What taking a picture down came to.
enum Taken {
    Now(Box<Asset>),
    Before(Box<Asset>),
    /// Somebody has decided since decisions were asked for.
    Anew,
    Not(TakenDown),
}

struct TakingDown<'a> {
    assets: &'a MongoAssets,
    asset: AssetId,
    rule: Option<ReportReason>,
    last: Option<LastRemoval>,
    /// How many decisions the last one was of.
    decided: u64,
    trace: &'a Trace,
    once: Option<&'a Once>,
    now: WallMs,
}

#[async_trait]
impl Attempt for TakingDown<'_> {
    type Outcome = Taken;
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<Taken, Stopped> {
        let mongo = &self.assets.mongo;
        match once::begin(mongo, session, self.once, self.now).await? {
            Begun::Fresh => {}
            Begun::Replay(asset) => return Ok(Taken::Before(asset)),
            Begun::Mismatch => return Ok(Taken::Not(TakenDown::KeyReused)),
        }
        let Some(before) = self.assets.stored_in(session, self.asset).await? else {
            return Ok(Taken::Not(TakenDown::NotThere));
        };
        if before.number("decided")? != self.decided || !before.within("owes")?.is_empty() {
            return Ok(Taken::Anew);
        }
        let stands = |rule| self.last.is_some_and(|last| last.stands_by(rule));
        let is_down = form::to_state(&before)? == AssetState::TakenDown;
        let is_decided = is_down && self.rule.is_none_or(stands);
        if !is_decided {
            self.assets.close(session, &before, self.now).await?;
            let removal = Removal {
                id: RulingId::generate(),
                picture: self.asset,
                owner: form::to_owner(&before)?,
                rule: self.rule.unwrap_or(ReportReason::Other),
                trace: self.trace.clone(),
                at: self.now,
            };
            let noted = doc! {
                "$set": { "owes": owed::note(&removal) }, "$inc": { "decided": 1_i64 },
            };
            self.assets.set(session, self.asset, noted).await?;
            // What is against the law is not kept.
            if removal.rule == ReportReason::Illegal {
                self.assets.destroy(session, &before).await?;
            }
        }
        let gone = || AssetsUnavailable("it was deleted meanwhile".to_owned());
        let after = self.assets.stored_in(session, self.asset).await?;
        let after = after.ok_or_else(|| Stopped::Refused(gone()))?;
        let after = Box::new(form::to_asset(&after, &BTreeSet::new())?);
        once::record(mongo, session, self.once, &after, self.now).await?;
        Ok(match is_decided {
            true => Taken::Before(after),
            false => Taken::Now(after),
        })
    }
}

/// Takes a picture down with another; whether it could still be shown.
struct Burying<'a> {
    assets: &'a MongoAssets,
    with: AssetId,
    removal: &'a Removal,
}

#[async_trait]
impl Attempt for Burying<'_> {
    type Outcome = bool;
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<bool, Stopped> {
        let Some(copy) = self.assets.stored_in(session, self.removal.picture).await? else {
            return Ok(false);
        };
        if form::to_state(&copy)? != AssetState::Ready {
            return Ok(false);
        }
        let now = self.removal.at;
        self.assets
            .bury(session, &copy, Some(self.with), now)
            .await?;
        let noted = doc! {
            "$set": { "owes": owed::note(self.removal) }, "$inc": { "decided": 1_i64 },
        };
        self.assets
            .set(session, self.removal.picture, noted)
            .await?;
        if self.removal.rule == ReportReason::Illegal {
            self.assets.destroy(session, &copy).await?;
        }
        Ok(true)
    }
}

/// Looks whether anything is left that was made of banned bytes; if not, none can come any more: what is made of them is
/// refused.
struct Search<'a> {
    assets: &'a MongoAssets,
    ban: &'a Stored,
    is_illegal: bool,
}

impl Search<'_> {
    /// What else was made of them.
    fn copies(&self) -> Result<Stored, AssetsUnavailable> {
        let digest = self.ban.field("sha256")?;
        let mut states = vec![doc! { "state": AssetState::Ready.as_str() }];
        if self.is_illegal {
            states.push(doc! { "withheld": true });
        }
        let mut all = Vec::new();
        for state in states {
            for name in ["source", "large"] {
                let mut one = state.clone();
                one.insert(name, digest.clone());
                all.push(Bson::Document(one));
            }
        }
        Ok(doc! { "$or": all })
    }
}

#[async_trait]
impl Attempt for Search<'_> {
    type Outcome = ();
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<(), Stopped> {
        let digest = self.ban.field("sha256")?.clone();
        let touched = doc! { "$inc": { "searches": 1_i64 } };
        let waiting = doc! { "source": digest.clone(), "state": AssetState::Processing.as_str() };
        self.assets
            .assets()
            .update_many(waiting, touched.clone())
            .session(&mut *session)
            .await?;
        self.assets
            .mongo
            .collection(Collections::ASSET_BLOB)
            .update_one(doc! { "_id": digest }, touched)
            .session(&mut *session)
            .await?;
        let copies = self.copies().map_err(Stopped::Refused)?;
        let left = self.assets.assets().find_one(copies);
        if left.session(&mut *session).await?.is_some() {
            return Ok(());
        }
        let ban = doc! { "_id": self.ban.field("_id")?.clone(), "at_ms": self.ban.field("at_ms")?.clone() };
        self.assets
            .mongo
            .collection(Collections::ASSET_BAN)
            .update_one(ban, doc! { "$set": { "searched": true } })
            .session(&mut *session)
            .await?;
        Ok(())
    }
}
