//! What is taken down: the picture, and every other upload of the same. Until nobody can appeal any more its bytes are
//! kept, closed to everybody; how they come back or go is in `withheld`.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::moderation::{last_removal, taken_down as on_record};
use super::super::number::stored;
use super::purges::purge;
use super::tell;
use super::withheld::{destroy, destroy_unless_awaited, unbind};
use crate::domain::asset::{Asset, AssetEvent, AssetState};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, RulingId, UserId};
use crate::domain::moderation::{APPEAL_MS, ReportReason};
use crate::domain::notification::Delivery;
use crate::ports::moderation::pictures::Removal;

/// Uploads of the same that go in one step; what is left goes in the next, from the worker that clears away.
const COPIES_AT_ONCE: u32 = 64;

/// Digests whose other uploads are looked for in one step.
const DIGESTS_AT_ONCE: u32 = 16;

/// Removes one picture, in whatever state it is, and bans its bytes for as long as that stands, whatever else they are
/// banned for. One that is down already is down for itself from here on: it does not come back with another. Its owner
/// is not told by this.
pub(super) async fn take_down(
    conn: &mut SqliteConnection,
    before: &Asset,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    if before.state == AssetState::TakenDown {
        unbind(conn, before.id).await?;
        return ban(conn, before.id, now).await;
    }
    ban(conn, before.id, now).await?;
    bury(conn, before.id, now).await
}

/// Bans what was sent and what is kept of it. Other uploads of the same are looked for once more.
async fn ban(conn: &mut SqliteConnection, id: AssetId, now: WallMs) -> Result<(), sqlx::Error> {
    for statement in [
        // What is only announced may be anybody's: nobody has seen that its owner has it.
        "INSERT INTO asset_banned (sha256, at_ms, asset_id)
             SELECT source_sha256, ?2, id FROM asset WHERE id = ?1 AND state <> 'uploading'
             ON CONFLICT (sha256, asset_id) DO UPDATE SET at_ms = excluded.at_ms, is_searched = 0",
        "INSERT INTO asset_banned (sha256, at_ms, asset_id)
             SELECT sha256, ?2, asset_id FROM asset_variant WHERE asset_id = ?1 AND name = 'large'
             ON CONFLICT (sha256, asset_id) DO UPDATE SET at_ms = excluded.at_ms, is_searched = 0",
    ] {
        sqlx::query(statement)
            .bind(id.uuid())
            .bind(stored(now))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Closes a picture to everybody. What could be shown is kept for an appeal, which is looked for when it is due.
async fn bury(conn: &mut SqliteConnection, id: AssetId, now: WallMs) -> Result<(), sqlx::Error> {
    purge(conn, id, now).await?;
    let is_withheld: bool = sqlx::query_scalar(
        "UPDATE asset SET withheld = (state = 'ready'), state = 'taken_down', standing = 'removed', refusal = NULL,
                          version = version + 1, due_ms = ?2 WHERE id = ?1 RETURNING withheld",
    )
    .bind(id.uuid())
    .bind(stored(WallMs(now.0.saturating_add(APPEAL_MS))))
    .fetch_one(&mut *conn)
    .await?;
    if !is_withheld {
        destroy(conn, id).await?;
    }
    tell(conn, id, AssetEvent::AssetTakenDown {}).await
}

/// Takes down what else was made of banned bytes, whosever it is, so much at once; how many uploads and digests that
/// were. What is against the law is not kept as anybody's: what was withheld of the same is destroyed. `trace` is of the moderator, where one is at it.
pub(super) async fn take_copies_down(
    conn: &mut SqliteConnection,
    trace: Option<&Trace>,
    now: WallMs,
) -> Result<(u32, Vec<Delivery>), sqlx::Error> {
    let digests: Vec<(Vec<u8>, Option<Uuid>)> =
        sqlx::query_as("SELECT sha256, asset_id FROM asset_banned WHERE is_searched = 0 LIMIT ?")
            .bind(DIGESTS_AT_ONCE)
            .fetch_all(&mut *conn)
            .await?;
    let (mut done, mut told) = (0, Vec::new());
    for (digest, with) in digests {
        let removal = match with {
            Some(with) => last_removal(conn, AssetId::from_uuid(with)).await?,
            None => None,
        };
        let rule = removal.map_or(ReportReason::Other, |removal| removal.rule);
        let copies: Vec<(Uuid, Uuid, bool)> = sqlx::query_as(
            "SELECT id, owner_id, withheld FROM asset WHERE (state = 'ready' OR (?3 AND withheld = 1)) AND id IN (
                 SELECT id FROM asset WHERE source_sha256 = ?1
                 UNION SELECT asset_id FROM asset_variant WHERE sha256 = ?1 AND name = 'large') LIMIT ?2",
        )
        .bind(&digest)
        .bind(COPIES_AT_ONCE)
        .bind(rule == ReportReason::Illegal)
        .fetch_all(&mut *conn)
        .await?;
        let count = u32::try_from(copies.len()).unwrap_or(COPIES_AT_ONCE);
        for (id, owner, is_withheld) in copies {
            let (id, owner) = (AssetId::from_uuid(id), UserId::from_uuid(owner));
            if is_withheld {
                destroy(conn, id).await?;
                continue;
            }
            bury(conn, id, now).await?;
            sqlx::query("UPDATE asset SET taken_with = ? WHERE id = ?")
                .bind(with)
                .bind(id.uuid())
                .execute(&mut *conn)
                .await?;
            told.extend(write_down(conn, (id, owner), (rule, trace), now).await?);
            destroy_unless_awaited(conn, id, now).await?;
        }
        // None can come any more: what is made of banned bytes is refused.
        if count < COPIES_AT_ONCE {
            sqlx::query(
                "UPDATE asset_banned SET is_searched = 1 WHERE sha256 = ? AND asset_id IS ?",
            )
            .bind(&digest)
            .bind(with)
            .execute(&mut *conn)
            .await?;
        }
        done += count + 1;
        if done >= COPIES_AT_ONCE {
            break;
        }
    }
    Ok((done, told))
}

/// What is left of it on record, and what its owner hears.
pub(super) async fn write_down(
    conn: &mut SqliteConnection,
    (picture, owner): (AssetId, UserId),
    (rule, trace): (ReportReason, Option<&Trace>),
    at: WallMs,
) -> Result<Vec<Delivery>, sqlx::Error> {
    let removal = Removal {
        id: RulingId::generate(),
        picture,
        owner,
        rule,
        trace: trace.cloned().unwrap_or_default(),
        at,
    };
    on_record(conn, &removal).await
}
