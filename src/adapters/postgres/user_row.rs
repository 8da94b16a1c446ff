//! An account as a row of a `SELECT`.

use uuid::Uuid;

use crate::domain::id::{RoomId, UserId};
use crate::domain::user::{LOOK_SLOTS, Look, User};

/// Its columns, for `SELECT`s that join the table.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct UserRow {
    user_id: Uuid,
    handle: String,
    display_name: String,
    look: Vec<u8>,
    mood: String,
    bio: String,
    front_room_id: Uuid,
}

impl TryFrom<UserRow> for User {
    type Error = sqlx::Error;

    fn try_from(row: UserRow) -> Result<Self, sqlx::Error> {
        let look: [u8; LOOK_SLOTS] = row.look.try_into().map_err(|look: Vec<u8>| {
            let problem = format!("a look of {} slots in user {}", look.len(), row.user_id);
            sqlx::Error::Decode(problem.into())
        })?;
        Ok(Self {
            id: UserId::from_uuid(row.user_id),
            handle: row.handle,
            display_name: row.display_name,
            look: Look(look),
            mood: row.mood,
            bio: row.bio,
            front_room_id: RoomId::from_uuid(row.front_room_id),
        })
    }
}
