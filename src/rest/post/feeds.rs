//! Lists of posts, the newest first, and tags.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{ListedPost, PostFields};
use super::{Posts, not_kept, refused, signed_in, whoever};
use crate::domain::id::{RoomId, UserId};
use crate::ports::post::{Feed, Place, PostView, TagPlace};
use crate::rest::auth::Viewer;
use crate::rest::cursor::{self, Page, places};
use crate::rest::problem::{Path, Problem, Query};
use crate::services::post::Page as Found;

places! {
    Place;
    FollowingAt = "feed_following",
    NewestAt = "posts_newest",
    TaggedAt = "posts_tagged",
    OfPersonAt = "posts_of_person",
    InRoomAt = "posts_in_room",
    DraftsAt = "drafts",
    BookmarksAt = "bookmarks",
}

#[derive(Serialize, ToSchema)]
pub(super) struct PostsBody {
    posts: Vec<ListedPost>,
    #[schema(required)]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PostsOfBody {
    /// On the first page: what they put on top.
    pinned: Vec<PostFields>,
    posts: Vec<ListedPost>,
    #[schema(required)]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct TagBody {
    /// As it is compared.
    name: String,
    /// Posts of it the viewer finds, counted up to 100; fewer than there are where very many are not for them.
    posts: u32,
}

#[derive(Serialize, ToSchema)]
pub(super) struct TagsBody {
    tags: Vec<TagBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

fn after<P: cursor::Place + Into<Place>>(page: &Page) -> Result<Option<Place>, Problem> {
    Ok(page.after::<P>()?.map(Into::into))
}

async fn body<P: cursor::Place + From<Place>>(
    posts: &Posts,
    page: &Page,
    found: Found,
) -> Result<PostsBody, Problem> {
    let next_cursor = found.next.and_then(|place| page.cursor(&P::from(place)));
    let views = found.entries.iter().map(|entry| &entry.view);
    let pictures = posts.pictures(views).await.map_err(refused)?;
    let entries = found.entries.into_iter();
    Ok(PostsBody {
        posts: entries.map(|it| ListedPost::new(it, &pictures)).collect(),
        next_cursor,
    })
}

async fn answer<P: cursor::Place + From<Place> + Into<Place>>(
    posts: &Posts,
    feed: &Feed,
    viewer: Option<UserId>,
    page: &Page,
) -> Result<Response, Problem> {
    let after = after::<P>(page)?;
    let found = posts.feed(feed, viewer, after, page.limit()).await;
    let found = found.map_err(refused)?;
    Ok(not_kept(body::<P>(posts, page, found).await?))
}

/// One's own posts, those of whom one follows, and what they passed on, each once. Without what one has muted.
#[utoipa::path(get, path = "/v1/feeds/following", tag = "posts", params(Page),
    responses(
        (status = 200, description = "A page.", body = PostsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn following(
    State(posts): State<Posts>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    answer::<FollowingAt>(&posts, &Feed::Following, Some(viewer), &page).await
}

/// Public posts. Without what one has muted.
#[utoipa::path(get, path = "/v1/posts", tag = "posts", params(Page),
    responses(
        (status = 200, description = "A page.", body = PostsBody),
        (status = 400, description = "invalid_cursor"),
    ))]
pub(super) async fn newest(
    State(posts): State<Posts>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    answer::<NewestAt>(&posts, &Feed::Newest, whoever(viewer), &page).await
}

/// Posts of a tag. Without what one has muted.
#[utoipa::path(get, path = "/v1/tags/{tag}/posts", tag = "posts",
    params(("tag" = String, Path, description = "Which, however it is written."), Page),
    responses(
        (status = 200, description = "A page.", body = PostsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 422, description = "invalid_tag"),
    ))]
pub(super) async fn tagged(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(tag): Path<String>,
    page: Page,
) -> Result<Response, Problem> {
    let after = after::<TaggedAt>(&page)?;
    let found = posts.tagged(&tag, whoever(viewer), after, page.limit());
    let found = found.await.map_err(refused)?;
    Ok(not_kept(body::<TaggedAt>(&posts, &page, found).await?))
}

/// Up to where was looked.
#[derive(Serialize, Deserialize)]
struct TagAfter(TagPlace);

impl cursor::Place for TagAfter {
    const LIST: &'static str = "tags";
}

/// Which tags.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TagQuery {
    /// How they begin; nothing is found without.
    #[param(max_length = 800, required = false)]
    #[serde(default)]
    query: String,
}

/// Tags that begin so, by name: those one finds posts of. A page may have fewer than asked for, and even none, and still
/// a cursor: then very many posts are not for the viewer.
#[utoipa::path(get, path = "/v1/tags", tag = "posts", params(TagQuery, Page),
    responses(
        (status = 200, description = "A page.", body = TagsBody),
        (status = 400, description = "invalid_cursor"),
    ))]
pub(super) async fn tags(
    State(posts): State<Posts>,
    viewer: Viewer,
    Query(TagQuery { query }): Query<TagQuery>,
    page: Page,
) -> Result<Response, Problem> {
    let after = page.after::<TagAfter>()?.map(|TagAfter(place)| place);
    let found = posts.tags(&query, whoever(viewer), after.as_ref(), page.limit());
    let found = found.await.map_err(refused)?;
    let next_cursor = found.next.and_then(|place| page.cursor(&TagAfter(place)));
    let tags = found.tags.into_iter().map(|it| TagBody {
        name: it.name,
        posts: it.posts,
    });
    Ok(not_kept(TagsBody {
        tags: tags.collect(),
        next_cursor,
    }))
}

/// Somebody's posts, and what they passed on.
#[utoipa::path(get, path = "/v1/users/{handle}/posts", tag = "posts",
    params(("handle" = String, Path, description = "Whose."), Page),
    responses(
        (status = 200, description = "A page.", body = PostsOfBody),
        (status = 400, description = "invalid_cursor"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn of_person(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(handle): Path<String>,
    page: Page,
) -> Result<Response, Problem> {
    let after = after::<OfPersonAt>(&page)?;
    let found = posts.of_person(&handle, whoever(viewer), after, page.limit());
    let (pinned, found) = found.await.map_err(refused)?;
    let pictures = posts.pictures(pinned.iter()).await.map_err(refused)?;
    let fields = |view: PostView| PostFields::new(view, &pictures);
    let pinned = pinned.into_iter().map(fields).collect();
    let PostsBody { posts, next_cursor } = body::<OfPersonAt>(&posts, &page, found).await?;
    Ok(not_kept(PostsOfBody {
        pinned,
        posts,
        next_cursor,
    }))
}

/// Posts that hang in a room. Without what one has muted.
#[utoipa::path(get, path = "/v1/rooms/{id}/posts", tag = "posts",
    params(("id" = RoomId, Path, description = "In which."), Page),
    responses(
        (status = 200, description = "A page.", body = PostsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 404, description = "room_not_found"),
    ))]
pub(super) async fn in_room(
    State(posts): State<Posts>,
    viewer: Viewer,
    Path(id): Path<RoomId>,
    page: Page,
) -> Result<Response, Problem> {
    let after = after::<InRoomAt>(&page)?;
    let found = posts.in_room(id, whoever(viewer), after, page.limit());
    let found = found.await.map_err(refused)?;
    Ok(not_kept(body::<InRoomAt>(&posts, &page, found).await?))
}

/// One's own posts that are not out: drafts, and those put off.
#[utoipa::path(get, path = "/v1/me/drafts", tag = "posts", params(Page),
    responses(
        (status = 200, description = "A page.", body = PostsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn drafts(
    State(posts): State<Posts>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    answer::<DraftsAt>(&posts, &Feed::Unpublished, Some(viewer), &page).await
}

/// Posts one has bookmarked, the latest first.
#[utoipa::path(get, path = "/v1/me/bookmarks", tag = "posts", params(Page),
    responses(
        (status = 200, description = "A page.", body = PostsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn bookmarks(
    State(posts): State<Posts>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    answer::<BookmarksAt>(&posts, &Feed::Bookmarks, Some(viewer), &page).await
}
