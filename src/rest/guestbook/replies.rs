//! `/v1/guestbook/{id}/replies`, and the end of one.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::body::{EntryBody, EntryFields, RepliesBody, TextWish};
use super::{GuestbookState, refused, written};
use crate::domain::id::EntryId;
use crate::ports::guestbook::{EntryPlace, Target};
use crate::rest::auth::Viewer;
use crate::rest::cursor::{self, Page};
use crate::rest::idempotency::Idempotency;
use crate::rest::problem::{Json, Path, Problem};
use crate::rest::visit::not_kept;
use crate::services::guestbook::GuestbookService;

/// Which reply the last page ended with.
#[derive(Serialize, Deserialize)]
struct Replies(EntryPlace);

impl cursor::Place for Replies {
    const LIST: &'static str = "guestbook_replies";
}

/// The replies to an entry, the oldest first.
#[utoipa::path(get, path = "/v1/guestbook/{id}/replies", tag = "guestbook",
    operation_id = "replies",
    params(("id" = EntryId, Path, description = "To which."), Page),
    responses(
        (status = 200, description = "A page.", body = RepliesBody),
        (status = 400, description = "invalid_cursor"),
        (status = 404, description = "entry_not_found"),
    ))]
pub(super) async fn list(
    State(guestbooks): State<GuestbookService>,
    Viewer(viewer): Viewer,
    Path(entry): Path<EntryId>,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    let after = page.after::<Replies>()?.map(|Replies(place)| place);
    let found = guestbooks.replies(entry, viewer, after, page.limit() + 1);
    let mut found = found.await.map_err(|error| refused(error, viewer))?;
    let next_cursor = page.cut(&mut found, |last| Replies(last.place()));
    let replies = found.into_iter();
    Ok(not_kept(RepliesBody {
        replies: replies
            .map(|reply| EntryFields::of(reply, viewer))
            .collect(),
        next_cursor,
    }))
}

/// Replies to an entry. A reply is as secret as what it replies to.
#[utoipa::path(post, path = "/v1/guestbook/{id}/replies", tag = "guestbook",
    operation_id = "reply",
    params(("id" = EntryId, Path, description = "To which.")),
    request_body = TextWish,
    responses(
        (status = 201, description = "It is written.", body = EntryBody,
            headers(("etag" = String, description = "Its version."))),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden, banned"),
        (status = 404, description = "entry_not_found"),
        (status = 409, description = "too_many_entries"),
        (status = 422, description = "invalid_text, content_refused"),
    ))]
pub(super) async fn write(
    State(state): State<GuestbookState>,
    viewer: Viewer,
    Path(entry): Path<EntryId>,
    idempotency: Idempotency,
    Json(wish): Json<TextWish>,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let target = Target::Entry(entry);
    written(&state, target, viewer, &wish.text, idempotency).await
}

/// Takes a reply away: its author or the room's owner may.
#[utoipa::path(delete, path = "/v1/guestbook/replies/{id}", tag = "guestbook",
    operation_id = "delete_reply",
    params(("id" = EntryId, Path, description = "Which.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "entry_not_found"),
    ))]
pub(super) async fn delete(
    State(guestbooks): State<GuestbookService>,
    viewer: Viewer,
    Path(reply): Path<EntryId>,
) -> Result<StatusCode, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let deleted = guestbooks.delete(reply, viewer, true).await;
    deleted.map_err(|error| refused(error, Some(viewer)))?;
    Ok(StatusCode::NO_CONTENT)
}
