//! What the room service reads of people, from the same file the user service writes.

use async_trait::async_trait;

use super::Sqlite;
use super::user_row::UserRow;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::domain::user::User;
use crate::ports::people::{PeopleReader, PeopleUnavailable};

impl From<sqlx::Error> for PeopleUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// Whoever is there, to be told which.
macro_rules! there {
    ($which:literal) => {
        concat!(
            "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id
             FROM user WHERE closing_ms IS NULL AND id NOT IN (
                SELECT user_id FROM suspension
                WHERE until_ms IS NULL OR until_ms > unixepoch('subsec') * 1000) AND ",
            $which
        )
    };
}

#[async_trait]
impl PeopleReader for Sqlite {
    async fn user(&self, id: UserId) -> Result<Option<User>, PeopleUnavailable> {
        let row: Option<UserRow> = sqlx::query_as(there!("id = ?"))
            .bind(id.uuid())
            .fetch_optional(&self.read)
            .await?;
        Ok(row.map(User::try_from).transpose()?)
    }

    async fn by_front_room(&self, room: RoomId) -> Result<Option<User>, PeopleUnavailable> {
        let row: Option<UserRow> = sqlx::query_as(there!("front_room_id = ?"))
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

#[cfg(test)]
mod tests {
    use super::super::{Beside, UserOutbox};
    use super::*;
    use crate::ports::people::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_store_asked_for_people_promises() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let outbox = UserOutbox(store.clone());
        conformance(&store, &Beside::new(folder.path()), &outbox).await;
    }
}
