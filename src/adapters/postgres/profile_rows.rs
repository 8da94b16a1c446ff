//! Profiles as rows, read by whoever needs one in a transaction of its own.

use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::number::{stored, to_u64, wall};
use super::user_row::UserRow;
use crate::domain::clock::WallMs;
use crate::domain::profile::{Link, Profile};

#[derive(Debug, sqlx::FromRow)]
struct ProfileRow {
    #[sqlx(flatten)]
    user: UserRow,
    links: Json<Vec<Link>>,
    version: i64,
    handle_changed_ms: Option<i64>,
}

impl TryFrom<ProfileRow> for Profile {
    type Error = sqlx::Error;

    fn try_from(row: ProfileRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            user: row.user.try_into()?,
            links: row.links.0,
            version: to_u64(row.version),
            handle_changed: row.handle_changed_ms.map(wall),
        })
    }
}

/// Who is suspended at the time `$2`.
const SUSPENDED_AT_2: &str = "SELECT FROM suspension
    WHERE suspension.user_id = account.id AND (until_ms IS NULL OR until_ms > $2)";

/// Whose profile is read.
pub(super) enum Of<'a> {
    /// This account's, closed or not.
    Id(Uuid),
    /// That of whoever has this handle, who is neither closed nor suspended at this time.
    Handle(&'a str, WallMs),
}

/// A profile, if it is there.
pub(super) async fn read(
    conn: &mut PgConnection,
    of: Of<'_>,
) -> Result<Option<Profile>, sqlx::Error> {
    const COLUMNS: &str = "SELECT id AS user_id, handle, display_name, look, mood, bio, \
        front_room_id, links, version, handle_changed_ms FROM account WHERE";
    let row: Option<ProfileRow> = match of {
        Of::Id(id) => {
            let query = AssertSqlSafe(format!("{COLUMNS} id = $1"));
            sqlx::query_as(query).bind(id).fetch_optional(conn).await?
        }
        Of::Handle(handle, now) => {
            let query = AssertSqlSafe(format!(
                "{COLUMNS} handle = $1 AND closing_ms IS NULL AND NOT EXISTS ({SUSPENDED_AT_2})"
            ));
            sqlx::query_as(query)
                .bind(handle)
                .bind(stored(now))
                .fetch_optional(conn)
                .await?
        }
    };
    row.map(Profile::try_from).transpose()
}
