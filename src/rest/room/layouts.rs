//! `/v1/rooms/{id}/layouts`: theme and items kept under a name, and the way back to them. Changed through the live
//! room, like everything else about it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::ETAG;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::card::ThemeBody;
use super::rules::{active, decide};
use super::{RoomState, refused};
use crate::domain::id::RoomId;
use crate::domain::room::{Decision, Layout, Refusal, Theme};
use crate::domain::text::Title;
use crate::domain::user::User;
use crate::domain::version::{Expected, Version};
use crate::rest::auth::Viewer;
use crate::rest::cursor::{Page, Place};
use crate::rest::etag::{IfMatch, IfNoneMatch, described, etag};
use crate::rest::problem::{Code, Json, Path, Problem};
use crate::services::auth::SignedIn;

/// After which layout the next page begins.
#[derive(Serialize, Deserialize)]
struct AfterLayout(String);

impl Place for AfterLayout {
    const LIST: &'static str = "room_layouts";
}

#[derive(Serialize, ToSchema)]
pub(super) struct LayoutBody {
    name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    saved_at: OffsetDateTime,
    theme: ThemeBody,
    /// How many items are in it.
    items: usize,
}

impl From<(String, Layout)> for LayoutBody {
    fn from((name, layout): (String, Layout)) -> Self {
        Self {
            name,
            saved_at: layout.saved.to_offset(),
            theme: Theme::new(&layout.wallpaper, &layout.flooring, layout.light).into(),
            items: layout.items.len(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct LayoutsBody {
    layouts: Vec<LayoutBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// The layouts of a room of one's own, by name.
#[utoipa::path(get, path = "/v1/rooms/{id}/layouts", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which."), Page, IfNoneMatch),
    responses(
        (status = 304, description = "The client has it."),
        (status = 200, description = "A page.", body = LayoutsBody,
            headers(("etag" = String, description = "The version of all layouts, and a digest of the answer."))),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found"),
        (status = 409, description = "room_archived"),
    ))]
pub(super) async fn layouts(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
    page: Page,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    active(&state, room, user.id).await?;
    let after = page.after::<AfterLayout>()?.map(|AfterLayout(name)| name);
    let version = version(&state, room).await?;
    let layouts = state
        .service
        .layouts(room, after.as_deref(), page.limit() + 1);
    let mut layouts = layouts.await.map_err(refused)?;
    let next_cursor = page.cut(&mut layouts, |(name, _)| AfterLayout(name.clone()));
    let body = LayoutsBody {
        layouts: layouts.into_iter().map(Into::into).collect(),
        next_cursor,
    };
    Ok(described(version, &known, &body))
}

/// Keeps theme and items as they are under a name, in place of what it stood for. Answered when it is saved.
/// `If-Match` holds while the layouts are the same.
#[utoipa::path(put, path = "/v1/rooms/{id}/layouts/{name}", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which."),
        ("name" = String, Path, description = "1 to 40 characters."), IfMatch),
    responses(
        (status = 204, description = "It is kept.",
            headers(("etag" = String, description = "The version of all layouts."))),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found"),
        (status = 409, description = "room_archived, too_many_layouts"),
        (status = 422, description = "invalid_name, content_refused"),
    ))]
pub(super) async fn save_layout(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path((room, name)): Path<(RoomId, String)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    active(&state, room, user.id).await?;
    let name = title(&name)?;
    state.service.screened(&name).map_err(refused)?;
    decided(&state, room, user, Decision::SaveLayout { name }, expected).await?;
    let headers = [(ETAG, etag(version(&state, room).await?))];
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// Forgets a layout. Answered when it is saved. May be repeated. `If-Match` holds while the layouts are the same.
#[utoipa::path(delete, path = "/v1/rooms/{id}/layouts/{name}", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which."), ("name" = String, Path, description = "Which layout."), IfMatch),
    responses(
        (status = 204, description = "It is not kept."),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found"),
        (status = 409, description = "room_archived"),
        (status = 422, description = "invalid_name"),
    ))]
pub(super) async fn remove_layout(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path((room, name)): Path<(RoomId, String)>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    active(&state, room, user.id).await?;
    let name = title(&name)?;
    match decided(
        &state,
        room,
        user,
        Decision::RemoveLayout { name },
        expected,
    )
    .await
    {
        Err(problem) if problem.code() == Code::LayoutNotFound => {}
        done => done?,
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApplyBody {
    /// Which layout.
    name: String,
}

/// Brings theme and items back to a layout, for everybody in the room at once. Answered when it is saved.
/// `If-Match` holds while the layouts are the same.
#[utoipa::path(put, path = "/v1/rooms/{id}/layout", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which."), IfMatch),
    responses(
        (status = 204, description = "The room is so."),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found, layout_not_found"),
        (status = 409, description = "room_archived, layout_unfit"),
        (status = 422, description = "invalid_name"),
    ))]
pub(super) async fn apply_layout(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
    IfMatch(expected): IfMatch,
    Json(ApplyBody { name }): Json<ApplyBody>,
) -> Result<StatusCode, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    active(&state, room, user.id).await?;
    let name = title(&name)?;
    decided(
        &state,
        room,
        user,
        Decision::RestoreLayout { name },
        expected,
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The version of all the layouts of a room.
async fn version(state: &RoomState, room: RoomId) -> Result<Version, Problem> {
    state.service.layouts_version(room).await.map_err(refused)
}

fn title(name: &str) -> Result<Title, Problem> {
    let title = Title::parse(name);
    title.map_err(|bad| Problem::new(Code::InvalidName).detail(bad.to_string()))
}

async fn decided(
    state: &RoomState,
    room: RoomId,
    owner: User,
    decision: Decision,
    expected: Expected,
) -> Result<(), Problem> {
    let decided = decide(state, room, owner, decision, expected, not_done);
    decided.await.map(drop)
}

fn not_done(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NoSuchLayout => Problem::new(Code::LayoutNotFound),
        Refusal::TooManyLayouts => Problem::new(Code::TooManyLayouts).limit("live.layouts_max"),
        Refusal::Forbidden => Problem::new(Code::Forbidden),
        _ => Problem::new(Code::LayoutUnfit),
    }
}
