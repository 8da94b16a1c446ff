//! `Idempotency-Key`, as every POST takes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use http::StatusCode;
use http::header::{COOKIE, RETRY_AFTER};
use maru::domain::clock::Clock;
use maru::domain::id::UserId;
use maru::rest::idempotency::{Idempotency, Replayable, guard};
use maru::rest::problem::{BODY_BYTES_MAX, finish};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::browser::Answer;

/// How often something took effect, and what holds the slow handler up.
struct Effects {
    count: AtomicUsize,
    go_on: Semaphore,
}

struct Site {
    base: String,
    http: reqwest::Client,
    effects: Arc<Effects>,
}

impl Site {
    async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let effects = Arc::new(Effects {
            count: AtomicUsize::new(0),
            go_on: Semaphore::new(0),
        });
        let ticket = async |State(effects): State<Arc<Effects>>, body: String| {
            let count = effects.count.fetch_add(1, Ordering::Relaxed) + 1;
            let headers = [("x-count", count.to_string())];
            (
                StatusCode::CREATED,
                Replayable,
                headers,
                format!("{count} {body}"),
            )
        };
        let slow = async |State(effects): State<Arc<Effects>>| {
            effects.count.fetch_add(1, Ordering::Relaxed);
            effects.go_on.acquire().await.unwrap().forget();
            "done"
        };
        let once = async |key: Idempotency| {
            let once = key.once(UserId::generate());
            once.map_or("no key".to_owned(), |once| {
                format!("{} {:?}", once.key.as_str(), once.digest)
            })
        };
        let broken = async || -> () { panic!("on purpose") };
        let router = Router::new()
            .route("/v1/tickets", post(ticket))
            .route("/v1/slow", post(slow).get(async || "read"))
            .route("/v1/once", post(once))
            .route("/v1/broken", post(broken))
            .route("/v1/other", get(async || "other"))
            .with_state(effects.clone());
        let router = finish(guard(router, None, Clock::start()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            base,
            http,
            effects,
        }
    }

    fn post(&self, path: &str, keys: &[&str]) -> reqwest::RequestBuilder {
        let mut request = self.http.post(format!("{}{path}", self.base));
        for key in keys {
            request = request.header("idempotency-key", *key);
        }
        request
    }

    fn count(&self) -> usize {
        self.effects.count.load(Ordering::Relaxed)
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn keys_that_cannot_be_used_are_refused_before_anything_happens() {
    let site = Site::start().await;
    let long = "k".repeat(65);
    for keys in [&[""][..], &["a b"], &[&long], &["k", "k"]] {
        let refused = answer(site.post("/v1/tickets", keys)).await;
        refused.is_problem(400, "invalid_idempotency_key");
    }
    let bytes = reqwest::header::HeaderValue::from_bytes(b"k\xff").unwrap();
    let request = site
        .post("/v1/tickets", &[])
        .header("idempotency-key", bytes);
    answer(request)
        .await
        .is_problem(400, "invalid_idempotency_key");
    let large = site
        .post("/v1/tickets", &["k"])
        .body("a".repeat(BODY_BYTES_MAX + 1));
    answer(large).await.is_problem(413, "body_too_large");
    assert_eq!(site.count(), 0);
    // A key means nothing where nothing is made.
    let read = site.http.get(format!("{}/v1/slow", site.base));
    let read = answer(read.header("idempotency-key", "a b")).await;
    assert_eq!(read.body, "read");
}

#[tokio::test]
async fn what_lives_in_memory_is_answered_again_from_there() {
    let site = Site::start().await;
    let ask = |keys: &'static [&'static str], cookie: &'static str, body: &'static str| {
        answer(
            site.post("/v1/tickets", keys)
                .header(COOKIE, cookie)
                .body(body),
        )
    };
    let first = ask(&["k"], "maru=one", "a").await;
    for _ in 0..3 {
        let again = ask(&["k"], "maru=one", "a").await;
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        assert_eq!(again.headers["x-count"], "1");
    }
    let reused = ask(&["k"], "maru=one", "b").await;
    reused.is_problem(422, "idempotency_key_reused");
    // Other keys, other people, and no key at all.
    assert_eq!(ask(&["l"], "maru=one", "a").await.body, "2 a");
    assert_eq!(ask(&["k"], "maru=two", "a").await.body, "3 a");
    assert_eq!(ask(&[], "maru=one", "a").await.body, "4 a");
    assert_eq!(ask(&[], "maru=one", "a").await.body, "5 a");
}

#[tokio::test]
async fn while_a_request_is_under_way_its_key_is_refused() {
    let site = Site::start().await;
    let first = tokio::spawn(answer(site.post("/v1/slow", &["k"])));
    while site.count() == 0 {
        tokio::task::yield_now().await;
    }
    let refused = answer(site.post("/v1/slow", &["k"])).await;
    refused.is_problem(409, "idempotency_in_flight");
    assert_eq!(refused.headers[RETRY_AFTER], "1");
    // Somebody else may call theirs the same.
    site.effects.go_on.add_permits(1);
    let theirs = site.post("/v1/slow", &["k"]).header(COOKIE, "maru=two");
    let theirs = tokio::spawn(answer(theirs));
    site.effects.go_on.add_permits(1);
    assert_eq!(first.await.unwrap().body, "done");
    assert_eq!(theirs.await.unwrap().body, "done");
    assert_eq!(site.count(), 2);
    site.effects.go_on.add_permits(1);
    assert_eq!(answer(site.post("/v1/slow", &["k"])).await.body, "done");
}

#[tokio::test]
async fn a_request_that_broke_or_was_given_up_is_not_under_way_any_more() {
    let site = Site::start().await;
    for _ in 0..2 {
        let broken = answer(site.post("/v1/broken", &["k"])).await;
        broken.is_problem(500, "internal");
    }
    let given_up = tokio::spawn(answer(site.post("/v1/slow", &["l"])));
    while site.count() == 0 {
        tokio::task::yield_now().await;
    }
    given_up.abort();
    site.effects.go_on.add_permits(100);
    for _ in 0..200 {
        let again = answer(site.post("/v1/slow", &["l"])).await;
        if again.status == StatusCode::OK {
            return;
        }
        again.is_problem(409, "idempotency_in_flight");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the key is never free again");
}

#[tokio::test]
async fn a_handler_gets_key_and_digest_and_the_digest_is_of_the_whole_request() {
    let site = Site::start().await;
    let ask = |path: &'static str, body: &'static str| answer(site.post(path, &["k"]).body(body));
    let first = ask("/v1/once", "a").await.body;
    assert!(first.starts_with("k RequestDigest("), "{first}");
    assert_eq!(ask("/v1/once", "a").await.body, first);
    for (path, body) in [("/v1/once", "b"), ("/v1/once", ""), ("/v1/once?x", "a")] {
        assert_ne!(ask(path, body).await.body, first, "{path} {body}");
    }
    assert_eq!(answer(site.post("/v1/once", &[])).await.body, "no key");
}
