//! What the room service reads of people, from the same file the user service writes.

use async_trait::async_trait;

use super::Sqlite;
use super::user::UserRow;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
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
             FROM user WHERE id = ? AND closing_ms IS NULL",
        )
        .bind(id.uuid())
        .fetch_optional(&self.read)
        .await?;
        Ok(row.map(User::try_from).transpose()?)
    }

    async fn by_front_room(&self, room: RoomId) -> Result<Option<User>, PeopleUnavailable> {
        let row: Option<UserRow> = sqlx::query_as(
            "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id \
             FROM user WHERE front_room_id = ? AND closing_ms IS NULL",
        )
        .bind(room.uuid())
        .fetch_optional(&self.read)
        .await?;
        Ok(row.map(User::try_from).transpose()?)
    }

    async fn room_default(&self, id: UserId) -> Result<Visibility, PeopleUnavailable> {
        let chosen: Option<String> = sqlx::query_scalar(
            "SELECT room_default_visibility FROM user_settings WHERE user_id = ?",
        )
        .bind(id.uuid())
        .fetch_optional(&self.read)
        .await?;
        // The column's check allows these names only; what is not known is not open.
        let known = |name: String| Visibility::from_name(&name).unwrap_or(Visibility::Private);
        Ok(chosen.map_or(Visibility::Public, known))
    }
}
