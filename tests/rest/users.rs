//! `/v1/users/{handle}`.

mod search;

use crate::browser::Browser;
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
