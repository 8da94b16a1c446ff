//! Finding rooms in SQLite, by their own names and by those of their owners.

use std::ops::Bound;

use sqlx::sqlite::Sqlite as Database;
use sqlx::{QueryBuilder, SqliteConnection};
use uuid::Uuid;

use super::names::{Index, PEOPLE, ROOMS, begins, end_of, found_by, holds};
use super::room_rows::{ROOM_COLUMNS, RoomRow};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::search::NameQuery;
use crate::domain::user::is_handle;
use crate::ports::room::RoomFoundAfter;

/// Names that have a piece of the query looked at for one page, and people whose handle begins with it.
const LOOKED_AT_MAX: u32 = 2_000;

#[derive(sqlx::FromRow)]
struct FoundRow {
    #[sqlx(flatten)]
    room: RoomRow,
    owner_handle: String,
}

/// Rooms that were found, each with its place, and where to go on if not everything was looked at.
pub(super) type Found = (Vec<(RoomRow, RoomFoundAfter)>, Option<RoomFoundAfter>);

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
        QueryBuilder::new(format!(
            "SELECT {ROOM_COLUMNS}, owner.handle AS owner_handle FROM "
        ))
    }

    /// Adds that anybody may see the room, and the viewer its owner.
    fn seen(&self, select: &mut QueryBuilder<Database>) {
        select.push(" WHERE room.state = 'active' AND room.visibility = 'public' AND");
        found_by(select, "owner", self.viewer, self.now);
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
        let rarest = of.by_rarity(self.conn, self.query).await?;
        Ok(rarest.into_iter().next())
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
        ROOMS.look_at(&mut select, &gram, Bound::Excluded(after), LOOKED_AT_MAX);
        select.push(
            " JOIN room ON room.id = looked_at.id JOIN user AS owner ON owner.id = room.owner_id",
        );
        self.seen(&mut select);
        holds(&mut select, self.query, "room.name_folded", true);
        let place = |room: &RoomRow, _| RoomFoundAfter::Named(room.card().id);
        self.take(select, "looked_at.id", place).await?;
        if self.left() > 0 {
            let last =
                ROOMS.last_looked_at(self.conn, &gram, Bound::Excluded(after), LOOKED_AT_MAX);
            let last = last.await?;
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
        let end = end_of(&prefix);
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
        holds(&mut select, self.query, "room.name_folded", false);
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
        PEOPLE.look_at(&mut select, &gram, Bound::Included(owner), LOOKED_AT_MAX);
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
        holds(&mut select, self.query, "owner.name_folded", true);
        holds(&mut select, self.query, "room.name_folded", false);
        if self.by_handle {
            begins(&mut select, self.query, "owner.handle", false);
        }
        let place = |room: &RoomRow, _| {
            let card = room.card();
            RoomFoundAfter::Owner(card.owner_id, card.id)
        };
        self.take(select, "owner.id, room.id", place).await?;
        if self.left() > 0 {
            let last =
                PEOPLE.last_looked_at(self.conn, &gram, Bound::Included(owner), LOOKED_AT_MAX);
            let last = last.await?;
            let after_all = RoomId::from_uuid(Uuid::max());
            let last = last.map(UserId::from_uuid);
            self.unfinished = last.map(|owner| RoomFoundAfter::Owner(owner, after_all));
        }
        Ok(())
    }
}
