//! Who sees what.

use super::{All, NOW, post, refusal};
use crate::domain::id::UserId;
use crate::domain::post::Audience;
use crate::domain::relation::Nickname;
use crate::ports::post::{Feed, Quote, Refusal};
use crate::ports::settings::conformance::set_private;

pub(super) async fn conformance(all: All<'_>) {
    everybody_sees_what_is_for_them(all).await;
    a_quote_is_there_for_who_sees_what_is_quoted(all).await;
    what_a_post_was_is_for_whom_it_was_then(all).await;
}

async fn tie(all: All<'_>, one: UserId, other: UserId) {
    let name = Nickname::parse("별").unwrap();
    for (one, other) in [(one, other), (other, one)] {
        all.relations.tie_to(one, other, &name, NOW).await.unwrap();
    }
}

async fn everybody_sees_what_is_for_them(all: All<'_>) {
    let [author, stranger, follower, tied, blocked, blocker] = all.people("seen").await;
    all.relations.follow(follower, author, NOW).await.unwrap();
    tie(all, author, tied).await;
    all.relations.block(author, blocked, NOW).await.unwrap();
    all.relations.block(blocker, author, NOW).await.unwrap();
    let mut ids = Vec::new();
    for audience in Audience::ALL {
        ids.push(all.keep(&post(author, *audience, "#보임", NOW)).await);
    }
    let viewers = [
        None,
        Some(stranger),
        Some(follower),
        Some(tied),
        Some(blocked),
        Some(blocker),
        Some(author),
    ];
    // In the order of audiences: public, followers, ties, private.
    let open = [
        [true, false, false, false],
        [true, false, false, false],
        [true, true, false, false],
        [true, false, true, false],
        [false; 4],
        [false; 4],
        [true; 4],
    ];
    let mut closed = open;
    for row in [0, 1, 3] {
        closed[row][0] = false;
    }
    for (is_private, table) in [(false, open), (true, closed)] {
        set_private(all.settings, author, is_private).await;
        for (viewer, wanted) in viewers.into_iter().zip(table) {
            let mut one_by_one = Vec::new();
            for id in &ids {
                one_by_one.push(all.posts.post(*id, viewer, NOW).await.is_ok());
            }
            assert_eq!(one_by_one, wanted, "{viewer:?}");
            for feed in [Feed::Of(author), Feed::Tag("보임".to_owned())] {
                let listed = all.list(&feed, viewer).await;
                let listed: Vec<bool> = ids.iter().map(|id| listed.contains(id)).collect();
                assert_eq!(listed, wanted, "{viewer:?} in {feed:?}");
            }
        }
    }
}

async fn a_quote_is_there_for_who_sees_what_is_quoted(all: All<'_>) {
    let [author, quoter, reader] = all.people("quote").await;
    all.relations.follow(quoter, author, NOW).await.unwrap();
    let narrow = post(author, Audience::Followers, "우리끼리", NOW);
    all.keep(&narrow).await;
    let mut quoting = post(quoter, Audience::Public, "이것 좀", NOW);
    quoting.quote_of = Some(narrow.id);
    all.keep(&quoting).await;
    let seen = all.view(quoting.id, quoter).await.quote;
    assert!(matches!(seen, Quote::Of(quoted) if quoted.0.id == narrow.id));
    let seen = all.view(quoting.id, reader).await.quote;
    assert_eq!(seen, Quote::Unavailable);
    let mut unseen = post(reader, Audience::Public, "이것 좀", NOW);
    unseen.quote_of = Some(narrow.id);
    assert!(all.posts.create(&unseen, None).await.is_err());
}

async fn what_a_post_was_is_for_whom_it_was_then(all: All<'_>) {
    let [author, follower, stranger] = all.people("was").await;
    all.relations.follow(follower, author, NOW).await.unwrap();
    let narrow = post(author, Audience::Followers, "우리끼리", NOW);
    let id = all.keep(&narrow).await;
    for text in ["모두에게", "고친 글"] {
        let mut change = all.rewrite(id, author, text).await;
        change.audience = Audience::Public;
        all.posts.rewrite(&change, None).await.unwrap();
    }
    let was = async |viewer| {
        let was = all.posts.revisions(id, viewer, NOW, None, 9).await?;
        let texts = was.into_iter().map(|was| was.content.text);
        Ok::<Vec<String>, crate::ports::post::PostStoreError>(texts.collect())
    };
    for (viewer, wanted) in [
        (Some(author), vec!["모두에게", "우리끼리"]),
        (Some(follower), vec!["모두에게", "우리끼리"]),
        (Some(stranger), vec!["모두에게"]),
        (None, vec!["모두에게"]),
    ] {
        assert_eq!(was(viewer).await.unwrap(), wanted, "{viewer:?}");
    }
    set_private(all.settings, author, true).await;
    assert_eq!(refusal(was(Some(stranger)).await), Refusal::NoSuchPost);
    assert_eq!(was(Some(follower)).await.unwrap().len(), 2);
    set_private(all.settings, author, false).await;
    all.relations.block(follower, author, NOW).await.unwrap();
    assert_eq!(refusal(was(Some(follower)).await), Refusal::NoSuchPost);
}
