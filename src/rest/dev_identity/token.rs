//! The back channel: `/dev/identity/token` and `/dev/identity/userinfo`, as RFC 6749 and OpenID shape them.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::{Basic, Bearer};
use http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::grants::GRANT_MS;
use super::{CLIENT_ID, DevIdentity};
use crate::services::auth::OpaqueSecret;

#[derive(Deserialize)]
pub(super) struct Exchange {
    grant_type: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
}

/// A token for a code and its verifier.
pub(super) async fn exchange(
    State(identity): State<DevIdentity>,
    client: Option<TypedHeader<Authorization<Basic>>>,
    exchange: Result<Form<Exchange>, FormRejection>,
) -> Response {
    let known = client.is_some_and(|TypedHeader(Authorization(basic))| {
        let secret = OpaqueSecret::parse(basic.password());
        let expected = identity.client_secret.hash();
        basic.username() == CLIENT_ID && secret.is_some_and(|secret| secret.matches(&expected))
    });
    if !known {
        return challenged("Basic", &json!({ "error": "invalid_client" }));
    }
    let Ok(Form(exchange)) = exchange else {
        return answer(
            StatusCode::BAD_REQUEST,
            &json!({ "error": "invalid_request" }),
        );
    };
    if exchange.grant_type.as_deref() != Some("authorization_code") {
        let error = json!({ "error": "unsupported_grant_type" });
        return answer(StatusCode::BAD_REQUEST, &error);
    }
    let token = identity.grants().token(
        exchange.code.as_deref().unwrap_or_default(),
        exchange.redirect_uri.as_deref().unwrap_or_default(),
        exchange.code_verifier.as_deref().unwrap_or_default(),
        identity.clock.tick(),
    );
    match token {
        Some(token) => {
            let body = json!({
                "access_token": token.reveal(),
                "token_type": "Bearer",
                "expires_in": GRANT_MS / 1_000,
            });
            answer(StatusCode::OK, &body)
        }
        None => answer(
            StatusCode::BAD_REQUEST,
            &json!({ "error": "invalid_grant" }),
        ),
    }
}

/// Who a token stands for.
pub(super) async fn userinfo(
    State(identity): State<DevIdentity>,
    bearer: Option<TypedHeader<Authorization<Bearer>>>,
) -> Response {
    let person = bearer.and_then(|TypedHeader(Authorization(bearer))| {
        let now = identity.clock.tick();
        identity.grants().person(bearer.token(), now)
    });
    match person {
        Some(person) => {
            let body = json!({
                "sub": person.subject,
                "name": person.name,
                "preferred_username": person.preferred_name,
            });
            answer(StatusCode::OK, &body)
        }
        None => challenged("Bearer", &json!({ "error": "invalid_token" })),
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let headers = [(CACHE_CONTROL, "no-store")];
    (status, headers, axum::Json(body)).into_response()
}

fn challenged(scheme: &'static str, body: &Value) -> Response {
    let mut response = answer(StatusCode::UNAUTHORIZED, body);
    let scheme = HeaderValue::from_static(scheme);
    response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
    response
}
