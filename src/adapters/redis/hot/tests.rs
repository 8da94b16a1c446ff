//! One asks for all, nothing old is put in after a change, and without Redis everybody is answered.

use std::convert::Infallible;
use std::sync::atomic::AtomicUsize;

use futures_util::future::join_all;
use uuid::Uuid;

use super::*;
use crate::adapters::redis::stage::connected;
use crate::adapters::sqlite::Sqlite;
use crate::ports::people::PeopleReader;
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
    assert_eq!(slow.await, Ok(b"old".to_vec()));
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
    people.changed(user.id).await;
    assert_eq!(people.user(user.id).await.unwrap(), Some(user.clone()));
    assert_eq!(cache.figures().asked_total(), 3);
    let front = people.by_front_room(user.front_room_id).await.unwrap();
    assert_eq!(front.map(|found| found.id), Some(user.id));
}
