//! Blocks and mutes.

use std::collections::BTreeSet;

use super::super::{Approved, Blocked, Followed, List, Muted, Testified, Tied};
use super::{Both, NOW, line, nickname};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::relation::{Muting, Relation};

pub(super) async fn conformance(both: Both<'_>) {
    a_block_takes_everything_between_the_two(both).await;
    to_whom_they_block_people_are_not_there(both).await;
    an_unblock_brings_nothing_back(both).await;
    two_who_block_each_other_at_once_are_one_block(both).await;
    a_mute_ends_at_its_time(both).await;
}

/// Everything there can be between two people.
async fn make_close(both: Both<'_>, one: UserId, two: UserId) {
    both.tied(one, two).await;
    for (from, to) in [(one, two), (two, one)] {
        both.follow(from, to).await;
        let written = both.store.testify(from, to, &line("좋은 사람"), NOW).await;
        assert_eq!(written.unwrap().outcome, Testified::Done);
    }
}

async fn a_block_takes_everything_between_the_two(both: Both<'_>) {
    let [one, two, fan, friend] = both.people("severed").await;
    let store = both.store;
    make_close(both, one, two).await;
    make_close(both, two, friend).await;
    both.set_private(one, true).await;
    both.follow(fan, one).await;
    store.tie_to(fan, one, &nickname("별"), NOW).await.unwrap();

    assert_eq!(store.block(one, two, NOW).await.unwrap(), Blocked::Now);
    assert_eq!(store.block(one, two, NOW).await.unwrap(), Blocked::Already);
    assert_eq!(store.block(one, fan, NOW).await.unwrap(), Blocked::Now);
    for other in [two, fan] {
        let only_blocking = Relation {
            blocking: true,
            ..Relation::default()
        };
        assert_eq!(both.relation(one, other).await, Some(only_blocking));
    }
    assert_eq!(both.counts(one).await, (0, 0, 0));
    assert_eq!(both.counts(two).await, (1, 1, 1), "what others are stays");
    let lines = store
        .list(List::Testimonials, two, None, NOW, None, 9)
        .await;
    let authors: Vec<UserId> = lines.unwrap().iter().map(|entry| entry.user.id).collect();
    assert_eq!(authors, [friend]);
    let request = store.approve(one, fan, NOW).await.unwrap().outcome;
    assert_eq!(request, Approved::NoRequest);
    assert_eq!(store.tie(one, two).await.unwrap(), None);
}

async fn to_whom_they_block_people_are_not_there(both: Both<'_>) {
    let [blocker, blocked, other] = both.people("nobody").await;
    let store = both.store;
    store.block(blocker, blocked, NOW).await.unwrap();
    assert_eq!(both.relation(blocked, blocker).await, None);
    assert_eq!(
        store.block(blocked, blocker, NOW).await.unwrap(),
        Blocked::NoSuchUser
    );
    for (one, two) in [(blocker, blocked), (blocked, blocker)] {
        assert!(store.is_hidden(one, two).await.unwrap());
        let hidden: BTreeSet<String> = [two.to_string()].into();
        assert_eq!(store.hidden_from(one).await.unwrap(), hidden);
        assert_eq!(both.follow(one, two).await, Followed::NoSuchUser);
        let muted = store.mute(one, two, None, NOW).await.unwrap();
        assert_eq!(muted, Muted::NoSuchUser);
        let tied = store.tie_to(one, two, &nickname("너"), NOW).await.unwrap();
        assert_eq!(tied.outcome, Tied::NoSuchUser);
        let written = store.testify(one, two, &line("안녕"), NOW).await.unwrap();
        assert_eq!(written.outcome, Testified::NoSuchUser);
        assert!(!store.is_hidden(one, other).await.unwrap());
    }
    assert!(store.hidden_from(other).await.unwrap().is_empty());
    let nobody = UserId::generate();
    assert_eq!(
        store.block(blocker, nobody, NOW).await.unwrap(),
        Blocked::NoSuchUser
    );
}

async fn an_unblock_brings_nothing_back(both: Both<'_>) {
    let [one, two] = both.people("again").await;
    let store = both.store;
    make_close(both, one, two).await;
    store.block(one, two, NOW).await.unwrap();
    assert!(!store.unblock(two, one).await.unwrap(), "not theirs");
    assert!(store.is_hidden(one, two).await.unwrap());
    assert!(store.unblock(one, two).await.unwrap());
    assert!(!store.unblock(one, two).await.unwrap());
    assert!(!store.is_hidden(one, two).await.unwrap());
    assert_eq!(both.relation(two, one).await, Some(Relation::default()));
    assert_eq!(both.follow(two, one).await, Followed::Now);
}

async fn two_who_block_each_other_at_once_are_one_block(both: Both<'_>) {
    let [one, two] = both.people("quarrel").await;
    let store = both.store;
    let (first, second) = tokio::join!(store.block(one, two, NOW), store.block(two, one, NOW));
    let outcomes = [first.unwrap(), second.unwrap()];
    assert!(outcomes.contains(&Blocked::Now) && outcomes.contains(&Blocked::NoSuchUser));
}

async fn a_mute_ends_at_its_time(both: Both<'_>) {
    let [one, two, three] = both.people("mute").await;
    let store = both.store;
    let (until, later) = (Some(WallMs(NOW.0 + 100)), WallMs(NOW.0 + 100));
    assert_eq!(store.mute(one, two, until, NOW).await.unwrap(), Muted::Done);
    assert_eq!(
        store.mute(one, three, None, NOW).await.unwrap(),
        Muted::Done
    );
    let both_muted = [(two, until), (three, None)].into();
    assert_eq!(store.muted_by(one, NOW).await.unwrap(), both_muted);
    let left = [(three, None)].into();
    assert_eq!(store.muted_by(one, later).await.unwrap(), left);
    assert!(store.muted_by(two, NOW).await.unwrap().is_empty());
    let muting = both.relation(one, two).await.unwrap().muting;
    assert_eq!(muting, Some(Muting { until }));
    assert_eq!(both.relation(two, one).await.unwrap().muting, None);
    let after = store.relation(one, two, later).await.unwrap();
    assert_eq!(after.unwrap().muting, None);
    // Whom one mutes one may still follow, and a new end takes the place of the old.
    assert_eq!(both.follow(one, two).await, Followed::Now);
    assert_eq!(store.mute(one, two, None, NOW).await.unwrap(), Muted::Done);
    assert_eq!(
        store.muted_by(one, later).await.unwrap(),
        [(two, None), (three, None)].into()
    );
    assert!(store.unmute(one, two).await.unwrap());
    assert!(!store.unmute(one, two).await.unwrap());
    assert_eq!(store.muted_by(one, NOW).await.unwrap(), left);
}
