//! PostgreSQL, the relational store of a distributed installation: people, logins, relations, and what they are told.
//!
//! Many nodes write here at once, so each step that reads and then writes names what it holds meanwhile. Steps run at
//! READ COMMITTED and take, first of all and always in this order: names (advisory locks, by their number), then
//! accounts (row locks, by id). See [`lock`]. Whatever a step then reads about what it holds stays so until it commits,
//! and two steps never wait for each other. What is left (a row many touch, a sweep) is a single conditional statement,
//! or passes over rows others hold. See [`step`] for how a step is tried again.

use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::config::Address;

mod account;
mod audit;
mod decision_outbox;
mod grant;
mod handle;
mod identity;
mod installation;
mod lock;
mod login;
mod login_steps;
mod moderated_people;
mod moderation;
mod muted_words;
mod notification;
mod number;
mod once;
mod operator;
mod people;
mod people_shown;
mod permission;
mod permission_steps;
mod personal_data;
mod personal_token;
mod probe;
mod profile;
mod profile_rows;
mod relation;
mod role;
mod room_owners;
mod search;
mod settings;
mod signing_key;
mod spam;
mod step;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod user;
mod user_outbox;
mod user_row;
mod visit_people;

pub use decision_outbox::DecisionOutbox;
pub use moderated_people::ModeratedPeople;
pub use operator::Migrated;
pub use probe::PostgresProbe;
pub use step::Failure;
pub use user_outbox::UserOutbox;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// How long a request waits for a free connection; also for one to be made.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// What each session is bounded by, in PostgreSQL's words: one statement, a wait for somebody else's lock, and a
/// transaction whose client says nothing, dead or not. Each is below [`step::STEP_MAX`].
const SESSION: [(&str, &str); 3] = [
    ("statement_timeout", "6s"),
    ("lock_timeout", "4s"),
    ("idle_in_transaction_session_timeout", "6s"),
];

/// Connections are made anew after this long, so that a primary that has moved is found.
const LIFETIME_MAX: Duration = Duration::from_secs(30 * 60);

/// Why the store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address will not do.
    #[error("backend.postgres_url cannot be used: {0}")]
    Address(#[source] sqlx::Error),
    /// Nobody answers there, or they refuse.
    #[error("cannot connect to PostgreSQL: {0}")]
    Connect(#[source] sqlx::Error),
    /// The schema cannot be brought up to date.
    #[error("cannot bring the database schema up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The schema is of another release.
    #[error(
        "the database's schema is of version {found}, and this program's of version {expected}; an older one is brought \
         up to date by: maru migrate"
    )]
    Version {
        /// What is there; 0 is none.
        found: i64,
        /// What this program is written for.
        expected: i64,
    },
    /// It acknowledges what it may lose.
    #[error(
        "PostgreSQL's synchronous_commit is {0}: an acknowledged write can be lost; set it to on: take it out of \
         backend.postgres_url if it is there, otherwise ALTER SYSTEM SET synchronous_commit = 'on'; SELECT \
         pg_reload_conf()"
    )]
    Weaker(String),
}

impl OpenError {
    /// Whether it may go well a little later, with everything as it is: nobody answers, or not yet.
    pub fn is_away(&self) -> bool {
        let Self::Connect(error) = self else {
            return false;
        };
        match error {
            // It goes down, was killed, comes up, or has as many connections as it takes.
            sqlx::Error::Database(answer) => matches!(
                answer.code().as_deref(),
                Some("57P01" | "57P02" | "57P03" | "53300")
            ),
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::PoolTimedOut => true,
            _ => false,
        }
    }
}

/// The opened store: a pool of connections, shared by its clones.
#[derive(Debug, Clone)]
pub struct Postgres {
    pool: PgPool,
}

impl Postgres {
    /// Connects to the database at `address` and brings the schema up to date, with at most so many connections.
    ///
    /// Nodes that start at once wait for each other: one of them changes the schema. A node older than the schema
    /// refuses to start.
    pub async fn open(address: &Address, connections_max: u32) -> Result<Self, OpenError> {
        let options = address.reveal().parse().map_err(OpenError::Address)?;
        Self::open_with(options, connections_max).await
    }

    async fn open_with(options: PgConnectOptions, connections_max: u32) -> Result<Self, OpenError> {
        operator::migrate(&options).await?;
        Self::pooled(options, connections_max).await
    }

    async fn pooled(options: PgConnectOptions, connections_max: u32) -> Result<Self, OpenError> {
        let options = options
            .application_name("maru")
            // Statements hold names and texts of people.
            .disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .max_lifetime(LIFETIME_MAX)
            .connect_with(options.options(SESSION))
            .await
            .map_err(OpenError::Connect)?;
        keeps_what_it_acknowledges(&pool).await?;
        Ok(Self { pool })
    }

    /// A connection that answers: one that broke meanwhile is replaced.
    async fn connection(&self) -> Result<PoolConnection<sqlx::Postgres>, Failure> {
        self.pool.acquire().await.map_err(Failure::Nothing)
    }

    /// Ends all connections; waits for those in use.
    pub async fn disconnect(&self) {
        self.pool.close().await;
    }
}

/// Refuses a database whose sessions acknowledge a write before it is as durable as it is set up to be. It is not set
/// here: whoever runs the database may ask for more than the default.
async fn keeps_what_it_acknowledges(pool: &PgPool) -> Result<(), OpenError> {
    let set = "SELECT current_setting('synchronous_commit')";
    let asked = sqlx::query_scalar::<_, String>(set).fetch_one(pool);
    let answer = tokio::time::timeout(ACQUIRE_TIMEOUT, asked).await;
    let answer = answer.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    let set = answer.map_err(OpenError::Connect)?;
    if matches!(set.as_str(), "off" | "local") {
        return Err(OpenError::Weaker(set));
    }
    Ok(())
}
