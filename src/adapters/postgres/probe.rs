//! What `maru doctor` asks PostgreSQL before a server relies on it.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, FromRow};

use crate::config::Address;
use crate::ports::probe::{Fault, Finding, Probe};

/// The oldest major version Maru's SQL is written for.
const MAJOR_MIN: i32 = 14;

/// Whether PostgreSQL keeps what it acknowledges and lets Maru make its tables.
#[derive(Debug, Clone)]
pub struct PostgresProbe {
    address: Address,
}

impl PostgresProbe {
    /// A probe of the database at `address`.
    pub fn new(address: Address) -> Self {
        Self { address }
    }
}

#[async_trait]
impl Probe for PostgresProbe {
    async fn examine(&self, finding: &mut Finding, _patience: Duration) -> Result<(), Fault> {
        let options: PgConnectOptions = self.address.reveal().parse().map_err(|error| {
            Fault::caused(
                "the address will not do",
                &error,
                "correct backend.postgres_url",
            )
        })?;
        let options = options
            .application_name("maru doctor")
            .disable_statement_logging();
        let connect = "start PostgreSQL, or correct the host, user, password or database in backend.postgres_url";
        let mut connection = options
            .connect()
            .await
            .map_err(|error| refused("cannot connect", &error, connect))?;
        let log = "look into PostgreSQL's log";
        let state: State = sqlx::query_as(STATE_SQL)
            .fetch_one(&mut connection)
            .await
            .map_err(|error| refused("does not tell its settings", &error, log))?;
        finding.version = Some(format!("PostgreSQL {}", state.version));
        finding.faults.extend(state.faults());
        let closed = connection.close().await;
        closed.map_err(|error| refused("broke off", &error, log))
    }
}

/// In PostgreSQL's own words where it answered, without the line of its source the driver adds.
fn refused(doing: &str, error: &sqlx::Error, remedy: &str) -> Fault {
    match error.as_database_error() {
        Some(answer) => Fault::new(format!("{doing}: {}", answer.message()), remedy),
        None => Fault::caused(doing, error, remedy),
    }
}

const STATE_SQL: &str = "SELECT current_setting('server_version') AS version, \
     current_setting('server_version_num')::int AS version_number, \
     current_setting('synchronous_commit') AS synchronous_commit, \
     current_setting('fsync') AS fsync, \
     current_setting('server_encoding') AS encoding, \
     pg_is_in_recovery() AS standby, \
     COALESCE(has_schema_privilege(current_schema()::text, 'CREATE'), false) AS may_create, \
     current_user::text AS user_name";

#[derive(Debug, Clone, FromRow)]
struct State {
    version: String,
    version_number: i32,
    synchronous_commit: String,
    fsync: String,
    encoding: String,
    standby: bool,
    may_create: bool,
    user_name: String,
}

impl State {
    fn faults(&self) -> Vec<Fault> {
        let durable = matches!(self.synchronous_commit.as_str(), "on" | "remote_apply");
        let checks = [
            (
                self.version_number / 10_000 < MAJOR_MIN,
                format!("version {} is too old", self.version),
                format!("upgrade PostgreSQL to {MAJOR_MIN} or newer"),
            ),
            (
                !durable,
                format!(
                    "synchronous_commit is {}: an acknowledged write can be lost",
                    self.synchronous_commit
                ),
                "ALTER SYSTEM SET synchronous_commit = 'on'; SELECT pg_reload_conf()".to_owned(),
            ),
            (
                self.fsync != "on",
                format!(
                    "fsync is {}: a power cut can destroy the database",
                    self.fsync
                ),
                "ALTER SYSTEM SET fsync = 'on'; SELECT pg_reload_conf()".to_owned(),
            ),
            (
                self.standby,
                "is a standby, which takes no writes".to_owned(),
                "name the primary in backend.postgres_url".to_owned(),
            ),
            (
                self.encoding != "UTF8",
                format!("the database's encoding is {}", self.encoding),
                "create the database with ENCODING 'UTF8'".to_owned(),
            ),
            (
                !self.may_create,
                format!("user {} may not create tables", self.user_name),
                format!("GRANT CREATE ON SCHEMA public TO \"{}\"", self.user_name),
            ),
        ];
        let wrong = checks.into_iter().filter(|(wrong, ..)| *wrong);
        wrong
            .map(|(_, problem, remedy)| Fault::new(problem, remedy))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    fn good() -> State {
        State {
            version: "14.0".to_owned(),
            version_number: 140_000,
            synchronous_commit: "on".to_owned(),
            fsync: "on".to_owned(),
            encoding: "UTF8".to_owned(),
            standby: false,
            may_create: true,
            user_name: "maru".to_owned(),
        }
    }

    #[test]
    fn every_weakness_is_a_fault_of_its_own() {
        assert_eq!(good().faults(), []);
        assert_eq!(
            State {
                synchronous_commit: "remote_apply".to_owned(),
                ..good()
            }
            .faults(),
            []
        );
        let weak = [
            State {
                version_number: 130_012,
                ..good()
            },
            State {
                synchronous_commit: "remote_write".to_owned(),
                ..good()
            },
            State {
                synchronous_commit: "local".to_owned(),
                ..good()
            },
            State {
                synchronous_commit: "off".to_owned(),
                ..good()
            },
            State {
                fsync: "off".to_owned(),
                ..good()
            },
            State {
                standby: true,
                ..good()
            },
            State {
                encoding: "SQL_ASCII".to_owned(),
                ..good()
            },
            State {
                may_create: false,
                ..good()
            },
        ];
        for state in weak {
            assert_eq!(state.faults().len(), 1, "{state:?}");
        }
    }
}
