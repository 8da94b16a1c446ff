//! The back channel to providers: no redirects, a deadline, bounded answers.

use std::error::Error;
use std::time::Duration;

use http::StatusCode;
use oauth2::{HttpRequest, HttpResponse};
use url::Url;

/// More than any token or profile needs.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// The HTTP client cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot make an HTTP client: {0}")]
pub struct HttpClientError(#[from] reqwest::Error);

/// Why a call came to nothing. Says neither address nor content.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error("the call failed: {0}")]
    Failed(String),
    #[error("the answer is longer than {ANSWER_BYTES_MAX} bytes")]
    TooLong,
    #[error("the answer has status {0}")]
    Status(StatusCode),
    #[error("the answer is no HTTP")]
    NotHttp(#[from] http::Error),
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let cause = error.source().map(|cause| format!(": {cause}"));
        Self::Failed(format!("{error}{}", cause.unwrap_or_default()))
    }
}

/// Calls providers.
#[derive(Debug, Clone)]
pub(super) struct HttpClient(reqwest::Client);

impl HttpClient {
    /// Waits for no answer longer than `deadline`.
    pub(super) fn new(deadline: Duration) -> Result<Self, HttpClientError> {
        // A second installation is refused and the first one stays: whoever was first chose the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            // A provider that could send us elsewhere could make us call our own network.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(deadline)
            .user_agent(concat!("maru/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }

    /// Sends a request of the `oauth2` crate.
    pub(super) async fn send(self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let answer = self.0.execute(request).await?;
        let mut response = http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            *headers = answer.headers().clone();
        }
        Ok(response.body(bounded(answer).await?)?)
    }

    /// Fetches a document, one that a bearer token opens where there is one.
    pub(super) async fn get(&self, url: &Url, token: Option<&str>) -> Result<Vec<u8>, HttpError> {
        let mut request = self.0.get(url.clone()).header("accept", "application/json");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await?;
        if !answer.status().is_success() {
            return Err(HttpError::Status(answer.status()));
        }
        bounded(answer).await
    }
}

async fn bounded(mut answer: reqwest::Response) -> Result<Vec<u8>, HttpError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(HttpError::TooLong);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
