//! `/v1/users?q=`: people by handle and name.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::not_kept;
use crate::domain::search::{NameQuery, QUERY_CHARS_MAX};
use crate::domain::user::User;
use crate::ports::profile::FoundAfter;
use crate::rest::auth::Viewer;
use crate::rest::cursor::{Page, Place};
use crate::rest::problem::{Code, Problem, Query};
use crate::rest::profile::refused;
use crate::services::profile::ProfileService;

impl Place for FoundAfter {
    const LIST: &'static str = "users";
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// The beginning of a handle, or words of a name: 1 to 50 characters. Case and width do not matter.
    #[param(min_length = 1, max_length = 50)]
    q: String,
}

const _: () = assert!(QUERY_CHARS_MAX == 50, "as the document says");

#[derive(Serialize, ToSchema)]
pub(super) struct UsersBody {
    users: Vec<User>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// People by the beginning of their handle or by words of their name, those who fit best first. Where very many names
/// are alike a page may hold fewer than asked for, or nobody, and yet have a next.
#[utoipa::path(get, path = "/v1/users", tag = "users", params(SearchQuery, Page),
    responses(
        (status = 200, description = "A page.", body = UsersBody),
        (status = 400, description = "invalid_cursor"),
    ))]
pub(super) async fn search(
    State(profiles): State<ProfileService>,
    Viewer(viewer): Viewer,
    Query(SearchQuery { q }): Query<SearchQuery>,
    page: Page,
) -> Result<Response, Problem> {
    let query = NameQuery::parse(&q);
    let query = query.map_err(|bad| Problem::new(Code::InvalidQuery).detail(bad.to_string()))?;
    let viewer = viewer.map(|viewer| viewer.user.id);
    let after: Option<FoundAfter> = page.after()?;
    // One more than asked for tells whether there is a next page.
    let found = profiles
        .search(&query, viewer, after.as_ref(), page.limit() + 1)
        .await;
    let mut found = found.map_err(refused)?;
    let next_cursor = page.cut(&mut found.people, |(_, place)| place.clone());
    let next_cursor = next_cursor.or_else(|| page.cursor(&found.unfinished?));
    let users = found.people.into_iter().map(|(user, _)| user).collect();
    Ok(not_kept(UsersBody { users, next_cursor }))
}
