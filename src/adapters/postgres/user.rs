//! Accounts in PostgreSQL.
//!
//! Who comes for the first time holds the names they come with (provider's person, verified address, wanted handles):
//! none of them has a row yet. Behind that stand the unique keys of identities and handles.

use async_trait::async_trait;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::audit::{self, Line};
use super::lock::{self, Name};
use super::number::stored;
use super::step::{in_transaction, reading};
use super::user_row::UserRow;
use super::{Postgres, handle, identity, search, user_outbox};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::user::{AccountEvent, User};
use crate::ports::user::{
    Admission, Identity, LinkedIdentity, Linking, Named, NewUser, Unlinking, UserStore,
    UserStoreError, WayIn,
};

#[async_trait]
impl UserStore for Postgres {
    async fn admit(&self, identity: &Identity, new: &NewUser) -> Result<Admission, UserStoreError> {
        Ok(in_transaction!(self, |conn| {
            // Most who come are known, and wait for nobody.
            if let Some(user) = identity::owner(conn, identity).await? {
                identity::note(conn, identity).await?;
                return Ok(Admission::Existing(user));
            }
            hold(conn, identity, new).await?;
            if let Some(user) = identity::owner(conn, identity).await? {
                identity::note(conn, identity).await?;
                return Ok(Admission::Existing(user));
            }
            if let Some(user) = identity::known_by_email(conn, identity).await? {
                identity::insert(conn, user.id, identity, new.at).await?;
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
                audit::write(conn, line).await?;
                return Ok(Admission::Linked(user));
            }
            let Some(handle) = first_free(conn, new).await? else {
                return Ok(Admission::HandlesTaken);
            };
            let user = insert(conn, new, handle).await?;
            identity::insert(conn, user.id, identity, new.at).await?;
            Ok(Admission::Created(user))
        })?)
    }

    async fn by_identity(&self, identity: &Identity) -> Result<Option<User>, UserStoreError> {
        Ok(reading!(self, |conn| identity::owner(conn, identity).await)?)
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
        let row: Option<UserRow> = reading!(self, |conn| sqlx::query_as(
            "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id
             FROM account WHERE id = $1",
        )
        .bind(id.uuid())
        .fetch_optional(conn)
        .await)?;
        Ok(row.map(User::try_from).transpose()?)
    }

    async fn named(&self, handle: &str, now: WallMs) -> Result<Option<Named>, UserStoreError> {
        // One statement sees both tables at once: a handle that moves meanwhile is in one of them.
        let row: Option<(Uuid, bool, bool)> = reading!(self, |conn| sqlx::query_as(
            "SELECT id, closing_ms IS NOT NULL,
                    EXISTS (SELECT 1 FROM suspension WHERE suspension.user_id = account.id
                            AND (until_ms IS NULL OR until_ms > $2))
             FROM account
             WHERE id = coalesce((SELECT id FROM account WHERE handle = $1),
                                 (SELECT user_id FROM old_handle
                                  WHERE handle = $1 AND kept_until_ms > $2))",
        )
        .bind(handle)
        .bind(stored(now))
        .fetch_optional(conn)
        .await)?;
        Ok(row.map(|(id, is_closed, is_suspended)| Named {
            id: UserId::from_uuid(id),
            is_closed,
            is_suspended,
        }))
    }

    async fn by_handle(&self, handle: &str) -> Result<Option<User>, UserStoreError> {
        let row: Option<UserRow> = reading!(self, |conn| sqlx::query_as(
            "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id
             FROM account WHERE handle = $1 AND closing_ms IS NULL",
        )
        .bind(handle)
        .fetch_optional(conn)
        .await)?;
        Ok(row.map(User::try_from).transpose()?)
    }

    async fn of_provider(
        &self,
        provider: &str,
        limit: u32,
    ) -> Result<Vec<(String, User)>, UserStoreError> {
        let rows: Vec<PersonRow> = reading!(self, |conn| sqlx::query_as(
            "SELECT subject, user_id, handle, display_name, look, mood, bio, front_room_id
             FROM identity JOIN account ON account.id = identity.user_id
             WHERE provider = $1 ORDER BY identity.created_ms, identity.place LIMIT $2",
        )
        .bind(provider)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await)?;
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

/// Holds who comes and all they may become: however many come at once, they come one after the other where it matters.
async fn hold(
    conn: &mut PgConnection,
    identity: &Identity,
    new: &NewUser,
) -> Result<(), sqlx::Error> {
    let handles = new.handles.iter().map(|handle| Name::Handle(handle));
    let email = identity.email.as_ref().and_then(Email::verified);
    let names = [Name::Identity(&identity.provider, &identity.subject)];
    let names = names
        .into_iter()
        .chain(email.map(|email| Name::Email(email.as_str())));
    lock::names(conn, names.chain(handles)).await
}

async fn first_free<'a>(
    conn: &mut PgConnection,
    new: &'a NewUser,
) -> Result<Option<&'a str>, sqlx::Error> {
    for handle in &new.handles {
        if handle::is_free(&mut *conn, handle, None, new.at).await? {
            return Ok(Some(handle));
        }
    }
    Ok(None)
}

async fn insert(conn: &mut PgConnection, new: &NewUser, handle: &str) -> Result<User, sqlx::Error> {
    sqlx::query(
        "INSERT INTO account (id, handle, display_name, look, mood, bio, front_room_id,
         created_ms, name_folded)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '')",
    )
    .bind(new.id.uuid())
    .bind(handle)
    .bind(new.display_name.as_str())
    .bind(new.look.0.as_slice())
    .bind(&new.mood)
    .bind(&new.bio)
    .bind(new.front_room_id.uuid())
    .bind(stored(new.at))
    .execute(&mut *conn)
    .await?;
    search::index(conn, new.id.uuid(), new.display_name.as_str()).await?;
    let event = AccountEvent::Created { at: new.at };
    user_outbox::put(conn, new.id.uuid(), &event).await?;
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
    use crate::adapters::postgres::testing::scratch;
    use crate::ports::user::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_user_store_promises() {
        let Some(store) = scratch().await else { return };
        conformance(&*store).await;
    }
}
