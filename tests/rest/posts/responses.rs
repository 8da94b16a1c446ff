//! Reactions, bookmarks, pins and reposts.

use http::{Method, StatusCode};
use serde_json::json;

use super::people;
use crate::server::Server;

#[tokio::test]
async fn one_reaction_a_person_of_a_closed_list() {
    let server = Server::start().await;
    let [one, two, three] = people(&server).await;
    let post = one.posts("글", "public").await;
    two.reacts(&post, "poke")
        .await
        .is_problem(422, "invalid_body");
    for kind in ["heart", "laugh", "wow", "sad", "cheer", "thanks", "thanks"] {
        let reacted = two.reacts(&post, kind).await;
        assert_eq!(reacted.status, StatusCode::OK, "{}", reacted.body);
        assert_eq!(reacted.json()["post"]["mine"]["reaction"], kind);
    }
    three.reacts(&post, "heart").await;
    let counts = one.sees(&post).await["counts"]["reactions"].clone();
    let all = json!({ "heart": 1, "laugh": 0, "wow": 0, "sad": 0, "cheer": 0, "thanks": 1 });
    assert_eq!(counts, all);
    let path = format!("/v1/posts/{post}/reactions");
    let who = one.whole(&path, "reactions", 1).await;
    assert_eq!(who[0]["handle"], three.handle.as_str());
    assert_eq!((who.len(), &who[1]["kind"]), (2, &json!("thanks")));
    let hearts = one
        .whole(&format!("{path}?kind=heart"), "reactions", 1)
        .await;
    assert_eq!(hearts.len(), 1);
    let bad = one.browser.get(&format!("{path}?kind=poke")).await;
    bad.is_problem(400, "invalid_query");
    let told = one.told().await;
    assert_eq!(told.len(), 2, "each once: {told:?}");
    let path = format!("/v1/posts/{post}/reaction");
    for _ in 0..2 {
        assert_eq!(
            two.acts(Method::DELETE, &path).await,
            StatusCode::NO_CONTENT
        );
    }
    assert_eq!(one.sees(&post).await["counts"]["reactions"]["thanks"], 0);
}

#[tokio::test]
async fn bookmarks_are_ones_own() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let mut posts = Vec::new();
    for n in 0..4 {
        let post = one.posts(&n.to_string(), "public").await;
        let path = format!("/v1/posts/{post}/bookmark");
        for _ in 0..2 {
            assert_eq!(two.acts(Method::PUT, &path).await, StatusCode::OK);
        }
        posts.insert(0, post);
    }
    assert_eq!(two.ids("/v1/me/bookmarks").await, posts);
    assert!(one.ids("/v1/me/bookmarks").await.is_empty());
    assert_eq!(one.sees(&posts[0]).await["counts"]["bookmarks"], 1);
    assert_eq!(one.sees(&posts[0]).await["mine"]["bookmarked"], false);
    assert_eq!(two.sees(&posts[0]).await["mine"]["bookmarked"], true);
    let told = one.told().await;
    assert!(told.is_empty(), "nobody is told");
    one.does(Method::PUT, "block", &two).await;
    assert!(two.ids("/v1/me/bookmarks").await.is_empty());
}

#[tokio::test]
async fn at_most_three_are_on_top() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let mut posts = Vec::new();
    for n in 0..4 {
        posts.push(one.posts(&n.to_string(), "public").await);
    }
    let pin = |post: &str| format!("/v1/posts/{post}/pin");
    for post in &posts[..3] {
        for _ in 0..2 {
            assert_eq!(one.acts(Method::PUT, &pin(post)).await, StatusCode::OK);
        }
    }
    let fourth = one.browser.ask(Method::PUT, &pin(&posts[3]), None).await;
    fourth.is_problem(409, "too_many_posts");
    let other = two.browser.ask(Method::PUT, &pin(&posts[0]), None).await;
    other.is_problem(403, "forbidden");
    let path = format!("/v1/users/{}/posts", one.handle);
    let page = two.browser.get(&format!("{path}?limit=2")).await.json();
    let pinned: Vec<String> = page["pinned"]
        .as_array()
        .unwrap()
        .iter()
        .map(super::id)
        .collect();
    let latest: Vec<String> = posts[..3].iter().rev().cloned().collect();
    assert_eq!(pinned, latest);
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = two
        .browser
        .get(&format!("{path}?limit=2&cursor={cursor}"))
        .await;
    assert_eq!(next.json()["pinned"], json!([]));
    one.acts(Method::DELETE, &pin(&posts[0])).await;
    assert_eq!(one.acts(Method::PUT, &pin(&posts[3])).await, StatusCode::OK);
}

#[tokio::test]
async fn public_posts_are_passed_on_and_no_others() {
    let server = Server::start().await;
    let [one, two, fan] = people(&server).await;
    two.follows(&one).await;
    fan.follows(&two).await;
    let post = one.posts("널리", "public").await;
    let narrow = one.posts("우리끼리", "followers").await;
    let path = |post: &str| format!("/v1/posts/{post}/repost");
    for _ in 0..2 {
        assert_eq!(two.acts(Method::PUT, &path(&post)).await, StatusCode::OK);
    }
    let answer = two.browser.ask(Method::PUT, &path(&narrow), None).await;
    answer.is_problem(409, "not_public");
    let feed = fan.whole("/v1/feeds/following", "posts", 5).await;
    assert_eq!(feed.len(), 1);
    assert_eq!(feed[0]["id"], post.as_str());
    assert_eq!(feed[0]["reposted_by"]["handle"], two.handle.as_str());
    let of_two = fan.ids(&format!("/v1/users/{}/posts", two.handle)).await;
    assert_eq!(of_two, [post.as_str()]);
    let reposts = format!("{}s", path(&post));
    assert_eq!(one.whole(&reposts, "reposts", 5).await.len(), 1);
    assert_eq!(one.sees(&post).await["counts"]["reposts"], 1);
    // What is no longer public is not there for those it is passed on to.
    let change = json!({ "visibility": "followers" });
    let address = format!("/v1/posts/{post}");
    one.browser
        .ask(Method::PATCH, &address, Some(&change))
        .await;
    assert!(fan.ids("/v1/feeds/following").await.is_empty());
    assert_eq!(
        two.acts(Method::DELETE, &path(&post)).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(one.sees(&post).await["counts"]["reposts"], 0);
}
