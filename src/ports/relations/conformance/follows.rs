//! Follows and requests to follow.

use futures_util::future::join_all;

use super::super::{Approved, Changed, Followed};
use super::{Both, NOW, heard};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::notification::NoticeKind;
use crate::domain::relation::Relation;
use crate::ports::settings::{GRANTED_AT_ONCE, Granted};

pub(super) async fn conformance(both: Both<'_>, limited: UserId) {
    following_is_one_way_and_may_be_repeated(both).await;
    follows_at_once_are_one(both).await;
    nobody_follows_without_end(both, limited).await;
    only_people_who_are_there_are_followed(both).await;
    private_accounts_are_asked(both).await;
    whoever_waits_follows_when_an_account_turns_public(both).await;
    those_beyond_the_first_are_let_in_step_by_step(both).await;
    whoever_was_left_waiting_is_found(both).await;
    a_request_is_answered_once(both).await;
}

async fn following_is_one_way_and_may_be_repeated(both: Both<'_>) {
    let [one, two] = both.people("fan").await;
    let store = both.store;
    assert!(!store.follows(one, two).await.unwrap());
    let followed = store.follow(one, two, NOW).await.unwrap();
    assert_eq!(followed.outcome, Followed::Now);
    assert_eq!(heard(&followed.told), [(two, NoticeKind::Follow)]);
    let again = store.follow(one, two, NOW).await.unwrap();
    assert_eq!(again, Changed::quietly(Followed::Already));
    assert!(store.follows(one, two).await.unwrap());
    assert!(!store.follows(two, one).await.unwrap());
    let following = Relation {
        following: true,
        ..Relation::default()
    };
    let followed_by = Relation {
        followed_by: true,
        ..Relation::default()
    };
    assert_eq!(both.relation(one, two).await, Some(following));
    assert_eq!(both.relation(two, one).await, Some(followed_by));
    assert_eq!(both.counts(one).await, (0, 1, 0));
    assert_eq!(both.counts(two).await, (1, 0, 0));
    assert!(store.hidden_from(one).await.unwrap().is_empty());
    assert!(store.unfollow(one, two).await.unwrap());
    assert!(!store.unfollow(one, two).await.unwrap());
    assert!(!store.follows(one, two).await.unwrap());
    assert_eq!(both.relation(one, two).await, Some(Relation::default()));
    assert_eq!(both.counts(two).await, (0, 0, 0));
}

async fn follows_at_once_are_one(both: Both<'_>) {
    let [one, two] = both.people("rush").await;
    let followed = join_all((0..8).map(|_| both.follow(one, two))).await;
    let count = |what| followed.iter().filter(|done| **done == what).count();
    assert_eq!((count(Followed::Now), count(Followed::Already)), (1, 7));
    assert_eq!(both.counts(two).await, (1, 0, 0));
}

async fn nobody_follows_without_end(both: Both<'_>, limited: UserId) {
    let [one_more] = both.people("one_more").await;
    assert_eq!(both.follow(limited, one_more).await, Followed::TooMany);
    assert!(!both.store.follows(limited, one_more).await.unwrap());
    // Nor asks without end, so that every request can be granted.
    both.set_private(one_more, true).await;
    assert_eq!(both.follow(limited, one_more).await, Followed::TooMany);
}

async fn only_people_who_are_there_are_followed(both: Both<'_>) {
    let [one] = both.people("lonely").await;
    let nobody = UserId::generate();
    assert_eq!(both.follow(one, nobody).await, Followed::NoSuchUser);
    assert_eq!(both.follow(nobody, one).await, Followed::NoSuchUser);
    assert_eq!(both.follow(one, one).await, Followed::NoSuchUser);
    assert!(!both.store.unfollow(one, nobody).await.unwrap());
    assert_eq!(both.relation(one, nobody).await, None);
}

async fn private_accounts_are_asked(both: Both<'_>) {
    let [fan, star] = both.people("shy").await;
    let store = both.store;
    assert!(!store.is_private(star).await.unwrap());
    both.set_private(star, true).await;
    assert!(store.is_private(star).await.unwrap());
    let asked = store.follow(fan, star, NOW).await.unwrap();
    assert_eq!(asked.outcome, Followed::Requested);
    assert_eq!(heard(&asked.told), [(star, NoticeKind::FollowRequest)]);
    assert_eq!(both.follow(fan, star).await, Followed::Requested);
    assert!(!store.follows(fan, star).await.unwrap());
    assert_eq!(
        both.counts(star).await,
        (0, 0, 0),
        "asking is not following"
    );
    assert!(both.relation(fan, star).await.unwrap().requested);
    assert!(both.relation(star, fan).await.unwrap().requested_by);

    let approved = store.approve(star, fan, NOW).await.unwrap();
    assert_eq!(approved.outcome, Approved::Now);
    assert_eq!(heard(&approved.told), [(fan, NoticeKind::RequestApproved)]);
    assert!(store.follows(fan, star).await.unwrap());
    assert!(!both.relation(fan, star).await.unwrap().requested);
    assert_eq!(both.counts(star).await, (1, 0, 0));
    // Who follows goes on to when the account turns private again.
    both.set_private(star, false).await;
    both.set_private(star, true).await;
    assert_eq!(both.follow(fan, star).await, Followed::Already);
}

async fn whoever_waits_follows_when_an_account_turns_public(both: Both<'_>) {
    let [star, one, two, gone] = both.people("turns").await;
    let store = both.store;
    both.set_private(star, true).await;
    for fan in [one, two, gone] {
        assert_eq!(both.follow(fan, star).await, Followed::Requested);
    }
    assert!(
        store.unfollow(gone, star).await.unwrap(),
        "a request is taken back"
    );
    let opened = both.set_private(star, false).await;
    let kind = NoticeKind::RequestApproved;
    let mut told = heard(&opened.granted.told);
    told.sort_unstable();
    assert_eq!(told, [(one, kind), (two, kind)]);
    assert_eq!(opened.granted.followers.len(), 2);
    assert_eq!(both.counts(star).await, (2, 0, 0));
    assert!(!store.follows(gone, star).await.unwrap());
    let nothing = both.set_private(star, false).await;
    assert_eq!(nothing.granted, Granted::default());
}

/// However many wait, a step lets some in, and the next goes on, whoever asks for it.
async fn those_beyond_the_first_are_let_in_step_by_step(both: Both<'_>) {
    const LEFT: usize = 3;
    let fans = GRANTED_AT_ONCE as usize + LEFT;
    let [star] = both.people("opens").await;
    both.set_private(star, true).await;
    let mut waiting = Vec::new();
    for n in 0..fans {
        let [fan] = both.people(&format!("queue{n}")).await;
        let at = WallMs(NOW.0 + n as u64);
        both.store.follow(fan, star, at).await.unwrap();
        waiting.push(fan);
    }
    assert_eq!(both.settings.grant_waiting(None, NOW).await.unwrap(), None);
    let opened = both.set_private(star, false).await;
    let (first, left) = waiting.split_at(GRANTED_AT_ONCE as usize);
    assert_eq!(opened.granted.followers, first);
    assert_eq!(both.counts(star).await.0, GRANTED_AT_ONCE);
    // Whoever does not wait for their turn need not.
    assert_eq!(both.follow(left[0], star).await, Followed::Now);
    // Private again, those who are left wait as they did; public again, they do not.
    both.set_private(star, true).await;
    assert_eq!(both.settings.grant_waiting(None, NOW).await.unwrap(), None);
    assert_eq!(both.follow(left[1], star).await, Followed::Requested);
    both.set_private(star, false).await;
    for of in [Some(star), None] {
        assert_eq!(both.settings.grant_waiting(of, NOW).await.unwrap(), None);
    }
    assert_eq!(both.counts(star).await.0 as usize, fans);
}

/// What a process that ended did not come to is found without knowing of whom it was.
async fn whoever_was_left_waiting_is_found(both: Both<'_>) {
    let [star, other] = both.people("left").await;
    for asked in [star, other] {
        both.set_private(asked, true).await;
    }
    let fans = GRANTED_AT_ONCE as usize + 1;
    for n in 0..fans {
        let [fan] = both.people(&format!("stays{n}")).await;
        both.follow(fan, star).await;
        both.follow(fan, other).await;
    }
    both.set_private(star, false).await;
    let of_other = both.settings.grant_waiting(Some(other), NOW).await;
    assert_eq!(of_other.unwrap(), None, "still private");
    let left = both.settings.grant_waiting(None, NOW).await.unwrap();
    let left = left.expect("one is left");
    assert_eq!((left.followers.len(), left.told.len()), (1, 1));
    assert_eq!(both.settings.grant_waiting(None, NOW).await.unwrap(), None);
    assert_eq!(both.counts(star).await.0 as usize, fans);
    assert_eq!(both.counts(other).await.0, 0);
}

async fn a_request_is_answered_once(both: Both<'_>) {
    let [star, fan, stranger] = both.people("answers").await;
    let store = both.store;
    both.set_private(star, true).await;
    both.follow(fan, star).await;
    let (approved, rejected) = tokio::join!(store.approve(star, fan, NOW), store.reject(star, fan));
    let follows = store.follows(fan, star).await.unwrap();
    match (approved.unwrap().outcome, rejected.unwrap()) {
        (Approved::Now, false) => assert!(follows),
        (Approved::NoRequest, true) => assert!(!follows),
        other => panic!("one of the two answers counts, not {other:?}"),
    }
    let never = store.approve(star, stranger, NOW).await.unwrap();
    assert_eq!(never, Changed::quietly(Approved::NoRequest));
    assert!(!store.reject(star, stranger).await.unwrap());
}
