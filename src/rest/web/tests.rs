//! What browsers are given for which address, on a bundle of three files and on none.

use http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;

#[derive(RustEmbed)]
#[folder = "src/rest/web/fixture"]
struct Fixture;

#[derive(RustEmbed)]
#[folder = "src/rest/web/nowhere"]
#[allow_missing = true]
struct Missing;

const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

async fn ask<B: RustEmbed + 'static>(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> (StatusCode, HeaderMap, String) {
    let public: PublicUrl = "http://127.0.0.1:8080".parse().unwrap();
    let mut request = http::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = client::<B>(public, None).oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (
        head.status,
        head.headers,
        String::from_utf8(body.into()).unwrap(),
    )
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever_and_the_page_is_asked_for_each_time() {
    let (status, headers, body) = ask::<Fixture>("GET", "/assets/index-1a2b3c.js", &[]).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "export {};\n"));
    assert_eq!(headers[CONTENT_TYPE], "text/javascript; charset=utf-8");
    assert_eq!(
        headers[CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );

    for path in ["/", "/index.html", "/r/haneul", "/login?error=other"] {
        let (status, headers, body) = ask::<Fixture>("GET", path, &[PAGE]).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(body.contains("fixture"), "{path}");
        assert_eq!(headers[CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(headers[CACHE_CONTROL], "no-cache");
    }
    for headers in [&[][..], &[("accept", "*/*")][..]] {
        let (status, _, body) = ask::<Fixture>("GET", "/", headers).await;
        assert_eq!(status, StatusCode::OK, "who asks whether anybody is home");
        assert!(body.contains("fixture"));
    }
    let (_, headers, _) = ask::<Fixture>("GET", "/manifest.webmanifest", &[]).await;
    assert_eq!(headers[CONTENT_TYPE], "application/manifest+json");
    assert_eq!(headers[CACHE_CONTROL], "no-cache");
}

#[tokio::test]
async fn what_the_browser_has_is_not_sent_again() {
    let (_, headers, _) = ask::<Fixture>("GET", "/", &[PAGE]).await;
    let tag = headers[ETAG].to_str().unwrap();
    for known in [tag, &format!("\"other\", {tag}"), "*"] {
        let (status, _, body) = ask::<Fixture>("GET", "/", &[PAGE, ("if-none-match", known)]).await;
        assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    }
    let (status, ..) = ask::<Fixture>("GET", "/", &[PAGE, ("if-none-match", "W/\"old\"")]).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn head_answers_as_get_without_the_body() {
    let (_, got, body) = ask::<Fixture>("GET", "/assets/index-1a2b3c.js", &[]).await;
    let (status, headed, nothing) = ask::<Fixture>("HEAD", "/assets/index-1a2b3c.js", &[]).await;
    assert_eq!((status, nothing.as_str()), (StatusCode::OK, ""));
    assert_eq!(headed, got);
    assert_eq!(headed[CONTENT_LENGTH], body.len().to_string());
}

#[tokio::test]
async fn only_people_get_the_page_and_only_by_get() {
    for (method, path, headers) in [
        ("GET", "/assets/index-gone.js", &[][..]),
        ("GET", "/favicon.ico", &[("accept", "image/*")][..]),
        ("GET", "/v1/nothing", &[PAGE][..]),
        ("GET", "/dev/identity/authorize", &[PAGE][..]),
        ("POST", "/", &[PAGE][..]),
        ("DELETE", "/assets/index-1a2b3c.js", &[PAGE][..]),
        ("GET", "/../Cargo.toml", &[][..]),
        ("GET", "/..%2f..%2fCargo.toml", &[][..]),
        ("GET", "//etc/passwd", &[][..]),
    ] {
        let (status, headers, body) = ask::<Fixture>(method, path, headers).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path}");
        assert_eq!(headers[CONTENT_TYPE], "application/problem+json");
        assert!(body.contains("\"not_found\""));
    }
}

#[tokio::test]
async fn the_other_names_of_this_machine_lead_to_the_one_cookies_are_for() {
    let (status, headers, _) =
        ask::<Fixture>("GET", "/r/haneul?x=1", &[PAGE, ("host", "localhost:8080")]).await;
    assert_eq!(status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(headers[LOCATION], "http://127.0.0.1:8080/r/haneul?x=1");
    for host in ["127.0.0.1:8080", "localhost:5173", "evil.example:8080"] {
        let (status, ..) = ask::<Fixture>("GET", "/", &[PAGE, ("host", host)]).await;
        assert_eq!(status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn without_a_bundle_the_page_says_how_to_get_one() {
    let (status, _, body) = ask::<Missing>("GET", "/", &[PAGE]).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("script/server") && body.contains("npm run build"));
}

#[tokio::test]
async fn some_bytes_of_a_file_can_be_asked_for() {
    let file = "/assets/index-1a2b3c.js";
    let (status, headers, body) = ask::<Fixture>("GET", file, &[("range", "bytes=0-5")]).await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::PARTIAL_CONTENT, "export")
    );
    assert_eq!(headers[CONTENT_RANGE], "bytes 0-5/11");
    assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
    let (status, headers, _) = ask::<Fixture>("GET", file, &[("range", "bytes=99-")]).await;
    assert_eq!(status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(headers[CONTENT_RANGE], "bytes */11");
    // Its tag is weak: nobody can say that the bytes before were of the same file.
    let tag = ask::<Fixture>("GET", file, &[]).await.1[ETAG].clone();
    let tag = tag.to_str().unwrap();
    let asked = [("range", "bytes=0-5"), ("if-range", tag)];
    let (status, headers, _) = ask::<Fixture>("GET", file, &asked).await;
    assert_eq!(
        (status, &headers[ACCEPT_RANGES]),
        (StatusCode::OK, &HeaderValue::from_static("bytes"))
    );
}
