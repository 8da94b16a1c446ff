//! How much may be asked, and what is said about it.

use http::{Method, StatusCode};
use maru::domain::limits::Rate;

use crate::browser::{Answer, Browser};
use crate::site::Site;

/// So many at once, and next to none after that.
const fn once(burst: u32) -> Rate {
    Rate {
        per_minute: 1,
        burst,
    }
}

async fn forwarded(browser: &Browser, address: &str) -> Answer {
    let request = browser.http.get(browser.url("/v1/auth/providers"));
    let request = request.header("x-forwarded-for", address);
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn each_answer_says_what_holds_and_what_is_left() {
    let site = Site::start_as(|config| config.rest.user_read = once(3)).await;
    let browser = site.browser();
    let anonymous = browser.get("/v1/auth/providers").await;
    let policy = "\"rest.address_read\";q=3000;w=6";
    assert_eq!(anonymous.headers["ratelimit-policy"], policy);
    let left = anonymous.headers["ratelimit"].to_str().unwrap();
    assert!(left.starts_with("\"rest.address_read\";r=29"), "{left}");
    // Signing in asks who it is: one read.
    browser.sign_in("하늘").await;
    let second = browser.get("/v1/me").await;
    let policy = second.headers["ratelimit-policy"].to_str().unwrap();
    assert!(
        policy.ends_with(", \"rest.user_read\";q=3;w=180"),
        "{policy}"
    );
    let left = second.headers["ratelimit"].to_str().unwrap();
    assert!(left.contains(", \"rest.user_read\";r=1;t="), "{left}");
    // What is refused for another reason counts, and says so too.
    let third = browser.get("/v1/nothing").await;
    third.is_problem(404, "not_found");
    assert!(
        third.headers["ratelimit"]
            .to_str()
            .unwrap()
            .contains("\"rest.user_read\";r=0;t=")
    );
    let refused = browser.get("/v1/me").await;
    refused.is_problem(429, "rate_limited");
    let document = refused.json();
    assert_eq!(document["limit"], "rest.user_read");
    let wait_ms = document["retry_after_ms"].as_u64().unwrap();
    assert!((50_000..=60_000).contains(&wait_ms), "{wait_ms}");
    let seconds: u64 = refused.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(seconds, wait_ms.div_ceil(1_000));
    assert!(refused.headers.contains_key("ratelimit"));
    // Another class, somebody else, and what is not counted.
    let write = browser.ask(Method::POST, "/v1/auth/logout", None).await;
    assert_eq!(write.status, StatusCode::NO_CONTENT);
    assert_eq!(site.browser().get("/v1/me").await.status, StatusCode::OK);
    let health = browser.get("/healthz").await;
    assert!(!health.headers.contains_key("ratelimit"));
}

#[tokio::test]
async fn of_many_at_once_for_the_last_token_exactly_one_passes() {
    let site = Site::start_as(|config| config.rest.user_write = once(1)).await;
    let other = site.browser();
    let whom = other.sign_in("바다").await;
    let address = format!("/v1/users/{}/follow", whom["handle"].as_str().unwrap());
    for round in 0..5 {
        let browser = site.browser();
        browser.sign_in(&format!("하늘{round}")).await;
        let all = (0..16).map(|_| browser.ask(Method::PUT, &address, None));
        let answers = futures_util::future::join_all(all).await;
        let (passed, refused): (Vec<_>, Vec<_>) = answers
            .into_iter()
            .partition(|answer| answer.status == StatusCode::OK);
        assert_eq!(passed.len(), 1, "round {round}");
        for answer in refused {
            answer.is_problem(429, "rate_limited");
        }
    }
}

#[tokio::test]
async fn the_tighter_bucket_of_two_decides() {
    let site = Site::start_as(|config| {
        config.rest.address_write = once(2);
        config.rest.user_write = once(2);
    })
    .await;
    let one = site.browser();
    one.sign_in("하늘").await;
    let logout = async |browser: &Browser| browser.ask(Method::POST, "/v1/auth/logout", None).await;
    assert_eq!(logout(&one).await.status, StatusCode::NO_CONTENT);
    assert_eq!(logout(&site.browser()).await.status, StatusCode::NO_CONTENT);
    let refused = logout(&site.browser()).await;
    refused.is_problem(429, "rate_limited");
    assert_eq!(refused.json()["limit"], "rest.address_write");
}

#[tokio::test]
async fn a_claimed_address_counts_only_from_a_trusted_proxy() {
    let forged = Site::start_as(|config| config.rest.address_read = once(2)).await;
    let browser = forged.browser();
    for (number, status) in [(1, 200), (2, 200), (3, 429), (4, 429)] {
        let answer = forwarded(&browser, &format!("203.0.113.{number}")).await;
        assert_eq!(answer.status, status, "{number}");
    }
    let proxied = Site::start_as(|config| {
        config.rest.address_read = once(2);
        config.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let browser = proxied.browser();
    for (address, status) in [
        ("203.0.113.1", 200),
        ("203.0.113.1", 200),
        ("203.0.113.1", 429),
        // What a client writes before its own address is not believed.
        ("198.51.100.7, 203.0.113.1", 429),
        ("203.0.113.2", 200),
        // One household of IPv6 is one address, whichever it takes.
        ("2001:db8:1:2::1", 200),
        ("2001:db8:1:2:aaaa::1", 200),
        ("2001:db8:1:2:bbbb::1", 429),
        ("2001:db8:1:3::1", 200),
    ] {
        let answer = forwarded(&browser, address).await;
        assert_eq!(answer.status, status, "{address}");
    }
}

#[tokio::test]
async fn steps_of_signing_in_have_a_bucket_of_their_own() {
    let site = Site::start_as(|config| {
        config.rest.user_sign_in = once(1);
        config.rest.address_sign_in = once(2);
    })
    .await;
    let browser = site.browser();
    browser.sign_in("하늘").await;
    let refused = site.browser().get("/v1/auth/dev/start").await;
    refused.is_problem(429, "rate_limited");
    assert_eq!(refused.json()["limit"], "rest.address_sign_in");
    assert_eq!(site.browser().get("/v1/me").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_from_one_address_exactly_as_many_pass_as_its_bucket_holds() {
    let site = Site::start_as(|config| config.rest.address_sign_in = once(7)).await;
    let browsers: Vec<Browser> = (0..64).map(|_| site.browser()).collect();
    let asking = browsers
        .iter()
        .map(|browser| browser.get("/v1/auth/dev/start"));
    let answers = futures_util::future::join_all(asking).await;
    let (passed, refused): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|answer| answer.status == StatusCode::FOUND);
    assert_eq!(passed.len(), 7);
    assert_eq!(refused.len(), 57);
    for answer in refused {
        answer.is_problem(429, "rate_limited");
        assert_eq!(answer.json()["limit"], "rest.address_sign_in");
    }
}
