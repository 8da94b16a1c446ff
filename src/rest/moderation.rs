//! Reports, the moderators' queue, decisions and appeals: `/v1/reports`, `/v1/moderation`, `/v1/me/decisions`.

mod appeals;
mod body;
mod cases;
mod decisions;
mod log;
mod reports;

use axum::extract::FromRef;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::{Code, Json, Problem};
use crate::services::auth::AuthService;
use crate::services::moderation::{ModerationError, ModerationService};

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct ModerationState {
    /// The moderation service.
    pub moderation: ModerationService,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<ModerationState> for ModerationService {
    fn from_ref(state: &ModerationState) -> Self {
        state.moderation.clone()
    }
}

impl FromRef<ModerationState> for AuthService {
    fn from_ref(state: &ModerationState) -> Self {
        state.auth.clone()
    }
}

/// The routes.
pub fn routes() -> OpenApiRouter<ModerationState> {
    OpenApiRouter::default()
        .routes(routes!(reports::report))
        .routes(routes!(reports::reports))
        .routes(routes!(cases::cases))
        .routes(routes!(cases::case))
        .routes(routes!(cases::decide))
        .routes(routes!(decisions::decisions))
        .routes(routes!(decisions::appeal))
        .routes(routes!(appeals::appeals))
        .routes(routes!(appeals::judge))
        .routes(routes!(log::log))
}

/// The routes, with what they need.
pub fn router(state: ModerationState) -> OpenApiRouter {
    routes().with_state(state)
}

// What is decided changes: what was true a moment ago is not kept.
fn not_kept(status: StatusCode, body: impl Serialize) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn refused(error: ModerationError) -> Problem {
    match error {
        ModerationError::NoSuchThing => Problem::new(Code::ContentNotFound),
        ModerationError::Oneself => Problem::new(Code::ReportsOneself),
        ModerationError::TooManyReports(wait_ms) => Problem::new(Code::RateLimited)
            .detail(error.to_string())
            .retry_after_ms(wait_ms),
        ModerationError::BadText(bad) => Problem::new(Code::InvalidText).detail(bad.to_string()),
        ModerationError::BadRuling(why) => Problem::new(Code::InvalidDecision).detail(why),
        ModerationError::NoSuchCase => Problem::new(Code::CaseNotFound),
        ModerationError::Closed => Problem::new(Code::AlreadyDecided),
        ModerationError::Forbidden => Problem::new(Code::Forbidden),
        ModerationError::NoSuchRuling => Problem::new(Code::DecisionNotFound),
        ModerationError::NoAppeal(why) => Problem::new(Code::NotAppealable).detail(why),
        ModerationError::KeyReused => Problem::new(Code::IdempotencyKeyReused),
        ModerationError::Unavailable(error) => Problem::unavailable(&error),
    }
}
