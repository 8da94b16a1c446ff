//! Forms that try to be kept in memory, and people who send too much at once.

use bytes::Bytes;
use http_body_util::StreamBody;
use hyper::body::Frame;

use super::canvas;
use super::sending::{form, send_form};
use crate::browser::{Answer, Browser};
use crate::site::Site;

/// Sends a form that begins like this and then goes on with the same byte, up to so many.
async fn flood(browser: &Browser, beginning: &str, bytes: usize) -> Answer {
    const PIECE: usize = 64 * 1024;
    let beginning = Bytes::from(beginning.to_owned());
    let rest = (0..bytes / PIECE).map(|_| Bytes::from(vec![b'x'; PIECE]));
    let frames = std::iter::once(beginning).chain(rest);
    let frames = frames.map(|piece| Ok::<_, std::io::Error>(Frame::data(piece)));
    let body = StreamBody::new(futures_util::stream::iter(frames));
    let cookies = browser.cookies.lock().unwrap().clone();
    let cookies: Vec<String> = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let request = browser.http.post(browser.url("/v1/assets"));
    let request = request
        .header("cookie", cookies.join("; "))
        .header("origin", browser.url("/").trim_end_matches('/'))
        .header("content-type", "multipart/form-data; boundary=edge");
    Answer::of(
        request
            .body(reqwest::Body::wrap(body))
            .send()
            .await
            .unwrap(),
    )
    .await
}

#[tokio::test]
async fn what_is_no_field_is_not_kept_in_memory() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    // Before the first field, in its head, in its name, and after a text.
    for beginning in [
        "",
        "--edge\r\n",
        "--edge\r\ncontent-disposition: form-data; name=\"",
        "--edge\r\ncontent-disposition: form-data; name=\"alt\"\r\n\r\nx\r\n--edge\r\ny: ",
    ] {
        // Less than a picture may have, and more than is kept.
        let refused = flood(&browser, beginning, 640 * 1024).await;
        refused.is_problem(413, "body_too_large");
    }
    // And an honest one is taken as before.
    let form = form(&[("purpose", "picture")], &canvas::png(9, 9), "image/png");
    assert_eq!(send_form(&browser, form, &[]).await.status, 202);
}
