//! What is refused, with its reason, and what is taken without what was hidden in it.

use image::ImageFormat;
use serde_json::json;

use super::sending::{bytes, sent};
use super::{canvas, corpus};
use crate::site::Site;

#[tokio::test]
async fn what_is_no_picture_to_be_shown_is_refused_by_its_reason() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("나쁜이").await;
    let (png, gif, webp, jpeg) = ("image/png", "image/gif", "image/webp", "image/jpeg");
    let whole = canvas::jpeg(200, 200);
    for (what, file, kind, refusal) in [
        ("png bomb", corpus::png_bomb(), png, "too_many_pixels"),
        ("gif bomb", corpus::gif_bomb(), gif, "too_many_pixels"),
        ("webp bomb", corpus::webp_bomb(), webp, "too_many_pixels"),
        ("line", corpus::png_line(), png, "side_too_long"),
        ("apng flood", corpus::apng_flood(), png, "animated_too_long"),
        ("gif flood", corpus::gif_flood(), gif, "animated_too_long"),
        ("two sizes", corpus::webp_two_sizes(), webp, "broken"),
        ("svg", corpus::svg(), png, "not_a_picture"),
        (
            "html",
            b"<!doctype html><script>1</script>".to_vec(),
            png,
            "not_a_picture",
        ),
        ("lie", canvas::gif(9, 9, 1), png, "type_mismatch"),
        (
            "cut png",
            canvas::png(90, 90)[..200].to_vec(),
            png,
            "truncated",
        ),
        (
            "cut jpeg",
            whole[..whole.len() / 2].to_vec(),
            jpeg,
            "truncated",
        ),
        (
            "cut webp",
            canvas::webp(90, 90)[..60].to_vec(),
            webp,
            "truncated",
        ),
        (
            "cut gif",
            canvas::gif(90, 90, 1)[..80].to_vec(),
            gif,
            "truncated",
        ),
        ("empty", Vec::new(), png, "not_a_picture"),
    ] {
        let asset = sent(&browser, &file, kind).await;
        assert_eq!(asset["state"], "refused", "{what}: {asset}");
        assert_eq!(asset["refusal"], refusal, "{what}");
    }
    let left = std::fs::read_dir(site.data().join("media/quarantine")).unwrap();
    assert_eq!(left.count(), 0, "nothing stays in quarantine");
}

#[tokio::test]
async fn bombs_that_look_like_pictures_end_within_bounds() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("나쁜이").await;
    // What is too much of it is left out, or it is refused: either way it ends, and is clean.
    for file in [corpus::png_bomb_within(), corpus::png_text_bomb()] {
        assert!(file.len() < 1_000_000, "a bomb is small: {}", file.len());
        let asset = sent(&browser, &file, "image/png").await;
        assert!(
            ["ready", "refused"].contains(&asset["state"].as_str().unwrap()),
            "{asset}"
        );
    }
}

#[tokio::test]
async fn nothing_but_the_picture_comes_out() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("나쁜이").await;
    for (file, kind) in [
        (corpus::gif_script(), "image/gif"),
        (corpus::gif_with_tail(), "image/gif"),
        (corpus::jpeg_zip(), "image/jpeg"),
        (canvas::tagged_jpeg(60, 40, 1), "image/jpeg"),
    ] {
        let asset = sent(&browser, &file, kind).await;
        assert_eq!(asset["state"], "ready", "{asset}");
        for size in ["thumb", "small", "large"] {
            let webp = bytes(&browser, &asset, size).await;
            let length = u32::from_le_bytes(webp[4..8].try_into().unwrap());
            assert_eq!(webp.len(), length as usize + 8, "nothing comes after it");
            for hidden in [
                &b"script"[..],
                b"alert",
                b"PK\x03\x04",
                b"Exif",
                b"EXIF",
                b"XMP ",
                b"ICCP",
                b"SECRETS",
                b"GPS",
            ] {
                let found = webp.windows(hidden.len()).any(|window| window == hidden);
                assert!(!found, "{} in {size}", String::from_utf8_lossy(hidden));
            }
        }
    }
}

#[tokio::test]
async fn pictures_stand_upright_however_the_camera_was_held() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("사진가").await;
    // What is stored in the upper left is shown where each orientation says.
    for (orientation, red_at) in [
        (1, (0, 0)),
        (2, (1, 0)),
        (3, (1, 1)),
        (4, (0, 1)),
        (5, (0, 0)),
        (6, (1, 0)),
        (7, (1, 1)),
        (8, (0, 1)),
    ] {
        let file = canvas::tagged_jpeg(120, 60, orientation);
        let asset = sent(&browser, &file, "image/jpeg").await;
        let (width, height) = if orientation < 5 {
            (120, 60)
        } else {
            (60, 120)
        };
        assert_eq!(
            (&asset["picture"]["width"], &asset["picture"]["height"]),
            (&json!(width), &json!(height))
        );
        let webp = bytes(&browser, &asset, "large").await;
        let made = image::load_from_memory_with_format(&webp, ImageFormat::WebP)
            .unwrap()
            .into_rgb8();
        let (x, y) = (red_at.0 * (width - 9) + 4, red_at.1 * (height - 9) + 4);
        let [red, green, blue] = made.get_pixel(x, y).0;
        assert!(
            red > 180 && green < 90 && blue < 90,
            "{orientation}: {red} {green} {blue}"
        );
    }
}
