//! What is handed over to people of what they wrote, and what is left of those who are erased.

use async_trait::async_trait;
use mongodb::bson::doc;

use super::super::super::Collections;
use super::super::super::index::declared;
use super::Around;
use crate::domain::post::{Reactable, ReactionKind};
use crate::ports::personal_data::{Archive, ArchiveStopped, Erasing, PersonalData};
use crate::ports::post::conformance::NOW;
use crate::ports::post::{PostReader, PostUpkeep, ResponseStore};

#[derive(Default)]
struct Files(Vec<(String, Vec<String>)>);

#[async_trait]
impl Archive for Files {
    async fn begin(&mut self, name: &str) -> Result<(), ArchiveStopped> {
        self.0.push((name.to_owned(), Vec::new()));
        Ok(())
    }

    async fn add(&mut self, json: String) -> Result<(), ArchiveStopped> {
        self.0.last_mut().unwrap().1.push(json);
        Ok(())
    }
}

#[tokio::test]
async fn what_somebody_wrote_and_did_is_theirs_and_goes_with_them() {
    let Some(around) = Around::set().await else {
        return;
    };
    let all = around.all();
    let [goner, friend] = all.people("erased").await;
    let own = all.publish(goner, "내 글 #내글 @erased_1", NOW).await;
    let others = all.publish(friend, "친구의 글 @erased_0", NOW).await;
    all.comment(own, None, friend).await.unwrap();
    let mine = all.comment(others, None, goner).await.unwrap();
    all.comment(others, Some(mine), friend).await.unwrap();
    let heart = Some(ReactionKind::Heart);
    let reacts = async |to| around.posts.react(goner, to, heart, NOW).await.unwrap();
    reacts(Reactable::Post(others)).await;
    reacts(Reactable::Comment(mine)).await;
    around
        .posts
        .bookmark(goner, others, true, NOW)
        .await
        .unwrap();
    around.posts.repost(goner, others, true, NOW).await.unwrap();
    let mut files = Files::default();
    around.posts.export(goner, &mut files).await.unwrap();
    let lines: Vec<(&str, usize)> = files
        .0
        .iter()
        .map(|(name, lines)| (name.as_str(), lines.len()))
        .collect();
    let wanted = [
        ("posts", 1),
        ("post_edits", 0),
        ("comments", 1),
        ("comment_edits", 0),
        ("reactions", 1),
        ("comment_reactions", 1),
        ("reposts", 1),
        ("bookmarks", 1),
        ("mentions", 1),
    ];
    assert_eq!(lines, wanted);
    assert!(files.0[0].1[0].contains("내 글"));
    let mut steps = 0;
    while around.posts.erase(goner, NOW).await.unwrap() == Erasing::Begun {
        steps += 1;
        assert!(steps < 100, "it ends");
    }
    while around.posts.sweep(NOW).await.unwrap() {}
    let (text, plain) = (goner.to_string(), goner.uuid().as_simple().to_string());
    for (collection, _) in declared() {
        for stored in around.documents(collection, doc! {}).await {
            let whole = format!("{stored}");
            let bytes = mongodb::bson::serialize_to_vec(&stored).unwrap();
            let id = goner.uuid();
            let mut windows = bytes.windows(16);
            let names = windows.any(|some| some == id.as_bytes());
            let names = names || whole.contains(&text) || whole.contains(&plain);
            assert!(!names, "{collection} still names them: {stored}");
        }
    }
    let left = around.posts.post(others, Some(friend), NOW).await.unwrap();
    let counts = left.counts;
    assert_eq!((counts.comments, counts.reposts), (1, 0));
    assert_eq!(
        (counts.bookmarks, counts.reactions.of(ReactionKind::Heart)),
        (Some(0), 0)
    );
    assert_eq!(around.count(Collections::POST_TAG, doc! {}).await, 0);
    around.counts_hold().await;
    around.stage.end().await;
}
