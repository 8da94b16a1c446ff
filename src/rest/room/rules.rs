//! The rules of a room: changed by its owner through the live room, like everything else about it, and the
//! record of what its owner decided.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header;
use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;

use super::{RoomState, body, refused};
use crate::domain::id::RoomId;
use crate::domain::room::{
    AuditEntry, Decision, PersonRef, PolicyChange, Refusal, Seq, Visibility,
};
use crate::domain::text::Title;
use crate::realtime::inspect::Decided;
use crate::realtime::room::CommandOutcome;
use crate::rest::auth::Viewer;
use crate::rest::problem::{Code, Json, Path, Problem, Query};
use crate::services::auth::SignedIn;

/// When to try again if the room cannot be reached: about as long as a node needs to take it over.
const UNREACHABLE_RETRY_MS: u64 = 2_000;

/// Entries in a page unless the client asks otherwise, and at the most.
const PAGE_DEFAULT: u32 = 50;
const PAGE_MAX: u32 = 100;

/// The longest cursor read, in bytes.
const CURSOR_BYTES_MAX: usize = 16;

/// What to change; what is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RulesBody {
    name: Option<String>,
    visibility: Option<Visibility>,
    guests_allowed: Option<bool>,
    locked: Option<bool>,
    people_max: Option<u32>,
}

/// Changes rules. Answered when it is saved; the room as it is then.
pub(super) async fn change(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
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
        .decide(room, user.id, user.display_name, decision)
        .await;
    match decided {
        Decided::Known(CommandOutcome::Done { .. }) => {}
        Decided::Known(CommandOutcome::Refused(refusal)) => return Err(not_done(refusal)),
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
    Ok(body(&state, view.map_err(refused)?, Some(user.id)))
}

fn not_done(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Forbidden => Problem::new(Code::Forbidden),
        Refusal::BadName => Problem::new(Code::InvalidName),
        _ => Problem::new(Code::InvalidBody).detail("a rule is outside its range"),
    }
}

#[derive(Deserialize)]
pub(super) struct AuditQuery {
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Serialize)]
struct EntryBody {
    seq: u64,
    at: String,
    actor: PersonRef,
    decision: Decision,
}

impl From<AuditEntry> for EntryBody {
    fn from(entry: AuditEntry) -> Self {
        let at = entry.at.to_offset().format(&Rfc3339);
        Self {
            seq: entry.seq.0,
            at: at.unwrap_or_default(),
            actor: entry.actor,
            decision: entry.decision,
        }
    }
}

/// What the owner decided, newest first.
pub(super) async fn audit(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    owned(&state, room, &user.id).await?;
    let before = query.cursor.as_deref().map(parse_cursor).transpose()?;
    let limit = query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
    // One more than asked for tells whether there is a next page.
    let entries = state.service.audit(room, before, limit + 1).await;
    let mut entries = entries.map_err(refused)?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| more);
    let next_cursor = next.map(|last| URL_SAFE_NO_PAD.encode(last.seq.0.to_be_bytes()));
    let entries: Vec<EntryBody> = entries.into_iter().map(Into::into).collect();
    let headers = [(header::CACHE_CONTROL, "no-store")];
    let body = serde_json::json!({ "entries": entries, "next_cursor": next_cursor });
    Ok((headers, Json(body)).into_response())
}

fn parse_cursor(text: &str) -> Result<Seq, Problem> {
    let bounded = (text.len() <= CURSOR_BYTES_MAX).then_some(text);
    let bytes = bounded.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let bytes = bytes.and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    let seq = bytes
        .map(u64::from_be_bytes)
        .filter(|seq| i64::try_from(*seq).is_ok());
    seq.map(Seq).ok_or(Problem::new(Code::InvalidCursor))
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
