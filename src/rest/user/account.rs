//! `DELETE /v1/me`, the way back from it, and the archive to take along.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::archive::{self, Linking, Taking};
use super::{UserState, not_kept};
use crate::domain::scope::Scope;
use crate::rest::auth::{Holder, Leaver, Traced};
use crate::rest::problem::{Code, Problem};
use crate::services::account::{AccountError, AccountService};

/// How soon to try again while archives take as much as they may.
const ARCHIVE_RETRY_MS: u64 = 5_000;

#[derive(Serialize, ToSchema)]
pub(super) struct ClosedBody {
    /// Until then the account can be restored; then everything is erased.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    erased_at: OffsetDateTime,
}

/// Closes one's account. It is gone for everybody else at once, signed out everywhere, and erased later.
#[utoipa::path(delete, path = "/v1/me", tag = "users",
    responses(
        (status = 202, description = "It is closed. Signing in again, one can restore it until it is erased.",
            body = ClosedBody),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "account_closing, account_suspended, reauthentication_required"),
        (status = 409, description = "last_admin"),
    ))]
pub(super) async fn close_account(
    State(accounts): State<AccountService>,
    Traced(trace): Traced,
    holder: Holder,
) -> Result<Response, Problem> {
    let viewer = holder.recently(Scope::Account)?;
    let trace = trace.by(viewer.user.id, viewer.login_id);
    let erased_at = accounts.close(viewer.user.id, &trace).await;
    let erased_at = erased_at.map_err(refused)?;
    tracing::info!(user = %viewer.user.id, "an account was closed");
    let body = ClosedBody {
        erased_at: erased_at.to_offset(),
    };
    Ok((StatusCode::ACCEPTED, not_kept(body)).into_response())
}

/// Opens one's closed account again, with all that it had. May be repeated.
#[utoipa::path(post, path = "/v1/me/restore", tag = "users",
    responses(
        (status = 204, description = "It is open."),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "account_suspended"),
        (status = 409, description = "erasure_begun"),
    ))]
pub(super) async fn restore_account(
    State(accounts): State<AccountService>,
    Traced(trace): Traced,
    Leaver(viewer): Leaver,
) -> Result<StatusCode, Problem> {
    let viewer = Holder(viewer).require(Scope::Account)?;
    let trace = trace.by(viewer.user.id, viewer.login_id);
    let restored = accounts.restore(viewer.user.id, &trace).await;
    restored.map_err(refused)?;
    tracing::info!(user = %viewer.user.id, "an account was restored");
    Ok(StatusCode::NO_CONTENT)
}

/// Everything one owns or said, as a zip archive of JSON files, with links to one's pictures that are good for a week.
/// One at a time, to be taken within ten minutes; `unavailable` says when to come again.
#[utoipa::path(get, path = "/v1/me/export", tag = "users",
    responses(
        (status = 200, description = "The archive.", content_type = "application/zip", body = Vec<u8>),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "account_closing, account_suspended, reauthentication_required"),
    ))]
pub(super) async fn export(
    State(state): State<UserState>,
    Traced(trace): Traced,
    holder: Holder,
) -> Result<Response, Problem> {
    let viewer = holder.recently(Scope::Account)?;
    let trace = trace.by(viewer.user.id, viewer.login_id);
    let (Some(taking), Some(thread)) = (Taking::begin(viewer.user.id), archive::thread()) else {
        return Err(Problem::new(Code::Unavailable).retry_after_ms(ARCHIVE_RETRY_MS));
    };
    let (mut writing, written) = archive::begin();
    // Both at once: the one waits for the other.
    let (exported, file) = tokio::join!(
        async {
            let mut linking = Linking::new(&mut writing, &state.links, &state.public);
            let accounts = &state.accounts;
            let exported = accounts.export(viewer.user.id, &trace, &mut linking).await;
            if exported.is_ok() {
                writing.end().await;
            }
            drop(writing);
            exported
        },
        written
    );
    drop(thread);
    exported.map_err(refused)?;
    let (file, bytes) = file.map_err(|error| Problem::unavailable(&error))?;
    let name = format!("attachment; filename=\"maru-{}.zip\"", viewer.user.handle);
    let name = HeaderValue::from_str(&name).map_err(|_| Problem::new(Code::Internal))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (CONTENT_DISPOSITION, name),
        (CONTENT_LENGTH, HeaderValue::from(bytes)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let body = Body::from_stream(archive::read(file, taking));
    Ok((headers, body).into_response())
}

fn refused(error: AccountError) -> Problem {
    match error {
        AccountError::NoSuchUser => Problem::new(Code::SignInRequired),
        AccountError::LastAdmin => Problem::new(Code::LastAdmin),
        AccountError::ErasureBegun => Problem::new(Code::ErasureBegun),
        AccountError::Users(error) => Problem::unavailable(&error),
        AccountError::Rooms(error) => Problem::unavailable(&error),
        AccountError::Data(error) => Problem::unavailable(&error),
    }
}
