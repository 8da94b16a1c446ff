//! `/.well-known/jwks.json`: the public halves of the keys access tokens are signed with.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::rest::problem::{Json, Problem};
use crate::services::auth::{AuthService, KEYS_CACHED_SECONDS, PublicKey};

pub(super) fn routes() -> OpenApiRouter<AuthService> {
    OpenApiRouter::default().routes(routes!(jwks))
}

/// A set of keys (RFC 7517).
#[derive(Serialize, ToSchema)]
struct KeysBody {
    keys: Vec<KeyBody>,
}

/// An Ed25519 public key (RFC 8037).
#[derive(Serialize, ToSchema)]
struct KeyBody {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    r#use: &'static str,
    kid: String,
    x: String,
}

impl From<PublicKey> for KeyBody {
    fn from(key: PublicKey) -> Self {
        Self {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            r#use: "sig",
            kid: key.kid,
            x: key.x,
        }
    }
}

/// The keys access tokens may be signed with. A new one is here before it signs.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth", security(()),
    responses((status = 200, description = "May be kept for five minutes.", body = KeysBody)))]
async fn jwks(State(auth): State<AuthService>) -> Result<Response, Problem> {
    let keys = auth.public_keys().await;
    let keys = keys.map_err(|error| Problem::unavailable(&error))?;
    let keys = keys.into_iter().map(Into::into).collect();
    let kept = format!("public, max-age={KEYS_CACHED_SECONDS}");
    Ok(([(CACHE_CONTROL, kept)], Json(KeysBody { keys })).into_response())
}
