//! `/v1/recommendations/...`: what is talked about, what is new, and where chance leads.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Viewer;
use super::cursor::{self, Page};
use super::post::{PostFields, Posts, PostsState};
use super::problem::{Problem, Query};
use super::room::CardBody;
use super::visit::{Seed, not_kept, shown};
use crate::domain::id::{PostId, RoomId};
use crate::ports::crowds::Crowds;
use crate::ports::discovery::{DiscoveryUnavailable, NewestPlace, RankPlace};
use crate::services::auth::AuthService;
use crate::services::discovery::DiscoveryService;
use crate::services::room::RoomService;
use crate::services::visit::VisitService;

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct DiscoveryState {
    /// The discovery service.
    pub discovery: DiscoveryService,
    /// How many came.
    pub visits: VisitService,
    /// Shows rooms.
    pub rooms: RoomService,
    /// How many people are in them.
    pub crowds: Arc<dyn Crowds>,
    /// Shows posts.
    pub posts: PostsState,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<DiscoveryState> for Posts {
    fn from_ref(state: &DiscoveryState) -> Self {
        Self::from_ref(&state.posts)
    }
}

impl FromRef<DiscoveryState> for AuthService {
    fn from_ref(state: &DiscoveryState) -> Self {
        state.auth.clone()
    }
}

impl FromRef<DiscoveryState> for DiscoveryService {
    fn from_ref(state: &DiscoveryState) -> Self {
        state.discovery.clone()
    }
}

/// The routes.
pub fn routes() -> OpenApiRouter<DiscoveryState> {
    OpenApiRouter::default()
        .routes(routes!(rooms))
        .routes(routes!(posts))
        .routes(routes!(tags))
        .routes(routes!(random_room))
}

/// The routes, with what they need.
pub fn router(state: DiscoveryState) -> OpenApiRouter {
    routes().with_state(state)
}

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Order {
    /// By how much it is talked about lately.
    #[default]
    Popular,
    /// By since when it is there.
    Newest,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Ordered {
    /// What is popular, unless asked otherwise.
    #[serde(default)]
    #[param(inline, required = false)]
    order: Order,
}

/// A place in each of these lists; a cursor of one is none of another.
macro_rules! places {
    ($($name:ident($place:ty) = $list:literal),+ $(,)?) => {$(
        #[derive(Serialize, Deserialize)]
        struct $name($place);

        impl cursor::Place for $name {
            const LIST: &'static str = $list;
        }
    )+};
}

places! {
    PopularRoom(RankPlace) = "popular_rooms",
    NewestRoom(NewestPlace<RoomId>) = "newest_rooms",
    PopularPost(RankPlace) = "popular_posts",
    NewestPost(NewestPlace<PostId>) = "newest_posts",
    PopularTag(RankPlace) = "popular_tags",
}

#[derive(Serialize, ToSchema)]
struct RoomsBody {
    rooms: Vec<CardBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Public rooms that are open to whoever asks: those talked about most, each person counting once a day and half as much
/// with every three days that pass, without one's own; or the newest, one's own among them.
#[utoipa::path(get, path = "/v1/recommendations/rooms", tag = "recommendations",
    params(Ordered, Page),
    responses(
        (status = 200, description = "A page. It may be shorter than asked for where a room has just gone.",
            body = RoomsBody),
        (status = 400, description = "invalid_cursor"),
    ))]
async fn rooms(
    State(state): State<DiscoveryState>,
    Viewer(viewer): Viewer,
    Query(Ordered { order }): Query<Ordered>,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    let limit = page.limit() + 1;
    let discovery = &state.discovery;
    let (ids, next_cursor): (Vec<RoomId>, _) = match order {
        Order::Popular => {
            let after = page.after::<PopularRoom>()?.map(|PopularRoom(place)| place);
            let found = discovery.popular_rooms(viewer, after.as_ref(), limit).await;
            let mut found = found.map_err(refused)?;
            let next = page.cut(&mut found, |(_, place)| PopularRoom(place.clone()));
            (found.into_iter().map(|(id, _)| id).collect(), next)
        }
        Order::Newest => {
            let after = page.after::<NewestRoom>()?.map(|NewestRoom(place)| place);
            let found = discovery.newest_rooms(viewer, after, limit).await;
            let mut found = found.map_err(refused)?;
            let next = page.cut(&mut found, |place| NewestRoom(*place));
            (found.into_iter().map(|place| place.id).collect(), next)
        }
    };
    let services = (&state.visits, &state.rooms, &*state.crowds);
    let rooms = shown(services, ids, viewer).await?;
    Ok(not_kept(RoomsBody { rooms, next_cursor }))
}

#[derive(Serialize, ToSchema)]
#[schema(as = RecommendedPosts)]
struct PostsBody {
    posts: Vec<PostFields>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Posts that whoever asks may see: those talked about most, without one's own, or the newest, one's own among them.
#[utoipa::path(get, path = "/v1/recommendations/posts", tag = "recommendations",
    params(Ordered, Page),
    responses(
        (status = 200, description = "A page. Where much is hidden from whoever asks it may be short and yet have a next.",
            body = PostsBody),
        (status = 400, description = "invalid_cursor"),
    ))]
async fn posts(
    State(discovery): State<DiscoveryService>,
    State(posts): State<Posts>,
    Viewer(viewer): Viewer,
    Query(Ordered { order }): Query<Ordered>,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    let limit = page.limit();
    let (ids, next_cursor) = match order {
        Order::Popular => {
            let after = page.after::<PopularPost>()?.map(|PopularPost(place)| place);
            let found = discovery.popular_posts(viewer, after, limit).await;
            let found = found.map_err(refused)?;
            (
                found.posts,
                found.next.and_then(|last| page.cursor(&PopularPost(last))),
            )
        }
        Order::Newest => {
            let after = page.after::<NewestPost>()?.map(|NewestPost(place)| place);
            let found = discovery.newest_posts(viewer, after, limit).await;
            let found = found.map_err(refused)?;
            (
                found.posts,
                found.next.and_then(|last| page.cursor(&NewestPost(last))),
            )
        }
    };
    let views = posts.those(&ids, viewer).await;
    let views = views.map_err(super::post::refused)?;
    let pictures = posts.pictures(views.iter()).await;
    let pictures = pictures.map_err(super::post::refused)?;
    let posts = views.into_iter();
    let posts = posts.map(|view| PostFields::new(view, &pictures)).collect();
    Ok(not_kept(PostsBody { posts, next_cursor }))
}

/// A tag.
#[derive(Serialize, ToSchema)]
#[schema(as = RecommendedTag)]
struct TagBody {
    tag: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RecommendedTags)]
struct TagsBody {
    tags: Vec<TagBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Tags that most people used lately in posts for everybody.
#[utoipa::path(get, path = "/v1/recommendations/tags", tag = "recommendations", params(Page),
    responses(
        (status = 200, description = "A page.", body = TagsBody),
        (status = 400, description = "invalid_cursor"),
    ))]
async fn tags(
    State(discovery): State<DiscoveryService>,
    _viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let after = page.after::<PopularTag>()?.map(|PopularTag(place)| place);
    let found = discovery
        .popular_tags(after.as_ref(), page.limit() + 1)
        .await;
    let mut found = found.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |(_, place)| PopularTag(place.clone()));
    let tags = found.into_iter().map(|(tag, _)| TagBody { tag }).collect();
    Ok(not_kept(TagsBody { tags, next_cursor }))
}

#[derive(Serialize, ToSchema)]
struct RandomRoomBody {
    /// Null: there is nowhere to go.
    #[schema(required)]
    room: Option<CardBody>,
}

/// A public room that chance leads to: new ones more often, and those that are seen little. Never one of one's own, nor
/// where one was just now.
#[utoipa::path(get, path = "/v1/recommendations/random-room", tag = "recommendations",
    params(Seed),
    responses((status = 200, description = "A room.", body = RandomRoomBody)))]
async fn random_room(
    State(state): State<DiscoveryState>,
    Viewer(viewer): Viewer,
    Query(seed): Query<Seed>,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    let found = state.discovery.random_room(viewer, seed.or_any()).await;
    let found = found.map_err(refused)?;
    let services = (&state.visits, &state.rooms, &*state.crowds);
    let rooms = shown(services, found, viewer).await?;
    Ok(not_kept(RandomRoomBody {
        room: rooms.into_iter().next(),
    }))
}

// An error, as every handler's refusals are made from one.
#[allow(clippy::needless_pass_by_value)]
fn refused(error: DiscoveryUnavailable) -> Problem {
    Problem::unavailable(&error)
}
