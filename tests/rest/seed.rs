//! The demo neighbourhood: it is there as its files have it, by the rules that hold for anybody.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::process::Command;

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

async fn store(data: &Path) -> SqliteConnection {
    let store = SqliteConnectOptions::new().filename(data.join("maru.sqlite3"));
    store.connect().await.unwrap()
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
    is_as_it_is_written(site.data()).await;
}

async fn is_as_it_is_written(data: &Path) {
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

    let store = &mut store(data).await;
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

/// `maru seed` as a process of its own.
fn seeding(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_maru"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MARU_") {
            command.env_remove(name);
        }
    }
    command.current_dir(data).args(["seed", "--data"]).arg(data);
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    command.kill_on_drop(true);
    command
}

/// How many of these there are in what is being built; none while it cannot be asked.
async fn built(staging: &Path, query: &'static str) -> i64 {
    let options = SqliteConnectOptions::new()
        .filename(staging.join("maru.sqlite3"))
        .create_if_missing(false)
        .read_only(true);
    let Ok(mut store) = options.connect().await else {
        return 0;
    };
    let count = sqlx::query_scalar(query).fetch_one(&mut store).await;
    count.unwrap_or(0)
}

fn files(folder: PathBuf) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.path() {
            path if path.is_dir() => files(path),
            _ => 1,
        })
        .sum()
}

/// Marks what the last one left, so that it is not taken for what the next one builds.
const LEFT: &str = "left";

/// When it is killed.
#[derive(Debug, Clone, Copy)]
enum At {
    Begun,
    PeopleMovedIn,
    PicturesSent,
    PicturesMade,
    PostsWritten,
    GuestsCame,
    HandedOver,
}

impl At {
    const ALL: [Self; 7] = [
        Self::Begun,
        Self::PeopleMovedIn,
        Self::PicturesSent,
        Self::PicturesMade,
        Self::PostsWritten,
        Self::GuestsCame,
        Self::HandedOver,
    ];

    async fn has_come(self, data: &Path) -> bool {
        let staging = data.join(".seeding");
        if staging.join(LEFT).exists() {
            return false;
        }
        match self {
            Self::Begun => staging.exists(),
            Self::PeopleMovedIn => built(&staging, "SELECT count(*) FROM identity").await >= 5,
            Self::PicturesSent => files(staging.join("media")) > 0,
            Self::PicturesMade => files(staging.join("media/pictures")) >= 10,
            Self::PostsWritten => built(&staging, "SELECT count(*) FROM post").await >= 10,
            Self::GuestsCame => built(&staging, "SELECT count(*) FROM visit").await >= 300,
            // The first pictures are where they belong; the store follows right after.
            Self::HandedOver => files(data.join("media/pictures")) > 0,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_point_it_leaves_nothing_and_the_next_one_leaves_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    for at in At::ALL {
        // What was handed over before the kill is not what this one waits for.
        let _ = std::fs::remove_dir_all(data.join("media"));
        if data.join(".seeding").exists() {
            std::fs::write(data.join(".seeding").join(LEFT), "").unwrap();
        }
        let mut child = seeding(data).stdout(Stdio::null()).spawn().unwrap();
        while !at.has_come(data).await {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "{at:?}: it ended first: {ended:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        child.kill().await.unwrap();
        if matches!(at, At::HandedOver) && !data.join(".seeding/maru.sqlite3").exists() {
            // It was quicker, and the store had taken its place.
            is_as_it_is_written(data).await;
            continue;
        }
        let left = number(&mut store(data).await, "SELECT count(*) FROM identity").await;
        assert_eq!(left, 0, "{at:?}: people have moved in by half");
    }
    // Whoever serves it meanwhile serves none of it, and clears up.
    let (site, data) = Site::over_what_is_in(folder).await;
    let found = site
        .browser()
        .get("/v1/recommendations/rooms?limit=50")
        .await;
    let rooms = found.json()["rooms"].as_array().unwrap().len();
    let were = number(&mut store(&data).await, "SELECT count(*) FROM identity").await;
    assert!(
        were == 0 && rooms == 0 || were == 12 && rooms >= 12,
        "{were} people, {rooms} rooms"
    );
    assert!(!data.join(".seeding").exists());
    let folder = site.stop().await;
    let said = seeding(&data).output().await.unwrap();
    assert!(said.status.success());
    is_as_it_is_written(&data).await;
    assert!(!data.join(".seeding").exists());
    // And whoever is there is left alone.
    let said = seeding(&data).output().await.unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.success() && text.contains("already"), "{text}");
    is_as_it_is_written(&data).await;
    drop(folder);
}

#[tokio::test]
async fn a_store_that_was_in_use_keeps_what_it_has_and_gets_all_of_it() {
    let site = Site::start().await;
    let data = site.data().to_owned();
    let secrets = "SELECT name || hex(value) FROM installation";
    let before = texts(&mut store(&data).await, secrets).await;
    assert!(!before.is_empty());
    let refused = seeding(&data)
        .stderr(Stdio::piped())
        .output()
        .await
        .unwrap();
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && why.contains("in use"), "{why}");
    let folder = site.stop().await;
    let said = seeding(&data).output().await.unwrap();
    assert!(said.status.success());
    is_as_it_is_written(&data).await;
    let after = texts(&mut store(&data).await, secrets).await;
    assert!(after.is_superset(&before), "{before:?}, {after:?}");
    drop(folder);
}
