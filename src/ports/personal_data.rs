//! What stores hold of a person: each hands its part over for the person's archive, and forgets it when the person is
//! erased.

use std::error::Error;

use async_trait::async_trait;

use crate::domain::clock::WallMs;
use crate::domain::id::UserId;

/// Personal data cannot be read or erased now. Erasing may be tried again from wherever it stopped.
#[derive(Debug, thiserror::Error)]
#[error("personal data cannot be reached")]
pub struct PersonalDataError(#[source] pub Box<dyn Error + Send + Sync>);

/// The archive is not taken any further: whoever asked for it is gone, or there is no place for it.
#[derive(Debug, thiserror::Error)]
#[error("the archive is not written any further")]
pub struct ArchiveStopped;

impl From<ArchiveStopped> for PersonalDataError {
    fn from(stopped: ArchiveStopped) -> Self {
        Self(stopped.into())
    }
}

/// An archive being written: a list of JSON values a file.
#[async_trait]
pub trait Archive: Send {
    /// Begins a file and ends the one before. Names are lower-case words with underscores.
    async fn begin(&mut self, name: &str) -> Result<(), ArchiveStopped>;

    /// Adds a JSON value to the file.
    async fn add(&mut self, json: String) -> Result<(), ArchiveStopped>;
}

/// How far erasing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasing {
    /// There may be more to erase here.
    Begun,
    /// This store knows nothing of the person any more.
    Done,
}

/// One store's part.
#[async_trait]
pub trait PersonalData: Send + Sync {
    /// Hands over everything it holds that the person owns, said or was told, without secrets. Bounded in memory
    /// whatever there is: one value at a time.
    async fn export(
        &self,
        person: UserId,
        archive: &mut dyn Archive,
    ) -> Result<(), PersonalDataError>;

    /// Erases a bounded part of what it holds of the person; to be repeated until it is done.
    ///
    /// Each step is atomic and leads on from wherever the last one ended, in another life of the process as well.
    /// What others own stays, and names nobody where it named the person.
    async fn erase(&self, person: UserId, now: WallMs) -> Result<Erasing, PersonalDataError>;

    /// Leaves nothing behind of what was erased, wherever the store kept it for a while: the last thing of an erasure,
    /// and to be done once more by whoever does not know whether it was. What a database server keeps by rules of its
    /// own (rows it has not swept, its log, backups) is in the hands of whoever runs it.
    async fn settle(&self) -> Result<(), PersonalDataError>;
}
