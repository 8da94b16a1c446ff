//! How bytes are given out: to whom, and with which headers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{HeaderMap, StatusCode};

use super::canvas;
use super::sending::{choose, sent};
use crate::browser::Browser;
use crate::site::Site;

async fn fetch(
    browser: &Browser,
    method: &str,
    link: &str,
    headers: &[(&str, &str)],
) -> (StatusCode, HeaderMap, Vec<u8>) {
    let method = method.parse().unwrap();
    let mut request = browser.http.request(method, browser.url(link));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    (status, headers, response.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn a_picture_nobody_shows_is_for_whoever_has_its_link_and_ends() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    let asset = sent(&browser, &canvas::png(200, 100), "image/png").await;
    let link = asset["picture"]["small"].as_str().unwrap();
    let (plain, query) = link.split_once('?').unwrap();
    let nobody = site.browser();
    let (status, headers, _) = fetch(&nobody, "GET", link, &[]).await;
    assert_eq!(status, 200);
    let cache = headers["cache-control"].to_str().unwrap();
    assert!(cache.starts_with("private, max-age="), "{cache}");
    let later = query.replacen("expires=1", "expires=2", 1);
    let large = asset["picture"]["thumb"]
        .as_str()
        .unwrap()
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    for bad in [
        plain.to_owned(),
        format!("{plain}?{later}"),
        format!("{plain}?expires=1&signature=AAAA"),
        format!("{plain}?{query}A"),
        format!("{large}?{query}"),
    ] {
        let (status, _, body) = fetch(&nobody, "GET", &bad, &[]).await;
        assert_eq!(status, 403, "{bad}: {}", String::from_utf8_lossy(&body));
    }
    for gone in [
        plain.replace("small", "huge"),
        plain.replace(".webp", ".png"),
        plain.replace("/small/", "/large/0"),
    ] {
        assert_eq!(
            fetch(&nobody, "GET", &format!("{gone}?{query}"), &[])
                .await
                .0,
            404,
            "{gone}"
        );
    }
}

#[tokio::test]
async fn a_public_picture_is_kept_for_ever_and_given_out_in_parts() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    let asset = sent(&browser, &canvas::png(200, 100), "image/png").await;
    let chosen = choose(&browser, &asset).await.json();
    let link = chosen["avatar"]["large"].as_str().unwrap();
    let nobody = site.browser();
    let (status, headers, whole) = fetch(&nobody, "GET", link, &[]).await;
    assert_eq!(status, 200);
    for (name, value) in [
        ("cache-control", "public, max-age=31536000, immutable"),
        ("content-type", "image/webp"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cross-origin-resource-policy", "same-origin"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(headers[name], value);
    }
    let tag = headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(headers["content-length"], whole.len().to_string());
    let (status, head, body) = fetch(&nobody, "HEAD", link, &[]).await;
    assert_eq!((status, body.len()), (StatusCode::OK, 0));
    assert_eq!(head["content-length"], headers["content-length"]);
    let (status, headers, body) = fetch(&nobody, "GET", link, &[("if-none-match", &tag)]).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(headers["etag"], tag.as_str());
    let (status, headers, body) = fetch(&nobody, "GET", link, &[("range", "bytes=4-7")]).await;
    assert_eq!(
        (status, &body[..]),
        (StatusCode::PARTIAL_CONTENT, &whole[4..8])
    );
    assert_eq!(
        headers["content-range"],
        format!("bytes 4-7/{}", whole.len())
    );
    let same = [("range", "bytes=-4"), ("if-range", tag.as_str())];
    let (status, _, body) = fetch(&nobody, "GET", link, &same).await;
    assert_eq!(
        (status, &body[..]),
        (StatusCode::PARTIAL_CONTENT, &whole[whole.len() - 4..])
    );
    let other = [("range", "bytes=-4"), ("if-range", "\"other\"")];
    assert_eq!(fetch(&nobody, "GET", link, &other).await.0, 200);
    let (status, headers, _) = fetch(&nobody, "GET", link, &[("range", "bytes=999999-")]).await;
    assert_eq!(status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(headers["content-range"], format!("bytes */{}", whole.len()));
}

#[tokio::test]
async fn shared_caches_keep_a_picture_under_one_address_alone() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    let asset = sent(&browser, &canvas::png(200, 100), "image/png").await;
    let signed = asset["picture"]["small"].as_str().unwrap().to_owned();
    let chosen = choose(&browser, &asset).await.json();
    let link = chosen["avatar"]["small"].as_str().unwrap();
    assert_eq!(Some(link), signed.split('?').next());
    // Each of them would stay in a cache that is told to drop the one.
    let name = link.rsplit('/').next().unwrap();
    for other in [
        signed.clone(),
        format!("{link}?"),
        format!("{link}?x=1"),
        link.replace("/media/0", "/media/%30"),
        link.replace("/small/", "/sm%61ll/"),
    ] {
        let (status, headers, _) = fetch(&browser, "GET", &other, &[]).await;
        assert_eq!(status, 200, "{other}");
        let cache = headers["cache-control"].to_str().unwrap();
        assert!(
            cache.starts_with("private, max-age=3600"),
            "{other}: {cache}"
        );
    }
    for none in [
        link.replace(name, &format!("small%2F{name}")),
        link.replace(name, &name.to_uppercase().replace("WEBP", "webp")),
    ] {
        let (status, ..) = fetch(&browser, "GET", &none, &[]).await;
        assert_eq!(status, 404, "{none}");
    }
}

#[tokio::test]
async fn pictures_live_on_a_host_of_their_own_where_they_are_told_to() {
    let site = Site::start_as(|config| {
        config.cdn.base_url = Some("https://media.example".parse().unwrap());
        config.media.host = Some("media.example".to_owned());
    })
    .await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    let asset = sent(&browser, &canvas::png(30, 30), "image/png").await;
    let chosen = choose(&browser, &asset).await.json();
    let link = chosen["avatar"]["thumb"].as_str().unwrap();
    let path = link.strip_prefix("https://media.example").unwrap();
    let there = [("host", "media.example")];
    let (status, headers, _) = fetch(&browser, "GET", path, &there).await;
    assert_eq!(status, 200);
    assert_eq!(headers["cross-origin-resource-policy"], "cross-origin");
    assert_eq!(fetch(&browser, "GET", path, &[]).await.0, 404, "not here");
    assert_eq!(
        fetch(&browser, "GET", "/v1/auth/providers", &there).await.0,
        404,
        "nothing else"
    );
    let (_, headers, _) = fetch(&browser, "GET", "/v1/auth/providers", &[]).await;
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("img-src 'self' data: blob: https://media.example;"),
        "{policy}"
    );
}

#[tokio::test]
async fn caches_are_told_of_what_is_public_no_more() {
    let told = Arc::new(AtomicUsize::new(0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hook = format!("http://{}/hook", listener.local_addr().unwrap());
    let heard = told.clone();
    let router = axum::Router::new().fallback(move |headers: HeaderMap, body: String| {
        assert!(
            headers["maru-signature"]
                .to_str()
                .unwrap()
                .starts_with("sha256=")
        );
        let urls = body.matches("https://media.example/media/").count();
        // The first time the network is down.
        let down = heard.fetch_add(urls, Ordering::Relaxed) == 0;
        async move {
            if down {
                StatusCode::BAD_GATEWAY
            } else {
                StatusCode::OK
            }
        }
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let text = format!(
        "[cdn]\nbase_url = \"https://media.example\"\npurge = \"webhook\"\npurge_url = \"{hook}\"\npurge_token = \"s3cret\"\n"
    );
    let file = maru::config::ConfigFile::new("maru.toml", text);
    let loaded = maru::config::Config::load(&Default::default(), [], Some(&file)).unwrap();
    let site = Site::start_as(|config| config.cdn = loaded.cdn).await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    let asset = sent(&browser, &canvas::png(700, 30), "image/png").await;
    choose(&browser, &asset).await;
    assert_eq!(told.load(Ordering::Relaxed), 0);
    browser
        .ask(http::Method::DELETE, "/v1/me/avatar", None)
        .await;
    for _ in 0..200 {
        if told.load(Ordering::Relaxed) == 6 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("told {} times", told.load(Ordering::Relaxed));
}
