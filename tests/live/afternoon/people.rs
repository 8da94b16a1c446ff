//! Who is there, what they are to each other at first, and what all of them know.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::journal::{Journal, Key, Span, Value as Is, Watch};
use crate::front::{Front, Person};

/// A post as those who come by it know it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) id: String,
    pub(super) author: usize,
}

/// What the people of an afternoon share.
pub(super) struct Afternoon {
    pub(super) front: Front,
    pub(super) people: Vec<Person>,
    pub(super) journal: Mutex<Journal>,
    pub(super) watch: Watch,
    pub(super) posts: Mutex<Vec<Known>>,
    pub(super) seed: u64,
}

impl Afternoon {
    /// Everybody comes: every seventh has a private account, neighbours are tied, and each follows the next three.
    pub(super) async fn begin(front: Front, count: usize, seed: u64) -> Self {
        let mut people = Vec::new();
        for number in 0..count {
            people.push(front.sign_in(&format!("사람{number}")).await);
        }
        let all = Self {
            front,
            people,
            journal: Mutex::default(),
            watch: Watch::start(),
            posts: Mutex::default(),
            seed,
        };
        for who in 0..count {
            for step in 1..=3 {
                let whom = (who + step) % count;
                all.must(Method::PUT, &all.path_of(whom, "follow"), who, None)
                    .await;
                all.note(Key::Follow(all.id(who), all.id(whom)), all.span(0), Is::Yes);
            }
            // Asked for by one and by the other.
            let whom = (who + 1) % count;
            let wish = json!({ "nickname": "이웃" });
            for (one, other) in [(who, whom), (whom, who)] {
                all.must(Method::PUT, &all.path_of(other, "tie"), one, Some(&wish))
                    .await;
                let pair = (all.id(one), all.id(other));
                all.journal.lock().unwrap().ties.insert(pair);
            }
        }
        // Only now, so that nobody has to ask.
        for who in (0..count).step_by(7) {
            let wish = json!({ "account_private": true });
            all.must(Method::PATCH, "/v1/me/settings", who, Some(&wish))
                .await;
            all.journal.lock().unwrap().private.insert(all.id(who));
        }
        all
    }

    pub(super) fn id(&self, who: usize) -> String {
        self.people[who].id.clone()
    }

    pub(super) fn path_of(&self, whom: usize, what: &str) -> String {
        format!("/v1/users/{}/{what}", self.people[whom].handle)
    }

    pub(super) fn span(&self, from: u128) -> Span {
        let to = self.watch.now();
        Span { from, to }
    }

    pub(super) fn note(&self, key: Key, span: Span, value: Is) {
        self.journal.lock().unwrap().note(key, span, value);
    }

    /// What must work.
    pub(super) async fn must(
        &self,
        method: Method,
        path: &str,
        who: usize,
        body: Option<&Value>,
    ) -> Value {
        let person = Some(&self.people[who]);
        let (status, answer) = self.front.call(method.clone(), path, person, body).await;
        assert!(status < 300, "{method} {path}: {status} {answer}");
        answer
    }
}

/// The store beside the server that works on it.
pub(super) async fn records(data: &Path) -> SqliteConnection {
    let file = SqliteConnectOptions::new().filename(data.join("maru.sqlite3"));
    let file = file.busy_timeout(Duration::from_secs(60)).read_only(true);
    file.connect().await.unwrap()
}

/// Until nothing waits to be told any more, and all that was told has been counted.
pub(super) async fn settle(data: &Path) {
    let mut records = records(data).await;
    let mut quiet = 0;
    while quiet < 3 {
        let waiting: i64 = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM user_outbox)
                + (SELECT count(*) FROM room_outbox)
                + (SELECT coalesce(max(place), 0) FROM event_log) - coalesce((SELECT place FROM event_consumer WHERE name = 'discovery'), 0)",
        )
        .fetch_one(&mut records)
        .await
        .unwrap();
        quiet = if waiting == 0 { quiet + 1 } else { 0 };
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}
