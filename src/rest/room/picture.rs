//! Pictures of rooms: small ones for lists, and cards for links. Drawn anew when the room looks otherwise, which the
//! tag and the address in [`thumbnail_url`] tell; kept by whoever may keep them.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{RoomState, refused};
use crate::domain::id::RoomId;
use crate::domain::room::Visibility;
use crate::domain::version::Version;
use crate::drawing::{CardText, Drawing, Print, VERSION};
use crate::rest::auth::Viewer;
use crate::rest::etag::{IfNoneMatch, digested};
use crate::rest::problem::{Code, Path, Problem, Query};
use crate::services::picture::PictureError;
use crate::services::room::RoomView;

/// How soon to ask again for a picture that was too much just now.
const BUSY_RETRY_MS: u64 = 2_000;

/// The address names what the picture shows: there is never another one under it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Everybody's picture under an address that stays: an edit shows within a minute.
const FOR_A_MINUTE: &str = "public, max-age=60, stale-while-revalidate=600";

/// Not for everybody: kept by the asker alone, and asked about each time.
const OWN: &str = "private, no-cache";

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Shown {
    /// What the picture shows, as in `thumbnail_url`. With what it shows now, the answer may be kept for ever.
    #[param(required = false, value_type = String)]
    v: Option<String>,
}

/// The room as drawn.
fn drawing(view: &RoomView) -> Drawing {
    let pieces = view.room.items.iter().map(|(_, item)| &item.piece);
    Drawing::room(&view.room.theme, pieces)
}

/// Where a room's small picture is, as long as the room looks as it does.
pub(super) fn thumbnail_url(view: &RoomView) -> String {
    let (room, print) = (view.room.card.id, drawing(view).print());
    format!("/v1/rooms/{room}/thumbnail.webp?v={print}")
}

fn card_text(view: &RoomView) -> CardText {
    CardText {
        room: view.room.card.name.clone(),
        owner: view.owner.display_name.clone(),
        handle: view.owner.handle.clone(),
    }
}

/// Where a room's card is, as long as it looks as it does.
pub fn card_url(view: &RoomView) -> String {
    let (room, print) = (
        view.room.card.id,
        drawing(view).card_print(&card_text(view)),
    );
    format!("/v1/rooms/{room}/card.png?v={print}")
}

/// A small picture of the room, 680 pixels wide, with nothing behind it.
#[utoipa::path(get, path = "/v1/rooms/{id}/thumbnail.webp", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which."), Shown, IfNoneMatch),
    security((), ("cookie" = [])),
    responses(
        (status = 304, description = "The client has it."),
        (status = 200, description = "The picture.", content_type = "image/webp", body = Vec<u8>,
            headers(("etag" = String, description = "The version of the drawings, and a digest of what is shown."))),
        (status = 404, description = "room_not_found"),
    ))]
pub(super) async fn thumbnail(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
    Query(Shown { v }): Query<Shown>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    let view = state.service.view(room, viewer).await.map_err(refused)?;
    let drawing = drawing(&view);
    let head = Head::of(&view, drawing.print(), v.as_deref(), "image/webp");
    if head.is_known(&known) {
        return Ok(head.unchanged());
    }
    let picture = state.pictures.thumbnail(drawing).await;
    Ok(head.with(picture.map_err(|error| not_painted(&error))?))
}

/// A card to share the room with, 1200 by 630 pixels: its picture, its name and whose it is.
#[utoipa::path(get, path = "/v1/rooms/{id}/card.png", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which."), Shown, IfNoneMatch),
    security((), ("cookie" = [])),
    responses(
        (status = 304, description = "The client has it."),
        (status = 200, description = "The card.", content_type = "image/png", body = Vec<u8>,
            headers(("etag" = String, description = "The version of the drawings, and a digest of what is shown."))),
        (status = 404, description = "room_not_found"),
    ))]
pub(super) async fn card(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
    Query(Shown { v }): Query<Shown>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    let view = state.service.view(room, viewer).await.map_err(refused)?;
    let (drawing, text) = (drawing(&view), card_text(&view));
    let head = Head::of(&view, drawing.card_print(&text), v.as_deref(), "image/png");
    if head.is_known(&known) {
        return Ok(head.unchanged());
    }
    let picture = state.pictures.card(drawing, text).await;
    Ok(head.with(picture.map_err(|error| not_painted(&error))?))
}

/// What is said of a picture.
struct Head {
    print: Print,
    kept: &'static str,
    media_type: &'static str,
}

impl Head {
    fn of(view: &RoomView, print: Print, named: Option<&str>, media_type: &'static str) -> Self {
        let kept = match view.room.card.access.visibility {
            Visibility::Public if named == Some(print.to_string().as_str()) => FOR_EVER,
            Visibility::Public => FOR_A_MINUTE,
            _ => OWN,
        };
        Self {
            print,
            kept,
            media_type,
        }
    }

    fn is_known(&self, known: &IfNoneMatch) -> bool {
        known.holds(Version(VERSION), Some(self.print.short()))
    }

    fn fields(&self) -> [(http::HeaderName, HeaderValue); 2] {
        [
            (ETAG, digested(Version(VERSION), self.print.short())),
            (CACHE_CONTROL, HeaderValue::from_static(self.kept)),
        ]
    }

    fn unchanged(&self) -> Response {
        (StatusCode::NOT_MODIFIED, self.fields()).into_response()
    }

    fn with(&self, picture: bytes::Bytes) -> Response {
        let media_type = [(CONTENT_TYPE, HeaderValue::from_static(self.media_type))];
        (self.fields(), media_type, Body::from(picture)).into_response()
    }
}

fn not_painted(error: &PictureError) -> Problem {
    match error {
        PictureError::Busy => Problem::new(Code::Unavailable).retry_after_ms(BUSY_RETRY_MS),
        PictureError::NotPainted(_) | PictureError::Stopped => Problem::unavailable(error),
    }
}
