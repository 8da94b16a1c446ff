//! The rules of a room: changed by its owner through the live room, like everything else about it, and the
//! record of what its owner decided.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{RoomBody, RoomState, body, refused};
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{
    AuditEntry, Decision, PersonRef, PolicyChange, Refusal, Seq, Visibility,
};
use crate::domain::text::Title;
use crate::domain::user::User;
use crate::domain::version::Expected;
use crate::ports::room::{Life, OwnRoom};
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
    /// Whether it is put away. Changed by itself, and not of the front room.
    archived: Option<bool>,
}

/// Changes rules of a room, or puts it away: then whoever is inside is sent away, and only its owner sees it. Answered
/// when it is saved. A room that moderators have hidden keeps its name and stays shut: either is `forbidden`. A tag of the
/// room stands for its rules: `If-Match` holds while those are the same, whatever else happens in the room.
#[utoipa::path(patch, path = "/v1/rooms/{id}", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which."), IfMatch),
    responses(
        (status = 200, description = "The room as it is now.", body = RoomBody,
            headers(("etag" = String, description = "The version of the rules, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found"),
        (status = 409, description = "front_room, room_archived"),
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
    if let Some(archived) = wanted.archived {
        let rest = wanted.policy()?;
        if rest != PolicyChange::default() {
            let alone = "archived is changed by itself";
            return Err(Problem::new(Code::InvalidBody).detail(alone));
        }
        let service = &state.service;
        let changed = service.set_archived(user.id, room, archived, &expected);
        changed.await.map_err(refused)?;
        return now(&state, room, user.id).await;
    }
    active(&state, room, user.id).await?;
    let change = wanted.policy()?;
    if change == PolicyChange::default() {
        return Err(Problem::new(Code::InvalidBody).detail("there is nothing to change"));
    }
    if let Some(name) = &change.name {
        state.service.screened(name).map_err(refused)?;
    }
    let id = user.id;
    let decision = Decision::SetPolicy(change);
    decide(&state, room, user, decision, expected, not_done).await?;
    now(&state, room, id).await
}

/// The room as it is now, to its owner.
async fn now(state: &RoomState, room: RoomId, owner: UserId) -> Result<Response, Problem> {
    let view = state.service.look(room, Some(owner)).await;
    let view = view.map_err(refused)?;
    Ok(body(state, view, Some(owner), &IfNoneMatch::default()).await)
}

/// Has a room's owner decide something in the live room, whether anybody is in it or not. Comes back when it is saved.
pub(super) async fn decide(
    state: &RoomState,
    room: RoomId,
    owner: User,
    decision: Decision,
    expected: Expected,
    not_done: impl FnOnce(Refusal) -> Problem,
) -> Result<Seq, Problem> {
    let rooms = &state.live.rooms;
    let decided = rooms
        .decide(room, (owner.id, owner.display_name), decision, expected)
        .await;
    match decided {
        Decided::Known(CommandOutcome::Done { seq }) => Ok(seq),
        Decided::Known(CommandOutcome::Refused(refusal)) => Err(not_done(refusal)),
        Decided::Known(CommandOutcome::Stale) => Err(Problem::new(Code::PreconditionFailed)),
        Decided::Known(CommandOutcome::Busy) => {
            let busy_ms = state.live.limits.busy_retry_ms.into();
            Err(Problem::new(Code::Unavailable).retry_after_ms(busy_ms))
        }
        Decided::Unreachable => {
            let unreachable = Problem::new(Code::Unavailable).retry_after_ms(UNREACHABLE_RETRY_MS);
            Err(unreachable.detail("the room cannot be reached"))
        }
    }
}

fn not_done(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Forbidden => Problem::new(Code::Forbidden),
        Refusal::BadName => Problem::new(Code::InvalidName),
        Refusal::ContentRefused => Problem::new(Code::ContentRefused),
        _ => Problem::new(Code::InvalidBody).detail("a rule is outside its range"),
    }
}

impl RulesBody {
    fn policy(&self) -> Result<PolicyChange, Problem> {
        let name = self.name.as_deref().map(Title::parse).transpose();
        Ok(PolicyChange {
            name: name.map_err(|bad| Problem::new(Code::InvalidName).detail(bad.to_string()))?,
            visibility: self.visibility,
            guests_allowed: self.guests_allowed,
            locked: self.locked,
            people_max: self.people_max,
        })
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
    let own = state.service.own(user.id, room).await.map_err(refused)?;
    if own.life == Life::Deleted {
        return Err(Problem::new(Code::RoomNotFound));
    }
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

/// Only the owner goes on, and only in a room that is there for others; others learn no more of the room than its page
/// tells them.
pub(super) async fn active(
    state: &RoomState,
    room: RoomId,
    viewer: UserId,
) -> Result<OwnRoom, Problem> {
    state.service.active(viewer, room).await.map_err(refused)
}
