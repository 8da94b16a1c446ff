//! Comments: what they said before, and reactions to them.

use super::{All, NOW, refusal};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, UserId};
use crate::domain::post::{CommentRevision, EDITS_MAX, Reactable, ReactionKind};
use crate::domain::version::Expected;
use crate::ports::once::{Done, Once, OnceKey, RequestDigest};
use crate::ports::post::{NewComment, Refusal};

pub(super) async fn conformance(all: All<'_>) {
    what_a_comment_said_is_kept(all).await;
    what_was_held_is_its_authors(all).await;
    a_request_makes_one_comment(all).await;
    what_one_did_one_takes_back_unseen(all).await;
}

impl All<'_> {
    async fn change(self, author: UserId, id: CommentId, text: &str, hold: bool, at: WallMs) {
        let any = Expected::Any;
        let changed = self.posts.change_comment(author, id, text, hold, &any, at);
        changed.await.unwrap();
    }

    async fn said(self, id: CommentId, viewer: Option<UserId>) -> Vec<CommentRevision> {
        let said = self.posts.comment_revisions(id, viewer, NOW, None, 100);
        said.await.unwrap()
    }
}

fn texts(said: &[CommentRevision]) -> Vec<&str> {
    said.iter().map(|it| it.text.as_str()).collect()
}

async fn what_a_comment_said_is_kept(all: All<'_>) {
    let [author, reader] = all.people("said").await;
    let post = all.publish(reader, "글", NOW).await;
    let id = all.comment(post, None, author).await.unwrap();
    assert!(all.said(id, None).await.is_empty());
    for n in 1..=EDITS_MAX + 5 {
        let at = WallMs(NOW.0 + u64::from(n));
        all.change(author, id, &n.to_string(), false, at).await;
    }
    let kept = all.said(id, Some(reader)).await;
    assert_eq!(kept.len(), EDITS_MAX as usize);
    let (first, last) = (&kept[0], &kept[EDITS_MAX as usize - 1]);
    assert_eq!((first.text.as_str(), last.text.as_str()), ("24", "5"));
    assert_eq!(first.since, WallMs(NOW.0 + 24));
    let rest = all
        .posts
        .comment_revisions(id, None, NOW, Some(kept[2].version), 1);
    assert_eq!(rest.await.unwrap(), kept[3..4]);
    all.relations.block(author, reader, NOW).await.unwrap();
    let refused = all
        .posts
        .comment_revisions(id, Some(reader), NOW, None, 9)
        .await;
    assert_eq!(refusal(refused), Refusal::NoSuchComment);
    all.relations.unblock(author, reader).await.unwrap();
    all.posts.delete_comment(author, id, NOW).await.unwrap();
    let refused = all
        .posts
        .comment_revisions(id, Some(author), NOW, None, 9)
        .await;
    assert_eq!(refusal(refused), Refusal::NoSuchComment);
}

async fn what_was_held_is_its_authors(all: All<'_>) {
    let [author, reader] = all.people("held").await;
    let post = all.publish(reader, "글", NOW).await;
    let id = all.comment(post, None, author).await.unwrap();
    all.change(author, id, "둘", true, NOW).await;
    all.change(author, id, "셋", false, NOW).await;
    assert_eq!(texts(&all.said(id, Some(author)).await), ["둘", "말"]);
    let refused = all
        .posts
        .comment_revisions(id, Some(reader), NOW, None, 9)
        .await;
    assert_eq!(refusal(refused), Refusal::NoSuchComment, "it is held");
}

async fn a_request_makes_one_comment(all: All<'_>) {
    let [author] = all.people("comment_once").await;
    let post = all.publish(author, "글", NOW).await;
    let once = |digest| Once {
        owner: author,
        key: OnceKey::parse(b"comment").unwrap(),
        digest: RequestDigest([digest; 32]),
    };
    let new = NewComment {
        id: CommentId::generate(),
        post,
        parent: None,
        author,
        text: "한 번".to_owned(),
        standing: crate::domain::moderation::Standing::Shown,
        at: NOW,
    };
    let key = once(1);
    assert_eq!(all.posts.commented(Some(&key), NOW).await.unwrap(), None);
    let made = all.posts.comment(&new, Some(&key)).await.unwrap();
    assert_eq!(made.outcome, Done::Now(new.id));
    let known = all.posts.commented(Some(&key), NOW).await.unwrap();
    assert_eq!(known, Some(Done::Before(new.id)));
    let other = all.posts.commented(Some(&once(2)), NOW).await.unwrap();
    assert_eq!(other, Some(Done::KeyReused));
}

async fn what_one_did_one_takes_back_unseen(all: All<'_>) {
    let [author, reader] = all.people("back").await;
    let post = all.publish(author, "글", NOW).await;
    let comment = all.comment(post, None, author).await.unwrap();
    let heart = Some(ReactionKind::Heart);
    for to in [Reactable::Post(post), Reactable::Comment(comment)] {
        all.posts.react(reader, to, heart, NOW).await.unwrap();
        all.posts.react(reader, to, heart, NOW).await.unwrap();
    }
    all.posts.bookmark(reader, post, true, NOW).await.unwrap();
    all.posts.repost(reader, post, true, NOW).await.unwrap();
    let counts = all.view(post, author).await.counts;
    assert_eq!((counts.reposts, counts.bookmarks), (1, Some(1)));
    all.relations.block(author, reader, NOW).await.unwrap();
    for to in [Reactable::Post(post), Reactable::Comment(comment)] {
        assert!(all.posts.react(reader, to, heart, NOW).await.is_err());
        all.posts.react(reader, to, None, NOW).await.unwrap();
        // Nothing is left to take back, and what they do not see is not there.
        assert!(all.posts.react(reader, to, None, NOW).await.is_err());
    }
    all.posts.bookmark(reader, post, false, NOW).await.unwrap();
    all.posts.repost(reader, post, false, NOW).await.unwrap();
    let refused = all.posts.repost(reader, post, false, NOW).await;
    assert_eq!(refusal(refused), Refusal::NoSuchPost);
    all.relations.unblock(author, reader).await.unwrap();
    let counts = all.view(post, author).await.counts;
    assert_eq!((counts.reposts, counts.bookmarks), (0, Some(0)));
    assert_eq!(counts.reactions.of(ReactionKind::Heart), 0);
}
