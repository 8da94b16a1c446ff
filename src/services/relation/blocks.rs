//! Blocking and muting.

use super::{RelationError, RelationService};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::relation::may_mute_until;
use crate::ports::relations::{Blocked, Muted};

impl RelationService {
    /// `viewer` and the person with this handle are nothing to each other from now on, wherever they are.
    pub async fn block(&self, viewer: UserId, handle: &str) -> Result<(), RelationError> {
        let person = self.named(handle).await?.id;
        if person == viewer {
            return Err(RelationError::Oneself);
        }
        let at = self.clock.wall();
        match self.relations.block(viewer, person, at).await? {
            Blocked::Now => {
                self.changed(&[viewer, person]);
                Ok(())
            }
            Blocked::Already => Ok(()),
            Blocked::TooMany => Err(RelationError::TooMany("blocks")),
            Blocked::NoSuchUser => Err(RelationError::NoSuchUser),
        }
    }

    /// `viewer` takes a block back, also one of somebody who has closed their account: the list of blocks shows them.
    /// Who is blocked by the other finds nobody there, and has nothing to take back.
    pub async fn unblock(&self, viewer: UserId, handle: &str) -> Result<(), RelationError> {
        let person = self.known(handle).await?.id;
        if self.relations.unblock(viewer, person).await? {
            self.changed(&[viewer, person]);
            return Ok(());
        }
        self.seen(Some(viewer), handle).await.map(drop)
    }

    /// No notices of what the person with this handle does, and none of their words in rooms, until then or until
    /// unmuted.
    pub async fn mute(
        &self,
        viewer: UserId,
        handle: &str,
        until: Option<WallMs>,
    ) -> Result<(), RelationError> {
        let person = self.other(viewer, handle).await?;
        let now = self.clock.wall();
        if until.is_some_and(|until| !may_mute_until(until, now)) {
            return Err(RelationError::BadTime);
        }
        match self.relations.mute(viewer, person, until, now).await? {
            Muted::Done => {
                self.changed(&[viewer]);
                Ok(())
            }
            Muted::TooMany => Err(RelationError::TooMany("mutes")),
            Muted::NoSuchUser => Err(RelationError::NoSuchUser),
        }
    }

    /// `viewer` takes a mute back.
    pub async fn unmute(&self, viewer: UserId, handle: &str) -> Result<(), RelationError> {
        let person = self.seen(Some(viewer), handle).await?.id;
        if self.relations.unmute(viewer, person).await? {
            self.changed(&[viewer]);
        }
        Ok(())
    }
}
