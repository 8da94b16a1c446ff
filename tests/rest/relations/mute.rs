//! `/v1/users/{handle}/mute` and `/v1/me/mutes`.

use http::{Method, StatusCode};
use serde_json::json;

use super::{Person, nothing};
use crate::server::Server;

#[tokio::test]
async fn a_mute_lasts_until_its_end_or_until_it_is_taken_back() {
    let server = Server::start().await;
    let (me, other) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "바다").await,
    );
    let muted = me.puts("mute", &other, json!({})).await;
    assert_eq!(muted.status, StatusCode::OK, "{}", muted.body);
    assert_eq!(muted.json()["relation"]["muting"], json!({ "until": null }));
    let until = time::OffsetDateTime::now_utc() + time::Duration::hours(1);
    let until = until.replace_nanosecond(0).unwrap();
    let rfc3339 = time::format_description::well_known::Rfc3339;
    let text = until.format(&rfc3339).unwrap();
    let again = me.puts("mute", &other, json!({ "until": text })).await;
    assert_eq!(again.json()["relation"]["muting"], json!({ "until": text }));
    let list = me.browser.get("/v1/me/mutes").await.json();
    assert_eq!(list["mutes"][0]["until"], text);
    assert_eq!(list["mutes"][0]["handle"], other.handle);
    assert_eq!(other.relation(&me).await, nothing(), "they are not told");
    for _ in 0..2 {
        let unmuted = me.does(Method::DELETE, "mute", &other).await;
        assert_eq!(unmuted.status, StatusCode::NO_CONTENT);
        assert_eq!(me.relation(&other).await, nothing());
    }
}

#[tokio::test]
async fn a_mute_cannot_end_before_it_begins_nor_in_another_age() {
    let server = Server::start().await;
    let (me, other) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "바다").await,
    );
    for bad in [
        "2020-01-01T00:00:00Z",
        "1900-01-01T00:00:00Z",
        "9000-01-01T00:00:00Z",
    ] {
        let refused = me.puts("mute", &other, json!({ "until": bad })).await;
        refused.is_problem(422, "invalid_time");
    }
    for bad in [json!({ "until": "tomorrow" }), json!({ "for": 3 })] {
        let refused = me.puts("mute", &other, bad).await;
        refused.is_problem(422, "invalid_body");
    }
    assert_eq!(me.relation(&other).await, nothing());
}
