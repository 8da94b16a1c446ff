//! What the room service reads of people, from the same file the user service writes.

use async_trait::async_trait;

use super::Sqlite;
use super::user::UserRow;
use crate::domain::id::{RoomId, UserId};
use crate::domain::user::User;
use crate::ports::people::{PeopleReader, PeopleUnavailable};

impl From<sqlx::Error> for PeopleUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

#[async_trait]
impl PeopleReader for Sqlite {
    async fn user(&self, id: UserId) -> Result<Option<User>, PeopleUnavailable> {
        let row: Option<UserRow> = sqlx::query_as(
            "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id \
             FROM user WHERE id = ?",
        )
        .bind(id.uuid())
        .fetch_optional(&self.read)
        .await?;
        Ok(row.map(User::try_from).transpose()?)
    }

    async fn by_front_room(&self, room: RoomId) -> Result<Option<User>, PeopleUnavailable> {
        let row: Option<UserRow> = sqlx::query_as(
            "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id \
             FROM user WHERE front_room_id = ?",
        )
        .bind(room.uuid())
        .fetch_optional(&self.read)
        .await?;
        Ok(row.map(User::try_from).transpose()?)
    }
}
