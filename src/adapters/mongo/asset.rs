//! Uploads in MongoDB: what is known of them.
//!
//! An upload is one document ([`form`]), with its sizes in it and with how many things show it. Beside it stand, each in a
//! collection of its own: what each thing shows, the bytes there are, which are banned, what caches are to drop, and what
//! is to be told. What touches several of them is a transaction, in bounded steps; what two such steps could both decide
//! from what the other is about to change, both write.
//!
//! Decisions, profiles and people lie with other services ([`AssetNeighbours`]). What is done here about them goes in two
//! steps: first here, with a note of what is owed there; then there; and the note goes. Whatever ends in between, the next
//! who comes to the document, or [`AssetWork::sweep`](crate::ports::asset::AssetWork::sweep), pays ([`owed`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document as Stored, doc};
use mongodb::{ClientSession, Collection};

use super::failure::reading;
use super::transaction::Halt;
use super::value::{Fields, Unfit, id};
use super::{Collections, Mongo};
use crate::domain::asset::Picture;
use crate::domain::id::{AssetId, UserId};
use crate::ports::asset::{AssetReader, AssetsUnavailable, AvatarReader};
use crate::ports::moderation::desk::ModerationUnavailable;
use crate::ports::moderation::pictures::PictureRulings;
use crate::ports::people::{PeopleReader, PeopleUnavailable};
use crate::ports::profile::ProfileStore;
use crate::ports::relations::RelationReader;
use crate::ports::room::StoreError;
use crate::ports::user::UserStoreError;

mod avatar;
mod clearing;
mod clock;
mod form;
mod moderated;
mod outbox;
mod owed;
mod owner;
mod personal;
mod purges;
mod store;
mod takedown;
#[cfg(test)]
mod tests;
mod upkeep;
mod uses;
mod withheld;
mod work;

pub use moderated::ModeratedAssets;

use clock::StoreClock;
use uses::Thing;

/// What lies with other services, and is asked of them.
#[derive(Clone)]
pub struct AssetNeighbours {
    /// Who is there.
    pub people: Arc<dyn PeopleReader>,
    /// Who must not see whom.
    pub relations: Arc<dyn RelationReader>,
    /// The version of a profile grows when another picture is chosen for it.
    pub profiles: Arc<dyn ProfileStore>,
    /// What was decided about pictures.
    pub rulings: Arc<dyn PictureRulings>,
}

impl std::fmt::Debug for AssetNeighbours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AssetNeighbours(..)")
    }
}

/// Uploads in MongoDB. Cheap to clone.
#[derive(Clone)]
pub struct MongoAssets {
    mongo: Mongo,
    assets: Collection<Stored>,
    beside: AssetNeighbours,
    clock: Arc<StoreClock>,
}

impl std::fmt::Debug for MongoAssets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MongoAssets").field(&self.mongo).finish()
    }
}

/// What a step over several documents says that is not to be done, or could not.
type Stopped = Halt<AssetsUnavailable>;

impl From<StoreError> for AssetsUnavailable {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

impl From<Unfit> for AssetsUnavailable {
    fn from(unfit: Unfit) -> Self {
        Self(unfit.to_string())
    }
}

impl From<ModerationUnavailable> for AssetsUnavailable {
    fn from(error: ModerationUnavailable) -> Self {
        Self(error.to_string())
    }
}

impl From<PeopleUnavailable> for AssetsUnavailable {
    fn from(error: PeopleUnavailable) -> Self {
        Self(error.to_string())
    }
}

impl From<UserStoreError> for AssetsUnavailable {
    fn from(error: UserStoreError) -> Self {
        Self(error.to_string())
    }
}

impl MongoAssets {
    /// The store of uploads.
    pub fn new(mongo: Mongo, beside: AssetNeighbours) -> Self {
        let clock = Arc::new(StoreClock::new(mongo.clone()));
        Self {
            assets: mongo.collection(Collections::ASSET),
            mongo,
            beside,
            clock,
        }
    }

    const fn assets(&self) -> &Collection<Stored> {
        &self.assets
    }

    /// An upload's document.
    async fn stored(&self, asset: AssetId) -> Result<Option<Stored>, AssetsUnavailable> {
        let filter = doc! { "_id": id(asset.uuid()) };
        Ok(reading(self.assets().find_one(filter)).await?)
    }

    /// The same, as a transaction sees it.
    async fn stored_in(
        &self,
        session: &mut ClientSession,
        asset: AssetId,
    ) -> Result<Option<Stored>, Stopped> {
        let filter = doc! { "_id": id(asset.uuid()) };
        let found = self.assets().find_one(filter).session(session).await?;
        Ok(found)
    }

    /// The first of those found.
    async fn some(
        &self,
        collection: &'static str,
        filter: Stored,
        sort: Stored,
        limit: u32,
    ) -> Result<Vec<Stored>, AssetsUnavailable> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let found = async {
            self.mongo
                .collection(collection)
                .find(filter)
                .sort(sort)
                .limit(i64::from(limit))
                .await?
                .try_collect()
                .await
        };
        Ok(reading(found).await?)
    }

    /// Those with these ids.
    async fn all_of(
        &self,
        collection: &'static str,
        ids: Vec<Bson>,
    ) -> Result<Vec<Stored>, AssetsUnavailable> {
        let found = async {
            self.mongo
                .collection(collection)
                .find(doc! { "_id": { "$in": ids } })
                .await?
                .try_collect()
                .await
        };
        Ok(reading(found).await?)
    }
}

fn ids(assets: &[AssetId]) -> Vec<Bson> {
    assets.iter().map(|asset| id(asset.uuid())).collect()
}

fn asset_id(stored: &Stored) -> Result<AssetId, Unfit> {
    Ok(AssetId::from_uuid(stored.uuid("_id")?))
}

#[async_trait]
impl AssetReader for MongoAssets {
    async fn pictures(
        &self,
        assets: &[AssetId],
    ) -> Result<BTreeMap<AssetId, Picture>, AssetsUnavailable> {
        if assets.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut pictures = BTreeMap::new();
        let found = self.all_of(Collections::ASSET, ids(assets)).await?;
        for asset in self.read(&found).await? {
            let picture = asset.picture;
            pictures.extend(picture.map(|picture| (picture.id, picture)));
        }
        Ok(pictures)
    }
}

#[async_trait]
impl AvatarReader for MongoAssets {
    async fn avatars(
        &self,
        users: &[UserId],
    ) -> Result<BTreeMap<UserId, Picture>, AssetsUnavailable> {
        if users.is_empty() {
            return Ok(BTreeMap::new());
        }
        let things = users.iter().map(|user| Thing::Profile(*user).name());
        let things = things.map(Bson::String).collect();
        let mut chosen = Vec::new();
        for stored in self.all_of(Collections::ASSET_USE, things).await? {
            chosen.extend(uses::to_pictures(&stored)?);
        }
        // A picture is its owner's, and only theirs to choose.
        let pictures = self.pictures(&chosen).await?.into_values();
        Ok(pictures.map(|picture| (picture.owner, picture)).collect())
    }
}
