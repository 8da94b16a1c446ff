//! Lists.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::{All, NOW};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::ports::post::Feed;
use crate::ports::settings::conformance::set_private;

pub(super) async fn conformance(all: All<'_>) {
    a_feed_holds_each_post_once(all).await;
    pages_are_full_whoever_is_left_out(all).await;
    a_feed_of_many_is_what_they_wrote_and_passed_on(all).await;
    what_private_people_pass_on_is_for_their_followers(all).await;
}

fn later(ms: u64) -> WallMs {
    WallMs(NOW.0 - 1_000_000 + ms)
}

async fn a_feed_holds_each_post_once(all: All<'_>) {
    let [me, one, two, far] = all.people("feed").await;
    for friend in [one, two] {
        all.relations.follow(me, friend, NOW).await.unwrap();
    }
    let passed = all.publish(far, "전해진 글", later(1)).await;
    all.publish(far, "전해지지 않은 글", later(2)).await;
    let of_one = all.publish(one, "친구의 글", later(3)).await;
    let own = all.publish(me, "내 글", later(4)).await;
    for (who, what, ms) in [
        (one, passed, 6),
        (two, passed, 5),
        (two, of_one, 7),
        (two, own, 8),
        (one, of_one, 9),
    ] {
        all.posts.repost(who, what, true, later(ms)).await.unwrap();
    }
    let feed = all.list(&Feed::Following, Some(me)).await;
    assert_eq!(feed, [passed, own, of_one]);
    let first = all.posts.feed(&Feed::Following, Some(me), NOW, None, 1);
    let first = first.await.unwrap().remove(0);
    assert_eq!(first.at, later(5), "the first who passed it on");
    assert_eq!(first.reposted_by.map(|user| user.id), Some(two));
    all.relations.mute(me, two, None, NOW).await.unwrap();
    let feed = all.posts.feed(&Feed::Following, Some(me), NOW, None, 1);
    let first = feed.await.unwrap().remove(0);
    assert_eq!(first.reposted_by.map(|user| user.id), Some(one));
    let of_two = all.list(&Feed::Of(two), Some(far)).await;
    assert_eq!(of_two, [own, of_one, passed]);
}

async fn pages_are_full_whoever_is_left_out(all: All<'_>) {
    let [me, loud, blocked, quiet] = all.people("full").await;
    all.relations.mute(me, loud, None, NOW).await.unwrap();
    all.relations.block(me, blocked, NOW).await.unwrap();
    let mut wanted = Vec::new();
    for n in 0..5 {
        for (at, author) in [loud, blocked, quiet].into_iter().enumerate() {
            let at = later(100 + n * 10 + at as u64);
            let id = all.publish(author, "#가득", at).await;
            if author == quiet {
                wanted.insert(0, id);
            }
        }
    }
    let feed = Feed::Tag("가득".to_owned());
    let page = all.posts.feed(&feed, Some(me), NOW, None, 5).await.unwrap();
    let ids: Vec<_> = page.iter().map(|entry| entry.view.post.id).collect();
    assert_eq!(ids, wanted);
    assert_eq!(all.list(&feed, Some(me)).await, wanted);
    let newest = all.list(&Feed::Newest, Some(me)).await;
    assert!(wanted.iter().all(|id| newest.contains(id)));
    let tags = all.posts.tags("가", Some(me), NOW, None, 9).await.unwrap();
    assert_eq!(tags[0].name, "가득");
}

/// Whom the feed of many is about, and those whose posts they pass on.
const MANY: usize = 24;

/// Posts by a few of them and of the others, passed on by whoever: pages of every size tell the same.
async fn a_feed_of_many_is_what_they_wrote_and_passed_on(all: All<'_>) {
    let [me] = all.people("many").await;
    let people: [UserId; MANY] = all.people("many_of").await;
    let (followed, others) = people.split_at(MANY / 2);
    for friend in followed {
        all.relations.follow(me, *friend, NOW).await.unwrap();
    }
    let mut random = StdRng::seed_from_u64(5);
    let (mut posts, mut entries): (Vec<(PostId, UserId)>, BTreeMap<PostId, u64>) =
        (Vec::new(), BTreeMap::new());
    for ms in 0..160 {
        let at = later(10_000 + ms);
        let who = people[random.random_range(0..MANY)];
        if posts.is_empty() || random.random_bool(0.4) {
            // Some write much, some next to nothing.
            let author = people[random.random_range(0..MANY) % random.random_range(1..=MANY)];
            let id = all.publish(author, "여럿", at).await;
            posts.push((id, author));
            if !others.contains(&author) {
                entries.insert(id, at.0);
            }
            continue;
        }
        let (id, author) = posts[random.random_range(0..posts.len())];
        all.posts.repost(who, id, true, at).await.unwrap();
        if others.contains(&author) && followed.contains(&who) {
            entries.entry(id).or_insert(at.0);
        }
    }
    let mut wanted: Vec<(u64, PostId)> = entries.into_iter().map(|(id, at)| (at, id)).collect();
    wanted.sort_unstable_by(|one, other| other.cmp(one));
    let wanted: Vec<PostId> = wanted.into_iter().map(|(_, id)| id).collect();
    assert!(wanted.len() > 40, "enough to tell");
    for limit in [1, 2, 5, 13, 100] {
        let feed = all.list_by(&Feed::Following, Some(me), limit).await;
        assert_eq!(feed, wanted, "{limit} at a time");
    }
}

async fn what_private_people_pass_on_is_for_their_followers(all: All<'_>) {
    let [star, shy, fan, stranger] = all.people("shy").await;
    all.relations.follow(fan, shy, NOW).await.unwrap();
    let post = all.publish(star, "널리", later(1)).await;
    all.posts.repost(shy, post, true, later(2)).await.unwrap();
    let of_shy = Feed::Of(shy);
    assert_eq!(all.list(&of_shy, Some(stranger)).await, [post]);
    set_private(all.settings, shy, true).await;
    for (viewer, sees) in [
        (Some(shy), true),
        (Some(fan), true),
        (Some(stranger), false),
        (None, false),
    ] {
        let listed = all.list(&of_shy, viewer).await;
        assert_eq!(listed.contains(&post), sees, "{viewer:?}");
    }
}
