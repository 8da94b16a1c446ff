//! Many do all kinds of steps at once, about the same few people: nobody waits in a circle, and all adds up afterwards.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::*;
use crate::adapters::postgres::DecisionOutbox;
use crate::adapters::test_service;
use crate::domain::audit::Trace;
use crate::domain::id::{PostId, UserId};
use crate::domain::moderation::ContentKind;
use crate::domain::user::AccountRole;
use crate::ports::events::Outbox;
use crate::ports::moderation::desk::Thing;
use crate::ports::once::{Once, OnceKey, RequestDigest};
use crate::ports::operator::OperatorStore;

mod coming;
mod logins;
mod steps;

/// Who is at it at once; more than there are connections.
const MEMBERS: u64 = 16;

/// So often as many come again while something has not happened yet.
const ROUNDS_MAX: u64 = 8;

const STEPS: u32 = 60;

/// The same in a long run of the tests.
const STEPS_LONG: u32 = 600;

/// How many kinds of steps there are: see [`Member::live`].
const KINDS: u32 = 34;

const NOW: WallMs = WallMs(1_700_000_000_000);

/// One of those who are at it.
struct Member<'a> {
    store: &'a Postgres,
    people: &'a [UserId],
    things: &'a [Thing],
    dice: StdRng,
    number: u64,
    made: u32,
}

type Step = Result<(), String>;

/// What came of a call is all the same, but for an error.
fn told<T, E: std::fmt::Debug>(answer: Result<T, E>) -> Step {
    answer.map(drop).map_err(|error| format!("{error:?}"))
}

impl Member<'_> {
    fn anybody(&mut self) -> UserId {
        *self.people.choose(&mut self.dice).unwrap()
    }

    fn trace(&mut self) -> Trace {
        Trace {
            actor: Some(self.anybody()),
            ..Trace::default()
        }
    }

    fn thing(&mut self) -> Thing {
        self.things.choose(&mut self.dice).unwrap().clone()
    }

    /// A key for a request of this kind, which may have come before.
    fn once(&mut self, owner: UserId, kind: u8) -> Option<Once> {
        let key = format!("key-{}", self.dice.random_range(0..50));
        let key = OnceKey::parse(key.as_bytes()).unwrap();
        let digest = RequestDigest([kind; 32]);
        Some(Once { owner, key, digest })
    }

    async fn live(mut self, steps: u32) -> Step {
        for _ in 0..steps {
            let kind = self.dice.random_range(0..KINDS);
            let done = match kind {
                0..10 => Box::pin(self.among_people(kind)).await,
                10..20 => Box::pin(self.about_accounts(kind)).await,
                30.. => Box::pin(self.about_logins(kind)).await,
                _ => Box::pin(self.before_moderators(kind)).await,
            };
            done.map_err(|error| format!("kind {kind}: {error}"))?;
        }
        Ok(())
    }
}

/// What counts and what is counted.
const ADDS_UP: &[&str] = &[
    "relation_count AS c WHERE
         followers <> (SELECT count(*) FROM follow WHERE followee_id = c.user_id)
         OR following <> (SELECT count(*) FROM follow WHERE follower_id = c.user_id)
         OR ties <> (SELECT count(*) FROM tie WHERE tie.user_id = c.user_id)",
    "moderation_case AS c WHERE reports <> (SELECT count(*) FROM report WHERE case_id = c.id)",
    "follow JOIN block ON blocker_id = follower_id AND blocked_id = followee_id
         OR blocker_id = followee_id AND blocked_id = follower_id",
    "tie AS mine WHERE NOT EXISTS (
         SELECT FROM tie WHERE tie.user_id = mine.other_id AND other_id = mine.user_id)",
    "account WHERE handle LIKE 'passing%'",
];

/// What is there when people did more than be refused.
const HAPPENED: &[&str] = &[
    "notification WHERE kind = 'follow'",
    "notification WHERE kind = 'tie_request'",
    "report",
    "ruling WHERE appeal = 'upheld'",
    "ruling WHERE appeal = 'overturned'",
    "audit WHERE act = 'suspended'",
    "audit WHERE act = 'role_changed' AND actor_id IS NOT NULL",
    "kept_handle",
    "once",
    "muted_word",
    "written_text",
    "notification_read",
    "login WHERE revoked_ms IS NOT NULL",
];

/// What should have happened by now and has not.
async fn missing(store: &Scratch) -> Vec<&'static str> {
    let mut missing = Vec::new();
    for trace in HAPPENED {
        if count(store, trace).await == 0 {
            missing.push(*trace);
        }
    }
    missing
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_waits_in_a_circle_and_all_adds_up() {
    let Some(store) = scratch().await else { return };
    let mut people = Vec::new();
    for n in 0..8 {
        let handle = format!("crowd_{n}");
        people.push(created(&*store, &handle, &handle).await.id);
    }
    for (handle, role) in [
        ("crowd_0", AccountRole::Admin),
        ("crowd_1", AccountRole::Admin),
        ("crowd_2", AccountRole::Moderator),
        ("crowd_3", AccountRole::Moderator),
    ] {
        store.give_role(handle, role, NOW).await.unwrap();
    }
    let things: Vec<Thing> = people
        .iter()
        .skip(4)
        .map(|author| Thing {
            kind: ContentKind::Post,
            subject: PostId::generate().to_string(),
            author: Some(*author),
            text: "나쁜 말".to_owned(),
        })
        .collect();
    let steps = match test_service::is_long() {
        true => STEPS_LONG,
        false => STEPS,
    };
    // Who meets whom is for the machine to say: where little came of it, more of them come.
    for round in 0..ROUNDS_MAX {
        let members = (round * MEMBERS..(round + 1) * MEMBERS).map(|number| {
            Member {
                store: &store.store,
                people: &people,
                things: &things,
                dice: StdRng::seed_from_u64(number),
                number,
                made: 0,
            }
            .live(steps)
        });
        let relaying = async {
            let outbox = DecisionOutbox(store.store.clone());
            for _ in 0..steps {
                let waiting = outbox.waiting(0, 9).await.unwrap();
                let ids: Vec<u64> = waiting.iter().map(|entry| entry.id).collect();
                outbox.clear(&ids).await.unwrap();
            }
        };
        let (lived, ()) = tokio::join!(join_all(members), relaying);
        let failed: Vec<String> = lived.into_iter().filter_map(Result::err).collect();
        assert_eq!(failed, [""; 0]);
        if missing(&store).await.is_empty() {
            break;
        }
    }
    for odd in ADDS_UP {
        assert_eq!(count(&store, odd).await, 0, "{odd}");
    }
    assert_eq!(missing(&store).await, [""; 0], "none of these happened");
    // Sessions hand in what they counted when they end.
    store.disconnect().await;
    let mut connection = store.options().connect().await.unwrap();
    let circles: i64 = sqlx::query_scalar(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    assert_eq!(circles, 0, "the store had to break a circle");
}
