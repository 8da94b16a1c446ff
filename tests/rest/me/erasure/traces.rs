//! Looks through every table and the very bytes of the files for what is left of a person.

use std::path::Path;

use maru::domain::id::UserId;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};

use super::TEXTS;
use crate::server::Server;

/// Where something of a person is still found: in a table, or in the bytes of a file.
pub(super) async fn traces(server: &Server, id: UserId) -> Vec<String> {
    let mut needles: Vec<Vec<u8>> = TEXTS.iter().map(|text| text.as_bytes().to_vec()).collect();
    needles.push(id.to_string().into_bytes());
    needles.push(id.uuid().as_bytes().to_vec());
    needles.push(id.uuid().as_simple().to_string().into_bytes());
    let mut found = Vec::new();
    let file = server.data().join("maru.sqlite3");
    let mut conn = SqliteConnectOptions::new()
        .filename(&file)
        .connect()
        .await
        .unwrap();
    for (table, row) in rows(&mut conn).await {
        for needle in &needles {
            let hex: String = needle.iter().map(|byte| format!("{byte:02X}")).collect();
            let text = String::from_utf8_lossy(needle).into_owned();
            if row.contains(&hex) || (needle.len() != 16 && row.contains(&text)) {
                found.push(format!("{table}: {text} in {row}"));
            }
        }
    }
    drop(conn);
    for suffix in ["", "-wal", "-shm"] {
        let path = format!("{}{suffix}", file.display());
        let bytes = std::fs::read(Path::new(&path)).unwrap_or_default();
        for needle in &needles {
            if bytes.windows(needle.len()).any(|window| window == needle) {
                found.push(format!(
                    "the file{suffix}: {}",
                    String::from_utf8_lossy(needle)
                ));
            }
        }
    }
    found
}

async fn rows(conn: &mut SqliteConnection) -> Vec<(String, String)> {
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    let mut all = Vec::new();
    for table in tables {
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
            .bind(&table)
            .fetch_all(&mut *conn)
            .await
            .unwrap();
        let quoted: Vec<String> = columns
            .iter()
            .map(|name| format!("quote(\"{name}\")"))
            .collect();
        let query = format!("SELECT {} FROM \"{table}\"", quoted.join(" || ',' || "));
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(query))
            .fetch_all(&mut *conn)
            .await
            .unwrap();
        all.extend(rows.into_iter().map(|row| (table.clone(), row)));
    }
    all
}
