//! What every store of accounts' ends must keep, whatever stands behind it.

use futures_util::future::join_all;

use super::{AccountStore, Closed};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::version::Expected;
use crate::ports::profile::{HANDLE_KEPT_MS, HandleRules, ProfileStore, Renamed};
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;

/// Runs the whole suite on an empty store.
pub(crate) async fn conformance(
    store: &dyn AccountStore,
    users: &dyn UserStore,
    profiles: &dyn ProfileStore,
) {
    a_closed_account_is_nobody_and_can_be_restored(store, users, profiles).await;
    of_many_closings_one_counts(store, users).await;
    what_is_taken_for_erasure_cannot_be_restored(store, users).await;
    nobody_cannot_be_closed(store).await;
}

async fn a_closed_account_is_nobody_and_can_be_restored(
    store: &dyn AccountStore,
    users: &dyn UserStore,
    profiles: &dyn ProfileStore,
) {
    let user = created(users, "leaver", "leaver").await;
    let other = created(users, "stayer", "stayer").await;
    assert_eq!(store.closed_at(user.id).await.unwrap(), None);
    assert!(
        !store
            .restore(user.id, &Trace::default(), WallMs(1))
            .await
            .unwrap()
    );
    let closed = store
        .close(user.id, &Trace::default(), WallMs(5))
        .await
        .unwrap();
    assert_eq!(closed, Closed::Now(Vec::new()));
    assert_eq!(store.closed_at(user.id).await.unwrap(), Some(WallMs(5)));
    assert_eq!(users.by_handle("leaver").await.unwrap(), None);
    let named = users.named("leaver", WallMs(6)).await.unwrap();
    assert!(named.is_some_and(|named| named.id == user.id && named.is_closed));
    assert_eq!(profiles.find("leaver", WallMs(6)).await.unwrap(), None);
    assert!(
        profiles.profile(user.id).await.unwrap().is_some(),
        "to be restored"
    );
    let rules = HandleRules {
        pause_ms: 0,
        kept_ms: HANDLE_KEPT_MS,
    };
    let taken = profiles
        .rename(other.id, "leaver", rules, &Expected::Any, WallMs(6))
        .await;
    assert_eq!(taken.unwrap(), Renamed::Taken);
    assert!(
        store
            .restore(user.id, &Trace::default(), WallMs(7))
            .await
            .unwrap()
    );
    assert!(
        !store
            .restore(user.id, &Trace::default(), WallMs(7))
            .await
            .unwrap()
    );
    assert_eq!(store.closed_at(user.id).await.unwrap(), None);
    assert_eq!(users.by_handle("leaver").await.unwrap(), Some(user));
}

async fn of_many_closings_one_counts(store: &dyn AccountStore, users: &dyn UserStore) {
    let id = created(users, "hasty_leaver", "hasty_leaver").await.id;
    let trace = Trace::default();
    let closings = (10..18).map(|at| store.close(id, &trace, WallMs(at)));
    let outcomes = join_all(closings).await;
    let now = outcomes
        .iter()
        .filter(|closed| matches!(closed, Ok(Closed::Now(_))));
    assert_eq!(now.count(), 1);
    let since = store.closed_at(id).await.unwrap().expect("closed");
    let already = outcomes
        .iter()
        .filter(|closed| matches!(closed, Ok(Closed::Already(at)) if *at == since));
    assert_eq!(already.count(), 7);
    store
        .restore(id, &Trace::default(), WallMs(20))
        .await
        .unwrap();
}

async fn what_is_taken_for_erasure_cannot_be_restored(
    store: &dyn AccountStore,
    users: &dyn UserStore,
) {
    let first = created(users, "erased_1", "erased_1").await.id;
    let second = created(users, "erased_2", "erased_2").await.id;
    store
        .close(second, &Trace::default(), WallMs(200))
        .await
        .unwrap();
    store
        .close(first, &Trace::default(), WallMs(100))
        .await
        .unwrap();
    assert_eq!(store.take_closed(WallMs(99), None, 10).await.unwrap(), []);
    assert!(
        store
            .restore(first, &Trace::default(), WallMs(100))
            .await
            .unwrap()
    );
    store
        .close(first, &Trace::default(), WallMs(100))
        .await
        .unwrap();
    assert_eq!(
        store.take_closed(WallMs(200), None, 1).await.unwrap(),
        [first]
    );
    assert_eq!(
        store.take_closed(WallMs(150), None, 10).await.unwrap(),
        [first]
    );
    assert!(
        !store
            .restore(first, &Trace::default(), WallMs(150))
            .await
            .unwrap(),
        "too late"
    );
    assert!(
        store
            .restore(second, &Trace::default(), WallMs(150))
            .await
            .unwrap()
    );
    let after = Some(first);
    assert_eq!(store.take_closed(WallMs(150), after, 10).await.unwrap(), []);
    assert_eq!(
        store.take_closed(WallMs(900), None, 10).await.unwrap(),
        [first],
        "again"
    );
}

async fn nobody_cannot_be_closed(store: &dyn AccountStore) {
    let nobody = UserId::generate();
    assert_eq!(
        store
            .close(nobody, &Trace::default(), WallMs(1))
            .await
            .unwrap(),
        Closed::NoSuchUser
    );
    assert!(
        !store
            .restore(nobody, &Trace::default(), WallMs(1))
            .await
            .unwrap()
    );
    assert_eq!(store.closed_at(nobody).await.unwrap(), None);
}
