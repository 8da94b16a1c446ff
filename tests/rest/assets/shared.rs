//! What links to posts and rooms unfold into where they are shared, and what they never tell.

use http::Method;
use serde_json::{Value, json};

use super::canvas;
use super::sending::{bytes, sent};
use crate::browser::Browser;
use crate::site::Site;

/// What a program that follows links finds at this address: the tags, by name; none where there is no page for it.
async fn unfolded(site: &Site, path: &str) -> Option<Vec<(String, String)>> {
    let crawler = site.browser();
    let any = [("accept", "*/*")];
    let page = crawler.ask_with(Method::GET, path, None, &any).await;
    if page.status == 404 {
        // People get the page of the client, which says nothing of it either.
        let page = crawler.get(path).await;
        assert!(!page.body.contains("og:"), "{path}: {}", page.body);
        return None;
    }
    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(page.headers["cache-control"], "no-cache");
    let tags = page.body.split("<meta property=\"").skip(1);
    let tags = tags.filter_map(|tag| {
        let (name, rest) = tag.split_once("\" content=\"")?;
        let (content, _) = rest.split_once("\">")?;
        Some((name.to_owned(), content.to_owned()))
    });
    Some(tags.collect())
}

fn tag<'a>(tags: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = tags.iter().find(|(known, _)| known == name);
    found.map(|(_, content)| content.as_str())
}

async fn posted(browser: &Browser, post: &Value) -> String {
    let made = browser.ask(Method::POST, "/v1/posts", Some(post)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["post"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_public_post_says_what_it_says_and_no_other_does() {
    let site = Site::start().await;
    let browser = site.browser();
    let handle = browser.sign_in("\"><i>하늘").await["handle"]
        .as_str()
        .unwrap()
        .to_owned();
    let picture = sent(&browser, &canvas::png(300, 200), "image/png").await;
    let shown = json!([{"asset": picture["id"], "alt": "바다 \" 둘"}]);
    let post = |text: &str, visibility: &str| json!({"text": text, "visibility": visibility, "pictures": shown});
    let text = "첫 줄 <script>\n둘째 줄 & 끝";
    let public = posted(&browser, &post(text, "public")).await;
    let tags = unfolded(&site, &format!("/p/{public}")).await.unwrap();
    assert_eq!(tag(&tags, "og:type"), Some("article"));
    let name = format!("&quot;&gt;&lt;i&gt;하늘 (@{handle})");
    assert_eq!(tag(&tags, "og:title"), Some(name.as_str()));
    assert_eq!(
        tag(&tags, "og:description"),
        Some("첫 줄 &lt;script&gt; 둘째 줄 &amp; 끝")
    );
    let address = format!("{}/p/{public}", site.origin());
    assert_eq!(tag(&tags, "og:url"), Some(address.as_str()));
    assert_eq!(tag(&tags, "og:image:alt"), Some("바다 &quot; 둘"));
    let image = tag(&tags, "og:image").unwrap();
    assert!(
        image.starts_with(&site.origin()) && !image.contains('?'),
        "{image}"
    );
    let loaded = site.browser().bytes(image).await;
    assert_eq!(loaded.body, bytes(&browser, &picture, "large").await);

    for (hidden, text) in [
        ("followers", "오늘은 비가 와요"),
        ("ties", "내일 만나서 놀자"),
        ("private", "혼자 쓰는 일기장"),
    ] {
        let id = posted(&browser, &post(text, hidden)).await;
        assert_eq!(unfolded(&site, &format!("/p/{id}")).await, None, "{hidden}");
    }
    // Who warns, or marks it, does not show it to whoever passes by.
    let mut warned = post("여덟 개의 다리", "public");
    warned["content_warning"] = json!("거미");
    let warned = posted(&browser, &warned).await;
    let tags = unfolded(&site, &format!("/p/{warned}")).await.unwrap();
    assert_eq!(tag(&tags, "og:description"), Some("거미"));
    assert_eq!(tag(&tags, "og:image"), None);
    let mut sensitive = post("전시회에 다녀왔어요", "public");
    sensitive["sensitive"] = json!(true);
    let sensitive = posted(&browser, &sensitive).await;
    let tags = unfolded(&site, &format!("/p/{sensitive}")).await.unwrap();
    assert_eq!(tag(&tags, "og:image"), None);

    let gone = format!("/v1/posts/{public}");
    assert_eq!(browser.ask(Method::DELETE, &gone, None).await.status, 204);
    assert_eq!(unfolded(&site, &format!("/p/{public}")).await, None);
    let private = json!({"account_private": true});
    let settings = browser
        .ask(Method::PATCH, "/v1/me/settings", Some(&private))
        .await;
    assert_eq!(settings.status, 200, "{}", settings.body);
    assert_eq!(unfolded(&site, &format!("/p/{warned}")).await, None);
    let nowhere = "/p/0190a6b0-0000-7000-8000-000000000000";
    for none in [nowhere, "/p/x", "/p/"] {
        assert_eq!(unfolded(&site, none).await, None, "{none}");
    }
}

#[tokio::test]
async fn another_public_room_says_whose_it_is_under_their_address_alone() {
    let site = Site::start().await;
    let (owner, other) = (site.browser(), site.browser());
    let handle = owner.sign_in("하늘").await["handle"]
        .as_str()
        .unwrap()
        .to_owned();
    let stranger = other.sign_in("바다").await["handle"]
        .as_str()
        .unwrap()
        .to_owned();
    let wish = json!({"name": "옥상"});
    let made = owner.ask(Method::POST, "/v1/rooms", Some(&wish)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["room"]["id"].as_str().unwrap().to_owned();
    let path = format!("/r/{handle}/{id}");
    let open = json!({"visibility": "public"});
    let room = format!("/v1/rooms/{id}");
    let opened = owner.ask(Method::PATCH, &room, Some(&open)).await;
    assert_eq!(opened.status, 200, "{}", opened.body);
    let tags = unfolded(&site, &path).await.unwrap();
    assert_eq!(tag(&tags, "og:title"), Some("옥상"));
    let address = format!("{}{path}", site.origin());
    assert_eq!(tag(&tags, "og:url"), Some(address.as_str()));
    let card = site.browser().bytes(tag(&tags, "og:image").unwrap()).await;
    assert_eq!(card.headers["content-type"], "image/png");
    assert_eq!(unfolded(&site, &format!("/r/{stranger}/{id}")).await, None);
    for hidden in ["followers", "private"] {
        let rules = json!({ "visibility": hidden });
        let changed = owner.ask(Method::PATCH, &room, Some(&rules)).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!(unfolded(&site, &path).await, None, "{hidden}");
    }
}
