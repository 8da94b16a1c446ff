//! What became of a request that MongoDB did not answer as hoped: nothing, or nobody knows.

use std::time::Duration;

use mongodb::error::{Error, ErrorKind, RETRYABLE_ERROR, RETRYABLE_WRITE_ERROR, WriteFailure};

use crate::ports::room::StoreError;

/// How long an answer may take, retries and waiting for a primary among it: below the time a live room waits for its
/// store, so that it hears what became of a write rather than nothing.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_millis(4_500);

/// Codes with which the server says that it did nothing: bad requests, no permission, documents that are too large or
/// there already, and a node that was no primary when it was asked. All others may come after the write.
const NOTHING_DONE: [i32; 17] = [
    2, 9, 13, 18, 20, 26, 28, 40, 59, 112, 121, 10_107, 10_334, 11_000, 13_435, 17_419, 17_420,
];

/// A reading request.
pub(super) async fn reading<T>(
    asked: impl IntoFuture<Output = Result<T, Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(ANSWER_WITHIN, asked.into_future()).await {
        Ok(answer) => answer.map_err(|error| StoreError::Failed(error.to_string())),
        Err(_) => Err(StoreError::Failed("no answer in time".to_owned())),
    }
}

/// A writing request of one document.
pub(super) async fn writing<T>(
    asked: impl IntoFuture<Output = Result<T, Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(ANSWER_WITHIN, asked.into_future()).await {
        Ok(answer) => answer.map_err(|error| of_write(&error)),
        Err(_) => Err(StoreError::Unknown("no answer in time".to_owned())),
    }
}

/// What an error of a write says of the write.
pub(super) fn of_write(error: &Error) -> StoreError {
    if changed_nothing(error) {
        StoreError::Failed(error.to_string())
    } else {
        StoreError::Unknown(error.to_string())
    }
}

/// Whether it is certain that the write did not and will not happen.
fn changed_nothing(error: &Error) -> bool {
    match &*error.kind {
        // Never sent. Where it was sent before and only sending it again failed, the driver tells of the first.
        ErrorKind::ServerSelection { .. }
        | ErrorKind::InvalidArgument { .. }
        | ErrorKind::BsonSerialization(_)
        | ErrorKind::Authentication { .. }
        | ErrorKind::DnsResolve { .. }
        | ErrorKind::InvalidTlsConfig { .. }
        | ErrorKind::SessionsNotSupported
        | ErrorKind::IncompatibleServer { .. } => true,
        ErrorKind::Command(command) => NOTHING_DONE.contains(&command.code),
        ErrorKind::Write(WriteFailure::WriteError(write)) => NOTHING_DONE.contains(&write.code),
        // That the majority does not have it yet among them: the primary does.
        _ => false,
    }
}

/// Whether whoever was asked is not there, or no primary for now.
pub(super) fn is_away(error: &Error) -> bool {
    match &*error.kind {
        ErrorKind::ServerSelection { .. }
        | ErrorKind::Io(_)
        | ErrorKind::ConnectionPoolCleared { .. }
        | ErrorKind::DnsResolve { .. } => true,
        _ => error.contains_label(RETRYABLE_ERROR) || error.contains_label(RETRYABLE_WRITE_ERROR),
    }
}

/// Whether something with this key is there already.
pub(super) fn is_duplicate(error: &Error) -> bool {
    const DUPLICATE_KEY: i32 = 11_000;
    match &*error.kind {
        ErrorKind::Command(command) => command.code == DUPLICATE_KEY,
        ErrorKind::Write(WriteFailure::WriteError(write)) => write.code == DUPLICATE_KEY,
        _ => false,
    }
}
