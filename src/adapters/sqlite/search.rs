//! Finding people in SQLite: ranges of handles and folded names, and an index of the pieces of names.

use sqlx::sqlite::Sqlite as Database;
use sqlx::types::Json;
use sqlx::{FromRow, QueryBuilder, SqliteConnection, SqlitePool};
use uuid::Uuid;

use super::user::{UserRow, stored};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::search::{NameQuery, folded, grams};
use crate::domain::user::{User, is_handle};
use crate::ports::profile::{FoundAfter, FoundPage};

/// Rows of a piece counted to find the rarest: more than this is as many as it gets.
const COUNTED_MAX: u32 = 1_000;

/// Names that have a piece of the query looked at for one page, whether they hold all of it or not: however common
/// the piece is, a page takes no longer.
const LOOKED_AT_MAX: u32 = 5_000;

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

/// Where a `SELECT` finds people: a table, or a part of one.
type From<'a> = &'a dyn Fn(&mut QueryBuilder<Database>);

/// One search on its way through the kinds of fit, the best first.
struct Search<'a> {
    conn: &'a mut SqliteConnection,
    query: &'a NameQuery,
    viewer: Option<UserId>,
    after: Option<&'a FoundAfter>,
    limit: u32,
    now: WallMs,
    found: Vec<Found>,
    /// Where to go on, if not everybody was looked at.
    unfinished: Option<FoundAfter>,
}

/// See [`crate::ports::profile::ProfileStore::search`].
pub(super) async fn people(
    conn: &mut SqliteConnection,
    query: &NameQuery,
    viewer: Option<UserId>,
    after: Option<&FoundAfter>,
    limit: u32,
    now: WallMs,
) -> Result<FoundPage, sqlx::Error> {
    let mut search = Search {
        conn,
        query,
        viewer,
        after,
        limit,
        now,
        found: Vec::new(),
        unfinished: None,
    };
    let by_handle = query.as_str().len() < 2 || is_handle(query.as_str());
    if by_handle {
        search.exact().await?;
        search.by_handle().await?;
    }
    search.by_name(by_handle).await?;
    search.within(by_handle).await?;
    Ok(FoundPage {
        people: search.found,
        unfinished: search.unfinished,
    })
}

fn everybody(select: &mut QueryBuilder<Database>) {
    select.push("user");
}

impl Search<'_> {
    fn left(&self) -> u32 {
        let found = u32::try_from(self.found.len()).unwrap_or(u32::MAX);
        self.limit.saturating_sub(found)
    }

    /// A `SELECT` of people who can be found, to which conditions are added.
    fn select(&self, from: From<'_>) -> QueryBuilder<Database> {
        let mut select = QueryBuilder::new(
            "SELECT user.id AS user_id, handle, display_name, look, mood, bio, front_room_id,
                    name_folded FROM ",
        );
        from(&mut select);
        select
            .push(
                " WHERE closing_ms IS NULL AND user.id NOT IN
                 (SELECT user_id FROM suspension WHERE until_ms IS NULL OR until_ms > ",
            )
            .push_bind(stored(self.now))
            .push(")");
        if let Some(viewer) = self.viewer.map(UserId::uuid) {
            select
                .push(" AND NOT EXISTS (SELECT 1 FROM block WHERE blocked_id = user.id AND blocker_id = ")
                .push_bind(viewer)
                .push(") AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = user.id AND blocked_id = ")
                .push_bind(viewer)
                .push(")");
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
        let mut select = self.select(&everybody);
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
        let mut select = self.select(&everybody);
        self.begins(&mut select, "handle", true);
        // The one that is no more than it has been found.
        select.push(" AND handle > ").push_bind(after.to_owned());
        let place = |user: &User, _| FoundAfter::Handle(user.handle.clone());
        self.take(select, "handle", place).await
    }

    /// Whose name begins with it.
    async fn by_name(&mut self, by_handle: bool) -> Result<(), sqlx::Error> {
        let mut select = self.select(&everybody);
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
        let mut rarest = self.by_rarity().await?.into_iter();
        let Some(rare) = rarest.next() else {
            return Ok(());
        };
        let after = match self.after {
            Some(FoundAfter::Within(id)) => Some(id.uuid()),
            _ => None,
        };
        // Before the first: less than any id.
        let after = after.unwrap_or(Uuid::nil());
        let looked_at = |select: &mut QueryBuilder<Database>| {
            select
                .push("(SELECT user_id FROM user_gram WHERE gram = ")
                .push_bind(rare.clone())
                .push(" AND user_id > ")
                .push_bind(after)
                .push(" ORDER BY user_id LIMIT ")
                .push_bind(LOOKED_AT_MAX)
                .push(") AS looked_at JOIN user ON user.id = looked_at.user_id");
        };
        let mut select = self.select(&looked_at);
        if let Some(second) = rarest.next() {
            select
                .push(" AND EXISTS (SELECT 1 FROM user_gram WHERE user_id = user.id AND gram = ")
                .push_bind(second)
                .push(")");
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
        self.take(select, "looked_at.user_id", place).await?;
        if self.left() > 0 {
            let last: Option<Uuid> = sqlx::query_scalar(
                "SELECT user_id FROM user_gram WHERE gram = ? AND user_id > ?
                 ORDER BY user_id LIMIT 1 OFFSET ?",
            )
            .bind(&rare)
            .bind(after)
            .bind(LOOKED_AT_MAX - 1)
            .fetch_optional(&mut *self.conn)
            .await?;
            self.unfinished = last.map(|id| FoundAfter::Within(UserId::from_uuid(id)));
        }
        Ok(())
    }

    /// The pieces of the query, that which the fewest names have first.
    async fn by_rarity(&mut self) -> Result<Vec<String>, sqlx::Error> {
        let mut pieces: Vec<(u32, String)> = Vec::new();
        for gram in self.query.grams() {
            let count: u32 = sqlx::query_scalar(
                "SELECT count(*) FROM (SELECT 1 FROM user_gram WHERE gram = ? LIMIT ?)",
            )
            .bind(&gram)
            .bind(COUNTED_MAX)
            .fetch_one(&mut *self.conn)
            .await?;
            pieces.push((count, gram));
        }
        pieces.sort();
        Ok(pieces.into_iter().map(|(_, gram)| gram).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::sqlite::Sqlite;
    use crate::ports::profile::ProfileStore;

    #[tokio::test]
    async fn a_page_looks_at_so_many_and_the_next_goes_on_from_there() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        // All have both pieces of what is searched for, and the last two have it.
        let crowd = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
             INSERT INTO user (id, handle, display_name, look, front_room_id, created_ms, name_folded)
             SELECT CAST(format('%016d', i) AS BLOB), 'crowd_' || i, '', x'000000000000',
                    randomblob(16), 0, iif(i > ?1 - 2, 'xabc', 'xab bc')
             FROM n";
        let all = LOOKED_AT_MAX * 2 + 1;
        let crowd = sqlx::query(crowd).bind(all);
        crowd.execute(&store.write).await.unwrap();
        let pieces = "INSERT INTO user_gram (gram, user_id)
             SELECT value, user.id FROM user, json_each('[\"ab\", \"bc\"]')";
        sqlx::query(pieces).execute(&store.write).await.unwrap();

        let query = NameQuery::parse("abc").unwrap();
        let (mut after, mut pages) = (None, Vec::new());
        loop {
            let found = store.search(&query, None, after.as_ref(), 1, WallMs(1));
            let page = found.await.unwrap();
            pages.push(page.people.len());
            let last = page.people.last().map(|(_, place)| place.clone());
            let Some(next) = last.or(page.unfinished) else {
                break;
            };
            after = Some(next);
        }
        assert_eq!(pages, [0, 1, 1, 0], "nobody is missed, and nobody twice");
    }
}
