//! A second connection to a store that a server may be working on.

use std::path::{Path, PathBuf};

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};

use super::{BUSY_TIMEOUT, DATABASE_FILE};

/// Why nothing was done in a data folder.
#[derive(Debug, thiserror::Error)]
pub enum BesideError {
    /// There is no store yet.
    #[error("{path} is not there; start the server once, or choose another --data")]
    NoStore {
        /// The database looked for.
        path: PathBuf,
    },
    /// SQLite refused. A schema of an older version for one: the server brings it up to date when it starts.
    #[error("the store refused: {0}")]
    Database(#[from] sqlx::Error),
}

/// Opens the store of a data folder for single transactions.
///
/// The folder's lock is not taken: it keeps out a second server, and this is a transaction beside the first.
pub(super) async fn open_beside(data: &Path) -> Result<SqliteConnection, BesideError> {
    let path = data.join(DATABASE_FILE);
    if !path.is_file() {
        return Err(BesideError::NoStore { path });
    }
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    Ok(options.connect().await?)
}
