//! `/v1/me`.

mod audit;
mod deletion;
mod erasure;
mod export;
mod handle;
mod identities;
mod logins;
mod muted_words;
mod profile;
mod settings;
mod tokens;

use maru::domain::user::AccountRole;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::server::Server;

#[tokio::test]
async fn tells_who_is_signed_in_in_full() {
    let server = Server::start().await;
    let user = server.move_in("haneul", "하늘").await;
    let browser = Browser::new(&server);
    let callback = browser.choose("/", ("person", "haneul")).await;
    browser.get(&callback).await;
    let answer = browser.get("/v1/me").await;
    assert_eq!(
        answer.json(),
        json!({"user": {
            "id": user.id.to_string(),
            "handle": "haneul",
            "display_name": "하늘",
            "look": [1, 2, 3, 4, 5, 6],
            "mood": "포근해요",
            "bio": "마루에 살아요",
            "front_room_id": user.front_room_id.to_string(),
            "links": [],
            "avatar": null,
            "counts": {"followers": 0, "following": 0, "ties": 0},
            "role": "user",
            "handle_change_at": null,
        }})
    );
    assert_eq!(answer.headers["cache-control"], "private, no-cache");
}

#[tokio::test]
async fn a_role_given_on_the_command_line_is_seen_at_once() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let me = browser.sign_in("하늘").await;
    assert_eq!(me["role"], "user");
    let handle = me["handle"].as_str().unwrap();
    maru::app::set_role(server.data(), handle, AccountRole::Admin)
        .await
        .unwrap();
    assert_eq!(browser.me().await["role"], "admin");
    // A profile is for everybody, the role is not.
    let profile = browser.get(&format!("/v1/users/{handle}")).await;
    assert!(profile.json()["user"].get("role").is_none());
}

#[tokio::test]
async fn cookies_we_did_not_give_are_nobody() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("하늘").await;
    let good = browser.cookies.lock().unwrap()["maru"].clone();
    let mut other = good.clone();
    other.replace_range(0..1, if good.starts_with('A') { "B" } else { "A" });
    for bad in [
        "",
        "x",
        &other,
        &good[1..],
        &"A".repeat(4_000),
        "%00",
        "' OR 1=1 --",
    ] {
        let stranger = Browser::new(&server);
        let cookie = ("maru".to_owned(), bad.to_owned());
        stranger.cookies.lock().unwrap().extend([cookie]);
        assert_eq!(stranger.me().await, Value::Null, "{bad}");
    }
    assert_eq!(browser.me().await["display_name"], "하늘");
}
