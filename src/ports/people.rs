//! What the room service must know of people: read only, owned and written by the user service.

use async_trait::async_trait;

use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::domain::user::User;

#[cfg(test)]
pub(crate) mod conformance;
mod door;
mod shown;

pub use door::{DoorPeople, MET_MAX, Met};
pub use shown::{GONE_MAX, Shown, ShownPeople};

/// People cannot be looked up now. Whoever asks must refuse rather than guess.
#[derive(Debug, thiserror::Error)]
#[error("people cannot be looked up: {0}")]
pub struct PeopleUnavailable(pub String);

/// Looks people up. Answers may be a few seconds old. Who has closed their account is not there, nor who is
/// suspended: their rooms are there for nobody until that is over.
#[async_trait]
pub trait PeopleReader: Send + Sync {
    /// The account, if it is there.
    async fn user(&self, id: UserId) -> Result<Option<User>, PeopleUnavailable>;

    /// Whose front room this is.
    async fn by_front_room(&self, room: RoomId) -> Result<Option<User>, PeopleUnavailable>;

    /// Who may come into a room the person has made just now.
    async fn room_default(&self, id: UserId) -> Result<Visibility, PeopleUnavailable>;
}

/// Hears of people who are other than they were, once it is durable.
pub trait PeopleChanges: Send + Sync {
    /// Wherever the person is present they are looked up anew: name, look, handle, and whom they must not see.
    fn changed(&self, user: UserId);
}
