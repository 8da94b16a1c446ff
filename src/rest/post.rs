//! Posts, comments and what people do with them: `/v1/posts`, `/v1/comments`, `/v1/feeds`, `/v1/tags`, and the posts of
//! people and rooms. What somebody may not see is not there: the answers are those of an unknown id.

mod body;
mod comments;
mod feeds;
mod posts;
mod responses;

pub(super) use body::{MutedWordBody, PostFields};

use std::collections::BTreeMap;

use axum::extract::FromRef;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asset::MediaLinks;
use super::auth::Viewer;
use super::problem::{Code, Json, Problem};
use crate::domain::asset::Picture;
use crate::domain::id::{AssetId, UserId};
use crate::domain::post::{BadContent, Revision};
use crate::ports::post::{PostView, Refusal};
use crate::services::auth::AuthService;
use crate::services::post::{PostError, PostService};

/// Pictures that can be shown, and how they are linked to.
pub(in crate::rest) struct Pictures {
    found: BTreeMap<AssetId, Picture>,
    links: MediaLinks,
}

/// The service, with what links to the pictures of posts.
#[derive(Debug, Clone)]
pub(in crate::rest) struct Posts {
    service: PostService,
    links: MediaLinks,
}

impl std::ops::Deref for Posts {
    type Target = PostService;

    fn deref(&self) -> &PostService {
        &self.service
    }
}

impl Posts {
    /// The pictures of these posts, and of what they quote.
    pub(in crate::rest) async fn pictures<'a>(
        &self,
        views: impl Iterator<Item = &'a PostView>,
    ) -> Result<Pictures, PostError> {
        let found = self.service.pictures(views).await?;
        let links = self.links.clone();
        Ok(Pictures { found, links })
    }

    /// The pictures of former versions.
    async fn pictures_then(&self, revisions: &[Revision]) -> Result<Pictures, PostError> {
        let found = self.service.pictures_then(revisions).await?;
        let links = self.links.clone();
        Ok(Pictures { found, links })
    }
}

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct PostsState {
    /// The post service.
    pub posts: PostService,
    /// Links to pictures.
    pub links: MediaLinks,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<PostsState> for Posts {
    fn from_ref(state: &PostsState) -> Self {
        Self {
            service: state.posts.clone(),
            links: state.links.clone(),
        }
    }
}

impl FromRef<PostsState> for AuthService {
    fn from_ref(state: &PostsState) -> Self {
        state.auth.clone()
    }
}

/// The routes.
pub fn routes() -> OpenApiRouter<PostsState> {
    OpenApiRouter::default()
        .routes(routes!(feeds::newest, posts::create))
        .routes(routes!(posts::show, posts::change, posts::delete))
        .routes(routes!(posts::publish))
        .routes(routes!(posts::edits))
        .routes(routes!(responses::bookmark, responses::unbookmark))
        .routes(routes!(responses::pin, responses::unpin))
        .routes(routes!(responses::repost, responses::unrepost))
        .routes(routes!(responses::react, responses::unreact))
        .routes(routes!(responses::reactions))
        .routes(routes!(responses::reposts))
        .routes(routes!(comments::list, comments::create))
        .routes(routes!(comments::replies))
        .routes(routes!(comments::change, comments::delete))
        .routes(routes!(comments::edits))
        .routes(routes!(comments::react, comments::unreact))
        .routes(routes!(feeds::following))
        .routes(routes!(feeds::tagged))
        .routes(routes!(feeds::tags))
        .routes(routes!(feeds::of_person))
        .routes(routes!(feeds::in_room))
        .routes(routes!(feeds::drafts))
        .routes(routes!(feeds::bookmarks))
}

/// The routes, with what they need.
pub fn router(state: PostsState) -> OpenApiRouter {
    routes().with_state(state)
}

fn signed_in(Viewer(viewer): Viewer) -> Result<UserId, Problem> {
    let viewer = viewer.ok_or(Code::SignInRequired)?;
    Ok(viewer.user.id)
}

fn whoever(Viewer(viewer): Viewer) -> Option<UserId> {
    viewer.map(|viewer| viewer.user.id)
}

// Who sees what changes: what was true a moment ago is not kept.
fn not_kept(body: impl Serialize) -> Response {
    let headers = [(CACHE_CONTROL, "no-store")];
    (headers, Json(body)).into_response()
}

fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NoSuchPost => Problem::new(Code::PostNotFound),
        Refusal::NoSuchComment => Problem::new(Code::CommentNotFound),
        Refusal::NoSuchRoom => Problem::new(Code::RoomNotFound),
        Refusal::NoSuchPicture => Problem::new(Code::InvalidPicture),
        Refusal::NotYours => Problem::new(Code::Forbidden),
        Refusal::Stale => Problem::new(Code::PreconditionFailed),
        Refusal::Published => Problem::new(Code::WrongState),
        Refusal::Empty => Problem::new(Code::EmptyPost),
        Refusal::NotPublic => Problem::new(Code::NotPublic),
        Refusal::TooManyDrafts | Refusal::TooManyPins | Refusal::TooManyBookmarks => {
            Problem::new(Code::TooManyPosts).detail(refusal.to_string())
        }
    }
}

// An error, as every handler's refusals are made from one.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn refused(error: PostError) -> Problem {
    match error {
        PostError::Refused(why) => refusal(why),
        PostError::BadText(bad) => Problem::new(Code::InvalidText).detail(bad.to_string()),
        PostError::BadContent(bad @ BadContent::Pictures) => {
            Problem::new(Code::InvalidPicture).detail(bad.to_string())
        }
        PostError::BadContent(bad) => Problem::new(Code::InvalidTag).detail(bad.to_string()),
        PostError::Unsayable => Problem::new(Code::ContentRefused),
        PostError::BadTime => Problem::new(Code::InvalidTime).detail(error.to_string()),
        PostError::NoSuchUser => Problem::new(Code::UserNotFound),
        PostError::Unavailable(_)
        | PostError::Users(_)
        | PostError::Relations(_)
        | PostError::Assets(_)
        | PostError::Words(_)
        | PostError::Facts(_) => Problem::unavailable(&error),
    }
}
