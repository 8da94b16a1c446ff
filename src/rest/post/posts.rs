//! `/v1/posts`: writing posts, and looking at one.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::body::{AttachmentBody, PostBody, PostFields, said, shown};
use super::{Posts, not_kept, refused, signed_in, whoever};
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, PostId, RoomId, UserId};
use crate::domain::post::{Audience, PostState};
use crate::domain::version::Version;
use crate::ports::post::PostView;
use crate::rest::asset::PictureBody;
use crate::rest::auth::Viewer;
use crate::rest::cursor::{self, Page};
use crate::rest::etag::{IfMatch, IfNoneMatch, described};
use crate::rest::idempotency::{Idempotency, result_of};
use crate::rest::problem::{Json, Path, Problem};
use crate::services::post::{Change, Slot, Wish};

/// A post to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PostWish {
    /// At most 2,000 characters in 100 lines; may be empty beside pictures or a quote. `#tag` and `@handle` are found in
    /// it.
    #[serde(default)]
    text: String,
    /// For whom; public posts of a private account are for its followers.
    visibility: Audience,
    /// At most 100 characters.
    #[schema(required = false)]
    content_warning: Option<String>,
    /// Whether its pictures are not for everybody.
    #[serde(default)]
    sensitive: bool,
    /// One's own, at most ten.
    #[serde(default)]
    pictures: Vec<AttachmentBody>,
    /// Beside those in the text; ten together.
    #[serde(default)]
    tags: Vec<String>,
    /// A room of one's own, or one where one is an editor.
    #[schema(required = false)]
    room: Option<RoomId>,
    /// A post one sees.
    #[schema(required = false)]
    quote_of: Option<PostId>,
    /// Published unless it says otherwise.
    #[serde(default = "published")]
    #[schema(required = false)]
    state: PostState,
    /// For what is scheduled, and for nothing else: later than now, by a year at the most.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime, required = false)]
    publish_at: Option<OffsetDateTime>,
}

const fn published() -> PostState {
    PostState::Published
}

fn attached(pictures: Vec<AttachmentBody>) -> Vec<(AssetId, String)> {
    let pictures = pictures.into_iter();
    pictures.map(|it| (it.asset, it.alt)).collect()
}

fn instant(at: Option<OffsetDateTime>) -> Option<WallMs> {
    at.map(|at| {
        let ms = at.unix_timestamp_nanos() / 1_000_000;
        WallMs(u64::try_from(ms).unwrap_or(0))
    })
}

impl From<PostWish> for Wish {
    fn from(wish: PostWish) -> Self {
        Self {
            text: wish.text,
            warning: wish.content_warning.unwrap_or_default(),
            sensitive: wish.sensitive,
            pictures: attached(wish.pictures),
            tags: wish.tags,
            audience: wish.visibility,
            room: wish.room,
            quote_of: wish.quote_of,
            state: wish.state,
            publish_at: instant(wish.publish_at),
        }
    }
}

/// What to change of a post; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PostChange {
    text: Option<String>,
    visibility: Option<Audience>,
    /// Empty: no warning.
    content_warning: Option<String>,
    sensitive: Option<bool>,
    /// All of them.
    pictures: Option<Vec<AttachmentBody>>,
    /// All beside those in the text.
    tags: Option<Vec<String>>,
    /// Of what is not out: a draft, or scheduled.
    state: Option<PostState>,
    /// For what is scheduled.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    publish_at: Option<OffsetDateTime>,
    /// Of what is not out: a room of one's own, or one where one is an editor. Null: none.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<RoomId>, required = false)]
    room: Slot<RoomId>,
    /// Of what is not out: a post one sees. Null: none.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<PostId>, required = false)]
    quote_of: Slot<PostId>,
}

/// What is named, were it only null, takes the place of what there is.
fn named<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Slot<T>, D::Error> {
    let named = Option::<T>::deserialize(from)?;
    Ok(named.map_or(Slot::Emptied, Slot::Filled))
}

impl From<PostChange> for Change {
    fn from(change: PostChange) -> Self {
        Self {
            text: change.text,
            warning: change.content_warning,
            sensitive: change.sensitive,
            pictures: change.pictures.map(attached),
            tags: change.tags,
            audience: change.visibility,
            state: change.state,
            publish_at: instant(change.publish_at),
            room: change.room,
            quote_of: change.quote_of,
        }
    }
}

/// The post as the viewer sees it now.
pub(super) async fn now(
    posts: &Posts,
    id: PostId,
    viewer: Option<UserId>,
    known: &IfNoneMatch,
) -> Result<Response, Problem> {
    let view: PostView = posts.post(id, viewer).await.map_err(refused)?;
    let pictures = posts.pictures(std::iter::once(&view)).await;
    let pictures = pictures.map_err(refused)?;
    let version = Version(view.post.version);
    let post = PostFields::new(view, &pictures);
    Ok(described(version, known, &PostBody { post }))
}

/// Writes a post: published at once, a draft, or put off. What has to be looked at first is kept, and told by its
/// `standing`.
#[utoipa::path(post, path = "/v1/posts", tag = "posts", request_body = PostWish,
    responses(
        (status = 201, description = "It is kept.", body = PostBody,
            headers(("etag" = String, description = "Its version, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "post_not_found, room_not_found"),
        (status = 409, description = "too_many_posts"),
        (status = 422, description = "invalid_text, invalid_tag, invalid_picture, invalid_time, empty_post, content_refused"),
    ))]
pub(super) async fn create(
    State(posts): State<Posts>,
    viewer: Viewer,
    idempotency: Idempotency,
    Json(wish): Json<PostWish>,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let once = idempotency.once(viewer);
    let created = posts.create(viewer, wish.into(), once.as_ref()).await;
    let id = result_of(created.map_err(refused)?)?;
    let mut answer = now(&posts, id, Some(viewer), &IfNoneMatch::default()).await?;
    *answer.status_mut() = StatusCode::CREATED;
    Ok(answer)
}

/// A post.
#[utoipa::path(get, path = "/v1/posts/{id}", tag = "posts",
    params(("id" = PostId, Path, description = "Which."), IfNoneMatch),
    responses(
        (status = 304, description = "The client has it."),
        (status = 200, description = "The post.", body = PostBody,
            headers(("etag" = String, description = "Its version, and a digest of the answer."))),
        (status = 404, description = "post_not_found"),
    ))]
pub(super) async fn show(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<PostId>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    now(&posts, id, whoever(viewer), &known).await
}

/// Changes what is named of one's own post. What a published one was before is kept.
#[utoipa::path(patch, path = "/v1/posts/{id}", tag = "posts", request_body = PostChange,
    params(("id" = PostId, Path, description = "Which."), IfMatch),
    responses(
        (status = 200, description = "The post as it is now.", body = PostBody,
            headers(("etag" = String, description = "Its version, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "post_not_found, room_not_found"),
        (status = 409, description = "wrong_state"),
        (status = 412, description = "precondition_failed"),
        (status = 422, description = "invalid_text, invalid_tag, invalid_picture, invalid_time, empty_post, content_refused"),
    ))]
pub(super) async fn change(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<PostId>,
    IfMatch(expected): IfMatch,
    Json(wanted): Json<PostChange>,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let changed = posts.change(viewer, id, &wanted.into(), &expected).await;
    changed.map_err(refused)?;
    now(&posts, id, Some(viewer), &IfNoneMatch::default()).await
}

/// Deletes one's own post, and everything under it.
#[utoipa::path(delete, path = "/v1/posts/{id}", tag = "posts",
    params(("id" = PostId, Path, description = "Which.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "post_not_found"),
    ))]
pub(super) async fn delete(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<PostId>,
) -> Result<StatusCode, Problem> {
    let deleted = posts.delete(signed_in(viewer)?, id).await;
    deleted.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Publishes one's own draft, or what was put off, now.
#[utoipa::path(post, path = "/v1/posts/{id}/publish", tag = "posts",
    params(("id" = PostId, Path, description = "Which."), IfMatch),
    responses(
        (status = 200, description = "It is out.", body = PostBody,
            headers(("etag" = String, description = "Its version, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "post_not_found"),
        (status = 409, description = "wrong_state"),
        (status = 412, description = "precondition_failed"),
        (status = 422, description = "empty_post, content_refused"),
    ))]
pub(super) async fn publish(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<PostId>,
    IfMatch(expected): IfMatch,
    idempotency: Idempotency,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let once = idempotency.once(viewer);
    let published = posts.publish(viewer, id, &expected, once.as_ref()).await;
    let id = result_of(published.map_err(refused)?)?;
    now(&posts, id, Some(viewer), &IfNoneMatch::default()).await
}

/// What a post was before.
#[derive(Serialize, ToSchema)]
struct RevisionBody {
    /// Grows from one to the next.
    version: u64,
    text: String,
    #[schema(required)]
    content_warning: Option<String>,
    sensitive: bool,
    pictures: Vec<PictureBody>,
    tags: Vec<String>,
    /// Since when it was so.
    #[serde(with = "time::serde::rfc3339")]
    since_at: OffsetDateTime,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RevisionsBody {
    edits: Vec<RevisionBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Before which version.
#[derive(Serialize, Deserialize)]
struct Before(u64);

impl cursor::Place for Before {
    const LIST: &'static str = "post_edits";
}

/// What a post was before it was changed, the newest first: the last 20 versions, as far as one might have seen them.
#[utoipa::path(get, path = "/v1/posts/{id}/edits", tag = "posts",
    params(("id" = PostId, Path, description = "Which."), Page),
    responses(
        (status = 200, description = "A page.", body = RevisionsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 404, description = "post_not_found"),
    ))]
pub(super) async fn edits(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<PostId>,
    page: Page,
) -> Result<Response, Problem> {
    let before = page.after::<Before>()?.map(|Before(version)| version);
    let found = posts.revisions(id, whoever(viewer), before, page.limit());
    let mut found = found.await.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |last| Before(last.version));
    let pictures = posts.pictures_then(&found).await.map_err(refused)?;
    let edits = found.into_iter().map(|it| RevisionBody {
        version: it.version,
        pictures: shown(&it.content, &pictures),
        text: it.content.text,
        content_warning: said(it.content.warning),
        sensitive: it.content.sensitive,
        tags: it.tags,
        since_at: it.since.to_offset(),
    });
    Ok(not_kept(RevisionsBody {
        edits: edits.collect(),
        next_cursor,
    }))
}
