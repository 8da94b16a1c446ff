//! What the room service must know of people: read only, owned and written by the user service.

use async_trait::async_trait;

use crate::domain::id::{RoomId, UserId};
use crate::domain::user::User;

/// People cannot be looked up now. Whoever asks must refuse rather than guess.
#[derive(Debug, thiserror::Error)]
#[error("people cannot be looked up: {0}")]
pub struct PeopleUnavailable(pub String);

/// Looks people up. Answers may be a few seconds old.
#[async_trait]
pub trait PeopleReader: Send + Sync {
    /// The account, if it is there.
    async fn user(&self, id: UserId) -> Result<Option<User>, PeopleUnavailable>;

    /// Whose front room this is.
    async fn by_front_room(&self, room: RoomId) -> Result<Option<User>, PeopleUnavailable>;
}
