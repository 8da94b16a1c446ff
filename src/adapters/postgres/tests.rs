//! The store as a whole: nodes that start at once, connections that break, steps that lose, and what is bounded.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use sqlx::{AssertSqlSafe, Connection};
use tokio::sync::Barrier;

use super::step::{in_transaction, reading};
use super::testing::{Scratch, empty, scratch};
use super::*;
use crate::domain::clock::WallMs;
use crate::domain::search::NameQuery;
use crate::ports::backend::Backend;
use crate::ports::installation::Installation;
use crate::ports::profile::{FoundAfter, FoundPage, ProfileStore};
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;

mod crowd;
mod outage;

async fn run(store: &Postgres, statement: &str) {
    let statement = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()));
    statement.execute(&store.pool).await.unwrap();
}

async fn count(store: &Postgres, of: &str) -> i64 {
    let select = format!("SELECT count(*) FROM {of}");
    let count = sqlx::query_scalar(AssertSqlSafe(select));
    count.fetch_one(&store.pool).await.unwrap()
}

/// Ends every connection of the store.
async fn cut(store: &Scratch) {
    let mut connection = store.options().connect().await.unwrap();
    let others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let ended: i64 = sqlx::query_scalar(others)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(ended > 0, "there was something to cut");
    connection.close().await.unwrap();
}

#[tokio::test]
async fn nodes_that_start_at_once_change_the_schema_once() {
    let Some(database) = empty().await else {
        return;
    };
    let nodes = (0..5).map(|_| Postgres::open_with(database.options.clone(), 2));
    let nodes: Vec<Postgres> = join_all(nodes)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let versions = i64::try_from(MIGRATIONS.iter().count()).unwrap();
    assert_eq!(
        count(&nodes[0], "_sqlx_migrations WHERE success").await,
        versions
    );
    // All nodes have one secret.
    let secrets = nodes.iter().zip(1..);
    let secrets = secrets.map(|(node, n)| node.secret("pepper", [n; 32]));
    let secrets = join_all(secrets).await;
    let secrets: Vec<[u8; 32]> = secrets.into_iter().map(Result::unwrap).collect();
    assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    // A node older than the schema stays out.
    run(
        &nodes[0],
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of a later release', TRUE, '', 0)",
    )
    .await;
    let old = Postgres::open_with(database.options.clone(), 2).await;
    assert!(matches!(old, Err(OpenError::Migrate(_))), "{old:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_away_and_one_that_refuses_is_not() {
    let nobody = PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(1);
    let error = Postgres::open_with(nobody, 1).await.unwrap_err();
    assert!(error.is_away(), "{error}");
    let Some(store) = scratch().await else { return };
    let nowhere = store.options().database("nowhere");
    let error = Postgres::open_with(nowhere, 1).await.unwrap_err();
    assert!(!error.is_away(), "{error}");
}

#[tokio::test]
async fn one_that_acknowledges_what_it_may_lose_is_refused() {
    let Some(store) = scratch().await else { return };
    let set_to = |value: &str| store.options().options([("synchronous_commit", value)]);
    for weak in ["off", "local"] {
        let error = Postgres::open_with(set_to(weak), 1).await.unwrap_err();
        assert!(!error.is_away(), "{error}");
        let said = format!("synchronous_commit is {weak}");
        assert!(error.to_string().contains(&said), "{error}");
    }
    let strong = Postgres::open_with(set_to("remote_apply"), 1).await;
    strong.unwrap().disconnect().await;
}

#[tokio::test]
async fn a_lost_connection_is_survived() {
    let Some(store) = scratch().await else { return };
    let user = created(&*store, "stays", "stays").await;
    for _ in 0..3 {
        cut(&store).await;
        store.answers().await.unwrap();
        cut(&store).await;
        assert_eq!(store.by_id(user.id).await.unwrap(), Some(user.clone()));
    }
}

#[tokio::test]
async fn a_step_that_is_cut_off_before_its_end_is_done_once() {
    let Some(store) = scratch().await else { return };
    run(&store, "CREATE TABLE mark (n INT)").await;
    let tries = AtomicU32::new(0);
    let done: Result<u32, Failure> = in_transaction!(store, |conn| {
        let tried = tries.fetch_add(1, Ordering::Relaxed);
        sqlx::query("INSERT INTO mark VALUES (1)")
            .execute(&mut *conn)
            .await?;
        if tried == 0 {
            sqlx::query("SELECT pg_terminate_backend(pg_backend_pid())")
                .execute(&mut *conn)
                .await?;
        }
        Ok(tried)
    });
    assert_eq!(done.unwrap(), 1);
    assert_eq!(count(&store, "mark").await, 1);
}

#[tokio::test]
async fn what_became_of_a_commit_is_told_and_not_guessed() {
    let Some(store) = scratch().await else { return };
    run(
        &store,
        "CREATE TABLE mark (n INT UNIQUE DEFERRABLE INITIALLY DEFERRED);
         INSERT INTO mark VALUES (1);
         CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$;
         CREATE TABLE fatal (n INT);
         CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON fatal DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION die()",
    )
    .await;
    let tries = AtomicU32::new(0);
    let commit = async |statement: &'static str| -> Result<(), Failure> {
        in_transaction!(store, |conn| {
            tries.fetch_add(1, Ordering::Relaxed);
            sqlx::query(statement).execute(conn).await.map(drop)
        })
    };
    let refused = commit("INSERT INTO mark VALUES (1)").await;
    assert!(matches!(refused, Err(Failure::Nothing(_))), "{refused:?}");
    let cut_off = commit("INSERT INTO fatal VALUES (1)").await;
    assert!(matches!(cut_off, Err(Failure::Unknown(_))), "{cut_off:?}");
    assert_eq!(tries.load(Ordering::Relaxed), 2, "neither was tried again");
}

#[tokio::test]
async fn whoever_loses_to_another_is_tried_again() {
    let Some(store) = scratch().await else { return };
    run(
        &store,
        "CREATE TABLE mark (n INT PRIMARY KEY, sum INT NOT NULL); INSERT INTO mark
         VALUES (1, 0), (2, 0)",
    )
    .await;
    // Each has one and wants the other's.
    let (first, both) = (AtomicU32::new(0), Barrier::new(2));
    let add = async |order: [i32; 2]| -> Result<(), Failure> {
        in_transaction!(store, |conn| {
            for (place, n) in order.into_iter().enumerate() {
                if place == 1 && first.fetch_add(1, Ordering::Relaxed) < 2 {
                    both.wait().await;
                }
                sqlx::query("UPDATE mark SET sum = sum + 1 WHERE n = $1")
                    .bind(n)
                    .execute(&mut *conn)
                    .await?;
            }
            Ok(())
        })
    };
    let (one, other) = tokio::join!(add([1, 2]), add([2, 1]));
    one.unwrap();
    other.unwrap();
    assert!(
        first.load(Ordering::Relaxed) > 2,
        "one of them was tried again"
    );
    assert_eq!(count(&store, "mark WHERE sum = 2").await, 2);
    // Neither sees what the other reads: at the strictest level one is refused, and tried again, too.
    let met = Barrier::new(2);
    let waits = AtomicU32::new(0);
    let level = async |n: i32| -> Result<(), Failure> {
        in_transaction!(store, "BEGIN ISOLATION LEVEL SERIALIZABLE", |conn| {
            let all: i64 = sqlx::query_scalar("SELECT sum(sum) FROM mark")
                .fetch_one(&mut *conn)
                .await?;
            if waits.fetch_add(1, Ordering::Relaxed) < 2 {
                met.wait().await;
            }
            sqlx::query("UPDATE mark SET sum = $1 WHERE n = $2")
                .bind(i32::try_from(all).unwrap())
                .bind(n)
                .execute(conn)
                .await
                .map(drop)
        })
    };
    let (one, other) = tokio::join!(level(1), level(2));
    one.unwrap();
    other.unwrap();
    assert_eq!(waits.load(Ordering::Relaxed), 3);
    assert_eq!(count(&store, "mark WHERE sum IN (4, 6)").await, 2);
}

#[tokio::test]
async fn sessions_are_bounded() {
    let Some(store) = scratch().await else { return };
    for (setting, value) in SESSION {
        let now: String = sqlx::query_scalar("SELECT current_setting($1)")
            .bind(setting)
            .fetch_one(&store.pool)
            .await
            .unwrap();
        assert_eq!(now, value, "{setting}");
    }
    // A connection that all others wait for: whoever comes is told so in time.
    let narrow = Postgres::open_with(store.options(), 1).await.unwrap();
    let held = narrow.pool.acquire().await.unwrap();
    let waits = tokio::time::timeout(Duration::from_secs(20), narrow.answers()).await;
    let waits = waits.expect("told");
    let told = waits.unwrap_err().to_string();
    assert!(
        told.contains("nothing was changed: pool timed out"),
        "{told}"
    );
    drop(held);
    narrow.answers().await.unwrap();
    narrow.disconnect().await;
}

#[tokio::test]
async fn a_text_no_row_can_hold_is_found_nowhere() {
    let Some(store) = scratch().await else { return };
    created(&*store, "plain", "plain").await;
    let search = async |query: &str, after: Option<FoundAfter>| {
        let query = NameQuery::parse(query).unwrap();
        let found = store.search(&query, None, after.as_ref(), 9, WallMs(1));
        found.await.unwrap()
    };
    assert_eq!(search("pl\0ain", None).await, FoundPage::default());
    let place = FoundAfter::Handle("a\0".to_owned());
    assert_eq!(search("plain", Some(place)).await, FoundPage::default());
    let one: i32 = reading!(store, |conn| sqlx::query_scalar("SELECT 1")
        .fetch_one(conn)
        .await)
    .unwrap();
    assert_eq!(one, 1);
}
