//! What every settings store must keep, whatever stands behind it.

use futures_util::future::join_all;

use super::{Changed, Chosen, SettingsStore};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::room::Visibility;
use crate::domain::settings::{
    Language, Motion, NotificationsChange, Settings, SettingsChange, ShownTo,
};
use crate::domain::version::Expected;
use crate::ports::profile::conformance::only;
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;

const NOW: WallMs = WallMs(1_000_000);

/// Whether an account approves who follows it, from now on.
pub(crate) async fn set_private(store: &dyn SettingsStore, id: UserId, private: bool) -> Chosen {
    let change = SettingsChange {
        account_private: Some(private),
        ..SettingsChange::default()
    };
    choose(store, id, change).await
}

/// Changes settings of somebody who is there.
pub(crate) async fn choose(
    store: &dyn SettingsStore,
    id: UserId,
    change: SettingsChange,
) -> Chosen {
    let changed = store.change_settings(id, change, &Expected::Any, NOW).await;
    match changed.unwrap() {
        Changed::Done(chosen) => chosen,
        other => panic!("nothing was in the way, yet {other:?}"),
    }
}

/// Runs the whole suite on an empty store.
pub(crate) async fn conformance(store: &dyn SettingsStore, users: &dyn UserStore) {
    settings_are_the_defaults_until_chosen_and_then_what_was_chosen(store, users).await;
    a_change_for_another_version_changes_nothing(store, users).await;
    changes_at_once_are_all_there_after(store, users).await;
    nobody_has_no_settings(store).await;
}

async fn done(store: &dyn SettingsStore, id: UserId, change: SettingsChange) -> (Settings, u64) {
    let chosen = choose(store, id, change).await;
    (chosen.settings, chosen.version)
}

async fn settings_are_the_defaults_until_chosen_and_then_what_was_chosen(
    store: &dyn SettingsStore,
    users: &dyn UserStore,
) {
    let id = created(users, "chooser", "chooser").await.id;
    assert_eq!(store.settings(id).await.unwrap(), (Settings::default(), 0));
    let everything = SettingsChange {
        account_private: Some(true),
        room_default_visibility: Some(Visibility::Followers),
        show_presence: Some(ShownTo::Ties),
        show_visits: Some(ShownTo::Nobody),
        language: Some(Language::En),
        notifications: Some(NotificationsChange {
            follow: Some(false),
            mention: Some(false),
            ..NotificationsChange::default()
        }),
        motion: Some(Motion::Reduced),
    };
    let mut expected = Settings::default();
    everything.apply(&mut expected);
    assert_eq!(done(store, id, everything).await, (expected, 1));
    assert_eq!(store.settings(id).await.unwrap(), (expected, 1));
    let some = SettingsChange {
        show_visits: Some(ShownTo::Followers),
        ..SettingsChange::default()
    };
    some.apply(&mut expected);
    assert_eq!(done(store, id, some).await, (expected, 2));
    assert_eq!(store.settings(id).await.unwrap(), (expected, 2));
}

async fn a_change_for_another_version_changes_nothing(
    store: &dyn SettingsStore,
    users: &dyn UserStore,
) {
    let id = created(users, "late_chooser", "late_chooser").await.id;
    let private = SettingsChange {
        account_private: Some(true),
        ..SettingsChange::default()
    };
    let early = store
        .change_settings(id, private, &only(1), NOW)
        .await
        .unwrap();
    assert_eq!(early, Changed::Stale);
    let first = store
        .change_settings(id, private, &only(0), NOW)
        .await
        .unwrap();
    assert!(matches!(first, Changed::Done(Chosen { version: 1, .. })));
    let late = store
        .change_settings(id, private, &only(0), NOW)
        .await
        .unwrap();
    assert_eq!(late, Changed::Stale);
    assert_eq!(store.settings(id).await.unwrap().1, 1);
}

async fn changes_at_once_are_all_there_after(store: &dyn SettingsStore, users: &dyn UserStore) {
    let id = created(users, "hasty_chooser", "hasty_chooser").await.id;
    let changes = [
        SettingsChange {
            account_private: Some(true),
            ..SettingsChange::default()
        },
        SettingsChange {
            language: Some(Language::En),
            ..SettingsChange::default()
        },
        SettingsChange {
            motion: Some(Motion::Full),
            ..SettingsChange::default()
        },
        SettingsChange {
            show_presence: Some(ShownTo::Nobody),
            ..SettingsChange::default()
        },
    ];
    let mut expected = Settings::default();
    for change in changes {
        change.apply(&mut expected);
    }
    join_all(changes.map(|change| done(store, id, change))).await;
    assert_eq!(store.settings(id).await.unwrap(), (expected, 4));
    // The same with versions: one of them is the first.
    let at_4 = only(4);
    let guarded = changes.map(|change| store.change_settings(id, change, &at_4, NOW));
    let outcomes = join_all(guarded).await;
    let won = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Changed::Done(_))));
    assert_eq!(won.count(), 1);
}

async fn nobody_has_no_settings(store: &dyn SettingsStore) {
    let nobody = UserId::generate();
    let change = SettingsChange::default();
    let changed = store
        .change_settings(nobody, change, &Expected::Any, NOW)
        .await
        .unwrap();
    assert_eq!(changed, Changed::NoSuchUser);
}
