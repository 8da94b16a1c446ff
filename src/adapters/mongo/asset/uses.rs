//! Who shows what: one document a thing, and on each picture how many things show it, changed in the same transaction.

use std::collections::BTreeSet;

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::Collections;
use super::super::failure::{is_duplicate, writing};
use super::super::transaction::{Attempt, transact};
use super::super::value::{Fields, Unfit, id, number, to_uuid};
use super::form::Public;
use super::{MongoAssets, Stopped, asset_id, form, ids};
use crate::domain::asset::{AssetState, Purpose};
use crate::domain::id::{AssetId, PostId, UserId};
use crate::domain::post::{EDITS_MAX, PICTURES_MAX};
use crate::ports::asset::{AssetsUnavailable, PictureUses, PostShows};
use crate::ports::room::StoreError;

/// The most pictures of one post that are taken down as shown: all those of all its versions that are kept.
const SHOWN_MAX: usize = PICTURES_MAX * (EDITS_MAX as usize + 1);

/// Something that shows pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thing {
    /// Somebody's profile: the picture they have chosen.
    Profile(UserId),
    /// A post, its former versions included.
    Post(PostId),
}

impl Thing {
    /// The id of its document.
    pub fn name(self) -> String {
        match self {
            Self::Profile(id) => format!("user/{id}"),
            Self::Post(id) => format!("post/{id}"),
        }
    }

    /// What of a picture counts those that everybody may see it in.
    const fn counter(self) -> &'static str {
        match self {
            Self::Profile(_) => "public_uses",
            Self::Post(_) => "open_uses",
        }
    }
}

/// What a thing shows.
pub(super) fn to_pictures(stored: &Stored) -> Result<Vec<AssetId>, Unfit> {
    let unfit = || Unfit("pictures".to_owned());
    let pictures = stored.field("pictures")?.as_array().ok_or_else(unfit)?;
    let pictures = pictures.iter().map(|picture| {
        let uuid = to_uuid(picture).ok_or_else(unfit)?;
        Ok(AssetId::from_uuid(uuid))
    });
    pictures.collect()
}

/// What a thing shows, and whether to everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub pictures: BTreeSet<AssetId>,
    pub is_public: bool,
}

impl Shown {
    pub fn of(stored: &Stored) -> Result<Self, Unfit> {
        Ok(Self {
            pictures: to_pictures(stored)?.into_iter().collect(),
            is_public: stored.flag("is_public")?,
        })
    }

    /// The fields of the thing's document.
    pub fn fields(&self) -> Stored {
        let pictures: Vec<Bson> = self.pictures.iter().map(|one| id(one.uuid())).collect();
        doc! { "pictures": pictures, "is_public": self.is_public }
    }

    fn public(&self, picture: &AssetId) -> bool {
        self.is_public && self.pictures.contains(picture)
    }
}

impl MongoAssets {
    /// The document of a thing is there before a transaction writes it: two who make it there at once would be in each
    /// other's way for good.
    pub(super) async fn thing(&self, thing: Thing) -> Result<(), StoreError> {
        let nothing = doc! {
            "pictures": [], "is_public": false, "profile": 0_i64, "turns": 0_i64,
        };
        let made = async {
            let things = self.mongo.collection(Collections::ASSET_USE);
            let made = things
                .update_one(
                    doc! { "_id": thing.name() },
                    doc! { "$setOnInsert": nothing },
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

    /// The document of a thing, which is to be there.
    pub(super) async fn thing_in(
        &self,
        session: &mut ClientSession,
        thing: Thing,
    ) -> Result<Stored, Stopped> {
        let things = self.mongo.collection(Collections::ASSET_USE);
        let found = things
            .find_one(doc! { "_id": thing.name() })
            .session(session);
        let gone = || StoreError::Failed("it was erased meanwhile".to_owned());
        Ok(found.await?.ok_or_else(gone)?)
    }

    /// What follows for each picture when a thing shows something else than before.
    pub(super) async fn shown_instead(
        &self,
        session: &mut ClientSession,
        thing: Thing,
        (before, after): (&Shown, &Shown),
    ) -> Result<(), Stopped> {
        let all: BTreeSet<&AssetId> = before.pictures.union(&after.pictures).collect();
        let change = |picture: &AssetId| {
            let difference = |was: bool, is: bool| i64::from(is) - i64::from(was);
            let (was, is) = (&before.pictures, &after.pictures);
            let uses = difference(was.contains(picture), is.contains(picture));
            let public = difference(before.public(picture), after.public(picture));
            (uses, public)
        };
        // As many updates as there are kinds of changes: five at the most.
        let mut kinds: BTreeSet<(i64, i64)> = all.iter().map(|one| change(one)).collect();
        kinds.remove(&(0, 0));
        for (uses, public) in kinds {
            let such = all.iter().filter(|one| change(one) == (uses, public));
            let such: Vec<Bson> = such.map(|one| id(one.uuid())).collect();
            let mut update = doc! { "$inc": { "uses": uses, thing.counter(): public } };
            if uses > 0 {
                update.insert("$set", doc! { "seen_unused": false });
            }
            self.assets()
                .update_many(doc! { "_id": { "$in": such } }, update)
                .session(&mut *session)
                .await?;
        }
        let closed = all.iter().filter(|one| change(one).1 < 0);
        let closed: Vec<Bson> = closed.map(|one| id(one.uuid())).collect();
        self.purge_closed(session, closed).await
    }

    /// Caches drop those of these that not everybody may have any more: from now on by signed links alone.
    async fn purge_closed(
        &self,
        session: &mut ClientSession,
        closed: Vec<Bson>,
    ) -> Result<(), Stopped> {
        if closed.is_empty() {
            return Ok(());
        }
        let filter = doc! { "_id": { "$in": closed }, "public_uses": 0_i64 };
        let mut found = self.assets().find(filter).session(&mut *session).await?;
        let mut pictures = Vec::new();
        while let Some(stored) = found.next(&mut *session).await {
            pictures.push(stored?);
        }
        for stored in pictures {
            let owner = form::to_owner(&stored)?;
            let is_closed = match form::to_public(&stored)? {
                Public::No => true,
                Public::UnlessPrivate => self.is_private(session, owner).await?,
                Public::Yes => false,
            };
            if is_closed {
                let variants = form::to_variants(&stored)?;
                let picture = (asset_id(&stored)?, variants.as_slice());
                self.purge(session, picture, &[0]).await?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl PictureUses for MongoAssets {
    async fn may_show(
        &self,
        owner: UserId,
        pictures: &[AssetId],
    ) -> Result<bool, AssetsUnavailable> {
        if pictures.is_empty() {
            return Ok(true);
        }
        let good = [AssetState::Processing, AssetState::Ready].map(AssetState::as_str);
        let filter = doc! {
            "_id": { "$in": ids(pictures) },
            "owner": id(owner.uuid()),
            "purpose": Purpose::Picture.as_str(),
            "state": { "$in": good.to_vec() },
        };
        // As if they had been shown just now.
        let kept = doc! { "$set": { "seen_unused": false } };
        let good = writing(self.assets().update_many(filter, kept)).await?;
        Ok(usize::try_from(good.matched_count) == Ok(pictures.len()))
    }

    async fn post_shows(&self, shows: &PostShows) -> Result<(), AssetsUnavailable> {
        self.thing(Thing::Post(shows.post)).await?;
        let pictures = shows.pictures.iter().take(SHOWN_MAX).copied();
        let attempt = Telling {
            assets: self,
            shows,
            after: Shown {
                pictures: pictures.collect(),
                is_public: shows.is_public,
            },
        };
        transact(&self.mongo, &attempt).await
    }
}

/// Takes down what a post shows.
struct Telling<'a> {
    assets: &'a MongoAssets,
    shows: &'a PostShows,
    after: Shown,
}

#[async_trait]
impl Attempt for Telling<'_> {
    type Outcome = ();
    type Refusal = AssetsUnavailable;

    async fn run(&self, session: &mut ClientSession) -> Result<(), Stopped> {
        let post = Thing::Post(self.shows.post);
        let thing = self.assets.thing_in(session, post).await?;
        let known = thing.maybe_number("stamp")?;
        // Told twice, or late.
        if known.is_some_and(|known| known >= self.shows.stamp) {
            return Ok(());
        }
        let before = Shown::of(&thing)?;
        let mut set = self.after.fields();
        set.insert("stamp", number(self.shows.stamp));
        let mut update = doc! { "$set": set };
        // Of what shows nothing that is known for a while, lest an older fact be taken for news.
        match self.after.pictures.is_empty() {
            true => update.insert("$currentDate", doc! { "gone": true }),
            false => update.insert("$unset", doc! { "gone": "" }),
        };
        let things = self.assets.mongo.collection(Collections::ASSET_USE);
        things
            .update_one(doc! { "_id": post.name() }, update)
            .session(&mut *session)
            .await?;
        self.assets
            .shown_instead(session, post, (&before, &self.after))
            .await
    }
}
