//! What a store must answer that visits ask for people.

use std::collections::BTreeSet;

use super::NOW;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::relation::Nickname;
use crate::domain::settings::{SettingsChange, ShownTo};
use crate::ports::people::MET_MAX;
use crate::ports::relations::RelationStore;
use crate::ports::settings::SettingsStore;
use crate::ports::settings::conformance::{choose, set_private};
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;
use crate::ports::visit::{Around, Circle, VisitPeople};

/// Asks everything of an empty store.
pub(crate) async fn conformance(
    store: &dyn VisitPeople,
    users: &dyn UserStore,
    relations: &dyn RelationStore,
    settings: &dyn SettingsStore,
) {
    let person = async |name: &str| created(users, name, name).await.id;
    let (center, viewer) = (person("way_center").await, person("way_viewer").await);
    let (fan, tie) = (person("way_fan").await, person("way_tie").await);
    let (averse, muted) = (person("way_averse").await, person("way_muted").await);
    let far = person("way_far").await;
    for follower in [viewer, fan, tie, averse, muted] {
        relations.follow(follower, center, NOW).await.unwrap();
    }
    relations.follow(far, fan, NOW).await.unwrap();
    relations.follow(viewer, fan, NOW).await.unwrap();
    let name = Nickname::parse("별").unwrap();
    for (asks, of) in [(center, tie), (tie, center)] {
        relations.tie_to(asks, of, &name, NOW).await.unwrap();
    }
    relations.block(averse, viewer, NOW).await.unwrap();
    let until = Some(WallMs(NOW.0 + 5));
    relations.mute(viewer, muted, until, NOW).await.unwrap();
    let around = async |viewer: Option<UserId>, circle, at| {
        let around = store.around(center, viewer, circle, at).await.unwrap();
        assert!(around.is_sorted_by_key(|one| one.id));
        around
    };
    let one = |id, is_tie, follows| Around {
        id,
        is_tie,
        follows,
    };
    let mut near = vec![one(fan, false, true), one(tie, true, false)];
    near.sort_unstable_by_key(|one| one.id);
    assert_eq!(around(Some(viewer), Circle::Near, NOW).await, near);
    let later = around(Some(viewer), Circle::Near, WallMs(NOW.0 + 5)).await;
    assert!(
        later.contains(&one(muted, false, false)),
        "the mute is over"
    );
    assert_eq!(around(None, Circle::Near, NOW).await.len(), 5);
    let beyond = around(Some(viewer), Circle::Far, NOW).await;
    assert_eq!(beyond, [one(far, false, false)]);
    set_private(settings, fan, true).await;
    assert_eq!(around(Some(center), Circle::Far, NOW).await, []);
    set_private(settings, center, true).await;
    assert_eq!(around(None, Circle::Near, NOW).await, []);
    assert_eq!(around(Some(viewer), Circle::Near, NOW).await, near);

    let visitors = [viewer, fan, tie, muted];
    let showing = async || store.showing_visits(center, &visitors).await.unwrap();
    assert_eq!(showing().await, BTreeSet::from(visitors));
    for (who, to) in [
        (viewer, ShownTo::Nobody),
        (fan, ShownTo::Followers),
        (tie, ShownTo::Ties),
    ] {
        let change = SettingsChange {
            show_visits: Some(to),
            ..SettingsChange::default()
        };
        choose(settings, who, change).await;
    }
    assert_eq!(showing().await, BTreeSet::from([tie, muted]));
    relations.follow(center, fan, NOW).await.unwrap();
    relations.approve(fan, center, NOW).await.unwrap();
    assert_eq!(showing().await, BTreeSet::from([fan, tie, muted]));
    let crowd = vec![fan; MET_MAX + 1];
    assert!(store.showing_visits(center, &crowd).await.is_err());
}
