//! Reports, and the cases they are gathered in.

use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::super::lock::{self, Name};
use super::super::number::{stored, wall};
use super::super::user_row::UserRow;
use super::rows::{CASE, CaseRow, RULING, named, rulings};
use crate::domain::clock::WallMs;
use crate::domain::id::{CaseId, ReportId, UserId};
use crate::domain::moderation::{CaseState, case_text};
use crate::domain::user::User;
use crate::ports::moderation::desk::{
    Case, CaseFile, CaseReport, NewReport, PAST_SHOWN_MAX, QueuePlace, REPORT_AGAIN_MS,
    REPORTS_A_DAY_MAX, REPORTS_SHOWN_MAX, Report, Reported, Thing,
};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The open case of a thing, which is opened where there is none.
pub(super) async fn open(
    conn: &mut PgConnection,
    thing: &Thing,
    held: bool,
    at: WallMs,
) -> Result<CaseId, sqlx::Error> {
    let id: Uuid = sqlx::query_scalar(
        "INSERT INTO moderation_case (id, kind, subject, author_id, text, state, held, opened_ms)
         VALUES ($1, $2, $3, (SELECT id FROM account WHERE id = $4), $5, 'open', $6, $7)
         ON CONFLICT (kind, subject) WHERE state = 'open' DO UPDATE
         SET held = moderation_case.held OR excluded.held
         RETURNING id",
    )
    .bind(CaseId::generate().uuid())
    .bind(thing.kind.as_str())
    .bind(&thing.subject)
    .bind(thing.author.map(UserId::uuid))
    .bind(case_text(&thing.text))
    .bind(held)
    .bind(stored(at))
    .fetch_one(conn)
    .await?;
    Ok(CaseId::from_uuid(id))
}

/// Holds what a case is about, its author, and whoever acts. What a case is about does not change, and its author but by
/// their erasure.
pub(super) async fn take(
    conn: &mut PgConnection,
    id: CaseId,
    actors: impl Iterator<Item = UserId>,
) -> Result<(), sqlx::Error> {
    let about: Option<(String, String, Option<Uuid>)> =
        sqlx::query_as("SELECT kind, subject, author_id FROM moderation_case WHERE id = $1")
            .bind(id.uuid())
            .fetch_optional(&mut *conn)
            .await?;
    let mut author = None;
    if let Some((kind, subject, of)) = &about {
        lock::names(conn, [Name::Thing(kind, subject)]).await?;
        author = of.map(UserId::from_uuid);
    }
    lock::people(conn, actors.chain(author)).await
}

#[derive(sqlx::FromRow)]
struct ReportRow {
    id: Uuid,
    kind: String,
    subject: String,
    reason: String,
    comment: String,
    created_ms: i64,
    state: String,
}

impl TryFrom<ReportRow> for Report {
    type Error = sqlx::Error;

    fn try_from(row: ReportRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: ReportId::from_uuid(row.id),
            kind: named(&row.kind)?,
            subject: row.subject,
            reason: named(&row.reason)?,
            comment: row.comment,
            at: wall(row.created_ms),
            state: named(&row.state)?,
        })
    }
}

/// The columns of [`ReportRow`].
const REPORT: &str =
    "SELECT report.id, report.kind, report.subject, reason, comment, created_ms, state
     FROM report JOIN moderation_case ON moderation_case.id = case_id";

/// Reports a thing, as the port says.
pub(super) async fn report(
    conn: &mut PgConnection,
    report: &NewReport,
) -> Result<Reported, sqlx::Error> {
    let thing = &report.thing;
    let before: Option<ReportRow> = sqlx::query_as(AssertSqlSafe(format!(
        "{REPORT} WHERE reporter_id = $1 AND report.kind = $2 AND report.subject = $3
         AND (state = 'open' OR created_ms > $4)
         ORDER BY created_ms DESC LIMIT 1"
    )))
    .bind(report.reporter.uuid())
    .bind(thing.kind.as_str())
    .bind(&thing.subject)
    .bind(stored(report.at).saturating_sub_unsigned(REPORT_AGAIN_MS))
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(before) = before {
        return Ok(Reported::Report(before.try_into()?));
    }
    // Of as many as may be within a day the first, if there are so many.
    let first: Option<i64> = sqlx::query_scalar(
        "SELECT created_ms FROM report WHERE reporter_id = $1 AND created_ms > $2
         ORDER BY created_ms DESC LIMIT 1 OFFSET $3",
    )
    .bind(report.reporter.uuid())
    .bind(stored(report.at).saturating_sub_unsigned(DAY_MS))
    .bind(i64::from(REPORTS_A_DAY_MAX) - 1)
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(first) = first {
        let again = wall(first).0.saturating_add(DAY_MS);
        return Ok(Reported::TooMany(again.saturating_sub(report.at.0)));
    }
    let case = open(&mut *conn, thing, false, report.at).await?;
    let id = ReportId::generate();
    sqlx::query(
        "INSERT INTO report (id, case_id, reporter_id, kind, subject, reason, comment, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id.uuid())
    .bind(case.uuid())
    .bind(report.reporter.uuid())
    .bind(thing.kind.as_str())
    .bind(&thing.subject)
    .bind(report.reason.as_str())
    .bind(&report.comment)
    .bind(stored(report.at))
    .execute(conn)
    .await?;
    Ok(Reported::Report(Report {
        id,
        kind: thing.kind,
        subject: thing.subject.clone(),
        reason: report.reason,
        comment: report.comment.clone(),
        at: report.at,
        state: CaseState::Open,
    }))
}

/// What somebody reported, the newest first.
pub(super) async fn reports_of(
    conn: &mut PgConnection,
    reporter: UserId,
    after: Option<(WallMs, ReportId)>,
    limit: u32,
) -> Result<Vec<Report>, sqlx::Error> {
    let rows: Vec<ReportRow> = sqlx::query_as(AssertSqlSafe(format!(
        "{REPORT} WHERE reporter_id = $1 AND ($2::bigint IS NULL
         OR (created_ms, report.id) < ($2, $3))
         ORDER BY created_ms DESC, report.id DESC LIMIT $4"
    )))
    .bind(reporter.uuid())
    .bind(after.map(|(at, _)| stored(at)))
    .bind(after.map(|(_, id)| id.uuid()))
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Report::try_from).collect()
}

/// Cases in the order of the queue.
pub(super) async fn queue(
    conn: &mut PgConnection,
    state: CaseState,
    after: Option<QueuePlace>,
    limit: u32,
) -> Result<Vec<Case>, sqlx::Error> {
    let rows: Vec<CaseRow> = sqlx::query_as(AssertSqlSafe(format!(
        "{CASE} WHERE c.state = $1 AND ($2::bigint IS NULL OR c.reports < $2
             OR c.reports = $2 AND (c.opened_ms, c.id) > ($3, $4))
         ORDER BY c.reports DESC, c.opened_ms, c.id LIMIT $5"
    )))
    .bind(state.as_str())
    .bind(after.map(|place| i64::from(place.reports)))
    .bind(after.map(|place| stored(place.opened)))
    .bind(after.map(|place| place.id.uuid()))
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Case::try_from).collect()
}

/// One case.
pub(super) async fn one(conn: &mut PgConnection, id: CaseId) -> Result<Option<Case>, sqlx::Error> {
    let row: Option<CaseRow> = sqlx::query_as(AssertSqlSafe(format!("{CASE} WHERE c.id = $1")))
        .bind(id.uuid())
        .fetch_optional(conn)
        .await?;
    row.map(Case::try_from).transpose()
}

#[derive(sqlx::FromRow)]
struct CaseReportRow {
    reason: String,
    comment: String,
    at_ms: i64,
    #[sqlx(flatten)]
    user: UserRow,
}

/// A case with all there is to decide by.
pub(super) async fn file(
    conn: &mut PgConnection,
    id: CaseId,
) -> Result<Option<CaseFile>, sqlx::Error> {
    let Some(case) = one(&mut *conn, id).await? else {
        return Ok(None);
    };
    let reports: Vec<CaseReportRow> = sqlx::query_as(
        "SELECT reason, comment, report.created_ms AS at_ms, account.id AS user_id, handle,
         display_name, look,
                mood, bio, front_room_id
         FROM report JOIN account ON account.id = reporter_id
         WHERE case_id = $1 ORDER BY report.created_ms, report.id LIMIT $2",
    )
    .bind(id.uuid())
    .bind(i64::from(REPORTS_SHOWN_MAX))
    .fetch_all(&mut *conn)
    .await?;
    let reports = reports.into_iter().map(|row| {
        Ok::<_, sqlx::Error>(CaseReport {
            reporter: User::try_from(row.user)?,
            reason: named(&row.reason)?,
            comment: row.comment,
            at: wall(row.at_ms),
        })
    });
    let reports = reports.collect::<Result<_, _>>()?;
    let own = sqlx::query_as(AssertSqlSafe(format!(
        "{RULING} WHERE case_id = $1 ORDER BY place"
    )))
    .bind(id.uuid())
    .fetch_all(&mut *conn)
    .await?;
    let past = sqlx::query_as(AssertSqlSafe(format!(
        "{RULING} WHERE author_id = $1 AND case_id IS DISTINCT
         FROM $2 AND action IN ('hide', 'remove', 'warn', 'suspend')
         ORDER BY place DESC LIMIT $3"
    )))
    .bind(case.author.as_ref().map(|author| author.id.uuid()))
    .bind(id.uuid())
    .bind(i64::from(PAST_SHOWN_MAX))
    .fetch_all(conn)
    .await?;
    Ok(Some(CaseFile {
        case,
        reports,
        rulings: rulings(own)?,
        past: rulings(past)?,
    }))
}
