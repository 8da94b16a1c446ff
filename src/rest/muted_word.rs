//! `/v1/me/muted-words`: what one does not want to read.

use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Viewer;
use super::cursor::{Page, Place};
use super::idempotency::Idempotency;
use super::problem::{Code, Json, Path, Problem};
use crate::domain::clock::WallMs;
use crate::domain::filter::muted_words::BadMutedWord;
use crate::domain::id::WordId;
use crate::ports::muted_words::KeptWord;
use crate::services::auth::AuthService;
use crate::services::muted_words::{MutedWordError, MutedWordService};

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct MutedWordState {
    /// The muted words service.
    pub words: MutedWordService,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<MutedWordState> for MutedWordService {
    fn from_ref(state: &MutedWordState) -> Self {
        state.words.clone()
    }
}

impl FromRef<MutedWordState> for AuthService {
    fn from_ref(state: &MutedWordState) -> Self {
        state.auth.clone()
    }
}

/// The routes.
pub fn routes() -> OpenApiRouter<MutedWordState> {
    OpenApiRouter::default()
        .routes(routes!(list, mute))
        .routes(routes!(unmute))
}

/// The routes, with what they need.
pub fn router(state: MutedWordState) -> OpenApiRouter {
    routes().with_state(state)
}

/// A word one does not want to read.
#[derive(Serialize, ToSchema)]
struct MutedWordFields {
    id: WordId,
    /// As it was written; case, width and composition do not matter.
    word: String,
    /// As it is compared with a text that is folded alike, for what the server does not hide: lines of chat. How both
    /// is done, docs/moderation.md says.
    folded: String,
    /// Until when; null until it is taken away.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    muted_at: OffsetDateTime,
}

impl From<KeptWord> for MutedWordFields {
    fn from(kept: KeptWord) -> Self {
        Self {
            id: kept.id,
            word: kept.word.text().to_owned(),
            folded: kept.word.as_str().to_owned(),
            until: kept.word.until().map(WallMs::to_offset),
            muted_at: kept.at.to_offset(),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct MutedWordBody {
    muted_word: MutedWordFields,
}

#[derive(Serialize, ToSchema)]
struct MutedWordsBody {
    muted_words: Vec<MutedWordFields>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// After which word the next page begins.
#[derive(Serialize, Deserialize)]
struct Listed(WallMs, WordId);

impl Place for Listed {
    const LIST: &'static str = "muted_words";
}

/// A word not to be read any more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MutedWordWish {
    /// A word or a phrase, 1 to 50 characters. In scripts with spaces it is found as a whole word.
    #[schema(min_length = 1, max_length = 50)]
    word: String,
    /// Until when, a year at the most; until it is taken away when absent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(required = false, value_type = Option<String>, format = DateTime)]
    until: Option<OffsetDateTime>,
}

/// One's muted words that have not ended, the newest first.
#[utoipa::path(get, path = "/v1/me/muted-words", tag = "muted_words", params(Page),
    responses(
        (status = 200, description = "A page.", body = MutedWordsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
async fn list(
    State(words): State<MutedWordService>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let after = page.after::<Listed>()?.map(|Listed(at, id)| (at, id));
    let found = words.list(viewer, after, page.limit()).await;
    let mut found = found.map_err(|error| Problem::unavailable(&error))?;
    let next_cursor = page.cut(&mut found, |last| Listed(last.at, last.id));
    let body = MutedWordsBody {
        muted_words: found.into_iter().map(Into::into).collect(),
        next_cursor,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// Does not want to read a word any more: what others write with it is left out of what one is shown. A word that is
/// muted already gets the new end.
#[utoipa::path(post, path = "/v1/me/muted-words", tag = "muted_words", request_body = MutedWordWish,
    responses(
        (status = 201, description = "It is muted.", body = MutedWordBody),
        (status = 401, description = "sign_in_required"),
        (status = 409, description = "too_many_muted_words"),
        (status = 422, description = "invalid_text, invalid_time"),
    ))]
async fn mute(
    State(words): State<MutedWordService>,
    viewer: Viewer,
    idempotency: Idempotency,
    Json(wish): Json<MutedWordWish>,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let once = idempotency.once(viewer);
    // A time before the epoch is before now as well.
    let until = wish.until.map(|until| {
        let ms = until.unix_timestamp_nanos() / 1_000_000;
        WallMs(u64::try_from(ms).unwrap_or(0))
    });
    let muted = words.mute(viewer, &wish.word, until, once.as_ref()).await;
    let muted_word = muted.map_err(refused)?.into();
    let headers = [(CACHE_CONTROL, "no-store")];
    let body = Json(MutedWordBody { muted_word });
    Ok((StatusCode::CREATED, headers, body).into_response())
}

/// Wants to read a word again. May be repeated.
#[utoipa::path(delete, path = "/v1/me/muted-words/{id}", tag = "muted_words",
    params(("id" = WordId, Path, description = "Which.")),
    responses(
        (status = 204, description = "It is not muted."),
        (status = 401, description = "sign_in_required"),
    ))]
async fn unmute(
    State(words): State<MutedWordService>,
    viewer: Viewer,
    Path(id): Path<WordId>,
) -> Result<StatusCode, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let unmuted = words.unmute(viewer, id).await;
    unmuted.map_err(|error| Problem::unavailable(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

fn refused(error: MutedWordError) -> Problem {
    match error {
        MutedWordError::Bad(BadMutedWord::TooMany) => Problem::new(Code::TooManyMutedWords),
        MutedWordError::Bad(bad) => Problem::new(Code::InvalidText).detail(bad.to_string()),
        MutedWordError::BadTime => Problem::new(Code::InvalidTime).detail(error.to_string()),
        MutedWordError::KeyReused => Problem::new(Code::IdempotencyKeyReused),
        MutedWordError::NoSuchUser => Problem::new(Code::SignInRequired),
        MutedWordError::Words(error) => Problem::unavailable(&error),
    }
}
