//! How a node takes a room over in SQLite, and what it finds of it.

use sqlx::SqliteConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::events;
use super::number::{to_i64, to_u64};
use super::room_document::document;
use super::room_rows::{self, failed, find};
use crate::domain::clock::WallMs;
use crate::domain::id::NodeId;
use crate::domain::room::Epoch;
use crate::ports::room::{
    ANSWERS_KEPT_MS, ClaimOutcome, ClaimedRoom, PAST_EPOCHS_MAX, Present, SESSION_RECORDS_MAX,
    StoreError, may_claim,
};

/// Reads the room and takes it over, within one transaction.
pub(super) async fn claim(
    conn: &mut SqliteConnection,
    room: Uuid,
    node: NodeId,
) -> Result<ClaimOutcome, StoreError> {
    let fail = |error: sqlx::Error| failed(&error);
    let Some(row) = find(conn, room).await.map_err(fail)? else {
        return Ok(ClaimOutcome::NotFound);
    };
    if let Some(owner) = holder(conn, room, node).await.map_err(fail)? {
        return Ok(ClaimOutcome::Held { node: owner });
    }
    let epoch = row.epoch + 1;
    let taken = sqlx::query("UPDATE room SET epoch = ?, node_id = ? WHERE id = ? AND epoch = ?")
        .bind(epoch)
        .bind(node.uuid())
        .bind(room)
        .bind(row.epoch)
        .execute(&mut *conn)
        .await
        .map_err(fail)?;
    if taken.rows_affected() != 1 {
        return Err(StoreError::Failed(
            "the room was claimed by another node".to_owned(),
        ));
    }
    remember_epoch(conn, room, row.epoch, row.seq().0)
        .await
        .map_err(fail)?;
    let roster = match row.is_archived() {
        // Whoever was in it was sent away.
        true => Vec::new(),
        false => room_rows::roster(conn, room).await?,
    };
    forget_old_sessions(conn, room, &roster)
        .await
        .map_err(fail)?;
    Ok(ClaimOutcome::Claimed(Box::new(ClaimedRoom {
        card: row.card(),
        epoch: Epoch(to_u64(epoch)),
        save_no: to_u64(row.save_no),
        document: document(conn, &row).await.map_err(fail)?,
        sessions: room_rows::sessions(conn, room).await?,
        past_epochs: room_rows::past_epochs(conn, room).await.map_err(fail)?,
        roster,
        pending_events: events::pending(conn, room).await.map_err(fail)?,
    })))
}

/// Who keeps `claimant` from the room: its owner, while that one's lease runs.
async fn holder(
    conn: &mut SqliteConnection,
    room: Uuid,
    claimant: NodeId,
) -> Result<Option<NodeId>, sqlx::Error> {
    let owner: Option<(Uuid, Option<i64>, i64)> = sqlx::query_as(
        "SELECT room.node_id, node_lease.until_ms, CAST(unixepoch('subsec') * 1000 AS INTEGER) \
         FROM room LEFT JOIN node_lease USING (node_id) WHERE room.id = ? AND node_id IS NOT NULL",
    )
    .bind(room)
    .fetch_optional(conn)
    .await?;
    Ok(owner.and_then(|(owner, until, now)| {
        let owner = NodeId::from_uuid(owner);
        let until = until.map(|until| WallMs(to_u64(until)));
        let free = may_claim(Some((owner, until)), claimant, WallMs(to_u64(now)));
        (!free).then_some(owner)
    }))
}

async fn remember_epoch(
    conn: &mut SqliteConnection,
    room: Uuid,
    epoch: i64,
    saved_seq: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO room_epoch (room_id, epoch, saved_seq) VALUES (?, ?, ?)")
        .bind(room)
        .bind(epoch)
        .bind(to_i64(saved_seq))
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM room_epoch WHERE room_id = ? AND epoch <= ?")
        .bind(room)
        .bind(epoch - to_i64(PAST_EPOCHS_MAX as u64))
        .execute(&mut *conn)
        .await
        .map(drop)
}

/// Answers are kept while their session is present, then for a day after it was last heard of, by the store's
/// clock, and a bounded number of them.
async fn forget_old_sessions(
    conn: &mut SqliteConnection,
    room: Uuid,
    roster: &[Present],
) -> Result<(), sqlx::Error> {
    let present = roster.iter().map(|present| {
        let id = present.session.uuid().simple();
        id.to_string().to_uppercase()
    });
    sqlx::query(
        "WITH ended AS (SELECT session_id, seen_ms FROM room_session WHERE room_id = ?1 \
         AND hex(session_id) NOT IN (SELECT value FROM json_each(?4))) \
         DELETE FROM room_session WHERE room_id = ?1 AND session_id IN ( \
         SELECT session_id FROM ended WHERE seen_ms < unixepoch() * 1000 - ?2 UNION ALL \
         SELECT session_id FROM (SELECT session_id FROM ended \
         ORDER BY seen_ms DESC, session_id DESC LIMIT -1 OFFSET ?3))",
    )
    .bind(room)
    .bind(to_i64(ANSWERS_KEPT_MS))
    .bind(to_i64(SESSION_RECORDS_MAX as u64))
    .bind(Json(present.collect::<Vec<String>>()))
    .execute(conn)
    .await
    .map(drop)
}
