//! `/v1/me/notifications`: what one is told of.

use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Viewer;
use super::cursor::{self, Page};
use super::idempotency::{Idempotency, result_of};
use super::problem::{Code, Json, Problem};
use super::relation::PersonBody;
use crate::domain::id::UserId;
use crate::domain::notification::{Notice, NoticeId, NoticeKind};
use crate::ports::notification::NoticesUnavailable;
use crate::services::auth::AuthService;
use crate::services::notification::NotificationService;

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct NotificationState {
    /// The notification service.
    pub notifications: NotificationService,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<NotificationState> for NotificationService {
    fn from_ref(state: &NotificationState) -> Self {
        state.notifications.clone()
    }
}

impl FromRef<NotificationState> for AuthService {
    fn from_ref(state: &NotificationState) -> Self {
        state.auth.clone()
    }
}

/// The routes.
pub fn routes() -> OpenApiRouter<NotificationState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(unread))
        .routes(routes!(read))
}

/// The routes, with what they need.
pub fn router(state: NotificationState) -> OpenApiRouter {
    routes().with_state(state)
}

/// Which of the notices the last page ended with.
#[derive(Serialize, Deserialize)]
struct Before(NoticeId);

impl cursor::Place for Before {
    const LIST: &'static str = "notifications";
}

/// Something one is told of.
#[derive(Serialize, ToSchema)]
struct NoticeBody {
    /// Grows from one to the next.
    id: u64,
    kind: NoticeKind,
    /// Who did it; null: a guest, or the house.
    #[schema(required)]
    from: Option<PersonBody>,
    /// What it is about, by its id; null where kind and person say it all.
    #[schema(required)]
    subject: Option<String>,
    unread: bool,
    #[serde(with = "time::serde::rfc3339")]
    told_at: OffsetDateTime,
}

impl From<Notice> for NoticeBody {
    fn from(notice: Notice) -> Self {
        Self {
            id: notice.id.0,
            kind: notice.kind,
            from: notice.from.map(PersonBody::from),
            subject: Some(notice.subject).filter(|subject| !subject.is_empty()),
            unread: notice.unread,
            told_at: notice.at.to_offset(),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct NoticesBody {
    notifications: Vec<NoticeBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct CountBody {
    count: u32,
}

/// Up to which notice one has read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadWish {
    /// Its `id`; those after it stay unread.
    up_to: u64,
}

/// What one is told of, the newest first; the newest 500 are kept. Without those by people hidden from one.
#[utoipa::path(get, path = "/v1/me/notifications", tag = "notifications", params(Page),
    responses(
        (status = 200, description = "A page.", body = NoticesBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
async fn list(
    State(notifications): State<NotificationService>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let before = page.after::<Before>()?.map(|Before(id)| id);
    let found = notifications.list(viewer, before, page.limit()).await;
    let found = found.map_err(refused)?;
    Ok(not_kept(NoticesBody {
        notifications: found.notices.into_iter().map(NoticeBody::from).collect(),
        next_cursor: found.next.and_then(|last| page.cursor(&Before(last))),
    }))
}

/// How many one has not read.
#[utoipa::path(get, path = "/v1/me/notifications/unread", tag = "notifications",
    responses(
        (status = 200, description = "How many.", body = CountBody),
        (status = 401, description = "sign_in_required"),
    ))]
async fn unread(
    State(notifications): State<NotificationService>,
    viewer: Viewer,
) -> Result<Response, Problem> {
    let count = notifications.unread(signed_in(viewer)?).await;
    let count = count.map_err(refused)?;
    Ok(not_kept(CountBody { count }))
}

/// One has read all up to this one. Nothing becomes unread by it. May be repeated.
#[utoipa::path(post, path = "/v1/me/notifications/read", tag = "notifications",
    request_body = ReadWish,
    responses(
        (status = 200, description = "How many are unread now.", body = CountBody),
        (status = 401, description = "sign_in_required"),
    ))]
async fn read(
    State(notifications): State<NotificationService>,
    viewer: Viewer,
    idempotency: Idempotency,
    Json(wish): Json<ReadWish>,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let once = idempotency.once(viewer);
    let read = notifications.read(viewer, NoticeId(wish.up_to), once.as_ref());
    let count = result_of(read.await.map_err(refused)?)?;
    Ok(not_kept(CountBody { count }))
}

fn signed_in(Viewer(viewer): Viewer) -> Result<UserId, Problem> {
    let viewer = viewer.ok_or(Code::SignInRequired)?;
    Ok(viewer.user.id)
}

fn not_kept(body: impl Serialize) -> Response {
    let headers = [(CACHE_CONTROL, "no-store")];
    (headers, Json(body)).into_response()
}

// An error, as every handler's refusals are made from one.
#[allow(clippy::needless_pass_by_value)]
fn refused(error: NoticesUnavailable) -> Problem {
    Problem::unavailable(&error)
}
