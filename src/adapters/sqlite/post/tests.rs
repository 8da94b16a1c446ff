//! The suite on SQLite.

use crate::adapters::sqlite::Sqlite;
use crate::ports::post::conformance::{All, conformance};

#[tokio::test]
async fn keeps_what_a_post_store_promises() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    let all = All {
        posts: &store,
        upkeep: &store,
        users: &store,
        relations: &store,
        settings: &store,
    };
    conformance(all).await;
    // And from the rows themselves.
    for wrong in [
        "SELECT count(*) FROM post_count AS n WHERE
             comments <> (SELECT count(*) FROM comment
                          WHERE post_id = n.post_id AND standing = 'shown' AND deleted_ms IS NULL)
             OR reposts <> (SELECT count(*) FROM post_repost WHERE post_id = n.post_id)
             OR bookmarks <> (SELECT count(*) FROM post_bookmark WHERE post_id = n.post_id)
             OR heart + laugh + wow + sad + cheer + thanks <>
                (SELECT count(*) FROM post_reaction WHERE post_id = n.post_id)",
        "SELECT count(*) FROM comment_count AS n WHERE replies <> (SELECT count(*) FROM comment
             WHERE under_id = n.comment_id AND standing = 'shown' AND deleted_ms IS NULL)",
        "SELECT abs((SELECT count(*) FROM post) - (SELECT count(*) FROM post_count))",
        "SELECT abs((SELECT count(*) FROM comment) - (SELECT count(*) FROM comment_count))",
        "SELECT count(*) FROM comment WHERE deleted_ms IS NOT NULL AND author_id IS NOT NULL",
        "SELECT count(*) FROM post WHERE deleted_ms IS NOT NULL",
    ] {
        let count: i64 = sqlx::query_scalar(wrong)
            .fetch_one(&store.read)
            .await
            .unwrap();
        assert_eq!(count, 0, "{wrong}");
    }
}

/// What statements make of their own, and what is small: they may be read whole. Of suspensions, those that are gone
/// are collected with each page, by `counts`.
const SMALL: &[&str] = &[
    "source",
    "other",
    "head",
    "floor",
    "gone",
    "w",
    "wanted",
    "posts",
    "found",
    "suspension",
    "json_each",
    "CONSTANT",
    "VALUES",
];

/// Indexes of nothing but what is to be worked on: reading them whole is what they are for.
const TO_DO: &[&str] = &["comment_unswept"];

/// What a plan reads whole, that is not small.
fn whole(step: &str) -> Option<&str> {
    let read = step.strip_prefix("SCAN ")?;
    if read.split_whitespace().any(|word| TO_DO.contains(&word)) {
        return None;
    }
    // `SCAN 2 CONSTANT ROWS`, `SCAN 2-ROW VALUES CLAUSE`
    let mut words = read.split_whitespace();
    let read = words.find(|word| !word.starts_with(|c: char| c.is_ascii_digit()))?;
    let is_derived = read.starts_with('(');
    (!is_derived && !SMALL.contains(&read)).then_some(step)
}

#[tokio::test]
async fn no_list_reads_a_whole_table() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    let statements = super::feeds::ALL
        .iter()
        .chain(&super::rows::ALL)
        .chain(&super::counts::ALL)
        .chain(&super::place::ALL)
        .chain(&super::view::ALL)
        .chain(&super::responses::ALL)
        .chain(&super::comments::ALL)
        .chain(&super::comment_rows::ALL)
        .chain(&super::tags::ALL)
        .chain(&super::upkeep::ALL);
    let two = super::literals([uuid::Uuid::nil(), uuid::Uuid::max()]);
    for statement in statements {
        let explained = format!("EXPLAIN QUERY PLAN {}", statement.replace("{ids}", &two));
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(explained))
            .fetch_all(&store.read)
            .await
            .unwrap();
        assert!(!plan.is_empty());
        for (.., step) in &plan {
            assert_eq!(whole(step), None, "{statement}\n{plan:#?}");
            assert!(
                !step.contains("AUTOMATIC"),
                "an index is made anew: {step} in {statement}"
            );
        }
    }
}

#[tokio::test]
async fn who_has_posted_is_looked_up_without_reading_their_posts() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    for statement in [super::feeds::ALL[0], super::feeds::ALL[3]] {
        let explained = format!("EXPLAIN QUERY PLAN {statement}");
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(explained))
            .fetch_all(&store.read)
            .await
            .unwrap();
        let of_author = plan
            .iter()
            .filter(|(.., step)| step.contains("COVERING INDEX post_out_of_author (author_id=?"));
        assert_eq!(of_author.count(), 2, "the heads, and the page: {plan:#?}");
    }
}

#[tokio::test]
async fn places_that_are_answered_are_looked_at_once_by_the_sweep() {
    use crate::ports::post::PostUpkeep;
    use crate::ports::post::conformance::{All, NOW};

    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    let all = All {
        posts: &store,
        upkeep: &store,
        users: &store,
        relations: &store,
        settings: &store,
    };
    let [author] = all.people("sweeper").await;
    let post = all.publish(author, "글", NOW).await;
    let top = all.comment(post, None, author).await.unwrap();
    let middle = all.comment(post, Some(top), author).await.unwrap();
    let last = all.comment(post, Some(middle), author).await.unwrap();
    let left = async |what: &'static str| -> i64 {
        let count = sqlx::query_scalar(what).fetch_one(&store.read).await;
        count.unwrap()
    };
    for gone in [top, middle] {
        all.posts.delete_comment(author, gone, NOW).await.unwrap();
    }
    while store.sweep(NOW).await.unwrap() {}
    assert_eq!(left("SELECT count(*) FROM comment").await, 3, "places");
    let waiting = "SELECT count(*) FROM comment WHERE unswept = 1";
    assert_eq!(left(waiting).await, 0);
    all.posts.delete_comment(author, last, NOW).await.unwrap();
    while store.sweep(NOW).await.unwrap() {}
    assert_eq!(left("SELECT count(*) FROM comment").await, 0, "all go");
}
