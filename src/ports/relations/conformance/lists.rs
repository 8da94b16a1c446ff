//! Lists: whole, in order, in pages that hold still, and without the hidden.

use super::super::List;
use super::{Both, NOW, nickname};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;

pub(super) async fn conformance(both: Both<'_>) {
    pages_hold_still_while_people_come_and_go(both).await;
    the_hidden_are_in_no_list_but_the_blocks(both).await;
    each_list_tells_what_it_is_about(both).await;
    familiar_are_those_one_follows(both).await;
}

impl Both<'_> {
    async fn ids(self, list: List, of: UserId, viewer: Option<UserId>) -> Vec<UserId> {
        let entries = self.store.list(list, of, viewer, NOW, None, 100).await;
        let entries = entries.unwrap();
        entries.iter().map(|entry| entry.user.id).collect()
    }
}

async fn pages_hold_still_while_people_come_and_go(both: Both<'_>) {
    let [star] = both.people("paged_star").await;
    let fans: [UserId; 9] = both.people("paged_fan").await;
    for (n, fan) in fans.iter().enumerate() {
        // Three of each moment, so that the order within one counts too.
        let at = WallMs(NOW.0 + n as u64 / 3);
        both.store.follow(*fan, star, at).await.unwrap();
    }
    let page = |after, limit| {
        let list = both
            .store
            .list(List::Followers, star, None, NOW, after, limit);
        async { list.await.unwrap() }
    };
    let whole = page(None, 100).await;
    assert_eq!(whole.len(), 9);
    let places: Vec<_> = whole
        .iter()
        .map(|entry| (entry.at, entry.user.id))
        .collect();
    assert!(places.is_sorted_by(|one, next| one > next), "newest first");
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let next = page(after, 2).await;
        let Some(last) = next.last() else {
            break;
        };
        after = Some(last.place());
        read.extend(next.iter().map(|entry| entry.user.id));
        // Whoever comes is before all, and whoever goes leaves no gap: even the one the place names.
        let [new] = both.people(&format!("late{}", read.len())).await;
        let late = WallMs(NOW.0 + 100);
        both.store.follow(new, star, late).await.unwrap();
        both.store.unfollow(last.user.id, star).await.unwrap();
    }
    let all: Vec<UserId> = whole.iter().map(|entry| entry.user.id).collect();
    assert_eq!(read, all);
}

async fn the_hidden_are_in_no_list_but_the_blocks(both: Both<'_>) {
    let [star, fan, viewer, blocked] = both.people("veiled").await;
    for follower in [fan, blocked] {
        both.follow(follower, star).await;
        both.follow(viewer, follower).await;
    }
    both.store.block(viewer, blocked, NOW).await.unwrap();
    let mut seen_by_all = both.ids(List::Followers, star, None).await;
    seen_by_all.sort_unstable();
    assert_eq!(seen_by_all, [fan, blocked]);
    assert_eq!(both.ids(List::Followers, star, Some(viewer)).await, [fan]);
    let hidden = both.ids(List::Following, viewer, Some(blocked)).await;
    assert_eq!(hidden, [fan]);
    let own = both.ids(List::Blocks, viewer, Some(viewer)).await;
    assert_eq!(own, [blocked]);
    assert_eq!(both.ids(List::Blocks, blocked, Some(blocked)).await, []);
}

async fn each_list_tells_what_it_is_about(both: Both<'_>) {
    let [me, asks, ties, muted, gone] = both.people("about").await;
    let store = both.store;
    store
        .tie_to(asks, me, &nickname("별님"), NOW)
        .await
        .unwrap();
    both.tied(me, ties).await;
    let (until, over) = (Some(WallMs(NOW.0 + 5)), Some(WallMs(NOW.0 - 1)));
    store.mute(me, gone, over, WallMs(1)).await.unwrap();
    store.mute(me, muted, until, WallMs(1)).await.unwrap();
    both.set_private(me, true).await;
    both.follow(asks, me).await;

    let own = |list| async move { store.list(list, me, Some(me), NOW, None, 9).await.unwrap() };
    let wish = own(List::TieRequests).await.remove(0);
    assert_eq!(
        (wish.user.id, wish.nickname_theirs.as_deref()),
        (asks, Some("별님"))
    );
    let tie = own(List::Ties).await.remove(0);
    let names = (tie.nickname_mine.as_deref(), tie.nickname_theirs.as_deref());
    assert_eq!((tie.user.id, names), (ties, (Some("하나"), Some("둘"))));
    let mutes = own(List::Mutes).await;
    assert_eq!(mutes.len(), 1, "those that are over are not told");
    assert_eq!((mutes[0].user.id, mutes[0].until), (muted, until));
    let asked = own(List::FollowRequests).await;
    assert_eq!((asked[0].user.id, asked[0].at), (asks, NOW));
    for list in List::ALL {
        let of_nobody = store
            .list(list, UserId::generate(), None, NOW, None, 9)
            .await;
        assert_eq!(of_nobody.unwrap(), []);
    }
}

async fn familiar_are_those_one_follows(both: Both<'_>) {
    let [viewer, star, known, unknown, apart] = both.people("familiar").await;
    for (follower, followee) in [
        (viewer, known),
        (viewer, apart),
        (known, star),
        (unknown, star),
    ] {
        both.follow(follower, followee).await;
    }
    let familiar = both.ids(List::FamiliarFollowers, star, Some(viewer)).await;
    assert_eq!(familiar, [known]);
    assert_eq!(both.ids(List::FamiliarFollowers, star, None).await, []);
}
