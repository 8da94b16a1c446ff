//! `/v1/me/decisions`: what moderators decided about things of one's own, and appeals.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::DecisionFields;
use super::{not_kept, refused};
use crate::domain::id::RulingId;
use crate::rest::auth::Appellant;
use crate::rest::cursor::{Page, Place};
use crate::rest::idempotency::Idempotency;
use crate::rest::problem::{Code, Json, Path, Problem};
use crate::services::moderation::ModerationService;

#[derive(Serialize, ToSchema)]
pub(super) struct DecisionsBody {
    decisions: Vec<DecisionFields>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Before which decision the next page begins.
#[derive(Serialize, Deserialize)]
struct Before(u64);

impl Place for Before {
    const LIST: &'static str = "decisions";
}

/// What was decided about things of one's own, the newest first. Also for whoever is suspended.
#[utoipa::path(get, path = "/v1/me/decisions", tag = "moderation", params(Page),
    responses(
        (status = 200, description = "A page.", body = DecisionsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn decisions(
    State(moderation): State<ModerationService>,
    viewer: Appellant,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let before = page.after::<Before>()?.map(|Before(place)| place);
    let found = moderation.own_rulings(viewer, before, page.limit()).await;
    let mut found = found.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |last| Before(last.place));
    let decisions = found.into_iter().map(Into::into).collect();
    let body = DecisionsBody {
        decisions,
        next_cursor,
    };
    Ok(not_kept(StatusCode::OK, body))
}

/// Why it is wrong.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppealWish {
    /// 1 to 1,000 characters.
    #[schema(min_length = 1, max_length = 1_000)]
    text: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct DecisionBody {
    decision: DecisionFields,
}

/// Appeals against a decision: once, within 30 days, also while suspended. Another moderator decides, where there is
/// one.
#[utoipa::path(post, path = "/v1/me/decisions/{id}/appeal", tag = "moderation",
    params(("id" = RulingId, Path, description = "Which.")), request_body = AppealWish,
    responses(
        (status = 201, description = "It waits for a moderator.", body = DecisionBody),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "decision_not_found"),
        (status = 409, description = "not_appealable"),
        (status = 422, description = "invalid_text"),
    ))]
pub(super) async fn appeal(
    State(moderation): State<ModerationService>,
    viewer: Appellant,
    idempotency: Idempotency,
    id: Result<Path<RulingId>, Problem>,
    Json(wish): Json<AppealWish>,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let Path(id) = id.map_err(|_| Code::DecisionNotFound)?;
    let once = idempotency.once(viewer);
    let appealed = moderation.appeal(viewer, id, &wish.text, once.as_ref());
    let decision = appealed.await.map_err(refused)?.into();
    Ok(not_kept(StatusCode::CREATED, DecisionBody { decision }))
}
