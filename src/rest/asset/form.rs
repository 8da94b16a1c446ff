//! The form a picture is sent in, read as it comes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use futures_util::StreamExt;

use super::{AssetState, refused};
use crate::domain::asset::SourceType;
use crate::rest::problem::{Code, Problem};
use crate::services::asset::{Place, Received};

/// The longest field that is no file, in bytes: the longest text in the longest characters.
const FIELD_BYTES_MAX: usize = 4 * 1024;

/// Fields of a form.
const FIELDS_MAX: usize = 8;

/// What of a form may have come that is no part of any field yet, in bytes: what is between fields, and what the
/// connection hands over at once. The reader of forms itself would keep whatever comes until a field begins.
const BETWEEN_BYTES_MAX: usize = 512 * 1024;

/// How long the next bytes are waited for.
pub(super) const CHUNK_PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn unreadable() -> Problem {
    Problem::new(Code::BadRequest).detail("the body ended early, or came too slowly")
}

/// What a picture is said to be.
pub(super) fn type_of(text: Option<&str>) -> Result<SourceType, Problem> {
    let essence = text.and_then(|text| text.split(';').next());
    let known = essence.and_then(|text| text.trim().to_ascii_lowercase().parse().ok());
    known.ok_or_else(|| {
        let detail = "a picture is image/png, image/jpeg, image/webp or image/gif";
        Problem::new(Code::UnsupportedMediaType).detail(detail)
    })
}

/// A form as it is read.
#[derive(Default)]
pub(super) struct Form {
    pub file: Option<(SourceType, Received)>,
    pub purpose: Option<String>,
    pub alt: Option<String>,
    pub license_note: Option<String>,
}

/// How many bytes have come that are in no field yet.
#[derive(Clone, Default)]
struct Waiting(Arc<AtomicUsize>);

#[derive(Debug, thiserror::Error)]
#[error("there is too much between the fields")]
struct TooMuchBetween;

impl Waiting {
    /// The same body, which fails once too much of it is waiting.
    fn counting(&self, body: Body) -> Body {
        let waiting = self.clone();
        let chunks = body.into_data_stream().map(move |chunk| {
            let chunk = chunk.map_err(axum::BoxError::from)?;
            let before = waiting.0.fetch_add(chunk.len(), Ordering::Relaxed);
            match before + chunk.len() > BETWEEN_BYTES_MAX {
                true => Err(TooMuchBetween.into()),
                false => Ok::<Bytes, axum::BoxError>(chunk),
            }
        });
        Body::from_stream(chunks)
    }

    fn taken(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }

    // An error, as every handler's refusals are made from one.
    #[allow(clippy::needless_pass_by_value)]
    fn malformed(&self, error: MultipartError) -> Problem {
        match self.0.load(Ordering::Relaxed) > BETWEEN_BYTES_MAX {
            true => Problem::new(Code::BodyTooLarge).detail(TooMuchBetween.to_string()),
            false => Problem::new(Code::BadRequest).detail(error.body_text()),
        }
    }

    async fn next_chunk(&self, field: &mut Field<'_>) -> Result<Option<Bytes>, Problem> {
        let chunk = tokio::time::timeout(CHUNK_PATIENCE, field.chunk()).await;
        let chunk = chunk.map_err(|_| unreadable())?;
        let chunk = chunk.map_err(|error| self.malformed(error))?;
        self.taken(chunk.as_ref().map_or(0, Bytes::len));
        Ok(chunk)
    }

    async fn read_text(&self, mut field: Field<'_>) -> Result<String, Problem> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.next_chunk(&mut field).await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > FIELD_BYTES_MAX {
                return Err(Problem::new(Code::BodyTooLarge).detail("a field is too long"));
            }
        }
        String::from_utf8(bytes)
            .map_err(|_| Problem::new(Code::InvalidBody).detail("no text in UTF-8"))
    }

    async fn read_file(
        &self,
        state: &AssetState,
        place: Place,
        mut field: Field<'_>,
    ) -> Result<Received, Problem> {
        let mut upload = state.assets.begin(place).await.map_err(refused)?;
        let read = async {
            while let Some(chunk) = self.next_chunk(&mut field).await? {
                upload.write(chunk).await.map_err(refused)?;
            }
            Ok(())
        };
        match read.await {
            Ok(()) => Ok(upload.end()),
            Err(problem) => {
                upload.give_up().await;
                Err(problem)
            }
        }
    }
}

fn invalid(detail: String) -> Problem {
    Problem::new(Code::InvalidBody).detail(detail)
}

impl Form {
    /// Reads a form. What it has of a file is to be kept or given up, whether the rest could be read or not.
    pub(super) async fn read(
        &mut self,
        state: &AssetState,
        place: Place,
        request: Request,
    ) -> Result<(), Problem> {
        let (waiting, mut place) = (Waiting::default(), Some(place));
        let request = request.map(|body| waiting.counting(body));
        let parts = Multipart::from_request(request, &()).await.map_err(|_| {
            Problem::new(Code::UnsupportedMediaType).detail("the body must be multipart/form-data")
        });
        let mut parts = parts?;
        for _ in 0..FIELDS_MAX {
            let next = tokio::time::timeout(CHUNK_PATIENCE, parts.next_field()).await;
            let next = next.map_err(|_| unreadable())?;
            let next = next.map_err(|error| waiting.malformed(error))?;
            let Some(field) = next else {
                return Ok(());
            };
            let name = field.name().unwrap_or_default().to_owned();
            let text = match (name.as_str(), place.take()) {
                ("file", Some(place)) => {
                    let content_type = type_of(field.content_type())?;
                    let received = waiting.read_file(state, place, field).await?;
                    self.file = Some((content_type, received));
                    continue;
                }
                (name, kept) => {
                    place = kept;
                    self.text(name)?
                }
            };
            if text.replace(waiting.read_text(field).await?).is_some() {
                return Err(invalid(format!("{name} is there twice")));
            }
        }
        Err(invalid("there are too many fields".to_owned()))
    }

    /// Where a text of this name goes.
    fn text(&mut self, name: &str) -> Result<&mut Option<String>, Problem> {
        match name {
            "purpose" => Ok(&mut self.purpose),
            "alt" => Ok(&mut self.alt),
            "license_note" => Ok(&mut self.license_note),
            "file" => Err(invalid("file is there twice".to_owned())),
            _ => {
                let name: String = name.chars().take(NAME_CHARS_SHOWN).collect();
                Err(invalid(format!("no field is called {name:?}")))
            }
        }
    }
}

/// How much of an unknown field's name is repeated to whoever sent it.
const NAME_CHARS_SHOWN: usize = 64;
