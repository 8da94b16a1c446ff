//! Counts, after many did everything at once.

use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::{All, NOW};
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::post::{Reactable, ReactionKind};

/// People at once.
const PEOPLE: usize = 32;

/// What each does.
const ACTS: usize = 12;

pub(super) async fn conformance(all: All<'_>) {
    counts_are_what_the_lists_say(all).await;
}

async fn rages(all: All<'_>, who: UserId, post: PostId, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut written: Vec<CommentId> = Vec::new();
    for _ in 0..ACTS {
        match random.random_range(0..7) {
            0 | 1 => {
                let kind = ReactionKind::ALL[random.random_range(0..ReactionKind::ALL.len())];
                let reacted = all
                    .posts
                    .react(who, Reactable::Post(post), Some(kind), NOW)
                    .await;
                reacted.unwrap();
            }
            2 => drop(
                all.posts
                    .react(who, Reactable::Post(post), None, NOW)
                    .await
                    .unwrap(),
            ),
            3 => {
                let pass_on = random.random_bool(0.7);
                let reposted = all.posts.repost(who, post, pass_on, NOW).await;
                reposted.unwrap();
            }
            4 if !written.is_empty() => {
                let gone = written.swap_remove(random.random_range(0..written.len()));
                let deleted = all.posts.delete_comment(who, gone, NOW).await;
                deleted.unwrap();
            }
            _ => {
                let parent = written.last().copied();
                written.push(all.comment(post, parent, who).await.unwrap());
            }
        }
    }
}

async fn counts_are_what_the_lists_say(all: All<'_>) {
    let [author] = all.people("counted").await;
    let people: [UserId; PEOPLE] = all.people("rager").await;
    let post = all.publish(author, "모두", NOW).await;
    let rage = (0..).zip(people);
    join_all(rage.map(|(seed, who)| rages(all, who, post, seed))).await;
    let everybody = all.counts(post, author).await;
    assert_eq!(everybody.0, everybody.1);
    // Whoever blocks somebody finds less, and as much as they are told.
    all.relations
        .block(people[0], people[1], NOW)
        .await
        .unwrap();
    for viewer in [people[0], people[1], people[2]] {
        let (told, counted) = all.counts(post, viewer).await;
        assert_eq!(told, counted);
    }
    while all.upkeep.sweep(NOW).await.unwrap() {}
    assert_eq!(all.counts(post, author).await, everybody);
}
