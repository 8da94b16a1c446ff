//! `POST /v1/reports` and `/v1/me/reports`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{not_kept, refused};
use crate::domain::clock::WallMs;
use crate::domain::id::ReportId;
use crate::domain::moderation::{CaseState, ContentKind, ReportReason};
use crate::ports::moderation::desk::Report;
use crate::rest::auth::Viewer;
use crate::rest::cursor::{Page, Place};
use crate::rest::idempotency::Idempotency;
use crate::rest::problem::{Json, Problem};
use crate::services::moderation::ModerationService;

/// What is wrong with what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportWish {
    kind: ContentKind,
    /// Which thing, by its kind's rules: an id, of a line of chat `room-id/seq/line` with its number among those of
    /// the same seq, from 0.
    #[schema(max_length = 100)]
    id: String,
    reason: ReportReason,
    /// At most 500 characters.
    #[schema(required = false, max_length = 500)]
    #[serde(default)]
    comment: String,
}

/// A report of one's own.
#[derive(Serialize, ToSchema)]
struct ReportFields {
    id: ReportId,
    kind: ContentKind,
    /// Which thing, by its kind's rules.
    subject: String,
    reason: ReportReason,
    comment: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    reported_at: OffsetDateTime,
    /// Whether it still waits for a moderator.
    state: CaseState,
}

impl From<Report> for ReportFields {
    fn from(report: Report) -> Self {
        Self {
            id: report.id,
            kind: report.kind,
            subject: report.subject,
            reason: report.reason,
            comment: report.comment,
            reported_at: report.at.to_offset(),
            state: report.state,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct ReportBody {
    report: ReportFields,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ReportsBody {
    reports: Vec<ReportFields>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// After which report the next page begins.
#[derive(Serialize, Deserialize)]
struct Listed(WallMs, ReportId);

impl Place for Listed {
    const LIST: &'static str = "reports";
}

/// Reports something one can see to the moderators. Once a person and case: whoever reports it again while that is open,
/// or within a day, gets the report there is. At most 50 a day.
#[utoipa::path(post, path = "/v1/reports", tag = "moderation", request_body = ReportWish,
    responses(
        (status = 201, description = "It waits for a moderator.", body = ReportBody),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "content_not_found"),
        (status = 422, description = "invalid_text, reports_oneself"),
        (status = 429, description = "rate_limited"),
    ))]
pub(super) async fn report(
    State(moderation): State<ModerationService>,
    viewer: Viewer,
    idempotency: Idempotency,
    Json(wish): Json<ReportWish>,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let once = idempotency.once(viewer);
    let thing = (wish.kind, wish.id.as_str());
    let reported = moderation
        .report(viewer, thing, wish.reason, &wish.comment, once.as_ref())
        .await;
    let report = reported.map_err(refused)?.into();
    Ok(not_kept(StatusCode::CREATED, ReportBody { report }))
}

/// What one has reported, the newest first.
#[utoipa::path(get, path = "/v1/me/reports", tag = "moderation", params(Page),
    responses(
        (status = 200, description = "A page.", body = ReportsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn reports(
    State(moderation): State<ModerationService>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let after = page.after::<Listed>()?.map(|Listed(at, id)| (at, id));
    let found = moderation.reports(viewer, after, page.limit()).await;
    let mut found = found.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |last| Listed(last.at, last.id));
    let reports = found.into_iter().map(Into::into).collect();
    let body = ReportsBody {
        reports,
        next_cursor,
    };
    Ok(not_kept(StatusCode::OK, body))
}
