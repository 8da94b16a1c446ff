//! `/v1/auth/authorize`: where a native app sends the system browser to sign somebody in.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::cookie::Cookies;
use super::{Traced, found};
use crate::rest::problem::{Code, Problem, Query};
use crate::services::auth::{AuthService, AuthorizeQuery, Browser, NotAuthorized, OpaqueSecret};

pub(super) fn routes() -> OpenApiRouter<AuthService> {
    OpenApiRouter::default().routes(routes!(authorize))
}

#[derive(Deserialize, IntoParams)]
struct Asked {
    /// The app, as it is registered here.
    client_id: String,
    /// Where to call it back: as registered, a loopback address under any port.
    redirect_uri: String,
    /// What the app knows its request by, 1 to 512 printable ASCII characters.
    state: String,
    /// SHA-256 of the verifier, in URL-safe base64.
    #[param(required = true, value_type = String)]
    code_challenge: Option<String>,
    /// `S256`.
    #[param(required = true, value_type = String)]
    code_challenge_method: Option<String>,
    /// With whom to sign in.
    provider: String,
    /// What the tokens are for, with spaces between, of what is open to the app; `read write live` unless given.
    #[param(required = false, value_type = String)]
    scope: Option<String>,
    /// `code`.
    #[param(required = false, value_type = String)]
    response_type: Option<String>,
    /// `login`: the provider looks at the person anew.
    #[param(required = false, value_type = String)]
    prompt: Option<String>,
}

/// Begins the sign-in of a native app: for the system browser to open.
///
/// It ends where the app is called back, with `code` or `error`, `state` and `iss`. The code is good once, for a
/// minute, for this app, address and verifier.
#[utoipa::path(get, path = "/v1/auth/authorize", tag = "auth", params(Asked), security(()),
    responses(
        (status = 302, description = "To the provider or, when the request is not as it must be, back to the app.",
            headers(("location" = String, description = "Where."))),
        (status = 400, description = "unknown_app, unknown_redirect"),
    ))]
async fn authorize(
    State(auth): State<AuthService>,
    Query(asked): Query<Asked>,
    Traced(trace): Traced,
    jar: CookieJar,
) -> Result<Response, Problem> {
    let cookies = Cookies::of(&auth);
    let secret = cookies.browser(&jar);
    let secret = secret.unwrap_or_else(OpaqueSecret::generate);
    let browser = Browser {
        secret: &secret,
        from: trace.address,
    };
    let query = AuthorizeQuery {
        response_type: asked.response_type.as_deref(),
        client: &asked.client_id,
        redirect_uri: &asked.redirect_uri,
        state: &asked.state,
        challenge: asked.code_challenge.as_deref(),
        challenge_method: asked.code_challenge_method.as_deref(),
        scope: asked.scope.as_deref(),
        provider: &asked.provider,
        afresh: asked.prompt.as_deref() == Some("login"),
    };
    let url = auth
        .authorize(&query, browser)
        .await
        .map_err(|error| match error {
            NotAuthorized::UnknownApp => Problem::new(Code::UnknownApp),
            NotAuthorized::UnknownRedirect => Problem::new(Code::UnknownRedirect),
        })?;
    Ok((jar.add(cookies.of_browser(&secret)), found(&url)?).into_response())
}
