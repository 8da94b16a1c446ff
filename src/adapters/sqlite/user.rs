//! Accounts in SQLite.

use async_trait::async_trait;
use serde_json::json;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::audit::{self, Line};
use super::number::stored;
use super::user_row::UserRow;
use super::{Sqlite, handle, identity, names, user_outbox};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::user::{AccountEvent, User};
use crate::ports::user::{
    Admission, Identity, LinkedIdentity, Linking, Named, NewUser, Unlinking, UserStore,
    UserStoreError, WayIn,
};

impl From<sqlx::Error> for UserStoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(error.into())
    }
}

#[async_trait]
impl UserStore for Sqlite {
    async fn admit(&self, identity: &Identity, new: &NewUser) -> Result<Admission, UserStoreError> {
        // Taking the write lock first makes the look-ups and the inserts one step.
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(user) = identity::owner(&mut transaction, identity).await? {
            identity::note(&mut transaction, identity).await?;
            transaction.commit().await?;
            return Ok(Admission::Existing(user));
        }
        if let Some(user) = identity::known_by_email(&mut transaction, identity).await? {
            identity::insert(&mut transaction, user.id, identity, new.at).await?;
            // Whose address it is has come from the provider, yet nobody was asked whether to link.
            let trace = Trace {
                actor: Some(user.id),
                ..new.trace.clone()
            };
            let line = Line {
                act: Act::IdentityLinked,
                subject: Some(user.id),
                detail: json!({ "provider": identity.provider, "by": "email" }),
                trace: &trace,
                at: new.at,
            };
            audit::write(&mut transaction, line).await?;
            transaction.commit().await?;
            return Ok(Admission::Linked(user));
        }
        let Some(handle) = first_free(&mut transaction, new).await? else {
            return Ok(Admission::HandlesTaken);
        };
        let user = insert(&mut transaction, new, handle).await?;
        identity::insert(&mut transaction, user.id, identity, new.at).await?;
        transaction.commit().await?;
        Ok(Admission::Created(user))
    }

    async fn by_identity(&self, identity: &Identity) -> Result<Option<User>, UserStoreError> {
        let mut connection = self.read.acquire().await?;
        Ok(identity::owner(&mut connection, identity).await?)
    }

    async fn link(
        &self,
        user: UserId,
        identity: &Identity,
        trace: &Trace,
        at: WallMs,
    ) -> Result<Linking, UserStoreError> {
        Ok(identity::link(self, user, identity, trace, at).await?)
    }

    async fn unlink(
        &self,
        user: UserId,
        provider: &str,
        others: &[WayIn],
        trace: &Trace,
        at: WallMs,
    ) -> Result<Unlinking, UserStoreError> {
        Ok(identity::unlink(self, user, provider, others, trace, at).await?)
    }

    async fn identities(&self, user: UserId) -> Result<Vec<LinkedIdentity>, UserStoreError> {
        Ok(identity::of_user(self, user).await?)
    }

    async fn by_id(&self, id: UserId) -> Result<Option<User>, UserStoreError> {
        let row: Option<UserRow> = sqlx::query_as(
            "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id
             FROM user WHERE id = ?",
        )
        .bind(id.uuid())
        .fetch_optional(&self.read)
        .await?;
        Ok(row.map(User::try_from).transpose()?)
    }

    async fn named(&self, handle: &str, now: WallMs) -> Result<Option<Named>, UserStoreError> {
        // One statement sees both tables at once: a handle that moves meanwhile is in one of them.
        let row: Option<(Uuid, bool, bool)> = sqlx::query_as(
            "SELECT id, closing_ms IS NOT NULL,
                    EXISTS (SELECT 1 FROM suspension WHERE user_id = user.id
                            AND (until_ms IS NULL OR until_ms > ?2))
             FROM user
             WHERE id = coalesce((SELECT id FROM user WHERE handle = ?1),
                                 (SELECT user_id FROM old_handle
                                  WHERE handle = ?1 AND kept_until_ms > ?2))",
        )
        .bind(handle)
        .bind(stored(now))
        .fetch_optional(&self.read)
        .await?;
        Ok(row.map(|(id, is_closed, is_suspended)| Named {
            id: UserId::from_uuid(id),
            is_closed,
            is_suspended,
        }))
    }

    async fn by_handle(&self, handle: &str) -> Result<Option<User>, UserStoreError> {
        let row: Option<UserRow> = sqlx::query_as(
            "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id
             FROM user WHERE handle = ? AND closing_ms IS NULL",
        )
        .bind(handle)
        .fetch_optional(&self.read)
        .await?;
        Ok(row.map(User::try_from).transpose()?)
    }

    async fn of_provider(
        &self,
        provider: &str,
        limit: u32,
    ) -> Result<Vec<(String, User)>, UserStoreError> {
        let rows: Vec<PersonRow> = sqlx::query_as(
            "SELECT subject, user_id, handle, display_name, look, mood, bio, front_room_id
             FROM identity JOIN user ON user.id = identity.user_id
             WHERE provider = ? ORDER BY identity.created_ms, identity.rowid LIMIT ?",
        )
        .bind(provider)
        .bind(limit)
        .fetch_all(&self.read)
        .await?;
        let people = rows.into_iter();
        let people = people.map(|row| Ok((row.subject, row.user.try_into()?)));
        people.collect()
    }
}

#[derive(Debug, sqlx::FromRow)]
struct PersonRow {
    subject: String,
    #[sqlx(flatten)]
    user: UserRow,
}

async fn first_free<'a>(
    connection: &mut SqliteConnection,
    new: &'a NewUser,
) -> Result<Option<&'a str>, sqlx::Error> {
    for handle in &new.handles {
        if handle::is_free(&mut *connection, handle, None, new.at).await? {
            return Ok(Some(handle));
        }
    }
    Ok(None)
}

async fn insert(
    connection: &mut SqliteConnection,
    new: &NewUser,
    handle: &str,
) -> Result<User, sqlx::Error> {
    sqlx::query(
        "INSERT INTO user (id, handle, display_name, look, mood, bio, front_room_id, created_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(new.id.uuid())
    .bind(handle)
    .bind(new.display_name.as_str())
    .bind(new.look.0.as_slice())
    .bind(&new.mood)
    .bind(&new.bio)
    .bind(new.front_room_id.uuid())
    .bind(stored(new.at))
    .execute(&mut *connection)
    .await?;
    names::PEOPLE
        .put(connection, new.id.uuid(), new.display_name.as_str())
        .await?;
    let event = AccountEvent::Created { at: new.at };
    user_outbox::put(connection, new.id.uuid(), &event).await?;
    Ok(User {
        id: new.id,
        handle: handle.to_owned(),
        display_name: new.display_name.as_str().to_owned(),
        look: new.look,
        mood: new.mood.clone(),
        bio: new.bio.clone(),
        front_room_id: new.front_room_id,
    })
}

#[cfg(test)]
mod tests {
    use super::Sqlite;
    use crate::ports::user::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_user_store_promises() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        conformance(&store).await;
    }
}
