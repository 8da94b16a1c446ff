//! The part of the suite about finding people by handle and name.

use std::collections::BTreeSet;

use super::rename_to;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::search::NameQuery;
use crate::domain::version::Expected;
use crate::ports::profile::ProfileStore;
use crate::ports::relations::BlockStore;
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;

const NOW: WallMs = WallMs(1_000);

/// Runs this part.
pub(super) async fn suite(
    store: &dyn ProfileStore,
    users: &dyn UserStore,
    blocks: &dyn BlockStore,
) {
    let people = people(store, users).await;
    whoever_fits_is_found_best_first(store).await;
    nothing_in_a_query_is_a_pattern(store).await;
    pages_show_everybody_once(store).await;
    whoever_blocks_the_viewer_or_is_blocked_is_not_found(store, users, blocks, &people).await;
    a_changed_name_is_found_and_the_old_one_is_not(store, users).await;
}

const PEOPLE: [(&str, &str); 9] = [
    ("sbada", "바다"),
    ("sbada_2", "바다새"),
    ("shan", "김바다"),
    ("smin", "김 민지"),
    ("sminji", "Min Ji"),
    ("sjose", "José Σίσυφος"),
    ("swide", "ＷＩＤＥ"),
    ("spct", "100%_*"),
    ("zzmin", "smin 좋아"),
];

async fn people(store: &dyn ProfileStore, users: &dyn UserStore) -> Vec<UserId> {
    let mut ids = Vec::new();
    for (handle, name) in PEOPLE {
        let id = created(users, handle, handle).await.id;
        store
            .change(id, &rename_to(name), &Expected::Any)
            .await
            .unwrap();
        ids.push(id);
    }
    ids
}

async fn handles(store: &dyn ProfileStore, text: &str, limit: u32) -> Vec<String> {
    let query = NameQuery::parse(text).unwrap();
    let found = store.search(&query, None, None, limit, NOW).await;
    found
        .unwrap()
        .people
        .into_iter()
        .map(|(user, _)| user.handle)
        .collect()
}

async fn whoever_fits_is_found_best_first(store: &dyn ProfileStore) {
    for (text, expected) in [
        ("sbada", &["sbada", "sbada_2"][..]),
        ("SBADA_", &["sbada_2"]),
        ("바다", &["sbada", "sbada_2", "shan"]),
        ("다새", &["sbada_2"]),
        ("좋", &["zzmin"]),
        ("바새", &[]),
        ("김", &["smin", "shan"]),
        ("민지 김", &["smin"]),
        ("지민", &[]),
        ("min ji", &["sminji"]),
        ("ji min", &["sminji"]),
        ("smin", &["smin", "sminji", "zzmin"]),
        ("σισυφοσ", &[]),
        ("ΣΊΣΥΦΟΣ", &["sjose"]),
        ("JOSÉ", &["sjose"]),
        ("wide", &["swide"]),
        ("ｗｉｄ", &["swide"]),
    ] {
        assert_eq!(handles(store, text, 20).await, expected, "{text}");
    }
}

async fn nothing_in_a_query_is_a_pattern(store: &dyn ProfileStore) {
    for (text, expected) in [
        ("%", &["spct"][..]),
        ("_*", &["spct"]),
        ("%%", &[]),
        ("100%", &["spct"]),
        ("s_in", &[]),
        ("'", &[]),
        ("\" OR 1", &[]),
        ("sbad*", &[]),
        ("\u{10FFFF}", &[]),
    ] {
        assert_eq!(handles(store, text, 20).await, expected, "{text}");
    }
}

async fn pages_show_everybody_once(store: &dyn ProfileStore) {
    for text in ["s", "smin", "바다", "김", "i"] {
        let whole = handles(store, text, 100).await;
        let query = NameQuery::parse(text).unwrap();
        for limit in [1, 2, 3] {
            let (mut all, mut after) = (Vec::new(), None);
            loop {
                let found = store.search(&query, None, after.as_ref(), limit, NOW).await;
                let found = found.unwrap().people;
                assert!(found.len() <= limit as usize);
                let Some((_, last)) = found.last() else { break };
                after = Some(last.clone());
                all.extend(found.into_iter().map(|(user, _)| user.handle));
            }
            assert_eq!(all, whole, "{text} by {limit}");
        }
        let distinct: BTreeSet<_> = whole.iter().collect();
        assert_eq!(distinct.len(), whole.len());
    }
}

async fn whoever_blocks_the_viewer_or_is_blocked_is_not_found(
    store: &dyn ProfileStore,
    users: &dyn UserStore,
    blocks: &dyn BlockStore,
    people: &[UserId],
) {
    let viewer = created(users, "qviewer", "qviewer").await.id;
    blocks.block(viewer, people[0], NOW).await.unwrap();
    blocks.block(people[1], viewer, NOW).await.unwrap();
    for (viewer, text, expected) in [
        (Some(viewer), "바다", &["shan"][..]),
        (Some(viewer), "sbada", &[]),
        (Some(people[2]), "바다", &["sbada"]),
        (None, "바다", &["sbada"]),
    ] {
        let query = NameQuery::parse(text).unwrap();
        let found = store.search(&query, viewer, None, 1, NOW).await.unwrap();
        let found = found.people.into_iter();
        let found: Vec<String> = found.map(|(user, _)| user.handle).collect();
        assert_eq!(found, expected);
    }
}

async fn a_changed_name_is_found_and_the_old_one_is_not(
    store: &dyn ProfileStore,
    users: &dyn UserStore,
) {
    let mut new = crate::ports::user::conformance::new_user(&["qchanging"]);
    new.display_name = crate::domain::text::PersonName::parse("첫이름").unwrap();
    let identity = crate::ports::user::conformance::identity("qchanging");
    users.admit(&identity, &new).await.unwrap();
    assert_eq!(
        handles(store, "첫이름", 9).await,
        ["qchanging"],
        "from the beginning"
    );
    store
        .change(new.id, &rename_to("둘째이름"), &Expected::Any)
        .await
        .unwrap();
    assert_eq!(handles(store, "둘째", 9).await, ["qchanging"]);
    assert!(handles(store, "첫이", 9).await.is_empty());
}
