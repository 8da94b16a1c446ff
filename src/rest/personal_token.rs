//! `/v1/me/tokens`: personal access tokens, for programs of one's own.

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
use super::idempotency::Idempotency;
use super::problem::{Code, Json, Path, Problem};
use crate::domain::clock::WallMs;
use crate::domain::id::LoginId;
use crate::domain::scope::Scope;
use crate::ports::login::PersonalToken;
use crate::services::auth::{AuthService, LoginError, TokenDraft, TokenError};

/// The routes.
pub fn routes() -> OpenApiRouter<AuthService> {
    OpenApiRouter::default()
        .routes(routes!(list, make))
        .routes(routes!(revoke))
}

/// The routes, with what they need.
pub fn router(auth: AuthService) -> OpenApiRouter {
    routes().with_state(auth)
}

/// A personal access token, without its secret.
#[derive(Serialize, ToSchema)]
struct PersonalTokenBody {
    id: LoginId,
    name: String,
    scopes: Vec<Scope>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    /// Within an hour; null until it is used an hour or more after it was made.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    used_at: Option<OffsetDateTime>,
    /// Null when it ends only by being revoked.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<OffsetDateTime>,
}

impl From<PersonalToken> for PersonalTokenBody {
    fn from(token: PersonalToken) -> Self {
        let used = (token.seen != token.created).then_some(token.seen);
        Self {
            id: token.id,
            name: token.name,
            scopes: token.scopes.iter().collect(),
            created_at: token.created.to_offset(),
            used_at: used.map(WallMs::to_offset),
            expires_at: token.expires.map(WallMs::to_offset),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct PersonalTokensBody {
    tokens: Vec<PersonalTokenBody>,
    next_cursor: Option<String>,
}

/// After which token the next page begins.
#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Listed(Reverse<u64>, LoginId);

impl Place for Listed {
    const LIST: &'static str = "tokens";
}

impl Listed {
    fn of(token: &PersonalToken) -> Self {
        Self(Reverse(token.created.0), token.id)
    }
}

/// One's tokens, the newest first.
#[utoipa::path(get, path = "/v1/me/tokens", tag = "tokens", params(Page),
    responses(
        (status = 200, description = "A page.", body = PersonalTokensBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
async fn list(
    State(auth): State<AuthService>,
    holder: Holder,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = holder.require(Scope::Account)?;
    let tokens = auth.personal_tokens(&viewer).await;
    let mut tokens = tokens.map_err(|error| Problem::unavailable(&error))?;
    tokens.sort_by_key(Listed::of);
    if let Some(after) = page.after::<Listed>()? {
        tokens.retain(|token| Listed::of(token) > after);
    }
    let next_cursor = page.cut(&mut tokens, Listed::of);
    let body = PersonalTokensBody {
        tokens: tokens.into_iter().map(Into::into).collect(),
        next_cursor,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    /// What to call it, 1 to 40 characters.
    name: String,
    /// What it is for; never `account`.
    scopes: Vec<Scope>,
    /// When it ends, within ten years; never when absent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(required = false, value_type = Option<String>, format = DateTime)]
    expires_at: Option<OffsetDateTime>,
}

#[derive(Serialize, ToSchema)]
struct MadeTokenBody {
    token: PersonalTokenBody,
    /// What programs send as `Authorization: Bearer`. It is not to be had again.
    secret: String,
}

/// Makes a token. Its secret is shown this once; repeated with the same `Idempotency-Key` it is the same one.
#[utoipa::path(post, path = "/v1/me/tokens", tag = "tokens",
    responses(
        (status = 201, description = "It is good now.", body = MadeTokenBody),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "reauthentication_required"),
        (status = 409, description = "too_many_tokens"),
        (status = 422, description = "invalid_name, invalid_scope, invalid_time"),
    ))]
async fn make(
    State(auth): State<AuthService>,
    holder: Holder,
    Traced(trace): Traced,
    idempotency: Idempotency,
    Json(wanted): Json<TokenRequest>,
) -> Result<Response, Problem> {
    let viewer = holder.recently(Scope::Account)?;
    let once = idempotency.once(viewer.user.id);
    let draft = TokenDraft {
        name: &wanted.name,
        scopes: wanted.scopes.iter().copied().collect(),
        expires: wanted.expires_at.map(wall).transpose()?,
        once: once.as_ref(),
    };
    let made = auth.make_token(&viewer, &draft, &trace).await;
    let made = made.map_err(not_made)?;
    let body = MadeTokenBody {
        token: made.token.into(),
        secret: made.secret,
    };
    let headers = [(CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, headers, Json(body)).into_response())
}

fn wall(at: OffsetDateTime) -> Result<WallMs, Problem> {
    let ms = u64::try_from(at.unix_timestamp_nanos() / 1_000_000);
    ms.map(WallMs).map_err(|_| Problem::new(Code::InvalidTime))
}

fn not_made(error: TokenError) -> Problem {
    match error {
        TokenError::BadName(bad) => Problem::new(Code::InvalidName).detail(bad.to_string()),
        TokenError::BadScopes => Problem::new(Code::InvalidScope).detail(error.to_string()),
        TokenError::BadEnd => Problem::new(Code::InvalidTime).detail(error.to_string()),
        TokenError::TooMany => Problem::new(Code::TooManyTokens),
        TokenError::KeyReused => Problem::new(Code::IdempotencyKeyReused),
        TokenError::SignedOut => Problem::new(Code::SignInRequired),
        TokenError::Store(error) => Problem::unavailable(&error),
    }
}

/// Revokes a token, with everything it let in.
#[utoipa::path(delete, path = "/v1/me/tokens/{id}", tag = "tokens",
    params(("id" = LoginId, Path, description = "Which.")),
    responses(
        (status = 204, description = "It is not good any more."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "token_not_found"),
    ))]
async fn revoke(
    State(auth): State<AuthService>,
    holder: Holder,
    Traced(trace): Traced,
    Path(token): Path<LoginId>,
) -> Result<StatusCode, Problem> {
    let viewer = holder.require(Scope::Account)?;
    match auth.revoke_token(&viewer, token, &trace).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(LoginError::Store(error)) => Err(Problem::unavailable(&error)),
        Err(LoginError::NoSuchLogin | LoginError::BadName(_)) => {
            Err(Problem::new(Code::TokenNotFound))
        }
    }
}
