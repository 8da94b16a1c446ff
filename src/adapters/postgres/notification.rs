//! Notices in PostgreSQL: written in the transaction of what they tell of, whichever service's it is.
//!
//! Who tells somebody holds their account: of two who tell the same one does, a block comes before a notice or after it,
//! and of one receiver the ids grow in the order of what was told.

use async_trait::async_trait;
use sqlx::PgConnection;
use uuid::Uuid;

use super::number::{stored, to_i64, to_u32, to_u64, wall};
use super::once::{self, Begun};
use super::step::{in_transaction, reading};
use super::user_row::UserRow;
use super::{Postgres, lock};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::notification::{
    COALESCE_MS, Delivery, NOTICES_MAX, NewNotice, Notice, NoticeId, NoticeKind,
};
use crate::domain::user::User;
use crate::ports::notification::{NoticesUnavailable, NotificationStore, WITHDRAWN_AT_ONCE};
use crate::ports::once::{Done, Once};

/// Whether `$1` does not want to be told this of `$2`, nobody being `NULL`: `$3` is the setting it goes by, `$4` the time.
const UNWANTED: &str = "
SELECT $1 IS NOT DISTINCT FROM $2
    OR NOT EXISTS (SELECT FROM account WHERE id = $1)
    OR EXISTS (SELECT FROM user_settings WHERE user_id = $1 AND notifications -> $3::text = 'false')
    OR EXISTS (SELECT FROM block WHERE blocker_id = $1 AND blocked_id = $2)
    OR EXISTS (SELECT FROM block WHERE blocker_id = $2 AND blocked_id = $1)
    OR EXISTS (SELECT FROM mute WHERE muter_id = $1 AND muted_id = $2
               AND (until_ms IS NULL OR until_ms > $4))";

/// Of the receiver `$1`: what is neither withdrawn nor by somebody who is hidden from them or has closed their account.
macro_rules! shown {
    ($select:literal, $rest:literal) => {
        concat!(
            $select,
            " WHERE receiver_id = $1 AND NOT withdrawn
             AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = $1 AND blocked_id = from_id)
             AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = from_id AND blocked_id = $1)
             AND NOT EXISTS (SELECT 1 FROM account AS closed
             WHERE closed.id = from_id AND closed.closing_ms IS NOT NULL) ",
            $rest
        )
    };
}

const UNREAD: &str = shown!(
    "SELECT count(*) FROM notification",
    "AND notification.id > coalesce((SELECT up_to FROM notification_read WHERE user_id = $1), 0)"
);

// Nobody's columns are filled with zeros, and not looked at.
const LIST: &str = shown!(
    "SELECT notification.id AS notice_id, kind, subject, notification.created_ms AS at_ms,
            from_id IS NOT NULL AS has_from,
            notification.id > coalesce((SELECT up_to FROM notification_read WHERE user_id = $1), 0)
                AS unread,
            coalesce(account.id, '00000000-0000-0000-0000-000000000000') AS user_id,
            coalesce(handle, '') AS handle, coalesce(display_name, '') AS display_name,
            coalesce(look, '\\x000000000000') AS look, coalesce(mood, '') AS mood,
            coalesce(bio, '') AS bio,
            coalesce(front_room_id, '00000000-0000-0000-0000-000000000000') AS front_room_id
     FROM notification LEFT JOIN account ON account.id = from_id",
    "AND notification.id < $2 ORDER BY notification.id DESC LIMIT $3"
);

#[derive(Debug, sqlx::FromRow)]
struct NoticeRow {
    notice_id: i64,
    kind: String,
    subject: String,
    at_ms: i64,
    has_from: bool,
    unread: bool,
    #[sqlx(flatten)]
    user: UserRow,
}

impl TryFrom<NoticeRow> for Notice {
    type Error = sqlx::Error;

    fn try_from(row: NoticeRow) -> Result<Self, sqlx::Error> {
        let kind = row.kind.parse();
        let kind = kind
            .map_err(|_| sqlx::Error::Decode(format!("no kind of notice: {}", row.kind).into()))?;
        let from = row.has_from.then(|| User::try_from(row.user)).transpose()?;
        Ok(Self {
            id: NoticeId(to_u64(row.notice_id)),
            kind,
            from,
            subject: row.subject,
            at: wall(row.at_ms),
            unread: row.unread,
        })
    }
}

fn number(id: NoticeId) -> i64 {
    to_i64(id.0)
}

async fn unread(conn: &mut PgConnection, user: UserId) -> Result<u32, sqlx::Error> {
    let count = sqlx::query_scalar(UNREAD).bind(user.uuid());
    Ok(to_u32(count.fetch_one(conn).await?))
}

async fn list(
    conn: &mut PgConnection,
    user: UserId,
    before: Option<NoticeId>,
    limit: u32,
) -> Result<Vec<Notice>, sqlx::Error> {
    let rows: Vec<NoticeRow> = sqlx::query_as(LIST)
        .bind(user.uuid())
        .bind(before.map_or(i64::MAX, number))
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(Notice::try_from).collect()
}

/// Whether the same was told a short while ago, and is to stand. One from before that gives way.
async fn was_told(conn: &mut PgConnection, notice: &NewNotice) -> Result<bool, sqlx::Error> {
    let Some(from) = notice.from else {
        return Ok(false);
    };
    let earlier: Option<(i64, i64)> = sqlx::query_as(
        "SELECT id, created_ms FROM notification
         WHERE receiver_id = $1 AND kind = $2 AND from_id = $3 AND subject = $4",
    )
    .bind(notice.to.uuid())
    .bind(notice.kind.as_str())
    .bind(from.uuid())
    .bind(&notice.subject)
    .fetch_optional(&mut *conn)
    .await?;
    let Some((id, created_ms)) = earlier else {
        return Ok(false);
    };
    let age_ms = notice.at.0.saturating_sub(wall(created_ms).0);
    let (statement, stands) = if age_ms < COALESCE_MS {
        (
            "UPDATE notification SET withdrawn = FALSE WHERE id = $1",
            true,
        )
    } else {
        ("DELETE FROM notification WHERE id = $1", false)
    };
    sqlx::query(statement).bind(id).execute(conn).await?;
    Ok(stands)
}

/// Writes a notice as [`NotificationStore::notify`] says, to somebody whose account the transaction holds. What it brings is to be told when the transaction is through.
pub(super) async fn notify(
    conn: &mut PgConnection,
    notice: &NewNotice,
) -> Result<Option<Delivery>, sqlx::Error> {
    let from = notice.from.map(UserId::uuid);
    let unwanted: bool = sqlx::query_scalar(UNWANTED)
        .bind(notice.to.uuid())
        .bind(from)
        .bind(notice.kind.setting())
        .bind(stored(notice.at))
        .fetch_one(&mut *conn)
        .await?;
    if unwanted || was_told(&mut *conn, notice).await? {
        return Ok(None);
    }
    sqlx::query(
        "INSERT INTO notification (receiver_id, kind, from_id, subject, created_ms)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(notice.to.uuid())
    .bind(notice.kind.as_str())
    .bind(from)
    .bind(&notice.subject)
    .bind(stored(notice.at))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "DELETE FROM notification WHERE receiver_id = $1 AND id <= (
         SELECT id FROM notification WHERE receiver_id = $1
         ORDER BY id DESC LIMIT 1 OFFSET $2)",
    )
    .bind(notice.to.uuid())
    .bind(i64::from(NOTICES_MAX))
    .execute(&mut *conn)
    .await?;
    let newest = list(&mut *conn, notice.to, None, 1).await?;
    let unread = unread(conn, notice.to).await?;
    Ok(newest.into_iter().next().map(|newest| Delivery {
        to: notice.to,
        notice: newest,
        unread,
    }))
}

/// What somebody was told of a person was taken back: it is not shown any more.
pub(super) async fn withdraw(
    conn: &mut PgConnection,
    to: UserId,
    kind: NoticeKind,
    from: UserId,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE notification SET withdrawn = TRUE
         WHERE receiver_id = $1 AND kind = $2 AND from_id = $3 AND subject = ''",
    )
    .bind(to.uuid())
    .bind(kind.as_str())
    .bind(from.uuid())
    .execute(conn)
    .await
    .map(drop)
}

/// The two are nothing to each other any more: nothing either was told of the other is shown.
pub(super) async fn withdraw_all(
    conn: &mut PgConnection,
    one: UserId,
    other: UserId,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE notification SET withdrawn = TRUE
         WHERE (receiver_id = $1 AND from_id = $2) OR (receiver_id = $2 AND from_id = $1)",
    )
    .bind(one.uuid())
    .bind(other.uuid())
    .execute(conn)
    .await
    .map(drop)
}

#[async_trait]
impl NotificationStore for Postgres {
    async fn notify(&self, notice: &NewNotice) -> Result<Option<Delivery>, NoticesUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, notice.from.into_iter().chain([notice.to])).await?;
            notify(conn, notice).await
        })?)
    }

    async fn withdraw(&self, subject: &str, from: &[UserId]) -> Result<(), NoticesUnavailable> {
        if from.len() > WITHDRAWN_AT_ONCE {
            return Err(NoticesUnavailable("too many at once".to_owned()));
        }
        let from: Vec<Uuid> = from.iter().map(|id| id.uuid()).collect();
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, from.iter().copied().map(UserId::from_uuid)).await?;
            sqlx::query(
                "UPDATE notification SET withdrawn = TRUE
                 WHERE subject = $1 AND receiver_id = ANY($2)",
            )
            .bind(subject)
            .bind(&from)
            .execute(&mut *conn)
            .await?;
            Ok(())
        })?)
    }

    async fn list(
        &self,
        user: UserId,
        before: Option<NoticeId>,
        limit: u32,
    ) -> Result<Vec<Notice>, NoticesUnavailable> {
        Ok(reading!(self, |conn| list(conn, user, before, limit).await)?)
    }

    async fn unread(&self, user: UserId) -> Result<u32, NoticesUnavailable> {
        Ok(reading!(self, |conn| unread(conn, user).await)?)
    }

    async fn read(
        &self,
        user: UserId,
        up_to: NoticeId,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<u32>, NoticesUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [user]).await?;
            match once::begin(conn, once, now).await? {
                Begun::Fresh => {}
                Begun::Replay(left) => return Ok(Done::Before(left)),
                Begun::Mismatch => return Ok(Done::KeyReused),
            }
            // No further than there is something: what comes later has not been seen.
            sqlx::query(
                "INSERT INTO notification_read AS so_far (user_id, up_to)
                 SELECT receiver_id, least($2, max(id)) FROM notification
                 WHERE receiver_id = $1 GROUP BY receiver_id
                 ON CONFLICT (user_id) DO UPDATE SET up_to = greatest(so_far.up_to,
                 excluded.up_to)",
            )
            .bind(user.uuid())
            .bind(number(up_to))
            .execute(&mut *conn)
            .await?;
            let left = unread(conn, user).await?;
            once::record(conn, once, &left, now).await?;
            Ok(Done::Now(left))
        })?)
    }

    async fn show(&self, notice: &NewNotice, shown: bool) -> Result<(), NoticesUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, notice.from.into_iter().chain([notice.to])).await?;
            sqlx::query(
                "UPDATE notification SET withdrawn = $1
                 WHERE receiver_id = $2 AND kind = $3 AND from_id IS NOT DISTINCT FROM $4
                   AND subject = $5",
            )
            .bind(!shown)
            .bind(notice.to.uuid())
            .bind(notice.kind.as_str())
            .bind(notice.from.map(UserId::uuid))
            .bind(&notice.subject)
            .execute(conn)
            .await?;
            Ok(())
        })?)
    }
}

#[cfg(test)]
mod tests {
    use crate::adapters::postgres::testing::scratch;
    use crate::ports::notification::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_notification_store_promises() {
        let Some(store) = scratch().await else { return };
        conformance(&*store, &*store, &*store, &*store).await;
    }
}
