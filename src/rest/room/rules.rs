//! The rules of a room: changed by its owner through the live room, like everything else about it, and the
//! record of what its owner decided.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{RoomBody, RoomState, body, refused};
use crate::domain::id::RoomId;
use crate::domain::room::{
    AuditEntry, Decision, PersonRef, PolicyChange, Refusal, Seq, Visibility,
};
use crate::domain::text::Title;
use crate::realtime::inspect::Decided;
use crate::realtime::room::CommandOutcome;
use crate::rest::auth::Viewer;
use crate::rest::cursor::{Page, Place};
use crate::rest::etag::{IfMatch, IfNoneMatch};
use crate::rest::problem::{Code, Json, Path, Problem};
use crate::services::auth::SignedIn;

/// When to try again if the room cannot be reached: about as long as a node needs to take it over.
const UNREACHABLE_RETRY_MS: u64 = 2_000;

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RulesBody {
    #[schema(max_length = 40)]
    name: Option<String>,
    visibility: Option<Visibility>,
    guests_allowed: Option<bool>,
    locked: Option<bool>,
    people_max: Option<u32>,
}

/// Changes rules of a room. Answered when it is saved. A tag of the room stands for its rules: `If-Match` holds while
/// those are the same, whatever else happens in the room.
#[utoipa::path(patch, path = "/v1/rooms/{id}", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which."), IfMatch),
    responses(
        (status = 200, description = "The room as it is now.", body = RoomBody,
            headers(("etag" = String, description = "The version of the rules, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found"),
        (status = 422, description = "invalid_name, content_refused"),
    ))]
pub(super) async fn change(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
    IfMatch(expected): IfMatch,
    Json(wanted): Json<RulesBody>,
) -> Result<Response, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    owned(&state, room, &user.id).await?;
    let name = wanted.name.as_deref().map(Title::parse).transpose();
    let change = PolicyChange {
        name: name.map_err(|bad| Problem::new(Code::InvalidName).detail(bad.to_string()))?,
        visibility: wanted.visibility,
        guests_allowed: wanted.guests_allowed,
        locked: wanted.locked,
        people_max: wanted.people_max,
    };
    if change == PolicyChange::default() {
        return Err(Problem::new(Code::InvalidBody).detail("there is nothing to change"));
    }
    let decision = Decision::SetPolicy(change);
    let rooms = &state.live.rooms;
    let decided = rooms
        .decide(room, (user.id, user.display_name), decision, expected)
        .await;
    match decided {
        Decided::Known(CommandOutcome::Done { .. }) => {}
        Decided::Known(CommandOutcome::Refused(refusal)) => return Err(not_done(refusal)),
        Decided::Known(CommandOutcome::Stale) => {
            return Err(Problem::new(Code::PreconditionFailed));
        }
        Decided::Known(CommandOutcome::Busy) => {
            let busy_ms = state.live.limits.busy_retry_ms.into();
            return Err(Problem::new(Code::Unavailable).retry_after_ms(busy_ms));
        }
        Decided::Unreachable => {
            let unreachable = Problem::new(Code::Unavailable).retry_after_ms(UNREACHABLE_RETRY_MS);
            return Err(unreachable.detail("the room cannot be reached"));
        }
    }
    let view = state.service.view(room, Some(user.id)).await;
    let view = view.map_err(refused)?;
    Ok(body(&state, view, Some(user.id), &IfNoneMatch::default()).await)
}

fn not_done(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Forbidden => Problem::new(Code::Forbidden),
        Refusal::BadName => Problem::new(Code::InvalidName),
        Refusal::ContentRefused => Problem::new(Code::ContentRefused),
        _ => Problem::new(Code::InvalidBody).detail("a rule is outside its range"),
    }
}

/// After which decision the next page begins.
#[derive(Serialize, Deserialize)]
struct Audited(u64);

impl Place for Audited {
    const LIST: &'static str = "room_audit";
}

#[derive(Serialize, ToSchema)]
pub(super) struct AuditBody {
    entries: Vec<EntryBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct EntryBody {
    seq: u64,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    actor: PersonRef,
    decision: Decision,
}

impl From<AuditEntry> for EntryBody {
    fn from(entry: AuditEntry) -> Self {
        Self {
            seq: entry.seq.0,
            at: entry.at.to_offset(),
            actor: entry.actor,
            decision: entry.decision,
        }
    }
}

/// What the owner decided, newest first.
#[utoipa::path(get, path = "/v1/rooms/{id}/audit", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which."), Page),
    responses(
        (status = 200, description = "A page.", body = AuditBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found"),
    ))]
pub(super) async fn audit(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
    page: Page,
) -> Result<Response, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    owned(&state, room, &user.id).await?;
    let before = page.after::<Audited>()?.map(|Audited(seq)| seq);
    if before.is_some_and(|seq| i64::try_from(seq).is_err()) {
        return Err(Problem::new(Code::InvalidCursor));
    }
    let entries = state.service.audit(room, before.map(Seq), page.limit() + 1);
    let mut entries = entries.await.map_err(refused)?;
    let next_cursor = page.cut(&mut entries, |last| Audited(last.seq.0));
    let body = AuditBody {
        entries: entries.into_iter().map(Into::into).collect(),
        next_cursor,
    };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((headers, Json(body)).into_response())
}

/// Only the owner goes on; others learn no more of the room than its page tells them.
async fn owned(
    state: &RoomState,
    room: RoomId,
    viewer: &crate::domain::id::UserId,
) -> Result<(), Problem> {
    let view = state.service.view(room, Some(*viewer)).await;
    let card = view.map_err(refused)?.room.card;
    if card.owner_id == *viewer {
        Ok(())
    } else {
        Err(Problem::new(Code::Forbidden))
    }
}
