//! Lists.

use super::{All, NOW};
use crate::domain::clock::WallMs;
use crate::ports::post::Feed;

pub(super) async fn conformance(all: All<'_>) {
    a_feed_holds_each_post_once(all).await;
    pages_are_full_whoever_is_left_out(all).await;
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
