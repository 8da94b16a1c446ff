//! `/v1/me/logins`: where one is signed in.

use std::cmp::Reverse;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Holder, Traced};
use super::cursor::{Page, Place};
use super::problem::{Code, Json, Path, Problem};
use crate::domain::id::LoginId;
use crate::domain::scope::Scope;
use crate::ports::login::{LoginCard, LoginKind};
use crate::services::auth::{AuthService, LoginError};

/// The routes.
pub fn routes() -> OpenApiRouter<AuthService> {
    OpenApiRouter::default()
        .routes(routes!(list, revoke_others))
        .routes(routes!(rename, revoke))
}

/// The routes, with what they need.
pub fn router(auth: AuthService) -> OpenApiRouter {
    routes().with_state(auth)
}

/// What a login is held by.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LoginKindBody {
    Browser,
    App,
}

#[derive(Serialize, ToSchema)]
struct LoginAppBody {
    id: String,
    name: String,
}

/// Somebody signed in on one device.
#[derive(Serialize, ToSchema)]
struct LoginBody {
    id: LoginId,
    /// What the person calls it.
    name: Option<String>,
    kind: LoginKindBody,
    /// Of an app: which.
    app: Option<LoginAppBody>,
    /// The program, as it named itself.
    user_agent: String,
    /// From where it was opened, an IPv6 address by its network.
    address: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    /// Within an hour.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    seen_at: OffsetDateTime,
    /// Whether it is the one that asks.
    current: bool,
}

#[derive(Serialize, ToSchema)]
struct LoginsBody {
    logins: Vec<LoginBody>,
    next_cursor: Option<String>,
}

/// After which login the next page begins.
#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Listed(Reverse<u64>, LoginId);

impl Place for Listed {
    const LIST: &'static str = "logins";
}

impl Listed {
    fn of(card: &LoginCard) -> Self {
        Self(Reverse(card.seen.0), card.id)
    }
}

/// Where one is signed in, the last used first.
#[utoipa::path(get, path = "/v1/me/logins", tag = "logins", params(Page),
    responses(
        (status = 200, description = "A page.", body = LoginsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
async fn list(
    State(auth): State<AuthService>,
    holder: Holder,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = holder.require(Scope::Account)?;
    let cards = auth.logins(&viewer).await;
    let mut cards = cards.map_err(|error| Problem::unavailable(&error))?;
    cards.sort_by_key(Listed::of);
    if let Some(after) = page.after::<Listed>()? {
        cards.retain(|card| Listed::of(card) > after);
    }
    let next_cursor = page.cut(&mut cards, Listed::of);
    let logins = cards.into_iter().map(|card| LoginBody {
        id: card.id,
        name: card.name,
        kind: match card.kind {
            LoginKind::App => LoginKindBody::App,
            LoginKind::Browser | LoginKind::Token => LoginKindBody::Browser,
        },
        app: card.client.map(|id| LoginAppBody {
            name: auth
                .app(&id)
                .map_or_else(|| id.clone(), |app| app.name.clone()),
            id,
        }),
        user_agent: card.user_agent,
        address: card.address,
        created_at: card.created.to_offset(),
        seen_at: card.seen.to_offset(),
        current: card.id == viewer.login_id,
    });
    let body = LoginsBody {
        logins: logins.collect(),
        next_cursor,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// What to change about a login.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RenameRequest {
    /// What to call it, 1 to 40 characters; null for nothing.
    #[schema(required = true)]
    name: Option<String>,
}

/// Names a login.
#[utoipa::path(patch, path = "/v1/me/logins/{id}", tag = "logins",
    params(("id" = LoginId, Path, description = "Which.")),
    responses(
        (status = 204, description = "It is called that."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "login_not_found"),
        (status = 422, description = "invalid_name"),
    ))]
async fn rename(
    State(auth): State<AuthService>,
    holder: Holder,
    Path(login): Path<LoginId>,
    Json(wanted): Json<RenameRequest>,
) -> Result<StatusCode, Problem> {
    let viewer = holder.require(Scope::Account)?;
    let renamed = auth
        .rename_login(&viewer, login, wanted.name.as_deref())
        .await;
    renamed.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a login, with everything it let in.
#[utoipa::path(delete, path = "/v1/me/logins/{id}", tag = "logins",
    params(("id" = LoginId, Path, description = "Which.")),
    responses(
        (status = 204, description = "It is ended."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "login_not_found"),
    ))]
async fn revoke(
    State(auth): State<AuthService>,
    holder: Holder,
    Traced(trace): Traced,
    Path(login): Path<LoginId>,
) -> Result<StatusCode, Problem> {
    let viewer = holder.require(Scope::Account)?;
    let revoked = auth.revoke_login(&viewer, login, &trace).await;
    revoked.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends every login but the one that asks. Personal access tokens stay. May be repeated.
#[utoipa::path(delete, path = "/v1/me/logins", tag = "logins",
    responses(
        (status = 204, description = "They are ended."),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "reauthentication_required"),
    ))]
async fn revoke_others(
    State(auth): State<AuthService>,
    holder: Holder,
    Traced(trace): Traced,
) -> Result<StatusCode, Problem> {
    let viewer = holder.recently(Scope::Account)?;
    let revoked = auth.revoke_other_logins(&viewer, &trace).await;
    revoked.map_err(|error| Problem::unavailable(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

fn refused(error: LoginError) -> Problem {
    match error {
        LoginError::NoSuchLogin => Problem::new(Code::LoginNotFound),
        LoginError::BadName(bad) => Problem::new(Code::InvalidName).detail(bad.to_string()),
        LoginError::Store(error) => Problem::unavailable(&error),
    }
}
