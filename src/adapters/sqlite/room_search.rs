//! Finding rooms in SQLite: an index of the pieces of their names, and those of people as the search for people has
//! them.

use sqlx::sqlite::Sqlite as Database;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, QueryBuilder, SqliteConnection, SqlitePool};
use uuid::Uuid;

use super::room_rows::{ROOM_COLUMNS, RoomRow, to_i64};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::search::{NameQuery, folded, grams};
use crate::domain::user::is_handle;
use crate::ports::room::RoomFoundAfter;

/// Rows of a piece counted to find the rarest: more than this is as many as it gets.
const COUNTED_MAX: u32 = 1_000;

/// Names that have a piece of the query looked at for one page, and people whose handle begins with it.
const LOOKED_AT_MAX: u32 = 2_000;

/// Comes after every text that begins with what it is put after.
const LAST: char = char::MAX;

/// Names indexed in one transaction at the start.
const INDEXED_AT_ONCE: u32 = 500;

/// Indexes the names that are not yet: those from before there was an index.
pub(super) async fn index_missing(write: &SqlitePool) -> Result<(), sqlx::Error> {
    loop {
        let mut transaction = write.begin_with("BEGIN IMMEDIATE").await?;
        let names: Vec<(Uuid, String)> = sqlx::query_as(
            "SELECT id, name FROM room WHERE name_folded IS NULL AND state <> 'deleted' LIMIT ?",
        )
        .bind(INDEXED_AT_ONCE)
        .fetch_all(&mut *transaction)
        .await?;
        if names.is_empty() {
            return Ok(());
        }
        for (room, name) in names {
            index(&mut transaction, room, &name).await?;
        }
        transaction.commit().await?;
    }
}

/// Has a room found by this name, and no longer by the one before.
pub(super) async fn index(
    conn: &mut SqliteConnection,
    room: Uuid,
    name: &str,
) -> Result<(), sqlx::Error> {
    let folded = folded(name);
    let renamed =
        sqlx::query("UPDATE room SET name_folded = ?1 WHERE id = ?2 AND name_folded IS NOT ?1")
            .bind(&folded)
            .bind(room)
            .execute(&mut *conn)
            .await?;
    if renamed.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query("DELETE FROM room_gram WHERE room_id = ?")
        .bind(room)
        .execute(&mut *conn)
        .await?;
    sqlx::query("INSERT INTO room_gram (gram, room_id) SELECT value, ? FROM json_each(?)")
        .bind(room)
        .bind(Json(grams(&folded)))
        .execute(conn)
        .await
        .map(drop)
}

#[derive(sqlx::FromRow)]
struct FoundRow {
    #[sqlx(flatten)]
    room: RoomRow,
    owner_handle: String,
}

/// Rooms that were found, each with its place, and where to go on if not everything was looked at.
pub(super) type Found = (Vec<(RoomRow, RoomFoundAfter)>, Option<RoomFoundAfter>);

/// Which index of pieces.
#[derive(Clone, Copy)]
struct Index {
    table: &'static str,
    column: &'static str,
}

const ROOMS: Index = Index {
    table: "room_gram",
    column: "room_id",
};

const PEOPLE: Index = Index {
    table: "user_gram",
    column: "user_id",
};

/// One search on its way through the kinds of fit, the best first.
struct Search<'a> {
    conn: &'a mut SqliteConnection,
    query: &'a NameQuery,
    viewer: Option<UserId>,
    after: Option<&'a RoomFoundAfter>,
    limit: u32,
    now: WallMs,
    by_handle: bool,
    found: Vec<(RoomRow, RoomFoundAfter)>,
    unfinished: Option<RoomFoundAfter>,
}

/// See [`crate::ports::room::RoomShelf::search`].
pub(super) async fn rooms(
    conn: &mut SqliteConnection,
    query: &NameQuery,
    viewer: Option<UserId>,
    after: Option<&RoomFoundAfter>,
    limit: u32,
    now: WallMs,
) -> Result<Found, sqlx::Error> {
    let mut search = Search {
        conn,
        query,
        viewer,
        after,
        limit,
        now,
        by_handle: query.as_str().len() < 2 || is_handle(query.as_str()),
        found: Vec::new(),
        unfinished: None,
    };
    if matches!(after, None | Some(RoomFoundAfter::Named(_))) {
        search.named().await?;
    }
    if search.by_handle && !matches!(after, Some(RoomFoundAfter::Owner(..))) {
        search.of_handles().await?;
    }
    search.of_owners().await?;
    Ok((search.found, search.unfinished))
}

impl Search<'_> {
    /// How many more are wanted; none once it is known where to go on.
    fn left(&self) -> u32 {
        if self.unfinished.is_some() {
            return 0;
        }
        let found = u32::try_from(self.found.len()).unwrap_or(u32::MAX);
        self.limit.saturating_sub(found)
    }

    fn select() -> QueryBuilder<Database> {
        let columns = ROOM_COLUMNS.split(", ").map(|column| column.trim());
        let columns: Vec<String> = columns.map(|column| format!("room.{column}")).collect();
        let columns = columns.join(", ");
        QueryBuilder::new(format!(
            "SELECT {columns}, owner.handle AS owner_handle FROM "
        ))
    }

    /// Adds that anybody may see the room, and the viewer its owner.
    fn seen(&self, select: &mut QueryBuilder<Database>) {
        select
            .push(
                " WHERE room.state = 'active' AND room.visibility = 'public'
                 AND owner.closing_ms IS NULL AND owner.id NOT IN
                 (SELECT user_id FROM suspension WHERE until_ms IS NULL OR until_ms > ",
            )
            .push_bind(to_i64(self.now.0))
            .push(")");
        if let Some(viewer) = self.viewer.map(UserId::uuid) {
            select
                .push(" AND NOT EXISTS (SELECT 1 FROM block WHERE blocked_id = owner.id AND blocker_id = ")
                .push_bind(viewer)
                .push(") AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = owner.id AND blocked_id = ")
                .push_bind(viewer)
                .push(")");
        }
    }

    /// Adds that a text holds every word, or does not.
    fn holds(&self, select: &mut QueryBuilder<Database>, column: &str, yes: bool) {
        select.push(if yes { " AND (1" } else { " AND NOT (1" });
        for word in self.query.words() {
            select
                .push(format!(" AND instr(coalesce({column}, ''), "))
                .push_bind(word.to_owned())
                .push(") > 0");
        }
        select.push(")");
    }

    async fn take(
        &mut self,
        mut select: QueryBuilder<Database>,
        order: &str,
        place: impl Fn(&RoomRow, String) -> RoomFoundAfter,
    ) -> Result<(), sqlx::Error> {
        select
            .push(" ORDER BY ")
            .push(order)
            .push(" LIMIT ")
            .push_bind(self.left());
        let rows: Vec<FoundRow> = select.build_query_as().fetch_all(&mut *self.conn).await?;
        for FoundRow { room, owner_handle } in rows {
            let place = place(&room, owner_handle);
            self.found.push((room, place));
        }
        Ok(())
    }

    /// The piece of the query that the fewest names have.
    async fn rarest(&mut self, of: Index) -> Result<Option<String>, sqlx::Error> {
        let mut rarest: Option<(u32, String)> = None;
        for gram in self.query.grams() {
            let Index { table, .. } = of;
            let count: u32 = sqlx::query_scalar(AssertSqlSafe(format!(
                "SELECT count(*) FROM (SELECT 1 FROM {table} WHERE gram = ? LIMIT ?)"
            )))
            .bind(&gram)
            .bind(COUNTED_MAX)
            .fetch_one(&mut *self.conn)
            .await?;
            if rarest.as_ref().is_none_or(|(least, _)| count < *least) {
                rarest = Some((count, gram));
            }
        }
        Ok(rarest.map(|(_, gram)| gram))
    }

    /// The last of those looked at, if there may be more after it.
    async fn last_looked_at(
        &mut self,
        of: Index,
        gram: &str,
        from: Uuid,
    ) -> Result<Option<Uuid>, sqlx::Error> {
        let Index { table, column } = of;
        sqlx::query_scalar(AssertSqlSafe(format!(
            "SELECT {column} FROM {table} WHERE gram = ? AND {column} >= ? \
             ORDER BY {column} LIMIT 1 OFFSET ?"
        )))
        .bind(gram)
        .bind(from)
        .bind(LOOKED_AT_MAX - 1)
        .fetch_optional(&mut *self.conn)
        .await
    }

    /// Those looked at, to be joined.
    fn look_at(select: &mut QueryBuilder<Database>, of: Index, gram: &str, from: Uuid) {
        let Index { table, column } = of;
        select
            .push(format!("(SELECT {column} AS id FROM {table} WHERE gram = "))
            .push_bind(gram.to_owned())
            .push(format!(" AND {column} >= "))
            .push_bind(from)
            .push(format!(" ORDER BY {column} LIMIT "))
            .push_bind(LOOKED_AT_MAX)
            .push(") AS looked_at");
    }

    /// Whose own name holds every word.
    async fn named(&mut self) -> Result<(), sqlx::Error> {
        let Some(gram) = self.rarest(ROOMS).await? else {
            return Ok(());
        };
        let after = match self.after {
            Some(RoomFoundAfter::Named(room)) => room.uuid(),
            _ => Uuid::nil(),
        };
        let mut select = Self::select();
        Self::look_at(&mut select, ROOMS, &gram, after);
        select.push(
            " JOIN room ON room.id = looked_at.id JOIN user AS owner ON owner.id = room.owner_id",
        );
        self.seen(&mut select);
        select.push(" AND room.id > ").push_bind(after);
        self.holds(&mut select, "room.name_folded", true);
        let place = |room: &RoomRow, _| RoomFoundAfter::Named(room.card().id);
        self.take(select, "looked_at.id", place).await?;
        if self.left() > 0 {
            let last = self.last_looked_at(ROOMS, &gram, after).await?;
            self.unfinished = last.map(|id| RoomFoundAfter::Named(RoomId::from_uuid(id)));
        }
        Ok(())
    }

    /// Whose owner's handle begins with it.
    async fn of_handles(&mut self) -> Result<(), sqlx::Error> {
        if self.left() == 0 {
            return Ok(());
        }
        let prefix = self.query.as_str().to_owned();
        let (handle, room) = match self.after {
            Some(RoomFoundAfter::Handle(handle, room)) => (handle.clone(), room.uuid()),
            _ => (prefix.clone(), Uuid::nil()),
        };
        let end = format!("{prefix}{LAST}");
        let mut select = Self::select();
        select
            .push(
                "(SELECT id, handle, closing_ms FROM user
                  WHERE handle >= ",
            )
            .push_bind(handle.clone().max(prefix.clone()))
            .push(" AND handle < ")
            .push_bind(end.clone())
            .push(" ORDER BY handle LIMIT ")
            .push_bind(LOOKED_AT_MAX)
            .push(") AS owner JOIN room ON room.owner_id = owner.id");
        self.seen(&mut select);
        select
            .push(" AND (owner.handle, room.id) > (")
            .push_bind(handle.clone())
            .push(", ")
            .push_bind(room)
            .push(")");
        self.holds(&mut select, "room.name_folded", false);
        let place = |room: &RoomRow, handle| RoomFoundAfter::Handle(handle, room.card().id);
        self.take(select, "owner.handle, room.id", place).await?;
        if self.left() > 0 {
            let last: Option<String> = sqlx::query_scalar(
                "SELECT handle FROM user WHERE handle >= ? AND handle < ?
                 ORDER BY handle LIMIT 1 OFFSET ?",
            )
            .bind(handle.max(prefix))
            .bind(end)
            .bind(LOOKED_AT_MAX - 1)
            .fetch_optional(&mut *self.conn)
            .await?;
            let after_all = RoomId::from_uuid(Uuid::max());
            self.unfinished = last.map(|handle| RoomFoundAfter::Handle(handle, after_all));
        }
        Ok(())
    }

    /// Whose owner's name holds every word.
    async fn of_owners(&mut self) -> Result<(), sqlx::Error> {
        if self.left() == 0 {
            return Ok(());
        }
        let Some(gram) = self.rarest(PEOPLE).await? else {
            return Ok(());
        };
        let (owner, room) = match self.after {
            Some(RoomFoundAfter::Owner(owner, room)) => (owner.uuid(), room.uuid()),
            _ => (Uuid::nil(), Uuid::nil()),
        };
        let mut select = Self::select();
        Self::look_at(&mut select, PEOPLE, &gram, owner);
        select.push(
            " JOIN user AS owner ON owner.id = looked_at.id JOIN room ON room.owner_id = owner.id",
        );
        self.seen(&mut select);
        select
            .push(" AND (owner.id, room.id) > (")
            .push_bind(owner)
            .push(", ")
            .push_bind(room)
            .push(")");
        self.holds(&mut select, "owner.name_folded", true);
        self.holds(&mut select, "room.name_folded", false);
        if self.by_handle {
            let prefix = self.query.as_str();
            select
                .push(" AND NOT (owner.handle >= ")
                .push_bind(prefix.to_owned())
                .push(" AND owner.handle < ")
                .push_bind(format!("{prefix}{LAST}"))
                .push(")");
        }
        let place = |room: &RoomRow, _| {
            let card = room.card();
            RoomFoundAfter::Owner(card.owner_id, card.id)
        };
        self.take(select, "owner.id, room.id", place).await?;
        if self.left() > 0 {
            let last = self.last_looked_at(PEOPLE, &gram, owner).await?;
            let after_all = RoomId::from_uuid(Uuid::max());
            let last = last.map(UserId::from_uuid);
            self.unfinished = last.map(|owner| RoomFoundAfter::Owner(owner, after_all));
        }
        Ok(())
    }
}
