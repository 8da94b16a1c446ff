//! `/v1/admin/users/{handle}/role` and `/suspension`: what accounts may do on the platform.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Holder, Traced};
use super::problem::{Code, Json, Path, Problem};
use crate::domain::clock::WallMs;
use crate::domain::scope::Scope;
use crate::domain::user::AccountRole;
use crate::services::auth::{AuthService, PermissionError};

/// The routes.
pub fn routes() -> OpenApiRouter<AuthService> {
    OpenApiRouter::default()
        .routes(routes!(set_role))
        .routes(routes!(suspend, reinstate))
}

/// The routes, with what they need.
pub fn router(auth: AuthService) -> OpenApiRouter {
    routes().with_state(auth)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoleRequest {
    role: AccountRole,
}

/// Gives an account a role, for admins who have just shown who they are. May be repeated.
#[utoipa::path(put, path = "/v1/admin/users/{handle}/role", tag = "permissions",
    params(("handle" = String, Path, description = "Whose.")),
    responses(
        (status = 204, description = "It has the role."),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden, reauthentication_required"),
        (status = 404, description = "user_not_found"),
        (status = 409, description = "last_admin"),
    ))]
async fn set_role(
    State(auth): State<AuthService>,
    holder: Holder,
    Traced(trace): Traced,
    Path(handle): Path<String>,
    Json(wanted): Json<RoleRequest>,
) -> Result<StatusCode, Problem> {
    let viewer = holder.recently(Scope::Admin)?;
    let set = auth.set_role(&viewer, &handle, wanted.role, &trace).await;
    set.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why and until when an account is suspended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuspensionRequest {
    /// 1 to 200 characters; the person can read it.
    reason: String,
    /// Until when; until it is lifted when absent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(required = false, value_type = Option<String>, format = DateTime)]
    until: Option<OffsetDateTime>,
}

/// Keeps an account out, for moderators and of lower roles than theirs: it is signed out everywhere at once and
/// cannot sign in. Repeated it replaces reason and end.
#[utoipa::path(put, path = "/v1/admin/users/{handle}/suspension", tag = "permissions",
    params(("handle" = String, Path, description = "Whose.")),
    responses(
        (status = 204, description = "It is kept out."),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "user_not_found"),
        (status = 422, description = "invalid_body, invalid_time"),
    ))]
async fn suspend(
    State(auth): State<AuthService>,
    holder: Holder,
    Traced(trace): Traced,
    Path(handle): Path<String>,
    Json(wanted): Json<SuspensionRequest>,
) -> Result<StatusCode, Problem> {
    let viewer = holder.require(Scope::Moderate)?;
    let until = wanted.until.map(|until| {
        let ms = u64::try_from(until.unix_timestamp_nanos() / 1_000_000);
        WallMs(ms.unwrap_or(0))
    });
    let suspended = auth
        .suspend(&viewer, &handle, &wanted.reason, until, &trace)
        .await;
    suspended.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets an account in again. May be repeated.
#[utoipa::path(delete, path = "/v1/admin/users/{handle}/suspension", tag = "permissions",
    params(("handle" = String, Path, description = "Whose.")),
    responses(
        (status = 204, description = "It may sign in."),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "user_not_found"),
    ))]
async fn reinstate(
    State(auth): State<AuthService>,
    holder: Holder,
    Traced(trace): Traced,
    Path(handle): Path<String>,
) -> Result<StatusCode, Problem> {
    let viewer = holder.require(Scope::Moderate)?;
    let reinstated = auth.reinstate(&viewer, &handle, &trace).await;
    reinstated.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

fn refused(error: PermissionError) -> Problem {
    match error {
        PermissionError::NoSuchUser => Problem::new(Code::UserNotFound),
        PermissionError::Forbidden => Problem::new(Code::Forbidden),
        PermissionError::LastAdmin => Problem::new(Code::LastAdmin),
        PermissionError::BadReason(bad) => Problem::new(Code::InvalidBody).detail(bad.to_string()),
        PermissionError::BadEnd => Problem::new(Code::InvalidTime).detail(error.to_string()),
        PermissionError::Store(error) => Problem::unavailable(&error),
        PermissionError::Users(error) => Problem::unavailable(&error),
    }
}
