//! A database a test, made from a template that has the schema, and dropped after it.

use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::{MIGRATIONS, Postgres};
use crate::adapters::test_service;

/// Enough for the suites' crowds to be in the store at once.
const CONNECTIONS_MAX: u32 = 12;

/// Databases made by this process.
static MADE: AtomicU32 = AtomicU32::new(0);

/// A database of a test's own.
pub(super) struct Database {
    pub(super) options: PgConnectOptions,
    admin: PgConnectOptions,
    name: String,
}

/// An empty store of a test's own.
pub(super) struct Scratch {
    pub(super) store: Postgres,
    database: Database,
}

impl Deref for Scratch {
    type Target = Postgres;

    fn deref(&self) -> &Postgres {
        &self.store
    }
}

impl Scratch {
    /// Where it is.
    pub(super) fn options(&self) -> PgConnectOptions {
        self.database.options.clone()
    }
}

/// An empty store; none where there is no PostgreSQL.
pub(super) async fn scratch() -> Option<Scratch> {
    let database = database(true).await?;
    let store = Postgres::open_with(database.options.clone(), CONNECTIONS_MAX).await;
    Some(Scratch {
        store: store.unwrap(),
        database,
    })
}

/// A database without the schema; none where there is no PostgreSQL.
pub(super) async fn empty() -> Option<Database> {
    database(false).await
}

async fn database(with_schema: bool) -> Option<Database> {
    let address = test_service::address("POSTGRES")?;
    let admin: PgConnectOptions = address.parse().unwrap();
    let mut connection = admin.connect().await.unwrap();
    let template = match with_schema {
        true => template(&mut connection, &admin).await,
        false => "template0".to_owned(),
    };
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let name = format!("maru_test_{}_{number}", std::process::id());
    let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
    run(&mut connection, &create).await;
    connection.close().await.unwrap();
    Some(Database {
        options: admin.clone().database(&name),
        admin,
        name,
    })
}

/// The database all others are copied from, named after the schema. Whichever test comes first makes it.
async fn template(connection: &mut PgConnection, admin: &PgConnectOptions) -> String {
    let schema = MIGRATIONS
        .iter()
        .flat_map(|migration| migration.checksum.iter());
    let schema = schema.fold(0_u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(*byte))
    });
    let name = format!("maru_template_{schema:x}");
    run(connection, "SELECT pg_advisory_lock(0)").await;
    let there: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(&name)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
    if !there {
        // Under its name it is whole.
        let raw = format!("{name}_raw");
        run(
            connection,
            &format!("DROP DATABASE IF EXISTS {raw} WITH (FORCE)"),
        )
        .await;
        run(connection, &format!("CREATE DATABASE {raw}")).await;
        let options = admin.clone().database(&raw);
        super::operator::migrate(&options).await.unwrap();
        run(
            connection,
            &format!("ALTER DATABASE {raw} RENAME TO {name}"),
        )
        .await;
    }
    run(connection, "SELECT pg_advisory_unlock(0)").await;
    name
}

pub(super) async fn run(connection: &mut PgConnection, statement: &str) {
    let statement = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()));
    statement.execute(connection).await.unwrap();
}

impl Drop for Database {
    fn drop(&mut self) {
        let (admin, name) = (self.admin.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = { runtime }.enable_all().build().unwrap();
            runtime.block_on(async {
                let mut connection = admin.connect().await.unwrap();
                run(
                    &mut connection,
                    &format!("DROP DATABASE {name} WITH (FORCE)"),
                )
                .await;
            });
        });
        let dropped = dropping.join();
        // A second panic would hide the first.
        if !std::thread::panicking() {
            dropped.unwrap();
        }
    }
}
