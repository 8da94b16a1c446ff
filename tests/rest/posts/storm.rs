//! Many people at once, and the counts recomputed from what the lists say.

use std::sync::Arc;

use http::Method;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Person, id};
use crate::server::Server;

const TASKS: u64 = 32;
const ACTS: usize = 25;

/// One person does this and that to three posts.
async fn rages(person: &Person, posts: &[String], seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut comments: Vec<(String, String)> = Vec::new();
    for n in 0..ACTS {
        let post = &posts[random.random_range(0..posts.len())];
        let ask = async |method: Method, path: String, body: Option<Value>| {
            let answer = person.browser.ask(method, &path, body.as_ref()).await;
            assert!(
                answer.status.is_success() || answer.status == 404,
                "{path}: {} {}",
                answer.status,
                answer.body
            );
            answer
        };
        let address = format!("/v1/posts/{post}");
        match random.random_range(0..9) {
            0 | 1 => {
                let kinds = ["heart", "laugh", "wow", "sad", "cheer", "thanks"];
                let kind = kinds[random.random_range(0..kinds.len())];
                let body = json!({ "kind": kind });
                ask(Method::PUT, format!("{address}/reaction"), Some(body)).await;
            }
            2 => {
                ask(Method::DELETE, format!("{address}/reaction"), None).await;
            }
            3 => {
                ask(Method::PUT, format!("{address}/repost"), None).await;
            }
            4 => {
                ask(Method::DELETE, format!("{address}/repost"), None).await;
            }
            5 => {
                ask(Method::PUT, format!("{address}/bookmark"), None).await;
            }
            6 if !comments.is_empty() => {
                let at = random.random_range(0..comments.len());
                let (_, comment) = comments.swap_remove(at);
                ask(Method::DELETE, format!("/v1/comments/{comment}"), None).await;
            }
            _ => {
                let mut body = json!({ "text": format!("{seed} {n}") });
                let own = comments.iter().find(|(of, _)| of == post);
                if let Some((_, parent)) = own {
                    body["parent"] = parent.as_str().into();
                }
                let answer = ask(Method::POST, format!("{address}/comments"), Some(body)).await;
                if answer.status == 201 {
                    comments.push((post.clone(), id(&answer.json()["comment"])));
                }
            }
        }
    }
}

/// The counts of a post, put together from its lists alone.
async fn recounted(reader: &Person, post: &str) -> Value {
    let mut kinds = json!({ "heart": 0, "laugh": 0, "wow": 0, "sad": 0, "cheer": 0, "thanks": 0 });
    let path = format!("/v1/posts/{post}");
    for reaction in reader
        .whole(&format!("{path}/reactions"), "reactions", 7)
        .await
    {
        let kind = reaction["kind"].as_str().unwrap();
        kinds[kind] = (kinds[kind].as_u64().unwrap() + 1).into();
    }
    let reposts = reader.whole(&format!("{path}/reposts"), "reposts", 7).await;
    let mut waiting = reader
        .whole(&format!("{path}/comments"), "comments", 7)
        .await;
    let mut comments = 0;
    while let Some(comment) = waiting.pop() {
        let below = format!("/v1/comments/{}/replies", id(&comment));
        let replies = reader.whole(&below, "replies", 7).await;
        let there = replies.iter().filter(|reply| reply["gone"] == false);
        assert_eq!(comment["replies"], there.count() as u64);
        comments += u64::from(comment["gone"] == false);
        waiting.extend(replies);
    }
    json!({ "comments": comments, "reposts": reposts.len(), "reactions": kinds })
}

#[tokio::test]
async fn counts_are_right_after_many_did_everything_at_once() {
    let server = Server::start().await;
    let author = Person::new(&server, "author").await;
    let mut posts = Vec::new();
    for n in 0..3 {
        posts.push(author.posts(&n.to_string(), "public").await);
    }
    let posts = Arc::new(posts);
    let mut people = Vec::new();
    for n in 0..TASKS {
        people.push(Arc::new(Person::new(&server, &format!("rager {n}")).await));
    }
    let mut tasks = JoinSet::new();
    for (seed, person) in (0..).zip(people.clone()) {
        let posts = posts.clone();
        tasks.spawn(async move { rages(&person, &posts, seed).await });
    }
    // In the middle of it some block each other, and one post goes.
    let (first, second) = (people[0].clone(), people[1].clone());
    first.does(Method::PUT, "block", &second).await;
    people[2].does(Method::PUT, "block", &author).await;
    let gone = format!("/v1/posts/{}", posts[2]);
    author.acts(Method::DELETE, &gone).await;
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    use maru::ports::post::PostUpkeep;
    let now = maru::domain::clock::Clock::start().wall();
    while server.store.sweep(now).await.unwrap() {}
    for reader in [&author, &people[0], &people[1], &people[5]] {
        for post in &posts[..2] {
            let mut told = reader.sees(post).await["counts"].clone();
            told.as_object_mut().unwrap().remove("bookmarks");
            assert_eq!(told, recounted(reader, post).await);
        }
    }
    // And as they are kept, from the rows themselves.
    let wrong = "SELECT count(*) FROM post_count AS n WHERE
        comments <> (SELECT count(*) FROM comment WHERE post_id = n.post_id AND standing = 'shown' AND deleted_ms IS NULL)
        OR reposts <> (SELECT count(*) FROM post_repost WHERE post_id = n.post_id)
        OR bookmarks <> (SELECT count(*) FROM post_bookmark WHERE post_id = n.post_id)
        OR heart <> (SELECT count(*) FROM post_reaction WHERE post_id = n.post_id AND kind = 'heart')
        OR laugh <> (SELECT count(*) FROM post_reaction WHERE post_id = n.post_id AND kind = 'laugh')
        OR wow <> (SELECT count(*) FROM post_reaction WHERE post_id = n.post_id AND kind = 'wow')
        OR sad <> (SELECT count(*) FROM post_reaction WHERE post_id = n.post_id AND kind = 'sad')
        OR cheer <> (SELECT count(*) FROM post_reaction WHERE post_id = n.post_id AND kind = 'cheer')
        OR thanks <> (SELECT count(*) FROM post_reaction WHERE post_id = n.post_id AND kind = 'thanks')";
    assert_eq!(server.number(wrong).await, 0);
    assert_eq!(server.number("SELECT count(*) FROM post").await, 2);
}
