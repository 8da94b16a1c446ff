//! Posts that hang in rooms. These rooms were never opened: they are there as their owners would make them.

use super::{All, NOW, post, refusal};
use crate::domain::id::UserId;
use crate::domain::post::{Audience, PostState};
use crate::ports::post::{Feed, Refusal};
use crate::ports::user::conformance::created;

pub(super) async fn conformance(all: All<'_>) {
    what_hangs_in_a_room_is_for_who_may_look_into_it(all).await;
}

async fn what_hangs_in_a_room_is_for_who_may_look_into_it(all: All<'_>) {
    let owner = created(all.users, "hanging", "hanging").await;
    let (room, owner) = (owner.front_room_id, owner.id);
    let [stranger, blocked] = all.people("looking").await;
    all.relations.block(owner, blocked, NOW).await.unwrap();
    let hangs = |author: UserId| {
        let mut new = post(author, Audience::Public, "벽에 걸린 글", NOW);
        new.room = Some(room);
        new
    };
    let wide = all.keep(&hangs(owner)).await;
    let mut draft = hangs(owner);
    draft.state = PostState::Draft;
    let draft = all.keep(&draft).await;
    let mut narrow = hangs(owner);
    narrow.audience = Audience::Private;
    let narrow = all.keep(&narrow).await;
    all.publish(owner, "걸리지 않은 글", NOW).await;
    let refused = all.posts.create(&hangs(stranger), None).await;
    assert_eq!(refusal(refused), Refusal::NoSuchRoom);
    let feed = Feed::Room(room);
    assert_eq!(all.list(&feed, Some(stranger)).await, [wide]);
    assert_eq!(all.list(&feed, None).await, [wide]);
    let mut own = all.list(&feed, Some(owner)).await;
    own.sort_unstable();
    let mut both = vec![wide, narrow];
    both.sort_unstable();
    assert_eq!(own, both, "not {draft}");
    assert_eq!(all.list(&feed, Some(blocked)).await, []);
    for (viewer, sees) in [
        (None, true),
        (Some(stranger), true),
        (Some(owner), true),
        (Some(blocked), false),
    ] {
        let seen = all.posts.sees_room(room, viewer, NOW).await.unwrap();
        assert_eq!(seen, sees, "{viewer:?}");
    }
    all.posts.delete(owner, wide, NOW).await.unwrap();
    assert_eq!(all.list(&feed, None).await, []);
    while all.upkeep.sweep(NOW).await.unwrap() {}
}
