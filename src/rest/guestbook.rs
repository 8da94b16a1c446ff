//! `/v1/rooms/{id}/guestbook` and `/v1/guestbook/...`: what people write at each other's rooms.

mod body;
mod replies;

use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::body::{EntriesBody, EntryBody, EntryFields, EntryWish, HiddenWish, TextWish};
use super::auth::Viewer;
use super::cursor::{self, Page};
use super::etag::{IfMatch, IfNoneMatch, etag, versioned};
use super::idempotency::{Idempotency, result_of};
use super::problem::{Code, Json, Path, Problem};
use super::visit::{made, not_kept};
use crate::domain::id::{EntryId, RoomId, UserId};
use crate::domain::room::Denied;
use crate::ports::guestbook::{Entry, EntryPlace, Target};
use crate::services::auth::AuthService;
use crate::services::guestbook::{GuestbookError, GuestbookService};
use crate::services::room::RoomService;
use crate::services::visit::VisitService;

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct GuestbookState {
    /// The guestbook service.
    pub guestbooks: GuestbookService,
    /// Knows which rooms have been made.
    pub visits: VisitService,
    /// Makes front rooms.
    pub rooms: RoomService,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<GuestbookState> for AuthService {
    fn from_ref(state: &GuestbookState) -> Self {
        state.auth.clone()
    }
}

impl FromRef<GuestbookState> for GuestbookService {
    fn from_ref(state: &GuestbookState) -> Self {
        state.guestbooks.clone()
    }
}

/// The routes.
pub fn routes() -> OpenApiRouter<GuestbookState> {
    OpenApiRouter::default()
        .routes(routes!(list, write))
        .routes(routes!(show, rewrite, delete))
        .routes(routes!(hide))
        .routes(routes!(replies::list, replies::write))
        .routes(routes!(replies::delete))
}

/// The routes, with what they need.
pub fn router(state: GuestbookState) -> OpenApiRouter {
    routes().with_state(state)
}

/// Which entry the last page ended with.
#[derive(Serialize, Deserialize)]
struct Entries(EntryPlace);

impl cursor::Place for Entries {
    const LIST: &'static str = "guestbook";
}

/// What stands in a room's guestbook, the newest first. Secret entries are there for their author and the room's owner
/// alone; nobody else learns that there are any.
#[utoipa::path(get, path = "/v1/rooms/{id}/guestbook", tag = "guestbook",
    params(("id" = RoomId, Path, description = "Whose."), Page),
    security((), ("cookie" = [])),
    responses(
        (status = 200, description = "A page.", body = EntriesBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden, banned"),
        (status = 404, description = "room_not_found"),
    ))]
async fn list(
    State(state): State<GuestbookState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    made(&state.visits, &state.rooms, room, viewer).await?;
    let after = page.after::<Entries>()?.map(|Entries(place)| place);
    let listed = state
        .guestbooks
        .entries(room, viewer, after, page.limit() + 1);
    let mut listed = listed.await.map_err(|error| refused(error, viewer))?;
    let next_cursor = page.cut(&mut listed.entries, |last| Entries(last.place()));
    let entries = listed.entries.into_iter();
    Ok(not_kept(EntriesBody {
        entries: entries
            .map(|entry| EntryFields::of(entry, viewer))
            .collect(),
        count: listed.count,
        next_cursor,
    }))
}

/// Writes into a room's guestbook. What a moderator has to look at first is seen by its author alone until then, and
/// says so by its `standing`.
#[utoipa::path(post, path = "/v1/rooms/{id}/guestbook", tag = "guestbook",
    params(("id" = RoomId, Path, description = "Whose.")),
    request_body = EntryWish,
    responses(
        (status = 201, description = "It is written.", body = EntryBody,
            headers(("etag" = String, description = "Its version."))),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden, banned"),
        (status = 404, description = "room_not_found"),
        (status = 409, description = "too_many_entries"),
        (status = 422, description = "invalid_text, content_refused"),
    ))]
async fn write(
    State(state): State<GuestbookState>,
    viewer: Viewer,
    Path(room): Path<RoomId>,
    idempotency: Idempotency,
    Json(wish): Json<EntryWish>,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    made(&state.visits, &state.rooms, room, Some(viewer)).await?;
    let is_secret = wish.secret;
    let target = Target::Room { room, is_secret };
    written(&state, target, viewer, &wish.text, idempotency).await
}

async fn written(
    state: &GuestbookState,
    target: Target,
    viewer: UserId,
    text: &str,
    idempotency: Idempotency,
) -> Result<Response, Problem> {
    let once = idempotency.once(viewer);
    let done = state.guestbooks.write(target, viewer, text, once.as_ref());
    let done = done.await.map_err(|error| refused(error, Some(viewer)))?;
    let entry = result_of(done)?;
    let (version, body) = (entry.version, one(entry, Some(viewer)));
    let headers = [
        (header::ETAG, etag(version)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::CREATED, headers, Json(body)).into_response())
}

/// An entry or a reply.
#[utoipa::path(get, path = "/v1/guestbook/{id}", tag = "guestbook",
    params(("id" = EntryId, Path, description = "Which."), IfNoneMatch),
    responses(
        (status = 304, description = "The client has it."),
        (status = 200, description = "As the viewer may see it.", body = EntryBody,
            headers(("etag" = String, description = "Its version."))),
        (status = 404, description = "entry_not_found"),
    ))]
async fn show(
    State(guestbooks): State<GuestbookService>,
    Viewer(viewer): Viewer,
    Path(id): Path<EntryId>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    let entry = guestbooks.entry(id, viewer).await;
    let entry = entry.map_err(|error| refused(error, viewer))?;
    let version = entry.version;
    Ok(super::etag::described(version, &known, &one(entry, viewer)))
}

/// Gives what one wrote another text, within a day of writing it.
#[utoipa::path(patch, path = "/v1/guestbook/{id}", tag = "guestbook",
    params(("id" = EntryId, Path, description = "Which."), IfMatch),
    request_body = TextWish,
    responses(
        (status = 200, description = "As it is now.", body = EntryBody,
            headers(("etag" = String, description = "Its version."))),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "entry_not_found"),
        (status = 409, description = "too_late_to_edit"),
        (status = 422, description = "invalid_text, content_refused"),
    ))]
async fn rewrite(
    State(guestbooks): State<GuestbookService>,
    viewer: Viewer,
    Path(id): Path<EntryId>,
    IfMatch(expected): IfMatch,
    Json(wish): Json<TextWish>,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let entry = guestbooks.rewrite(id, viewer, &wish.text, &expected).await;
    changed(entry, viewer)
}

/// Takes an entry away, with the replies to it: its author or the room's owner may.
#[utoipa::path(delete, path = "/v1/guestbook/{id}", tag = "guestbook",
    params(("id" = EntryId, Path, description = "Which.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "entry_not_found"),
    ))]
async fn delete(
    State(guestbooks): State<GuestbookService>,
    viewer: Viewer,
    Path(id): Path<EntryId>,
) -> Result<StatusCode, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let deleted = guestbooks.delete(id, viewer, false).await;
    deleted.map_err(|error| refused(error, Some(viewer)))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts an entry or a reply in one's own guestbook out of everybody's sight but its author's, or back. May be repeated.
#[utoipa::path(put, path = "/v1/guestbook/{id}/hidden", tag = "guestbook",
    params(("id" = EntryId, Path, description = "Which.")),
    request_body = HiddenWish,
    responses(
        (status = 200, description = "As it is now.", body = EntryBody,
            headers(("etag" = String, description = "Its version."))),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "entry_not_found"),
    ))]
async fn hide(
    State(guestbooks): State<GuestbookService>,
    viewer: Viewer,
    Path(id): Path<EntryId>,
    Json(wish): Json<HiddenWish>,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let entry = guestbooks.hide(id, viewer, wish.hidden).await;
    changed(entry, viewer)
}

fn changed(entry: Result<Entry, GuestbookError>, viewer: UserId) -> Result<Response, Problem> {
    let entry = entry.map_err(|error| refused(error, Some(viewer)))?;
    let version = entry.version;
    let body = Json(one(entry, Some(viewer)));
    Ok(versioned(version, &IfNoneMatch::default(), body))
}

fn one(entry: Entry, viewer: Option<UserId>) -> EntryBody {
    EntryBody {
        entry: EntryFields::of(entry, viewer),
    }
}

fn refused(error: GuestbookError, viewer: Option<UserId>) -> Problem {
    match error {
        GuestbookError::NoRoom => Problem::new(Code::RoomNotFound),
        GuestbookError::NoEntry => Problem::new(Code::EntryNotFound),
        GuestbookError::Denied(Denied::Banned) => Problem::new(Code::Banned),
        GuestbookError::Denied(_) if viewer.is_none() => Problem::new(Code::SignInRequired),
        GuestbookError::Denied(_) | GuestbookError::NotTheirs => Problem::new(Code::Forbidden),
        GuestbookError::TooLate => Problem::new(Code::TooLateToEdit),
        GuestbookError::Stale => Problem::new(Code::PreconditionFailed),
        GuestbookError::Full => Problem::new(Code::TooManyEntries),
        GuestbookError::BadText(bad) => Problem::new(Code::InvalidText).detail(bad.to_string()),
        GuestbookError::Refused => Problem::new(Code::ContentRefused),
        GuestbookError::Facts(error) => Problem::unavailable(&error),
        GuestbookError::Words(error) => Problem::unavailable(&error),
        GuestbookError::Store(error) => Problem::unavailable(&error),
    }
}
