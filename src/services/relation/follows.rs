//! Following, asking to follow, and answering who asks.

use super::{RelationError, RelationService};
use crate::domain::id::UserId;
use crate::ports::relations::{Approved, Followed};

impl RelationService {
    /// Whether `viewer` follows the person with this handle.
    pub async fn follows(&self, viewer: UserId, handle: &str) -> Result<bool, RelationError> {
        let person = self.seen(Some(viewer), handle).await?.id;
        Ok(self.relations.follows(viewer, person).await?)
    }

    /// `viewer` follows the person with this handle from now on, or asks to where that is a private account.
    pub async fn follow(&self, viewer: UserId, handle: &str) -> Result<(), RelationError> {
        let person = self.named(handle).await?.id;
        if person == viewer {
            return Err(RelationError::FollowsOneself);
        }
        let at = self.clock.wall();
        let followed = self.relations.follow(viewer, person, at).await?;
        match self.told(followed) {
            Followed::Now => {
                // They may come into rooms that were shut to them.
                self.changed(&[viewer]);
                Ok(())
            }
            Followed::Already | Followed::Requested => Ok(()),
            Followed::TooMany => Err(RelationError::TooManyFollows),
            Followed::TooManyWait => Err(RelationError::TooMany("follow requests")),
            Followed::NoSuchUser => Err(RelationError::NoSuchUser),
        }
    }

    /// `viewer` no longer follows the person with this handle, nor asks to.
    pub async fn unfollow(&self, viewer: UserId, handle: &str) -> Result<(), RelationError> {
        let person = self.seen(Some(viewer), handle).await?.id;
        self.part(viewer, person).await
    }

    /// The person with this handle no longer follows `viewer`, nor asks to.
    pub async fn remove_follower(&self, viewer: UserId, handle: &str) -> Result<(), RelationError> {
        let person = self.seen(Some(viewer), handle).await?.id;
        self.part(person, viewer).await
    }

    async fn part(&self, follower: UserId, followee: UserId) -> Result<(), RelationError> {
        if self.relations.unfollow(follower, followee).await? {
            self.changed(&[follower]);
        }
        Ok(())
    }

    /// The person with this handle, who has asked, follows `viewer` from now on.
    pub async fn approve(&self, viewer: UserId, handle: &str) -> Result<(), RelationError> {
        let person = self.other(viewer, handle).await?;
        let at = self.clock.wall();
        let approved = self.relations.approve(viewer, person, at).await?;
        match self.told(approved) {
            Approved::Now => {
                self.changed(&[person]);
                Ok(())
            }
            Approved::Already => Ok(()),
            Approved::NoRequest => Err(RelationError::NoRequest),
        }
    }

    /// The person with this handle does not ask `viewer` any more.
    pub async fn reject(&self, viewer: UserId, handle: &str) -> Result<(), RelationError> {
        let person = self.seen(Some(viewer), handle).await?.id;
        Ok(self.relations.reject(viewer, person).await.map(drop)?)
    }
}
