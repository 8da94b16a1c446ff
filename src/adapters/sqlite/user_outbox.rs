//! What happened to accounts, written beside it in the same transaction.

use serde::Serialize;
use sqlx::SqliteConnection;
use sqlx::types::Json;
use uuid::Uuid;

/// Writes an event of an account down.
pub(super) async fn put(
    conn: &mut SqliteConnection,
    user: Uuid,
    event: &(impl Serialize + Sync),
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO user_outbox (user_id, event) VALUES (?, ?)")
        .bind(user)
        .bind(Json(event))
        .execute(conn)
        .await
        .map(drop)
}
