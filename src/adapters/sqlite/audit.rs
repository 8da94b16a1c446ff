//! The audit log in SQLite: written inside other stores' transactions, read by pages.

use async_trait::async_trait;
use serde_json::Value;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::Sqlite;
use super::number::stored;
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::ports::audit::{
    AUDIT_KEPT_DAYS, AuditQuery, AuditRecord, AuditStore, AuditStoreError, Person,
};

/// Overdue lines removed with each line written: the log shrinks faster than it grows.
const REMOVED_AT_ONCE: u32 = 4;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

impl From<sqlx::Error> for AuditStoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(error.into())
    }
}

/// A line to be written.
pub(super) struct Line<'a> {
    pub(super) act: Act,
    /// Whom it concerns.
    pub(super) subject: Option<UserId>,
    pub(super) detail: Value,
    pub(super) trace: &'a Trace,
    pub(super) at: WallMs,
}

/// Writes a line, in the transaction of what it tells of.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    line: Line<'_>,
) -> Result<(), sqlx::Error> {
    let trace = line.trace;
    sqlx::query(
        "INSERT INTO audit (at_ms, actor_id, subject_id, act, detail, address, user_agent, login_id)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(stored(line.at))
    .bind(trace.actor.map(UserId::uuid))
    .bind(line.subject.map(UserId::uuid))
    .bind(line.act.as_str())
    .bind(line.detail.to_string())
    .bind(trace.address.map(|address| address.to_string()))
    .bind(&trace.user_agent)
    .bind(trace.login.map(LoginId::uuid))
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at_ms < ? ORDER BY at_ms LIMIT ?)",
    )
    .bind(stored(line.at).saturating_sub_unsigned(AUDIT_KEPT_DAYS * DAY_MS))
    .bind(REMOVED_AT_ONCE)
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    at_ms: i64,
    act: String,
    actor_id: Option<Uuid>,
    actor_handle: Option<String>,
    subject_id: Option<Uuid>,
    subject_handle: Option<String>,
    detail: String,
    address: Option<String>,
    user_agent: String,
    login_id: Option<Uuid>,
}

impl TryFrom<Row> for AuditRecord {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let person = |id: Option<Uuid>, handle| {
            let id = UserId::from_uuid(id?);
            Some(Person { id, handle })
        };
        let unsigned = |number: i64| u64::try_from(number).unwrap_or(0);
        Ok(Self {
            id: unsigned(row.id),
            at: WallMs(unsigned(row.at_ms)),
            act: row
                .act
                .parse()
                .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            actor: person(row.actor_id, row.actor_handle),
            subject: person(row.subject_id, row.subject_handle),
            detail: serde_json::from_str(&row.detail)
                .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            address: row.address,
            user_agent: row.user_agent,
            login: row.login_id.map(LoginId::from_uuid),
        })
    }
}

#[async_trait]
impl AuditStore for Sqlite {
    async fn audit(
        &self,
        query: &AuditQuery,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, AuditStoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT audit.id, at_ms, act, actor_id, actor.handle AS actor_handle,
                    subject_id, subject.handle AS subject_handle, detail, address, user_agent, login_id
             FROM audit
             LEFT JOIN user AS actor ON actor.id = actor_id
             LEFT JOIN user AS subject ON subject.id = subject_id
             WHERE (?1 IS NULL OR audit.id < ?1)
               AND (?2 IS NULL OR subject_id = ?2)
               AND (?3 IS NULL OR subject_id = ?3 OR actor_id = ?3)
               AND (?4 IS NULL OR act = ?4)
             ORDER BY audit.id DESC LIMIT ?5",
        )
        .bind(query.before.map(|before| i64::try_from(before).unwrap_or(i64::MAX)))
        .bind(query.subject.map(UserId::uuid))
        .bind(query.about.map(UserId::uuid))
        .bind(query.act.map(Act::as_str))
        .bind(limit)
        .fetch_all(&self.read)
        .await?;
        let records = rows
            .into_iter()
            .map(|row| row.try_into().map_err(Into::into));
        records.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Sqlite;
    use super::*;
    use crate::domain::user::{AccountRole, User};
    use crate::ports::login::{LoginStore, NewLogin, SecretHash};
    use crate::ports::permission::{PermissionStore, Suspension};
    use crate::ports::user::conformance::created;

    async fn sign_in(store: &Sqlite, user: &User, secret: u8) -> LoginId {
        let login = NewLogin {
            id: LoginId::generate(),
            user_id: user.id,
            secret: SecretHash([secret; 32]),
            trace: Trace::of(None, "Mozilla/5.0"),
            at: WallMs(10),
            authenticated: WallMs(10),
            expires: WallMs(1_000),
        };
        store.open(&login).await.unwrap();
        login.id
    }

    #[tokio::test]
    async fn whoever_is_deleted_is_named_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let moderator = created(&store, "moderator", "moderator").await;
        let person = created(&store, "person", "person").await;
        let (data, role, at) = (folder.path(), AccountRole::Moderator, WallMs(1));
        super::super::role::set_role(data, "moderator", role, at)
            .await
            .unwrap();
        let login = sign_in(&store, &moderator, 1).await;
        sign_in(&store, &person, 2).await;
        let suspension = Suspension {
            user_id: person.id,
            reason: "person is rude".to_owned(),
            until: None,
        };
        let trace = Trace::of(None, "Safari").by(moderator.id, login);
        store
            .suspend(&suspension, &trace, WallMs(20))
            .await
            .unwrap();
        for gone in [&person, &moderator] {
            sqlx::query("DELETE FROM user WHERE id = ?")
                .bind(gone.id.uuid())
                .execute(&store.write)
                .await
                .unwrap();
        }
        let left = store.audit(&AuditQuery::default(), 99).await.unwrap();
        let acts: Vec<Act> = left.iter().map(|line| line.act).collect();
        assert_eq!(acts, [Act::Suspended, Act::RoleChanged]);
        for line in left {
            assert_eq!((line.actor, line.subject, line.login), (None, None, None));
            assert_eq!((line.user_agent.as_str(), line.address), ("", None));
            assert_eq!(line.detail, serde_json::json!({}));
        }
    }

    #[tokio::test]
    async fn lines_are_kept_for_so_long_and_no_longer() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let user = created(&store, "person", "person").await;
        for secret in 0..3 {
            sign_in(&store, &user, secret).await;
        }
        let mut connection = store.write.acquire().await.unwrap();
        let line = |at| Line {
            act: Act::KeyRotated,
            subject: None,
            detail: Value::Null,
            trace: &NOBODY,
            at,
        };
        let last = WallMs(10 + AUDIT_KEPT_DAYS * DAY_MS);
        write(&mut connection, line(last)).await.unwrap();
        let count = async || {
            let lines = store.audit(&AuditQuery::default(), 99).await;
            lines.unwrap().len()
        };
        assert_eq!(count().await, 4);
        write(&mut connection, line(WallMs(last.0 + 1)))
            .await
            .unwrap();
        assert_eq!(count().await, 2);
    }

    static NOBODY: Trace = Trace {
        actor: None,
        login: None,
        address: None,
        user_agent: String::new(),
    };
}
