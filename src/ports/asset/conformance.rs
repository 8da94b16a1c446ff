//! What every store of uploads must do.

use super::{
    Added, Allowance, AssetReader, AssetStore, AssetWork, AvatarReader, AvatarSet, Described,
    LET_GO_MS, NewAsset, PurgeQueue, Settled, TakenDown, Words,
};
use crate::domain::asset::limits::{LEASE_MS, UNUSED_KEPT_MS, UPLOAD_MS_MAX};
use crate::domain::asset::{
    Alt, AssetState, LicenseNote, Purpose, Refusal, Source, SourceType, Variant, VariantName,
};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::domain::version::{Expected, Version};
use crate::ports::once::{Once, OnceKey, RequestDigest};

pub(crate) mod court;
mod waiting;

/// All that is asked of one.
pub(crate) trait Whole:
    AssetStore + AssetWork + AssetReader + AvatarReader + PurgeQueue
{
}

impl<T: AssetStore + AssetWork + AssetReader + AvatarReader + PurgeQueue> Whole for T {}

const PLENTY: Allowance = Allowance {
    count: 100,
    bytes: 1_000_000,
};

const NOW: WallMs = WallMs(1_000_000);

fn later(ms: u64) -> WallMs {
    WallMs(NOW.0 + ms)
}

fn new(owner: UserId, sha: u8, until: Option<WallMs>) -> NewAsset {
    NewAsset {
        id: AssetId::generate(),
        owner,
        purpose: Purpose::Picture,
        alt: Alt::parse("고양이").unwrap(),
        license_note: LicenseNote::default(),
        source: Source {
            content_type: SourceType::Png,
            bytes: 100,
            sha256: [sha; 32],
        },
        until,
    }
}

fn sizes(sha: u8) -> Vec<Variant> {
    let variant = |name| Variant {
        name,
        sha256: [sha; 32],
        width: 4,
        height: 3,
        bytes: 10,
    };
    VariantName::ALL.map(variant).into()
}

async fn added(store: &dyn Whole, new: &NewAsset) -> AssetId {
    let added = store.add(new, PLENTY, None, NOW).await.unwrap();
    assert!(matches!(added, Added::Kept(_)), "{added:?}");
    new.id
}

/// A picture that can be shown, of bytes of this name.
pub(crate) async fn ready(store: &dyn Whole, owner: UserId, sha: u8) -> AssetId {
    let id = added(store, &new(owner, sha, None)).await;
    let lease = later(LEASE_MS);
    while store.take(lease, NOW).await.unwrap().is_some() {}
    assert!(store.hold(&[[sha; 32]], lease).await.unwrap());
    let settled = store.ready(id, "LKO2", &sizes(sha), NOW).await.unwrap();
    assert_eq!(settled, Settled::Ready);
    id
}

/// Runs the suite with two people who are there.
pub(crate) async fn conformance(store: &dyn Whole, owner: UserId, other: UserId) {
    an_upload_goes_its_way_once(store, owner).await;
    nobody_has_more_than_they_may(store, other).await;
    words_change_under_versions(store, owner, other).await;
    one_chooses_ones_own_pictures(store, owner, other).await;
    waiting::conformance(store, owner).await;
    what_is_taken_down_stays_down(store, owner, other).await;
    what_nobody_wants_goes(store, owner).await;
    bytes_go_when_nobody_has_them(store, owner).await;
    bytes_are_one_anothers_to_delete_one_after_the_other(store, owner).await;
}

async fn an_upload_goes_its_way_once(store: &dyn Whole, owner: UserId) {
    let announced = new(owner, 1, Some(later(UPLOAD_MS_MAX)));
    let once = Once {
        owner,
        key: OnceKey::parse(b"upload").unwrap(),
        digest: RequestDigest([1; 32]),
    };
    let first = store
        .add(&announced, PLENTY, Some(&once), NOW)
        .await
        .unwrap();
    let mut again = announced.clone();
    again.id = AssetId::generate();
    let second = store.add(&again, PLENTY, Some(&once), NOW).await.unwrap();
    assert_eq!(first, second);
    let mut other = once.clone();
    other.digest = RequestDigest([2; 32]);
    let reused = store.add(&again, PLENTY, Some(&other), NOW).await.unwrap();
    assert_eq!(reused, Added::KeyReused);
    let id = announced.id;
    assert_eq!(store.take(later(LEASE_MS), NOW).await.unwrap(), None);
    assert!(store.awaited(&[id, again.id]).await.unwrap().contains(&id));
    assert!(store.arrived(id, NOW).await.unwrap());
    assert!(!store.arrived(id, NOW).await.unwrap(), "once");
    let taken = store.take(later(LEASE_MS), NOW).await.unwrap().unwrap();
    assert_eq!(
        (taken.id, taken.tries, taken.source),
        (id, 1, announced.source)
    );
    assert_eq!(
        store.take(later(LEASE_MS), NOW).await.unwrap(),
        None,
        "leased"
    );
    let retaken = store.take(later(2 * LEASE_MS), later(LEASE_MS)).await;
    assert_eq!(retaken.unwrap().unwrap().tries, 2);
    store.give_back(id, later(5)).await.unwrap();
    assert_eq!(store.take(later(LEASE_MS), later(4)).await.unwrap(), None);
    let retaken = store.take(later(2 * LEASE_MS), later(5)).await;
    assert_eq!(retaken.unwrap().unwrap().tries, 2, "it did not count");
    assert!(store.hold(&[[1; 32]], later(LEASE_MS)).await.unwrap());
    assert!(store.pictures(&[id]).await.unwrap().is_empty());
    let settled = store.ready(id, "LKO2", &sizes(1), NOW).await.unwrap();
    assert_eq!(settled, Settled::Ready);
    let picture = &store.pictures(&[id]).await.unwrap()[&id];
    assert_eq!(
        (picture.owner, picture.width, picture.is_public),
        (owner, 4, false)
    );
    assert_eq!(picture.variants, sizes(1));
    let settled = store.ready(id, "LKO2", &sizes(1), NOW).await.unwrap();
    assert_eq!(settled, Settled::Gone, "it waits for nothing any more");
    let refused = added(store, &new(owner, 2, None)).await;
    store.refuse(refused, Refusal::Broken, NOW).await.unwrap();
    let asset = store.asset(refused).await.unwrap().unwrap();
    assert_eq!(
        (asset.state, asset.refusal),
        (AssetState::Refused, Some(Refusal::Broken))
    );
    let all = store.of_owner(owner, None, 9).await.unwrap();
    let ids: Vec<AssetId> = all.iter().map(|asset| asset.id).collect();
    assert_eq!(ids, [refused, id]);
    let rest = store.of_owner(owner, Some(refused), 9).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert!(store.remove(refused, owner).await.unwrap());
    assert!(store.remove(id, owner).await.unwrap());
    assert!(!store.remove(id, owner).await.unwrap());
}

async fn nobody_has_more_than_they_may(store: &dyn Whole, owner: UserId) {
    let few = Allowance {
        count: 3,
        bytes: 250,
    };
    let mut kept = Vec::new();
    for expected in [true, true, false] {
        let new = new(owner, 3, None);
        let added = store.add(&new, few, None, NOW).await.unwrap();
        assert_eq!(matches!(added, Added::Kept(_)), expected, "by bytes");
        kept.push(new.id);
    }
    // What is refused counts no more.
    store.refuse(kept[0], Refusal::Broken, NOW).await.unwrap();
    let added = store.add(&new(owner, 3, None), few, None, NOW).await;
    assert!(matches!(added, Ok(Added::Kept(_))));
    let none = Allowance {
        count: 2,
        bytes: 1_000_000,
    };
    let full = store
        .add(&new(owner, 3, None), none, None, NOW)
        .await
        .unwrap();
    assert_eq!(full, Added::Full, "by count");
    for asset in store.of_owner(owner, None, 99).await.unwrap() {
        store.remove(asset.id, owner).await.unwrap();
    }
}

async fn words_change_under_versions(store: &dyn Whole, owner: UserId, other: UserId) {
    let id = added(store, &new(owner, 4, None)).await;
    let words = Words {
        alt: Some(Alt::parse("개").unwrap()),
        license_note: None,
    };
    let describe = |who, expected| {
        let words = words.clone();
        async move { store.describe(id, who, &words, &expected).await.unwrap() }
    };
    let one = Expected::OneOf(vec![Version(1)]);
    assert_eq!(describe(other, Expected::Any).await, Described::NotThere);
    let Described::Done(asset) = describe(owner, one.clone()).await else {
        panic!("it is at its first version");
    };
    assert_eq!((asset.alt.as_str(), asset.version), ("개", Version(2)));
    assert_eq!(describe(owner, one).await, Described::Stale);
    assert!(!store.remove(id, other).await.unwrap());
    assert!(store.remove(id, owner).await.unwrap());
}

async fn one_chooses_ones_own_pictures(store: &dyn Whole, owner: UserId, other: UserId) {
    let (first, second) = (ready(store, owner, 5).await, ready(store, owner, 6).await);
    let waiting = added(store, &new(owner, 7, None)).await;
    let set =
        |who, asset| async move { store.set_avatar(who, asset, &Expected::Any).await.unwrap() };
    assert_eq!(set(other, Some(first)).await, AvatarSet::NotThere);
    assert_eq!(set(owner, Some(waiting)).await, AvatarSet::NotReady);
    let AvatarSet::Done(version) = set(owner, Some(first)).await else {
        panic!("it is ready");
    };
    let old = Expected::OneOf(vec![Version(0)]);
    let stale = store.set_avatar(owner, Some(second), &old).await;
    assert_eq!(stale.unwrap(), AvatarSet::Stale);
    let public = store.avatars(&[owner, other]).await.unwrap();
    assert_eq!(public.len(), 1);
    assert!(public[&owner].id == first && public[&owner].is_public);
    let served = store.served(first, VariantName::Small, NOW).await.unwrap();
    assert!(served.unwrap().is_public);
    assert_eq!(
        set(owner, Some(second)).await,
        AvatarSet::Done(Version(version.0 + 1))
    );
    let served = store.served(first, VariantName::Small, NOW).await.unwrap();
    assert!(!served.unwrap().is_public);
    let due = store.due(99, NOW).await.unwrap();
    let told = due.iter().filter(|purge| purge.asset == first).count();
    assert_eq!(told, 3, "caches hear that it is public no more");
    set(owner, None).await;
    assert!(store.avatars(&[owner]).await.unwrap().is_empty());
    for id in [first, second, waiting] {
        store.remove(id, owner).await.unwrap();
    }
    assert_eq!(
        store.served(first, VariantName::Small, NOW).await.unwrap(),
        None
    );
}

async fn what_is_taken_down_stays_down(store: &dyn Whole, owner: UserId, other: UserId) {
    let id = ready(store, owner, 8).await;
    // The same picture, of the same file and of another.
    let same = ready(store, other, 8).await;
    let alike = added(store, &new(other, 30, None)).await;
    let another = ready(store, other, 31).await;
    while store.take(later(LEASE_MS), NOW).await.unwrap().is_some() {}
    assert!(store.hold(&[[8; 32]], later(LEASE_MS)).await.unwrap());
    let settled = store.ready(alike, "LKO2", &sizes(8), NOW).await.unwrap();
    assert_eq!(settled, Settled::Ready);
    let mut heard = Vec::new();
    store
        .set_avatar(owner, Some(id), &Expected::Any)
        .await
        .unwrap();
    let told: Vec<i64> = store
        .due(99, NOW)
        .await
        .unwrap()
        .iter()
        .map(|it| it.id)
        .collect();
    store.done(&told).await.unwrap();
    for _ in 0..2 {
        let down = store
            .take_down(id, None, &Trace::default(), None, NOW)
            .await
            .unwrap();
        let TakenDown::Done(asset, told) = down else {
            panic!("it is there");
        };
        heard.extend(told.into_iter().map(|told| told.to));
        assert_eq!(
            (asset.state, asset.alt.as_str()),
            (AssetState::TakenDown, "")
        );
    }
    let left = store.pictures(&[id, same, alike, another]).await.unwrap();
    assert_eq!(left.into_keys().collect::<Vec<_>>(), [another]);
    for copy in [same, alike] {
        let copy = store.asset(copy).await.unwrap().unwrap();
        assert_eq!(copy.state, AssetState::TakenDown);
    }
    assert_eq!(heard, [owner, other, other], "each hears of it once");
    assert!(store.remove(another, other).await.unwrap());
    assert!(store.avatars(&[owner]).await.unwrap().is_empty());
    assert_eq!(
        store.served(id, VariantName::Thumb, NOW).await.unwrap(),
        None
    );
    let due = store.due(99, NOW).await.unwrap();
    assert_eq!(due.iter().filter(|purge| purge.asset == id).count(), 3);
    let all = store.due(99, later(60_000)).await.unwrap();
    let twice = all.iter().filter(|purge| purge.asset == id).count();
    assert_eq!(twice, 6, "once more after answers that were under way");
    store.put_off(&[due[0].id], later(5)).await.unwrap();
    assert_eq!(store.due(99, NOW).await.unwrap().len(), due.len() - 1);
    let again = store.due(99, later(5)).await.unwrap();
    assert!(
        again
            .iter()
            .any(|purge| purge.id == due[0].id && purge.tries == 1)
    );
    // As it was sent, or as it was kept.
    for sha in [(8, 9), (9, 8)] {
        let next = added(store, &new(owner, sha.0, None)).await;
        assert!(store.hold(&[[sha.1; 32]], later(LEASE_MS)).await.unwrap());
        let settled = store.ready(next, "LKO2", &sizes(sha.1), NOW).await.unwrap();
        assert_eq!(settled, Settled::Banned);
        let asset = store.asset(next).await.unwrap().unwrap();
        assert_eq!(asset.refusal, Some(Refusal::TakenDownBefore));
    }
    let nothing = store
        .take_down(AssetId::generate(), None, &Trace::default(), None, NOW)
        .await;
    assert_eq!(nothing.unwrap(), TakenDown::NotThere);
}

async fn swept(store: &dyn Whole, now: WallMs) {
    for _ in 0..99 {
        if store.sweep(now).await.unwrap() == 0 {
            return;
        }
    }
    panic!("it never ends");
}

async fn what_nobody_wants_goes(store: &dyn Whole, owner: UserId) {
    let is_there = async |id| store.asset(id).await.unwrap().is_some();
    let never = added(store, &new(owner, 10, Some(later(UPLOAD_MS_MAX)))).await;
    let unused = ready(store, owner, 11).await;
    let used = ready(store, owner, 12).await;
    store
        .set_avatar(owner, Some(used), &Expected::Any)
        .await
        .unwrap();
    swept(store, later(UPLOAD_MS_MAX - 1)).await;
    assert!(is_there(never).await);
    swept(store, later(UPLOAD_MS_MAX)).await;
    assert!(!is_there(never).await && is_there(unused).await);
    swept(store, later(UNUSED_KEPT_MS)).await;
    assert!(!is_there(unused).await && is_there(used).await);
    // One that was shown until lately is kept for as long again.
    store.set_avatar(owner, None, &Expected::Any).await.unwrap();
    swept(store, later(2 * UNUSED_KEPT_MS)).await;
    assert!(is_there(used).await);
    swept(store, later(3 * UNUSED_KEPT_MS)).await;
    assert!(!is_there(used).await);
}

/// Deletes all that nobody has or holds at that time.
async fn emptied(store: &dyn Whole, at: WallMs) {
    loop {
        let gone = store.let_go(99, at).await.unwrap();
        if gone.bytes.is_empty() {
            return;
        }
        store.gone(&gone).await.unwrap();
    }
}

async fn bytes_go_when_nobody_has_them(store: &dyn Whole, owner: UserId) {
    let end = later(100 * LEASE_MS);
    emptied(store, end).await;
    let going = async |at: WallMs| store.let_go(9, at).await.unwrap().bytes;
    let (one, other) = (ready(store, owner, 20).await, ready(store, owner, 20).await);
    store.remove(one, owner).await.unwrap();
    assert!(going(end).await.is_empty(), "another has them");
    store.remove(other, owner).await.unwrap();
    assert!(going(NOW).await.is_empty(), "held");
    let gone = store.let_go(9, end).await.unwrap();
    assert_eq!(gone.bytes, [[20; 32]]);
    assert!(!store.hold(&[[20; 32]], end).await.unwrap(), "not now");
    store.gone(&gone).await.unwrap();
    assert!(going(later(200 * LEASE_MS)).await.is_empty());
    assert!(store.hold(&[[20; 32]], end).await.unwrap());
}

async fn bytes_are_one_anothers_to_delete_one_after_the_other(store: &dyn Whole, owner: UserId) {
    let begin = later(300 * LEASE_MS);
    emptied(store, begin).await;
    let id = ready(store, owner, 21).await;
    store.remove(id, owner).await.unwrap();
    let first = store.let_go(9, begin).await.unwrap();
    assert_eq!(first.bytes, [[21; 32]]);
    let half = WallMs(begin.0 + LET_GO_MS / 2);
    for at in [begin, half] {
        let going = store.let_go(9, at).await.unwrap();
        assert!(going.bytes.is_empty(), "somebody deletes them");
    }
    // Whoever was to delete them first has ended, or takes very long.
    let over = WallMs(begin.0 + LET_GO_MS);
    let second = store.let_go(9, over).await.unwrap();
    assert_eq!(second.bytes, [[21; 32]]);
    store.gone(&first).await.unwrap();
    let held = store.hold(&[[21; 32]], begin).await.unwrap();
    assert!(!held, "the second still deletes them");
    store.gone(&second).await.unwrap();
    assert!(store.hold(&[[21; 32]], begin).await.unwrap());
    // Nor does it change anything of what was written since.
    for late in [&first, &second] {
        store.gone(late).await.unwrap();
    }
    let again = store.let_go(9, over).await.unwrap();
    assert_eq!(again.bytes, [[21; 32]]);
}
