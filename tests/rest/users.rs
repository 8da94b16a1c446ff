//! `/v1/users/{handle}`.

mod search;

use http::Method;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::relations::Person;
use crate::server::Server;

#[tokio::test]
async fn shows_a_profile_to_anybody() {
    let server = Server::start().await;
    let user = server.move_in("haneul", "하늘").await;
    let browser = Browser::new(&server);
    let answer = browser.get("/v1/users/haneul").await;
    assert_eq!(answer.json()["user"]["id"], user.id.to_string());
}

#[tokio::test]
async fn tells_how_many_are_what_to_somebody_to_whom_the_lists_are_open() {
    let server = Server::start().await;
    let (star, fan, hidden, stranger) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "바다").await,
        Person::new(&server, "바람").await,
        Person::new(&server, "구름").await,
    );
    star.ties(&fan).await;
    for follower in [&fan, &hidden] {
        follower.does(Method::PUT, "follow", &star).await;
    }
    star.does(Method::PUT, "follow", &hidden).await;
    let counts = async |viewer: &Browser| {
        let answer = viewer.get(&format!("/v1/users/{}", star.handle)).await;
        answer.json()["user"]["counts"].clone()
    };
    let numbers = |followers: u32, following: u32, ties: u32| json!({"followers": followers, "following": following, "ties": ties});
    let nobody = Browser::new(&server);
    assert_eq!(counts(&nobody).await, numbers(2, 1, 1));
    // As many as the lists have for the viewer: one more would tell of a block.
    stranger.does(Method::PUT, "block", &hidden).await;
    assert_eq!(counts(&stranger.browser).await, numbers(1, 0, 1));
    fan.does(Method::PUT, "block", &stranger).await;
    assert_eq!(counts(&stranger.browser).await, numbers(0, 0, 0));
    assert_eq!(counts(&star.browser).await, numbers(2, 1, 1));
    assert_eq!(star.browser.me().await["counts"], numbers(2, 1, 1));

    let private = json!({ "account_private": true });
    let path = "/v1/me/settings";
    star.browser.ask(Method::PATCH, path, Some(&private)).await;
    for outside in [&nobody, &stranger.browser] {
        assert_eq!(counts(outside).await, Value::Null);
    }
    for inside in [&star.browser, &fan.browser] {
        assert_eq!(counts(inside).await, numbers(2, 1, 1));
    }
    assert_eq!(star.browser.me().await["counts"], numbers(2, 1, 1));
}

#[tokio::test]
async fn what_is_no_handle_is_nobody() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let long = "a".repeat(5_000);
    for handle in [
        "nobody",
        "Haneul",
        "%ED%95%98%EB%8A%98",
        "..%2F..",
        "%00",
        &long,
    ] {
        let answer = browser.get(&format!("/v1/users/{handle}")).await;
        answer.is_problem(404, "user_not_found");
    }
}
