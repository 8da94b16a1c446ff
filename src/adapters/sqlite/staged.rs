//! A copy of the store that is changed at leisure and takes the store's place in one step, or not at all.

use std::fs::File;
use std::path::Path;

use sqlx::sqlite::SqliteSynchronous;

use super::{DATABASE_FILE, OpenError, Sqlite};

/// The copy. Its commits are not synced one by one: nothing of it counts before it takes the store's place.
#[derive(Debug)]
pub struct StagedStore {
    store: Sqlite,
    /// What SQLite counts up when somebody else changes the original.
    version: i64,
}

impl StagedStore {
    /// The copy as a store.
    pub const fn store(&self) -> &Sqlite {
        &self.store
    }
}

/// Why the copy did not take the store's place, which is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// Another process wrote to the store beside.
    #[error(
        "the store was changed by another command meanwhile; nothing was done, so run this again"
    )]
    Changed,
    /// SQLite refused: another process has the store open, for one.
    #[error("the store cannot be replaced: {0}")]
    Database(#[from] sqlx::Error),
    /// The file system refused.
    #[error("the store cannot be replaced: {0}")]
    Folder(#[from] std::io::Error),
}

impl Sqlite {
    /// Copies the store, with all that is committed, into an empty folder of the same file system.
    pub async fn stage(&self, folder: &Path) -> Result<StagedStore, OpenError> {
        let copy = folder.join(DATABASE_FILE);
        let failed = |source| OpenError::Database {
            path: copy.clone(),
            source,
        };
        let version = self.version().await.map_err(failed)?;
        sqlx::query("VACUUM INTO ?")
            .bind(copy.to_string_lossy().into_owned())
            .execute(&self.write)
            .await
            .map_err(failed)?;
        let store = Self::open_synced(folder, SqliteSynchronous::Off).await?;
        Ok(StagedStore { store, version })
    }

    /// Puts the copy in the store's place, whole and on the disk. Both are closed by it, for all who share them.
    pub async fn replace_by(&self, staged: StagedStore) -> Result<(), ReplaceError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        // All that is in its log belongs into its file; that fails while anybody else reads it.
        staged.store.read.close().await;
        sqlx::query("PRAGMA journal_mode = DELETE")
            .execute(&staged.store.write)
            .await?;
        staged.store.write.close().await;
        File::open(&staged.store.path)?.sync_all()?;
        self.read.close().await;
        // From the next write on nobody else gets at the store, and its log ends, which must not meet the other file.
        let mut connection = self.write.acquire().await?;
        for statement in [
            "PRAGMA locking_mode = EXCLUSIVE",
            "BEGIN IMMEDIATE",
            "COMMIT",
        ] {
            sqlx::query(statement).execute(&mut *connection).await?;
        }
        let version: i64 = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(&mut *connection)
            .await?;
        if version != staged.version {
            return Err(ReplaceError::Changed);
        }
        sqlx::query("PRAGMA journal_mode = DELETE")
            .execute(&mut *connection)
            .await?;
        std::fs::rename(&staged.store.path, &self.path)?;
        File::open(folder)?.sync_all()?;
        drop(connection);
        self.write.close().await;
        Ok(())
    }

    async fn version(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(&self.write)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::installation::Installation;

    async fn secret(data: &Path) -> [u8; 32] {
        let store = Sqlite::open(data).await.unwrap();
        let secret = store.secret("seal", [9; 32]).await.unwrap();
        store.write.close().await;
        secret
    }

    #[tokio::test]
    async fn the_copy_takes_the_place_of_the_store_and_keeps_what_was_in_it() {
        let data = tempfile::tempdir().unwrap();
        let staging = data.path().join("staging");
        std::fs::create_dir(&staging).unwrap();
        let store = Sqlite::open(data.path()).await.unwrap();
        store.secret("kept", [1; 32]).await.unwrap();
        let staged = store.stage(&staging).await.unwrap();
        staged.store().secret("seal", [2; 32]).await.unwrap();
        store.replace_by(staged).await.unwrap();
        drop(store);
        assert_eq!(secret(data.path()).await, [2; 32]);
        let store = Sqlite::open(data.path()).await.unwrap();
        assert_eq!(store.secret("kept", [3; 32]).await.unwrap(), [1; 32]);
    }

    #[tokio::test]
    async fn what_others_wrote_meanwhile_is_not_lost() {
        let data = tempfile::tempdir().unwrap();
        let staging = data.path().join("staging");
        std::fs::create_dir(&staging).unwrap();
        let store = Sqlite::open(data.path()).await.unwrap();
        let staged = store.stage(&staging).await.unwrap();
        staged.store().secret("seal", [2; 32]).await.unwrap();
        let mut beside = super::super::beside::open_beside(data.path())
            .await
            .unwrap();
        sqlx::query("INSERT INTO installation (name, value) VALUES ('seal', zeroblob(32))")
            .execute(&mut beside)
            .await
            .unwrap();
        sqlx::Connection::close(beside).await.unwrap();
        let refused = store.replace_by(staged).await;
        assert!(matches!(refused, Err(ReplaceError::Changed)), "{refused:?}");
        store.write.close().await;
        drop(store);
        assert_eq!(secret(data.path()).await, [0; 32]);
    }
}
