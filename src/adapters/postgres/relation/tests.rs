//! The suite on PostgreSQL, and the counts recomputed after many changes at once.

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use tokio::task::JoinSet;

use super::*;
use crate::adapters::postgres::testing::scratch;
use crate::domain::relation::{Nickname, Testimonial};
use crate::domain::search::NameQuery;
use crate::domain::user::AccountEvent;
use crate::ports::profile::ProfileStore;
use crate::ports::relations::conformance::conformance;
use crate::ports::relations::{BlockStore, FOLLOWS_MAX, FollowStore, TieStore};
use crate::ports::settings::conformance::set_private;
use crate::ports::user::conformance::created;

const NOW: WallMs = WallMs(1_000_000);

/// So many people of one name.
async fn crowd(store: &Postgres, count: u32) {
    let crowd = "INSERT INTO account (id, handle, display_name, look, front_room_id,
        created_ms, name_folded)
             SELECT gen_random_uuid(), 'crowd_' || i, 'crowd', '\\x000000000000',
             gen_random_uuid(), 0, 'crowd'
             FROM generate_series(1, $1) AS i";
    at_once(store, sqlx::query(crowd).bind(i64::from(count))).await;
}

/// Does what would take thousands of steps, however slow the machine: that is not what is tried here.
async fn at_once(store: &Postgres, statement: Query<'_, sqlx::Postgres, PgArguments>) {
    let mut transaction = store.pool.begin().await.unwrap();
    let untimed = sqlx::raw_sql("SET LOCAL statement_timeout = 0");
    untimed.execute(&mut *transaction).await.unwrap();
    statement.execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn keeps_what_a_relation_store_promises() {
    let Some(store) = scratch().await else { return };
    let limited = created(&*store, "limited", "limited").await.id;
    // As many people as anybody may follow, made at once.
    crowd(&store, FOLLOWS_MAX).await;
    let follows = "INSERT INTO follow (follower_id, followee_id, created_ms)
        SELECT $1, id, 0 FROM account WHERE handle LIKE 'crowd_%'";
    at_once(&store, sqlx::query(follows).bind(limited.uuid())).await;
    conformance(&*store, &*store, &*store, limited).await;
}

#[tokio::test]
async fn however_many_block_somebody_none_of_them_is_found() {
    let Some(store) = scratch().await else { return };
    let loud = created(&*store, "loud", "loud").await.id;
    let first = created(&*store, "first_of_all", "first_of_all").await.id;
    store.block(first, loud, WallMs(1)).await.unwrap();
    crowd(&store, HIDDEN_BY_MAX).await;
    let blocks = "INSERT INTO block (blocker_id, blocked_id, created_ms)
        SELECT id, $1, 2 FROM account WHERE handle LIKE 'crowd_%'";
    at_once(&store, sqlx::query(blocks).bind(loud.uuid())).await;

    let cut = store.hidden_from(loud).await.unwrap();
    assert_eq!(cut.len(), HIDDEN_BY_MAX as usize);
    assert!(!cut.contains(&first.to_string()), "beyond the cut");
    assert!(store.is_hidden(loud, first).await.unwrap());
    let finds = async |viewer, text| {
        let query = NameQuery::parse(text).unwrap();
        let found = store.search(&query, viewer, None, 9, NOW).await;
        found.unwrap().people.len()
    };
    for (text, found) in [("first_of_all", 1), ("crowd", 9)] {
        assert_eq!(finds(Some(loud), text).await, 0, "{text}");
        assert_eq!(finds(Some(first), text).await, found, "{text}");
        assert_eq!(finds(None, text).await, found, "{text}");
    }
}

/// Every way in which what is stored contradicts itself, one row each.
const FLAWS: &str = "
SELECT 'followers of ' || id::text FROM account
    WHERE coalesce((SELECT followers FROM relation_count WHERE user_id = id), 0)
       <> (SELECT count(*) FROM follow WHERE followee_id = id)
UNION ALL SELECT 'following of ' || id::text FROM account
    WHERE coalesce((SELECT following FROM relation_count WHERE user_id = id), 0)
       <> (SELECT count(*) FROM follow WHERE follower_id = id)
UNION ALL SELECT 'ties of ' || id::text FROM account
    WHERE coalesce((SELECT ties FROM relation_count WHERE user_id = id), 0)
       <> (SELECT count(*) FROM tie WHERE user_id = id)
UNION ALL SELECT 'half a tie' FROM tie AS mine
    WHERE NOT EXISTS (SELECT 1 FROM tie WHERE user_id = mine.other_id AND other_id = mine.user_id)
UNION ALL SELECT 'tied and asking' FROM tie_request JOIN tie ON user_id = asker_id
AND other_id = asked_id
UNION ALL SELECT 'both asking for a tie' FROM tie_request AS one JOIN tie_request AS two
    ON two.asker_id = one.asked_id AND two.asked_id = one.asker_id
UNION ALL SELECT 'following and asking' FROM follow_request JOIN follow
    ON follower_id = asker_id AND followee_id = asked_id
UNION ALL SELECT 'asking a public account' FROM follow_request
    WHERE NOT EXISTS (SELECT 1 FROM user_settings WHERE user_id = asked_id AND account_private)
UNION ALL SELECT 'a line without a tie' FROM testimonial
    WHERE NOT EXISTS (SELECT 1 FROM tie WHERE user_id = author_id AND other_id = owner_id)
UNION ALL SELECT 'blocking each other' FROM block AS one JOIN block AS two
    ON two.blocker_id = one.blocked_id AND two.blocked_id = one.blocker_id
UNION ALL SELECT 'something across a block' FROM block JOIN (
    SELECT follower_id AS one, followee_id AS other FROM follow
    UNION ALL SELECT asker_id, asked_id FROM follow_request
    UNION ALL SELECT user_id, other_id FROM tie
    UNION ALL SELECT asker_id, asked_id FROM tie_request
    UNION ALL SELECT author_id, owner_id FROM testimonial) AS between_two
    ON (one = blocker_id AND other = blocked_id) OR (one = blocked_id AND other = blocker_id)";

async fn flaws(store: &Postgres) -> Vec<String> {
    sqlx::query_scalar(FLAWS)
        .fetch_all(&store.pool)
        .await
        .unwrap()
}

/// Does something to two people.
async fn act(store: &Postgres, what: u32, one: UserId, other: UserId, at: WallMs) {
    let nickname = Nickname::parse("별").unwrap();
    let line = Testimonial::parse("좋은 사람").unwrap();
    match what {
        0..20 => drop(store.follow(one, other, at).await.unwrap()),
        20..28 => drop(store.unfollow(one, other).await.unwrap()),
        28..36 => drop(store.approve(one, other, at).await.unwrap()),
        36..40 => drop(store.reject(one, other).await.unwrap()),
        40..43 => drop(set_private(store, one, at.0.is_multiple_of(2)).await),
        43..46 => drop(store.block(one, other, at).await.unwrap()),
        46..52 => drop(store.unblock(one, other).await.unwrap()),
        52..72 => drop(store.tie_to(one, other, &nickname, at).await.unwrap()),
        72..78 => drop(store.untie(one, other).await.unwrap()),
        78..90 => drop(store.testify(one, other, &line, at).await.unwrap()),
        90..94 => drop(store.remove_testimonial(one, other).await.unwrap()),
        _ => drop(store.mute(one, other, None, at).await.unwrap()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn counts_are_right_after_thousands_of_changes_at_once() {
    const PEOPLE: usize = 7;
    const ROUNDS: u64 = 25;
    let Some(store) = scratch().await else { return };
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let handle = format!("person{n}");
        people.push(created(&*store, &handle, &handle).await.id);
    }
    for round in 0..ROUNDS {
        let mut crowd = JoinSet::new();
        for actor in 0..8 {
            let (store, people) = (store.store.clone(), people.clone());
            let mut random = StdRng::seed_from_u64(round * 8 + actor);
            crowd.spawn(async move {
                for _ in 0..20 {
                    let one = people[random.random_range(0..PEOPLE)];
                    let other = people[random.random_range(0..PEOPLE)];
                    let at = WallMs(NOW.0 + random.random_range(0..100_u64));
                    act(&store, random.random_range(0..100), one, other, at).await;
                }
            });
        }
        while let Some(done) = crowd.join_next().await {
            done.unwrap();
        }
        assert_eq!(flaws(&store).await, [""; 0], "round {round}");
    }
    let told: i64 = sqlx::query_scalar("SELECT count(*) FROM user_outbox")
        .fetch_one(&store.pool)
        .await
        .unwrap();
    assert!(told > 100, "it came to something: {told}");
    events_tell_what_is_stored(&store).await;

    // Whoever goes takes their part of every count with them.
    for gone in &people[..3] {
        let delete = sqlx::query("DELETE FROM account WHERE id = $1").bind(gone.uuid());
        delete.execute(&store.pool).await.unwrap();
        assert_eq!(flaws(&store).await, [""; 0]);
    }
}

/// Whoever reads the outbox from its beginning knows the follows, ties and blocks of now.
async fn events_tell_what_is_stored(store: &Postgres) {
    let events: Vec<String> = sqlx::query_scalar("SELECT event::text FROM user_outbox ORDER BY id")
        .fetch_all(&store.pool)
        .await
        .unwrap();
    let (mut follows, mut ties, mut blocks) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut mutes = BTreeSet::new();
    for event in events {
        let Ok(event) = serde_json::from_str(&event) else {
            serde_json::from_str::<AccountEvent>(&event).expect("of a person, if not of two");
            continue;
        };
        match event {
            RelationEvent::Followed { by, whom } => assert!(follows.insert((by, whom))),
            RelationEvent::Unfollowed { by, whom } => assert!(follows.remove(&(by, whom))),
            RelationEvent::Tied { by, whom } => {
                assert!(ties.insert((by.min(whom), by.max(whom))));
            }
            RelationEvent::Untied { by, whom } => {
                assert!(ties.remove(&(by.min(whom), by.max(whom))));
            }
            RelationEvent::Blocked { by, whom } => {
                assert!(blocks.insert((by, whom)));
                follows.remove(&(by, whom));
                follows.remove(&(whom, by));
                ties.remove(&(by.min(whom), by.max(whom)));
            }
            RelationEvent::Unblocked { by, whom } => assert!(blocks.remove(&(by, whom))),
            RelationEvent::Muted { by, whom } => drop(mutes.insert((by, whom))),
            RelationEvent::Unmuted { by, whom } => assert!(mutes.remove(&(by, whom))),
        }
    }
    for (statement, told) in [
        ("SELECT follower_id, followee_id FROM follow", follows),
        (
            "SELECT user_id, other_id FROM tie WHERE user_id < other_id",
            ties,
        ),
        ("SELECT blocker_id, blocked_id FROM block", blocks),
        ("SELECT muter_id, muted_id FROM mute", mutes),
    ] {
        let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(statement)
            .fetch_all(&store.pool)
            .await
            .unwrap();
        let rows = rows.into_iter();
        let stored: BTreeSet<_> = rows
            .map(|(one, other)| (UserId::from_uuid(one), UserId::from_uuid(other)))
            .collect();
        assert_eq!(stored, told, "{statement}");
    }
}
