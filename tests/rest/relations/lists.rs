//! Lists and their pages.

use http::{Method, StatusCode};

use super::{Person, handles};
use crate::server::Server;

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let server = Server::start().await;
    let star = Person::new(&server, "하늘").await;
    let mut fans = Vec::new();
    for n in 0..5 {
        let fan = Person::new(&server, &format!("바다{n}")).await;
        fan.does(Method::PUT, "follow", &star).await;
        fans.push(fan.handle);
    }
    let path = format!("/v1/users/{}/followers", star.handle);
    let (mut read, mut cursor) = (Vec::new(), String::new());
    for size in [2, 2, 1] {
        let page = star.browser.get(&format!("{path}?limit=2{cursor}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let page = page.json();
        assert_eq!((handles(&page).len(), &page["count"]), (size, &5.into()));
        read.extend(handles(&page));
        cursor = match page["next_cursor"].as_str() {
            Some(next) => format!("&cursor={next}"),
            None => String::new(),
        };
        assert_eq!(cursor.is_empty(), size == 1);
    }
    read.sort_unstable();
    fans.sort_unstable();
    assert_eq!(read, fans, "each once");
    let first = star.browser.get(&format!("{path}?limit=1")).await.json();
    let entry = &first["followers"][0];
    for field in ["id", "handle", "display_name", "look", "mood", "since_at"] {
        assert!(!entry[field].is_null(), "{field} in {entry}");
    }
    assert!(entry["bio"].is_null(), "a list is no profile");

    // A place in one list is none in another.
    let next = first["next_cursor"].as_str().unwrap();
    for other in ["following", "testimonials", "familiar-followers"] {
        let other = format!("/v1/users/{}/{other}?cursor={next}", star.handle);
        let refused = star.browser.get(&other).await;
        refused.is_problem(400, "invalid_cursor");
    }
    for bad in ["limit=0", "limit=101", "limit=x", "limit=-1"] {
        let refused = star.browser.get(&format!("{path}?{bad}")).await;
        refused.is_problem(400, "invalid_query");
    }
}

#[tokio::test]
async fn familiar_followers_are_those_one_follows_oneself() {
    let server = Server::start().await;
    let (star, friend, stranger, me) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "바다").await,
        Person::new(&server, "바람").await,
        Person::new(&server, "구름").await,
    );
    for fan in [&friend, &stranger] {
        fan.does(Method::PUT, "follow", &star).await;
    }
    me.does(Method::PUT, "follow", &friend).await;
    let path = format!("/v1/users/{}/familiar-followers", star.handle);
    assert_eq!(me.list(&path).await, [friend.handle.as_str()]);
    let path = format!("/v1/users/{}/following", me.handle);
    assert_eq!(star.list(&path).await, [friend.handle.as_str()]);
}
