//! `/v1/me/follow-requests`, and what else a private account keeps to its followers.

use http::{Method, StatusCode};
use serde_json::json;

use super::{PUBLIC, Person, nothing};
use crate::browser::Browser;
use crate::server::Server;

/// A person with a private account.
async fn private(server: &Server, name: &str) -> Person {
    let person = Person::new(server, name).await;
    set_private(&person, true).await;
    person
}

async fn set_private(person: &Person, private: bool) {
    let change = json!({ "account_private": private });
    let set = person
        .browser
        .ask(Method::PATCH, "/v1/me/settings", Some(&change));
    assert_eq!(set.await.status, StatusCode::OK);
}

fn request(asker: &Person) -> String {
    format!("/v1/me/follow-requests/{}", asker.handle)
}

#[tokio::test]
async fn a_private_account_decides_who_follows_it() {
    let server = Server::start().await;
    let star = private(&server, "하늘").await;
    let (one, two) = (
        Person::new(&server, "바다").await,
        Person::new(&server, "바람").await,
    );
    for asker in [&one, &two] {
        for _ in 0..2 {
            let asked = asker.does(Method::PUT, "follow", &star).await;
            assert_eq!(asked.status, StatusCode::OK);
            let relation = &asked.json()["relation"];
            assert_eq!(
                (&relation["following"], &relation["requested"]),
                (&false.into(), &true.into())
            );
        }
        assert_eq!(star.relation(asker).await["requested_by"], true);
    }
    let waiting = star.list("/v1/me/follow-requests").await;
    assert_eq!(waiting, [two.handle.clone(), one.handle.clone()]);
    for _ in 0..2 {
        let approved = star.browser.ask(Method::PUT, &request(&one), None).await;
        assert_eq!(approved.status, StatusCode::OK, "{}", approved.body);
        assert_eq!(approved.json()["relation"]["followed_by"], true);
        let rejected = star.browser.ask(Method::DELETE, &request(&two), None).await;
        assert_eq!(rejected.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(one.relation(&star).await["following"], true);
    assert_eq!(two.relation(&star).await, nothing());
    let late = star.browser.ask(Method::PUT, &request(&two), None).await;
    late.is_problem(404, "request_not_found");
    assert!(star.list("/v1/me/follow-requests").await.is_empty());
}

#[tokio::test]
async fn lists_of_a_private_account_are_for_its_followers() {
    let server = Server::start().await;
    let star = private(&server, "하늘").await;
    let (fan, other) = (
        Person::new(&server, "바다").await,
        Person::new(&server, "바람").await,
    );
    fan.does(Method::PUT, "follow", &star).await;
    other.does(Method::PUT, "follow", &fan).await;
    for path in PUBLIC.map(|path| path.replace("{}", &star.handle)) {
        assert_eq!(star.browser.get(&path).await.status, StatusCode::OK);
        for asks in [&fan.browser, &other.browser, &Browser::new(&server)] {
            asks.get(&path).await.is_problem(403, "followers_only");
        }
    }
    star.browser.ask(Method::PUT, &request(&fan), None).await;
    for path in PUBLIC.map(|path| path.replace("{}", &star.handle)) {
        assert_eq!(fan.browser.get(&path).await.status, StatusCode::OK);
        let refused = other.browser.get(&path).await;
        refused.is_problem(403, "followers_only");
    }
    // Whom one follows oneself of them is no secret.
    let path = format!("/v1/users/{}/familiar-followers", star.handle);
    assert_eq!(other.list(&path).await, [fan.handle.as_str()]);
}

#[tokio::test]
async fn whoever_waits_follows_once_the_account_is_public() {
    let server = Server::start().await;
    let star = private(&server, "하늘").await;
    let fan = Person::new(&server, "바다").await;
    fan.does(Method::PUT, "follow", &star).await;
    set_private(&star, false).await;
    let relation = fan.relation(&star).await;
    assert_eq!(
        (&relation["following"], &relation["requested"]),
        (&true.into(), &false.into())
    );
}
