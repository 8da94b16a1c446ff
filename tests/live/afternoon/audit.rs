//! Every count there is, computed anew from what it counts.

use std::path::Path;

use super::people::records;

/// What is counted, a statement that gives `(thing, kept, counted)` for every thing.
const COUNTS: &[(&str, &str)] = &[
    (
        "reactions to posts",
        "SELECT hex(c.post_id), c.heart || ',' || c.laugh || ',' || c.wow || ',' || c.sad, (
             SELECT coalesce(sum(kind = 'heart'), 0) || ',' || coalesce(sum(kind = 'laugh'), 0) || ','
                 || coalesce(sum(kind = 'wow'), 0) || ',' || coalesce(sum(kind = 'sad'), 0)
             FROM post_reaction AS r WHERE r.post_id = c.post_id)
         FROM post_count AS c",
    ),
    (
        "reposts",
        "SELECT hex(c.post_id), c.reposts, (SELECT count(*) FROM post_repost AS r WHERE r.post_id = c.post_id)
         FROM post_count AS c",
    ),
    (
        "bookmarks",
        "SELECT hex(c.post_id), c.bookmarks, (SELECT count(*) FROM post_bookmark AS r WHERE r.post_id = c.post_id)
         FROM post_count AS c",
    ),
    (
        "comments",
        "SELECT hex(c.post_id), c.comments, (SELECT count(*) FROM comment AS r
             WHERE r.post_id = c.post_id AND r.standing = 'shown' AND r.deleted_ms IS NULL)
         FROM post_count AS c",
    ),
    (
        "replies",
        "SELECT hex(c.comment_id), c.replies, (SELECT count(*) FROM comment AS r
             WHERE r.under_id = c.comment_id AND r.standing = 'shown' AND r.deleted_ms IS NULL)
         FROM comment_count AS c",
    ),
    (
        "counts of posts there are",
        "SELECT 'all', (SELECT count(*) FROM post), (SELECT count(*) FROM post_count)",
    ),
    (
        "tags",
        "SELECT hex(p.id), (SELECT count(*) FROM post_tag AS t WHERE t.post_id = p.id),
             CASE WHEN p.state = 'published' AND p.deleted_ms IS NULL THEN json_array_length(p.tags) ELSE 0 END
         FROM post AS p WHERE p.deleted_ms IS NULL",
    ),
    (
        "followers",
        "SELECT hex(c.user_id), c.followers, (SELECT count(*) FROM follow AS f WHERE f.followee_id = c.user_id)
         FROM relation_count AS c",
    ),
    (
        "people followed",
        "SELECT hex(c.user_id), c.following, (SELECT count(*) FROM follow AS f WHERE f.follower_id = c.user_id)
         FROM relation_count AS c",
    ),
    (
        "ties",
        "SELECT hex(c.user_id), c.ties, (SELECT count(*) FROM tie AS f WHERE f.user_id = c.user_id)
         FROM relation_count AS c",
    ),
    (
        "visits",
        "SELECT hex(c.room_id), c.total - c.swept, (SELECT count(*) FROM visit AS v WHERE v.room_id = c.room_id)
         FROM visit_count AS c",
    ),
    (
        "visits of the day",
        "SELECT hex(c.room_id), c.today, (SELECT count(*) FROM visit AS v
             WHERE v.room_id = c.room_id AND v.day = c.day)
         FROM visit_count AS c",
    ),
    (
        "rooms visited",
        "SELECT 'all', (SELECT count(*) FROM visit_count), (SELECT count(DISTINCT room_id) FROM visit)",
    ),
    (
        "visits of one's own",
        "SELECT hex(v.room_id), 0, v.user_id = r.owner_id FROM visit AS v JOIN room AS r ON r.id = v.room_id",
    ),
    (
        "pictures for everybody",
        "SELECT hex(u.asset_id), u.is_public, p.state = 'published' AND p.audience = 'public'
             AND p.standing = 'shown' AND p.deleted_ms IS NULL
             AND NOT EXISTS (SELECT 1 FROM user_settings AS s WHERE s.user_id = p.author_id AND s.account_private = 1)
         FROM asset_use AS u JOIN post AS p ON p.id = u.subject_id WHERE u.subject_kind = 'post'",
    ),
    (
        "people who count for a thing once a day",
        "SELECT hex(thing), 1, count(*) FROM popularity_count GROUP BY kind, thing, day, user_id",
    ),
];

/// Compares all of them; how many there were.
pub(super) async fn counts(data: &Path) -> usize {
    let mut records = records(data).await;
    let mut compared = 0;
    for (what, statement) in COUNTS {
        let statement = format!(
            "SELECT a, CAST(b AS TEXT), CAST(c AS TEXT) FROM ({})",
            named(statement)
        );
        let rows: Vec<(String, String, String)> = sqlx::query_as(sqlx::AssertSqlSafe(statement))
            .fetch_all(&mut records)
            .await
            .unwrap();
        let wrong: Vec<_> = rows
            .iter()
            .filter(|(_, kept, counted)| kept != counted)
            .collect();
        assert!(
            wrong.is_empty(),
            "{what}: {} of {} differ: {wrong:?}",
            wrong.len(),
            rows.len()
        );
        compared += rows.len();
    }
    assert!(compared > 1_000, "{compared}");
    compared
}

/// The statement with its columns called a, b and c.
fn named(statement: &str) -> String {
    format!("WITH it (a, b, c) AS ({statement}) SELECT a, b, c FROM it")
}
