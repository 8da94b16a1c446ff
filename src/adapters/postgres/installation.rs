//! What an installation has one of, on PostgreSQL.

use async_trait::async_trait;
use sqlx::Connection;

use super::step::reading;
use super::{Failure, Postgres};
use crate::ports::backend::{Backend, NoAnswer};
use crate::ports::installation::{Installation, InstallationUnavailable};

impl From<Failure> for InstallationUnavailable {
    fn from(failure: Failure) -> Self {
        Self(failure.to_string())
    }
}

#[async_trait]
impl Installation for Postgres {
    async fn secret(
        &self,
        name: &str,
        fresh: [u8; 32],
    ) -> Result<[u8; 32], InstallationUnavailable> {
        let stored: Vec<u8> = reading!(self, |conn| {
            // The second statement sees what was there already, or came meanwhile.
            sqlx::query(
                "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            )
            .bind(name)
            .bind(fresh.as_slice())
            .execute(&mut *conn)
            .await?;
            sqlx::query_scalar("SELECT value FROM installation WHERE name = $1")
                .bind(name)
                .fetch_one(conn)
                .await
        })?;
        let wrong = |_| InstallationUnavailable(format!("secret {name} has a wrong length"));
        stored.try_into().map_err(wrong)
    }
}

#[async_trait]
impl Backend for Postgres {
    fn name(&self) -> &'static str {
        "postgres"
    }

    async fn answers(&self) -> Result<(), NoAnswer> {
        let answer = reading!(self, |conn| conn.ping().await);
        answer.map_err(|failure: Failure| NoAnswer(failure.to_string()))
    }
}
