//! A small store with one effect, asked once, again, by many at once, and by a process that dies.

use std::sync::Arc;

use super::{Begun, KEYS_PER_USER_MAX, begin, record};
use crate::adapters::postgres::testing::{Scratch, scratch};
use crate::adapters::postgres::{Failure, lock, step::in_transaction};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::text::PersonName;
use crate::domain::user::Look;
use crate::ports::once::{Done, ONCE_KEPT_MS, Once, OnceKey, RequestDigest};
use crate::ports::user::{Identity, NewUser, UserStore};

struct Notes {
    store: Scratch,
}

impl Notes {
    async fn open() -> Option<Self> {
        let store = scratch().await?;
        let table = "CREATE TABLE note (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        text TEXT NOT NULL)";
        sqlx::query(table).execute(&store.pool).await.unwrap();
        Some(Self { store })
    }

    async fn person(&self) -> UserId {
        let id = UserId::generate();
        let handle = format!("u{}", &id.uuid().simple().to_string()[16..]);
        let new = NewUser {
            id,
            front_room_id: RoomId::generate(),
            handles: vec![handle.clone()],
            display_name: PersonName::parse("하늘").unwrap(),
            look: Look([0; 6]),
            mood: String::new(),
            bio: String::new(),
            at: WallMs(1),
            trace: Trace::default(),
        };
        let identity = Identity {
            provider: "dev".to_owned(),
            issuer: "https://acme.example".to_owned(),
            subject: handle,
            email: None,
        };
        self.store.admit(&identity, &new).await.unwrap();
        id
    }

    /// Writes a note, as a store does that takes an effect once; answers with its number and a secret.
    async fn write(&self, once: Option<&Once>, text: &str, at: u64) -> Done<(i64, String)> {
        let now = WallMs(at);
        let written: Result<Done<(i64, String)>, Failure> = in_transaction!(self.store, |conn| {
            lock::people(conn, once.map(|once| once.owner)).await?;
            match begin(conn, once, now).await? {
                Begun::Fresh => {}
                Begun::Replay(result) => return Ok(Done::Before(result)),
                Begun::Mismatch => return Ok(Done::KeyReused),
            }
            let insert = sqlx::query_scalar("INSERT INTO note (text) VALUES ($1) RETURNING id");
            let id: i64 = insert.bind(text).fetch_one(&mut *conn).await?;
            let result = (id, format!("secret of {text}"));
            record(conn, once, &result, now).await?;
            Ok(Done::Now(result))
        });
        written.unwrap()
    }

    async fn count(&self, table: &str) -> i64 {
        let sql = match table {
            "note" => "SELECT count(*) FROM note",
            _ => "SELECT count(*) FROM once",
        };
        let count = sqlx::query_scalar(sql).fetch_one(&self.store.pool).await;
        count.unwrap()
    }
}

fn once(owner: UserId, key: &str, digest: u8) -> Once {
    Once {
        owner,
        key: OnceKey::parse(key.as_bytes()).unwrap(),
        digest: RequestDigest([digest; 32]),
    }
}

fn result(id: i64, text: &str) -> (i64, String) {
    (id, format!("secret of {text}"))
}

#[tokio::test]
async fn the_same_request_takes_effect_once_and_answers_the_same() {
    let Some(notes) = Notes::open().await else {
        return;
    };
    let (one, other) = (notes.person().await, notes.person().await);
    let asked = once(one, "k", 1);
    let now = Done::Now(result(1, "a"));
    assert_eq!(notes.write(Some(&asked), "a", 10).await, now);
    let before = Done::Before(result(1, "a"));
    assert_eq!(notes.write(Some(&asked), "a", 11).await, before);
    // Another body under the same key does nothing; the first one is remembered all the same.
    let reused = once(one, "k", 2);
    assert_eq!(notes.write(Some(&reused), "b", 12).await, Done::KeyReused);
    assert_eq!(notes.write(Some(&asked), "a", 13).await, before);
    // Somebody else's key of that name is another key, and without a key nothing is remembered.
    let theirs = once(other, "k", 1);
    let now = Done::Now(result(2, "c"));
    assert_eq!(notes.write(Some(&theirs), "c", 14).await, now);
    for id in [3, 4] {
        let now = Done::Now(result(id, "d"));
        assert_eq!(notes.write(None, "d", 15).await, now);
    }
    assert_eq!(notes.count("note").await, 4);
}

#[tokio::test]
async fn of_many_at_once_one_takes_effect() {
    let Some(notes) = Notes::open().await else {
        return;
    };
    let notes = Arc::new(notes);
    let owner = notes.person().await;
    for round in 0..20 {
        let asked = once(owner, &format!("k{round}"), 1);
        let all = (0..8).map(|_| {
            let (notes, asked) = (notes.clone(), asked.clone());
            async move { notes.write(Some(&asked), "a", 10).await }
        });
        let done = futures_util::future::join_all(all).await;
        let now = done.iter().filter(|done| matches!(done, Done::Now(_)));
        assert_eq!(now.count(), 1);
        let results: Vec<_> = done.into_iter().map(Done::result).collect();
        assert!(results.iter().all(|result| *result == results[0]));
    }
    assert_eq!(notes.count("note").await, 20);
}

#[tokio::test]
async fn key_and_effect_are_there_together_or_not_at_all() {
    let Some(notes) = Notes::open().await else {
        return;
    };
    let asked = once(notes.person().await, "k", 1);
    // A process that dies between the two leaves neither.
    let mut transaction = notes.store.pool.begin().await.unwrap();
    let fresh = begin::<i64>(&mut transaction, Some(&asked), WallMs(10)).await;
    assert_eq!(fresh.unwrap(), Begun::Fresh);
    let insert = sqlx::query("INSERT INTO note (text) VALUES ('a')");
    insert.execute(&mut *transaction).await.unwrap();
    record(&mut transaction, Some(&asked), &1, WallMs(10))
        .await
        .unwrap();
    drop(transaction);
    assert_eq!(
        (notes.count("note").await, notes.count("once").await),
        (0, 0)
    );
    let written = notes.write(Some(&asked), "a", 11).await;
    assert!(matches!(written, Done::Now((_, secret)) if secret == "secret of a"));
    assert_eq!(notes.count("note").await, 1);
}

#[tokio::test]
async fn keys_are_forgotten_after_a_day_and_never_pile_up() {
    let Some(notes) = Notes::open().await else {
        return;
    };
    let owner = notes.person().await;
    let asked = once(owner, "k", 1);
    notes.write(Some(&asked), "a", 10).await;
    let last = 10 + ONCE_KEPT_MS - 1;
    let before = Done::Before(result(1, "a"));
    assert_eq!(notes.write(Some(&asked), "a", last).await, before);
    let now = Done::Now(result(2, "b"));
    assert_eq!(notes.write(Some(&asked), "b", last + 1).await, now);
    // What is overdue goes when something is recorded, whoever's it is.
    let other = notes.person().await;
    let later = last + 2 + ONCE_KEPT_MS;
    notes.write(Some(&once(other, "k", 1)), "c", later).await;
    assert_eq!(notes.count("once").await, 1);
    // One person's keys have a bound of their own.
    let mut transaction = notes.store.pool.begin().await.unwrap();
    for number in 0..KEYS_PER_USER_MAX + 5 {
        let asked = once(owner, &format!("k{number}"), 1);
        let at = WallMs(later + number.unsigned_abs());
        record(&mut transaction, Some(&asked), &number, at)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
    assert_eq!(notes.count("once").await, 1 + KEYS_PER_USER_MAX);
}

#[tokio::test]
async fn a_secret_that_was_answered_cannot_be_read_without_the_key() {
    let Some(notes) = Notes::open().await else {
        return;
    };
    let asked = once(
        notes.person().await,
        "a key nobody guesses".replace(' ', "-").as_str(),
        1,
    );
    notes.write(Some(&asked), "a", 10).await;
    let row: (Vec<u8>, Vec<u8>) = sqlx::query_as("SELECT key_hash, result FROM once")
        .fetch_one(&notes.store.pool)
        .await
        .unwrap();
    let holds =
        |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|at| at == text.as_bytes());
    assert!(!holds(&row.1, "secret") && !holds(&row.0, asked.key.as_str()));
    let mut other = asked.clone();
    other.key = OnceKey::parse(b"another").unwrap();
    assert_eq!(super::open(&other, &row.1), None);
    assert!(super::open(&asked, &row.1).is_some());
}
