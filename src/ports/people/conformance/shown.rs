//! What a store must answer that is asked whose words to show.

use std::collections::BTreeSet;

use super::super::{MET_MAX, ShownPeople};
use super::{Around, Asked, NOW};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::domain::user::User;
use crate::ports::operator::OperatorStore;
use crate::ports::settings::SettingsStore;
use crate::ports::settings::conformance::set_private;

/// Asks everything of an empty store.
pub(crate) async fn conformance<S>(store: &S, operator: &dyn OperatorStore)
where
    S: Asked + ShownPeople + SettingsStore,
{
    let around = Around::made(store, operator).await;
    set_private(store, around.stranger.id, true).await;
    whoever_is_shown_is_what_they_are(&around, store).await;
    followed_are_who_is_there_and_not_muted(&around, store).await;
    gone_are_those_who_are_not_there(&around, store).await;
    handles_and_front_rooms_lead_to_people(&around, store).await;
}

async fn whoever_is_shown_is_what_they_are(around: &Around<'_>, store: &dyn ShownPeople) {
    let mut asked = around.all();
    asked.push(UserId::generate());
    let shown = store.shown(Some(around.me.id), &asked, NOW).await.unwrap();
    assert_eq!(shown.len(), around.all().len());
    // Open, blocked, follows, tied, muted, private.
    let facts = |user: &User| {
        let it = &shown[&user.id];
        assert_eq!(it.user, *user);
        [
            it.is_open,
            it.blocked,
            it.follows,
            it.tied,
            it.muted,
            it.is_private,
        ]
    };
    let plain = [true, false, false, false, false, false];
    assert_eq!(facts(&around.me), plain);
    assert_eq!(
        facts(&around.friend),
        [true, false, true, true, true, false]
    );
    assert_eq!(
        facts(&around.stranger),
        [true, false, false, false, false, true]
    );
    for blocked in [&around.averse, &around.shunned] {
        assert_eq!(facts(blocked), [true, true, false, false, false, false]);
        assert!(!shown[&blocked.id].is_there());
    }
    for absent in [&around.gone, &around.out] {
        assert_eq!(facts(absent), [false; 6]);
    }
    let guest = store.shown(None, &around.all(), NOW).await.unwrap();
    assert!(guest[&around.averse.id].is_there() && !guest[&around.friend.id].follows);
    let crowd = vec![around.me.id; MET_MAX + 1];
    assert!(store.shown(None, &crowd, NOW).await.is_err());
}

async fn followed_are_who_is_there_and_not_muted(around: &Around<'_>, store: &dyn ShownPeople) {
    let me = around.me.id;
    assert_eq!(store.followed(me, NOW).await.unwrap(), []);
    let later = WallMs(NOW.0 + 5);
    let followed = store.followed(me, later).await.unwrap();
    assert_eq!(followed, [around.friend.id], "the mute is over");
    let (friend, out) = (around.friend.id, around.out.id);
    around.store.follow(friend, out, NOW).await.unwrap();
    assert_eq!(store.followed(friend, NOW).await.unwrap(), []);
}

async fn gone_are_those_who_are_not_there(around: &Around<'_>, store: &dyn ShownPeople) {
    let always = [around.gone.id, around.out.id];
    let gone = store.gone(None, NOW).await.unwrap();
    assert_eq!(gone, BTreeSet::from(always));
    let mut wanted = gone;
    wanted.extend([around.averse.id, around.shunned.id]);
    let gone = store.gone(Some(around.me.id), NOW).await.unwrap();
    assert_eq!(gone, wanted);
}

async fn handles_and_front_rooms_lead_to_people(around: &Around<'_>, store: &dyn ShownPeople) {
    let handles = ["door_b_stranger", "nobody", "door_e_gone", "door_me"].map(str::to_owned);
    let named = store.named(&handles, NOW).await.unwrap();
    assert_eq!(named, [around.stranger.id, around.me.id]);
    let rooms = [around.me.front_room_id, RoomId::generate()];
    let fronts = store.fronts(&rooms).await.unwrap();
    assert_eq!(fronts.len(), 1);
    assert_eq!(fronts[&rooms[0]], (around.me.id, Visibility::Public));
}
