//! `/v1/auth/token` and `/v1/auth/revoke`: tokens of native apps, in the words of RFC 6749 and RFC 7009.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, PRAGMA};
use http::{HeaderName, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Traced;
use crate::rest::problem::{Json, Problem};
use crate::services::auth::{AuthService, CodeGrant, GrantError, RefreshGrant, Tokens};

/// RFC 6749, section 5.1: nobody keeps an answer.
const NOT_KEPT: [(HeaderName, &str); 2] = [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")];

pub(super) fn routes() -> OpenApiRouter<AuthService> {
    OpenApiRouter::default()
        .routes(routes!(token))
        .routes(routes!(revoke))
}

/// A request for tokens.
#[derive(Deserialize, ToSchema)]
struct TokenForm {
    /// `authorization_code` or `refresh_token`.
    #[schema(required = true, value_type = String)]
    grant_type: Option<String>,
    /// The app.
    #[schema(required = true, value_type = String)]
    client_id: Option<String>,
    /// Of a code: the code.
    #[schema(value_type = String)]
    code: Option<String>,
    /// Of a code: where it was sent.
    #[schema(value_type = String)]
    redirect_uri: Option<String>,
    /// Of a code: what the challenge was made of.
    #[schema(value_type = String)]
    code_verifier: Option<String>,
    /// Of a refresh: the token.
    #[schema(value_type = String)]
    refresh_token: Option<String>,
    /// Of a refresh: what the access token is for, if for less than was granted.
    #[schema(value_type = String)]
    scope: Option<String>,
}

/// Tokens of an app.
#[derive(Serialize, ToSchema)]
struct TokenBody {
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds until the access token ends.
    expires_in: u64,
    /// Good once: this one is for the next time.
    refresh_token: String,
    /// What the access token is for.
    scope: String,
}

impl From<Tokens> for TokenBody {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access,
            token_type: "Bearer",
            expires_in: tokens.expires_in,
            refresh_token: tokens.refresh,
            scope: tokens.scopes.to_string(),
        }
    }
}

/// Why there are none (RFC 6749, section 5.2).
#[derive(Debug, Serialize, ToSchema)]
struct TokenErrorBody {
    /// `invalid_request`, `invalid_client`, `invalid_grant`, `unsupported_grant_type` or `invalid_scope`.
    error: &'static str,
    error_description: String,
}

/// A refusal of these two addresses.
enum Refusal {
    OAuth(&'static str, String),
    Problem(Problem),
}

impl From<GrantError> for Refusal {
    fn from(error: GrantError) -> Self {
        let said = error.to_string();
        match error {
            GrantError::UnknownApp => Self::OAuth("invalid_client", said),
            GrantError::Invalid => Self::OAuth("invalid_grant", said),
            GrantError::Scope => Self::OAuth("invalid_scope", said),
            GrantError::Store(error) => Self::Problem(Problem::unavailable(&error)),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::OAuth(error, error_description) => {
                let body = TokenErrorBody {
                    error,
                    error_description,
                };
                (StatusCode::BAD_REQUEST, NOT_KEPT, Json(body)).into_response()
            }
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

fn read<T>(form: Result<Form<T>, FormRejection>) -> Result<T, Refusal> {
    let read = form.map(|Form(form)| form);
    read.map_err(|rejection| Refusal::OAuth("invalid_request", rejection.body_text()))
}

/// A parameter that must be there; empty ones are as good as absent.
fn needed<'a>(value: &'a Option<String>, name: &str) -> Result<&'a str, Refusal> {
    given(value).ok_or_else(|| Refusal::OAuth("invalid_request", format!("{name} is missing")))
}

fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|value| !value.is_empty())
}

/// Gives tokens for a code, or new ones for a refresh token.
///
/// A code or refresh token that is shown when it was used already ends the login it belongs to, except that the
/// refresh token before the newest gives the same answer again for 30 seconds, and once after that if nothing came of
/// it, for an answer that was lost. A second loss in a row ends the login.
#[utoipa::path(post, path = "/v1/auth/token", tag = "auth", security(()),
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "They are good now.", body = TokenBody),
        (status = 400, description = "There are none.", body = TokenErrorBody),
    ))]
async fn token(
    State(auth): State<AuthService>,
    Traced(trace): Traced,
    form: Result<Form<TokenForm>, FormRejection>,
) -> Result<Response, Refusal> {
    let form = read(form)?;
    let kind = needed(&form.grant_type, "grant_type")?;
    let client = needed(&form.client_id, "client_id")?;
    let tokens = match kind {
        "authorization_code" => {
            let asked = CodeGrant {
                client,
                code: needed(&form.code, "code")?,
                redirect_uri: needed(&form.redirect_uri, "redirect_uri")?,
                verifier: needed(&form.code_verifier, "code_verifier")?,
            };
            auth.redeem(&asked, trace).await?
        }
        "refresh_token" => {
            let asked = RefreshGrant {
                client,
                token: needed(&form.refresh_token, "refresh_token")?,
                scope: given(&form.scope),
            };
            auth.refresh(&asked, trace).await?
        }
        _ => {
            let said = "grant_type is authorization_code or refresh_token".to_owned();
            return Err(Refusal::OAuth("unsupported_grant_type", said));
        }
    };
    Ok((NOT_KEPT, Json(TokenBody::from(tokens))).into_response())
}

/// A token to give back.
#[derive(Deserialize, ToSchema)]
struct RevokeForm {
    /// A refresh or access token.
    #[schema(required = true, value_type = String)]
    token: Option<String>,
    /// The app.
    #[schema(required = true, value_type = String)]
    client_id: Option<String>,
}

/// Ends the login a token belongs to, with everything it let in. A token that is not good is no error.
#[utoipa::path(post, path = "/v1/auth/revoke", tag = "auth", security(()),
    request_body(content = RevokeForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It is not good any more."),
        (status = 400, description = "Nothing was done.", body = TokenErrorBody),
    ))]
async fn revoke(
    State(auth): State<AuthService>,
    Traced(trace): Traced,
    form: Result<Form<RevokeForm>, FormRejection>,
) -> Result<Response, Refusal> {
    let form = read(form)?;
    let token = needed(&form.token, "token")?;
    let client = needed(&form.client_id, "client_id")?;
    auth.give_back(client, token, &trace).await?;
    Ok((StatusCode::OK, NOT_KEPT).into_response())
}
