//! `/v1/me/edited-rooms`: the rooms of others that one furnishes with them.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use serde::{Deserialize, Serialize};

use super::card::{card, count_visits};
use super::{RoomListBody, RoomState, refused};
use crate::domain::id::RoomId;
use crate::ports::room::RoomAfter;
use crate::rest::auth::Viewer;
use crate::rest::cursor::{Page, Place};
use crate::rest::problem::{Code, Json, Problem};
use crate::services::auth::SignedIn;

/// After which room the next page begins.
#[derive(Serialize, Deserialize)]
struct AfterEdited(RoomId);

impl Place for AfterEdited {
    const LIST: &'static str = "edited_rooms";
}

/// The rooms of others that one is an editor of, oldest first: those one may hang posts in. None of whoever is not
/// there for one.
#[utoipa::path(get, path = "/v1/me/edited-rooms", tag = "rooms", params(Page),
    responses(
        (status = 200, description = "A page.", body = RoomListBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn edited(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    let after = page.after()?.map(|AfterEdited(room)| RoomAfter(room));
    let found = state.service.edited_rooms(user.id, after, page.limit() + 1);
    let mut found = found.await.map_err(refused)?;
    let next_cursor = page.cut(&mut found.rooms, |last| AfterEdited(last.room.card.id));
    let next_cursor = next_cursor.or_else(|| page.cursor(&AfterEdited(found.unfinished?.0)));
    let rooms = found.rooms.into_iter().map(|view| {
        let people = state.crowds.people(view.room.card.id);
        card(view, people)
    });
    let mut rooms: Vec<_> = rooms.collect();
    count_visits(&state.visits, &mut rooms).await;
    let body = RoomListBody { rooms, next_cursor };
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}
