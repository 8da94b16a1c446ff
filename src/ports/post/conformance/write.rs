//! Writing, changing, putting off and deleting.

use futures_util::future::join_all;

use super::{All, NOW, post, refusal};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::post::{Audience, DRAFTS_MAX, EDITS_MAX, PINS_MAX, PostState};
use crate::ports::once::{Done, Once, OnceKey, RequestDigest};
use crate::ports::post::{Feed, Refusal};

pub(super) async fn conformance(all: All<'_>) {
    a_request_makes_one_post(all).await;
    a_change_is_made_to_one_version(all).await;
    the_history_is_bounded(all).await;
    what_is_due_comes_out_once(all).await;
    pins_are_bounded(all).await;
    drafts_are_bounded_until_they_come_out(all).await;
    what_is_deleted_is_gone_and_swept(all).await;
    a_draft_quotes_what_its_author_sees_and_stays_with_it(all).await;
}

fn once(owner: UserId, digest: u8) -> Once {
    Once {
        owner,
        key: OnceKey::parse(b"key").unwrap(),
        digest: RequestDigest([digest; 32]),
    }
}

async fn a_request_makes_one_post(all: All<'_>) {
    let [author] = all.people("once").await;
    let (first, again) = (
        post(author, Audience::Public, "하나", NOW),
        post(author, Audience::Public, "하나", NOW),
    );
    let key = once(author, 1);
    assert_eq!(all.posts.written(Some(&key), NOW).await.unwrap(), None);
    let made = all.posts.create(&first, Some(&key)).await.unwrap();
    assert_eq!(made.outcome, Done::Now(first.id));
    let made = all.posts.create(&again, Some(&key)).await.unwrap();
    assert_eq!(made.outcome, Done::Before(first.id));
    let known = all.posts.written(Some(&key), NOW).await.unwrap();
    assert_eq!(known, Some(Done::Before(first.id)));
    let other = all.posts.create(&again, Some(&once(author, 2))).await;
    assert_eq!(other.unwrap().outcome, Done::KeyReused);
    assert_eq!(all.list(&Feed::Of(author), None).await, [first.id]);
}

async fn a_change_is_made_to_one_version(all: All<'_>) {
    let [author, other] = all.people("version").await;
    let id = all.publish(author, "처음", NOW).await;
    let change = all.rewrite(id, author, "다음").await;
    let changes = (0..8).map(|_| all.posts.rewrite(&change, None));
    let done = join_all(changes).await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1);
    let stale = done.into_iter().filter(Result::is_err);
    assert!(
        stale
            .into_iter()
            .all(|done| refusal(done) == Refusal::Stale)
    );
    let mut others = all.rewrite(id, author, "남의 글").await;
    others.author = other;
    let refused = all.posts.rewrite(&others, None).await;
    assert_eq!(refusal(refused), Refusal::NoSuchPost);
    let mut back = all.rewrite(id, author, "초안").await;
    back.state = PostState::Draft;
    let refused = all.posts.rewrite(&back, None).await;
    assert_eq!(refusal(refused), Refusal::Published);
    assert_eq!(all.view(id, other).await.post.content.text, "다음");
}

async fn the_history_is_bounded(all: All<'_>) {
    let [author] = all.people("history").await;
    let id = all.publish(author, "0", NOW).await;
    for n in 1..=EDITS_MAX + 5 {
        let change = all.rewrite(id, author, &n.to_string()).await;
        all.posts.rewrite(&change, None).await.unwrap();
    }
    let kept = all
        .posts
        .revisions(id, Some(author), NOW, None, 100)
        .await
        .unwrap();
    let texts: Vec<&str> = kept.iter().map(|it| it.content.text.as_str()).collect();
    assert_eq!(texts.len(), EDITS_MAX as usize);
    assert_eq!((texts[0], texts[EDITS_MAX as usize - 1]), ("24", "5"));
    let before = Some(kept[2].version);
    let rest = all.posts.revisions(id, None, NOW, before, 1).await.unwrap();
    assert_eq!(rest, kept[3..4]);
}

async fn what_is_due_comes_out_once(all: All<'_>) {
    let [author, reader] = all.people("due").await;
    let mut ids = Vec::new();
    for n in 1..=3 {
        let mut new = post(author, Audience::Public, "나중에", NOW);
        new.state = PostState::Scheduled;
        new.publish_at = Some(WallMs(NOW.0 + n * 1_000));
        ids.push(all.keep(&new).await);
    }
    assert!(all.upkeep.publish_due(NOW).await.unwrap().is_none());
    assert_eq!(all.list(&Feed::Unpublished, Some(author)).await.len(), 3);
    assert!(all.list(&Feed::Of(author), Some(reader)).await.is_empty());
    let late = WallMs(NOW.0 + 10_000);
    let looks = join_all((0..8).map(|_| all.upkeep.publish_due(late))).await;
    let published = looks.into_iter().filter_map(Result::unwrap).count();
    assert_eq!(published, 3);
    assert!(all.list(&Feed::Unpublished, Some(author)).await.is_empty());
    let mut out = all.list(&Feed::Of(author), Some(reader)).await;
    out.sort();
    ids.sort();
    assert_eq!(out, ids);
}

async fn pins_are_bounded(all: All<'_>) {
    let [author] = all.people("pins").await;
    let mut ids = Vec::new();
    for n in 0..=PINS_MAX {
        let at = WallMs(NOW.0 + u64::from(n));
        ids.push(all.publish(author, "위로", at).await);
    }
    let pins = ids.iter().map(|id| all.posts.pin(author, *id, true, NOW));
    let done = join_all(pins).await;
    let refused: Vec<_> = done.into_iter().filter(Result::is_err).collect();
    assert_eq!(refused.len(), 1);
    assert!(
        refused
            .into_iter()
            .all(|done| refusal(done) == Refusal::TooManyPins)
    );
    let pinned = all.posts.pinned(author, None, NOW).await.unwrap();
    assert_eq!(pinned.len(), PINS_MAX as usize);
}

async fn drafts_are_bounded_until_they_come_out(all: All<'_>) {
    let [author] = all.people("drafts").await;
    let draft = || {
        let mut draft = post(author, Audience::Public, "초안", NOW);
        draft.state = PostState::Draft;
        draft
    };
    let mut first = None;
    for _ in 0..DRAFTS_MAX - 2 {
        first = Some(all.keep(&draft()).await);
    }
    let drafts: Vec<_> = (0..6).map(|_| draft()).collect();
    let made = join_all(drafts.iter().map(|draft| all.posts.create(draft, None))).await;
    let refused: Vec<_> = made.into_iter().filter(Result::is_err).collect();
    assert_eq!(refused.len(), 4);
    assert!(
        refused
            .into_iter()
            .all(|made| refusal(made) == Refusal::TooManyDrafts)
    );
    let mut out = all.rewrite(first.unwrap(), author, "나갑니다").await;
    out.state = PostState::Published;
    all.posts.rewrite(&out, None).await.unwrap();
    all.keep(&draft()).await;
    let refused = all.posts.create(&draft(), None).await;
    assert_eq!(refusal(refused), Refusal::TooManyDrafts);
    all.publish(author, "다 쓴 글", NOW).await;
}

async fn what_is_deleted_is_gone_and_swept(all: All<'_>) {
    let [author, reader] = all.people("gone").await;
    let id = all.publish(author, "#사라짐", NOW).await;
    let comment = all.comment(id, None, reader).await.unwrap();
    all.posts.bookmark(reader, id, true, NOW).await.unwrap();
    let refused = all.posts.delete(reader, id, NOW).await;
    assert_eq!(refusal(refused), Refusal::NotYours);
    all.posts.delete(author, id, NOW).await.unwrap();
    for viewer in [author, reader] {
        let refused = all.posts.post(id, Some(viewer), NOW).await;
        assert_eq!(refusal(refused), Refusal::NoSuchPost);
        let refused = all.posts.one_comment(comment, Some(viewer), NOW).await;
        assert_eq!(refusal(refused), Refusal::NoSuchComment);
    }
    assert!(all.list(&Feed::Bookmarks, Some(reader)).await.is_empty());
    assert!(
        all.list(&Feed::Tag("사라짐".to_owned()), None)
            .await
            .is_empty()
    );
    let refused = all.comment(id, None, reader).await;
    assert_eq!(refusal(refused), Refusal::NoSuchPost);
    while all.upkeep.sweep(NOW).await.unwrap() {}
    assert_eq!(
        refusal(all.posts.delete(author, id, NOW).await),
        Refusal::NoSuchPost
    );
}

async fn a_draft_quotes_what_its_author_sees_and_stays_with_it(all: All<'_>) {
    let [author, other] = all.people("slot").await;
    let seen = all.publish(other, "보이는 글", NOW).await;
    let unseen = all.keep(&post(other, Audience::Private, "혼자", NOW)).await;
    let mut draft = post(author, Audience::Public, "", NOW);
    draft.state = PostState::Draft;
    let id = all.keep(&draft).await;
    let mut change = all.rewrite(id, author, "").await;
    change.quote_of = Some(unseen);
    let refused = all.posts.rewrite(&change, None).await;
    assert_eq!(refusal(refused), Refusal::NoSuchPost);
    change.quote_of = None;
    change.room = Some(RoomId::generate());
    let refused = all.posts.rewrite(&change, None).await;
    assert_eq!(refusal(refused), Refusal::NoSuchRoom);
    change.room = None;
    change.quote_of = Some(seen);
    all.posts.rewrite(&change, None).await.unwrap();
    assert_eq!(all.view(id, author).await.post.quote_of, Some(seen));
    // The quote alone is enough to publish; from then on it stays.
    let mut publish = all.rewrite(id, author, "").await;
    publish.state = PostState::Published;
    all.posts.rewrite(&publish, None).await.unwrap();
    let mut change = all.rewrite(id, author, "").await;
    change.quote_of = None;
    let refused = all.posts.rewrite(&change, None).await;
    assert_eq!(refusal(refused), Refusal::Published);
}
