//! What this store holds of a person: a list of queries for their archive, and the way it forgets them.
//!
//! Each step of an erasure holds the person's account, and whoever else's counts it changes: two nodes that erase one
//! person go step by step. Rows that concern two people, both being erased, are taken in the order of their keys: nobody
//! is waited for in a circle. What was deleted is in no row any more; the server's
//! dead rows (until it vacuums them), its log and its backups are in the hands of whoever runs it.

mod archive;
#[cfg(test)]
mod tests;

use archive::in_time;
use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use super::step::in_transaction;
use super::{Postgres, handle, lock};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::ports::personal_data::{Archive, Erasing, PersonalData, PersonalDataError};
use crate::ports::profile::HANDLE_KEPT_MS;

/// Rows changed in one step: bounds how long others wait.
const ROWS_PER_STEP: i64 = 256;

/// How long an archive may take: so long the store keeps what was deleted meanwhile for it.
const EXPORT_TIMEOUTS: [&str; 2] = [
    "SET LOCAL statement_timeout = '15min'",
    "SET LOCAL idle_in_transaction_session_timeout = '15min'",
];

#[async_trait]
impl PersonalData for Postgres {
    async fn export(
        &self,
        person: UserId,
        archive: &mut dyn Archive,
    ) -> Result<(), PersonalDataError> {
        // Once: what is in the archive cannot be taken back. One view of all tables.
        let mut held = self.connection().await?;
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let mut transaction = in_time(held.begin_with(begin)).await?;
        for timeout in EXPORT_TIMEOUTS {
            in_time(sqlx::query(timeout).execute(&mut *transaction)).await?;
        }
        let written = archive::write(&mut transaction, person, archive).await;
        drop(transaction);
        if written.is_err() {
            // The rest of the answer is not read to its end.
            held.close_on_drop();
        }
        written
    }

    async fn erase(&self, person: UserId, now: WallMs) -> Result<Erasing, PersonalDataError> {
        let more = in_transaction!(self, |conn| {
            Ok(forget_counted(conn, person.uuid()).await?
                || forget_events(conn, person).await?
                || forget_in(conn, FORGET_IN_AUDIT, person.uuid()).await?
                || forget_in(conn, FORGET_IN_RULINGS, person.uuid()).await?
                || forget_reports(conn, person.uuid()).await?
                || forget_what_goes(conn, person.uuid()).await?
                || forget_account(conn, person, now).await?)
        })?;
        Ok(if more { Erasing::Begun } else { Erasing::Done })
    }

    /// Nothing is left to do: the store itself keeps no second place.
    async fn settle(&self) -> Result<(), PersonalDataError> {
        Ok(())
    }
}

/// Rows that change counts of others: the table and its two people.
const COUNTED: &[(&str, &str, &str)] = &[
    ("follow", "follower_id", "followee_id"),
    ("follow", "followee_id", "follower_id"),
    ("tie", "user_id", "other_id"),
    ("tie", "other_id", "user_id"),
];

/// Holds the person, and takes away what ties others to them, holding those, too; whether there was any.
async fn forget_counted(conn: &mut PgConnection, person: Uuid) -> Result<bool, sqlx::Error> {
    for (table, column, other) in COUNTED {
        let others = format!("SELECT {other} FROM {table} WHERE {column} = $1 LIMIT $2");
        let others: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(others))
            .bind(person)
            .bind(ROWS_PER_STEP)
            .fetch_all(&mut *conn)
            .await?;
        if others.is_empty() {
            continue;
        }
        let all = others.iter().chain([&person]).copied();
        lock::people(conn, all.map(UserId::from_uuid)).await?;
        let delete = format!("DELETE FROM {table} WHERE {column} = $1 AND {other} = ANY($2)");
        sqlx::query(AssertSqlSafe(delete))
            .bind(person)
            .bind(others)
            .execute(conn)
            .await?;
        return Ok(true);
    }
    lock::people(conn, [UserId::from_uuid(person)]).await?;
    Ok(false)
}

/// Events, not published yet, that are the person's or name them; whether there were any.
async fn forget_events(conn: &mut PgConnection, person: UserId) -> Result<bool, sqlx::Error> {
    for events in [
        "DELETE FROM user_outbox WHERE id IN (
         SELECT id FROM user_outbox WHERE user_id = $1::text::uuid OR strpos(event::text, $1) > 0
         ORDER BY id LIMIT $2 FOR UPDATE)",
        "DELETE FROM decision_outbox WHERE id IN (
         SELECT id FROM decision_outbox WHERE strpos(event::text, $1) > 0
         ORDER BY id LIMIT $2 FOR UPDATE)",
    ] {
        let gone = sqlx::query(events)
            .bind(person.to_string())
            .bind(ROWS_PER_STEP)
            .execute(&mut *conn)
            .await?;
        if gone.rows_affected() > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the person reported, holding the cases, whose counts it changes, in their order; whether there was any.
async fn forget_reports(conn: &mut PgConnection, person: Uuid) -> Result<bool, sqlx::Error> {
    let cases: Vec<Uuid> = sqlx::query_scalar(
        "SELECT id FROM moderation_case WHERE id IN (
         SELECT case_id FROM report WHERE reporter_id = $1 LIMIT $2) ORDER BY id FOR NO KEY UPDATE",
    )
    .bind(person)
    .bind(ROWS_PER_STEP)
    .fetch_all(&mut *conn)
    .await?;
    sqlx::query("DELETE FROM report WHERE reporter_id = $1 AND case_id = ANY($2)")
        .bind(person)
        .bind(&cases)
        .execute(conn)
        .await?;
    Ok(!cases.is_empty())
}

/// What there may be much of and goes with the account: the table, its key, and the column that names the person. The
/// account's own end would take all of it along in one long step.
const GOES: &[(&str, &str, &str)] = &[
    ("notification", "id", "receiver_id"),
    ("notification", "id", "from_id"),
    ("follow_request", "asker_id, asked_id", "asker_id"),
    ("follow_request", "asker_id, asked_id", "asked_id"),
    ("block", "blocker_id, blocked_id", "blocker_id"),
    ("block", "blocker_id, blocked_id", "blocked_id"),
    ("mute", "muter_id, muted_id", "muter_id"),
    ("mute", "muter_id, muted_id", "muted_id"),
    ("muted_word", "id", "user_id"),
    ("written_text", "id", "author_id"),
    ("moderation_case", "id", "author_id"),
    ("testimonial", "owner_id, author_id", "owner_id"),
    ("testimonial", "owner_id, author_id", "author_id"),
    ("tie_request", "asker_id, asked_id", "asker_id"),
    ("tie_request", "asker_id, asked_id", "asked_id"),
    ("once", "user_id, key_hash", "user_id"),
    ("app_code", "hash", "user_id"),
    ("login", "id", "user_id"),
];

async fn forget_what_goes(conn: &mut PgConnection, person: Uuid) -> Result<bool, sqlx::Error> {
    for (table, key, column) in GOES {
        let statement = format!(
            "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table}
             WHERE {column} = $1 ORDER BY {key} LIMIT $2 FOR UPDATE)"
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
    "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE subject_id = $1
     AND (actor_id = $1 OR act IN ('code_reused', 'refresh_reused'))
     ORDER BY id LIMIT $2 FOR UPDATE)",
    "UPDATE audit SET subject_id = NULL, detail = '{}' WHERE id IN
     (SELECT id FROM audit WHERE subject_id = $1 ORDER BY id LIMIT $2 FOR UPDATE)",
    "UPDATE audit SET actor_id = NULL, address = NULL, user_agent = '', login_id = NULL WHERE id IN
     (SELECT id FROM audit WHERE actor_id = $1 ORDER BY id LIMIT $2 FOR UPDATE)",
];

/// What was decided stays and names them no more; what they wrote there goes.
const FORGET_IN_RULINGS: &[&str] = &[
    // Nobody waits for what becomes of their appeal. Their cases go, too; they would take hold of these in another order.
    "UPDATE ruling SET author_id = NULL, case_id = NULL, subject = '', note = '', owes = NULL, appeal_text = '',
            appeal = nullif(appeal, 'open'),
            appealed_ms = CASE WHEN appeal = 'open' THEN NULL ELSE appealed_ms END WHERE place IN
         (SELECT place FROM ruling WHERE author_id = $1 ORDER BY place LIMIT $2 FOR NO KEY UPDATE)",
    "UPDATE ruling SET moderator_id = NULL, note = '' WHERE place IN
     (SELECT place FROM ruling WHERE moderator_id = $1 ORDER BY place LIMIT $2 FOR NO KEY UPDATE)",
    "UPDATE ruling SET judge_id = NULL WHERE place IN
     (SELECT place FROM ruling WHERE judge_id = $1 ORDER BY place LIMIT $2 FOR NO KEY UPDATE)",
];

/// Runs the first of these statements that changes anything; whether there was one.
async fn forget_in(
    conn: &mut PgConnection,
    statements: &[&'static str],
    person: Uuid,
) -> Result<bool, sqlx::Error> {
    for statement in statements {
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

/// The account itself, and with it everything that hangs on it; whether it was there.
async fn forget_account(
    conn: &mut PgConnection,
    person: UserId,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    handle::keep_digests(&mut *conn, person.uuid(), HANDLE_KEPT_MS, now).await?;
    let gone = sqlx::query("DELETE FROM account WHERE id = $1")
        .bind(person.uuid())
        .execute(conn)
        .await?;
    Ok(gone.rows_affected() > 0)
}
