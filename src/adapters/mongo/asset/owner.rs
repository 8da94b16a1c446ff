//! Those who have uploads: one document each, which all write that count them, and which knows whether their account is
//! private.

use std::collections::BTreeSet;

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::Collections;
use super::super::failure::{is_duplicate, writing};
use super::super::transaction::{Attempt, transact};
use super::super::value::{Fields, Unfit, id, number};
use super::form::{self, Public};
use super::{MongoAssets, Stopped, asset_id};
use crate::domain::asset::Asset;
use crate::domain::id::UserId;
use crate::ports::asset::{AssetsUnavailable, OwnerPrivacy, PictureOwners};
use crate::ports::room::StoreError;

/// Pictures of which caches are told in one step.
const CLOSED_AT_ONCE: i64 = 16;

/// Before every picture and every owner there is.
const FIRST: uuid::Uuid = uuid::Uuid::nil();

impl MongoAssets {
    /// The document of an owner is there before a transaction writes it.
    pub(super) async fn owner(&self, owner: UserId) -> Result<(), StoreError> {
        let made = async {
            let owners = self.mongo.collection(Collections::ASSET_OWNER);
            let made = owners
                .update_one(
                    doc! { "_id": id(owner.uuid()) },
                    doc! { "$setOnInsert": { "turns": 0_i64, "private": false } },
                )
                .upsert(true)
                .await;
            match made {
                Err(error) if is_duplicate(&error) => Ok(()),
                made => made.map(drop),
            }
        };
        writing(made).await
    }

    /// Uploads as they are for whoever sees them.
    pub(super) async fn read(&self, stored: &[Stored]) -> Result<Vec<Asset>, AssetsUnavailable> {
        let mut asked = BTreeSet::new();
        for stored in stored {
            if form::to_public(stored)? == Public::UnlessPrivate {
                asked.insert(form::to_owner(stored)?);
            }
        }
        let mut private = BTreeSet::new();
        if !asked.is_empty() {
            let asked = asked.iter().map(|owner| id(owner.uuid())).collect();
            for owner in self.all_of(Collections::ASSET_OWNER, asked).await? {
                if owner.flag("private")? {
                    private.insert(UserId::from_uuid(owner.uuid("_id")?));
                }
            }
        }
        let assets = stored.iter().map(|stored| form::to_asset(stored, &private));
        Ok(assets.collect::<Result<_, Unfit>>()?)
    }

    /// Whether somebody's account is private, as a transaction sees it.
    pub(super) async fn is_private(
        &self,
        session: &mut ClientSession,
        owner: UserId,
    ) -> Result<bool, Stopped> {
        let owners = self.mongo.collection(Collections::ASSET_OWNER);
        let found = owners.find_one(doc! { "_id": id(owner.uuid()) });
        match found.session(session).await? {
            Some(owner) => Ok(owner.flag("private")?),
            None => Ok(false),
        }
    }

    /// Tells caches of the pictures of some whose accounts have become private, so many owners at once; how many steps
    /// that were.
    pub(super) async fn close_some(&self, limit: u32) -> Result<u32, AssetsUnavailable> {
        let closing = doc! { "closing": { "$gte": 0_i64 } };
        let sort = doc! { "closing": 1 };
        let mut steps = 0;
        for owner in self
            .some(Collections::ASSET_OWNER, closing, sort, limit)
            .await?
        {
            self.close_pictures(UserId::from_uuid(owner.uuid("_id")?))
                .await?;
            steps += 1;
        }
        Ok(steps)
    }

    /// One step of it; whether there is more.
    async fn close_pictures(&self, owner: UserId) -> Result<bool, AssetsUnavailable> {
        let attempt = Closing {
            assets: self,
            owner,
        };
        transact(&self.mongo, &attempt).await
    }
}

#[async_trait]
impl PictureOwners for MongoAssets {
    async fn chose(&self, privacy: &OwnerPrivacy) -> Result<(), AssetsUnavailable> {
        self.owner(privacy.owner).await?;
        let attempt = Choosing {
            assets: self,
            privacy,
        };
        if transact(&self.mongo, &attempt).await? {
            while self.close_pictures(privacy.owner).await? {}
        }
        Ok(())
    }

    async fn owners_after(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<(UserId, u64)>, AssetsUnavailable> {
        let after = doc! { "_id": { "$gt": id(after.map_or(FIRST, UserId::uuid)) } };
        let found = self.some(Collections::ASSET_OWNER, after, doc! { "_id": 1 }, limit);
        let found = found.await?;
        let owners = found.iter().map(|owner| {
            let known = owner.maybe_number("settings")?.unwrap_or(0);
            Ok::<_, Unfit>((UserId::from_uuid(owner.uuid("_id")?), known))
        });
        Ok(owners.collect::<Result<_, Unfit>>()?)
    }
}

/// Takes a choice down; whether caches are to be told of it.
struct Choosing<'a> {
    assets: &'a MongoAssets,
    privacy: &'a OwnerPrivacy,
}

#[async_trait]
impl Attempt for Choosing<'_> {
    type Outcome = bool;
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<bool, Stopped> {
        let owners = self.assets.mongo.collection(Collections::ASSET_OWNER);
        let it = doc! { "_id": id(self.privacy.owner.uuid()) };
        let gone = || StoreError::Failed("the owner was erased meanwhile".to_owned());
        let known = owners.find_one(it.clone()).session(&mut *session).await?;
        let known = known.ok_or_else(gone)?;
        let version = known.maybe_number("settings")?;
        if version.is_some_and(|version| version >= self.privacy.version) {
            return Ok(known.get("closing").is_some());
        }
        let is_private = self.privacy.is_private;
        let mut set = doc! { "private": is_private, "settings": number(self.privacy.version) };
        let closes = is_private && !known.flag("private")?;
        if closes {
            set.insert("closing", 0_i64);
            set.insert("closed_to", id(FIRST));
        }
        owners
            .update_one(it, doc! { "$set": set })
            .session(session)
            .await?;
        Ok(closes)
    }
}

/// Lets caches drop some of what was for everybody until the account became private; whether there is more.
struct Closing<'a> {
    assets: &'a MongoAssets,
    owner: UserId,
}

#[async_trait]
impl Attempt for Closing<'_> {
    type Outcome = bool;
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<bool, Stopped> {
        let owners = self.assets.mongo.collection(Collections::ASSET_OWNER);
        let it = doc! { "_id": id(self.owner.uuid()) };
        let known = owners.find_one(it.clone()).session(&mut *session).await?;
        let Some(known) = known.filter(|known| known.get("closing").is_some()) else {
            return Ok(false);
        };
        let open = doc! {
            "owner": id(self.owner.uuid()),
            "_id": { "$gt": known.field("closed_to")?.clone() },
            "open_uses": { "$gt": 0_i64 },
            "public_uses": 0_i64,
        };
        let mut found = self
            .assets
            .assets()
            .find(open)
            .sort(doc! { "_id": 1 })
            .limit(CLOSED_AT_ONCE)
            .session(&mut *session)
            .await?;
        let mut pictures = Vec::new();
        while let Some(stored) = found.next(&mut *session).await {
            pictures.push(stored?);
        }
        let last = match pictures.last() {
            Some(stored) => Some(stored.field("_id")?.clone()),
            None => None,
        };
        for stored in &pictures {
            let variants = form::to_variants(stored)?;
            let picture = (asset_id(stored)?, variants.as_slice());
            self.assets.purge(session, picture, &[0]).await?;
        }
        let (update, is_more) = following(last);
        owners.update_one(it, update).session(session).await?;
        Ok(is_more)
    }
}

/// Where the next step goes on; nowhere where this one found nothing.
fn following(last: Option<Bson>) -> (Stored, bool) {
    match last {
        Some(last) => (
            doc! { "$set": { "closed_to": last }, "$inc": { "closing": 1_i64 } },
            true,
        ),
        None => (doc! { "$unset": { "closing": "", "closed_to": "" } }, false),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::AssetNeighbours;
    use super::*;
    use crate::adapters::mongo::stage::Stage;
    use crate::adapters::sqlite::{Sqlite, UserOutbox};
    use crate::domain::asset::VariantName;
    use crate::domain::clock::WallMs;
    use crate::domain::id::{AssetId, PostId};
    use crate::domain::settings::SettingsChange;
    use crate::domain::version::Expected;
    use crate::ports::asset::conformance::ready;
    use crate::ports::asset::{AssetStore, PictureUses, PostShows, PurgeQueue};
    use crate::ports::events::{EventConsumers, PRIVACY};
    use crate::ports::settings::SettingsStore;
    use crate::ports::user::conformance::created;
    use crate::workers::asset::{Heard, Privacy};
    use crate::workers::outbox;

    const NOW: WallMs = WallMs(1_000_000);

    /// From the step that changes somebody's settings, over the log, to what is given out of their pictures.
    #[tokio::test]
    async fn pictures_close_and_open_with_the_account() {
        let Some(stage) = Stage::set().await else {
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        let people = Sqlite::open(folder.path()).await.unwrap();
        let shared = Arc::new(people.clone());
        let beside = AssetNeighbours {
            people: shared.clone(),
            relations: shared.clone(),
            profiles: shared.clone(),
            rulings: shared.clone(),
        };
        let assets = MongoAssets::new(stage.mongo.clone(), beside);
        let privacy = Privacy {
            events: shared.clone(),
            settings: shared.clone(),
            owners: Arc::new(assets.clone()),
            backends: vec![shared, Arc::new(stage.mongo.clone())],
        };
        let owner = created(&people, "painter", "painter").await.id;
        // More than are closed in one step.
        let mut pictures = Vec::new();
        for sha in 1..=33 {
            pictures.push(ready(&assets, owner, sha).await);
        }
        let shows = PostShows {
            post: PostId::generate(),
            stamp: 1,
            pictures: pictures.clone(),
            is_public: true,
        };
        assets.post_shows(&shows).await.unwrap();
        let mut consumer = people.durable(PRIVACY).await.unwrap();
        let all = async |is_public: bool| {
            for picture in &pictures {
                let served = assets.served(*picture, VariantName::Small, NOW).await;
                assert_eq!(served.unwrap().unwrap().is_public, is_public);
            }
        };
        all(true).await;
        for is_private in [true, false, true] {
            let change = SettingsChange {
                account_private: Some(is_private),
                ..SettingsChange::default()
            };
            let any = Expected::Any;
            let chosen = people.change_settings(owner, change, &any, NOW).await;
            chosen.unwrap();
            while outbox::pass(&UserOutbox(people.clone()), &people, NOW)
                .await
                .unwrap()
                > 0
            {}
            // One that a busy store did not do at once comes again.
            for later in 0..4 {
                let now = WallMs(NOW.0 + later * 20_000);
                while privacy.pass(&mut *consumer, now).await.unwrap() != Heard::Events(0) {}
            }
            all(!is_private).await;
            let due = assets.due(999, NOW).await.unwrap();
            let dropped: BTreeSet<AssetId> = due.iter().map(|purge| purge.asset).collect();
            let closed = if is_private { pictures.len() } else { 0 };
            assert_eq!(dropped.len(), closed, "caches drop what is closed");
            let told: Vec<i64> = due.iter().map(|purge| purge.id).collect();
            assets.done(&told).await.unwrap();
        }
        // Of somebody else the event never comes.
        let shy = created(&people, "shy", "shy").await.id;
        let change = SettingsChange {
            account_private: Some(true),
            ..SettingsChange::default()
        };
        let chosen = people.change_settings(shy, change, &Expected::Any, NOW);
        chosen.await.unwrap();
        let picture = ready(&assets, shy, 40).await;
        let shows = PostShows {
            post: PostId::generate(),
            stamp: 1,
            pictures: vec![picture],
            is_public: true,
        };
        assets.post_shows(&shows).await.unwrap();
        for is_public in [true, false] {
            let served = assets.served(picture, VariantName::Small, NOW).await;
            assert_eq!(served.unwrap().unwrap().is_public, is_public);
            assert_eq!(privacy.turn(None).await.unwrap(), Some(owner.max(shy)));
        }
        let mut known = [(owner, 3_u64), (shy, 1)];
        known.sort_unstable();
        assert_eq!(assets.owners_after(None, 9).await.unwrap(), known);
        assert_eq!(assets.owners_after(None, 1).await.unwrap(), known[..1]);
        let rest = assets.owners_after(Some(known[0].0), 9).await;
        assert_eq!(rest.unwrap(), known[1..]);
        stage.end().await;
    }
}
