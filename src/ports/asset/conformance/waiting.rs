//! What waits, and how long; what many ask for at once; what a request asks for twice.

use futures_util::future::join_all;

use super::{NOW, Whole, added, later, new, ready, swept};
use crate::domain::asset::limits::{LEASE_MS, REFUSED_KEPT_MS, UPLOAD_MS_MAX};
use crate::domain::asset::{Alt, AssetState, Refusal};
use crate::domain::audit::Trace;
use crate::domain::id::{AssetId, UserId};
use crate::domain::version::Expected;
use crate::ports::asset::{Added, Allowance, AvatarSet, Described, TakenDown, Words};
use crate::ports::once::{Once, OnceKey, RequestDigest};

pub(super) async fn conformance(store: &dyn Whole, owner: UserId) {
    what_comes_too_late_is_waited_for_no_more(store, owner).await;
    whoever_has_waited_longest_is_next(store, owner).await;
    of_many_at_once_as_many_are_kept_as_may_be(store, owner).await;
    a_refusal_can_be_read_for_a_week(store, owner).await;
    a_request_takes_down_once(store, owner).await;
    of_what_is_down_nothing_can_be_changed(store, owner).await;
}

async fn what_comes_too_late_is_waited_for_no_more(store: &dyn Whole, owner: UserId) {
    let until = later(UPLOAD_MS_MAX);
    let (late, timely) = (
        added(store, &new(owner, 40, Some(until))).await,
        added(store, &new(owner, 41, Some(until))).await,
    );
    assert!(!store.arrived(late, until).await.unwrap());
    assert!(
        store
            .arrived(timely, later(UPLOAD_MS_MAX - 1))
            .await
            .unwrap()
    );
    assert!(!store.arrived(AssetId::generate(), NOW).await.unwrap());
    let state = store.asset(late).await.unwrap().unwrap().state;
    assert_eq!(state, AssetState::Uploading);
    for id in [late, timely] {
        assert!(store.remove(id, owner).await.unwrap());
    }
    assert!(store.awaited(&[late, timely]).await.unwrap().is_empty());
}

async fn whoever_has_waited_longest_is_next(store: &dyn Whole, owner: UserId) {
    let mut waiting = Vec::new();
    for (sha, ms) in [(42, 30), (43, 10), (44, 20)] {
        let upload = new(owner, sha, Some(later(UPLOAD_MS_MAX)));
        waiting.push(added(store, &upload).await);
        assert!(store.arrived(upload.id, later(ms)).await.unwrap());
    }
    let (now, lease) = (later(40), later(LEASE_MS));
    // However many take at once, nobody takes what another has.
    let taken = join_all((0..4).map(|_| store.take(lease, now))).await;
    let mut taken: Vec<AssetId> = taken
        .into_iter()
        .filter_map(|taken| taken.unwrap().map(|taken| taken.id))
        .collect();
    taken.sort_unstable();
    let mut all = waiting.clone();
    all.sort_unstable();
    assert_eq!(taken, all);
    for (id, ms) in waiting.iter().zip([3, 1, 2]) {
        store.give_back(*id, later(50 + ms)).await.unwrap();
    }
    for wanted in [waiting[1], waiting[2], waiting[0]] {
        let taken = store.take(lease, later(60)).await.unwrap().unwrap();
        assert_eq!((taken.id, taken.tries), (wanted, 1));
    }
    for id in waiting {
        store.remove(id, owner).await.unwrap();
    }
}

async fn of_many_at_once_as_many_are_kept_as_may_be(store: &dyn Whole, owner: UserId) {
    let few = Allowance {
        count: 3,
        bytes: 1_000_000,
    };
    let before = store.of_owner(owner, None, 99).await.unwrap();
    assert_eq!(before, [], "so far none");
    let news: Vec<_> = (0..8).map(|n| new(owner, 50 + n, None)).collect();
    let adding = news.iter().map(|new| store.add(new, few, None, NOW));
    let added = join_all(adding).await;
    let full = added
        .iter()
        .filter(|added| matches!(added, Ok(Added::Full)))
        .count();
    assert_eq!(full, 5, "{added:?}");
    let kept = store.of_owner(owner, None, 99).await.unwrap();
    assert_eq!(kept.len(), 3);
    for asset in kept {
        assert!(store.remove(asset.id, owner).await.unwrap());
    }
}

async fn a_refusal_can_be_read_for_a_week(store: &dyn Whole, owner: UserId) {
    let id = added(store, &new(owner, 60, None)).await;
    store.refuse(id, Refusal::Broken, NOW).await.unwrap();
    assert!(store.awaited(&[id]).await.unwrap().is_empty());
    swept(store, later(REFUSED_KEPT_MS - 1)).await;
    let asset = store.asset(id).await.unwrap().unwrap();
    assert_eq!(asset.refusal, Some(Refusal::Broken));
    swept(store, later(REFUSED_KEPT_MS)).await;
    assert_eq!(store.asset(id).await.unwrap(), None);
}

async fn a_request_takes_down_once(store: &dyn Whole, owner: UserId) {
    let (one, other) = (ready(store, owner, 61).await, ready(store, owner, 62).await);
    let once = |digest| Once {
        owner,
        key: OnceKey::parse(b"down").unwrap(),
        digest: RequestDigest([digest; 32]),
    };
    let down = async |id, digest| {
        let trace = Trace::default();
        let once = once(digest);
        let down = store.take_down(id, None, &trace, Some(&once), NOW);
        down.await.unwrap()
    };
    let TakenDown::Done(first, told) = down(one, 1).await else {
        panic!("it is there");
    };
    assert_eq!(told.len(), 1);
    assert_eq!(down(one, 1).await, TakenDown::Done(first, Vec::new()));
    assert_eq!(down(other, 2).await, TakenDown::KeyReused);
    let left = store.asset(other).await.unwrap().unwrap();
    assert_eq!(left.state, AssetState::Ready);
    assert!(store.remove(other, owner).await.unwrap());
}

async fn of_what_is_down_nothing_can_be_changed(store: &dyn Whole, owner: UserId) {
    let id = ready(store, owner, 63).await;
    let trace = Trace::default();
    store.take_down(id, None, &trace, None, NOW).await.unwrap();
    let words = Words {
        alt: Some(Alt::parse("개").unwrap()),
        license_note: None,
    };
    let described = store.describe(id, owner, &words, &Expected::Any).await;
    assert_eq!(described.unwrap(), Described::NotThere);
    let set = store.set_avatar(owner, Some(id), &Expected::Any).await;
    assert_eq!(set.unwrap(), AvatarSet::NotReady);
    assert!(!store.remove(id, owner).await.unwrap(), "it is on record");
    assert!(store.asset(id).await.unwrap().is_some());
}
