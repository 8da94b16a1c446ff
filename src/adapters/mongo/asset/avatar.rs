//! The picture somebody has chosen for their profile: a fact of this service, that the person's profile shows it. The
//! version of the profile is the user service's, and grows when it is told.
//!
//! The profile's version is read first; then the picture is chosen here, with a note that the profile does not know yet;
//! then the version grows, with the event of it, and the note goes. So whoever reads the profile at the new version gets
//! the new picture, and nobody keeps the old one under it. Of two who choose at the same version one is the first: the
//! note says for which version it was. A change of another field at that very moment is not refused; neither takes
//! anything from the other.

use std::collections::BTreeSet;

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::doc;

use super::super::Collections;
use super::super::failure::{reading, writing};
use super::super::transaction::{Attempt, transact};
use super::super::value::{Fields, number};
use super::uses::{Shown, Thing};
use super::{MongoAssets, Stopped, form};
use crate::domain::id::{AssetId, UserId};
use crate::domain::profile::ProfileChange;
use crate::domain::version::{Expected, Version};
use crate::ports::asset::{AssetsUnavailable, AvatarSet};
use crate::ports::profile::Changed;

impl MongoAssets {
    /// Chooses a picture, or none.
    pub(super) async fn choose(
        &self,
        user: UserId,
        asset: Option<AssetId>,
        expected: &Expected,
    ) -> Result<AvatarSet, AssetsUnavailable> {
        // One that was chosen before, and of which the profile does not know, is a change of it.
        self.tell_profile(user).await?;
        let Some(profile) = self.beside.profiles.profile(user).await? else {
            return Ok(AvatarSet::NotThere);
        };
        if !expected.admits(Version(profile.version)) {
            return Ok(AvatarSet::Stale);
        }
        self.thing(Thing::Profile(user)).await?;
        let attempt = Choosing {
            assets: self,
            user,
            asset,
            version: profile.version,
            is_alone: *expected != Expected::Any,
        };
        if let Some(not_done) = transact(&self.mongo, &attempt).await? {
            return Ok(not_done);
        }
        match self.tell_profile(user).await? {
            Some(version) => Ok(AvatarSet::Done(version)),
            // Another who chose at the same moment has told of both.
            None => {
                let profile = self.beside.profiles.profile(user).await?;
                Ok(profile.map_or(AvatarSet::NotThere, |profile| {
                    AvatarSet::Done(Version(profile.version))
                }))
            }
        }
    }

    /// Lets the version of a profile grow that is owed it; what it is now. Done twice it grows twice, which harms nobody.
    pub(super) async fn tell_profile(
        &self,
        user: UserId,
    ) -> Result<Option<Version>, AssetsUnavailable> {
        let things = self.mongo.collection(Collections::ASSET_USE);
        let name = Thing::Profile(user).name();
        let Some(thing) = reading(things.find_one(doc! { "_id": &name })).await? else {
            return Ok(None);
        };
        if thing.maybe_number("owed_since")?.is_none() {
            return Ok(None);
        }
        let nothing = ProfileChange::default();
        let changed = self
            .beside
            .profiles
            .change(user, &nothing, &Expected::Any)
            .await?;
        // One that was chosen since is told of anew.
        let told = doc! { "_id": &name, "turns": number(thing.number("turns")?) };
        let nothing_owed = doc! { "$unset": { "owed_since": "" } };
        writing(things.update_one(told, nothing_owed)).await?;
        Ok(match changed {
            Changed::Done(profile) => Some(Version(profile.version)),
            // Whoever is gone has no profile to tell.
            Changed::Stale | Changed::NoSuchUser => None,
        })
    }
}

/// Chooses a picture for a profile that is at this version.
struct Choosing<'a> {
    assets: &'a MongoAssets,
    user: UserId,
    asset: Option<AssetId>,
    version: u64,
    /// Whether nobody else may have chosen another for the same version.
    is_alone: bool,
}

#[async_trait]
impl Attempt for Choosing<'_> {
    /// Why it was not done, if it was not.
    type Outcome = Option<AvatarSet>;
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<Option<AvatarSet>, Stopped> {
        if let Some(asset) = self.asset {
            let found = self.assets.stored_in(session, asset).await?;
            let asset = found.map(|stored| form::to_asset(&stored, &BTreeSet::new()));
            let asset = asset.transpose()?;
            match asset.filter(|asset| asset.owner == self.user) {
                None => return Ok(Some(AvatarSet::NotThere)),
                Some(asset) if asset.picture.is_none() => return Ok(Some(AvatarSet::NotReady)),
                Some(_) => {}
            }
        }
        let profile = Thing::Profile(self.user);
        let thing = self.assets.thing_in(session, profile).await?;
        let before = Shown::of(&thing)?;
        let after = Shown {
            pictures: self.asset.into_iter().collect(),
            is_public: true,
        };
        let is_chosen_for = thing.number("profile")? >= self.version.max(1);
        if self.is_alone && is_chosen_for && before.pictures != after.pictures {
            return Ok(Some(AvatarSet::Stale));
        }
        let mut set = after.fields();
        set.insert("profile", number(self.version));
        set.insert("owed_since", number(self.version));
        let update = doc! { "$set": set, "$inc": { "turns": 1_i64 } };
        let things = self.assets.mongo.collection(Collections::ASSET_USE);
        things
            .update_one(doc! { "_id": profile.name() }, update)
            .session(&mut *session)
            .await?;
        // The same again is no change, so that no cache is told to drop it.
        self.assets
            .shown_instead(session, profile, (&before, &after))
            .await?;
        Ok(None)
    }
}
