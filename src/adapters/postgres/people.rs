//! What the room service reads of people, from the same database the user service writes.

use async_trait::async_trait;

use super::Postgres;
use super::step::reading;
use super::user::UserRow;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::domain::user::User;
use crate::ports::people::{PeopleReader, PeopleUnavailable};

#[async_trait]
impl PeopleReader for Postgres {
    async fn user(&self, id: UserId) -> Result<Option<User>, PeopleUnavailable> {
        let row: Option<UserRow> = reading!(self, |conn| sqlx::query_as(
            "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id \
             FROM account WHERE id = $1 AND closing_ms IS NULL",
        )
        .bind(id.uuid())
        .fetch_optional(conn)
        .await)?;
        Ok(row.map(User::try_from).transpose()?)
    }

    async fn by_front_room(&self, room: RoomId) -> Result<Option<User>, PeopleUnavailable> {
        let row: Option<UserRow> = reading!(self, |conn| sqlx::query_as(
            "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id \
             FROM account WHERE front_room_id = $1 AND closing_ms IS NULL",
        )
        .bind(room.uuid())
        .fetch_optional(conn)
        .await)?;
        Ok(row.map(User::try_from).transpose()?)
    }

    async fn room_default(&self, id: UserId) -> Result<Visibility, PeopleUnavailable> {
        let chosen: Option<String> = reading!(self, |conn| sqlx::query_scalar(
            "SELECT room_default_visibility FROM user_settings WHERE user_id = $1",
        )
        .bind(id.uuid())
        .fetch_optional(conn)
        .await)?;
        // The column's check allows these names only; what is not known is not open.
        let known = |name: String| Visibility::from_name(&name).unwrap_or(Visibility::Private);
        Ok(chosen.map_or(Visibility::Public, known))
    }
}
