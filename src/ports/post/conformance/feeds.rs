//! Lists.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::{All, NOW, post};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::domain::post::Audience;
use crate::ports::post::Feed;
use crate::ports::post::feeds::TAG_POSTS_PASSED_MAX;
use crate::ports::settings::conformance::set_private;

pub(super) async fn conformance(all: All<'_>) {
    a_feed_holds_each_post_once(all).await;
    pages_are_full_whoever_is_left_out(all).await;
    a_feed_of_many_is_what_they_wrote_and_passed_on(all).await;
    what_private_people_pass_on_is_for_their_followers(all).await;
    a_quote_goes_where_what_it_quotes_would_go(all).await;
    tags_are_found_however_many_posts_are_not_for_the_viewer(all).await;
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
    assert_eq!(tags.tags[0].name, "가득");
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

async fn a_quote_goes_where_what_it_quotes_would_go(all: All<'_>) {
    let [me, friend, loud, apart, fan] = all.people("quoting").await;
    let quoted = async |author: UserId, of, ms| {
        let mut new = post(author, Audience::Public, "보세요 #인용", later(ms));
        new.quote_of = Some(of);
        all.keep(&new).await
    };
    all.relations.follow(me, friend, NOW).await.unwrap();
    all.relations.follow(me, fan, NOW).await.unwrap();
    let (shout, quiet) = (
        all.publish(loud, "시끄러운 글", later(200)).await,
        all.publish(friend, "조용한 글", later(201)).await,
    );
    let of_apart = all.publish(apart, "남의 글", later(202)).await;
    let unwanted = [
        quoted(friend, shout, 210).await,
        quoted(friend, of_apart, 211).await,
    ];
    let wanted = [
        quoted(friend, quiet, 212).await,
        quoted(me, shout, 213).await,
    ];
    // Whoever passes it on, it is the same post.
    let far = all.people::<1>("quoting_far").await[0];
    let passed = quoted(far, shout, 214).await;
    all.posts
        .repost(fan, passed, true, later(215))
        .await
        .unwrap();
    let tag = Feed::Tag("인용".to_owned());
    let all_five = [unwanted[0], unwanted[1], wanted[0], wanted[1], passed];
    let shown = async |feed: &Feed, viewer| {
        let list = all.list(feed, viewer).await;
        all_five.map(|id| list.contains(&id))
    };
    assert_eq!(
        shown(&Feed::Following, Some(me)).await,
        [true; 5],
        "at first"
    );
    all.relations.mute(me, loud, None, NOW).await.unwrap();
    // As if they were not there for each other, whoever it was that wished so.
    all.relations.block(apart, me, NOW).await.unwrap();
    let rule = [false, false, true, true, false];
    for feed in [&Feed::Following, &Feed::Newest, &tag] {
        assert_eq!(shown(feed, Some(me)).await, rule, "{feed:?}");
        assert_eq!(
            all.list_by(feed, Some(me), 1).await,
            all.list(feed, Some(me)).await
        );
    }
    for feed in [&Feed::Newest, &tag] {
        for viewer in [None, Some(fan)] {
            assert_eq!(shown(feed, viewer).await, [true; 5], "{feed:?}");
        }
    }
    let those = all.posts.those(&all_five, Some(me), NOW).await.unwrap();
    let those: Vec<PostId> = those.iter().map(|view| view.post.id).collect();
    assert_eq!(those, wanted);
    // Whoever looks at one person's posts is shown them.
    let of_friend = shown(&Feed::Of(friend), Some(me)).await;
    assert_eq!(of_friend, [true, true, true, false, false]);
    let of_fan = all.list(&Feed::Of(fan), Some(me)).await;
    assert!(
        !of_fan.contains(&passed),
        "what somebody passed on is not theirs"
    );
    all.relations.unmute(me, loud).await.unwrap();
    assert_eq!(
        shown(&Feed::Following, Some(me)).await,
        [true, false, true, true, true]
    );
}

async fn tags_are_found_however_many_posts_are_not_for_the_viewer(all: All<'_>) {
    let [me, shy] = all.people("tagging").await;
    let kept = async |author, audience, text: String, ms| {
        all.keep(&post(author, audience, &text, later(ms))).await;
    };
    kept(
        shy,
        Audience::Public,
        "#깊은1 #깊은2 #깊은9".to_owned(),
        300,
    )
    .await;
    for n in 0..u64::from(TAG_POSTS_PASSED_MAX) + 200 {
        kept(shy, Audience::Private, "#깊은2 #깊은3".to_owned(), 301 + n).await;
    }
    for n in 0..3 {
        kept(me, Audience::Private, "#깊은1".to_owned(), 300 + n).await;
    }
    let mut after = None;
    let (mut found, mut pages) = (Vec::new(), 0);
    loop {
        let page = all.posts.tags("깊은", Some(me), NOW, after.as_ref(), 2);
        let page = page.await.unwrap();
        pages += 1;
        found.extend(page.tags.into_iter().map(|tag| (tag.name, tag.posts)));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let found: Vec<(&str, u32)> = found
        .iter()
        .map(|(name, posts)| (&**name, *posts))
        .collect();
    assert_eq!(found, [("깊은1", 4), ("깊은2", 1), ("깊은9", 1)]);
    assert!(pages >= 3, "no page passed over all there is");
    let all_of = all
        .posts
        .tags("깊은", Some(shy), NOW, None, 9)
        .await
        .unwrap();
    let counts: Vec<u32> = all_of.tags.iter().map(|tag| tag.posts).collect();
    assert_eq!(counts, [1, 100, 100, 1]);
    assert_eq!(all_of.next, None);
}
