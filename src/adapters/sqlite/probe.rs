//! The embedded store examined from outside: beside a running server, changing nothing.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::{BUSY_TIMEOUT, DATABASE_FILE, MIGRATIONS};
use crate::ports::probe::{Fault, Finding, Probe};

/// Whether the database in a folder is whole and of a schema this program knows.
#[derive(Debug, Clone)]
pub struct SqliteProbe {
    data: PathBuf,
}

impl SqliteProbe {
    /// A probe of the store in the folder `data`.
    pub fn new(data: PathBuf) -> Self {
        Self { data }
    }
}

#[async_trait]
impl Probe for SqliteProbe {
    async fn examine(&self, finding: &mut Finding, _patience: Duration) -> Result<(), Fault> {
        let path = self.data.join(DATABASE_FILE);
        let exists = path.try_exists().map_err(|error| {
            Fault::caused(
                "the data folder cannot be read",
                &error,
                "let this user read it, or correct store.data",
            )
        })?;
        if !exists {
            return Err(Fault::new(
                "there is no store in this folder yet",
                "start maru serve once, which makes it, or correct store.data",
            ));
        }
        let broken = |doing: &'static str| {
            let remedy = "stop the server and restore the data folder from a backup";
            move |error: sqlx::Error| Fault::caused(doing, &error, remedy)
        };
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .read_only(true)
            .busy_timeout(BUSY_TIMEOUT);
        let mut store = options
            .connect()
            .await
            .map_err(broken("cannot be opened"))?;
        let version: String = sqlx::query_scalar("SELECT sqlite_version()")
            .fetch_one(&mut store)
            .await
            .map_err(broken("cannot be read"))?;
        finding.version = Some(format!("SQLite {version}"));
        examine_schema(&mut store, finding)
            .await
            .map_err(broken("its schema cannot be read"))?;
        // Each row is a page or an index that is broken; "ok" is the only row of a sound database.
        let rows: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(3)")
            .fetch_all(&mut store)
            .await
            .map_err(broken("cannot be checked"))?;
        if rows != ["ok"] {
            let told = format!("is damaged: {}", rows.join("; "));
            finding.faults.push(Fault::new(
                told,
                "stop the server and restore the data folder from a backup",
            ));
        }
        store.close().await.map_err(broken("cannot be closed"))
    }
}

async fn examine_schema(
    store: &mut SqliteConnection,
    finding: &mut Finding,
) -> Result<(), sqlx::Error> {
    let applied: Vec<(i64, bool)> =
        sqlx::query_as("SELECT version, success FROM _sqlx_migrations ORDER BY version")
            .fetch_all(store)
            .await?;
    let newest = applied.last().map_or(0, |(version, _)| *version);
    let known = MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0);
    finding.detail = Some(match newest < known {
        true => format!("schema {newest}, which the next start of the server raises to {known}"),
        false => format!("schema {newest}"),
    });
    if newest > known {
        finding.faults.push(Fault::new(
            format!("schema {newest} was made by a newer Maru; this one knows {known}"),
            "run the Maru that made it, or a newer one",
        ));
    }
    if let Some((version, _)) = applied.iter().find(|(_, success)| !success) {
        finding.faults.push(Fault::new(
            format!("the change to schema {version} broke off half way"),
            "restore the data folder from the backup made before",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Sqlite;
    use super::{DATABASE_FILE, Finding, Probe, SqliteProbe};

    async fn examined(data: &std::path::Path) -> Finding {
        let mut finding = Finding::default();
        let outcome = SqliteProbe::new(data.to_owned())
            .examine(&mut finding, Duration::from_secs(5))
            .await;
        finding.faults.extend(outcome.err());
        finding
    }

    async fn close(store: Sqlite) {
        store.read.close().await;
        store.write.close().await;
    }

    #[tokio::test]
    async fn a_sound_store_is_sound_in_use_and_at_rest() {
        let folder = tempfile::tempdir().unwrap();
        let open = Sqlite::open(folder.path()).await.unwrap();
        let in_use = examined(folder.path()).await;
        assert_eq!(in_use.faults, []);
        assert!(in_use.version.unwrap().starts_with("SQLite 3."));
        close(open).await;
        let at_rest = examined(folder.path()).await;
        assert_eq!(at_rest.faults, []);
        assert!(at_rest.detail.unwrap().starts_with("schema "));
    }

    #[tokio::test]
    async fn a_missing_store_is_told_and_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let finding = examined(&folder.path().join("none")).await;
        assert!(finding.faults[0].problem.contains("no store"));
        assert!(!folder.path().join("none").exists());
    }

    #[tokio::test]
    async fn a_newer_schema_and_a_broken_change_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let open = Sqlite::open(folder.path()).await.unwrap();
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'later', FALSE, x'00', 0)",
        )
        .execute(&open.write)
        .await
        .unwrap();
        close(open).await;
        let faults = examined(folder.path()).await.faults;
        assert!(
            faults[0].problem.contains("newer Maru") && faults[1].problem.contains("half way"),
            "{faults:?}"
        );
    }

    #[tokio::test]
    async fn a_damaged_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        close(Sqlite::open(folder.path()).await.unwrap()).await;
        let path = folder.path().join(DATABASE_FILE);
        let mut bytes = std::fs::read(&path).unwrap();
        let page_bytes = 4096;
        assert!(
            bytes.len() > page_bytes * 4,
            "the store has pages to damage"
        );
        bytes[page_bytes..].fill(0xA5);
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(examined(folder.path()).await.faults.len(), 1);
    }
}
