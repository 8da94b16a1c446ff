//! Muted words in PostgreSQL. Who mutes one holds their account: nobody has more than they may.

use async_trait::async_trait;
use sqlx::PgConnection;
use uuid::Uuid;

use super::number::{stored, wall};
use super::once::{Begun, begin, record};
use super::step::{in_transaction, reading};
use super::{Postgres, lock};
use crate::domain::clock::WallMs;
use crate::domain::filter::muted_words::{MutedWord, MutedWords, WORDS_MAX};
use crate::domain::id::{UserId, WordId};
use crate::ports::muted_words::{
    KeptWord, Muted, MutedWordReader, MutedWordStore, MutedWordsUnavailable,
};
use crate::ports::once::{Done, Once};

#[derive(sqlx::FromRow)]
struct WordRow {
    id: Uuid,
    text: String,
    created_ms: i64,
    until_ms: Option<i64>,
}

impl TryFrom<WordRow> for KeptWord {
    type Error = sqlx::Error;

    fn try_from(row: WordRow) -> Result<Self, sqlx::Error> {
        let word = MutedWord::parse(&row.text, row.until_ms.map(wall));
        Ok(Self {
            id: WordId::from_uuid(row.id),
            word: word.map_err(|bad| sqlx::Error::Decode(bad.into()))?,
            at: wall(row.created_ms),
        })
    }
}

fn kept(rows: Vec<WordRow>) -> Result<Vec<KeptWord>, sqlx::Error> {
    rows.into_iter().map(KeptWord::try_from).collect()
}

#[async_trait]
impl MutedWordReader for Postgres {
    async fn muted_words(&self, viewer: UserId) -> Result<MutedWords, MutedWordsUnavailable> {
        let rows: Vec<WordRow> = reading!(self, |conn| sqlx::query_as(
            "SELECT id, text, created_ms, until_ms FROM muted_word WHERE user_id = $1
             ORDER BY created_ms, id",
        )
        .bind(viewer.uuid())
        .fetch_all(conn)
        .await)?;
        Ok(kept(rows)?.into_iter().map(|kept| kept.word).collect())
    }
}

#[async_trait]
impl MutedWordStore for Postgres {
    async fn mute_word(
        &self,
        viewer: UserId,
        word: &MutedWord,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<Muted>, MutedWordsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [viewer]).await?;
            match begin(conn, once, now).await? {
                Begun::Fresh => {}
                Begun::Replay(muted) => return Ok(Done::Before(muted)),
                Begun::Mismatch => return Ok(Done::KeyReused),
            }
            let muted = mute(conn, viewer.uuid(), word, now).await?;
            if matches!(muted, Muted::Word(_)) {
                record(conn, once, &muted, now).await?;
            }
            Ok(Done::Now(muted))
        })?)
    }

    async fn unmute_word(&self, viewer: UserId, id: WordId) -> Result<bool, MutedWordsUnavailable> {
        let gone = in_transaction!(self, |conn| sqlx::query(
            "DELETE FROM muted_word WHERE id = $1 AND user_id = $2"
        )
        .bind(id.uuid())
        .bind(viewer.uuid())
        .execute(conn)
        .await)?;
        Ok(gone.rows_affected() > 0)
    }

    async fn list_words(
        &self,
        viewer: UserId,
        after: Option<(WallMs, WordId)>,
        limit: u32,
        now: WallMs,
    ) -> Result<Vec<KeptWord>, MutedWordsUnavailable> {
        let rows: Vec<WordRow> = reading!(self, |conn| sqlx::query_as(
            "SELECT id, text, created_ms, until_ms FROM muted_word
             WHERE user_id = $1 AND (until_ms IS NULL OR until_ms > $2)
               AND ($3::bigint IS NULL OR (created_ms, id) < ($3, $4))
             ORDER BY created_ms DESC, id DESC LIMIT $5",
        )
        .bind(viewer.uuid())
        .bind(stored(now))
        .bind(after.map(|(at, _)| stored(at)))
        .bind(after.map(|(_, id)| id.uuid()))
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await)?;
        Ok(kept(rows)?)
    }
}

async fn mute(
    conn: &mut PgConnection,
    viewer: Uuid,
    word: &MutedWord,
    now: WallMs,
) -> Result<Muted, sqlx::Error> {
    let is_there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM account WHERE id = $1)")
        .bind(viewer)
        .fetch_one(&mut *conn)
        .await?;
    if !is_there {
        return Ok(Muted::NoSuchUser);
    }
    sqlx::query("DELETE FROM muted_word WHERE user_id = $1 AND until_ms <= $2")
        .bind(viewer)
        .bind(stored(now))
        .execute(&mut *conn)
        .await?;
    let others: i64 =
        sqlx::query_scalar("SELECT count(*) FROM muted_word WHERE user_id = $1 AND word <> $2")
            .bind(viewer)
            .bind(word.as_str())
            .fetch_one(&mut *conn)
            .await?;
    if usize::try_from(others).unwrap_or(usize::MAX) >= WORDS_MAX {
        return Ok(Muted::TooMany);
    }
    let row: WordRow = sqlx::query_as(
        "INSERT INTO muted_word (id, user_id, text, word, created_ms, until_ms)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (user_id, word) DO UPDATE SET text = excluded.text,
         until_ms = excluded.until_ms
         RETURNING id, text, created_ms, until_ms",
    )
    .bind(WordId::generate().uuid())
    .bind(viewer)
    .bind(word.text())
    .bind(word.as_str())
    .bind(stored(now))
    .bind(word.until().map(stored))
    .fetch_one(conn)
    .await?;
    Ok(Muted::Word(row.try_into()?))
}

#[cfg(test)]
mod tests {
    use crate::adapters::postgres::testing::scratch;
    use crate::ports::muted_words::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_store_of_muted_words_promises() {
        let Some(store) = scratch().await else { return };
        conformance(&*store, &*store).await;
    }
}
