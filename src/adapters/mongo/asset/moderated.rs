//! Uploads as moderators act on them.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::doc;

use super::super::transaction::{Attempt, transact};
use super::{MongoAssets, Stopped, form};
use crate::domain::asset::AssetState;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::domain::moderation::{AppealState, ContentKind, Standing};
use crate::ports::asset::{AssetStore, AssetsUnavailable};
use crate::ports::moderation::{Content, ContentUnavailable, ModeratedContent};

/// The uploads of a store, for moderators.
#[derive(Debug, Clone)]
pub struct ModeratedAssets(pub MongoAssets);

impl From<AssetsUnavailable> for ContentUnavailable {
    fn from(error: AssetsUnavailable) -> Self {
        Self(error.0)
    }
}

#[async_trait]
impl ModeratedContent for ModeratedAssets {
    fn kind(&self) -> ContentKind {
        ContentKind::Asset
    }

    async fn content(&self, id: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(id) = id.parse::<AssetId>() else {
            return Ok(None);
        };
        let asset = self.0.asset(id).await?;
        Ok(asset.map(|asset| {
            let words = [asset.alt, asset.license_note].map(|text| text.trim().to_owned());
            let words: Vec<String> = words.into_iter().filter(|text| !text.is_empty()).collect();
            Content {
                id: id.to_string(),
                author: Some(asset.owner),
                text: words.join("\n"),
                pictures: vec![id],
                standing: asset.standing,
                at: asset.created,
            }
        }))
    }

    /// The decision that this follows from is on record: its owner hears of it from there.
    async fn stand(
        &self,
        id: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(asset) = id.parse::<AssetId>() else {
            return Ok(false);
        };
        let assets = &self.0;
        assets.pay(asset).await?;
        // Where it follows from an appeal that was refused, nothing is banned anew.
        let last = assets.beside.rulings.last_removal(asset).await;
        let last = last.map_err(AssetsUnavailable::from)?;
        let attempt = Stand {
            assets,
            asset,
            standing,
            is_judged: last.is_some_and(|last| last.appeal == Some(AppealState::Upheld)),
            now,
        };
        let Some(follows) = transact(&assets.mongo, &attempt).await? else {
            return Ok(false);
        };
        if follows == Follows::Copies {
            match standing {
                Standing::Removed => assets.take_copies_down(None, now).await.map(drop)?,
                _ => assets.give_copies_back(now).await.map(drop)?,
            }
        }
        if standing == Standing::Removed {
            assets.destroy_unless_awaited(asset, now).await?;
        }
        Ok(true)
    }

    async fn is_seen_by(&self, id: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(asset) = id.parse::<AssetId>() else {
            return Ok(false);
        };
        let asset = self.0.asset(asset).await?;
        let Some(asset) = asset.filter(|asset| asset.state != AssetState::TakenDown) else {
            return Ok(false);
        };
        if asset.owner == viewer {
            return Ok(true);
        }
        if !asset.picture.is_some_and(|picture| picture.is_public) {
            return Ok(false);
        }
        let beside = &self.0.beside;
        let owner = beside.people.user(asset.owner).await;
        if owner.map_err(AssetsUnavailable::from)?.is_none() {
            return Ok(false);
        }
        let is_hidden = beside.relations.is_hidden(viewer, asset.owner).await;
        let is_hidden = is_hidden.map_err(|error| ContentUnavailable(error.to_string()))?;
        Ok(!is_hidden)
    }
}

/// What follows from a standing that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follows {
    Nothing,
    /// Those that are the same go or come, too.
    Copies,
}

/// Gives a picture a standing, if it is there.
struct Stand<'a> {
    assets: &'a MongoAssets,
    asset: AssetId,
    standing: Standing,
    is_judged: bool,
    now: WallMs,
}

#[async_trait]
impl Attempt for Stand<'_> {
    type Outcome = Option<Follows>;
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<Option<Follows>, Stopped> {
        let (assets, now) = (self.assets, self.now);
        let Some(before) = assets.stored_in(session, self.asset).await? else {
            return Ok(None);
        };
        let is_down = form::to_state(&before)? == AssetState::TakenDown;
        Ok(Some(match self.standing {
            Standing::Removed if self.is_judged && is_down => {
                let unbound = doc! { "$unset": { "taken_with": "", "coming_back": "" } };
                assets.set(session, self.asset, unbound).await?;
                Follows::Nothing
            }
            Standing::Removed => {
                assets.close(session, &before, now).await?;
                let decided = doc! { "$inc": { "decided": 1_i64 } };
                assets.set(session, self.asset, decided).await?;
                Follows::Copies
            }
            standing if is_down => {
                assets.give_back(session, &before, standing, now).await?;
                Follows::Copies
            }
            standing => {
                let set = doc! { "$set": { "standing": standing.as_str() } };
                assets.set(session, self.asset, set).await?;
                if standing != Standing::Shown {
                    let variants = form::to_variants(&before)?;
                    let picture = (self.asset, variants.as_slice());
                    assets.purge_twice(session, picture, now).await?;
                }
                Follows::Nothing
            }
        }))
    }
}
