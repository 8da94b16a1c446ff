//! `/v1/me/settings`: what one chose.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::settings::{Settings, SettingsChange};
use crate::domain::version::Version;
use crate::rest::auth::Viewer;
use crate::rest::etag::{IfMatch, IfNoneMatch, versioned};
use crate::rest::problem::{Code, Json, Problem};
use crate::services::settings::{SettingsError, SettingsService};

#[derive(Serialize, ToSchema)]
pub(super) struct SettingsBody {
    settings: Settings,
}

fn body((settings, version): (Settings, u64), known: &IfNoneMatch) -> Response {
    versioned(Version(version), known, Json(SettingsBody { settings }))
}

/// What one chose; the defaults where one did not.
#[utoipa::path(get, path = "/v1/me/settings", tag = "users", params(IfNoneMatch),
    responses(
        (status = 304, description = "The client has them."),
        (status = 200, description = "All settings.", body = SettingsBody,
            headers(("etag" = String, description = "Their version."))),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn settings(
    State(service): State<SettingsService>,
    Viewer(viewer): Viewer,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let viewer = viewer.ok_or(Code::SignInRequired)?;
    let found = service.of(viewer.user.id).await;
    Ok(body(found.map_err(refused)?, &known))
}

/// Chooses anew what is named.
#[utoipa::path(patch, path = "/v1/me/settings", tag = "users", request_body = SettingsChange,
    params(IfMatch),
    responses(
        (status = 200, description = "All settings as they are now.", body = SettingsBody,
            headers(("etag" = String, description = "Their version."))),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn change_settings(
    State(service): State<SettingsService>,
    Viewer(viewer): Viewer,
    IfMatch(expected): IfMatch,
    Json(wanted): Json<SettingsChange>,
) -> Result<Response, Problem> {
    let viewer = viewer.ok_or(Code::SignInRequired)?;
    let changed = service.change(viewer.user.id, wanted, &expected).await;
    Ok(body(changed.map_err(refused)?, &IfNoneMatch::default()))
}

fn refused(error: SettingsError) -> Problem {
    match error {
        SettingsError::NoSuchUser => Problem::new(Code::SignInRequired),
        SettingsError::Stale => Problem::new(Code::PreconditionFailed),
        SettingsError::Users(error) => Problem::unavailable(&error),
    }
}
