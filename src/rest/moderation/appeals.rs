//! `/v1/moderation/appeals`, for moderators.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{StaffDecisionBody, StaffDecisionFields};
use super::{not_kept, refused};
use crate::domain::clock::WallMs;
use crate::domain::id::RulingId;
use crate::domain::scope::Scope;
use crate::rest::auth::{Holder, Traced};
use crate::rest::cursor::{Page, Place};
use crate::rest::idempotency::Idempotency;
use crate::rest::problem::{Code, Json, Path, Problem};
use crate::services::moderation::ModerationService;

#[derive(Serialize, ToSchema)]
pub(super) struct AppealsBody {
    /// The decisions appealed against.
    appeals: Vec<StaffDecisionFields>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// After which appeal the next page begins.
#[derive(Serialize, Deserialize)]
struct Waiting(WallMs, u64);

impl Place for Waiting {
    const LIST: &'static str = "appeals";
}

/// Appeals that wait, the oldest first.
#[utoipa::path(get, path = "/v1/moderation/appeals", tag = "moderation", params(Page),
    responses(
        (status = 200, description = "A page.", body = AppealsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
    ))]
pub(super) async fn appeals(
    State(moderation): State<ModerationService>,
    holder: Holder,
    page: Page,
) -> Result<Response, Problem> {
    holder.require(Scope::Moderate)?;
    let after = page.after::<Waiting>()?;
    let after = after.map(|Waiting(at, place)| (at, place));
    let found = moderation.appeals(after, page.limit()).await;
    let mut found = found.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |last| {
        let at = last.appeal.as_ref().map_or(last.at, |appeal| appeal.at);
        Waiting(at, last.place)
    });
    let appeals = found.into_iter().map(Into::into).collect();
    let body = AppealsBody {
        appeals,
        next_cursor,
    };
    Ok(not_kept(StatusCode::OK, body))
}

/// How an appeal ends.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AppealOutcome {
    /// The decision stands.
    Uphold,
    /// The decision is taken back, with what followed from it; what was removed is not to be had again, but for
    /// pictures, which are back where they were.
    Overturn,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppealDecisionWish {
    decision: AppealOutcome,
}

/// Decides an appeal, against a decision of somebody else where there is another moderator. The author is told.
#[utoipa::path(post, path = "/v1/moderation/appeals/{id}/decision", tag = "moderation",
    params(("id" = RulingId, Path, description = "The decision appealed against.")),
    request_body = AppealDecisionWish,
    responses(
        (status = 201, description = "It is decided.", body = StaffDecisionBody),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "decision_not_found"),
        (status = 409, description = "already_decided"),
    ))]
pub(super) async fn judge(
    State(moderation): State<ModerationService>,
    holder: Holder,
    Traced(trace): Traced,
    idempotency: Idempotency,
    id: Result<Path<RulingId>, Problem>,
    Json(wish): Json<AppealDecisionWish>,
) -> Result<Response, Problem> {
    let viewer = holder.require(Scope::Moderate)?;
    let Path(id) = id.map_err(|_| Code::DecisionNotFound)?;
    let once = idempotency.once(viewer.user.id);
    let trace = trace.by(viewer.user.id, viewer.login_id);
    let overturn = wish.decision == AppealOutcome::Overturn;
    let judged = moderation.judge(id, overturn, &trace, once.as_ref()).await;
    let decision = judged.map_err(refused)?.into();
    Ok(not_kept(
        StatusCode::CREATED,
        StaffDecisionBody { decision },
    ))
}
