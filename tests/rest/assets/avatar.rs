//! One's own picture.

use http::Method;
use serde_json::json;

use super::canvas;
use super::sending::{choose, sent};
use crate::site::Site;

#[tokio::test]
async fn one_shows_a_picture_of_ones_own_until_one_does_not() {
    let site = Site::start().await;
    let (browser, stranger) = (site.browser(), site.browser());
    let handle = browser.sign_in("화가").await["handle"]
        .as_str()
        .unwrap()
        .to_owned();
    stranger.sign_in("나그네").await;
    assert!(browser.me().await["avatar"].is_null());
    let asset = sent(&browser, &canvas::png(90, 90), "image/png").await;
    choose(&stranger, &asset)
        .await
        .is_problem(404, "asset_not_found");
    let before = browser.get("/v1/me").await.headers["etag"].clone();
    let chosen = choose(&browser, &asset).await;
    assert_eq!(chosen.status, 200, "{}", chosen.body);
    let body = json!({ "asset": asset["id"] });
    let headers = [("if-match", before.to_str().unwrap())];
    let stale = browser
        .ask_with(Method::PUT, "/v1/me/avatar", Some(&body), &headers)
        .await;
    stale.is_problem(412, "precondition_failed");
    let profile = stranger.get(&format!("/v1/users/{handle}")).await.json();
    let avatar = &profile["user"]["avatar"];
    assert_eq!(avatar["id"], asset["id"]);
    let link = avatar["thumb"].as_str().unwrap();
    assert!(!link.contains('?'), "{link} is for everybody");
    assert_eq!(stranger.get(link).await.status, 200);
    assert_eq!(browser.me().await["avatar"]["id"], asset["id"]);
    let own = browser.get("/v1/me/assets").await.json();
    assert_eq!(own["assets"][0]["uses"], 1);
    let gone = browser.ask(Method::DELETE, "/v1/me/avatar", None).await;
    assert_eq!(gone.status, 204);
    assert!(browser.me().await["avatar"].is_null());
    stranger.get(link).await.is_problem(403, "link_refused");
    // Closing the account closes the door to its pictures.
    choose(&browser, &asset).await;
    assert_eq!(stranger.get(link).await.status, 200);
    browser.ask(Method::DELETE, "/v1/me", None).await;
    stranger.get(link).await.is_problem(404, "not_found");
}
