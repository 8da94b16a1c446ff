//! `/v1/users/{handle}/tie` and `testimonial`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::body::{RelationBody, TestimonialBody, TestimonialFields, TestimonialWish, TieWish};
use super::{not_kept, now, refused, signed_in};
use crate::rest::auth::Viewer;
use crate::rest::problem::{Json, Path, Problem};
use crate::services::relation::RelationService;

/// Asks somebody for a tie, or consents to theirs, and says what to call them. May be repeated; the last name counts.
#[utoipa::path(put, path = "/v1/users/{handle}/tie", tag = "relations",
    params(("handle" = String, Path, description = "To whom.")),
    request_body = TieWish,
    responses(
        (status = 200, description = "The two are tied, or they are asked.", body = RelationBody),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
        (status = 409, description = "too_many_relations"),
        (status = 422, description = "invalid_name, content_refused, relates_to_oneself"),
    ))]
pub(super) async fn tie(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
    Json(wish): Json<TieWish>,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let tied = relations.tie_to(viewer, &handle, &wish.nickname).await;
    tied.map_err(refused)?;
    now(&relations, viewer, &handle).await
}

/// Ends a tie with what both wrote on each other's profiles, takes a wish for one back, or declines theirs. May be
/// repeated.
#[utoipa::path(delete, path = "/v1/users/{handle}/tie", tag = "relations",
    params(("handle" = String, Path, description = "To whom.")),
    responses(
        (status = 204, description = "The two are not tied, and neither asks."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn untie(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Problem> {
    let untied = relations.untie(signed_in(viewer)?, &handle).await;
    untied.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Writes a line on a tie's profile, in place of an earlier one. May be repeated.
#[utoipa::path(put, path = "/v1/users/{handle}/testimonial", tag = "relations",
    params(("handle" = String, Path, description = "On whose profile.")),
    request_body = TestimonialWish,
    responses(
        (status = 200, description = "It stands there.", body = TestimonialBody),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "not_tied"),
        (status = 404, description = "user_not_found"),
        (status = 422, description = "invalid_text, content_refused, relates_to_oneself"),
    ))]
pub(super) async fn testify(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
    Json(wish): Json<TestimonialWish>,
) -> Result<Response, Problem> {
    let written = relations.testify(signed_in(viewer)?, &handle, &wish.text);
    let (text, at) = written.await.map_err(refused)?;
    let testimonial = TestimonialFields {
        text: text.as_str().to_owned(),
        written_at: at.to_offset(),
    };
    Ok(not_kept(TestimonialBody { testimonial }))
}

/// Takes one's own line off somebody's profile. May be repeated.
#[utoipa::path(delete, path = "/v1/users/{handle}/testimonial", tag = "relations",
    params(("handle" = String, Path, description = "Off whose profile.")),
    responses(
        (status = 204, description = "It does not stand there."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn retract(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Problem> {
    let viewer = signed_in(viewer)?;
    let retracted = relations.retract_testimonial(viewer, &handle).await;
    retracted.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes somebody's line off one's own profile. May be repeated.
#[utoipa::path(delete, path = "/v1/me/testimonials/{handle}", tag = "relations",
    params(("handle" = String, Path, description = "Whose line.")),
    responses(
        (status = 204, description = "It does not stand there."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn remove(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Problem> {
    let viewer = signed_in(viewer)?;
    let removed = relations.remove_testimonial(viewer, &handle).await;
    removed.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
