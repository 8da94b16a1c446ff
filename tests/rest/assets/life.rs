//! What becomes of pictures that are what they should be.

use http::Method;
use image::ImageFormat;
use serde_json::json;

use super::canvas;
use super::sending::{bytes, form, send, send_form, sent, settled};
use crate::site::Site;

#[tokio::test]
async fn every_kind_of_picture_becomes_one_in_three_sizes() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    for (file, kind) in [
        (canvas::png(1_000, 600), "image/png"),
        (canvas::jpeg(1_000, 600), "image/jpeg"),
        (canvas::webp(1_000, 600), "image/webp"),
        (canvas::gif(1_000, 600, 3), "image/gif"),
    ] {
        let asset = sent(&browser, &file, kind).await;
        assert_eq!(asset["state"], "ready", "{kind}: {asset}");
        assert_eq!(
            (&asset["alt"], &asset["uses"]),
            (&json!("네 귀퉁이"), &json!(0))
        );
        let picture = &asset["picture"];
        assert_eq!(
            (&picture["width"], &picture["height"]),
            (&json!(1_000), &json!(600))
        );
        assert!(picture["blurhash"].as_str().unwrap().len() > 10);
        for (size, width, height) in [
            ("thumb", 160, 96),
            ("small", 640, 384),
            ("large", 1_000, 600),
        ] {
            let webp = bytes(&browser, &asset, size).await;
            let made = image::load_from_memory_with_format(&webp, ImageFormat::WebP).unwrap();
            assert_eq!(
                (made.width(), made.height()),
                (width, height),
                "{kind} {size}"
            );
            let made = made.into_rgb8();
            let [red, green, blue] = made.get_pixel(2, 2).0;
            assert!(
                red > 200 && green < 60 && blue < 60,
                "{kind} {size}: upper left"
            );
        }
    }
}

#[tokio::test]
async fn what_can_be_seen_through_stays_so_and_the_large_are_made_smaller() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    let asset = sent(&browser, &canvas::sheer(64, 64), "image/png").await;
    let webp = bytes(&browser, &asset, "large").await;
    let made = image::load_from_memory(&webp).unwrap().into_rgba8();
    assert_eq!(
        (made.get_pixel(5, 5).0[3], made.get_pixel(60, 5).0[3]),
        (0, 255)
    );
    let asset = sent(&browser, &canvas::png(5_000, 10), "image/png").await;
    assert_eq!(
        (&asset["picture"]["width"], &asset["picture"]["height"]),
        (&json!(2_048), &json!(4))
    );
}

#[tokio::test]
async fn the_same_request_sends_one_picture_and_another_under_its_key_none() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    let file = canvas::png(20, 20);
    let key = [("idempotency-key", "one")];
    let with = |alt: &str| form(&[("purpose", "picture"), ("alt", alt)], &file, "image/png");
    let first = send_form(&browser, with("가"), &key).await;
    assert_eq!(first.status, 202);
    let id = first.json()["asset"]["id"].clone();
    settled(&browser, id.as_str().unwrap()).await;
    let again = send_form(&browser, with("가"), &key).await;
    assert_eq!((again.status, again.body), (first.status, first.body));
    send_form(&browser, with("나"), &key)
        .await
        .is_problem(422, "idempotency_key_reused");
    let other = form(
        &[("purpose", "picture"), ("alt", "가")],
        &canvas::png(21, 20),
        "image/png",
    );
    send_form(&browser, other, &key)
        .await
        .is_problem(422, "idempotency_key_reused");
    let list = browser.get("/v1/me/assets").await.json();
    assert_eq!(list["assets"].as_array().unwrap().len(), 1);
    // A picture is larger than what other requests may hold, with a key or without.
    let noise: Vec<u8> = (0..100_000_u32)
        .map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[0])
        .collect();
    let large = form(
        &[("purpose", "picture")],
        &[file, noise].concat(),
        "image/png",
    );
    assert_eq!(
        send_form(&browser, large, &[("idempotency-key", "two")])
            .await
            .status,
        202
    );
}

#[tokio::test]
async fn forms_that_say_too_little_or_too_much_are_refused_and_keep_nothing() {
    let site = Site::start_as(|config| config.media.upload_bytes_max = 70_000).await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    let file = canvas::png(9, 9);
    let long = "가".repeat(501);
    let huge = "x".repeat(5_000);
    for (fields, status, code) in [
        (vec![], 422, "invalid_body"),
        (vec![("purpose", "wallpaper")], 422, "invalid_body"),
        (
            vec![("purpose", "picture"), ("purpose", "picture")],
            422,
            "invalid_body",
        ),
        (
            vec![("purpose", "picture"), ("colour", "red")],
            422,
            "invalid_body",
        ),
        (
            vec![("purpose", "picture"), ("alt", long.as_str())],
            422,
            "invalid_text",
        ),
        (
            vec![("purpose", "picture"), ("alt", huge.as_str())],
            413,
            "body_too_large",
        ),
    ] {
        let answer = send_form(&browser, form(&fields, &file, "image/png"), &[]).await;
        answer.is_problem(status, code);
    }
    let picture = [("purpose", "picture")];
    let answer = send_form(&browser, form(&picture, &vec![0; 70_001], "image/png"), &[]).await;
    answer.is_problem(413, "body_too_large");
    assert_eq!(answer.json()["limit"], "media.upload_bytes_max");
    for kind in ["image/svg+xml", "text/html", "application/zip"] {
        let answer = send_form(&browser, form(&picture, &file, kind), &[]).await;
        answer.is_problem(415, "unsupported_media_type");
    }
    let (kind, mut body) = form(&picture, &file, "image/png");
    body.truncate(body.len() - 20);
    send_form(&browser, (kind, body), &[])
        .await
        .is_problem(400, "bad_request");
    let list = browser.get("/v1/me/assets").await.json();
    assert!(list["assets"].as_array().unwrap().is_empty());
    let left = std::fs::read_dir(site.data().join("media/quarantine")).unwrap();
    assert_eq!(left.count(), 0, "nothing stays in quarantine");
}

#[tokio::test]
async fn words_are_changed_lists_have_pages_and_what_is_deleted_is_gone() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    let mut ids = Vec::new();
    for size in [10, 11, 12] {
        let asset = sent(&browser, &canvas::png(size, 9), "image/png").await;
        ids.insert(0, asset["id"].as_str().unwrap().to_owned());
    }
    let mut found = Vec::new();
    let mut path = "/v1/me/assets?limit=2".to_owned();
    loop {
        let page = browser.get(&path).await.json();
        let assets = page["assets"].as_array().unwrap().clone();
        found.extend(
            assets
                .iter()
                .map(|asset| asset["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/v1/me/assets?limit=2&cursor={next}");
    }
    assert_eq!(found, ids);
    let path = format!("/v1/assets/{}", ids[0]);
    let shown = browser.get(&path).await;
    let tag = shown.headers["etag"].to_str().unwrap();
    let known = browser
        .ask_with(Method::GET, &path, None, &[("if-none-match", tag)])
        .await;
    assert_eq!(known.status, 304);
    let words = json!({"alt": "바다", "license_note": "CC BY 4.0"});
    let headers = [("if-match", tag)];
    let changed = browser
        .ask_with(Method::PATCH, &path, Some(&words), &headers)
        .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let asset = changed.json()["asset"].clone();
    assert_eq!(
        (&asset["picture"]["alt"], &asset["license_note"]),
        (&json!("바다"), &json!("CC BY 4.0"))
    );
    let stale = browser
        .ask_with(Method::PATCH, &path, Some(&words), &headers)
        .await;
    stale.is_problem(412, "precondition_failed");
    let nothing = browser.ask(Method::PATCH, &path, Some(&json!({}))).await;
    nothing.is_problem(422, "invalid_body");
    // Words are shown wherever the picture is: the filter looks through them as through posts.
    let foul = json!({"alt": "짱깨"});
    let foul = browser.ask(Method::PATCH, &path, Some(&foul)).await;
    foul.is_problem(422, "content_refused");
    let form = form(
        &[("purpose", "picture"), ("license_note", "짱깨")],
        &canvas::png(5, 5),
        "image/png",
    );
    send_form(&browser, form, &[])
        .await
        .is_problem(422, "content_refused");
    let link = asset["picture"]["thumb"].as_str().unwrap().to_owned();
    assert_eq!(browser.get(&link).await.status, 200);
    assert_eq!(browser.ask(Method::DELETE, &path, None).await.status, 204);
    browser.get(&link).await.is_problem(404, "not_found");
    browser.get(&path).await.is_problem(404, "asset_not_found");
}

#[tokio::test]
async fn equal_pictures_lie_there_once_and_go_with_the_last() {
    let site = Site::start().await;
    let (one, other) = (site.browser(), site.browser());
    one.sign_in("하나").await;
    other.sign_in("둘").await;
    let file = canvas::png(300, 300);
    let first = sent(&one, &file, "image/png").await;
    let second = sent(&other, &file, "image/png").await;
    let stored = || {
        let mut count = 0;
        let mut folders = vec![site.data().join("media/pictures")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                match entry.file_type().unwrap().is_dir() {
                    true => folders.push(entry.path()),
                    false => count += 1,
                }
            }
        }
        count
    };
    // Not larger than small: small and large are the same.
    assert_eq!(stored(), 2);
    let name = |asset: &serde_json::Value| {
        let link = asset["picture"]["large"].as_str().unwrap().to_owned();
        link.split('?')
            .next()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(name(&first), name(&second));
    let delete =
        |asset: &serde_json::Value| format!("/v1/assets/{}", asset["id"].as_str().unwrap());
    one.ask(Method::DELETE, &delete(&first), None).await;
    assert!(!bytes(&other, &second, "large").await.is_empty());
    // Whoever wrote them holds them for a while.
    sqlx_forget_holds(&site).await;
    other.ask(Method::DELETE, &delete(&second), None).await;
    for _ in 0..200 {
        if stored() == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{} files stay", stored());
}

async fn sqlx_forget_holds(site: &Site) {
    use sqlx::ConnectOptions;
    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(site.data().join("maru.sqlite3"));
    let mut store = file.connect().await.unwrap();
    let forget = sqlx::query("UPDATE asset_blob SET held_until_ms = 0");
    forget.execute(&mut store).await.unwrap();
}

#[tokio::test]
async fn nobody_keeps_more_than_they_may() {
    let site = Site::start_as(|config| config.media.quota_count = 2).await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    let file = canvas::png(10, 10);
    let (one, two) = tokio::join!(
        send(&browser, &file, "image/png"),
        send(&browser, &file, "image/png")
    );
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (202, 202));
    let full = send(&browser, &file, "image/png").await;
    full.is_problem(409, "storage_full");
    let id = one.json()["asset"]["id"].as_str().unwrap().to_owned();
    browser
        .ask(Method::DELETE, &format!("/v1/assets/{id}"), None)
        .await;
    assert_eq!(send(&browser, &file, "image/png").await.status, 202);
}
