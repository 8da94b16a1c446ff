//! `/v1/users/{handle}/block`: to whom they block people are not there, and nothing tells them why.

use http::{Method, StatusCode};
use serde_json::json;

use super::{Person, nothing, routes};
use crate::server::Server;

/// What the one who blocks still may ask about the other.
const OWN: [&str; 2] = ["/v1/users/{}/relation", "/v1/users/{}/block"];

#[tokio::test]
async fn every_route_about_the_other_answers_as_about_nobody() {
    let server = Server::start().await;
    let (one, two) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "바다").await,
    );
    let blocked = one.does(Method::PUT, "block", &two).await;
    assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
    assert_eq!(blocked.json()["relation"]["blocking"], true);
    for (asks, other) in [(&one, &two), (&two, &one)] {
        for (method, path, body) in routes() {
            if asks.handle == one.handle && OWN.contains(&path) {
                continue;
            }
            let ask = async |handle: &str| {
                let path = path.replace("{}", handle);
                asks.browser.ask(method.clone(), &path, body.as_ref()).await
            };
            let (answer, nobody) = (ask(&other.handle).await, ask("nobody_at_all").await);
            answer.is_problem(404, "user_not_found");
            assert_eq!(answer.json(), nobody.json(), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_block_ends_what_was_and_is_taken_back_by_who_made_it() {
    let server = Server::start().await;
    let (one, two) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "바다").await,
    );
    one.ties(&two).await;
    one.does(Method::PUT, "follow", &two).await;
    two.does(Method::PUT, "follow", &one).await;
    let line = json!({ "text": "좋은 사람" });
    two.puts("testimonial", &one, line).await;
    for _ in 0..2 {
        let blocked = one.does(Method::PUT, "block", &two).await;
        assert_eq!(blocked.status, StatusCode::OK);
    }
    let mut only_blocking = nothing();
    only_blocking["blocking"] = true.into();
    assert_eq!(one.relation(&two).await, only_blocking);
    assert_eq!(one.list("/v1/me/blocks").await, [two.handle.as_str()]);
    assert!(two.list("/v1/me/blocks").await.is_empty());
    assert!(two.list("/v1/me/ties").await.is_empty());
    for _ in 0..2 {
        let unblocked = one.does(Method::DELETE, "block", &two).await;
        assert_eq!(unblocked.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(one.relation(&two).await, nothing());
    assert_eq!(two.relation(&one).await, nothing());
    let lines = format!("/v1/users/{}/testimonials", one.handle);
    assert!(two.list(&lines).await.is_empty());
}

#[tokio::test]
async fn the_hidden_are_left_out_of_other_peoples_lists() {
    let server = Server::start().await;
    let (star, one, two) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "바다").await,
        Person::new(&server, "바람").await,
    );
    for fan in [&one, &two] {
        fan.does(Method::PUT, "follow", &star).await;
    }
    one.does(Method::PUT, "block", &two).await;
    let path = format!("/v1/users/{}/followers", star.handle);
    assert_eq!(one.list(&path).await, [one.handle.as_str()]);
    assert_eq!(two.list(&path).await, [two.handle.as_str()]);
    // A number that is greater than the list would tell that somebody is left out of it.
    for (reader, count) in [(&star, 2), (&one, 1), (&two, 1)] {
        let whole = reader.browser.get(&path).await.json();
        assert_eq!(whole["count"], count);
        assert_eq!(whole["followers"].as_array().unwrap().len(), count);
    }
    star.does(Method::PUT, "follow", &one).await;
    star.does(Method::PUT, "follow", &two).await;
    let path = format!("/v1/users/{}/following", star.handle);
    for (reader, count) in [(&star, 2), (&one, 1), (&two, 1)] {
        assert_eq!(reader.browser.get(&path).await.json()["count"], count);
    }
}

#[tokio::test]
async fn what_two_were_told_of_each_other_does_not_come_back_after_an_unblock() {
    let server = Server::start().await;
    let (one, two) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "바다").await,
    );
    one.ties(&two).await;
    for (from, to) in [(&one, &two), (&two, &one)] {
        from.does(Method::PUT, "follow", to).await;
        let line = json!({ "text": "좋은 사람" });
        from.puts("testimonial", to, line).await;
    }
    let told = async |person: &Person| {
        let page = person.browser.get("/v1/me/notifications").await.json();
        page["notifications"].as_array().unwrap().len()
    };
    assert_eq!((told(&one).await, told(&two).await), (3, 2));
    one.does(Method::PUT, "block", &two).await;
    one.does(Method::DELETE, "block", &two).await;
    assert_eq!((told(&one).await, told(&two).await), (0, 0));
    for person in [&one, &two] {
        let unread = person.browser.get("/v1/me/notifications/unread").await;
        assert_eq!(unread.json()["count"], 0);
    }
    two.does(Method::PUT, "follow", &one).await;
    assert_eq!(told(&one).await, 1, "what is done anew is told");
}
