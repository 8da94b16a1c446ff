//! The store of uploads on a real server: the suites of the ports, and what only a store of several processes meets.

use std::sync::Arc;

use async_trait::async_trait;
use mongodb::bson::doc;

use super::form::{digest, to_variants};
use super::*;
use crate::adapters::mongo::stage::Stage;
use crate::adapters::sqlite::{Beside, Sqlite};
use crate::domain::clock::WallMs;
use crate::domain::user::AccountRole;
use crate::ports::asset::conformance::conformance;
use crate::ports::asset::conformance::court::{self, Court, Depths, House};
use crate::ports::moderation::{Contents, ModeratedContent};
use crate::ports::operator::OperatorStore;
use crate::ports::user::conformance::created;

mod beside;
mod showing;

/// Uploads, and the people whose they are in a store of their own.
struct Here {
    stage: Stage,
    assets: MongoAssets,
    others: Sqlite,
    contents: Contents,
    people: [UserId; 2],
    staff: [UserId; 2],
    _folder: tempfile::TempDir,
}

fn assets_in(mongo: Mongo, others: &Sqlite) -> MongoAssets {
    let others = Arc::new(others.clone());
    let beside = AssetNeighbours {
        people: others.clone(),
        relations: others.clone(),
        profiles: others.clone(),
        rulings: others,
    };
    MongoAssets::new(mongo, beside)
}

async fn here() -> Option<Here> {
    let stage = Stage::set().await?;
    let folder = tempfile::tempdir().unwrap();
    let others = Sqlite::open(folder.path()).await.unwrap();
    let mut ids = Vec::new();
    for name in ["painter", "other", "keeper", "warden"] {
        ids.push(created(&others, name, name).await.id);
    }
    let operator = Beside::new(folder.path());
    for name in ["keeper", "warden"] {
        let given = operator.give_role(name, AccountRole::Moderator, WallMs(1));
        given.await.unwrap();
    }
    let assets = assets_in(stage.mongo.clone(), &others);
    let kept: Arc<dyn ModeratedContent> = Arc::new(ModeratedAssets(assets.clone()));
    Some(Here {
        stage,
        assets,
        others,
        contents: [kept].into_iter().collect(),
        people: [ids[0], ids[1]],
        staff: [ids[2], ids[3]],
        _folder: folder,
    })
}

#[async_trait]
impl Depths for MongoAssets {
    async fn has_bytes(&self, sha256: [u8; 32]) -> bool {
        let blobs = self.mongo.collection(Collections::ASSET_BLOB);
        let found = blobs.find_one(doc! { "_id": digest(&sha256) }).await;
        found.unwrap().is_some()
    }

    async fn sizes(&self, id: AssetId) -> usize {
        let stored = self.stored(id).await.unwrap().unwrap();
        to_variants(&stored).unwrap().len()
    }

    async fn is_banned(&self, sha256: [u8; 32]) -> bool {
        let bans = self.mongo.collection(Collections::ASSET_BAN);
        let found = bans.find_one(doc! { "sha256": digest(&sha256) }).await;
        found.unwrap().is_some()
    }
}

#[async_trait]
impl House for Here {
    fn court(&self) -> Court<'_> {
        Court {
            store: &self.assets,
            depths: &self.assets,
            moderation: &self.others,
            contents: &self.contents,
            people: self.people,
            staff: self.staff,
        }
    }

    async fn end(self) {
        self.stage.end().await;
    }
}

#[tokio::test]
async fn keeps_what_a_store_of_uploads_promises() {
    let Some(here) = here().await else { return };
    let [owner, other] = here.people;
    conformance(&here.assets, owner, other).await;
    here.end().await;
}

#[tokio::test]
async fn pictures_go_and_come_back_by_decisions() {
    if crate::adapters::test_service::address("MONGODB").is_some() {
        court::suite(async || here().await.unwrap()).await;
    }
}

#[tokio::test]
async fn pictures_that_are_the_same_go_and_come_back_together_and_by_themselves() {
    if crate::adapters::test_service::address("MONGODB").is_some() {
        court::again::suite(async || here().await.unwrap()).await;
    }
}
