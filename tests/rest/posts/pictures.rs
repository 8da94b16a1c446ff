//! Pictures of posts: whose may be attached, and the record of where they are shown.

use http::{Method, StatusCode};
use serde_json::json;

use super::people;
use crate::server::Server;

const READY: &str = "01890a5d-ac96-774b-bcce-b302099a8001";
const TAKEN_DOWN: &str = "01890a5d-ac96-774b-bcce-b302099a8002";
const OF_ANOTHER: &str = "01890a5d-ac96-774b-bcce-b302099a8003";

#[tokio::test]
async fn ones_own_good_pictures_are_shown_and_recorded_as_public_while_they_are() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    // The first and the second person, in the order in which they came.
    for (id, state, nth) in [
        (READY, "ready", 0),
        (TAKEN_DOWN, "taken_down", 0),
        (OF_ANOTHER, "ready", 1),
    ] {
        let digits = id.replace('-', "");
        let insert = format!(
            "INSERT INTO asset (id, owner_id, purpose, state, alt, license_note, content_type, source_bytes,
                 source_sha256, created_ms, due_ms)
             SELECT x'{digits}', id, 'picture', '{state}', '', '', 'image/png', 9, zeroblob(32), 5, 1 << 62
             FROM user ORDER BY created_ms, id LIMIT 1 OFFSET {nth}"
        );
        server.sql(insert.leak()).await;
    }
    let with = |asset: &str, visibility: &str| json!({ "visibility": visibility, "pictures": [{ "asset": asset, "alt": "그림" }] });
    for bad in [TAKEN_DOWN, OF_ANOTHER] {
        let refused = one.writes(&with(bad, "public")).await;
        refused.is_problem(422, "invalid_picture");
    }
    let written = one.writes(&with(READY, "public")).await;
    assert_eq!(written.status, StatusCode::CREATED, "{}", written.body);
    let post = super::id(&written.json()["post"]);
    assert_eq!(
        written.json()["post"]["attachments"],
        json!([{ "asset": READY, "alt": "그림" }])
    );
    assert!(two.sees(&post).await.get("attachments").is_none());
    let uses = async || {
        (
            server
                .number("SELECT count(*) FROM asset_use WHERE subject_kind = 'post'")
                .await,
            server
                .number("SELECT coalesce(sum(is_public), 0) FROM asset_use")
                .await,
        )
    };
    let path = format!("/v1/posts/{post}");
    let patch = async |body: serde_json::Value| {
        let changed = one.browser.ask(Method::PATCH, &path, Some(&body)).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    };
    assert_eq!(uses().await, (1, 1));
    patch(json!({ "visibility": "followers" })).await;
    assert_eq!(uses().await, (1, 0));
    patch(json!({ "visibility": "public" })).await;
    assert_eq!(uses().await, (1, 1));
    one.private(true).await;
    assert_eq!(uses().await, (1, 0), "the account is private");
    one.private(false).await;
    assert_eq!(uses().await, (1, 1));
    // What a former version shows is still shown there.
    patch(json!({ "text": "글만", "pictures": [] })).await;
    assert_eq!(uses().await, (1, 1));
    server.sql("UPDATE post SET standing = 'hidden'").await;
    assert_eq!(uses().await, (1, 0));
    assert_eq!(
        one.acts(Method::DELETE, &path).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(uses().await, (0, 0));
    let draft =
        json!({ "visibility": "public", "state": "draft", "pictures": [{ "asset": READY }] });
    assert_eq!(one.writes(&draft).await.status, StatusCode::CREATED);
    assert_eq!(
        uses().await,
        (1, 0),
        "a draft keeps its pictures, for nobody"
    );
}
