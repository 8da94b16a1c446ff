//! What every profile store must keep, whatever stands behind it.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::{Changed, Found, HandleRules, ProfileStore, Renamed};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::profile::{Bio, Link, Links, Mood, Profile, ProfileChange};
use crate::domain::text::PersonName;
use crate::domain::user::Look;
use crate::domain::version::{Expected, Version};
use crate::ports::relations::BlockStore;
use crate::ports::user::conformance::{created, identity, new_user};
use crate::ports::user::{Admission, UserStore};

mod search;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

const RULES: HandleRules = HandleRules {
    pause_ms: 14 * DAY_MS,
    kept_ms: 90 * DAY_MS,
};

/// No pause between changes.
const AT_WILL: HandleRules = HandleRules {
    pause_ms: 0,
    ..RULES
};

/// When everybody here was made.
const START: u64 = 1_700_000_000_000;

/// Runs the whole suite on an empty store.
pub(crate) async fn conformance(
    store: &dyn ProfileStore,
    users: &dyn UserStore,
    blocks: &dyn BlockStore,
) {
    a_profile_changes_where_it_is_told_to(store, users).await;
    a_change_for_another_version_changes_nothing(store, users).await;
    changes_at_once_are_all_there_after(store, users).await;
    an_old_handle_leads_to_the_person_and_is_nobody_elses(store, users).await;
    a_chain_of_handles_leads_to_its_end(store, users).await;
    handles_change_at_most_once_in_a_while(store, users).await;
    of_many_who_want_one_handle_one_gets_it(store, users).await;
    two_who_swap_do_not_lose_a_handle(store, users).await;
    search::suite(store, users, blocks).await;
}

/// Somebody new, as others find them.
async fn person(users: &dyn UserStore, handle: &str) -> UserId {
    created(users, handle, handle).await.id
}

async fn profile(store: &dyn ProfileStore, id: UserId) -> Profile {
    store.profile(id).await.unwrap().expect("there")
}

/// For this version alone.
pub(crate) fn only(version: u64) -> Expected {
    Expected::OneOf(vec![Version(version)])
}

fn rename_to(name: &str) -> ProfileChange {
    ProfileChange {
        display_name: Some(PersonName::parse(name).unwrap()),
        ..ProfileChange::default()
    }
}

async fn a_profile_changes_where_it_is_told_to(store: &dyn ProfileStore, users: &dyn UserStore) {
    let id = person(users, "changing").await;
    let before = profile(store, id).await;
    assert_eq!(
        (before.version, before.links.len(), before.handle_changed),
        (1, 0, None)
    );
    let links = Links::new(vec![
        Link::parse("글", "https://example.com/a?b#c").unwrap(),
    ])
    .unwrap();
    let change = ProfileChange {
        mood: Some(Mood::parse("").unwrap()),
        links: Some(links.clone()),
        ..rename_to("새 이름")
    };
    let changed = store.change(id, &change, &Expected::Any).await.unwrap();
    let mut expected = before.clone();
    expected.version = 2;
    expected.user.display_name = "새 이름".to_owned();
    expected.user.mood = String::new();
    expected.links = links.as_slice().to_vec();
    assert_eq!(changed, Changed::Done(expected.clone()));
    assert_eq!(profile(store, id).await, expected);
    assert_eq!(users.by_id(id).await.unwrap(), Some(expected.user.clone()));
    let change = ProfileChange {
        bio: Some(Bio::parse("하나\n둘").unwrap()),
        look: Some(Look([5; 6])),
        links: Some(Links::default()),
        ..ProfileChange::default()
    };
    store.change(id, &change, &only(2)).await.unwrap();
    expected.version = 3;
    expected.user.bio = "하나\n둘".to_owned();
    expected.user.look = Look([5; 6]);
    expected.links.clear();
    assert_eq!(profile(store, id).await, expected);
    let nobody = UserId::generate();
    assert_eq!(store.profile(nobody).await.unwrap(), None);
    assert_eq!(
        store.change(nobody, &change, &Expected::Any).await.unwrap(),
        Changed::NoSuchUser
    );
}

async fn a_change_for_another_version_changes_nothing(
    store: &dyn ProfileStore,
    users: &dyn UserStore,
) {
    let id = person(users, "late_changing").await;
    for version in [0, 2, u64::MAX] {
        let changed = store.change(id, &rename_to("늦음"), &only(version)).await;
        assert_eq!(changed.unwrap(), Changed::Stale);
    }
    for version in [0, 2] {
        let (expected, at) = (only(version), WallMs(START));
        let renamed = store.rename(id, "later_changing", AT_WILL, &expected, at);
        assert_eq!(renamed.await.unwrap(), Renamed::Stale);
    }
    assert_eq!(profile(store, id).await.version, 1);
    assert_eq!(found(store, "later_changing", 0).await, None);
    let expected = only(1);
    let renamed = store.rename(id, "later_changing", AT_WILL, &expected, WallMs(START));
    assert!(matches!(renamed.await.unwrap(), Renamed::Done(_)));
}

async fn changes_at_once_are_all_there_after(store: &dyn ProfileStore, users: &dyn UserStore) {
    let id = person(users, "hasty_changing").await;
    let guarded = (0..8).map(|number| {
        let change = rename_to(&format!("이름 {number}"));
        async move { store.change(id, &change, &only(1)).await.unwrap() }
    });
    let outcomes = join_all(guarded).await;
    let won = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Changed::Done(_)));
    assert_eq!(won.count(), 1);
    let change = ProfileChange::default();
    join_all((0..8).map(|_| store.change(id, &change, &Expected::Any))).await;
    assert_eq!(profile(store, id).await.version, 10);
}

async fn rename(store: &dyn ProfileStore, id: UserId, handle: &str, day: u64) -> Renamed {
    let at = WallMs(START + day * DAY_MS);
    store
        .rename(id, handle, AT_WILL, &Expected::Any, at)
        .await
        .unwrap()
}

async fn renamed(store: &dyn ProfileStore, id: UserId, handle: &str, day: u64) {
    match rename(store, id, handle, day).await {
        Renamed::Done(profile) => assert_eq!(profile.user.handle, handle),
        other => panic!("{handle} is free, yet {other:?}"),
    }
}

/// The handle somebody is found under, and whether it is the one asked for.
async fn found(store: &dyn ProfileStore, handle: &str, day: u64) -> Option<(String, bool)> {
    let now = WallMs(START + day * DAY_MS);
    match store.find(handle, now).await.unwrap()? {
        Found::Here(profile) => Some((profile.user.handle, true)),
        Found::Moved(profile) => Some((profile.user.handle, false)),
    }
}

/// Whether a newcomer gets this handle on that day.
async fn is_free(users: &dyn UserStore, handle: &str, day: u64) -> bool {
    let mut new = new_user(&[handle]);
    new.at = WallMs(START + day * DAY_MS);
    let newcomer = identity(&format!("newcomer for {handle} on {day}"));
    matches!(
        users.admit(&newcomer, &new).await.unwrap(),
        Admission::Created(_)
    )
}

async fn an_old_handle_leads_to_the_person_and_is_nobody_elses(
    store: &dyn ProfileStore,
    users: &dyn UserStore,
) {
    let (id, other) = (person(users, "before").await, person(users, "other").await);
    assert_eq!(
        found(store, "before", 0).await,
        Some(("before".into(), true))
    );
    let version = profile(store, id).await.version;
    renamed(store, id, "after", 0).await;
    let now = profile(store, id).await;
    assert_eq!(
        (now.version, now.handle_changed),
        (version + 1, Some(WallMs(START)))
    );
    assert_eq!(found(store, "after", 1).await, Some(("after".into(), true)));
    assert_eq!(
        found(store, "before", 89).await,
        Some(("after".into(), false))
    );
    assert_eq!(rename(store, other, "before", 89).await, Renamed::Taken);
    assert_eq!(rename(store, other, "after", 200).await, Renamed::Taken);
    assert!(!is_free(users, "before", 89).await);
    assert_eq!(found(store, "before", 91).await, None);
    renamed(store, other, "before", 91).await;
    assert_eq!(
        found(store, "before", 91).await,
        Some(("before".into(), true))
    );
    let nobody = UserId::generate();
    assert_eq!(
        rename(store, nobody, "nobody_1", 0).await,
        Renamed::NoSuchUser
    );
    assert_eq!(found(store, "nobody_1", 0).await, None);
}

async fn a_chain_of_handles_leads_to_its_end(store: &dyn ProfileStore, users: &dyn UserStore) {
    let id = person(users, "link_a").await;
    renamed(store, id, "link_b", 1).await;
    renamed(store, id, "link_c", 2).await;
    for old in ["link_a", "link_b"] {
        assert_eq!(found(store, old, 3).await, Some(("link_c".into(), false)));
    }
    // Back to where it began: the two others lead here now, and nothing leads around.
    renamed(store, id, "link_a", 3).await;
    assert_eq!(
        found(store, "link_a", 3).await,
        Some(("link_a".into(), true))
    );
    for old in ["link_b", "link_c"] {
        assert_eq!(found(store, old, 3).await, Some(("link_a".into(), false)));
    }
    // Its own time counts for each.
    assert_eq!(found(store, "link_b", 92).await, None);
    assert_eq!(
        found(store, "link_c", 92).await,
        Some(("link_a".into(), false))
    );
    assert!(is_free(users, "link_b", 92).await);
}

async fn handles_change_at_most_once_in_a_while(store: &dyn ProfileStore, users: &dyn UserStore) {
    let id = person(users, "restless").await;
    let at = |day| WallMs(START + day * DAY_MS);
    let ask = async |handle: &str, day| {
        let renamed = store.rename(id, handle, RULES, &Expected::Any, at(day));
        renamed.await.unwrap()
    };
    assert!(
        matches!(ask("restless_2", 0).await, Renamed::Done(_)),
        "the first at once"
    );
    let again = at(14);
    for handle in ["restless_3", "restless"] {
        assert_eq!(ask(handle, 13).await, Renamed::TooSoon { again });
    }
    let same = ask("restless_2", 13).await;
    assert!(matches!(same, Renamed::Done(profile) if profile.handle_changed == Some(at(0))));
    assert!(matches!(ask("restless", 14).await, Renamed::Done(_)));
}

async fn of_many_who_want_one_handle_one_gets_it(store: &dyn ProfileStore, users: &dyn UserStore) {
    for round in 0..20 {
        let wanted = format!("wanted_{round}");
        let mut people = Vec::new();
        for number in 0..4 {
            people.push(person(users, &format!("wants_{round}_{number}")).await);
        }
        let newcomer = new_user(&[&wanted]);
        let identity = identity(&wanted);
        let asking = people.iter().map(|id| rename(store, *id, &wanted, 0));
        let (asked, admitted) =
            futures_util::join!(join_all(asking), users.admit(&identity, &newcomer));
        let won = asked
            .iter()
            .filter(|outcome| matches!(outcome, Renamed::Done(_)))
            .count();
        let came = usize::from(matches!(admitted.unwrap(), Admission::Created(_)));
        assert_eq!(won + came, 1, "{asked:?}");
        assert!(found(store, &wanted, 0).await.is_some_and(|(_, here)| here));
    }
}

async fn two_who_swap_do_not_lose_a_handle(store: &dyn ProfileStore, users: &dyn UserStore) {
    let (one, two) = (person(users, "swap_1").await, person(users, "swap_2").await);
    for _ in 0..10 {
        let both = futures_util::join!(
            rename(store, one, "swap_2", 0),
            rename(store, two, "swap_1", 0)
        );
        assert_eq!(both, (Renamed::Taken, Renamed::Taken));
        // One gives its own up for a third: the other cannot take it, whichever comes first.
        let (gave, took) = futures_util::join!(
            rename(store, one, "swap_3", 0),
            rename(store, two, "swap_1", 0)
        );
        assert!(matches!(gave, Renamed::Done(_)));
        assert_eq!(took, Renamed::Taken);
        renamed(store, one, "swap_1", 0).await;
    }
    let all: BTreeSet<UserId> = [one, two].into();
    assert_eq!(all.len(), 2);
    assert_eq!(
        found(store, "swap_1", 0).await,
        Some(("swap_1".into(), true))
    );
    assert_eq!(
        found(store, "swap_2", 0).await,
        Some(("swap_2".into(), true))
    );
}
