//! The demo neighbourhood: it is there as its files have it, by the rules that hold for anybody.

use std::collections::BTreeSet;

use serde_json::Value;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::site::Site;

fn file(text: &str) -> Vec<Value> {
    let parsed: Value = serde_json::from_str(text).unwrap();
    parsed.as_array().unwrap().clone()
}

fn list<'a>(of: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    of[field].as_array().into_iter().flatten()
}

/// Comments and all that answers to them.
fn comments<'a>(of: &'a Value, field: &str, found: &mut Vec<&'a Value>) {
    for comment in list(of, field) {
        found.push(comment);
        comments(comment, "replies", found);
    }
}

async fn number(store: &mut SqliteConnection, query: &'static str) -> usize {
    let count: i64 = sqlx::query_scalar(query).fetch_one(store).await.unwrap();
    usize::try_from(count).unwrap()
}

async fn texts(store: &mut SqliteConnection, query: &'static str) -> BTreeSet<String> {
    let found: Vec<String> = sqlx::query_scalar(query).fetch_all(store).await.unwrap();
    found.into_iter().collect()
}

fn said<'a>(all: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
    let texts = all
        .into_iter()
        .map(|it| it["text"].as_str().unwrap().to_owned());
    texts.collect()
}

#[tokio::test]
async fn the_neighbourhood_is_there_as_it_is_written_and_nothing_was_held_or_refused() {
    let site = Site::inhabited().await;
    let posts = file(include_str!("../../demo/posts.json"));
    let books = file(include_str!("../../demo/guestbooks.json"));
    let mut answers = Vec::new();
    posts
        .iter()
        .for_each(|post| comments(post, "comments", &mut answers));
    let replies: Vec<&Value> = books
        .iter()
        .flat_map(|entry| list(entry, "replies"))
        .collect();
    let many = |field: &'static str| {
        posts
            .iter()
            .map(move |post| list(post, field).count())
            .sum::<usize>()
    };
    let reactions = posts.iter().flat_map(|post| list(post, "reactions"));
    let reactions: usize = reactions.map(|reaction| list(reaction, "by").count()).sum();
    let hearts: usize = answers
        .iter()
        .map(|comment| list(comment, "hearts").count())
        .sum();

    let store = SqliteConnectOptions::new().filename(site.data().join("maru.sqlite3"));
    let store = &mut store.connect().await.unwrap();
    // Word for word: what is masked would read otherwise.
    assert_eq!(
        texts(store, "SELECT text FROM post WHERE standing = 'shown'").await,
        said(&posts)
    );
    let shown = "SELECT text FROM comment WHERE standing = 'shown'";
    assert_eq!(texts(store, shown).await, said(answers.iter().copied()));
    let shown = "SELECT text FROM guestbook_entry WHERE standing = 'shown'";
    assert_eq!(
        texts(store, shown).await,
        said(books.iter().chain(replies.iter().copied()))
    );
    for (query, expected) in [
        ("SELECT count(*) FROM post", posts.len()),
        ("SELECT count(*) FROM comment", answers.len()),
        ("SELECT count(*) FROM guestbook_entry", books.len() + replies.len()),
        ("SELECT count(*) FROM post_reaction", reactions),
        ("SELECT count(*) FROM comment_reaction", hearts),
        ("SELECT count(*) FROM post_bookmark", many("bookmarks")),
        ("SELECT count(*) FROM post_repost", many("reposts")),
        ("SELECT sum(heart + laugh + wow + sad + cheer + thanks) FROM post_count", reactions),
        ("SELECT sum(comments) FROM post_count", answers.len()),
        ("SELECT count(*) FROM asset WHERE state <> 'ready'", 0),
        ("SELECT count(*) FROM asset WHERE purpose = 'picture'", many("pictures")),
        ("SELECT count(*) FROM moderation_case", 0),
        ("SELECT count(*) FROM room WHERE state = 'archived'", 1),
        ("SELECT count(*) FROM tie_request", 1),
        (
            "SELECT count(*) FROM visit_count AS c
             WHERE total <> (SELECT count(*) FROM visit WHERE room_id = c.room_id)",
            0,
        ),
        // A mention, a quote and a room that was named are there: nothing was dropped on the way.
        ("SELECT count(*) FROM post WHERE room_id IS NOT NULL", posts.iter().filter(|it| it["room"].is_string()).count()),
        ("SELECT count(*) FROM post WHERE quote_id IS NOT NULL", posts.iter().filter(|it| it["quotes"].is_string()).count()),
        ("SELECT count(*) FROM post WHERE pinned_ms IS NOT NULL", posts.iter().filter(|it| it["pin"] == true).count()),
        (
            "SELECT count(*) FROM post AS p WHERE EXISTS (
                 SELECT 1 FROM comment AS c WHERE c.post_id = p.id AND c.created_ms < p.published_ms)",
            0,
        ),
    ] {
        assert_eq!(number(store, query).await, expected, "{query}");
    }
    let visited =
        "SELECT count(*) FROM (SELECT DISTINCT owner_id FROM room JOIN visit ON room_id = room.id)";
    assert_eq!(
        number(store, visited).await,
        12,
        "somebody came to everybody"
    );
}

#[tokio::test]
async fn whoever_comes_first_finds_the_home_page_full() {
    let site = Site::inhabited().await;
    let newcomer = site.browser();
    for (path, field, least) in [
        ("/v1/recommendations/rooms?limit=50", "rooms", 12),
        (
            "/v1/recommendations/rooms?order=newest&limit=50",
            "rooms",
            16,
        ),
        ("/v1/recommendations/posts?limit=50", "posts", 20),
        (
            "/v1/recommendations/posts?order=newest&limit=50",
            "posts",
            35,
        ),
        ("/v1/recommendations/tags?limit=50", "tags", 10),
    ] {
        let found = newcomer.get(path).await;
        let found = found.json()[field].as_array().unwrap().len();
        assert!(found >= least, "{path}: {found}");
    }
    let person = newcomer.get("/v1/users/nabi").await.json();
    assert!(person.to_string().contains("avatar"), "{person}");
}
