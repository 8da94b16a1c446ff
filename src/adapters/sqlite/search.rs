//! Finding people in SQLite: by ranges of handles and folded names, and by the pieces of names.

use std::ops::Bound;

use sqlx::sqlite::Sqlite as Database;
use sqlx::{FromRow, QueryBuilder, SqliteConnection};
use uuid::Uuid;

use super::names::{PEOPLE, begins, found_by, holds};
use super::user_row::UserRow;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::search::NameQuery;
use crate::domain::user::{User, is_handle};
use crate::ports::profile::{FoundAfter, FoundPage};

/// Names that have a piece of the query looked at for one page, whether they hold all of it or not.
const LOOKED_AT_MAX: u32 = 5_000;

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
        select.push(" WHERE");
        found_by(&mut select, "user", self.viewer, self.now);
        select
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
        begins(&mut select, self.query, "handle", true);
        // The one that is no more than it has been found.
        select.push(" AND handle > ").push_bind(after.to_owned());
        let place = |user: &User, _| FoundAfter::Handle(user.handle.clone());
        self.take(select, "handle", place).await
    }

    /// Whose name begins with it.
    async fn by_name(&mut self, by_handle: bool) -> Result<(), sqlx::Error> {
        let mut select = self.select(&everybody);
        begins(&mut select, self.query, "name_folded", true);
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
            begins(&mut select, self.query, "handle", false);
        }
        let place = |user: &User, name| FoundAfter::Name(name, user.id);
        self.take(select, "name_folded, user.id", place).await
    }

    /// Whose name holds every word of it.
    async fn within(&mut self, by_handle: bool) -> Result<(), sqlx::Error> {
        if self.left() == 0 {
            return Ok(());
        }
        let mut rarest = PEOPLE.by_rarity(self.conn, self.query).await?.into_iter();
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
            PEOPLE.look_at(select, &rare, Bound::Excluded(after), LOOKED_AT_MAX);
            select.push(" JOIN user ON user.id = looked_at.id");
        };
        let mut select = self.select(&looked_at);
        if let Some(second) = rarest.next() {
            select
                .push(" AND EXISTS (SELECT 1 FROM user_gram WHERE user_id = user.id AND gram = ")
                .push_bind(second)
                .push(")");
        }
        holds(&mut select, self.query, "name_folded", true);
        begins(&mut select, self.query, "name_folded", false);
        if by_handle {
            begins(&mut select, self.query, "handle", false);
        }
        let place = |user: &User, _| FoundAfter::Within(user.id);
        self.take(select, "looked_at.id", place).await?;
        if self.left() > 0 {
            let last =
                PEOPLE.last_looked_at(self.conn, &rare, Bound::Excluded(after), LOOKED_AT_MAX);
            let last = last.await?;
            self.unfinished = last.map(|id| FoundAfter::Within(UserId::from_uuid(id)));
        }
        Ok(())
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
