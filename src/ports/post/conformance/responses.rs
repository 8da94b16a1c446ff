//! What people do with posts: who did, who hears of it, and in which order it is told.

use super::{All, NOW, post, refusal};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::domain::post::{Audience, PostState, Reactable, ReactionKind};
use crate::ports::post::{Feed, Reacted, Refusal};
use crate::ports::settings::conformance::set_private;

pub(super) async fn conformance(all: All<'_>) {
    the_author_hears_of_the_first_reaction(all).await;
    who_reacted_is_told_the_latest_first(all).await;
    only_what_is_for_everybody_is_passed_on(all).await;
    bookmarks_are_in_the_order_they_were_made(all).await;
    what_is_out_is_pinned_the_latest_first(all).await;
}

fn later(ms: u64) -> WallMs {
    WallMs(NOW.0 + ms)
}

async fn the_author_hears_of_the_first_reaction(all: All<'_>) {
    let [author, fan, other_fan] = all.people("heard").await;
    let post = all.publish(author, "글", NOW).await;
    let comment = all.comment(post, None, author).await.unwrap();
    for (fan, to) in [
        (fan, Reactable::Post(post)),
        (other_fan, Reactable::Comment(comment)),
    ] {
        let react = async |who, kind, ms| {
            let reacted = all.posts.react(who, to, Some(kind), later(ms)).await;
            let told = reacted.unwrap().told.into_iter();
            told.map(|delivery| delivery.to).collect::<Vec<UserId>>()
        };
        let [one, other] = [ReactionKind::ALL[0], ReactionKind::ALL[1]];
        assert_eq!(react(fan, one, 1).await, [author]);
        assert_eq!(react(fan, one, 2).await, [], "the same");
        assert_eq!(react(fan, other, 3).await, [], "another instead");
        assert_eq!(react(author, one, 4).await, [], "one's own");
    }
    let view = all.view(post, fan).await;
    assert_eq!(view.mine.reaction, Some(ReactionKind::ALL[1]));
    let counts = view.counts.reactions;
    let counts = [0, 1].map(|kind| counts.of(ReactionKind::ALL[kind]));
    assert_eq!(counts, [1, 1], "each person once");
}

async fn who_reacted_is_told_the_latest_first(all: All<'_>) {
    let [author, one, two, three] = all.people("who").await;
    let post = all.publish(author, "글", NOW).await;
    let [heart, other] = [ReactionKind::ALL[0], ReactionKind::ALL[1]];
    for (who, kind, ms) in [(one, heart, 1), (two, other, 2), (three, heart, 3)] {
        let reacted = all
            .posts
            .react(who, Reactable::Post(post), Some(kind), later(ms));
        reacted.await.unwrap();
        all.posts.repost(who, post, true, later(ms)).await.unwrap();
    }
    let pages = async |kind, viewer| {
        let (mut people, mut after) = (Vec::new(), None);
        loop {
            let page = all.posts.reactions(post, kind, viewer, NOW, after, 1);
            let page: Vec<Reacted> = page.await.unwrap();
            let Some(last) = page.last() else {
                return people;
            };
            after = Some((last.at, last.user.id));
            people.push(last.user.id);
        }
    };
    assert_eq!(pages(None, None).await, [three, two, one]);
    assert_eq!(pages(Some(heart), None).await, [three, one]);
    assert_eq!(pages(Some(other), Some(author)).await, [two]);
    let passed = all.posts.reposts(post, None, NOW, None, 2).await.unwrap();
    let passed: Vec<UserId> = passed.iter().map(|passed| passed.user.id).collect();
    assert_eq!(passed, [three, two]);
    all.relations.block(one, three, NOW).await.unwrap();
    assert_eq!(pages(None, Some(one)).await, [two, one]);
    assert_eq!(pages(None, Some(three)).await, [three, two]);
}

async fn only_what_is_for_everybody_is_passed_on(all: All<'_>) {
    let [author, fan] = all.people("wide").await;
    all.relations.follow(fan, author, NOW).await.unwrap();
    let wide = all.publish(author, "널리", NOW).await;
    let narrow = all
        .keep(&post(author, Audience::Followers, "우리끼리", NOW))
        .await;
    let pass_on = async |id: PostId| all.posts.repost(fan, id, true, NOW).await;
    assert_eq!(refusal(pass_on(narrow).await), Refusal::NotPublic);
    set_private(all.settings, author, true).await;
    assert_eq!(refusal(pass_on(wide).await), Refusal::NotPublic);
    set_private(all.settings, author, false).await;
    pass_on(wide).await.unwrap();
    assert_eq!(all.view(wide, fan).await.counts.reposts, 1);
}

async fn bookmarks_are_in_the_order_they_were_made(all: All<'_>) {
    let [author, reader, other] = all.people("keeps").await;
    let mut posts = Vec::new();
    for ms in 0..4 {
        posts.push(all.publish(author, "글", later(ms)).await);
    }
    let keep = async |which: usize, keep, ms| {
        let kept = all.posts.bookmark(reader, posts[which], keep, later(ms));
        kept.await.unwrap();
    };
    for (which, ms) in [(2, 10), (0, 11), (3, 12), (2, 13)] {
        keep(which, true, ms).await;
    }
    let bookmarks = async || all.list_by(&Feed::Bookmarks, Some(reader), 1).await;
    assert_eq!(bookmarks().await, [posts[3], posts[0], posts[2]]);
    let view = all.view(posts[0], reader).await;
    assert_eq!((view.mine.bookmarked, view.counts.bookmarks), (true, None));
    keep(3, false, 14).await;
    assert_eq!(bookmarks().await, [posts[0], posts[2]]);
    assert_eq!(all.list(&Feed::Bookmarks, Some(other)).await, []);
    all.relations.block(author, reader, NOW).await.unwrap();
    assert_eq!(bookmarks().await, []);
}

async fn what_is_out_is_pinned_the_latest_first(all: All<'_>) {
    let [author, other] = all.people("pinning").await;
    let posts = [
        all.publish(author, "하나", later(1)).await,
        all.publish(author, "둘", later(2)).await,
    ];
    let mut draft = post(author, Audience::Public, "초안", NOW);
    draft.state = PostState::Draft;
    let draft = all.keep(&draft).await;
    let pin = async |id: PostId, pin, ms| {
        let pinned = all.posts.pin(author, id, pin, later(ms)).await;
        pinned.unwrap();
    };
    for (id, ms) in [(posts[1], 3), (posts[0], 4)] {
        pin(id, true, ms).await;
    }
    let refused = all.posts.pin(author, draft, true, NOW).await;
    assert_eq!(refusal(refused), Refusal::NoSuchPost);
    let pinned = async |viewer| {
        let pinned = all.posts.pinned(author, viewer, NOW).await.unwrap();
        let pinned = pinned.into_iter().map(|view| view.post.id);
        pinned.collect::<Vec<PostId>>()
    };
    assert_eq!(pinned(None).await, posts);
    let refused = all.posts.pin(other, posts[0], false, NOW).await;
    assert_eq!(refusal(refused), Refusal::NotYours);
    pin(posts[0], false, 6).await;
    assert_eq!(pinned(Some(author)).await, [posts[1]]);
    all.relations.block(author, other, NOW).await.unwrap();
    assert_eq!(pinned(Some(other)).await, []);
}
