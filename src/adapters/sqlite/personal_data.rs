//! What the embedded store holds of a person: a list of queries for their archive, and the way it forgets them.

mod archive;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::{Sqlite, handle, post};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::room::RoomEvent;
use crate::ports::personal_data::{Archive, Erasing, PersonalData, PersonalDataError};
use crate::ports::profile::HANDLE_KEPT_MS;

/// Rows changed in one step: bounds how long others wait to write.
const ROWS_PER_STEP: u32 = 256;

impl From<sqlx::Error> for PersonalDataError {
    fn from(error: sqlx::Error) -> Self {
        Self(error.into())
    }
}

#[async_trait]
impl PersonalData for Sqlite {
    async fn export(
        &self,
        person: UserId,
        archive: &mut dyn Archive,
    ) -> Result<(), PersonalDataError> {
        // One view of all tables.
        let mut transaction = self.read.begin().await?;
        archive::write(&mut transaction, person, archive).await
    }

    async fn erase(&self, person: UserId, now: WallMs) -> Result<Erasing, PersonalDataError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let more = forget_in_log(&mut transaction, person).await?
            || forget_in_audit(&mut transaction, person.uuid()).await?
            || forget_in_rulings(&mut transaction, person.uuid()).await?
            || post::erase_some(&mut transaction, person, ROWS_PER_STEP, now).await?
            || forget_visits(&mut transaction, person.uuid()).await?
            || forget_what_goes(&mut transaction, person.uuid()).await?
            || forget_account(&mut transaction, person, now).await?;
        transaction.commit().await?;
        Ok(if more { Erasing::Begun } else { Erasing::Done })
    }

    /// Brings everything from the write-ahead log into the database, where it replaces what was there, and empties
    /// the log: what was deleted is in neither file after.
    async fn settle(&self) -> Result<(), PersonalDataError> {
        let (busy, ..): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&self.write)
            .await?;
        match busy {
            0 => Ok(()),
            _ => Err(PersonalDataError("a reader holds the log".into())),
        }
    }
}

/// Events, published or not, that are the person's or name them; whether there were any.
async fn forget_in_log(
    conn: &mut SqliteConnection,
    person: UserId,
) -> Result<bool, PersonalDataError> {
    let id = person.to_string();
    // What happened to the person, what they wrote and did, tells nobody anything any more.
    for events in [
        "DELETE FROM event_log WHERE place IN (SELECT place FROM event_log
             WHERE topic <> 'room' AND (subject_id = ?1 OR instr(event, ?2) > 0) LIMIT ?3)",
        "DELETE FROM user_outbox WHERE id IN (SELECT id FROM user_outbox
             WHERE user_id = ?1 OR instr(event, ?2) > 0 LIMIT ?3)",
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox
             WHERE subject_id = ?1 OR instr(event, ?2) > 0 LIMIT ?3)",
    ] {
        let gone = sqlx::query(events)
            .bind(person.uuid())
            .bind(&id)
            .bind(ROWS_PER_STEP)
            .execute(&mut *conn)
            .await?;
        if gone.rows_affected() > 0 {
            return Ok(true);
        }
    }
    let rows: Vec<(i64, Json<RoomEvent>)> =
        sqlx::query_as(
            "SELECT place, event FROM event_log
             WHERE topic = 'room' AND instr(event, ?1) > 0 AND EXISTS (
                 SELECT 1 FROM json_tree(event) AS part WHERE part.key = 'id' AND part.atom = ?1) LIMIT ?2",
        )
        .bind(&id)
        .bind(ROWS_PER_STEP)
        .fetch_all(&mut *conn)
        .await?;
    let any = !rows.is_empty();
    for (place, Json(mut event)) in rows {
        event.forget(&id);
        sqlx::query("UPDATE event_log SET event = ? WHERE place = ?")
            .bind(Json(event))
            .bind(place)
            .execute(&mut *conn)
            .await?;
    }
    Ok(any)
}

/// What there may be much of and goes with the account: the table, its key, and the column that names the person. The
/// account's own end would take all of it along in one long step.
const GOES: &[(&str, &str, &str)] = &[
    ("notification", "id", "receiver_id"),
    ("notification", "id", "from_id"),
    ("follow", "follower_id, followee_id", "follower_id"),
    ("follow", "follower_id, followee_id", "followee_id"),
    ("follow_request", "asker_id, asked_id", "asker_id"),
    ("follow_request", "asker_id, asked_id", "asked_id"),
    ("block", "blocker_id, blocked_id", "blocker_id"),
    ("block", "blocker_id, blocked_id", "blocked_id"),
    ("mute", "muter_id, muted_id", "muter_id"),
    ("mute", "muter_id, muted_id", "muted_id"),
    ("muted_word", "id", "user_id"),
    ("written_text", "id", "author_id"),
    ("report", "id", "reporter_id"),
    ("moderation_case", "id", "author_id"),
    ("testimonial", "owner_id, author_id", "owner_id"),
    ("testimonial", "owner_id, author_id", "author_id"),
    ("tie_request", "asker_id, asked_id", "asker_id"),
    ("tie_request", "asker_id, asked_id", "asked_id"),
    (
        "asset_use",
        "asset_id, subject_kind, subject_id",
        "subject_id",
    ),
    ("post_mention", "post_id, user_id", "user_id"),
    ("post_reaction", "post_id, user_id", "user_id"),
    ("post_bookmark", "post_id, user_id", "user_id"),
    ("post_repost", "post_id, user_id", "user_id"),
    ("comment_reaction", "comment_id, user_id", "user_id"),
    ("guestbook_entry", "id", "author_id"),
    ("popularity_count", "kind, thing, day, user_id", "user_id"),
    ("discovered_post", "post_id", "author_id"),
    ("asset", "id", "owner_id"),
    ("once", "user_id, key_hash", "user_id"),
    ("app_code", "hash", "user_id"),
    ("login", "id", "user_id"),
];

async fn forget_what_goes(conn: &mut SqliteConnection, person: Uuid) -> Result<bool, sqlx::Error> {
    for (table, key, column) in GOES {
        let statement = format!(
            "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {column} = ? LIMIT ?)"
        );
        let done = sqlx::query(AssertSqlSafe(statement))
            .bind(person)
            .bind(ROWS_PER_STEP)
            .execute(&mut *conn)
            .await?;
        if done.rows_affected() > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// As the account's own end would do it, in steps: what concerned only the person goes, what staff did to them and they
/// to others stays and names them no more.
const FORGET_IN_AUDIT: &[&str] = &[
    "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE subject_id = ?1
         AND (actor_id = ?1 OR act IN ('code_reused', 'refresh_reused')) LIMIT ?2)",
    "UPDATE audit SET subject_id = NULL, detail = '{}' WHERE id IN
         (SELECT id FROM audit WHERE subject_id = ?1 LIMIT ?2)",
    "UPDATE audit SET actor_id = NULL, address = NULL, user_agent = '', login_id = NULL WHERE id IN
         (SELECT id FROM audit WHERE actor_id = ?1 LIMIT ?2)",
];

async fn forget_in_audit(conn: &mut SqliteConnection, person: Uuid) -> Result<bool, sqlx::Error> {
    for statement in FORGET_IN_AUDIT {
        let done = sqlx::query(*statement)
            .bind(person)
            .bind(ROWS_PER_STEP)
            .execute(&mut *conn)
            .await?;
        if done.rows_affected() > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What was decided stays and names them no more; what they wrote there goes.
const FORGET_IN_RULINGS: &[&str] = &[
    // Nobody waits for what becomes of their appeal.
    "UPDATE ruling SET author_id = NULL, subject = '', note = '', owes = NULL, appeal_text = '',
            appeal = nullif(appeal, 'open'), appealed_ms = iif(appeal = 'open', NULL, appealed_ms) WHERE id IN
         (SELECT id FROM ruling WHERE author_id = ?1 LIMIT ?2)",
    "UPDATE ruling SET moderator_id = NULL, note = '' WHERE id IN
         (SELECT id FROM ruling WHERE moderator_id = ?1 LIMIT ?2)",
    "UPDATE ruling SET judge_id = NULL WHERE id IN (SELECT id FROM ruling WHERE judge_id = ?1 LIMIT ?2)",
];

async fn forget_in_rulings(conn: &mut SqliteConnection, person: Uuid) -> Result<bool, sqlx::Error> {
    for statement in FORGET_IN_RULINGS {
        let done = sqlx::query(*statement)
            .bind(person)
            .bind(ROWS_PER_STEP)
            .execute(&mut *conn)
            .await?;
        if done.rows_affected() > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Rooms go on counting who came, and do not know any more who it was; whether they did.
async fn forget_visits(conn: &mut SqliteConnection, person: Uuid) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE visit SET user_id = NULL WHERE id IN
             (SELECT id FROM visit WHERE user_id = ? LIMIT ?)",
    )
    .bind(person)
    .bind(ROWS_PER_STEP)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The account itself, and with it everything that hangs on it; whether it was there.
async fn forget_account(
    conn: &mut SqliteConnection,
    person: UserId,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    handle::keep_digests(&mut *conn, person.uuid(), HANDLE_KEPT_MS, now).await?;
    let gone = sqlx::query("DELETE FROM user WHERE id = ?")
        .bind(person.uuid())
        .execute(conn)
        .await?;
    Ok(gone.rows_affected() > 0)
}
