//! What is remembered of authors against spam, in PostgreSQL: fingerprints of a day, and hosts as digests.
//!
//! Who writes holds their account: what they wrote before is all there. Hosts are anybody's: added in one order, and let
//! go past those another transaction has in its hands.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::number::{stored, to_u32, wall};
use super::step::in_transaction;
use super::{Postgres, lock};
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
const FORGOTTEN_AT_ONCE: i64 = 16;

/// Bytes kept of a host's digest.
const HOST_BYTES: usize = 16;

#[async_trait]
impl SpamFacts for Postgres {
    async fn note(
        &self,
        author: UserId,
        written: &Written,
        at: WallMs,
    ) -> Result<Known, SpamFactsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [author]).await?;
            known(conn, author.uuid(), written, at).await
        })?)
    }
}

async fn known(
    conn: &mut PgConnection,
    author: Uuid,
    written: &Written,
    at: WallMs,
) -> Result<Known, sqlx::Error> {
    let created: Option<i64> = sqlx::query_scalar("SELECT created_ms FROM account WHERE id = $1")
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
        "SELECT bits, telling, at_ms FROM written_text WHERE author_id = $1 AND at_ms > $2
         ORDER BY id DESC LIMIT $3",
    )
    .bind(author)
    .bind(since)
    .bind(i64::try_from(RECENT_MAX).unwrap_or(i64::MAX))
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
    conn: &mut PgConnection,
    author: Uuid,
    marks: &Marks,
) -> Result<u32, sqlx::Error> {
    let given: Vec<i64> = sqlx::query_scalar(
        "DELETE FROM written_text WHERE author_id = $1 AND (thing = $2 OR request = $3)
         RETURNING new_hosts",
    )
    .bind(author)
    .bind(marks.thing.as_ref().map(<[u8; MARK_BYTES]>::as_slice))
    .bind(marks.request.as_ref().map(<[u8; MARK_BYTES]>::as_slice))
    .fetch_all(conn)
    .await?;
    Ok(given.into_iter().max().map_or(0, to_u32))
}

async fn note_text(
    conn: &mut PgConnection,
    author: Uuid,
    written: &Written,
    new_hosts: u32,
    at: WallMs,
) -> Result<(), sqlx::Error> {
    let (hash, marks) = (written.hash, &written.marks);
    sqlx::query(
        "INSERT INTO written_text (author_id, bits, telling, at_ms, thing, request, new_hosts)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(author)
    .bind(hash.bits().cast_signed())
    .bind(hash.is_telling())
    .bind(stored(at))
    .bind(marks.thing.as_ref().map(<[u8; MARK_BYTES]>::as_slice))
    .bind(marks.request.as_ref().map(<[u8; MARK_BYTES]>::as_slice))
    .bind(i64::from(new_hosts))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "DELETE FROM written_text WHERE author_id = $1 AND id <= (
         SELECT id FROM written_text WHERE author_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
    )
    .bind(author)
    .bind(i64::try_from(RECENT_MAX).unwrap_or(i64::MAX))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "DELETE FROM written_text WHERE id IN (
         SELECT id FROM written_text WHERE at_ms <= $1 ORDER BY at_ms LIMIT $2
         FOR UPDATE SKIP LOCKED)",
    )
    .bind(stored(at).saturating_sub_unsigned(TEXTS_KEPT_MS))
    .bind(FORGOTTEN_AT_ONCE)
    .execute(conn)
    .await
    .map(drop)
}

/// Remembers where texts lead; how many of the hosts are new.
async fn note_hosts(
    conn: &mut PgConnection,
    hosts: &BTreeSet<String>,
    at: WallMs,
) -> Result<u32, sqlx::Error> {
    let mut new = 0;
    for host in hosts.iter().take(HOSTS_PER_TEXT_MAX) {
        let digest = Sha256::digest(host);
        let (digest, _) = digest.split_at(HOST_BYTES);
        let added = sqlx::query(
            "INSERT INTO linked_host (digest, at_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING",
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
             SELECT digest FROM linked_host
             ORDER BY at_ms DESC OFFSET $1 FOR UPDATE SKIP LOCKED)",
        )
        .bind(i64::from(HOSTS_MAX))
        .execute(conn)
        .await?;
    }
    Ok(new)
}

/// Whom somebody is tied to, or follows and is followed by.
async fn ties(conn: &mut PgConnection, author: Uuid) -> Result<u32, sqlx::Error> {
    let count = sqlx::query_scalar(
        "SELECT count(*) FROM (
         SELECT other_id FROM tie WHERE user_id = $1
         UNION SELECT followee_id FROM follow AS mine WHERE follower_id = $1 AND EXISTS (
             SELECT FROM follow WHERE follower_id = mine.followee_id AND followee_id = $1)
         LIMIT 100) AS close",
    );
    Ok(to_u32(count.bind(author).fetch_one(conn).await?))
}

async fn strangers(
    conn: &mut PgConnection,
    author: Uuid,
    mentioned: &[UserId],
) -> Result<u32, sqlx::Error> {
    if mentioned.is_empty() {
        return Ok(0);
    }
    let ids: Vec<Uuid> = mentioned.iter().map(|id| id.uuid()).collect();
    let count = sqlx::query_scalar(
        "SELECT count(*) FROM account WHERE id <> $1 AND id = ANY($2)
         AND NOT EXISTS (SELECT FROM follow WHERE follower_id = account.id AND followee_id = $1)
         AND NOT EXISTS (SELECT FROM tie WHERE tie.user_id = account.id AND other_id = $1)",
    );
    let count = count.bind(author).bind(ids);
    Ok(to_u32(count.fetch_one(conn).await?))
}

#[cfg(test)]
mod tests {
    use crate::adapters::postgres::testing::scratch;
    use crate::ports::spam::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_store_of_facts_promises() {
        let Some(store) = scratch().await else { return };
        conformance(&*store, &*store, &*store).await;
    }
}
