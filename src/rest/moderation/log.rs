//! `GET /v1/moderation/log`: what moderators do, for everybody to see. It names nobody.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{not_kept, refused};
use crate::domain::moderation::{AppealState, ContentKind, ReportReason, RulingAction};
use crate::ports::moderation::desk::Ruling;
use crate::rest::cursor::{Page, Place};
use crate::rest::problem::Problem;
use crate::services::moderation::ModerationService;

/// One decision, without names.
#[derive(Serialize, ToSchema)]
struct LogEntryFields {
    kind: ContentKind,
    action: RulingAction,
    rule: ReportReason,
    /// The day, in UTC.
    #[schema(format = Date)]
    date: String,
    /// What became of the appeal; null: there was none.
    #[schema(required)]
    appeal: Option<AppealState>,
}

impl From<Ruling> for LogEntryFields {
    fn from(ruling: Ruling) -> Self {
        Self {
            kind: ruling.kind,
            action: ruling.action,
            rule: ruling.rule,
            date: ruling.at.to_offset().date().to_string(),
            appeal: ruling.appeal.map(|appeal| appeal.state),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct ModerationLogBody {
    entries: Vec<LogEntryFields>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Before which decision the next page begins.
#[derive(Serialize, Deserialize)]
struct Logged(u64);

impl Place for Logged {
    const LIST: &'static str = "moderation_log";
}

/// What moderators decided, the newest first, for everybody: which kind of thing, by which rule, on which day.
#[utoipa::path(get, path = "/v1/moderation/log", tag = "moderation", params(Page), security(()),
    responses(
        (status = 200, description = "A page.", body = ModerationLogBody),
        (status = 400, description = "invalid_cursor"),
    ))]
pub(super) async fn log(
    State(moderation): State<ModerationService>,
    page: Page,
) -> Result<Response, Problem> {
    let before = page.after::<Logged>()?.map(|Logged(place)| place);
    let found = moderation.log(before, page.limit()).await;
    let mut found = found.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |last| Logged(last.place));
    let entries = found.into_iter().map(Into::into).collect();
    let body = ModerationLogBody {
        entries,
        next_cursor,
    };
    Ok(not_kept(StatusCode::OK, body))
}
