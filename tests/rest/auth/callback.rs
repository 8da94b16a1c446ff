//! `/v1/auth/{provider}/callback`.

use futures_util::future::join_all;
use http::header::SET_COOKIE;
use serde_json::Value;

use crate::browser::Browser;
use crate::server::Server;

/// Nobody is signed in, and the sign-in page says why.
async fn fails(browser: &Browser, callback: &str, error: &str) {
    let answer = browser.get(callback).await;
    assert_eq!(answer.location(), format!("/login?error={error}"));
    assert!(answer.headers.get(SET_COOKIE).is_none());
    assert_eq!(browser.me().await, Value::Null);
}

#[tokio::test]
async fn a_newcomer_gets_an_account_and_keeps_it() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    assert_eq!(browser.me().await, Value::Null);
    let callback = browser.choose("/r/haneul", ("name", " 하늘 ")).await;
    let answer = browser.get(&callback).await;
    assert_eq!(answer.location(), "/r/haneul");
    let cookie = answer.headers[SET_COOKIE].to_str().unwrap();
    for part in [
        "maru=",
        "HttpOnly",
        "SameSite=Lax",
        "Path=/",
        "Max-Age=7776000",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let me = browser.me().await;
    assert_eq!(me["display_name"], "하늘");
    assert_eq!(me["handle"], "haneul");

    let elsewhere = Browser::new(&server);
    assert_eq!(elsewhere.sign_in("하늘").await["id"], me["id"]);
    let other = Browser::new(&server).sign_in("Haneul").await;
    assert_ne!(other["id"], me["id"]);
    assert_eq!(other["handle"], "haneul_2");
}

#[tokio::test]
async fn a_neighbour_signs_in_by_being_chosen() {
    let server = Server::start().await;
    let haneul = server.move_in("haneul", "하늘").await;
    let browser = Browser::new(&server);
    let callback = browser.choose("/", ("person", "haneul")).await;
    browser.get(&callback).await.location();
    assert_eq!(browser.me().await["id"], haneul.id.to_string());
}

#[tokio::test]
async fn first_sign_ins_at_once_lead_to_one_account() {
    let server = Server::start().await;
    let browsers: Vec<Browser> = (0..6).map(|_| Browser::new(&server)).collect();
    let callbacks = join_all(browsers.iter().map(|it| it.choose("/", ("name", "쌍둥이")))).await;
    let arrivals = browsers.iter().zip(&callbacks);
    join_all(arrivals.map(async |(browser, callback)| {
        assert_eq!(browser.get(callback).await.location(), "/");
    }))
    .await;
    let people = join_all(browsers.iter().map(Browser::me)).await;
    assert_eq!(people[0]["handle"], "ssangdungi");
    assert!(people.iter().all(|person| person["id"] == people[0]["id"]));
}

#[tokio::test]
async fn a_state_is_needed_known_and_good_once() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let callback = browser.choose("/", ("name", "하늘")).await;
    let code = callback.split("code=").nth(1).unwrap();
    let code = code.split('&').next().unwrap();
    fails(&browser, "/v1/auth/dev/callback", "state_mismatch").await;
    let bare = format!("/v1/auth/dev/callback?code={code}");
    fails(&browser, &bare, "state_mismatch").await;
    fails(&browser, &format!("{bare}&state=guess"), "state_mismatch").await;

    assert_eq!(browser.get(&callback).await.location(), "/");
    let other = Browser::new(&server);
    fails(&other, &callback, "state_mismatch").await;
    assert_eq!(
        browser.get(&callback).await.location(),
        "/login?error=state_mismatch"
    );
    assert_eq!(
        browser.me().await["display_name"],
        "하늘",
        "still signed in"
    );
}

#[tokio::test]
async fn a_sign_in_ends_in_the_browser_it_began_in_or_not_at_all() {
    let server = Server::start().await;
    let attacker = Browser::new(&server);
    let callback = attacker.choose("/", ("name", "공격자")).await;
    // The victim follows the link, with and without a sign-in of their own under way.
    let victim = Browser::new(&server);
    fails(&victim, &callback, "state_mismatch").await;
    let callback = attacker.choose("/", ("name", "공격자")).await;
    victim.get("/v1/auth/dev/start").await.location();
    fails(&victim, &callback, "state_mismatch").await;
    // Spent by the attempt.
    fails(&attacker, &callback, "state_mismatch").await;
}

#[tokio::test]
async fn a_state_of_one_provider_is_not_taken_from_another() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let callback = browser.choose("/", ("name", "하늘")).await;
    let mixed = callback.replace("/dev/callback", "/acme/callback");
    fails(&browser, &mixed, "state_mismatch").await;
}

#[tokio::test]
async fn two_tabs_of_one_browser_both_arrive() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let first = browser.choose("/", ("name", "하늘")).await;
    let second = browser.choose("/", ("name", "바다")).await;
    assert_eq!(browser.get(&first).await.location(), "/");
    assert_eq!(browser.get(&second).await.location(), "/");
    assert_eq!(browser.me().await["display_name"], "바다");
}

#[tokio::test]
async fn a_person_who_says_no_and_a_forged_code_are_told_apart() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let callback = browser.choose("/", ("name", "하늘")).await;
    let state = callback.split("state=").nth(1).unwrap();
    let no = format!("/v1/auth/dev/callback?error=access_denied&state={state}");
    fails(&browser, &no, "access_denied").await;

    let callback = browser.choose("/", ("name", "하늘")).await;
    let state = callback.split("state=").nth(1).unwrap();
    let forged = format!("/v1/auth/dev/callback?code=forged&state={state}");
    fails(&browser, &forged, "exchange_failed").await;
}

#[tokio::test]
async fn overlong_answers_are_refused_unread() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let long = "a".repeat(3_000);
    for query in [
        format!("code={long}&state=x"),
        format!("code=x&state={long}"),
    ] {
        let answer = browser.get(&format!("/v1/auth/dev/callback?{query}")).await;
        answer.is_problem(400, "invalid_query");
    }
    let twice = browser
        .get("/v1/auth/dev/callback?code=a&code=b&state=c")
        .await;
    twice.is_problem(400, "invalid_query");
}
