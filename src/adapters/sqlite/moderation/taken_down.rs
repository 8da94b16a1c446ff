//! Pictures that are taken down without a case of reports: a decision on record all the same, of which the owner hears
//! and against which they may appeal.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::number::stored;
use super::rulings::tell;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, RulingId, UserId};
use crate::domain::moderation::{ContentKind, ReportReason, RulingAction};
use crate::domain::notification::Delivery;

/// Writes the decision down, closes the case there may be, and tells the owner. The picture is down already, so that
/// nothing is owed.
pub(in super::super) async fn taken_down(
    conn: &mut SqliteConnection,
    (asset, owner): (AssetId, UserId),
    moderator: Option<UserId>,
    at: WallMs,
) -> Result<Vec<Delivery>, sqlx::Error> {
    let case: Option<Uuid> = sqlx::query_scalar(
        "UPDATE moderation_case SET state = 'closed', held = 0, closed_ms = ?
         WHERE kind = ? AND subject = ? AND state = 'open' RETURNING id",
    )
    .bind(stored(at))
    .bind(ContentKind::Asset.as_str())
    .bind(asset.to_string())
    .fetch_optional(&mut *conn)
    .await?;
    let id = RulingId::generate();
    sqlx::query(
        "INSERT INTO ruling (id, case_id, kind, subject, author_id, moderator_id, action, rule, note, created_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?)",
    )
    .bind(id.uuid())
    .bind(case)
    .bind(ContentKind::Asset.as_str())
    .bind(asset.to_string())
    .bind(owner.uuid())
    .bind(moderator.map(UserId::uuid))
    .bind(RulingAction::Remove.as_str())
    .bind(ReportReason::Other.as_str())
    .bind(stored(at))
    .execute(&mut *conn)
    .await?;
    tell(conn, owner, id, at).await
}
