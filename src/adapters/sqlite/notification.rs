//! Notices in SQLite: written in the transaction of what they tell of, whichever service's it is.

use async_trait::async_trait;
use sqlx::SqliteConnection;

use super::Sqlite;
use super::number::{stored, wall};
use super::once::{self, Begun};
use super::user_row::UserRow;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::notification::{
    COALESCE_MS, Delivery, NOTICES_MAX, NewNotice, Notice, NoticeId, NoticeKind,
};
use crate::domain::user::User;
use crate::ports::notification::{NoticesUnavailable, NotificationStore, WITHDRAWN_AT_ONCE};
use crate::ports::once::{Done, Once};

impl From<sqlx::Error> for NoticesUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// Whether `?1` does not want to be told this of `?2`, nobody being `NULL`: `?3` is the setting it goes by, `?4` the time.
const UNWANTED: &str = "
SELECT ?1 = coalesce(?2, x'')
    OR NOT EXISTS (SELECT 1 FROM user WHERE id = ?1)
    OR EXISTS (SELECT 1 FROM user_settings WHERE user_id = ?1 AND json_extract(notifications, '$.' || ?3) = 0)
    OR EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = ?2)
    OR EXISTS (SELECT 1 FROM block WHERE blocker_id = ?2 AND blocked_id = ?1)
    OR EXISTS (SELECT 1 FROM mute WHERE muter_id = ?1 AND muted_id = ?2
               AND (until_ms IS NULL OR until_ms > ?4))";

/// Of the receiver `?1`: what is neither withdrawn nor by somebody who is hidden from them or has closed their account.
macro_rules! shown {
    ($select:literal, $rest:literal) => {
        concat!(
            $select,
            " WHERE receiver_id = ?1 AND withdrawn = 0
              AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = from_id)
              AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = from_id AND blocked_id = ?1)
              AND NOT EXISTS (SELECT 1 FROM user AS closed WHERE closed.id = from_id AND closed.closing_ms IS NOT NULL) ",
            $rest
        )
    };
}

const UNREAD: &str = shown!(
    "SELECT count(*) FROM notification",
    "AND notification.id > coalesce((SELECT up_to FROM notification_read WHERE user_id = ?1), 0)"
);

// Nobody's columns are filled with zeros, and not looked at.
const LIST: &str = shown!(
    "SELECT notification.id AS notice_id, kind, subject, notification.created_ms AS at_ms,
            from_id IS NOT NULL AS has_from,
            notification.id > coalesce((SELECT up_to FROM notification_read WHERE user_id = ?1), 0)
                AS unread,
            coalesce(user.id, zeroblob(16)) AS user_id, coalesce(handle, '') AS handle,
            coalesce(display_name, '') AS display_name, coalesce(look, zeroblob(6)) AS look,
            coalesce(mood, '') AS mood, coalesce(bio, '') AS bio,
            coalesce(front_room_id, zeroblob(16)) AS front_room_id
     FROM notification LEFT JOIN user ON user.id = from_id",
    "AND notification.id < ?2 ORDER BY notification.id DESC LIMIT ?3"
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
            id: NoticeId(u64::try_from(row.notice_id).unwrap_or(0)),
            kind,
            from,
            subject: row.subject,
            at: wall(row.at_ms),
            unread: row.unread,
        })
    }
}

fn number(id: NoticeId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

async fn unread(connection: &mut SqliteConnection, user: UserId) -> Result<u32, sqlx::Error> {
    let count = sqlx::query_scalar(UNREAD).bind(user.uuid());
    count.fetch_one(connection).await
}

async fn list(
    connection: &mut SqliteConnection,
    user: UserId,
    before: Option<NoticeId>,
    limit: u32,
) -> Result<Vec<Notice>, sqlx::Error> {
    let rows: Vec<NoticeRow> = sqlx::query_as(LIST)
        .bind(user.uuid())
        .bind(before.map_or(i64::MAX, number))
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(Notice::try_from).collect()
}

/// Whether the same was told a short while ago, and is to stand. One from before that gives way.
async fn was_told(
    connection: &mut SqliteConnection,
    notice: &NewNotice,
) -> Result<bool, sqlx::Error> {
    let Some(from) = notice.from else {
        return Ok(false);
    };
    let earlier: Option<(i64, i64)> = sqlx::query_as(
        "SELECT id, created_ms FROM notification
         WHERE receiver_id = ? AND kind = ? AND from_id = ? AND subject = ?",
    )
    .bind(notice.to.uuid())
    .bind(notice.kind.as_str())
    .bind(from.uuid())
    .bind(&notice.subject)
    .fetch_optional(&mut *connection)
    .await?;
    let Some((id, created_ms)) = earlier else {
        return Ok(false);
    };
    let age_ms = notice.at.0.saturating_sub(wall(created_ms).0);
    let (statement, stands) = if age_ms < COALESCE_MS {
        ("UPDATE notification SET withdrawn = 0 WHERE id = ?", true)
    } else {
        ("DELETE FROM notification WHERE id = ?", false)
    };
    sqlx::query(statement).bind(id).execute(connection).await?;
    Ok(stands)
}

/// Writes a notice as [`NotificationStore::notify`] says. What it brings is to be told when the transaction is through.
pub(super) async fn notify(
    connection: &mut SqliteConnection,
    notice: &NewNotice,
) -> Result<Option<Delivery>, sqlx::Error> {
    let from = notice.from.map(UserId::uuid);
    let unwanted: bool = sqlx::query_scalar(UNWANTED)
        .bind(notice.to.uuid())
        .bind(from)
        .bind(notice.kind.setting())
        .bind(stored(notice.at))
        .fetch_one(&mut *connection)
        .await?;
    if unwanted || was_told(&mut *connection, notice).await? {
        return Ok(None);
    }
    sqlx::query(
        "INSERT INTO notification (receiver_id, kind, from_id, subject, created_ms)
         VALUES (?, ?, ?, ?, ?)",
    )
    .bind(notice.to.uuid())
    .bind(notice.kind.as_str())
    .bind(from)
    .bind(&notice.subject)
    .bind(stored(notice.at))
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM notification WHERE receiver_id = ?1 AND id <= (
             SELECT id FROM notification WHERE receiver_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    )
    .bind(notice.to.uuid())
    .bind(NOTICES_MAX)
    .execute(&mut *connection)
    .await?;
    let newest = list(&mut *connection, notice.to, None, 1).await?;
    let unread = unread(connection, notice.to).await?;
    Ok(newest.into_iter().next().map(|newest| Delivery {
        to: notice.to,
        notice: newest,
        unread,
    }))
}

/// What somebody was told of a person was taken back: it is not shown any more.
pub(super) async fn withdraw(
    connection: &mut SqliteConnection,
    to: UserId,
    kind: NoticeKind,
    from: UserId,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE notification SET withdrawn = 1
         WHERE receiver_id = ? AND kind = ? AND from_id = ? AND subject = ''",
    )
    .bind(to.uuid())
    .bind(kind.as_str())
    .bind(from.uuid())
    .execute(connection)
    .await
    .map(drop)
}

/// What such a notice told of was taken back: it is not shown any more.
pub(super) async fn withdraw_about(
    connection: &mut SqliteConnection,
    notice: &NewNotice,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE notification SET withdrawn = 1
         WHERE receiver_id = ? AND kind = ? AND from_id = ? AND subject = ?",
    )
    .bind(notice.to.uuid())
    .bind(notice.kind.as_str())
    .bind(notice.from.map(UserId::uuid))
    .bind(&notice.subject)
    .execute(connection)
    .await
    .map(drop)
}

/// The two are nothing to each other any more: nothing either was told of the other is shown.
pub(super) async fn withdraw_all(
    connection: &mut SqliteConnection,
    one: UserId,
    other: UserId,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE notification SET withdrawn = 1
         WHERE (receiver_id = ?1 AND from_id = ?2) OR (receiver_id = ?2 AND from_id = ?1)",
    )
    .bind(one.uuid())
    .bind(other.uuid())
    .execute(connection)
    .await
    .map(drop)
}

/// What was told like this is not shown any more, or again.
pub(super) async fn show(
    conn: &mut SqliteConnection,
    notice: &NewNotice,
    shown: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE notification SET withdrawn = ?
         WHERE receiver_id = ? AND kind = ? AND from_id IS ? AND subject = ?",
    )
    .bind(!shown)
    .bind(notice.to.uuid())
    .bind(notice.kind.as_str())
    .bind(notice.from.map(UserId::uuid))
    .bind(&notice.subject)
    .execute(conn)
    .await
    .map(drop)
}

#[async_trait]
impl NotificationStore for Sqlite {
    async fn notify(&self, notice: &NewNotice) -> Result<Option<Delivery>, NoticesUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let delivery = notify(&mut transaction, notice).await?;
        transaction.commit().await?;
        Ok(delivery)
    }

    async fn withdraw(&self, subject: &str, from: &[UserId]) -> Result<(), NoticesUnavailable> {
        if from.len() > WITHDRAWN_AT_ONCE {
            return Err(NoticesUnavailable("too many at once".to_owned()));
        }
        sqlx::query(
            "UPDATE notification SET withdrawn = 1 WHERE subject = ?1 AND receiver_id IN (
                 SELECT unhex(replace(value, '-', '')) FROM json_each(?2))",
        )
        .bind(subject)
        .bind(sqlx::types::Json(from))
        .execute(&self.write)
        .await?;
        Ok(())
    }

    async fn list(
        &self,
        user: UserId,
        before: Option<NoticeId>,
        limit: u32,
    ) -> Result<Vec<Notice>, NoticesUnavailable> {
        let mut connection = self.read.acquire().await?;
        Ok(list(&mut connection, user, before, limit).await?)
    }

    async fn unread(&self, user: UserId) -> Result<u32, NoticesUnavailable> {
        let mut connection = self.read.acquire().await?;
        Ok(unread(&mut connection, user).await?)
    }

    async fn read(
        &self,
        user: UserId,
        up_to: NoticeId,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<u32>, NoticesUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        match once::begin(&mut transaction, once, now).await? {
            Begun::Fresh => {}
            Begun::Replay(left) => return Ok(Done::Before(left)),
            Begun::Mismatch => return Ok(Done::KeyReused),
        }
        // No further than there is something: what comes later has not been seen.
        sqlx::query(
            "INSERT INTO notification_read (user_id, up_to)
             SELECT user.id, min(?2, max(notification.id))
             FROM user JOIN notification ON receiver_id = user.id
             WHERE user.id = ?1 GROUP BY user.id
             ON CONFLICT (user_id) DO UPDATE SET up_to = max(up_to, excluded.up_to)",
        )
        .bind(user.uuid())
        .bind(number(up_to))
        .execute(&mut *transaction)
        .await?;
        let left = unread(&mut transaction, user).await?;
        once::record(&mut transaction, once, &left, now).await?;
        transaction.commit().await?;
        Ok(Done::Now(left))
    }

    async fn show(&self, notice: &NewNotice, shown: bool) -> Result<(), NoticesUnavailable> {
        let mut conn = self.write.acquire().await?;
        Ok(show(&mut conn, notice, shown).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::notification::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_notification_store_promises() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        conformance(&store, &store, &store, &store).await;
    }
}
