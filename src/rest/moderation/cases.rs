//! `/v1/moderation/cases`: the queue, for moderators.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{
    CaseFields, CaseReportFields, ContentFields, StaffDecisionBody, StaffDecisionFields,
};
use super::{not_kept, refused};
use crate::domain::id::CaseId;
use crate::domain::moderation::{CaseState, ReportReason, RulingAction};
use crate::domain::scope::Scope;
use crate::ports::moderation::desk::QueuePlace;
use crate::rest::auth::{Holder, Traced};
use crate::rest::cursor::{Page, Place};
use crate::rest::idempotency::Idempotency;
use crate::rest::problem::{Code, Json, Path, Problem, Query};
use crate::services::moderation::{ModerationService, RulingWish};

#[derive(Deserialize, IntoParams)]
pub(super) struct CaseQuery {
    /// Those that wait unless given.
    #[param(required = false, value_type = CaseState, inline)]
    state: Option<CaseState>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct CasesBody {
    cases: Vec<CaseFields>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// After which case the next page begins. Cases are reported between pages: one that climbs past the cursor meanwhile
/// is not shown again.
#[derive(Serialize, Deserialize)]
struct Queued(CaseState, QueuePlace);

impl Place for Queued {
    const LIST: &'static str = "moderation_cases";
}

/// What waits for a moderator: reported by the most first, of those the oldest.
#[utoipa::path(get, path = "/v1/moderation/cases", tag = "moderation", params(CaseQuery, Page),
    responses(
        (status = 200, description = "A page.", body = CasesBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
    ))]
pub(super) async fn cases(
    State(moderation): State<ModerationService>,
    holder: Holder,
    Query(query): Query<CaseQuery>,
    page: Page,
) -> Result<Response, Problem> {
    holder.require(Scope::Moderate)?;
    let state = query.state.unwrap_or(CaseState::Open);
    let after = match page.after::<Queued>()? {
        Some(Queued(of, _)) if of != state => return Err(Problem::new(Code::InvalidCursor)),
        after => after.map(|Queued(_, place)| place),
    };
    let found = moderation.cases(state, after, page.limit()).await;
    let mut found = found.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |last| {
        let place = QueuePlace {
            reports: last.reports,
            opened: last.opened,
            id: last.id,
        };
        Queued(state, place)
    });
    let cases = found.into_iter().map(Into::into).collect();
    Ok(not_kept(StatusCode::OK, CasesBody { cases, next_cursor }))
}

#[derive(Serialize, ToSchema)]
pub(super) struct CaseBody {
    case: CaseFields,
    /// The thing as it is now; null once it is gone.
    #[schema(required)]
    content: Option<ContentFields>,
    /// The first hundred reports.
    reports: Vec<CaseReportFields>,
    /// What was decided in this case.
    decisions: Vec<StaffDecisionFields>,
    /// The newest twenty decisions against the author in other cases.
    past_decisions: Vec<StaffDecisionFields>,
}

/// One case with all there is to decide by.
#[utoipa::path(get, path = "/v1/moderation/cases/{id}", tag = "moderation",
    params(("id" = CaseId, Path, description = "Which.")),
    responses(
        (status = 200, description = "It.", body = CaseBody),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "case_not_found"),
    ))]
pub(super) async fn case(
    State(moderation): State<ModerationService>,
    holder: Holder,
    id: Result<Path<CaseId>, Problem>,
) -> Result<Response, Problem> {
    holder.require(Scope::Moderate)?;
    let Path(id) = id.map_err(|_| Code::CaseNotFound)?;
    let view = moderation.case(id).await.map_err(refused)?;
    let staff = |rulings: Vec<_>| rulings.into_iter().map(Into::into).collect();
    let body = CaseBody {
        case: view.file.case.into(),
        content: view.content.map(Into::into),
        reports: view.file.reports.into_iter().map(Into::into).collect(),
        decisions: staff(view.file.rulings),
        past_decisions: staff(view.file.past),
    };
    Ok(not_kept(StatusCode::OK, body))
}

/// What to do.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionWish {
    action: RulingAction,
    /// The rule that is broken, or that it was reported for.
    rule: ReportReason,
    /// For other moderators, at most 500 characters.
    #[schema(required = false, max_length = 500)]
    #[serde(default)]
    note: String,
    /// How many days a suspension lasts, 1 to 366; until it is lifted when absent.
    #[schema(minimum = 1, maximum = 366)]
    days: Option<u32>,
}

/// Decides an open case, of somebody of a lower role than one's own. The author is told, and may appeal.
#[utoipa::path(post, path = "/v1/moderation/cases/{id}/decisions", tag = "moderation",
    params(("id" = CaseId, Path, description = "Which.")), request_body = DecisionWish,
    responses(
        (status = 201, description = "It is decided.", body = StaffDecisionBody),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "case_not_found"),
        (status = 409, description = "already_decided"),
        (status = 422, description = "invalid_decision, invalid_text"),
    ))]
pub(super) async fn decide(
    State(moderation): State<ModerationService>,
    holder: Holder,
    Traced(trace): Traced,
    idempotency: Idempotency,
    id: Result<Path<CaseId>, Problem>,
    Json(wish): Json<DecisionWish>,
) -> Result<Response, Problem> {
    let viewer = holder.require(Scope::Moderate)?;
    let Path(case) = id.map_err(|_| Code::CaseNotFound)?;
    let once = idempotency.once(viewer.user.id);
    let trace = trace.by(viewer.user.id, viewer.login_id);
    let wish = RulingWish {
        case,
        action: wish.action,
        rule: wish.rule,
        note: &wish.note,
        days: wish.days,
    };
    let decided = moderation.decide(&wish, &trace, once.as_ref()).await;
    let decision = decided.map_err(refused)?.into();
    Ok(not_kept(
        StatusCode::CREATED,
        StaffDecisionBody { decision },
    ))
}
