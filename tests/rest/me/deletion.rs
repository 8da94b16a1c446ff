//! `DELETE /v1/me`, `POST /v1/me/restore`.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::relations::Person;
use crate::server::Server;

#[tokio::test]
async fn a_closed_account_is_gone_for_everybody_and_can_be_restored() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let me = browser.sign_in("Haneul").await;
    let renamed = json!({"handle": "bada"});
    browser
        .ask(Method::PUT, "/v1/me/handle", Some(&renamed))
        .await;
    let stranger = Browser::new(&server);
    let closed = browser.ask(Method::DELETE, "/v1/me", None).await;
    assert_eq!(closed.status, StatusCode::ACCEPTED, "{}", closed.body);
    assert!(closed.json()["erased_at"].as_str().unwrap().ends_with('Z'));
    // The login ended with it, here and everywhere.
    assert_eq!(browser.me().await, Value::Null);
    for handle in ["bada", "haneul"] {
        let gone = stranger.get(&format!("/v1/users/{handle}")).await;
        gone.is_problem(404, "user_not_found");
    }
    let found = stranger.get("/v1/users?q=haneul").await.json();
    assert_eq!(found["users"], json!([]));
    let newcomer = stranger.sign_in("bada").await;
    assert_eq!(
        newcomer["handle"], "bada_2",
        "nobody takes the handle meanwhile"
    );
    let follow = stranger
        .ask(Method::PUT, "/v1/users/bada/follow", None)
        .await;
    follow.is_problem(404, "user_not_found");

    // Signing in again, one may do one thing.
    let again = Browser::new(&server);
    let callback = again.choose("/", ("name", "Haneul")).await;
    again.get(&callback).await;
    again.get("/v1/me").await.is_problem(403, "account_closing");
    let mood = json!({"mood": "x"});
    let changed = again.ask(Method::PATCH, "/v1/me", Some(&mood)).await;
    changed.is_problem(403, "account_closing");
    again
        .get("/v1/me/settings")
        .await
        .is_problem(403, "account_closing");
    again
        .get("/v1/me/export")
        .await
        .is_problem(403, "account_closing");
    let twice = again.ask(Method::DELETE, "/v1/me", None).await;
    twice.is_problem(403, "account_closing");
    let restored = again.ask(Method::POST, "/v1/me/restore", None).await;
    assert_eq!(restored.status, StatusCode::NO_CONTENT, "{}", restored.body);
    let back = again.me().await;
    assert_eq!((&back["id"], &back["handle"]), (&me["id"], &json!("bada")));
    assert_eq!(stranger.get("/v1/users/bada").await.status, StatusCode::OK);
    assert_eq!(
        stranger.get("/v1/users/haneul").await.status,
        StatusCode::PERMANENT_REDIRECT
    );
    let once_more = again.ask(Method::POST, "/v1/me/restore", None).await;
    assert_eq!(
        once_more.status,
        StatusCode::NO_CONTENT,
        "what is open stays open"
    );
}

/// Closes somebody's account.
async fn close(person: &Person) {
    let closed = person.browser.ask(Method::DELETE, "/v1/me", None).await;
    assert_eq!(closed.status, StatusCode::ACCEPTED, "{}", closed.body);
}

#[tokio::test]
async fn a_closed_account_is_in_no_list_no_number_and_no_notice() {
    let server = Server::start().await;
    let (me, star, friend, asker) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "해").await,
        Person::new(&server, "바다").await,
        Person::new(&server, "바람").await,
    );
    for (fan, of) in [(&friend, &me), (&me, &friend), (&friend, &star)] {
        fan.does(Method::PUT, "follow", of).await;
    }
    me.ties(&friend).await;
    let line = json!({ "text": "좋은 사람" });
    friend.puts("testimonial", &me, line).await;
    let private = json!({ "account_private": true });
    let path = "/v1/me/settings";
    me.browser.ask(Method::PATCH, path, Some(&private)).await;
    asker.does(Method::PUT, "follow", &me).await;
    asker.puts("tie", &me, json!({ "nickname": "별" })).await;
    me.puts("mute", &friend, json!({})).await;
    let of = |person: &Person, list| format!("/v1/users/{}/{list}", person.handle);
    let lists = [
        of(&me, "followers"),
        of(&me, "following"),
        of(&me, "testimonials"),
        of(&star, "familiar-followers"),
        "/v1/me/ties".to_owned(),
        "/v1/me/mutes".to_owned(),
        "/v1/me/follow-requests".to_owned(),
        "/v1/me/tie-requests".to_owned(),
        "/v1/me/notifications".to_owned(),
    ];
    let lengths = async || {
        let mut lengths = Vec::new();
        for list in &lists {
            let page = me.browser.get(list).await.json();
            let entries = page.as_object().unwrap().values();
            let entries = entries.filter_map(Value::as_array);
            lengths.push((entries.map(Vec::len).sum::<usize>(), page["count"].as_u64()));
        }
        let unread = me.browser.get("/v1/me/notifications/unread").await;
        lengths.push((usize::MAX, unread.json()["count"].as_u64()));
        lengths
    };
    let mut before: Vec<_> = lists.iter().map(|_| (1, None)).collect();
    (before[0].1, before[1].1) = (Some(1), Some(1));
    // A follow, a tie and a line of one, two requests of the other.
    before[8].0 = 5;
    before.push((usize::MAX, Some(5)));
    assert_eq!(lengths().await, before);

    close(&friend).await;
    close(&asker).await;
    let mut gone: Vec<_> = lists.iter().map(|_| (0, None)).collect();
    (gone[0].1, gone[1].1) = (Some(0), Some(0));
    gone.push((usize::MAX, Some(0)));
    assert_eq!(lengths().await, gone);
    for (method, what, _) in crate::relations::routes() {
        let path = what.replace("{}", &friend.handle);
        let body = json!({ "nickname": "별" });
        let body = what.ends_with("tie").then_some(&body);
        let line = json!({ "text": "좋은 사람" });
        let body = body.or(what.ends_with("testimonial").then_some(&line));
        let empty = json!({});
        let body = body.or(what.ends_with("mute").then_some(&empty));
        let answer = me.browser.ask(method, &path, body).await;
        answer.is_problem(404, "user_not_found");
    }

    for (person, name) in [(&friend, "바다"), (&asker, "바람")] {
        let callback = person.browser.choose("/", ("name", name)).await;
        person.browser.get(&callback).await;
        let restored = person.browser.ask(Method::POST, "/v1/me/restore", None);
        assert_eq!(restored.await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(lengths().await, before, "nothing was lost");
}

#[tokio::test]
async fn a_block_of_a_closed_account_is_shown_and_can_be_taken_back() {
    let server = Server::start().await;
    let (me, gone) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "바다").await,
    );
    me.does(Method::PUT, "block", &gone).await;
    close(&gone).await;
    assert_eq!(me.list("/v1/me/blocks").await, [gone.handle.as_str()]);
    let unblocked = me.does(Method::DELETE, "block", &gone).await;
    assert_eq!(unblocked.status, StatusCode::NO_CONTENT);
    assert!(me.list("/v1/me/blocks").await.is_empty());
    let again = me.does(Method::DELETE, "block", &gone).await;
    again.is_problem(404, "user_not_found");
}

#[tokio::test]
async fn whoever_signed_in_a_while_ago_must_show_that_it_is_them() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("Haneul").await;
    server.age_logins(11 * 60 * 1_000).await;
    let closed = browser.ask(Method::DELETE, "/v1/me", None).await;
    closed.is_problem(403, "reauthentication_required");
    let archive = browser.get("/v1/me/export").await;
    archive.is_problem(403, "reauthentication_required");
    assert_eq!(browser.me().await["handle"], "haneul");
    browser.sign_in("Haneul").await;
    let closed = browser.ask(Method::DELETE, "/v1/me", None).await;
    assert_eq!(closed.status, StatusCode::ACCEPTED, "{}", closed.body);
}

#[tokio::test]
async fn only_somebody_signed_in_closes_or_restores_an_account() {
    let server = Server::start().await;
    let stranger = Browser::new(&server);
    let closed = stranger.ask(Method::DELETE, "/v1/me", None).await;
    closed.is_problem(401, "sign_in_required");
    let restored = stranger.ask(Method::POST, "/v1/me/restore", None).await;
    restored.is_problem(401, "sign_in_required");
    stranger
        .get("/v1/me/export")
        .await
        .is_problem(401, "sign_in_required");
}

#[tokio::test]
async fn the_last_admin_does_not_go() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("Haneul").await;
    server.sql("UPDATE user SET role = 'admin'").await;
    let close = async || browser.ask(Method::DELETE, "/v1/me", None).await;
    close().await.is_problem(409, "last_admin");
    Browser::new(&server).sign_in("Bada").await;
    server.sql("UPDATE user SET role = 'admin'").await;
    assert_eq!(close().await.status, StatusCode::ACCEPTED);
    let lines = "SELECT count(*) FROM audit WHERE act = 'account_closed' AND login_id IS NOT NULL";
    assert_eq!(server.number(lines).await, 1);
}
