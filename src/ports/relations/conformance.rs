//! What every relation store must keep, whatever stands behind it.

use futures_util::future::join_all;

use super::{Followed, RelationStore};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;

/// Runs the whole suite on an empty store; `limited` follows as many people as anybody may.
pub(crate) async fn conformance(store: &dyn RelationStore, users: &dyn UserStore, limited: UserId) {
    following_is_one_way_and_may_be_repeated(store, users).await;
    follows_at_once_are_one(store, users).await;
    nobody_follows_without_end(store, users, limited).await;
    only_people_who_are_there_are_followed(store, users).await;
}

async fn follow(store: &dyn RelationStore, follower: UserId, followee: UserId) -> Followed {
    store.follow(follower, followee, WallMs(1)).await.unwrap()
}

async fn following_is_one_way_and_may_be_repeated(
    store: &dyn RelationStore,
    users: &dyn UserStore,
) {
    let one = created(users, "fan", "fan").await.id;
    let two = created(users, "star", "star").await.id;
    assert!(!store.follows(one, two).await.unwrap());
    assert_eq!(follow(store, one, two).await, Followed::Now);
    assert_eq!(follow(store, one, two).await, Followed::Already);
    assert!(store.follows(one, two).await.unwrap());
    assert!(!store.follows(two, one).await.unwrap());
    assert!(store.hidden_from(one).await.unwrap().is_empty());
    assert!(store.unfollow(one, two).await.unwrap());
    assert!(!store.unfollow(one, two).await.unwrap());
    assert!(!store.follows(one, two).await.unwrap());
}

async fn follows_at_once_are_one(store: &dyn RelationStore, users: &dyn UserStore) {
    let one = created(users, "rushing", "rushing").await.id;
    let two = created(users, "rushed", "rushed").await.id;
    let followed = join_all((0..8).map(|_| follow(store, one, two))).await;
    let new = followed
        .iter()
        .filter(|done| **done == Followed::Now)
        .count();
    assert_eq!(new, 1);
    assert!(
        followed
            .iter()
            .all(|done| matches!(done, Followed::Now | Followed::Already))
    );
}

async fn nobody_follows_without_end(
    store: &dyn RelationStore,
    users: &dyn UserStore,
    limited: UserId,
) {
    let one_more = created(users, "one_more", "one_more").await.id;
    assert_eq!(follow(store, limited, one_more).await, Followed::TooMany);
    assert!(!store.follows(limited, one_more).await.unwrap());
}

async fn only_people_who_are_there_are_followed(store: &dyn RelationStore, users: &dyn UserStore) {
    let one = created(users, "lonely", "lonely").await.id;
    let nobody = UserId::generate();
    assert_eq!(follow(store, one, nobody).await, Followed::NoSuchUser);
    assert_eq!(follow(store, nobody, one).await, Followed::NoSuchUser);
    assert!(!store.unfollow(one, nobody).await.unwrap());
}
