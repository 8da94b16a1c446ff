//! `/v1/posts/{id}/comments` and `/v1/comments`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::body::{MutedWordBody, ReactionsBody};
use super::responses::ReactionWish;
use super::{Posts, not_kept, refused, signed_in, whoever};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::post::{Reactable, ReactionKind};
use crate::domain::version::Version;
use crate::ports::post::{CommentView, Commented, Order, Thread};
use crate::rest::auth::Viewer;
use crate::rest::cursor::{self, Page};
use crate::rest::etag::{IfMatch, IfNoneMatch, described};
use crate::rest::idempotency::{Idempotency, result_of};
use crate::rest::problem::{Json, Path, Problem, Query};
use crate::rest::relation::PersonBody;

/// A comment, or the place of one that is gone while there are answers to it.
#[derive(Serialize, ToSchema)]
struct CommentFields {
    id: CommentId,
    post: PostId,
    /// What it answers; null: the post.
    #[schema(required)]
    parent: Option<CommentId>,
    /// At the top of its thread.
    root: CommentId,
    /// How deep it is shown: at most 3. Deeper answers are listed beside what they answer.
    #[schema(maximum = 3)]
    depth: u32,
    /// Null: only its place is left.
    #[schema(required)]
    author: Option<PersonBody>,
    /// Whether only its place is left.
    gone: bool,
    text: String,
    /// For its author alone: whether others may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<Standing>,
    /// Answers listed below it.
    replies: u32,
    reactions: ReactionsBody,
    /// The viewer's.
    #[schema(required)]
    reaction: Option<ReactionKind>,
    /// Not null: a muted word of the viewer's is in it.
    #[schema(required)]
    muted: Option<MutedWordBody>,
    /// For `If-Match`, between quotes.
    version: u64,
    #[serde(with = "time::serde::rfc3339")]
    written_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    edited_at: Option<OffsetDateTime>,
}

impl CommentFields {
    fn new(view: CommentView, viewer: Option<UserId>) -> Self {
        let comment = view.comment;
        let author = view.author.as_ref().map(|author| author.id);
        let is_own = author.is_some() && author == viewer;
        Self {
            id: comment.id,
            post: comment.post,
            parent: comment.parent,
            root: comment.root,
            depth: comment.depth,
            gone: view.author.is_none(),
            author: view.author.map(PersonBody::from),
            text: comment.text,
            standing: is_own.then_some(comment.standing),
            replies: view.replies,
            reactions: view.reactions.into(),
            reaction: view.mine,
            muted: MutedWordBody::of(view.muted),
            version: comment.version,
            written_at: comment.at.to_offset(),
            edited_at: comment.edited.map(WallMs::to_offset),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct CommentBody {
    comment: CommentFields,
}

#[derive(Serialize, ToSchema)]
pub(super) struct CommentsBody {
    comments: Vec<CommentFields>,
    #[schema(required)]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RepliesBody {
    replies: Vec<CommentFields>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// A comment to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CommentWish {
    /// 1 to 500 characters in 20 lines.
    text: String,
    /// What it answers; absent: the post.
    #[schema(required = false)]
    parent: Option<CommentId>,
}

/// What it is to say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CommentChange {
    /// 1 to 500 characters in 20 lines.
    text: String,
}

#[derive(Serialize, Deserialize)]
struct OldestAt(Commented);

impl cursor::Place for OldestAt {
    const LIST: &'static str = "comments_oldest";
}

#[derive(Serialize, Deserialize)]
struct NewestAt(Commented);

impl cursor::Place for NewestAt {
    const LIST: &'static str = "comments_newest";
}

#[derive(Serialize, Deserialize)]
struct RepliesAt(Commented);

impl cursor::Place for RepliesAt {
    const LIST: &'static str = "comment_replies";
}

/// In which order comments come.
#[derive(Deserialize, ToSchema, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
enum CommentOrder {
    /// As they were written.
    #[default]
    Oldest,
    /// The other way.
    Newest,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct InOrder {
    /// The oldest first, unless it says otherwise.
    #[param(required = false, inline)]
    #[serde(default)]
    order: CommentOrder,
}

fn place(view: &CommentView) -> Commented {
    Commented {
        at: view.comment.at,
        id: view.comment.id,
    }
}

/// The comment as its viewer sees it now.
async fn now(posts: &Posts, id: CommentId, viewer: UserId) -> Result<Response, Problem> {
    let view = posts.one_comment(id, Some(viewer)).await;
    let view = view.map_err(refused)?;
    let version = Version(view.comment.version);
    let comment = CommentFields::new(view, Some(viewer));
    let body = CommentBody { comment };
    Ok(described(version, &IfNoneMatch::default(), &body))
}

/// Comments on a post, without the answers to them. Where the viewer does not see one and sees answers to it, its place
/// is left.
#[utoipa::path(get, path = "/v1/posts/{id}/comments", tag = "posts", operation_id = "comments",
    params(("id" = PostId, Path, description = "On which."), InOrder, Page),
    responses(
        (status = 200, description = "A page.", body = CommentsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 404, description = "post_not_found"),
    ))]
pub(super) async fn list(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<PostId>,
    Query(InOrder { order }): Query<InOrder>,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = whoever(viewer);
    let (order, after) = match order {
        CommentOrder::Oldest => (Order::Oldest, page.after::<OldestAt>()?.map(|it| it.0)),
        CommentOrder::Newest => (Order::Newest, page.after::<NewestAt>()?.map(|it| it.0)),
    };
    let found = posts.comments(Thread::Of(id), order, viewer, after, page.limit());
    let mut found = found.await.map_err(refused)?;
    let next_cursor = match order {
        Order::Oldest => page.cut(&mut found, |last| OldestAt(place(last))),
        Order::Newest => page.cut(&mut found, |last| NewestAt(place(last))),
    };
    let comments = found.into_iter();
    Ok(not_kept(CommentsBody {
        comments: comments.map(|it| CommentFields::new(it, viewer)).collect(),
        next_cursor,
    }))
}

/// Comments on a post, or answers a comment on it.
#[utoipa::path(post, path = "/v1/posts/{id}/comments", tag = "posts", request_body = CommentWish,
    operation_id = "create_comment",
    params(("id" = PostId, Path, description = "On which.")),
    responses(
        (status = 201, description = "It is kept.", body = CommentBody,
            headers(("etag" = String, description = "Its version, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "post_not_found, comment_not_found"),
        (status = 422, description = "invalid_text, content_refused"),
    ))]
pub(super) async fn create(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<PostId>,
    idempotency: Idempotency,
    Json(wish): Json<CommentWish>,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let once = idempotency.once(viewer);
    let written = posts.comment(viewer, id, wish.parent, &wish.text, once.as_ref());
    let id = result_of(written.await.map_err(refused)?)?;
    let mut answer = now(&posts, id, viewer).await?;
    *answer.status_mut() = StatusCode::CREATED;
    Ok(answer)
}

/// Answers to a comment, the oldest first.
#[utoipa::path(get, path = "/v1/comments/{id}/replies", tag = "posts",
    params(("id" = CommentId, Path, description = "To which."), Page),
    responses(
        (status = 200, description = "A page.", body = RepliesBody),
        (status = 400, description = "invalid_cursor"),
        (status = 404, description = "comment_not_found"),
    ))]
pub(super) async fn replies(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<CommentId>,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = whoever(viewer);
    let after = page.after::<RepliesAt>()?.map(|it| it.0);
    let thread = Thread::Below(id);
    let found = posts.comments(thread, Order::Oldest, viewer, after, page.limit());
    let mut found = found.await.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |last| RepliesAt(place(last)));
    let replies = found.into_iter();
    Ok(not_kept(RepliesBody {
        replies: replies.map(|it| CommentFields::new(it, viewer)).collect(),
        next_cursor,
    }))
}

/// Changes what one's own comment says. What it said before is kept.
#[utoipa::path(patch, path = "/v1/comments/{id}", tag = "posts", request_body = CommentChange,
    operation_id = "change_comment",
    params(("id" = CommentId, Path, description = "Which."), IfMatch),
    responses(
        (status = 200, description = "The comment as it is now.", body = CommentBody,
            headers(("etag" = String, description = "Its version, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "comment_not_found"),
        (status = 412, description = "precondition_failed"),
        (status = 422, description = "invalid_text, content_refused"),
    ))]
pub(super) async fn change(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<CommentId>,
    IfMatch(expected): IfMatch,
    Json(wanted): Json<CommentChange>,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let changed = posts.change_comment(viewer, id, &wanted.text, &expected);
    changed.await.map_err(refused)?;
    now(&posts, id, viewer).await
}

/// What a comment said before.
#[derive(Serialize, ToSchema)]
struct CommentRevisionBody {
    /// Grows from one to the next.
    version: u64,
    text: String,
    /// Since when it said so.
    #[serde(with = "time::serde::rfc3339")]
    since_at: OffsetDateTime,
}

#[derive(Serialize, ToSchema)]
pub(super) struct CommentRevisionsBody {
    edits: Vec<CommentRevisionBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Before which version.
#[derive(Serialize, Deserialize)]
struct Before(u64);

impl cursor::Place for Before {
    const LIST: &'static str = "comment_edits";
}

/// What a comment said before it was changed, the newest first: the last 20 versions, as far as one might have read
/// them.
#[utoipa::path(get, path = "/v1/comments/{id}/edits", tag = "posts", operation_id = "comment_edits",
    params(("id" = CommentId, Path, description = "Which."), Page),
    responses(
        (status = 200, description = "A page.", body = CommentRevisionsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 404, description = "comment_not_found"),
    ))]
pub(super) async fn edits(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<CommentId>,
    page: Page,
) -> Result<Response, Problem> {
    let before = page.after::<Before>()?.map(|Before(version)| version);
    let found = posts.comment_revisions(id, whoever(viewer), before, page.limit());
    let mut found = found.await.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |last| Before(last.version));
    let edits = found.into_iter().map(|it| CommentRevisionBody {
        version: it.version,
        text: it.text,
        since_at: it.since.to_offset(),
    });
    Ok(not_kept(CommentRevisionsBody {
        edits: edits.collect(),
        next_cursor,
    }))
}

/// Deletes one's own comment, or one on one's own post. Its place stays while there are answers to it.
#[utoipa::path(delete, path = "/v1/comments/{id}", tag = "posts", operation_id = "delete_comment",
    params(("id" = CommentId, Path, description = "Which.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "comment_not_found"),
    ))]
pub(super) async fn delete(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<CommentId>,
) -> Result<StatusCode, Problem> {
    let deleted = posts.delete_comment(signed_in(viewer)?, id).await;
    deleted.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reacts to a comment, instead of as before. May be repeated.
#[utoipa::path(put, path = "/v1/comments/{id}/reaction", tag = "posts", request_body = ReactionWish,
    operation_id = "react_to_comment",
    params(("id" = CommentId, Path, description = "To which.")),
    responses(
        (status = 200, description = "The comment as it is now.", body = CommentBody,
            headers(("etag" = String, description = "Its version, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "comment_not_found"),
    ))]
pub(super) async fn react(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<CommentId>,
    Json(wish): Json<ReactionWish>,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let reacted = posts
        .react(viewer, Reactable::Comment(id), Some(wish.kind))
        .await;
    reacted.map_err(refused)?;
    now(&posts, id, viewer).await
}

/// Reacts to a comment no longer. May be repeated.
#[utoipa::path(delete, path = "/v1/comments/{id}/reaction", tag = "posts",
    operation_id = "unreact_to_comment",
    params(("id" = CommentId, Path, description = "To which.")),
    responses(
        (status = 204, description = "It is taken back."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "comment_not_found"),
    ))]
pub(super) async fn unreact(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<CommentId>,
) -> Result<StatusCode, Problem> {
    let viewer = signed_in(viewer)?;
    let taken = posts.react(viewer, Reactable::Comment(id), None).await;
    taken.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
