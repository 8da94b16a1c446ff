//! `/v1/rooms?query=`: rooms by their name and by whose they are.

use http::Method;
use serde_json::{Value, json};

use super::{Host, names};
use crate::site::Site;

#[tokio::test]
async fn rooms_are_found_by_name_handle_and_owner() {
    let site = Site::start().await;
    let host = Host::new(&site, "Quokka Kim").await;
    let other = Host::new(&site, "바다").await;
    let path = host.named("달빛 도서관").await;
    let body = json!({ "name": "달빛 비밀", "visibility": "private" });
    host.room(body).await;
    for (query, found) in [
        ("달빛", vec!["달빛 도서관"]),
        ("%EB%8F%84%EC%84%9C%20%EB%8B%AC", vec!["달빛 도서관"]),
        ("%40quokka", vec!["Quokka Kim", "달빛 도서관"]),
        ("kim", vec!["Quokka Kim", "달빛 도서관"]),
        ("없는방", vec![]),
    ] {
        let page = other.get(&format!("/v1/rooms?query={query}")).await;
        assert_eq!(names(&page), found, "{query}");
    }
    // Pages hold everything once.
    let page = other.get("/v1/rooms?query=quokka&limit=1").await;
    assert_eq!(names(&page), ["Quokka Kim"]);
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = other
        .get(&format!("/v1/rooms?query=quokka&limit=1&cursor={cursor}"))
        .await;
    assert_eq!(names(&next), ["달빛 도서관"]);
    let foreign = other
        .browser
        .get(&format!("/v1/rooms?cursor={cursor}"))
        .await;
    foreign.is_problem(400, "invalid_cursor");
    for bad in ["", "%20", &"x".repeat(51)] {
        let refused = other.browser.get(&format!("/v1/rooms?query={bad}")).await;
        refused.is_problem(400, "invalid_query");
    }
    // A new name counts at once; what is put away is not found.
    let renamed = host
        .ask(Method::PATCH, &path, json!({ "name": "별빛 다락" }))
        .await;
    assert_eq!(renamed.status, 200);
    assert_eq!(
        names(&other.get("/v1/rooms?query=다락").await),
        ["별빛 다락"]
    );
    assert!(names(&other.get("/v1/rooms?query=도서관").await).is_empty());
    host.archive(&path, true).await;
    assert!(names(&other.get("/v1/rooms?query=다락").await).is_empty());
    host.archive(&path, false).await;
    let block = format!("/v1/users/{}/block", other.handle);
    assert_eq!(host.ask(Method::PUT, &block, Value::Null).await.status, 200);
    assert!(names(&other.get("/v1/rooms?query=다락").await).is_empty());
}
