//! Ties by consent, and the line each may write on the other's profile.

use super::{RelationError, RelationService};
use crate::domain::clock::WallMs;
use crate::domain::filter::Place;
use crate::domain::id::UserId;
use crate::domain::relation::{Nickname, Testimonial};
use crate::ports::relations::{Testified, Tied};

impl RelationService {
    /// `viewer` would like to be tied to the person with this handle and to call them so: asks, or consents.
    pub async fn tie_to(
        &self,
        viewer: UserId,
        handle: &str,
        nickname: &str,
    ) -> Result<(), RelationError> {
        let person = self.other(viewer, handle).await?;
        let nickname = Nickname::parse(nickname).map_err(RelationError::BadNickname)?;
        self.screen.at_once(Place::Name, nickname.as_str())?;
        let at = self.clock.wall();
        let tied = self.relations.tie_to(viewer, person, &nickname, at).await?;
        match self.told(tied) {
            Tied::Now | Tied::Already | Tied::Requested => Ok(()),
            Tied::TooMany => Err(RelationError::TooMany("ties")),
            Tied::TooManyWait => Err(RelationError::TooMany("tie requests")),
            Tied::NoSuchUser => Err(RelationError::NoSuchUser),
        }
    }

    /// Ends the tie with the person with this handle, takes the wish for one back, or declines theirs.
    pub async fn untie(&self, viewer: UserId, handle: &str) -> Result<(), RelationError> {
        let person = self.seen(Some(viewer), handle).await?.id;
        Ok(self.relations.untie(viewer, person).await.map(drop)?)
    }

    /// `viewer` writes a line on the profile of the person with this handle. The line as it is kept, and when.
    pub async fn testify(
        &self,
        viewer: UserId,
        handle: &str,
        text: &str,
    ) -> Result<(Testimonial, WallMs), RelationError> {
        let person = self.other(viewer, handle).await?;
        let text = Testimonial::parse(text).map_err(RelationError::BadLine)?;
        let text = self.screen.at_once(Place::Guestbook, text.as_str())?;
        let text = Testimonial::parse(&text).map_err(RelationError::BadLine)?;
        let at = self.clock.wall();
        let written = self.relations.testify(viewer, person, &text, at).await?;
        match self.told(written) {
            Testified::Done => Ok((text, at)),
            Testified::NotTied => Err(RelationError::NotTied),
            Testified::NoSuchUser => Err(RelationError::NoSuchUser),
        }
    }

    /// `viewer` takes their line off the profile of the person with this handle.
    pub async fn retract_testimonial(
        &self,
        viewer: UserId,
        handle: &str,
    ) -> Result<(), RelationError> {
        let person = self.seen(Some(viewer), handle).await?.id;
        let removed = self.relations.remove_testimonial(viewer, person).await;
        Ok(removed.map(drop)?)
    }

    /// `viewer` takes the line of the person with this handle off their own profile.
    pub async fn remove_testimonial(
        &self,
        viewer: UserId,
        handle: &str,
    ) -> Result<(), RelationError> {
        let person = self.seen(Some(viewer), handle).await?.id;
        let removed = self.relations.remove_testimonial(person, viewer).await;
        Ok(removed.map(drop)?)
    }
}
