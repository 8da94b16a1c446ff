//! What a store of rooms elsewhere asks of people in PostgreSQL.

use async_trait::async_trait;
use sqlx::{PgConnection, Postgres as Database, QueryBuilder};
use uuid::Uuid;

use super::number::to_u64;
use super::search::{LAST, by_rarity, found_by, holds};
use super::step::{in_transaction, reading};
use super::{Postgres, lock, user_outbox};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::search::NameQuery;
use crate::domain::user::AccountEvent;
use crate::domain::version::{Expected, Version};
use crate::ports::people::PeopleUnavailable;
use crate::ports::room::{FoundOwner, FoundOwners, FrontSet, RoomOwners};

/// Names that have a piece of the query looked at, whether they hold all of it or not.
const LOOKED_AT_MAX: u32 = 2_000;

/// A page that begins with the last one of the page before has to go on from there.
const LIMIT_MIN: u32 = 2;

#[derive(sqlx::FromRow)]
struct OwnerRow {
    id: Uuid,
    handle: String,
    name_folded: String,
}

impl From<OwnerRow> for FoundOwner {
    fn from(row: OwnerRow) -> Self {
        Self {
            id: UserId::from_uuid(row.id),
            handle: row.handle,
            name_folded: row.name_folded,
        }
    }
}

/// People out of some accounts.
fn select(from: &str) -> QueryBuilder<Database> {
    QueryBuilder::new(format!(
        "SELECT account.id, account.handle, account.name_folded FROM {from}"
    ))
}

async fn owners(
    conn: &mut PgConnection,
    mut select: QueryBuilder<Database>,
) -> Result<Vec<FoundOwner>, sqlx::Error> {
    let rows: Vec<OwnerRow> = select.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(FoundOwner::from).collect())
}

/// No text here holds it, and PostgreSQL would not even look.
fn is_nobodys(text: &str) -> bool {
    text.contains('\0')
}

fn nobody<P>() -> FoundOwners<P> {
    FoundOwners {
        owners: Vec::new(),
        unfinished: None,
    }
}

#[async_trait]
impl RoomOwners for Postgres {
    async fn front_room(&self, owner: UserId) -> Result<Option<RoomId>, PeopleUnavailable> {
        let room: Option<Uuid> = reading!(self, |conn| sqlx::query_scalar(
            "SELECT front_room_id FROM account WHERE id = $1"
        )
        .bind(owner.uuid())
        .fetch_optional(conn)
        .await)?;
        Ok(room.map(RoomId::from_uuid))
    }

    async fn set_front_room(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
    ) -> Result<FrontSet, PeopleUnavailable> {
        let set = in_transaction!(self, |conn| {
            lock::people(conn, [owner]).await?;
            let version: Option<i64> =
                sqlx::query_scalar("SELECT version FROM account WHERE id = $1")
                    .bind(owner.uuid())
                    .fetch_optional(&mut *conn)
                    .await?;
            match version.map(|version| Version(to_u64(version))) {
                None => return Ok(FrontSet::Nobody),
                Some(version) if !expected.admits(version) => return Ok(FrontSet::Stale),
                Some(_) => {}
            }
            let version: Option<i64> = sqlx::query_scalar(
                "UPDATE account SET front_room_id = $1, version = version + 1
                 WHERE id = $2 AND front_room_id <> $1 RETURNING version",
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
        })?;
        Ok(set)
    }

    async fn seen(
        &self,
        people: &[UserId],
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Vec<FoundOwner>, PeopleUnavailable> {
        let ids: Vec<Uuid> = people.iter().map(|id| id.uuid()).collect();
        Ok(reading!(self, |conn| {
            let mut select = select("account WHERE account.id = ANY(");
            select.push_bind(ids.clone()).push(") AND");
            found_by(&mut select, viewer, now);
            owners(conn, select).await
        })?)
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
        let from = from.unwrap_or_default().max(prefix);
        if is_nobodys(from) || is_nobodys(prefix) {
            return Ok(nobody());
        }
        let end = format!("{prefix}{LAST}");
        Ok(reading!(self, |conn| {
            let mut select = select("(SELECT * FROM account WHERE handle >= ");
            select
                .push_bind(from)
                .push(" AND handle < ")
                .push_bind(end.as_str())
                .push(" ORDER BY handle LIMIT ")
                .push_bind(i64::from(limit))
                .push(") AS account WHERE");
            found_by(&mut select, viewer, now);
            select.push(" ORDER BY account.handle");
            let owners = owners(&mut *conn, select).await?;
            let unfinished: Option<String> = sqlx::query_scalar(
                "SELECT handle FROM account WHERE handle >= $1 AND handle < $2
                 ORDER BY handle LIMIT 1 OFFSET $3",
            )
            .bind(from)
            .bind(&end)
            .bind(i64::from(limit) - 1)
            .fetch_optional(conn)
            .await?;
            Ok(FoundOwners { owners, unfinished })
        })?)
    }

    async fn by_name(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        from: Option<UserId>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundOwners<UserId>, PeopleUnavailable> {
        if is_nobodys(query.as_str()) {
            return Ok(nobody());
        }
        let limit = limit.max(LIMIT_MIN);
        let from = from.map_or(Uuid::nil(), UserId::uuid);
        Ok(reading!(self, |conn| {
            let Some(gram) = by_rarity(&mut *conn, query).await?.into_iter().next() else {
                return Ok(nobody());
            };
            let mut select = select("(SELECT user_id FROM user_gram WHERE gram = ");
            select
                .push_bind(gram.clone())
                .push(" AND user_id >= ")
                .push_bind(from)
                .push(" ORDER BY user_id LIMIT ")
                .push_bind(i64::from(LOOKED_AT_MAX))
                .push(") AS looked_at JOIN account ON account.id = looked_at.user_id WHERE");
            found_by(&mut select, viewer, now);
            holds(&mut select, query);
            select
                .push(" ORDER BY account.id LIMIT ")
                .push_bind(i64::from(limit));
            let owners = owners(&mut *conn, select).await?;
            if owners.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
                let unfinished = owners.last().map(|owner| owner.id);
                return Ok(FoundOwners { owners, unfinished });
            }
            let last: Option<Uuid> = sqlx::query_scalar(
                "SELECT user_id FROM user_gram WHERE gram = $1 AND user_id >= $2
                 ORDER BY user_id LIMIT 1 OFFSET $3",
            )
            .bind(&gram)
            .bind(from)
            .bind(i64::from(LOOKED_AT_MAX) - 1)
            .fetch_optional(conn)
            .await?;
            let unfinished = last.map(UserId::from_uuid);
            Ok(FoundOwners { owners, unfinished })
        })?)
    }
}
