//! Cases and decisions as PostgreSQL has them.

use std::str::FromStr;

use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::super::number::{to_u32, to_u64, wall};
use super::super::user_row::UserRow;
use crate::domain::id::{CaseId, RulingId, UserId};
use crate::domain::moderation::ContentKind;
use crate::domain::user::User;
use crate::ports::moderation::desk::{Appeal, Case, Ruling};

/// A name as it was stored: another is a fault.
pub(super) fn named<T: FromStr>(text: &str) -> Result<T, sqlx::Error> {
    let fault = || sqlx::Error::Decode(format!("no such name: {text}").into());
    text.parse().map_err(|_| fault())
}

/// The columns of [`RulingRow`].
pub(super) const RULING: &str =
    "SELECT place, id, case_id, kind, subject, author_id, moderator_id, action, rule, note,
     until_ms, created_ms, appeal, appeal_text, appealed_ms, judged_ms FROM ruling";

#[derive(sqlx::FromRow)]
pub(super) struct RulingRow {
    place: i64,
    id: Uuid,
    case_id: Option<Uuid>,
    kind: String,
    subject: String,
    author_id: Option<Uuid>,
    moderator_id: Option<Uuid>,
    action: String,
    rule: String,
    note: String,
    until_ms: Option<i64>,
    created_ms: i64,
    appeal: Option<String>,
    appeal_text: String,
    appealed_ms: Option<i64>,
    judged_ms: Option<i64>,
}

impl TryFrom<RulingRow> for Ruling {
    type Error = sqlx::Error;

    fn try_from(row: RulingRow) -> Result<Self, sqlx::Error> {
        let appeal = match (row.appeal, row.appealed_ms) {
            (Some(state), Some(at)) => Some(Appeal {
                text: row.appeal_text,
                state: named(&state)?,
                at: wall(at),
                decided: row.judged_ms.map(wall),
            }),
            _ => None,
        };
        Ok(Self {
            id: RulingId::from_uuid(row.id),
            place: to_u64(row.place),
            case: row.case_id.map(CaseId::from_uuid),
            kind: named(&row.kind)?,
            subject: row.subject,
            author: row.author_id.map(UserId::from_uuid),
            moderator: row.moderator_id.map(UserId::from_uuid),
            action: named(&row.action)?,
            rule: named(&row.rule)?,
            note: row.note,
            until: row.until_ms.map(wall),
            at: wall(row.created_ms),
            appeal,
        })
    }
}

pub(super) fn rulings(rows: Vec<RulingRow>) -> Result<Vec<Ruling>, sqlx::Error> {
    rows.into_iter().map(Ruling::try_from).collect()
}

/// Holds the decisions about a thing, in their order.
pub(super) async fn take(
    conn: &mut PgConnection,
    kind: ContentKind,
    subject: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "SELECT FROM ruling WHERE kind = $1 AND subject = $2 ORDER BY place FOR NO KEY UPDATE",
    )
    .bind(kind.as_str())
    .bind(subject)
    .execute(conn)
    .await
    .map(drop)
}

/// One decision.
pub(super) async fn ruling(
    conn: &mut PgConnection,
    id: RulingId,
) -> Result<Option<Ruling>, sqlx::Error> {
    let row: Option<RulingRow> = sqlx::query_as(AssertSqlSafe(format!("{RULING} WHERE id = $1")))
        .bind(id.uuid())
        .fetch_optional(conn)
        .await?;
    row.map(Ruling::try_from).transpose()
}

/// The columns of [`CaseRow`]. Nobody's columns are filled with zeros, and not looked at.
pub(super) const CASE: &str =
    "SELECT c.id AS case_id, c.kind, c.subject, c.text, c.state, c.held, c.reports, c.opened_ms,
        c.closed_ms, account.id IS NOT NULL AS has_author, coalesce(account.id,
        '00000000-0000-0000-0000-000000000000') AS user_id,
        coalesce(handle, '') AS handle, coalesce(display_name, '') AS display_name,
        coalesce(look, '\\x000000000000') AS look, coalesce(mood, '') AS mood, coalesce(bio,
        '') AS bio,
        coalesce(front_room_id, '00000000-0000-0000-0000-000000000000') AS front_room_id
     FROM moderation_case AS c LEFT JOIN account ON account.id = c.author_id";

#[derive(sqlx::FromRow)]
pub(super) struct CaseRow {
    case_id: Uuid,
    kind: String,
    subject: String,
    text: String,
    state: String,
    held: bool,
    reports: i64,
    opened_ms: i64,
    closed_ms: Option<i64>,
    has_author: bool,
    #[sqlx(flatten)]
    user: UserRow,
}

impl TryFrom<CaseRow> for Case {
    type Error = sqlx::Error;

    fn try_from(row: CaseRow) -> Result<Self, sqlx::Error> {
        let author = row.has_author.then(|| User::try_from(row.user));
        Ok(Self {
            id: CaseId::from_uuid(row.case_id),
            kind: named(&row.kind)?,
            subject: row.subject,
            author: author.transpose()?,
            text: row.text,
            state: named(&row.state)?,
            held: row.held,
            reports: to_u32(row.reports),
            opened: wall(row.opened_ms),
            closed: row.closed_ms.map(wall),
        })
    }
}
