//! The embedded store: one SQLite file in WAL mode, every commit synced to disk, the folder locked.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

mod account;
mod asset;
mod audit;
mod beside;
mod discovery;
mod door;
mod events;
mod grant;
mod guestbook;
mod handle;
mod identity;
mod installation;
mod login;
mod login_steps;
mod moderated;
mod moderated_chat;
mod moderated_kind;
mod moderation;
mod muted_words;
mod names;
mod notification;
mod number;
mod once;
mod operator;
mod outbox;
mod people;
mod people_met;
mod people_shown;
mod permission;
mod permission_steps;
mod personal_data;
mod personal_token;
mod post;
mod probe;
mod profile;
mod profile_rows;
mod relation;
mod role;
mod room;
mod room_claim;
mod room_decided;
mod room_document;
mod room_erasure;
mod room_others;
mod room_owners;
mod room_rows;
mod room_search;
mod room_shelf;
mod room_writer;
mod search;
mod settings;
mod signing_key;
mod spam;
mod staged;
mod user;
mod user_outbox;
mod user_row;
mod visit;

pub use asset::ModeratedAssets;
pub use guestbook::GuestbookContent;
pub use moderated::{ModeratedPeople, ModeratedRooms};
pub use moderated_chat::ModeratedChat;
pub use operator::Beside;
pub use outbox::ContentOutbox;
pub use post::{ModeratedComments, ModeratedPosts};
pub use probe::SqliteProbe;
pub use room::SqliteRooms;
pub use staged::{ReplaceError, StagedStore};
pub use user_outbox::UserOutbox;

/// The database in the data folder.
const DATABASE_FILE: &str = "maru.sqlite3";

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a statement waits for another process's lock before it fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections for reading; WAL lets them run beside the writer.
const READERS_MAX: u32 = 4;

/// Why the embedded store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder or its lock file cannot be made or read.
    #[error("cannot use the data folder {path}: {source}")]
    Folder {
        /// The folder or file in question.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process works on this folder.
    #[error(
        "the data folder {path} is in use by another maru process; stop it or choose another --data"
    )]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// SQLite refused.
    #[error("cannot open the database in {path}: {source}")]
    Database {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: sqlx::Error,
    },
    /// The schema cannot be brought up to date.
    #[error("cannot bring the database schema up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// The opened store. Reads go to a small pool, writes of the request path to one connection of their own.
#[derive(Debug, Clone)]
pub struct Sqlite {
    /// For queries that change nothing.
    pub(in crate::adapters::sqlite) read: SqlitePool,
    /// One connection: SQLite has one writer, and waiting here is cheaper than `SQLITE_BUSY`.
    pub(in crate::adapters::sqlite) write: SqlitePool,
    path: PathBuf,
    // Held for as long as any handle lives; the kernel releases it when the process ends, however it ends.
    _lock: std::sync::Arc<File>,
}

impl Sqlite {
    /// Opens or creates the store in `data`, locks the folder and brings the schema up to date.
    pub async fn open(data: &Path) -> Result<Self, OpenError> {
        Self::open_synced(data, SqliteSynchronous::Full).await
    }

    async fn open_synced(data: &Path, synced: SqliteSynchronous) -> Result<Self, OpenError> {
        let folder = |path: &Path| {
            let path = path.to_owned();
            move |source| OpenError::Folder { path, source }
        };
        std::fs::create_dir_all(data).map_err(folder(data))?;
        let lock_path = data.join("maru.lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(folder(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::Locked {
                    path: data.to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => {
                return Err(OpenError::Folder {
                    path: lock_path,
                    source,
                });
            }
        }
        let path = data.join(DATABASE_FILE);
        let failed = |source| OpenError::Database {
            path: path.clone(),
            source,
        };
        let write = Self::pool(&path, 1, synced).await.map_err(failed)?;
        MIGRATIONS.run(&write).await?;
        names::PEOPLE.fill(&write).await.map_err(failed)?;
        names::ROOMS.fill(&write).await.map_err(failed)?;
        let read = Self::pool(&path, READERS_MAX, synced)
            .await
            .map_err(failed)?;
        Ok(Self {
            read,
            write,
            path,
            _lock: std::sync::Arc::new(lock),
        })
    }

    async fn pool(
        path: &Path,
        connections_max: u32,
        synced: SqliteSynchronous,
    ) -> Result<SqlitePool, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synced)
            .foreign_keys(true)
            // What is deleted is overwritten: a person who is erased is in no free page either.
            .pragma("secure_delete", "ON")
            .busy_timeout(BUSY_TIMEOUT);
        SqlitePoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(BUSY_TIMEOUT)
            .connect_with(options)
            .await
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
