//! Names in SQLite as searches find them: an index of their pieces, and the terms that searches for people and for rooms
//! have in common.

use std::ops::Bound;

use sqlx::sqlite::Sqlite as Database;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, QueryBuilder, SqliteConnection, SqlitePool};
use uuid::Uuid;

use super::number::stored;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::search::{NameQuery, folded, grams};

/// Rows of a piece counted to find the rarest: more than this is as many as it gets.
const COUNTED_MAX: u32 = 1_000;

/// Names indexed in one transaction at the start.
const INDEXED_AT_ONCE: u32 = 500;

/// Comes after every text that begins with what it is put after.
const LAST: char = char::MAX;

/// An index of the pieces of names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Index {
    /// Whose names: the table, with the name as it is searched for in `name_folded`.
    named: &'static str,
    /// Where the pieces are.
    table: &'static str,
    /// Who has a piece.
    column: &'static str,
    /// Finds some ids with names that are not indexed yet.
    missing: &'static str,
}

/// People by the names they show.
pub(super) const PEOPLE: Index = Index {
    named: "user",
    table: "user_gram",
    column: "user_id",
    missing: "SELECT id, display_name FROM user WHERE name_folded IS NULL LIMIT ?",
};

/// Rooms by their names.
pub(super) const ROOMS: Index = Index {
    named: "room",
    table: "room_gram",
    column: "room_id",
    missing: "SELECT id, name FROM room WHERE name_folded IS NULL AND state <> 'deleted' LIMIT ?",
};

impl Index {
    /// Indexes the names that are not yet: those from before there was an index.
    pub async fn fill(self, write: &SqlitePool) -> Result<(), sqlx::Error> {
        loop {
            let mut transaction = write.begin_with("BEGIN IMMEDIATE").await?;
            let names: Vec<(Uuid, String)> = sqlx::query_as(self.missing)
                .bind(INDEXED_AT_ONCE)
                .fetch_all(&mut *transaction)
                .await?;
            if names.is_empty() {
                return Ok(());
            }
            for (id, name) in names {
                self.put(&mut transaction, id, &name).await?;
            }
            transaction.commit().await?;
        }
    }

    /// Has somebody or something found by this name, and no longer by the one before.
    pub async fn put(
        self,
        conn: &mut SqliteConnection,
        id: Uuid,
        name: &str,
    ) -> Result<(), sqlx::Error> {
        let Self {
            named,
            table,
            column,
            ..
        } = self;
        let folded = folded(name);
        let renamed = sqlx::query(AssertSqlSafe(format!(
            "UPDATE {named} SET name_folded = ?1 WHERE id = ?2 AND name_folded IS NOT ?1"
        )))
        .bind(&folded)
        .bind(id)
        .execute(&mut *conn)
        .await?;
        if renamed.rows_affected() == 0 {
            return Ok(());
        }
        sqlx::query(AssertSqlSafe(format!(
            "DELETE FROM {table} WHERE {column} = ?"
        )))
        .bind(id)
        .execute(&mut *conn)
        .await?;
        sqlx::query(AssertSqlSafe(format!(
            "INSERT INTO {table} (gram, {column}) SELECT value, ? FROM json_each(?)"
        )))
        .bind(id)
        .bind(Json(grams(&folded)))
        .execute(conn)
        .await
        .map(drop)
    }

    /// The pieces of a query, that which the fewest names have first.
    pub async fn by_rarity(
        self,
        conn: &mut SqliteConnection,
        query: &NameQuery,
    ) -> Result<Vec<String>, sqlx::Error> {
        let table = self.table;
        let mut pieces: Vec<(u32, String)> = Vec::new();
        for gram in query.grams() {
            let count: u32 = sqlx::query_scalar(AssertSqlSafe(format!(
                "SELECT count(*) FROM (SELECT 1 FROM {table} WHERE gram = ? LIMIT ?)"
            )))
            .bind(&gram)
            .bind(COUNTED_MAX)
            .fetch_one(&mut *conn)
            .await?;
            pieces.push((count, gram));
        }
        pieces.sort();
        Ok(pieces.into_iter().map(|(_, gram)| gram).collect())
    }

    /// Adds so many of those who have a piece, from an id on, as `looked_at`: however common the piece is, a page takes
    /// no longer.
    pub fn look_at(
        self,
        select: &mut QueryBuilder<Database>,
        gram: &str,
        from: Bound<Uuid>,
        looked_at_max: u32,
    ) {
        let Self { table, column, .. } = self;
        let (at_least, from) = lower(from);
        select
            .push(format!("(SELECT {column} AS id FROM {table} WHERE gram = "))
            .push_bind(gram.to_owned())
            .push(format!(" AND {column} {at_least} "))
            .push_bind(from)
            .push(format!(" ORDER BY {column} LIMIT "))
            .push_bind(looked_at_max)
            .push(") AS looked_at");
    }

    /// The last of those looked at, if there may be more after it.
    pub async fn last_looked_at(
        self,
        conn: &mut SqliteConnection,
        gram: &str,
        from: Bound<Uuid>,
        looked_at_max: u32,
    ) -> Result<Option<Uuid>, sqlx::Error> {
        let Self { table, column, .. } = self;
        let (at_least, from) = lower(from);
        sqlx::query_scalar(AssertSqlSafe(format!(
            "SELECT {column} FROM {table} WHERE gram = ? AND {column} {at_least} ? \
             ORDER BY {column} LIMIT 1 OFFSET ?"
        )))
        .bind(gram)
        .bind(from)
        .bind(looked_at_max.saturating_sub(1))
        .fetch_optional(conn)
        .await
    }
}

/// Where ids begin, in terms of a query.
const fn lower(from: Bound<Uuid>) -> (&'static str, Uuid) {
    match from {
        Bound::Included(id) => (">=", id),
        Bound::Excluded(id) => (">", id),
        Bound::Unbounded => (">=", Uuid::nil()),
    }
}

/// Adds that a person, by the name of their table here, can be found by the viewer: neither closed nor suspended, and
/// no block stands between the two.
pub(super) fn found_by(
    select: &mut QueryBuilder<Database>,
    person: &str,
    viewer: Option<UserId>,
    now: WallMs,
) {
    select
        .push(format!(
            " {person}.closing_ms IS NULL AND {person}.id NOT IN
             (SELECT user_id FROM suspension WHERE until_ms IS NULL OR until_ms > "
        ))
        .push_bind(stored(now))
        .push(")");
    if let Some(viewer) = viewer.map(UserId::uuid) {
        select
            .push(format!(
                " AND NOT EXISTS (SELECT 1 FROM block WHERE blocked_id = {person}.id AND blocker_id = "
            ))
            .push_bind(viewer)
            .push(format!(
                ") AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = {person}.id AND blocked_id = "
            ))
            .push_bind(viewer)
            .push(")");
    }
}

/// After every text that begins with this.
pub(super) fn end_of(prefix: &str) -> String {
    format!("{prefix}{LAST}")
}

/// Adds that a text begins with the query, or does not.
pub(super) fn begins(
    select: &mut QueryBuilder<Database>,
    query: &NameQuery,
    column: &str,
    yes: bool,
) {
    let prefix = query.as_str();
    select
        .push(if yes { " AND (" } else { " AND NOT (" })
        .push(format!("{column} >= "))
        .push_bind(prefix.to_owned())
        .push(format!(" AND {column} < "))
        .push_bind(end_of(prefix))
        .push(")");
}

/// Adds that a text holds every word of the query, or does not.
pub(super) fn holds(
    select: &mut QueryBuilder<Database>,
    query: &NameQuery,
    column: &str,
    yes: bool,
) {
    select.push(if yes { " AND (1" } else { " AND NOT (1" });
    for word in query.words() {
        select
            .push(format!(" AND instr(coalesce({column}, ''), "))
            .push_bind(word.to_owned())
            .push(") > 0");
    }
    select.push(")");
}
