//! What a room asks of each who comes in, kept for seconds: whom they must not see, and whom they do not hear. Whether
//! somebody follows an owner, and ties, are looked up in the store: one row each, different for each room.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::HotCache;
use super::told::OfPeople;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::relation::{Tie, is_muted};
use crate::ports::people::PeopleChanges;
use crate::ports::relations::{
    HIDDEN_BY_MAX, RelationChanges, RelationReader, RelationsUnavailable,
};

const HIDDEN: &str = "hidden";
const MUTED: &str = "muted";

/// A store of relations behind a cache. For rooms: whoever changes relations asks the store itself.
#[derive(Clone)]
pub struct HotRelations {
    relations: Arc<dyn RelationReader>,
    kept: OfPeople,
}

impl std::fmt::Debug for HotRelations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HotRelations(..)")
    }
}

fn packed(answer: &impl Serialize) -> Result<Vec<u8>, RelationsUnavailable> {
    rmp_serde::to_vec(answer).map_err(|error| RelationsUnavailable(error.to_string()))
}

/// None for what another release has put in.
fn unpacked<T: DeserializeOwned>(kept: &[u8]) -> Option<T> {
    rmp_serde::from_slice(kept).ok()
}

impl HotRelations {
    /// Behind this cache.
    pub fn new(relations: Arc<dyn RelationReader>, cache: HotCache) -> Self {
        let kept = OfPeople::new(cache, &[HIDDEN, MUTED]);
        Self { relations, kept }
    }

    /// Lets go of what was told to be out of date, on all nodes, until it is dropped.
    pub async fn keep(self) {
        self.kept.keep().await;
    }
}

impl RelationChanges for HotRelations {
    fn changed(&self, user: UserId) {
        self.kept.changed(user);
    }
}

/// Changes of relations may be missed as those of people are.
impl PeopleChanges for HotRelations {
    fn changed(&self, user: UserId) {
        self.kept.changed(user);
    }

    fn all_changed(&self) {
        self.kept.all_changed();
    }
}

#[async_trait]
impl RelationReader for HotRelations {
    async fn follows(&self, user: UserId, owner: UserId) -> Result<bool, RelationsUnavailable> {
        self.relations.follows(user, owner).await
    }

    async fn hidden_from(&self, user: UserId) -> Result<BTreeSet<String>, RelationsUnavailable> {
        let load = async { packed(&self.relations.hidden_from(user).await?) };
        match unpacked(&self.kept.get(HIDDEN, user, load).await?) {
            Some(hidden) => Ok(hidden),
            None => self.relations.hidden_from(user).await,
        }
    }

    /// Said by what is kept of the first, where that is all there is.
    async fn is_hidden(&self, one: UserId, other: UserId) -> Result<bool, RelationsUnavailable> {
        let hidden = self.hidden_from(one).await?;
        if hidden.contains(&other.to_string()) {
            return Ok(true);
        }
        if hidden.len() < HIDDEN_BY_MAX as usize {
            return Ok(false);
        }
        self.relations.is_hidden(one, other).await
    }

    async fn muted_by(
        &self,
        user: UserId,
        now: WallMs,
    ) -> Result<BTreeMap<UserId, Option<WallMs>>, RelationsUnavailable> {
        let load = async { packed(&self.relations.muted_by(user, now).await?) };
        let kept = self.kept.get(MUTED, user, load).await?;
        match unpacked::<BTreeMap<UserId, Option<WallMs>>>(&kept) {
            Some(mut muted) => {
                muted.retain(|_, until| is_muted(*until, now));
                Ok(muted)
            }
            None => self.relations.muted_by(user, now).await,
        }
    }

    async fn tie(&self, user: UserId, other: UserId) -> Result<Option<Tie>, RelationsUnavailable> {
        self.relations.tie(user, other).await
    }
}
