//! `/v1/posts/{id}/reaction`, `bookmark`, `pin` and `repost`, and who did so. Putting and deleting may be repeated.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::body::PostBody;
use super::posts::now;
use super::{Posts, not_kept, refused, signed_in, whoever};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::domain::post::{Reactable, ReactionKind};
use crate::ports::post::Reacted;
use crate::rest::auth::Viewer;
use crate::rest::cursor::{self, Page};
use crate::rest::etag::IfNoneMatch;
use crate::rest::problem::{Json, Path, Problem, Query};
use crate::rest::relation::PersonBody;

/// How one reacts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReactionWish {
    pub kind: ReactionKind,
}

/// Defines an act that is put and its being taken back.
macro_rules! act {
    ($path:literal, $put:ident: $put_about:literal, $take:ident: $take_about:literal, $method:ident, $($conflict:tt)*) => {
        #[doc = $put_about]
        #[utoipa::path(put, path = $path, tag = "posts",
            params(("id" = PostId, Path, description = "Which.")),
            responses(
                (status = 200, description = "The post as it is now.", body = PostBody,
                    headers(("etag" = String, description = "Its version, and a digest of the answer."))),
                (status = 401, description = "sign_in_required"),
                (status = 404, description = "post_not_found"),
                $($conflict)*
            ))]
        pub(super) async fn $put(
            State(posts): State<Posts>,
            viewer: Viewer,
            Path(id): Path<PostId>,
        ) -> Result<Response, Problem> {
            let viewer = signed_in(viewer)?;
            posts.$method(viewer, id, true).await.map_err(refused)?;
            now(&posts, id, Some(viewer), &IfNoneMatch::default()).await
        }

        #[doc = $take_about]
        #[utoipa::path(delete, path = $path, tag = "posts",
            params(("id" = PostId, Path, description = "Which.")),
            responses(
                (status = 204, description = "It is taken back."),
                (status = 401, description = "sign_in_required"),
                (status = 403, description = "forbidden"),
                (status = 404, description = "post_not_found"),
            ))]
        pub(super) async fn $take(
            State(posts): State<Posts>,
            viewer: Viewer,
            Path(id): Path<PostId>,
        ) -> Result<StatusCode, Problem> {
            let viewer = signed_in(viewer)?;
            posts.$method(viewer, id, false).await.map_err(refused)?;
            Ok(StatusCode::NO_CONTENT)
        }
    };
}

act!(
    "/v1/posts/{id}/bookmark",
    bookmark: "Keeps a post for later. Nobody else is told.",
    unbookmark: "Keeps a post no longer.",
    bookmark,
    (status = 409, description = "too_many_posts"),
);
act!(
    "/v1/posts/{id}/pin",
    pin: "Puts one's own post on top of one's posts: at most three.",
    unpin: "Takes one's own post from the top.",
    pin,
    (status = 403, description = "forbidden"),
    (status = 409, description = "too_many_posts"),
);
act!(
    "/v1/posts/{id}/repost",
    repost: "Passes a public post on to one's followers.",
    unrepost: "Passes a post on no longer.",
    repost,
    (status = 409, description = "not_public"),
);

/// Reacts to a post, instead of as before.
#[utoipa::path(put, path = "/v1/posts/{id}/reaction", tag = "posts", request_body = ReactionWish,
    params(("id" = PostId, Path, description = "To which.")),
    responses(
        (status = 200, description = "The post as it is now.", body = PostBody,
            headers(("etag" = String, description = "Its version, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "post_not_found"),
    ))]
pub(super) async fn react(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<PostId>,
    Json(wish): Json<ReactionWish>,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let reacted = posts
        .react(viewer, Reactable::Post(id), Some(wish.kind))
        .await;
    reacted.map_err(refused)?;
    now(&posts, id, Some(viewer), &IfNoneMatch::default()).await
}

/// Reacts no longer.
#[utoipa::path(delete, path = "/v1/posts/{id}/reaction", tag = "posts",
    params(("id" = PostId, Path, description = "To which.")),
    responses(
        (status = 204, description = "It is taken back."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "post_not_found"),
    ))]
pub(super) async fn unreact(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<PostId>,
) -> Result<StatusCode, Problem> {
    let viewer = signed_in(viewer)?;
    let taken = posts.react(viewer, Reactable::Post(id), None).await;
    taken.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody who reacted.
#[derive(Serialize, ToSchema)]
struct ReactedBody {
    #[serde(flatten)]
    person: PersonBody,
    kind: Option<ReactionKind>,
    #[serde(with = "time::serde::rfc3339")]
    reacted_at: OffsetDateTime,
}

/// Somebody who passed a post on.
#[derive(Serialize, ToSchema)]
struct RepostedBody {
    #[serde(flatten)]
    person: PersonBody,
    #[serde(with = "time::serde::rfc3339")]
    reposted_at: OffsetDateTime,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ReactedListBody {
    reactions: Vec<ReactedBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RepostedListBody {
    reposts: Vec<RepostedBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct ReactedAt(WallMs, UserId);

impl cursor::Place for ReactedAt {
    const LIST: &'static str = "post_reactions";
}

#[derive(Serialize, Deserialize)]
struct RepostedAt(WallMs, UserId);

impl cursor::Place for RepostedAt {
    const LIST: &'static str = "post_reposts";
}

/// Which reactions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OfKind {
    /// Only these.
    #[param(required = false)]
    kind: Option<ReactionKind>,
}

/// Who reacted to a post, the latest first.
#[utoipa::path(get, path = "/v1/posts/{id}/reactions", tag = "posts",
    params(("id" = PostId, Path, description = "To which."), OfKind, Page),
    responses(
        (status = 200, description = "A page.", body = ReactedListBody),
        (status = 400, description = "invalid_cursor"),
        (status = 404, description = "post_not_found"),
    ))]
pub(super) async fn reactions(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<PostId>,
    Query(OfKind { kind }): Query<OfKind>,
    page: Page,
) -> Result<Response, Problem> {
    let after = page.after::<ReactedAt>()?.map(|it| (it.0, it.1));
    let found = posts.reactions(id, kind, whoever(viewer), after, page.limit());
    let mut found = found.await.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |last| ReactedAt(last.at, last.user.id));
    let body = |it: Reacted| ReactedBody {
        person: it.user.into(),
        kind: it.kind,
        reacted_at: it.at.to_offset(),
    };
    Ok(not_kept(ReactedListBody {
        reactions: found.into_iter().map(body).collect(),
        next_cursor,
    }))
}

/// Who passed a post on, the latest first.
#[utoipa::path(get, path = "/v1/posts/{id}/reposts", tag = "posts",
    params(("id" = PostId, Path, description = "Which."), Page),
    responses(
        (status = 200, description = "A page.", body = RepostedListBody),
        (status = 400, description = "invalid_cursor"),
        (status = 404, description = "post_not_found"),
    ))]
pub(super) async fn reposts(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<PostId>,
    page: Page,
) -> Result<Response, Problem> {
    let after = page.after::<RepostedAt>()?.map(|it| (it.0, it.1));
    let found = posts.reposts(id, whoever(viewer), after, page.limit());
    let mut found = found.await.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |last| RepostedAt(last.at, last.user.id));
    let body = |it: Reacted| RepostedBody {
        person: it.user.into(),
        reposted_at: it.at.to_offset(),
    };
    Ok(not_kept(RepostedListBody {
        reposts: found.into_iter().map(body).collect(),
        next_cursor,
    }))
}
