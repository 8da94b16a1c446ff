//! The picture of a room after what happens in it.

use crate::stage::{Stage, paint, put};

#[tokio::test]
async fn an_edit_shows_in_the_picture_and_a_word_does_not() {
    let mut stage = Stage::set().await;
    let path = format!("/v1/rooms/{}", stage.room);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let origin = stage.front.origin();
    let url = async || {
        let room = http.get(format!("{origin}{path}")).send().await.unwrap();
        let room: serde_json::Value = room.json().await.unwrap();
        room["room"]["thumbnail_url"].as_str().unwrap().to_owned()
    };
    let load = async |url: &str| {
        let answer = http.get(format!("{origin}{url}")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let kept = answer.headers()["cache-control"]
            .to_str()
            .unwrap()
            .to_owned();
        (kept, answer.bytes().await.unwrap())
    };
    let before = url().await;
    let (kept, picture) = load(&before).await;
    assert!(kept.contains("immutable"), "{kept}");

    stage.host.say("안녕").await;
    assert_eq!(url().await, before);

    stage.host.edit(vec![put(1_000, "desk", 2, 12)]).await;
    let after = url().await;
    assert_ne!(after, before);
    let (_, other) = load(&after).await;
    assert_ne!(other, picture);
    // Under the old address, whoever still has it from a list sees the room as it is now, and does not keep it.
    let (kept, now) = load(&before).await;
    assert!(!kept.contains("immutable"), "{kept}");
    assert_eq!(now, other);

    stage.host.edit(vec![paint(1_000, "pink")]).await;
    assert_ne!(url().await, after);
}
