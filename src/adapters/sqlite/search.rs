//! Finding people in SQLite: ranges of handles and folded names, and an index of the pieces of names.

use std::collections::BTreeSet;

use sqlx::sqlite::Sqlite as Database;
use sqlx::types::Json;
use sqlx::{FromRow, QueryBuilder, SqliteConnection, SqlitePool};
use uuid::Uuid;

use super::user::{UserRow, stored};
use crate::domain::clock::WallMs;
use crate::domain::search::{NameQuery, folded, grams};
use crate::domain::user::{User, is_handle};
use crate::ports::profile::FoundAfter;

/// Rows of a piece counted to find the rarest: more than this is as many as it gets.
const COUNTED_MAX: u32 = 1_000;

/// Comes after every text that begins with what it is put after.
const LAST: char = char::MAX;

/// Names indexed in one transaction at the start.
const INDEXED_AT_ONCE: u32 = 500;

/// Indexes the names that are not yet: those from before there was an index.
pub(super) async fn index_missing(write: &SqlitePool) -> Result<(), sqlx::Error> {
    loop {
        let mut transaction = write.begin_with("BEGIN IMMEDIATE").await?;
        let names: Vec<(Uuid, String)> =
            sqlx::query_as("SELECT id, display_name FROM user WHERE name_folded IS NULL LIMIT ?")
                .bind(INDEXED_AT_ONCE)
                .fetch_all(&mut *transaction)
                .await?;
        if names.is_empty() {
            return Ok(());
        }
        for (user, name) in names {
            index(&mut transaction, user, &name).await?;
        }
        transaction.commit().await?;
    }
}

/// Has somebody found by this name, and no longer by the one before.
pub(super) async fn index(
    conn: &mut SqliteConnection,
    user: Uuid,
    name: &str,
) -> Result<(), sqlx::Error> {
    let folded = folded(name);
    sqlx::query("UPDATE user SET name_folded = ? WHERE id = ?")
        .bind(&folded)
        .bind(user)
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM user_gram WHERE user_id = ?")
        .bind(user)
        .execute(&mut *conn)
        .await?;
    sqlx::query("INSERT INTO user_gram (gram, user_id) SELECT value, ? FROM json_each(?)")
        .bind(user)
        .bind(Json(grams(&folded)))
        .execute(conn)
        .await
        .map(drop)
}

#[derive(Debug, FromRow)]
struct FoundRow {
    #[sqlx(flatten)]
    user: UserRow,
    name_folded: String,
}

type Found = (User, FoundAfter);

/// One search on its way through the kinds of fit, the best first.
struct Search<'a> {
    conn: &'a mut SqliteConnection,
    query: &'a NameQuery,
    hidden: &'a BTreeSet<String>,
    after: Option<&'a FoundAfter>,
    limit: u32,
    now: WallMs,
    found: Vec<Found>,
}

/// See [`crate::ports::profile::ProfileStore::search`].
pub(super) async fn people(
    conn: &mut SqliteConnection,
    query: &NameQuery,
    hidden: &BTreeSet<String>,
    after: Option<&FoundAfter>,
    limit: u32,
    now: WallMs,
) -> Result<Vec<Found>, sqlx::Error> {
    let mut search = Search {
        conn,
        query,
        hidden,
        after,
        limit,
        now,
        found: Vec::new(),
    };
    let by_handle = query.as_str().len() < 2 || is_handle(query.as_str());
    if by_handle {
        search.exact().await?;
        search.by_handle().await?;
    }
    search.by_name(by_handle).await?;
    search.within(by_handle).await?;
    Ok(search.found)
}

impl Search<'_> {
    fn left(&self) -> u32 {
        let found = u32::try_from(self.found.len()).unwrap_or(u32::MAX);
        self.limit.saturating_sub(found)
    }

    /// A `SELECT` of people who can be found, to which conditions are added.
    fn select(&self, from: &str) -> QueryBuilder<Database> {
        let mut select = QueryBuilder::new(
            "SELECT user.id AS user_id, handle, display_name, look, mood, bio, front_room_id,
                    name_folded FROM ",
        );
        select
            .push(from)
            .push(
                " WHERE closing_ms IS NULL AND user.id NOT IN
                 (SELECT user_id FROM suspension WHERE until_ms IS NULL OR until_ms > ",
            )
            .push_bind(stored(self.now))
            .push(")");
        if !self.hidden.is_empty() {
            select
                .push(" AND user.id NOT IN (SELECT unhex(value, '-') FROM json_each(")
                .push_bind(serde_json::json!(self.hidden).to_string())
                .push("))");
        }
        select
    }

    /// Adds that a text begins with the query, or does not.
    fn begins(&self, select: &mut QueryBuilder<Database>, column: &str, yes: bool) {
        let prefix = self.query.as_str();
        select.push(if yes { " AND (" } else { " AND NOT (" });
        select
            .push(column)
            .push(" >= ")
            .push_bind(prefix.to_owned());
        select
            .push(" AND ")
            .push(column)
            .push(" < ")
            .push_bind(format!("{prefix}{LAST}"));
        select.push(")");
    }

    async fn take(
        &mut self,
        mut select: QueryBuilder<Database>,
        order: &str,
        place: impl Fn(&User, String) -> FoundAfter,
    ) -> Result<(), sqlx::Error> {
        let left = self.left();
        if left == 0 {
            return Ok(());
        }
        select
            .push(" ORDER BY ")
            .push(order)
            .push(" LIMIT ")
            .push_bind(left);
        let rows: Vec<FoundRow> = select.build_query_as().fetch_all(&mut *self.conn).await?;
        for row in rows {
            let user = User::try_from(row.user)?;
            let place = place(&user, row.name_folded);
            self.found.push((user, place));
        }
        Ok(())
    }

    /// Whose handle it is.
    async fn exact(&mut self) -> Result<(), sqlx::Error> {
        if self.after.is_some() {
            return Ok(());
        }
        let mut select = self.select("user");
        select
            .push(" AND handle = ")
            .push_bind(self.query.as_str().to_owned());
        self.take(select, "handle", |_, _| FoundAfter::Exact).await
    }

    /// Whose handle begins with it.
    async fn by_handle(&mut self) -> Result<(), sqlx::Error> {
        let after = match self.after {
            None | Some(FoundAfter::Exact) => self.query.as_str(),
            Some(FoundAfter::Handle(handle)) => handle,
            Some(FoundAfter::Name(..) | FoundAfter::Within(_)) => return Ok(()),
        };
        let mut select = self.select("user");
        self.begins(&mut select, "handle", true);
        // The one that is no more than it has been found.
        select.push(" AND handle > ").push_bind(after.to_owned());
        let place = |user: &User, _| FoundAfter::Handle(user.handle.clone());
        self.take(select, "handle", place).await
    }

    /// Whose name begins with it.
    async fn by_name(&mut self, by_handle: bool) -> Result<(), sqlx::Error> {
        let mut select = self.select("user");
        self.begins(&mut select, "name_folded", true);
        match self.after {
            None | Some(FoundAfter::Exact | FoundAfter::Handle(_)) => {}
            Some(FoundAfter::Name(name, id)) => {
                select
                    .push(" AND (name_folded, user.id) > (")
                    .push_bind(name.clone());
                select.push(", ").push_bind(id.uuid()).push(")");
            }
            Some(FoundAfter::Within(_)) => return Ok(()),
        }
        if by_handle {
            self.begins(&mut select, "handle", false);
        }
        let place = |user: &User, name| FoundAfter::Name(name, user.id);
        self.take(select, "name_folded, user.id", place).await
    }

    /// Whose name holds every word of it.
    async fn within(&mut self, by_handle: bool) -> Result<(), sqlx::Error> {
        if self.left() == 0 {
            return Ok(());
        }
        let Some(rarest) = self.rarest().await? else {
            return Ok(());
        };
        let mut select = self.select("user_gram JOIN user ON user.id = user_gram.user_id");
        select.push(" AND gram = ").push_bind(rarest);
        if let Some(FoundAfter::Within(id)) = self.after {
            select
                .push(" AND user_gram.user_id > ")
                .push_bind(id.uuid());
        }
        for word in self.query.words() {
            select
                .push(" AND instr(name_folded, ")
                .push_bind(word.to_owned())
                .push(") > 0");
        }
        self.begins(&mut select, "name_folded", false);
        if by_handle {
            self.begins(&mut select, "handle", false);
        }
        let place = |user: &User, _| FoundAfter::Within(user.id);
        self.take(select, "user_gram.user_id", place).await
    }

    /// The piece of the query that the fewest names have.
    async fn rarest(&mut self) -> Result<Option<String>, sqlx::Error> {
        let mut rarest: Option<(u32, String)> = None;
        for gram in self.query.grams() {
            let count: u32 = sqlx::query_scalar(
                "SELECT count(*) FROM (SELECT 1 FROM user_gram WHERE gram = ? LIMIT ?)",
            )
            .bind(&gram)
            .bind(COUNTED_MAX)
            .fetch_one(&mut *self.conn)
            .await?;
            if rarest.as_ref().is_none_or(|(fewest, _)| count < *fewest) {
                rarest = Some((count, gram));
            }
        }
        Ok(rarest.map(|(_, gram)| gram))
    }
}
