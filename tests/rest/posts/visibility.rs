//! Who sees what: every route against a plain function that says who may.

use http::Method;
use serde_json::{Value, json};

use super::{Person, id};
use crate::browser::Browser;
use crate::server::Server;

const AUDIENCES: [&str; 4] = ["public", "followers", "ties", "private"];

/// What a viewer is to the author.
#[derive(Debug, Clone, Copy, Default)]
struct Bond {
    own: bool,
    follows: bool,
    tied: bool,
    blocked: bool,
}

/// The whole of the rule.
fn may(account_private: bool, audience: &str, bond: Bond) -> bool {
    if bond.own {
        return true;
    }
    if bond.blocked {
        return false;
    }
    match audience {
        "public" => !account_private || bond.follows,
        "followers" => bond.follows,
        "ties" => bond.tied,
        _ => false,
    }
}

struct Viewer {
    /// Nobody has no handle.
    browser: Browser,
    bond: Bond,
    name: &'static str,
}

/// Everybody there can be, as they stand to the author.
async fn viewers(server: &Server, author: Person) -> Vec<Viewer> {
    let person =
        async |name: &str| Person::new(server, &format!("{name} {}", author.handle.len())).await;
    let (stranger, follower, tie) = (
        person("stranger").await,
        person("follower").await,
        person("tie").await,
    );
    let (both, blocked, blocker) = (
        person("both").await,
        person("blocked").await,
        person("blocker").await,
    );
    follower.follows(&author).await;
    both.follows(&author).await;
    both.ties(&author).await;
    tie.ties(&author).await;
    blocked.follows(&author).await;
    blocked.ties(&author).await;
    blocker.follows(&author).await;
    author.does(Method::PUT, "block", &blocked).await;
    blocker.does(Method::PUT, "block", &author).await;
    let none = Bond::default();
    let follows = Bond {
        follows: true,
        ..none
    };
    let tied = Bond { tied: true, ..none };
    let hidden = Bond {
        blocked: true,
        ..none
    };
    let all = Bond {
        tied: true,
        ..follows
    };
    let own = Bond { own: true, ..none };
    let viewer = |browser, bond, name| Viewer {
        browser,
        bond,
        name,
    };
    vec![
        viewer(Browser::new(server), none, "nobody"),
        viewer(stranger.browser, none, "stranger"),
        viewer(follower.browser, follows, "follower"),
        viewer(tie.browser, tied, "tie"),
        viewer(both.browser, all, "both"),
        viewer(blocked.browser, hidden, "blocked"),
        viewer(blocker.browser, hidden, "blocker"),
        viewer(author.browser, own, "author"),
    ]
}

async fn ids(browser: &Browser, path: &str) -> Vec<String> {
    let answer = browser.get(&format!("{path}?limit=100")).await;
    if answer.status == 404 || answer.status == 401 {
        return Vec::new();
    }
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    let page = answer.json();
    page["posts"].as_array().unwrap().iter().map(id).collect()
}

/// A post for each audience, with a comment and an answer by the author, and a quote of it that is as public as the
/// author can make one.
async fn written(author: &Person, tag: &str) -> Vec<(&'static str, String, String, String)> {
    let mut posts = Vec::new();
    for audience in AUDIENCES {
        let post = author.posts(&format!("#{tag} {audience}"), audience).await;
        let comment = author.comments(&post, None, "댓글").await;
        author.comments(&post, Some(&comment), "답글").await;
        let quote = author
            .writes(&json!({ "text": "보세요", "visibility": "public", "quote_of": post }))
            .await;
        let edit = json!({ "content_warning": "고침" });
        let path = format!("/v1/posts/{post}");
        author.browser.ask(Method::PATCH, &path, Some(&edit)).await;
        posts.push((audience, post, comment, id(&quote.json()["post"])));
    }
    posts
}

#[tokio::test]
async fn every_route_agrees_with_the_rule() {
    let server = Server::start().await;
    for account_private in [false, true] {
        let tag = if account_private { "닫힘" } else { "열림" };
        let author = Person::new(&server, &format!("author {account_private}")).await;
        author.private(account_private).await;
        let handle = author.handle.clone();
        let posts = written(&author, tag).await;
        for Viewer {
            browser,
            bond,
            name,
        } in viewers(&server, author).await
        {
            let feeds = [
                ("newest", ids(&browser, "/v1/posts").await),
                ("tag", ids(&browser, &format!("/v1/tags/{tag}/posts")).await),
                (
                    "user",
                    ids(&browser, &format!("/v1/users/{handle}/posts")).await,
                ),
                ("following", ids(&browser, "/v1/feeds/following").await),
            ];
            for (audience, post, comment, quote) in &posts {
                let sees = may(account_private, audience, bond);
                let what = format!("{name}, {audience}, private account: {account_private}");
                let status = |yes: u16| if sees { yes } else { 404 };
                for path in [
                    format!("/v1/posts/{post}"),
                    format!("/v1/posts/{post}/edits"),
                    format!("/v1/posts/{post}/comments"),
                    format!("/v1/posts/{post}/reactions"),
                    format!("/v1/posts/{post}/reposts"),
                    format!("/v1/comments/{comment}/replies"),
                ] {
                    let answer = browser.get(&path).await;
                    assert_eq!(answer.status, status(200), "{what}: {path}");
                }
                for (feed, listed) in &feeds {
                    let holds = sees
                        && match *feed {
                            "newest" => *audience == "public",
                            "following" => bond.follows || bond.own,
                            _ => true,
                        };
                    assert_eq!(listed.contains(post), holds, "{what}: {feed}");
                }
                let quoting = browser.get(&format!("/v1/posts/{quote}")).await;
                let sees_quote = may(account_private, "public", bond);
                assert_eq!(quoting.status == 200, sees_quote, "{what}: the quote");
                if sees_quote {
                    let quoted = &quoting.json()["post"]["quote"]["post"];
                    assert_eq!(!quoted.is_null(), sees, "{what}: what is quoted");
                }
                if name == "nobody" {
                    continue;
                }
                let reaction = json!({ "kind": "heart" });
                let words = json!({ "text": "나도" });
                let again = json!({ "text": "x", "visibility": "private", "quote_of": post });
                let asks: [(Method, String, Option<&Value>, u16); 6] = [
                    (
                        Method::PUT,
                        format!("/v1/posts/{post}/reaction"),
                        Some(&reaction),
                        200,
                    ),
                    (Method::PUT, format!("/v1/posts/{post}/bookmark"), None, 200),
                    (
                        Method::POST,
                        format!("/v1/posts/{post}/comments"),
                        Some(&words),
                        201,
                    ),
                    (
                        Method::PUT,
                        format!("/v1/comments/{comment}/reaction"),
                        Some(&reaction),
                        200,
                    ),
                    (Method::POST, "/v1/posts".to_owned(), Some(&again), 201),
                    (
                        Method::PUT,
                        format!("/v1/posts/{post}/repost"),
                        None,
                        if *audience == "public" && !account_private {
                            200
                        } else {
                            409
                        },
                    ),
                ];
                for (method, path, body, yes) in asks {
                    let answer = browser.ask(method, &path, body).await;
                    assert_eq!(answer.status, status(yes), "{what}: {path} {}", answer.body);
                }
                let kept = ids(&browser, "/v1/me/bookmarks").await;
                assert_eq!(kept.contains(post), sees, "{what}: bookmarks");
            }
        }
    }
}

#[tokio::test]
async fn a_block_in_the_middle_takes_each_out_of_what_the_other_sees() {
    let server = Server::start().await;
    let [author, one, two] = super::people(&server).await;
    let post = author.posts("모두", "public").await;
    let first = one.comments(&post, None, "하나").await;
    two.comments(&post, Some(&first), "둘의 답").await;
    one.reacts(&post, "heart").await;
    two.reacts(&post, "heart").await;
    two.acts(Method::PUT, &format!("/v1/posts/{post}/repost"))
        .await;
    let counts = async |who: &Person| {
        let counts = who.sees(&post).await["counts"].clone();
        let number = |value: &Value| value.as_u64().unwrap();
        (
            number(&counts["comments"]),
            number(&counts["reactions"]["heart"]),
            number(&counts["reposts"]),
        )
    };
    assert_eq!(counts(&one).await, (2, 2, 1));
    one.does(Method::PUT, "block", &two).await;
    assert_eq!(counts(&one).await, (1, 1, 0));
    assert_eq!(counts(&two).await, (1, 1, 1));
    assert_eq!(counts(&author).await, (2, 2, 1));
    let comments = format!("/v1/posts/{post}/comments");
    let seen = two.whole(&comments, "comments", 9).await;
    // The answer is one's own: the place of what it answers is left, and says nothing of whose it was.
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (&seen[0]["gone"], &seen[0]["author"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(seen[0]["text"], "");
    let seen = one.whole(&comments, "comments", 9).await;
    assert_eq!(
        (&seen[0]["gone"], &seen[0]["replies"]),
        (&json!(false), &json!(0))
    );
    let replies = format!("/v1/comments/{first}/replies");
    assert!(one.whole(&replies, "replies", 9).await.is_empty());
    let reactions = format!("/v1/posts/{post}/reactions");
    assert_eq!(one.whole(&reactions, "reactions", 9).await.len(), 1);
    let answer = json!({ "text": "답", "parent": first });
    let answered = two
        .browser
        .ask(Method::POST, &comments, Some(&answer))
        .await;
    answered.is_problem(404, "comment_not_found");
}

#[tokio::test]
async fn a_closed_account_takes_its_posts_along_until_it_is_restored() {
    let server = Server::start().await;
    let [author, reader] = super::people(&server).await;
    let post = author.posts("#있다가 없다가", "public").await;
    let other = reader.posts("다른 글", "public").await;
    author.comments(&other, None, "댓글").await;
    author.reacts(&other, "sad").await;
    let closed = author.browser.ask(Method::DELETE, "/v1/me", None).await;
    assert_eq!(closed.status, 202, "{}", closed.body);
    let path = format!("/v1/posts/{post}");
    reader
        .browser
        .get(&path)
        .await
        .is_problem(404, "post_not_found");
    assert!(reader.ids("/v1/tags/있다가/posts").await.is_empty());
    let seen = reader.sees(&other).await;
    assert_eq!(seen["counts"]["comments"], 0);
    assert_eq!(seen["counts"]["reactions"]["sad"], 0);
    let comments = format!("/v1/posts/{other}/comments");
    assert!(reader.whole(&comments, "comments", 9).await.is_empty());
    let tags = reader.browser.get("/v1/tags?query=있").await.json();
    assert_eq!(tags["tags"], json!([]));
}
