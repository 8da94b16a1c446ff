//! A host for pictures alone: nothing else is answered there, and pictures nowhere else.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::HOST;

use crate::rest::problem::{Code, Problem};

/// What begins with this is a picture.
const MEDIA: &str = "/media/";

/// Puts the rule around the routes there are.
pub fn only_media_on(router: Router, host: &str) -> Router {
    let host: Arc<str> = host.into();
    router.layer(from_fn_with_state(host, keep_apart))
}

async fn keep_apart(State(host): State<Arc<str>>, request: Request, next: Next) -> Response {
    let asked = request.headers().get(HOST);
    let there = asked.is_some_and(|asked| asked.as_bytes().eq_ignore_ascii_case(host.as_bytes()));
    match there == request.uri().path().starts_with(MEDIA) {
        true => next.run(request).await,
        false => Problem::new(Code::NotFound).into_response(),
    }
}
