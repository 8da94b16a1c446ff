//! Lists of posts.

use http::{Method, StatusCode};
use serde_json::json;

use super::{Person, id, people};
use crate::server::Server;

const MUTED_WORD: &str = "중얼중얼";

#[tokio::test]
async fn the_feed_holds_each_post_once_and_stays_where_it_is() {
    let server = Server::start().await;
    let [me, friend, other, star] = people(&server).await;
    me.follows(&friend).await;
    me.follows(&other).await;
    let repost = async |who: &Person, post: &str| {
        let done = who
            .acts(Method::PUT, &format!("/v1/posts/{post}/repost"))
            .await;
        assert_eq!(done, StatusCode::OK);
    };
    let far = star.posts("멀리서", "public").await;
    let first = friend.posts("친구의 글", "public").await;
    let mine = me.posts("나의 글", "private").await;
    star.posts("아무도 전하지 않은 글", "public").await;
    repost(&friend, &far).await;
    repost(&other, &far).await;
    // By somebody one follows: at its own time, whoever passes it on.
    repost(&other, &first).await;
    let feed = me.ids("/v1/feeds/following").await;
    assert_eq!(feed, [far.clone(), mine.clone(), first.clone()]);
    let page = me.browser.get("/v1/feeds/following?limit=1").await.json();
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    other.posts("새 글", "public").await;
    let next = format!("/v1/feeds/following?limit=1&cursor={cursor}");
    let next = me.browser.get(&next).await.json();
    assert_eq!(id(&next["posts"][0]), mine);
    me.puts("mute", &friend, json!({})).await;
    let feed = me.whole("/v1/feeds/following", "posts", 2).await;
    let passed = feed.iter().find(|post| post["id"] == far.as_str()).unwrap();
    assert_eq!(passed["reposted_by"]["handle"], other.handle.as_str());
    assert!(!feed.iter().any(|post| post["id"] == first.as_str()));
}

#[tokio::test]
async fn the_muted_are_left_out_of_feeds_and_pages_stay_full() {
    let server = Server::start().await;
    let [me, loud, quiet] = people(&server).await;
    let mut wanted = Vec::new();
    for n in 0..6 {
        loud.posts(&format!("#시끌 {n}"), "public").await;
        wanted.insert(0, quiet.posts(&format!("#시끌 조용 {n}"), "public").await);
    }
    me.puts("mute", &loud, json!({})).await;
    for path in ["/v1/posts", "/v1/tags/시끌/posts"] {
        assert_eq!(me.ids(path).await, wanted, "{path}");
        assert_eq!(quiet.ids(path).await.len(), 12);
    }
    let own = me.ids(&format!("/v1/users/{}/posts", loud.handle)).await;
    assert_eq!(own.len(), 6, "who looks at them finds them");
}

#[tokio::test]
async fn muted_words_are_left_out_of_feeds_and_marked_elsewhere() {
    let server = Server::start().await;
    let [me, other] = people(&server).await;
    for person in [&me, &other] {
        let word = json!({ "word": MUTED_WORD });
        let muted = person
            .browser
            .ask(Method::POST, "/v1/me/muted-words", Some(&word));
        assert_eq!(muted.await.status, StatusCode::CREATED);
    }
    let mut wanted = Vec::new();
    let mut muttered = String::new();
    for n in 0..9 {
        muttered = other
            .posts(&format!("{MUTED_WORD}거린다 {n} #말"), "public")
            .await;
        if n % 3 == 0 {
            wanted.insert(0, other.posts(&format!("또렷하다 {n} #말"), "public").await);
        }
    }
    for path in ["/v1/posts", "/v1/tags/말/posts"] {
        assert_eq!(me.ids(path).await, wanted, "{path}");
    }
    // One's own words are never unwanted.
    assert_eq!(other.ids("/v1/posts").await.len(), 12);
    let seen = me.sees(&muttered).await;
    assert_eq!(seen["muted"], json!({ "word": MUTED_WORD }));
    let of = me
        .whole(&format!("/v1/users/{}/posts", other.handle), "posts", 5)
        .await;
    assert_eq!(of.len(), 12);
    assert_eq!(of[0]["muted"], json!({ "word": MUTED_WORD }));
    me.comments(&muttered, None, MUTED_WORD).await;
    let comments = format!("/v1/posts/{muttered}/comments");
    let marked = other.whole(&comments, "comments", 5).await;
    assert_eq!(marked[0]["muted"], json!({ "word": MUTED_WORD }));
}

#[tokio::test]
async fn cursors_lead_on_through_what_is_added_and_taken_away() {
    let server = Server::start().await;
    let [one] = people(&server).await;
    let mut posts = Vec::new();
    for n in 0..10 {
        posts.insert(0, one.posts(&n.to_string(), "public").await);
    }
    let page = one.browser.get("/v1/posts?limit=4").await.json();
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    one.posts("새 글", "public").await;
    for gone in [&posts[3], &posts[5]] {
        one.acts(Method::DELETE, &format!("/v1/posts/{gone}")).await;
    }
    let next = format!("/v1/posts?limit=4&cursor={cursor}");
    let next = one.browser.get(&next).await.json();
    let ids: Vec<String> = next["posts"].as_array().unwrap().iter().map(id).collect();
    let left = [&posts[4], &posts[6], &posts[7], &posts[8]].map(String::clone);
    assert_eq!(ids, left);
    let of_another = format!("/v1/feeds/following?cursor={cursor}");
    one.browser
        .get(&of_another)
        .await
        .is_problem(400, "invalid_cursor");
}

#[tokio::test]
async fn tags_are_found_by_their_beginning_however_written() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    one.posts("#마루 #마당 #Maru", "public").await;
    one.posts("#마루", "public").await;
    one.posts("#마음속", "private").await;
    let tags = async |who: &Person, query: &str| {
        let found = who
            .whole(&format!("/v1/tags?query={query}"), "tags", 1)
            .await;
        let found = found.iter().map(|tag| {
            let name = tag["name"].as_str().unwrap().to_owned();
            (name, tag["posts"].as_u64().unwrap())
        });
        found.collect::<Vec<_>>()
    };
    let known = |tags: &[(&str, u64)]| {
        let tags = tags
            .iter()
            .map(|(name, posts)| ((*name).to_owned(), *posts));
        tags.collect::<Vec<_>>()
    };
    assert_eq!(tags(&two, "마").await, known(&[("마당", 1), ("마루", 2)]));
    let own = tags(&one, "마").await;
    assert_eq!(own, known(&[("마당", 1), ("마루", 2), ("마음속", 1)]));
    assert_eq!(tags(&two, "ＭＡ").await, known(&[("maru", 1)]));
    assert_eq!(tags(&two, "%23ma").await, known(&[("maru", 1)]));
    assert!(tags(&two, "a%20b").await.is_empty());
    let bad = two.browser.get("/v1/tags/a%20b/posts").await;
    bad.is_problem(422, "invalid_tag");
    assert_eq!(two.ids("/v1/tags/ＭＡＲＵ/posts").await.len(), 1);
    let nobody = two.browser.get("/v1/users/nobody_at_all/posts").await;
    nobody.is_problem(404, "user_not_found");
}
