//! `/v1/me/identities`: the ways into one's account.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde::Serialize;
use time::OffsetDateTime;
use url::form_urlencoded;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Holder, LinkQuery, Traced, begin_link, each_once};
use super::idempotency::Replayable;
use super::problem::{Code, Json, Path, Problem, Query};
use crate::domain::email::Email;
use crate::domain::scope::Scope;
use crate::ports::user::{LinkedIdentity, Unlinking};
use crate::services::auth::AuthService;

/// The routes.
pub fn routes() -> OpenApiRouter<AuthService> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(link, unlink))
}

/// The routes, with what they need.
pub fn router(auth: AuthService) -> OpenApiRouter {
    routes().with_state(auth)
}

#[derive(Serialize, ToSchema)]
struct IdentitiesBody {
    identities: Vec<IdentityBody>,
    /// Always null: there are as many as there are providers, at most.
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct IdentityBody {
    /// The provider, as in the list of ways to sign in.
    provider: String,
    /// The e-mail address last given there.
    email: Option<String>,
    /// Whether the provider made sure of it.
    email_verified: bool,
    #[serde(with = "time::serde::rfc3339")]
    linked_at: OffsetDateTime,
}

impl From<LinkedIdentity> for IdentityBody {
    fn from(identity: LinkedIdentity) -> Self {
        let email = identity.email.as_ref();
        Self {
            email: email.map(|email| email.address().as_str().to_owned()),
            email_verified: email.and_then(Email::verified).is_some(),
            linked_at: identity.at.to_offset(),
            provider: identity.provider,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct UrlBody {
    /// For this browser to open.
    url: String,
}

/// With whom one can sign in to this account, the oldest first.
#[utoipa::path(get, path = "/v1/me/identities", tag = "identities",
    responses(
        (status = 200, description = "All of them.", body = IdentitiesBody),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "insufficient_scope"),
    ))]
async fn list(State(auth): State<AuthService>, holder: Holder) -> Result<Response, Problem> {
    let viewer = holder.require(Scope::Account)?;
    let identities = auth.identities(viewer.user.id).await;
    let identities = identities.map_err(|error| Problem::unavailable(&error))?;
    let body = IdentitiesBody {
        identities: identities.into_iter().map(IdentityBody::from).collect(),
        next_cursor: None,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// Begins to link a provider: its person leads to this account once the browser is back.
///
/// The browser then comes to `return_to`, with `error` in the query when it did not work: `identity_linked_elsewhere`,
/// `provider_already_linked`, `signed_out`, `access_denied`, `exchange_failed` or `provider_unavailable`.
#[utoipa::path(post, path = "/v1/me/identities/{provider}", tag = "identities",
    params(("provider" = String, Path, description = "With whom."), LinkQuery),
    responses(
        (status = 200, description = "Where to send this browser.", body = UrlBody),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "reauthentication_required, insufficient_scope"),
        (status = 404, description = "provider_not_found"),
    ))]
async fn link(
    State(auth): State<AuthService>,
    holder: Holder,
    Traced(trace): Traced,
    Path(provider): Path<String>,
    RawQuery(raw): RawQuery,
    Query(query): Query<LinkQuery>,
    jar: CookieJar,
) -> Result<Response, Problem> {
    let viewer = holder.recently(Scope::Account)?;
    let raw = raw.unwrap_or_default();
    each_once(form_urlencoded::parse(raw.as_bytes()))?;
    let (jar, url) = begin_link(&auth, &provider, &viewer, &query, &trace, jar).await?;
    let no_store = [(CACHE_CONTROL, "no-store")];
    Ok((Replayable, jar, no_store, Json(UrlBody { url })).into_response())
}

/// Takes a provider away from this account. The last one stays.
#[utoipa::path(delete, path = "/v1/me/identities/{provider}", tag = "identities",
    params(("provider" = String, Path, description = "Which.")),
    responses(
        (status = 204, description = "It is not linked any more."),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "reauthentication_required, insufficient_scope"),
        (status = 404, description = "identity_not_found"),
        (status = 409, description = "last_identity"),
    ))]
async fn unlink(
    State(auth): State<AuthService>,
    holder: Holder,
    Traced(trace): Traced,
    Path(provider): Path<String>,
) -> Result<StatusCode, Problem> {
    let viewer = holder.recently(Scope::Account)?;
    let unlinked = auth.unlink(&viewer, &provider, &trace).await;
    match unlinked.map_err(|error| Problem::unavailable(&error))? {
        Unlinking::Unlinked => Ok(StatusCode::NO_CONTENT),
        Unlinking::NotLinked => Err(Problem::new(Code::IdentityNotFound)),
        Unlinking::SignedOut => Err(Problem::new(Code::SignInRequired)),
        Unlinking::Last => Err(Problem::new(Code::LastIdentity)),
    }
}
