//! What an installation has one of, on SQLite.

use async_trait::async_trait;

use super::Sqlite;
use crate::ports::backend::{Backend, NoAnswer};
use crate::ports::installation::{Installation, InstallationUnavailable};

fn failed(error: &sqlx::Error) -> InstallationUnavailable {
    InstallationUnavailable(error.to_string())
}

#[async_trait]
impl Installation for Sqlite {
    async fn secret(
        &self,
        name: &str,
        fresh: [u8; 32],
    ) -> Result<[u8; 32], InstallationUnavailable> {
        let insert = "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING";
        sqlx::query(insert)
            .bind(name)
            .bind(fresh.as_slice())
            .execute(&self.write)
            .await
            .map_err(|error| failed(&error))?;
        let stored: Vec<u8> = sqlx::query_scalar("SELECT value FROM installation WHERE name = ?")
            .bind(name)
            .fetch_one(&self.write)
            .await
            .map_err(|error| failed(&error))?;
        let wrong = |_| InstallationUnavailable(format!("secret {name} has a wrong length"));
        stored.try_into().map_err(wrong)
    }
}

#[async_trait]
impl Backend for Sqlite {
    fn name(&self) -> &'static str {
        "store"
    }

    async fn answers(&self) -> Result<(), NoAnswer> {
        let asked = sqlx::query("SELECT 1").execute(&self.read).await;
        asked.map(drop).map_err(|error| NoAnswer(error.to_string()))
    }
}
