//! `/v1/rooms/{id}/thumbnail.webp` and `card.png`, and what a link to a room unfolds into.

use http::Method;
use serde_json::json;

use crate::browser::{Answer, Browser};
use crate::site::Site;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FOR_A_MINUTE: &str = "public, max-age=60, stale-while-revalidate=600";
const OWN: &str = "private, no-cache";

struct Owner {
    browser: Browser,
    handle: String,
    room: String,
}

impl Owner {
    async fn new(site: &Site, name: &str) -> Self {
        let browser = site.browser();
        let me = browser.sign_in(name).await;
        let text = |field: &str| me[field].as_str().unwrap().to_owned();
        Self {
            handle: text("handle"),
            room: format!("/v1/rooms/{}", text("front_room_id")),
            browser,
        }
    }

    async fn opens(&self, to: &str) {
        let rules = json!({ "visibility": to });
        let changed = self
            .browser
            .ask(Method::PATCH, &self.room, Some(&rules))
            .await;
        assert_eq!(changed.status, 200, "{}", changed.body);
    }

    fn at(&self, picture: &str) -> String {
        format!("{}/{picture}", self.room)
    }
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers[name].to_str().unwrap()
}

#[tokio::test]
async fn a_picture_is_kept_for_as_long_as_the_room_looks_like_it() {
    let site = Site::start().await;
    let owner = Owner::new(&site, "하늘").await;
    let anybody = site.browser();
    let room = anybody.get(&owner.room).await.json();
    let url = room["room"]["thumbnail_url"].as_str().unwrap();
    let list = anybody.get("/v1/rooms").await.json();
    assert_eq!(list["rooms"][0]["thumbnail_url"], url);

    let loaded = anybody.bytes(url).await;
    assert_eq!(loaded.headers["content-type"], "image/webp");
    assert_eq!(loaded.headers["cache-control"], FOR_EVER);
    let picture = image::load_from_memory(&loaded.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (680, 567));
    assert!(
        picture.to_rgba8().get_pixel(0, 0).0[3] == 0,
        "nothing behind"
    );

    for (path, media_type) in [("thumbnail.webp", "image/webp"), ("card.png", "image/png")] {
        let path = owner.at(path);
        let plain = anybody.get(&path).await;
        assert_eq!(header(&plain, "cache-control"), FOR_A_MINUTE);
        assert_eq!(header(&plain, "content-type"), media_type);
        let old = anybody.get(&format!("{path}?v=0123456789abcdef")).await;
        assert_eq!(header(&old, "cache-control"), FOR_A_MINUTE);
        let tag = header(&plain, "etag").to_owned();
        let known = [("if-none-match", tag.as_str())];
        let again = anybody.ask_with(Method::GET, &path, None, &known).await;
        assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""));
        assert_eq!(header(&again, "etag"), tag);
        let head = anybody.ask(Method::HEAD, &path, None).await;
        assert_eq!((head.status.as_u16(), header(&head, "etag")), (200, &*tag));
    }
}

#[tokio::test]
async fn a_card_tells_whose_room_it_is_and_changes_with_their_name() {
    let site = Site::start().await;
    let owner = Owner::new(&site, "하늘").await;
    let tags = async || {
        let thumbnail = owner.browser.get(&owner.at("thumbnail.webp")).await;
        let card = owner.browser.get(&owner.at("card.png")).await;
        let tag = |answer: &Answer| header(answer, "etag").to_owned();
        (tag(&thumbnail), tag(&card))
    };
    let (thumbnail, card) = tags().await;
    let loaded = owner.browser.bytes(&owner.at("card.png")).await;
    let picture = image::load_from_memory(&loaded.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (1200, 630));
    let name = json!({ "display_name": "바다" });
    let renamed = owner
        .browser
        .ask(Method::PATCH, "/v1/me", Some(&name))
        .await;
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    let (same, other) = tags().await;
    assert_eq!(same, thumbnail);
    assert_ne!(other, card);
}

#[tokio::test]
async fn a_picture_is_for_those_the_room_is_for() {
    let site = Site::start().await;
    let owner = Owner::new(&site, "하늘").await;
    let (anybody, other) = (site.browser(), Owner::new(&site, "바다").await);
    owner.browser.get(&owner.room).await;
    for picture in ["thumbnail.webp", "card.png"] {
        let path = owner.at(picture);
        let shown = anybody.get(&path).await;
        let known = [("if-none-match", header(&shown, "etag"))];
        owner.opens("private").await;
        for who in [&anybody, &other.browser] {
            who.get(&path).await.is_problem(404, "room_not_found");
            // Not even that it looks as it did.
            let asked = who.ask_with(Method::GET, &path, None, &known).await;
            asked.is_problem(404, "room_not_found");
        }
        let own = owner.browser.get(&path).await;
        assert_eq!(
            (own.status.as_u16(), header(&own, "cache-control")),
            (200, OWN)
        );
        owner.opens("followers").await;
        let own = owner.browser.get(&path).await;
        assert_eq!(header(&own, "cache-control"), OWN);
        owner.opens("public").await;
        let block = format!("/v1/users/{}/block", other.handle);
        owner.browser.ask(Method::PUT, &block, None).await;
        other
            .browser
            .get(&path)
            .await
            .is_problem(404, "room_not_found");
        owner.browser.ask(Method::DELETE, &block, None).await;
    }
    let nowhere = anybody
        .get("/v1/rooms/0190a6b0-0000-7000-8000-000000000000/card.png")
        .await;
    nowhere.is_problem(404, "room_not_found");
}

#[tokio::test]
async fn a_link_to_a_public_room_says_what_it_leads_to() {
    let site = Site::start().await;
    let owner = Owner::new(&site, "\"><i>'하늘&").await;
    let path = format!("/r/{}", owner.handle);
    let crawler = site.browser();
    let shared = async |accept: &'static str| {
        let accept = [("accept", accept)];
        crawler.ask_with(Method::GET, &path, None, &accept).await
    };
    for accept in ["text/html,*/*;q=0.8", "*/*"] {
        let page = shared(accept).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let body = &page.body;
        assert!(body.contains(r#"<meta name="twitter:card" content="summary_large_image">"#));
        let title = r#"<meta property="og:title" content="&quot;&gt;&lt;i&gt;&#39;하늘&amp;">"#;
        assert!(body.contains(title), "{body}");
        assert!(!body.contains("<i>"));
        let image = body
            .split("property=\"og:image\" content=\"")
            .nth(1)
            .unwrap();
        let image = image.split('"').next().unwrap();
        assert!(image.starts_with(&site.origin()), "{image}");
        let card = crawler.bytes(image).await;
        assert_eq!(card.headers["cache-control"], FOR_EVER);
        assert_eq!(card.headers["content-type"], "image/png");
    }
    owner.opens("private").await;
    let page = shared("text/html").await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("og:title"));
    assert_eq!(shared("*/*").await.status, 404);
    assert_eq!(shared("image/webp").await.status, 404);
    let nobody = crawler.get("/r/nobody_there").await;
    assert_eq!(nobody.status, 200);
    assert!(!nobody.body.contains("og:title"));
}
