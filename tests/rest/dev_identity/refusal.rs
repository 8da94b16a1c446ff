//! Where the development identity provider does not answer, and does not even start.

use std::sync::Arc;

use http::header::HOST;
use maru::config::{Mode, PublicUrl};
use maru::domain::clock::Clock;
use maru::rest::dev_identity::{DevIdentity, DevIdentityRefused};
use maru::services::user::UserService;

use super::Client;
use crate::browser::Answer;
use crate::server::Server;

#[tokio::test]
async fn it_answers_this_machine_under_its_own_names_only() {
    let client = Client::new().await;
    for (name, value) in [
        (HOST.as_str(), "evil.example"),
        (HOST.as_str(), "127.0.0.1.evil.example"),
        ("x-forwarded-for", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9"),
    ] {
        for url in [client.authorize_url(&[]), client.userinfo_url().to_string()] {
            let request = client.browser.http.get(url).header(name, value);
            let answer = Answer::of(request.send().await.unwrap()).await;
            answer.is_problem(403, "loopback_only");
        }
    }
}

#[tokio::test]
async fn pages_of_other_sites_cannot_choose_for_anybody() {
    let client = Client::new().await;
    let page = client.authorize_url(&[]);
    let choice = [("name", "하늘")];
    let answer = client
        .browser
        .submit_from("https://evil.example", &page, &choice)
        .await;
    answer.is_problem(403, "origin_refused");
}

#[tokio::test]
async fn it_does_not_start_where_others_could_sign_in() {
    let server = Server::start().await;
    let open = |mode, bound: &str, public: &str| {
        let store = Arc::new(server.store.clone());
        let people = UserService::new(store);
        let public: PublicUrl = public.parse().unwrap();
        let bound = bound.parse().unwrap();
        DevIdentity::open(mode, bound, &public, people, Clock::start()).map(drop)
    };
    let (here, home) = ("127.0.0.1:8080", "http://localhost:8080");
    assert_eq!(open(Mode::Development, here, home), Ok(()));
    assert_eq!(open(Mode::Development, "[::1]:8080", home), Ok(()));
    let production = open(Mode::Production, here, home);
    assert_eq!(production, Err(DevIdentityRefused::Production));
    for (bound, public) in [
        ("0.0.0.0:8080", home),
        ("[::]:8080", home),
        ("192.168.0.7:8080", home),
        (here, "https://maru.example"),
        (here, "http://192.168.0.7:8080"),
    ] {
        let refused = open(Mode::Development, bound, public);
        assert!(
            matches!(refused, Err(DevIdentityRefused::Reachable(_))),
            "{bound} {public}"
        );
    }
}
