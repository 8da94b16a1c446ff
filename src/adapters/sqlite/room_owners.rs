//! What a store of rooms elsewhere asks of people in SQLite.

use async_trait::async_trait;
use sqlx::sqlite::Sqlite as Database;
use sqlx::{Connection, QueryBuilder, SqliteConnection};
use uuid::Uuid;

use super::number::{to_i64, to_u64};
use super::{Sqlite, user_outbox};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::search::NameQuery;
use crate::domain::user::AccountEvent;
use crate::domain::version::{Expected, Version};
use crate::ports::people::PeopleUnavailable;
use crate::ports::room::{FoundOwner, FoundOwners, FrontSet, RoomOwners};

/// Rows of a piece counted to find the rarest: more than this is as many as it gets.
const COUNTED_MAX: u32 = 1_000;

/// Names that have a piece of the query looked at, whether they hold all of it or not.
const LOOKED_AT_MAX: u32 = 2_000;

/// A page that begins with the last one of the page before has to go on from there.
const LIMIT_MIN: u32 = 2;

/// Comes after every text that begins with what it is put after.
const LAST: char = char::MAX;

#[derive(sqlx::FromRow)]
struct OwnerRow {
    id: Uuid,
    handle: String,
    name_folded: Option<String>,
}

impl From<OwnerRow> for FoundOwner {
    fn from(row: OwnerRow) -> Self {
        Self {
            id: UserId::from_uuid(row.id),
            handle: row.handle,
            name_folded: row.name_folded.unwrap_or_default(),
        }
    }
}

/// People out of some rows called `owner`, who are there for the viewer.
fn seen(from: &str) -> QueryBuilder<Database> {
    QueryBuilder::new(format!(
        "SELECT owner.id, owner.handle, owner.name_folded FROM {from}"
    ))
}

fn there(select: &mut QueryBuilder<Database>, viewer: Option<UserId>, now: WallMs) {
    select
        .push(
            " owner.closing_ms IS NULL AND owner.id NOT IN
             (SELECT user_id FROM suspension WHERE until_ms IS NULL OR until_ms > ",
        )
        .push_bind(to_i64(now.0))
        .push(")");
    if let Some(viewer) = viewer.map(UserId::uuid) {
        select
            .push(" AND NOT EXISTS (SELECT 1 FROM block WHERE blocked_id = owner.id AND blocker_id = ")
            .push_bind(viewer)
            .push(") AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = owner.id AND blocked_id = ")
            .push_bind(viewer)
            .push(")");
    }
}

impl Sqlite {
    async fn owners(
        &self,
        mut select: QueryBuilder<Database>,
    ) -> Result<Vec<FoundOwner>, PeopleUnavailable> {
        let rows: Vec<OwnerRow> = select.build_query_as().fetch_all(&self.read).await?;
        Ok(rows.into_iter().map(FoundOwner::from).collect())
    }

    /// The piece of the query that the fewest names of people have.
    async fn rarest_of_people(
        &self,
        query: &NameQuery,
    ) -> Result<Option<String>, PeopleUnavailable> {
        let mut rarest: Option<(u32, String)> = None;
        for gram in query.grams() {
            let count: u32 = sqlx::query_scalar(
                "SELECT count(*) FROM (SELECT 1 FROM user_gram WHERE gram = ? LIMIT ?)",
            )
            .bind(&gram)
            .bind(COUNTED_MAX)
            .fetch_one(&self.read)
            .await?;
            if rarest.as_ref().is_none_or(|(least, _)| count < *least) {
                rarest = Some((count, gram));
            }
        }
        Ok(rarest.map(|(_, gram)| gram))
    }
}

/// Makes a room the front one, within a transaction.
pub(super) async fn set_front(
    conn: &mut SqliteConnection,
    owner: UserId,
    room: RoomId,
    expected: &Expected,
) -> Result<FrontSet, sqlx::Error> {
    let version: Option<i64> = sqlx::query_scalar("SELECT version FROM user WHERE id = ?")
        .bind(owner.uuid())
        .fetch_optional(&mut *conn)
        .await?;
    match version.map(|version| Version(to_u64(version))) {
        None => return Ok(FrontSet::Nobody),
        Some(version) if !expected.admits(version) => return Ok(FrontSet::Stale),
        Some(_) => {}
    }
    let version: Option<i64> = sqlx::query_scalar(
        "UPDATE user SET front_room_id = ?1, version = version + 1
         WHERE id = ?2 AND front_room_id <> ?1 RETURNING version",
    )
    .bind(room.uuid())
    .bind(owner.uuid())
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(version) = version.map(to_u64) {
        let event = AccountEvent::ProfileChanged { version };
        user_outbox::put(conn, owner.uuid(), &event).await?;
    }
    Ok(FrontSet::Done)
}

#[async_trait]
impl RoomOwners for Sqlite {
    async fn front_room(&self, owner: UserId) -> Result<Option<RoomId>, PeopleUnavailable> {
        let room: Option<Uuid> = sqlx::query_scalar("SELECT front_room_id FROM user WHERE id = ?")
            .bind(owner.uuid())
            .fetch_optional(&self.read)
            .await?;
        Ok(room.map(RoomId::from_uuid))
    }

    async fn set_front_room(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
    ) -> Result<FrontSet, PeopleUnavailable> {
        let mut conn = self.write.acquire().await?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await?;
        let set = set_front(&mut transaction, owner, room, expected).await?;
        transaction.commit().await?;
        Ok(set)
    }

    async fn seen(
        &self,
        people: &[UserId],
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Vec<FoundOwner>, PeopleUnavailable> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = seen("user AS owner WHERE owner.id IN (");
        let mut ids = select.separated(", ");
        for person in people {
            ids.push_bind(person.uuid());
        }
        select.push(") AND");
        there(&mut select, viewer, now);
        self.owners(select).await
    }

    async fn by_handle(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        from: Option<&str>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundOwners<String>, PeopleUnavailable> {
        let (prefix, limit) = (query.as_str(), limit.max(LIMIT_MIN));
        let from = from.unwrap_or_default().max(prefix).to_owned();
        let end = format!("{prefix}{LAST}");
        let mut select = seen("(SELECT * FROM user WHERE handle >= ");
        select
            .push_bind(from.clone())
            .push(" AND handle < ")
            .push_bind(end.clone())
            .push(" ORDER BY handle LIMIT ")
            .push_bind(limit)
            .push(") AS owner WHERE");
        there(&mut select, viewer, now);
        select.push(" ORDER BY owner.handle");
        let owners = self.owners(select).await?;
        let unfinished: Option<String> = sqlx::query_scalar(
            "SELECT handle FROM user WHERE handle >= ? AND handle < ?
             ORDER BY handle LIMIT 1 OFFSET ?",
        )
        .bind(from)
        .bind(end)
        .bind(limit.saturating_sub(1))
        .fetch_optional(&self.read)
        .await?;
        Ok(FoundOwners { owners, unfinished })
    }

    async fn by_name(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        from: Option<UserId>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundOwners<UserId>, PeopleUnavailable> {
        let Some(gram) = self.rarest_of_people(query).await? else {
            let (owners, unfinished) = (Vec::new(), None);
            return Ok(FoundOwners { owners, unfinished });
        };
        let limit = limit.max(LIMIT_MIN);
        let from = from.map_or(Uuid::nil(), UserId::uuid);
        let mut select = seen("(SELECT user_id FROM user_gram WHERE gram = ");
        select
            .push_bind(gram.clone())
            .push(" AND user_id >= ")
            .push_bind(from)
            .push(" ORDER BY user_id LIMIT ")
            .push_bind(LOOKED_AT_MAX)
            .push(") AS looked_at JOIN user AS owner ON owner.id = looked_at.user_id WHERE");
        there(&mut select, viewer, now);
        for word in query.words() {
            select
                .push(" AND instr(coalesce(owner.name_folded, ''), ")
                .push_bind(word.to_owned())
                .push(") > 0");
        }
        select.push(" ORDER BY owner.id LIMIT ").push_bind(limit);
        let owners = self.owners(select).await?;
        if owners.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
            let unfinished = owners.last().map(|owner| owner.id);
            return Ok(FoundOwners { owners, unfinished });
        }
        let last: Option<Uuid> = sqlx::query_scalar(
            "SELECT user_id FROM user_gram WHERE gram = ? AND user_id >= ?
             ORDER BY user_id LIMIT 1 OFFSET ?",
        )
        .bind(&gram)
        .bind(from)
        .bind(LOOKED_AT_MAX - 1)
        .fetch_optional(&self.read)
        .await?;
        let unfinished = last.map(UserId::from_uuid);
        Ok(FoundOwners { owners, unfinished })
    }
}
