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

#[tokio::test]
async fn no_list_reads_a_whole_table() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    for statement in super::feeds::ALL {
        let explained = format!("EXPLAIN QUERY PLAN {statement}");
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(explained))
            .fetch_all(&store.read)
            .await
            .unwrap();
        for (.., step) in plan {
            let table = step.split_whitespace().nth(1).unwrap_or_default();
            let whole = step.starts_with("SCAN")
                && !step.contains("INDEX")
                && ["p", "o", "t", "b", "r", "q", "e", "a", "post", "post_tag"].contains(&table);
            assert!(!whole, "{step} in {statement}");
        }
    }
}
