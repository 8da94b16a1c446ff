//! The end of accounts in PostgreSQL.
//!
//! Who closes or restores one holds it; who closes, before that, who the admins are: of two admins who close at once, one
//! stays.

use async_trait::async_trait;
use serde_json::json;
use uuid::Uuid;

use super::audit::{Line, write};
use super::lock::Name;
use super::number::{stored, wall};
use super::role::{has_other_admin, role_of};
use super::step::{in_transaction, reading};
use super::{Postgres, lock, user_outbox};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::domain::user::{AccountEvent, AccountRole};
use crate::ports::account::{AccountStore, Closed};
use crate::ports::login::EndedLogin;
use crate::ports::user::UserStoreError;

#[async_trait]
impl AccountStore for Postgres {
    async fn close(&self, id: UserId, trace: &Trace, at: WallMs) -> Result<Closed, UserStoreError> {
        let user = id.uuid();
        Ok(in_transaction!(self, |conn| {
            lock::names(conn, [Name::Admins]).await?;
            lock::people(conn, [id]).await?;
            let found: Option<(Option<i64>, String)> =
                sqlx::query_as("SELECT closing_ms, role FROM account WHERE id = $1")
                    .bind(user)
                    .fetch_optional(&mut *conn)
                    .await?;
            let role = match found {
                None => return Ok(Closed::NoSuchUser),
                Some((Some(since), _)) => return Ok(Closed::Already(wall(since))),
                Some((None, role)) => role_of(&role)?,
            };
            if role == AccountRole::Admin && !has_other_admin(conn, user, at).await? {
                return Ok(Closed::LastAdmin);
            }
            sqlx::query("UPDATE account SET closing_ms = $1, version = version + 1 WHERE id = $2")
                .bind(stored(at))
                .bind(user)
                .execute(&mut *conn)
                .await?;
            let ended: Vec<Uuid> = sqlx::query_scalar(
                "UPDATE login SET revoked_ms = $1 WHERE user_id = $2 AND revoked_ms IS NULL
                 RETURNING id",
            )
            .bind(stored(at))
            .bind(user)
            .fetch_all(&mut *conn)
            .await?;
            user_outbox::put(conn, user, &AccountEvent::Closed { at }).await?;
            write(conn, line(Act::AccountClosed, id, trace, at)).await?;
            let ended = ended.into_iter().map(|id| EndedLogin {
                id: LoginId::from_uuid(id),
                at,
            });
            Ok(Closed::Now(ended.collect()))
        })?)
    }

    async fn restore(&self, id: UserId, trace: &Trace, at: WallMs) -> Result<bool, UserStoreError> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [id]).await?;
            let restored = sqlx::query(
                "UPDATE account SET closing_ms = NULL, version = version + 1
                 WHERE id = $1 AND closing_ms IS NOT NULL AND NOT erasing",
            )
            .bind(id.uuid())
            .execute(&mut *conn)
            .await?;
            if restored.rows_affected() == 0 {
                return Ok(false);
            }
            let event = AccountEvent::Restored { at };
            user_outbox::put(conn, id.uuid(), &event).await?;
            write(conn, line(Act::AccountRestored, id, trace, at)).await?;
            Ok(true)
        })?)
    }

    async fn note_export(
        &self,
        id: UserId,
        trace: &Trace,
        at: WallMs,
    ) -> Result<(), UserStoreError> {
        Ok(in_transaction!(self, |conn| {
            write(conn, line(Act::AccountExported, id, trace, at)).await
        })?)
    }

    async fn closed_at(&self, id: UserId) -> Result<Option<WallMs>, UserStoreError> {
        let since: Option<Option<i64>> = reading!(self, |conn| sqlx::query_scalar(
            "SELECT closing_ms FROM account WHERE id = $1"
        )
        .bind(id.uuid())
        .fetch_optional(conn)
        .await)?;
        Ok(since.flatten().map(wall))
    }

    async fn take_closed(
        &self,
        until: WallMs,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<UserId>, UserStoreError> {
        // Most of the time there is nobody, and nothing to write.
        let mut due: Vec<(Uuid, bool)> = reading!(self, |conn| {
            sqlx::query_as(
                "SELECT id, erasing FROM account WHERE closing_ms IS NOT NULL
                 AND (closing_ms <= $1 OR erasing)
                     AND id > coalesce($2, '00000000-0000-0000-0000-000000000000')
                     ORDER BY id LIMIT $3",
            )
            .bind(stored(until))
            .bind(after.map(UserId::uuid))
            .bind(i64::from(limit))
            .fetch_all(conn)
            .await
        })?;
        for (user, erasing) in &mut due {
            if !*erasing {
                let taken = in_transaction!(self, |conn| sqlx::query(
                    "UPDATE account SET erasing = TRUE WHERE id = $1 AND closing_ms <= $2"
                )
                .bind(*user)
                .bind(stored(until))
                .execute(conn)
                .await)?;
                // Restored meanwhile.
                *erasing = taken.rows_affected() == 1;
            }
        }
        let taken = due.into_iter().filter(|(_, erasing)| *erasing);
        Ok(taken.map(|(user, _)| UserId::from_uuid(user)).collect())
    }
}

/// What somebody did about their own account.
fn line(act: Act, user: UserId, trace: &Trace, at: WallMs) -> Line<'_> {
    Line {
        act,
        subject: Some(user),
        detail: json!({}),
        trace,
        at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::postgres::testing::scratch;
    use crate::ports::account::conformance::conformance;
    use crate::ports::audit::{AuditQuery, AuditStore};
    use crate::ports::user::conformance::created;

    #[tokio::test]
    async fn keeps_what_a_store_of_accounts_ends_promises() {
        let Some(store) = scratch().await else { return };
        conformance(&*store, &*store, &*store).await;
    }

    #[tokio::test]
    async fn the_last_admin_who_can_act_stays_and_what_is_done_is_written_down() {
        let Some(store) = scratch().await else { return };
        let (one, two) = (
            created(&*store, "one", "one").await.id,
            created(&*store, "two", "two").await.id,
        );
        sqlx::query("UPDATE account SET role = 'admin'")
            .execute(&store.pool)
            .await
            .unwrap();
        let by = |user| Trace {
            actor: Some(user),
            ..Trace::of(None, "Mozilla/5.0")
        };
        let close = async |user| store.close(user, &by(user), WallMs(5)).await.unwrap();
        // However many of them close at once.
        let (first, second) = tokio::join!(close(one), close(two));
        let (gone, left) = match first {
            Closed::LastAdmin => (two, one),
            _ => (one, two),
        };
        assert!((first == Closed::LastAdmin) != (second == Closed::LastAdmin));
        assert_eq!(close(left).await, Closed::LastAdmin);
        assert_eq!(store.closed_at(left).await.unwrap(), None);
        store.note_export(left, &by(left), WallMs(6)).await.unwrap();
        assert!(store.restore(gone, &by(gone), WallMs(7)).await.unwrap());
        assert!(!store.restore(gone, &by(gone), WallMs(8)).await.unwrap());
        assert_eq!(close(left).await, Closed::Now(Vec::new()));
        let lines = store.audit(&AuditQuery::default(), 9).await.unwrap();
        let said: Vec<_> = lines
            .iter()
            .map(|line| {
                assert_eq!(line.actor, line.subject);
                (line.act, line.subject.as_ref().unwrap().id)
            })
            .collect();
        let expected = [
            (Act::AccountClosed, left),
            (Act::AccountRestored, gone),
            (Act::AccountExported, left),
            (Act::AccountClosed, gone),
        ];
        assert_eq!(said, expected);
    }
}
