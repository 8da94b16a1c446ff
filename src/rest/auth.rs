//! `/v1/auth`: through a provider into a login, and out again; and who asks, for every other handler.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::{Code, Json, Problem};
use crate::services::auth::AuthService;

mod app;
mod callback;
mod cookie;
mod failed;
mod jwks;
mod start;
mod token;
mod viewer;

use cookie::Cookies;
pub(super) use start::{LinkQuery, begin_link, each_once};
pub use viewer::{Anyone, Appellant, Holder, Leaver, Traced, Viewer};
pub(super) use viewer::{bearer, identify};

/// The routes.
pub fn routes() -> OpenApiRouter<AuthService> {
    OpenApiRouter::default()
        .routes(routes!(providers))
        .routes(routes!(start::start))
        .routes(routes!(callback::arrive, callback::arrive_by_form))
        .routes(routes!(logout))
        .merge(app::routes())
        .merge(token::routes())
        .merge(jwks::routes())
}

/// The routes, with what they need.
pub fn router(auth: AuthService) -> OpenApiRouter {
    routes().with_state(auth)
}

#[derive(Serialize, ToSchema)]
struct ProviderBody {
    id: String,
    name: NameBody,
}

#[derive(Serialize, ToSchema)]
struct NameBody {
    ko: String,
    en: String,
}

#[derive(Serialize, ToSchema)]
struct ProvidersBody {
    providers: Vec<ProviderBody>,
}

/// With whom one can sign in.
#[utoipa::path(get, path = "/v1/auth/providers", tag = "auth", security(()),
    responses((status = 200, description = "In the order to show them.", body = ProvidersBody)))]
async fn providers(State(auth): State<AuthService>) -> Json<ProvidersBody> {
    let providers = auth
        .providers()
        .map(|provider| ProviderBody {
            id: provider.id().to_owned(),
            name: NameBody {
                ko: provider.name().ko.clone(),
                en: provider.name().en.clone(),
            },
        })
        .collect();
    Json(ProvidersBody { providers })
}

/// Signs out. May be repeated.
#[utoipa::path(post, path = "/v1/auth/logout", tag = "auth",
    responses((status = 204, description = "Nobody is signed in.")))]
async fn logout(
    State(auth): State<AuthService>,
    Anyone(viewer): Anyone,
    Traced(trace): Traced,
    jar: CookieJar,
) -> Result<Response, Problem> {
    if let Some(viewer) = viewer {
        let out = auth.sign_out(&viewer, &trace).await;
        out.map_err(|error| Problem::unavailable(&error))?;
    }
    let jar = jar.add(Cookies::of(&auth).no_login());
    Ok((StatusCode::NO_CONTENT, jar).into_response())
}

/// 302, never kept: the address may hold a code or a state.
pub(super) fn found(location: &str) -> Result<Response, Problem> {
    leading(StatusCode::FOUND, location)
}

fn leading(status: StatusCode, location: &str) -> Result<Response, Problem> {
    let location = HeaderValue::from_str(location).map_err(|_| Problem::new(Code::Internal))?;
    let no_store = HeaderValue::from_static("no-store");
    let headers = [(LOCATION, location), (CACHE_CONTROL, no_store)];
    Ok((status, headers).into_response())
}
