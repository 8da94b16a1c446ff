//! A person's rooms as a set: made, deleted and restored, and which of them is the front one.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, LOCATION};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{OwnRoomBody, RoomState as Lives};
use super::card::{CardBody, ItemBody, ThemeBody, card, count_visits};
use super::{RoomState, refused};
use crate::catalogue::{Template, TemplateName};
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::domain::text::Title;
use crate::ports::profile::Found;
use crate::ports::room::{OwnRoom, ROOMS_PER_USER_MAX, RoomAfter};
use crate::rest::auth::Viewer;
use crate::rest::cursor::{Page, Place};
use crate::rest::etag::IfMatch;
use crate::rest::idempotency::{Idempotency, result_of};
use crate::rest::problem::{Code, Json, Path, Problem, Query};
use crate::rest::profile;
use crate::services::auth::SignedIn;
use crate::services::room::{Beginning, RoomView, Wish};

const _: () = assert!(ROOMS_PER_USER_MAX == 12, "as the document says");

/// A room to be made. It begins as a template or as a copy of another room of one's own, or else as any first room.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRoomBody {
    /// 1 to 40 characters.
    name: String,
    /// The id of a template.
    template: Option<String>,
    /// One's own room to take theme and items from.
    copy_of: Option<RoomId>,
    /// Who may come in; if absent, as one has it for new rooms.
    visibility: Option<Visibility>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct OwnRoomAnswer {
    room: OwnRoomBody,
}

#[derive(Serialize, ToSchema)]
pub(super) struct OwnRoomsBody {
    rooms: Vec<OwnRoomBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

fn own_body(state: &RoomState, own: OwnRoom) -> OwnRoomBody {
    let people = state.crowds.people(own.room.card.id);
    OwnRoomBody::of(own, people)
}

fn answer(state: &RoomState, status: StatusCode, own: OwnRoom) -> Response {
    let room = own_body(state, own);
    let headers = [(CACHE_CONTROL, "no-store")];
    (status, headers, Json(OwnRoomAnswer { room })).into_response()
}

/// Makes another room of one's own; one person has at most 12, archived ones among them. Sent again with the same
/// `Idempotency-Key` it is the same room, as it is by then.
#[utoipa::path(post, path = "/v1/rooms", tag = "rooms",
    responses(
        (status = 201, description = "It is there.", body = OwnRoomAnswer,
            headers(("location" = String, description = "Where the room is."))),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found, template_not_found"),
        (status = 409, description = "too_many_rooms"),
        (status = 422, description = "invalid_name, content_refused"),
    ))]
pub(super) async fn make(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    idempotency: Idempotency,
    Json(wanted): Json<NewRoomBody>,
) -> Result<Response, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    let name = Title::parse(&wanted.name);
    let name = name.map_err(|bad| Problem::new(Code::InvalidName).detail(bad.to_string()))?;
    let beginning = match (wanted.template, wanted.copy_of) {
        (None, None) => Beginning::Starter,
        (Some(template), None) => Beginning::Template(template),
        (None, Some(room)) => Beginning::Copy(room),
        (Some(_), Some(_)) => {
            let either = "a room begins as a template or as a copy, not as both";
            return Err(Problem::new(Code::InvalidBody).detail(either));
        }
    };
    let wish = Wish {
        name,
        visibility: wanted.visibility,
        beginning,
    };
    let once = idempotency.once(user.id);
    let made = state.service.open_room(user.id, wish, once.as_ref()).await;
    let room = result_of(made.map_err(refused)?)?;
    let own = state.service.own(user.id, room).await.map_err(refused)?;
    let location = [(LOCATION, format!("/v1/rooms/{room}"))];
    Ok((location, answer(&state, StatusCode::CREATED, own)).into_response())
}

impl Place for RoomAfter {
    const LIST: &'static str = "rooms_of_a_person";
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StateQuery {
    /// Which: `active` ones unless asked otherwise.
    #[param(required = false, inline, value_type = Lives)]
    state: Option<Lives>,
}

/// One's own rooms, oldest first. Deleted ones as long as they can be restored.
#[utoipa::path(get, path = "/v1/me/rooms", tag = "rooms", params(StateQuery, Page),
    responses(
        (status = 200, description = "A page.", body = OwnRoomsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn mine(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Query(StateQuery { state: life }): Query<StateQuery>,
    page: Page,
) -> Result<Response, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    let life = life.unwrap_or(Lives::Active).into();
    let after = page.after()?;
    let rooms = state
        .service
        .own_rooms(user.id, life, after, page.limit() + 1);
    let mut rooms = rooms.await.map_err(refused)?;
    let next_cursor = page.cut(&mut rooms, |own| RoomAfter(own.room.card.id));
    let rooms = rooms.into_iter().map(|own| own_body(&state, own));
    let body = OwnRoomsBody {
        rooms: rooms.collect(),
        next_cursor,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// A room of somebody.
#[derive(Serialize, ToSchema)]
pub(super) struct ShownRoomBody {
    #[serde(flatten)]
    card: CardBody,
    visibility: Visibility,
    /// Whether links to the person lead here.
    is_front: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ShownRoomsBody {
    rooms: Vec<ShownRoomBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// The rooms of somebody that the viewer may come into by who they are, oldest first.
#[utoipa::path(get, path = "/v1/users/{handle}/rooms", tag = "rooms",
    params(("handle" = String, Path, description = "Whose."), Page),
    responses(
        (status = 200, description = "A page.", body = ShownRoomsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn of_user(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(handle): Path<String>,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    let owner = found(&state, &handle, viewer).await?;
    let after = page.after()?;
    let rooms = state
        .service
        .rooms_of(&owner, viewer, after, page.limit() + 1);
    let mut rooms = rooms.await.map_err(refused)?;
    let next_cursor = page.cut(&mut rooms, |own| RoomAfter(own.room.card.id));
    let marks: Vec<_> = rooms
        .iter()
        .map(|own| (own.room.card.access.visibility, own.is_front))
        .collect();
    let cards = rooms.into_iter().map(|own| {
        let people = state.crowds.people(own.room.card.id);
        let view = RoomView {
            room: own.room,
            owner: owner.clone(),
            is_archived: false,
        };
        card(view, people)
    });
    let mut cards: Vec<CardBody> = cards.collect();
    count_visits(&state.visits, &mut cards).await;
    let rooms = cards.into_iter().zip(marks);
    let rooms = rooms.map(|(card, (visibility, is_front))| ShownRoomBody {
        card,
        visibility,
        is_front,
    });
    let body = ShownRoomsBody {
        rooms: rooms.collect(),
        next_cursor,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// Whose handle it is, who is there for the viewer.
pub(super) async fn found(
    state: &RoomState,
    handle: &str,
    viewer: Option<UserId>,
) -> Result<crate::domain::user::User, Problem> {
    let found = state.profiles.find(handle, viewer).await;
    let (Found::Here(profile) | Found::Moved(profile)) = found.map_err(profile::refused)?;
    Ok(profile.user)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FrontRoomBody {
    room: RoomId,
}

/// Makes a room of one's own the front one: links to the person lead there. May be repeated. It is a part of one's
/// profile, and `If-Match` holds while that is the same.
#[utoipa::path(put, path = "/v1/me/front-room", tag = "rooms", params(IfMatch),
    responses(
        (status = 200, description = "It is the front room.", body = OwnRoomAnswer),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found"),
        (status = 409, description = "room_archived"),
    ))]
pub(super) async fn set_front(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    IfMatch(expected): IfMatch,
    Json(FrontRoomBody { room }): Json<FrontRoomBody>,
) -> Result<Response, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    let own = state.service.set_front(user.id, room, &expected).await;
    Ok(answer(&state, StatusCode::OK, own.map_err(refused)?))
}

/// Deletes a room of one's own, with all that is in it: gone for everybody, and purged after 7 days. Until then it can
/// be restored. May be repeated.
#[utoipa::path(delete, path = "/v1/rooms/{id}", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which.")),
    responses(
        (status = 200, description = "It is deleted, and until when it can be restored.", body = OwnRoomAnswer),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found"),
        (status = 409, description = "front_room"),
    ))]
pub(super) async fn delete(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
) -> Result<Response, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    let own = state.service.delete(user.id, room).await;
    Ok(answer(&state, StatusCode::OK, own.map_err(refused)?))
}

/// Restores a deleted room with all that was in it. May be repeated.
#[utoipa::path(post, path = "/v1/rooms/{id}/restore", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which.")),
    responses(
        (status = 200, description = "It is there again.", body = OwnRoomAnswer),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found"),
        (status = 409, description = "too_many_rooms"),
    ))]
pub(super) async fn restore(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    idempotency: Idempotency,
    Path(room): Path<RoomId>,
) -> Result<Response, Problem> {
    let SignedIn { user, .. } = viewer.ok_or(Code::SignInRequired)?;
    let once = idempotency.once(user.id);
    let restored = state.service.restore(user.id, room, once.as_ref()).await;
    let room = result_of(restored.map_err(refused)?)?;
    let own = state.service.own(user.id, room).await.map_err(refused)?;
    Ok(answer(&state, StatusCode::OK, own))
}

/// What a template is called.
#[derive(Serialize, ToSchema)]
struct TemplateNameBody {
    ko: String,
    en: String,
}

/// A room to begin with.
#[derive(Serialize, ToSchema)]
pub(super) struct TemplateBody {
    id: String,
    name: TemplateNameBody,
    theme: ThemeBody,
    items: Vec<ItemBody>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct TemplatesBody {
    templates: Vec<TemplateBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

impl From<&Template> for TemplateBody {
    fn from(template: &Template) -> Self {
        let TemplateName { ko, en } = template.name.clone();
        let pieces = (1..).zip(template.pieces.clone());
        Self {
            id: template.id.clone(),
            name: TemplateNameBody { ko, en },
            theme: template.theme.clone().into(),
            items: pieces.map(|(id, piece)| ItemBody::of(id, piece)).collect(),
        }
    }
}

/// After which template the next page begins.
#[derive(Serialize, Deserialize)]
struct AfterTemplate(String);

impl Place for AfterTemplate {
    const LIST: &'static str = "room_templates";
}

/// Rooms to begin with, the plainest first.
#[utoipa::path(get, path = "/v1/room-templates", tag = "rooms", params(Page), security(()),
    responses(
        (status = 200, description = "A page. The same until the server is replaced.", body = TemplatesBody),
        (status = 400, description = "invalid_cursor"),
    ))]
pub(super) async fn templates(
    State(state): State<RoomState>,
    page: Page,
) -> Result<Response, Problem> {
    let all = state.service.templates();
    let begin = match page.after::<AfterTemplate>()? {
        None => 0,
        Some(AfterTemplate(id)) => {
            let place = all.iter().position(|template| template.id == id);
            place.map_or(all.len(), |place| place + 1)
        }
    };
    let asked = page.limit() as usize + 1;
    let mut found: Vec<&Template> = all.iter().skip(begin).take(asked).collect();
    let next_cursor = page.cut(&mut found, |last| AfterTemplate(last.id.clone()));
    let body = TemplatesBody {
        templates: found.into_iter().map(Into::into).collect(),
        next_cursor,
    };
    Ok(([(CACHE_CONTROL, "no-cache")], Json(body)).into_response())
}
