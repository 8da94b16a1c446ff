//! What is remembered of authors against spam, in SQLite: fingerprints of a day, and hosts as digests.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::Sqlite;
use super::number::{stored, wall};
use crate::domain::clock::WallMs;
use crate::domain::filter::simhash::SimHash;
use crate::domain::filter::spam::RECENT_MAX;
use crate::domain::id::UserId;
use crate::ports::spam::{
    HOSTS_MAX, HOSTS_PER_TEXT_MAX, Known, MARK_BYTES, Marks, SpamFacts, SpamFactsUnavailable,
    TEXTS_KEPT_MS, Written,
};

const MINUTE_MS: u64 = 60 * 1_000;

const HOUR_MS: u64 = 60 * MINUTE_MS;

/// Overdue fingerprints forgotten with each that is written: more than come.
const FORGOTTEN_AT_ONCE: u32 = 16;

/// Bytes kept of a host's digest.
const HOST_BYTES: usize = 16;

impl From<sqlx::Error> for SpamFactsUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

#[async_trait]
impl SpamFacts for Sqlite {
    async fn note(
        &self,
        author: UserId,
        written: &Written,
        at: WallMs,
    ) -> Result<Known, SpamFactsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let known = known(&mut transaction, author.uuid(), written, at).await?;
        transaction.commit().await?;
        Ok(known)
    }
}

async fn known(
    conn: &mut SqliteConnection,
    author: Uuid,
    written: &Written,
    at: WallMs,
) -> Result<Known, sqlx::Error> {
    let created: Option<i64> = sqlx::query_scalar("SELECT created_ms FROM user WHERE id = ?")
        .bind(author)
        .fetch_optional(&mut *conn)
        .await?;
    let known_hosts = note_hosts(conn, &written.hosts, at).await?;
    let linked = u32::try_from(written.hosts.len()).unwrap_or(u32::MAX);
    let before = give_way(conn, author, &written.marks).await?;
    let new_hosts = known_hosts.max(before.min(linked));
    let Some(created) = created else {
        return Ok(Known {
            new_hosts,
            texts_last_minute: 1,
            ..Known::default()
        });
    };
    let since = stored(at).saturating_sub_unsigned(TEXTS_KEPT_MS);
    let before: Vec<(i64, bool, i64)> = sqlx::query_as(
        "SELECT bits, telling, at_ms FROM written_text WHERE author_id = ? AND at_ms > ?
         ORDER BY id DESC LIMIT ?",
    )
    .bind(author)
    .bind(since)
    .bind(u32::try_from(RECENT_MAX).unwrap_or(u32::MAX))
    .fetch_all(&mut *conn)
    .await?;
    note_text(conn, author, written, new_hosts, at).await?;
    let minute = stored(at).saturating_sub_unsigned(MINUTE_MS);
    let lately = before.iter().filter(|(.., at_ms)| *at_ms > minute).count();
    let recent = before
        .iter()
        .map(|(bits, telling, _)| SimHash::kept(bits.cast_unsigned(), *telling));
    Ok(Known {
        account_age_h: at.0.saturating_sub(wall(created).0) / HOUR_MS,
        ties: ties(conn, author).await?,
        texts_last_minute: u32::try_from(lately).unwrap_or(u32::MAX).saturating_add(1),
        strangers_mentioned: strangers(conn, author, &written.mentioned).await?,
        recent: recent.collect(),
        new_hosts,
    })
}

/// Forgets what a text with these marks takes the place of; how many of its hosts were new.
async fn give_way(
    conn: &mut SqliteConnection,
    author: Uuid,
    marks: &Marks,
) -> Result<u32, sqlx::Error> {
    let given: Vec<u32> = sqlx::query_scalar(
        "DELETE FROM written_text WHERE author_id = ?1 AND (thing = ?2 OR request = ?3) RETURNING new_hosts",
    )
    .bind(author)
    .bind(marks.thing.as_ref().map(<[u8; MARK_BYTES]>::as_slice))
    .bind(marks.request.as_ref().map(<[u8; MARK_BYTES]>::as_slice))
    .fetch_all(conn)
    .await?;
    Ok(given.into_iter().max().unwrap_or(0))
}

async fn note_text(
    conn: &mut SqliteConnection,
    author: Uuid,
    written: &Written,
    new_hosts: u32,
    at: WallMs,
) -> Result<(), sqlx::Error> {
    let (hash, marks) = (written.hash, &written.marks);
    sqlx::query(
        "INSERT INTO written_text (author_id, bits, telling, at_ms, thing, request, new_hosts)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(author)
    .bind(hash.bits().cast_signed())
    .bind(hash.is_telling())
    .bind(stored(at))
    .bind(marks.thing.as_ref().map(<[u8; MARK_BYTES]>::as_slice))
    .bind(marks.request.as_ref().map(<[u8; MARK_BYTES]>::as_slice))
    .bind(new_hosts)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "DELETE FROM written_text WHERE author_id = ?1 AND id <= (
             SELECT id FROM written_text WHERE author_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    )
    .bind(author)
    .bind(u32::try_from(RECENT_MAX).unwrap_or(u32::MAX))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "DELETE FROM written_text WHERE id IN (
             SELECT id FROM written_text WHERE at_ms <= ? ORDER BY at_ms LIMIT ?)",
    )
    .bind(stored(at).saturating_sub_unsigned(TEXTS_KEPT_MS))
    .bind(FORGOTTEN_AT_ONCE)
    .execute(conn)
    .await
    .map(drop)
}

/// Remembers where texts lead; how many of the hosts are new.
async fn note_hosts(
    conn: &mut SqliteConnection,
    hosts: &BTreeSet<String>,
    at: WallMs,
) -> Result<u32, sqlx::Error> {
    let mut new = 0;
    for host in hosts.iter().take(HOSTS_PER_TEXT_MAX) {
        let digest = Sha256::digest(host);
        let (digest, _) = digest.split_at(HOST_BYTES);
        let added = sqlx::query(
            "INSERT INTO linked_host (digest, at_ms) VALUES (?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(digest)
        .bind(stored(at))
        .execute(&mut *conn)
        .await?;
        new += u32::from(added.rows_affected() > 0);
    }
    if new > 0 {
        sqlx::query(
            "DELETE FROM linked_host WHERE digest IN (
                 SELECT digest FROM linked_host ORDER BY at_ms DESC LIMIT -1 OFFSET ?)",
        )
        .bind(HOSTS_MAX)
        .execute(conn)
        .await?;
    }
    Ok(new)
}

/// Whom somebody is tied to, or follows and is followed by.
async fn ties(conn: &mut SqliteConnection, author: Uuid) -> Result<u32, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT count(*) FROM (
             SELECT other_id FROM tie WHERE user_id = ?1
             UNION SELECT followee_id FROM follow AS mine WHERE follower_id = ?1 AND EXISTS (
                 SELECT 1 FROM follow WHERE follower_id = mine.followee_id AND followee_id = ?1)
             LIMIT 100)",
    )
    .bind(author)
    .fetch_one(conn)
    .await
}

async fn strangers(
    conn: &mut SqliteConnection,
    author: Uuid,
    mentioned: &[UserId],
) -> Result<u32, sqlx::Error> {
    if mentioned.is_empty() {
        return Ok(0);
    }
    let hex = |id: &UserId| id.uuid().as_simple().to_string().to_uppercase();
    let ids: BTreeSet<String> = mentioned.iter().map(hex).collect();
    sqlx::query_scalar(
        "SELECT count(*) FROM user WHERE id <> ?1 AND id IN (SELECT unhex(value) FROM json_each(?2))
           AND NOT EXISTS (SELECT 1 FROM follow WHERE follower_id = user.id AND followee_id = ?1)
           AND NOT EXISTS (SELECT 1 FROM tie WHERE tie.user_id = user.id AND other_id = ?1)",
    )
    .bind(author)
    .bind(Json(ids))
    .fetch_one(conn)
    .await
}

#[cfg(test)]
mod tests {
    use super::Sqlite;
    use crate::ports::spam::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_store_of_facts_promises() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        conformance(&store, &store, &store).await;
    }
}
