//! One asks for all, nothing old is put in after a change, and without Redis everybody is answered.

#![allow(
    clippy::disallowed_methods,
    reason = "the tasks of a test end with its runtime"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::atomic::AtomicUsize;

use async_trait::async_trait;
use futures_util::future::join_all;
use uuid::Uuid;

use super::*;
use crate::adapters::redis::stage::connected;
use crate::adapters::sqlite::Sqlite;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::profile::ProfileChange;
use crate::domain::relation::Tie;
use crate::domain::text::PersonName;
use crate::domain::user::User;
use crate::domain::version::Expected;
use crate::ports::people::{PeopleChanges, PeopleReader};
use crate::ports::profile::ProfileStore;
use crate::ports::relations::{
    BlockStore, Blocked, FollowStore, HIDDEN_BY_MAX, RelationChanges, RelationReader,
    RelationsUnavailable,
};
use crate::ports::user::conformance::created;

/// A cache that waits longer: machines that run tests are slow at times.
fn patient(redis: Redis, space: &str) -> HotCache {
    HotCache {
        within: Duration::from_secs(10),
        ..HotCache::new(redis, space, Clock::start())
    }
}

fn space() -> String {
    format!("test-{}", Uuid::new_v4())
}

async fn renamed(store: &Sqlite, user: UserId, name: &str) {
    let change = ProfileChange {
        display_name: Some(PersonName::parse(name).unwrap()),
        ..ProfileChange::default()
    };
    let changed = store.change(user, &change, &Expected::Any).await.unwrap();
    assert!(matches!(changed, crate::ports::profile::Changed::Done(_)));
}

async fn says(text: &str) -> Result<Vec<u8>, Infallible> {
    Ok(text.as_bytes().to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_miss_one_asks() {
    let (Some(one), Some(other)) = (connected().await, connected().await) else {
        return;
    };
    let space = space();
    let caches = [one, other].map(|redis| patient(redis, &space));
    let asked = AtomicUsize::new(0);
    let all = (0..40).map(|n| {
        let (cache, asked) = (&caches[n % 2], &asked);
        cache.get("thing", async move {
            asked.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(30)).await;
            says("found").await
        })
    });
    for found in join_all(all).await {
        assert_eq!(found, Ok(b"found".to_vec()));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let kept: u64 = caches
        .iter()
        .map(|cache| cache.figures().kept_total())
        .sum();
    assert_eq!(kept, 39);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_before_a_change_is_not_put_in_after_it() {
    let Some(redis) = connected().await else {
        return;
    };
    let cache = patient(redis, &space());
    let slow = cache.get("thing", async {
        // It changes after it was read and before it is put in.
        let read = says("old").await;
        cache.forget("thing").await;
        read
    });
    assert_eq!(Box::pin(slow).await, Ok(b"old".to_vec()));
    assert_eq!(cache.get("thing", says("new")).await, Ok(b"new".to_vec()));
    assert_eq!(cache.get("thing", says("never")).await, Ok(b"new".to_vec()));
    cache.forget("thing").await;
    assert_eq!(
        cache.get("thing", says("newer")).await,
        Ok(b"newer".to_vec())
    );
    // Others are others.
    assert_eq!(cache.get("else", says("else")).await, Ok(b"else".to_vec()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_nobody_elses() {
    let Some(redis) = connected().await else {
        return;
    };
    let cache = patient(redis, &space());
    let failed = cache.get("thing", async { Err("the store is away") }).await;
    assert_eq!(failed, Err("the store is away"));
    let found = cache.get("thing", says("found")).await;
    assert_eq!(found, Ok(b"found".to_vec()));
    assert_eq!(
        cache.figures().asked_total(),
        2,
        "nobody waited for a lease"
    );
}

#[tokio::test]
async fn without_a_cluster_everybody_is_answered_soon() {
    let nowhere = crate::config::Address::redis("127.0.0.1:1").expect("an address");
    let clock = Clock::start();
    let cache = HotCache::new(Redis::connect(&nowhere).expect("begun"), "nowhere", clock);
    let began = clock.tick();
    for _ in 0..500 {
        assert_eq!(
            cache.get("thing", says("found")).await,
            Ok(b"found".to_vec())
        );
    }
    assert_eq!(cache.figures().alone_total(), 500);
    let took = clock.tick().since_ms(began);
    assert!(took < ALONE_MS, "500 waited {took} ms together");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_as_they_are_once_a_change_is_told() {
    let Some(redis) = connected().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(folder.path()).await.unwrap());
    let user = created(&*store, "haneul", "하늘").await;
    let cache = patient(redis, &space());
    let people = HotPeople::new(store.clone(), cache.clone());
    for _ in 0..3 {
        assert_eq!(people.user(user.id).await.unwrap().as_ref(), Some(&user));
    }
    assert_eq!(cache.figures().kept_total(), 2);
    let nobody = crate::domain::id::UserId::generate();
    assert_eq!(people.user(nobody).await.unwrap(), None);
    people.changed(user.id);
    assert_eq!(people.user(user.id).await.unwrap(), Some(user.clone()));
    assert_eq!(cache.figures().asked_total(), 3);
    let front = people.by_front_room(user.front_room_id).await.unwrap();
    assert_eq!(front.map(|found| found.id), Some(user.id));
}

/// Two nodes, of which one is told.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_is_told_is_let_go_of_on_all() {
    let (Some(one), Some(other)) = (connected().await, connected().await) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(folder.path()).await.unwrap());
    let user = created(&*store, "haneul", "하늘").await;
    let space = space();
    // Cards of before, which nothing but a change brings up to date in time.
    let [one, other] = [one, other].map(|redis| {
        let cache = patient(redis, &space);
        HotPeople::new(store.clone(), cache)
    });
    assert_eq!(other.user(user.id).await.unwrap(), Some(user.clone()));
    renamed(&store, user.id, "바다").await;
    assert_eq!(one.user(user.id).await.unwrap(), Some(user.clone()));
    one.changed(user.id);
    let named = |found: Option<User>| found.map(|user| user.display_name);
    // At once where it was told.
    assert_eq!(
        named(one.user(user.id).await.unwrap()),
        Some("바다".to_owned())
    );
    renamed(&store, user.id, "구름").await;
    one.changed(user.id);
    let keeping = tokio::spawn(one.clone().keep());
    let clock = Clock::start();
    while named(other.user(user.id).await.unwrap()).as_deref() != Some("구름") {
        assert!(clock.tick().0 < KEPT_MS / 2, "it was only waited for");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    keeping.abort();
}

/// Redis keeps the card of before; it does not answer when it is told to let go.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_let_go_of_is_not_believed_either() {
    let Some(redis) = connected().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(folder.path()).await.unwrap());
    let user = created(&*store, "haneul", "하늘").await;
    let other = created(&*store, "bada", "바다").await;
    let cache = patient(redis, &space());
    let people = HotPeople::new(store.clone(), cache.clone());
    for known in [&user, &other] {
        people.user(known.id).await.unwrap();
    }
    let name = async |id| people.user(id).await.unwrap().unwrap().display_name;
    renamed(&store, user.id, "구름").await;
    renamed(&store, other.id, "구름").await;
    // As after a command that went unanswered.
    let soon = cache.clock.tick().plus_ms(300);
    cache.alone_until.store(soon.0, Ordering::Relaxed);
    people.changed(user.id);
    assert_eq!(name(user.id).await, "구름");
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(name(user.id).await, "구름", "it is let go of first");
    assert_eq!(name(other.id).await, other.display_name, "nobody was told");
    people.all_changed();
    assert_eq!(name(other.id).await, "구름");
}

#[tokio::test(flavor = "multi_thread")]
async fn relations_are_as_they_are_once_a_change_is_told() {
    let Some(redis) = connected().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(folder.path()).await.unwrap());
    let [me, friend, foe] = [("haneul", "하늘"), ("bada", "바다"), ("gureum", "구름")];
    let me = created(&*store, me.0, me.1).await.id;
    let friend = created(&*store, friend.0, friend.1).await.id;
    let foe = created(&*store, foe.0, foe.1).await.id;
    let cache = patient(redis, &space());
    let hot = HotRelations::new(store.clone(), cache.clone());
    let now = WallMs(1_000);
    let same = async || {
        let hidden = store.hidden_from(me).await.unwrap();
        assert_eq!(hot.hidden_from(me).await.unwrap(), hidden);
        for other in [friend, foe] {
            let is_hidden = store.is_hidden(me, other).await.unwrap();
            assert_eq!(hot.is_hidden(me, other).await.unwrap(), is_hidden);
            assert_eq!(hot.is_hidden(other, me).await.unwrap(), is_hidden);
            let follows = store.follows(me, other).await.unwrap();
            assert_eq!(hot.follows(me, other).await.unwrap(), follows);
            let tie = store.tie(me, other).await.unwrap();
            assert_eq!(hot.tie(me, other).await.unwrap(), tie);
        }
        let muted = store.muted_by(me, now).await.unwrap();
        assert_eq!(hot.muted_by(me, now).await.unwrap(), muted);
        (hidden.len(), muted.len())
    };
    assert_eq!(same().await, (0, 0));
    let asked = cache.figures().asked_total();
    assert_eq!(same().await, (0, 0));
    assert_eq!(cache.figures().asked_total(), asked, "all of it was kept");
    let blocked = store.block(foe, me, now).await.unwrap();
    assert_eq!(blocked, Blocked::Now);
    let until = WallMs(now.0 + 60_000);
    store.mute(me, friend, Some(until), now).await.unwrap();
    store.follow(me, friend, now).await.unwrap();
    for person in [foe, me] {
        RelationChanges::changed(&hot, person);
    }
    assert_eq!(same().await, (1, 1));
    // An end that comes by itself needs no telling.
    assert_eq!(hot.muted_by(me, until).await.unwrap().len(), 0);
    assert!(store.unblock(foe, me).await.unwrap());
    hot.all_changed();
    assert_eq!(same().await, (0, 1));
    assert!(cache.figures().alone_total() > 0);
}

/// More block somebody than stand at a door with them.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_beyond_what_is_kept_is_asked_for() {
    let Some(redis) = connected().await else {
        return;
    };
    let popular = UserId::generate();
    let crowd = Crowd {
        hidden: (0..HIDDEN_BY_MAX)
            .map(|_| UserId::generate().to_string())
            .collect(),
        beyond: UserId::generate(),
    };
    let (within, beyond) = (crowd.hidden.first().cloned(), crowd.beyond);
    let within: UserId = within.unwrap().parse().unwrap();
    let hot = HotRelations::new(Arc::new(crowd), patient(redis, &space()));
    assert!(hot.is_hidden(popular, within).await.unwrap());
    assert!(hot.is_hidden(popular, beyond).await.unwrap());
    let stranger = UserId::generate();
    assert!(!hot.is_hidden(popular, stranger).await.unwrap());
}

/// Relations of somebody whom very many block: made of thousands of accounts, they would take minutes.
struct Crowd {
    hidden: BTreeSet<String>,
    beyond: UserId,
}

#[async_trait]
impl RelationReader for Crowd {
    async fn follows(&self, _: UserId, _: UserId) -> Result<bool, RelationsUnavailable> {
        Ok(false)
    }

    async fn hidden_from(&self, _: UserId) -> Result<BTreeSet<String>, RelationsUnavailable> {
        Ok(self.hidden.clone())
    }

    async fn is_hidden(&self, _: UserId, other: UserId) -> Result<bool, RelationsUnavailable> {
        Ok(other == self.beyond || self.hidden.contains(&other.to_string()))
    }

    async fn muted_by(
        &self,
        _: UserId,
        _: WallMs,
    ) -> Result<BTreeMap<UserId, Option<WallMs>>, RelationsUnavailable> {
        Ok(BTreeMap::new())
    }

    async fn tie(&self, _: UserId, _: UserId) -> Result<Option<Tie>, RelationsUnavailable> {
        Ok(None)
    }
}
