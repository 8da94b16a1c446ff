//! Finding people in PostgreSQL: ranges of handles and folded names, and an index of the pieces of names.

use sqlx::Postgres as Database;
use sqlx::{FromRow, PgConnection, QueryBuilder};
use uuid::Uuid;

use super::number::stored;
use super::user_row::UserRow;
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
pub(super) const LAST: char = char::MAX;

/// Has somebody found by this name, and no longer by the one before.
pub(super) async fn index(
    conn: &mut PgConnection,
    user: Uuid,
    name: &str,
) -> Result<(), sqlx::Error> {
    let folded = folded(name);
    let renamed =
        sqlx::query("UPDATE account SET name_folded = $1 WHERE id = $2 AND name_folded <> $1")
            .bind(&folded)
            .bind(user)
            .execute(&mut *conn)
            .await?;
    if renamed.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query("DELETE FROM user_gram WHERE user_id = $1")
        .bind(user)
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "INSERT INTO user_gram (gram, user_id) SELECT gram, $1 FROM unnest($2::text[]) AS gram",
    )
    .bind(user)
    .bind(grams(&folded).into_iter().collect::<Vec<_>>())
    .execute(conn)
    .await
    .map(drop)
}

/// Adds that an `account` is there for the viewer.
pub(super) fn found_by(select: &mut QueryBuilder<Database>, viewer: Option<UserId>, now: WallMs) {
    select
        .push(
            " closing_ms IS NULL AND NOT EXISTS
             (SELECT FROM suspension WHERE suspension.user_id = account.id
             AND (until_ms IS NULL OR until_ms > ",
        )
        .push_bind(stored(now))
        .push("))");
    if let Some(viewer) = viewer.map(UserId::uuid) {
        select
            .push(" AND NOT EXISTS (SELECT FROM block WHERE blocked_id = account.id AND blocker_id = ")
            .push_bind(viewer)
            .push(") AND NOT EXISTS (SELECT FROM block WHERE blocker_id = account.id AND blocked_id = ")
            .push_bind(viewer)
            .push(")");
    }
}

/// Adds that a folded name holds every word of the query.
pub(super) fn holds(select: &mut QueryBuilder<Database>, query: &NameQuery) {
    for word in query.words() {
        select
            .push(" AND strpos(name_folded, ")
            .push_bind(word.to_owned())
            .push(") > 0");
    }
}

/// The pieces of a query, that which the fewest names have first.
pub(super) async fn by_rarity(
    conn: &mut PgConnection,
    query: &NameQuery,
) -> Result<Vec<String>, sqlx::Error> {
    let mut pieces: Vec<(i64, String)> = Vec::new();
    for gram in query.grams() {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM (SELECT 1 FROM user_gram WHERE gram = $1 LIMIT $2) AS counted",
        )
        .bind(&gram)
        .bind(i64::from(COUNTED_MAX))
        .fetch_one(&mut *conn)
        .await?;
        pieces.push((count, gram));
    }
    pieces.sort();
    Ok(pieces.into_iter().map(|(_, gram)| gram).collect())
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
    conn: &'a mut PgConnection,
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
    conn: &mut PgConnection,
    query: &NameQuery,
    viewer: Option<UserId>,
    after: Option<&FoundAfter>,
    limit: u32,
    now: WallMs,
) -> Result<FoundPage, sqlx::Error> {
    // No text here holds it, and PostgreSQL would not even look.
    if [Some(query.as_str()), after.and_then(text_of)]
        .into_iter()
        .flatten()
        .any(|text| text.contains('\0'))
    {
        return Ok(FoundPage::default());
    }
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

fn text_of(place: &FoundAfter) -> Option<&str> {
    match place {
        FoundAfter::Handle(text) | FoundAfter::Name(text, _) => Some(text),
        FoundAfter::Exact | FoundAfter::Within(_) => None,
    }
}

fn everybody(select: &mut QueryBuilder<Database>) {
    select.push("account");
}

impl Search<'_> {
    fn left(&self) -> u32 {
        let found = u32::try_from(self.found.len()).unwrap_or(u32::MAX);
        self.limit.saturating_sub(found)
    }

    /// A `SELECT` of people who can be found, to which conditions are added.
    fn select(&self, from: From<'_>) -> QueryBuilder<Database> {
        let mut select = QueryBuilder::new(
            "SELECT account.id AS user_id, handle, display_name, look, mood, bio, front_room_id,
             name_folded FROM ",
        );
        from(&mut select);
        select.push(" WHERE");
        found_by(&mut select, self.viewer, self.now);
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
            .push_bind(i64::from(left));
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
                    .push(" AND (name_folded, account.id) > (")
                    .push_bind(name.clone());
                select.push(", ").push_bind(id.uuid()).push(")");
            }
            Some(FoundAfter::Within(_)) => return Ok(()),
        }
        if by_handle {
            self.begins(&mut select, "handle", false);
        }
        let place = |user: &User, name| FoundAfter::Name(name, user.id);
        self.take(select, "name_folded, account.id", place).await
    }

    /// Whose name holds every word of it.
    async fn within(&mut self, by_handle: bool) -> Result<(), sqlx::Error> {
        if self.left() == 0 {
            return Ok(());
        }
        let mut rarest = by_rarity(self.conn, self.query).await?.into_iter();
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
                .push_bind(i64::from(LOOKED_AT_MAX))
                .push(") AS looked_at JOIN account ON account.id = looked_at.user_id");
        };
        let mut select = self.select(&looked_at);
        if let Some(second) = rarest.next() {
            select
                .push(" AND EXISTS (SELECT 1 FROM user_gram WHERE user_id = account.id AND gram = ")
                .push_bind(second)
                .push(")");
        }
        holds(&mut select, self.query);
        self.begins(&mut select, "name_folded", false);
        if by_handle {
            self.begins(&mut select, "handle", false);
        }
        let place = |user: &User, _| FoundAfter::Within(user.id);
        self.take(select, "looked_at.user_id", place).await?;
        if self.left() > 0 {
            let last: Option<Uuid> = sqlx::query_scalar(
                "SELECT user_id FROM user_gram WHERE gram = $1 AND user_id > $2
                 ORDER BY user_id LIMIT 1 OFFSET $3",
            )
            .bind(&rare)
            .bind(after)
            .bind(i64::from(LOOKED_AT_MAX - 1))
            .fetch_optional(&mut *self.conn)
            .await?;
            self.unfinished = last.map(|id| FoundAfter::Within(UserId::from_uuid(id)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::postgres::testing::scratch;
    use crate::ports::profile::ProfileStore;

    #[tokio::test]
    async fn a_page_looks_at_so_many_and_the_next_goes_on_from_there() {
        let Some(store) = scratch().await else { return };
        // All have both pieces of what is searched for, and the last two have it.
        let crowd = "INSERT INTO account (id, handle, display_name, look, front_room_id,
            created_ms, name_folded)
                 SELECT lpad(i::text, 32, '0')::uuid, 'crowd_' || i, '', '\\x000000000000',
                        gen_random_uuid(), 0, CASE WHEN i > $1 - 2 THEN 'xabc' ELSE 'xab bc' END
                 FROM generate_series(1, $1) AS i";
        let all = i64::from(LOOKED_AT_MAX * 2 + 1);
        let crowd = sqlx::query(crowd).bind(all);
        crowd.execute(&store.pool).await.unwrap();
        let pieces = "INSERT INTO user_gram (gram, user_id)
            SELECT gram, account.id FROM account, unnest(ARRAY['ab', 'bc']) AS gram";
        sqlx::query(pieces).execute(&store.pool).await.unwrap();

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
