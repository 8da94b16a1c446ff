//! What is taken down: the picture, and every other upload of the same. Until nobody can appeal any more its bytes are
//! kept, closed to everybody; how they come back or go is in `withheld`.

use serde_json::json;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::audit::{self, Line};
use super::super::moderation::{removal_rule, taken_down as on_record};
use super::super::number::stored;
use super::purges::purge;
use super::tell;
use super::withheld::{destroy, destroy_unless_awaited};
use crate::domain::asset::{Asset, AssetEvent};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::domain::moderation::{APPEAL_MS, ReportReason};
use crate::domain::notification::Delivery;

/// Uploads of the same that go in one step; what is left goes in the next, from the worker that clears away.
const COPIES_AT_ONCE: u32 = 64;

/// Digests whose other uploads are looked for in one step.
const DIGESTS_AT_ONCE: u32 = 16;

/// Takes one picture down, in whatever state it is, and bans its bytes: they are banned with the newest picture they
/// are of. Its owner is not told by this.
pub(super) async fn take_down(
    conn: &mut SqliteConnection,
    before: &Asset,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    let id = before.id.uuid();
    for statement in [
        // What is only announced may be anybody's: nobody has seen that its owner has it.
        "INSERT OR REPLACE INTO asset_banned (sha256, at_ms, asset_id)
             SELECT source_sha256, ?2, id FROM asset WHERE id = ?1 AND state <> 'uploading'",
        "INSERT OR REPLACE INTO asset_banned (sha256, at_ms, asset_id)
             SELECT sha256, ?2, asset_id FROM asset_variant WHERE asset_id = ?1 AND name = 'large'",
    ] {
        sqlx::query(statement)
            .bind(id)
            .bind(stored(now))
            .execute(&mut *conn)
            .await?;
    }
    bury(conn, before.id, now).await
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
/// were. `trace` is of the moderator, where one is at it.
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
        let rule = match with {
            Some(with) => removal_rule(conn, AssetId::from_uuid(with)).await?,
            None => None,
        };
        let rule = rule.unwrap_or(ReportReason::Other);
        let copies: Vec<(Uuid, Uuid)> = sqlx::query_as(
            "SELECT id, owner_id FROM asset WHERE state = 'ready' AND id IN (
                 SELECT id FROM asset WHERE source_sha256 = ?1
                 UNION SELECT asset_id FROM asset_variant WHERE sha256 = ?1 AND name = 'large') LIMIT ?2",
        )
        .bind(&digest)
        .bind(COPIES_AT_ONCE)
        .fetch_all(&mut *conn)
        .await?;
        let count = u32::try_from(copies.len()).unwrap_or(COPIES_AT_ONCE);
        for (id, owner) in copies {
            let (id, owner) = (AssetId::from_uuid(id), UserId::from_uuid(owner));
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
            sqlx::query("UPDATE asset_banned SET is_searched = 1 WHERE sha256 = ?")
                .bind(&digest)
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

/// What is left of it in the logs, and what its owner hears.
pub(super) async fn write_down(
    conn: &mut SqliteConnection,
    (asset, owner): (AssetId, UserId),
    (rule, trace): (ReportReason, Option<&Trace>),
    now: WallMs,
) -> Result<Vec<Delivery>, sqlx::Error> {
    let nobody = Trace::default();
    let trace = trace.unwrap_or(&nobody);
    let line = Line {
        act: Act::PictureTakenDown,
        subject: Some(owner),
        detail: json!({ "asset": asset }),
        trace,
        at: now,
    };
    audit::write(conn, line).await?;
    on_record(conn, (asset, owner), (rule, trace.actor), now).await
}
