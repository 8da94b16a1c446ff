//! `/v1/rooms/{id}/editors`: who furnishes a room with its owner. Changed through the live room, like everything else
//! about it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, ETAG};
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::{active, decide};
use super::shelf::found;
use super::{RoomState, refused};
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Decision, PersonRef, Refusal, Role};
use crate::domain::user::User;
use crate::domain::version::Expected;
use crate::rest::auth::Viewer;
use crate::rest::cursor::{Page, Place};
use crate::rest::etag::{IfMatch, IfNoneMatch, described, etag};
use crate::rest::problem::{Code, Json, Path, Problem};
use crate::rest::relation::PersonBody;
use crate::services::auth::SignedIn;

/// After whom the next page begins.
#[derive(Serialize, Deserialize)]
struct AfterEditor(UserId);

impl Place for AfterEditor {
    const LIST: &'static str = "room_editors";
}

#[derive(Serialize, ToSchema)]
pub(super) struct EditorsBody {
    editors: Vec<PersonBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct EditorBody {
    editor: PersonBody,
}

/// Who furnishes a room with its owner: for the owner and the editors.
#[utoipa::path(get, path = "/v1/rooms/{id}/editors", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which."), Page, IfNoneMatch),
    responses(
        (status = 304, description = "The client has it."),
        (status = 200, description = "A page.", body = EditorsBody,
            headers(("etag" = String, description = "The version of the whole list, and a digest of the answer."))),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found"),
    ))]
pub(super) async fn editors(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
    page: Page,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    let after = page.after::<AfterEditor>()?.map(|AfterEditor(id)| id);
    let editors = state
        .service
        .editors(room, user.id, after, page.limit() + 1);
    let (version, mut editors) = editors.await.map_err(refused)?;
    let next_cursor = page.cut(&mut editors, |last| AfterEditor(last.id));
    let body = EditorsBody {
        editors: editors.into_iter().map(Into::into).collect(),
        next_cursor,
    };
    Ok(described(version, &known, &body))
}

/// Lets somebody furnish the room, who is told of it. Answered when it is saved. May be repeated. `If-Match` holds while
/// the editors are the same.
#[utoipa::path(put, path = "/v1/rooms/{id}/editors/{handle}", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which."), ("handle" = String, Path, description = "Whom."), IfMatch),
    responses(
        (status = 200, description = "They may furnish it.", body = EditorBody,
            headers(("etag" = String, description = "The version of the whole list."))),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found, user_not_found"),
        (status = 409, description = "room_archived, too_many_editors"),
        (status = 422, description = "relates_to_oneself"),
    ))]
pub(super) async fn add_editor(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path((room, handle)): Path<(RoomId, String)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    let owner = user.id;
    let editor = set_role(&state, room, user, &handle, Role::Editor, expected).await?;
    let own = active(&state, room, owner).await?;
    let headers = [
        (ETAG, etag(own.room.card.editors_version())),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let editor = editor.into();
    Ok((headers, Json(EditorBody { editor })).into_response())
}

/// Lets somebody furnish the room no longer. Answered when it is saved. May be repeated. `If-Match` holds while the
/// editors are the same.
#[utoipa::path(delete, path = "/v1/rooms/{id}/editors/{handle}", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which."), ("handle" = String, Path, description = "Whom."), IfMatch),
    responses(
        (status = 204, description = "They may not furnish it."),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found, user_not_found"),
        (status = 409, description = "room_archived"),
        (status = 422, description = "relates_to_oneself"),
    ))]
pub(super) async fn remove_editor(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path((room, handle)): Path<(RoomId, String)>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    set_role(&state, room, user, &handle, Role::Visitor, expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_role(
    state: &RoomState,
    room: RoomId,
    owner: User,
    handle: &str,
    role: Role,
    expected: Expected,
) -> Result<User, Problem> {
    let own = active(state, room, owner.id).await?;
    let whom = found(state, handle, Some(owner.id)).await?;
    if whom.id == owner.id {
        return Err(Problem::new(Code::RelatesToOneself));
    }
    if !expected.admits(own.room.card.editors_version()) {
        return Err(Problem::new(Code::PreconditionFailed));
    }
    let id = whom.id.to_string();
    let is_editor = own.room.card.access.editors.contains_key(&id);
    // What is so already is no decision to put on record.
    if is_editor != (role == Role::Editor) {
        let name = whom.display_name.clone();
        let person = PersonRef { id, name };
        let decision = Decision::SetRole { person, role };
        decide(state, room, owner, decision, expected, not_done).await?;
    }
    Ok(whom)
}

fn not_done(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::ListFull => Problem::new(Code::TooManyEditors).limit("live.access_list_max"),
        Refusal::NoSuchPerson => Problem::new(Code::UserNotFound),
        _ => Problem::new(Code::Forbidden),
    }
}
