//! Posts that hang in rooms.

use http::{Method, StatusCode};
use maru::adapters::sqlite::SqliteRooms;
use maru::domain::clock::{Clock, WallMs};
use maru::domain::id::{RoomId, UserId};
use maru::domain::room::{Access, Document, RoomCard, Visibility};
use maru::ports::room::{NewRoom, RoomStore};
use serde_json::{Value, json};

use super::{Person, id, people};
use crate::server::Server;

/// A room of somebody's where somebody else is an editor.
async fn room(server: &Server, of: &Person, editor: &Person, visibility: Visibility) -> RoomId {
    let me = async |person: &Person| -> UserId {
        let me: Value = person.browser.me().await;
        me["id"].as_str().unwrap().parse().unwrap()
    };
    let mut access = Access::new(visibility, true);
    let editor = me(editor).await.to_string();
    access.editors.insert(editor, "편집자".to_owned());
    let id = RoomId::generate();
    let card = RoomCard {
        id,
        owner_id: me(of).await,
        name: "방".to_owned(),
        access,
    };
    let (rooms, work) = SqliteRooms::new(server.store.clone());
    tokio::spawn(work);
    let document = Document::new(maru::catalogue::catalogue().plain_theme());
    let at = WallMs(Clock::start().wall().0);
    let new = NewRoom { card, document, at };
    rooms.create(new).await.unwrap();
    id
}

#[tokio::test]
async fn a_post_hangs_where_its_author_may_and_is_found_by_who_may_look_in() {
    let server = Server::start().await;
    let [owner, editor, fan, stranger] = people(&server).await;
    fan.follows(&owner).await;
    for (visibility, sees) in [
        (Visibility::Public, [true, true, true, true]),
        (Visibility::Followers, [true, true, true, false]),
        (Visibility::Private, [true, true, false, false]),
    ] {
        let room = room(&server, &owner, &editor, visibility).await.to_string();
        let wish = json!({ "text": "방에", "visibility": "public", "room": room });
        for refused in [&fan, &stranger] {
            refused
                .writes(&wish)
                .await
                .is_problem(404, "room_not_found");
        }
        let mut posts = Vec::new();
        for author in [&owner, &editor] {
            let written = author.writes(&wish).await;
            assert_eq!(written.status, StatusCode::CREATED, "{}", written.body);
            posts.insert(0, id(&written.json()["post"]));
        }
        let path = format!("/v1/rooms/{room}/posts");
        for (reader, sees) in [&owner, &editor, &fan, &stranger].into_iter().zip(sees) {
            if sees {
                assert_eq!(reader.ids(&path).await, posts);
            } else {
                let answer = reader.browser.get(&path).await;
                answer.is_problem(404, "room_not_found");
            }
            // The post is public; the room it hangs in is told to whom it is open.
            let seen = reader.sees(&posts[1]).await;
            assert_eq!(seen["room"].is_string(), sees, "{}", seen["room"]);
        }
    }
    let nobody = format!("/v1/rooms/{}/posts", RoomId::generate());
    let answer = owner.browser.get(&nobody).await;
    answer.is_problem(404, "room_not_found");
}

#[tokio::test]
async fn a_front_room_that_was_never_opened_is_there_for_posts() {
    let server = Server::start().await;
    let [owner, stranger] = people(&server).await;
    let room = owner.browser.me().await["front_room_id"].clone();
    let wish = json!({ "text": "현관", "visibility": "public", "room": room });
    let written = owner.writes(&wish).await;
    assert_eq!(written.status, StatusCode::CREATED, "{}", written.body);
    stranger
        .writes(&wish)
        .await
        .is_problem(404, "room_not_found");
    let path = format!("/v1/rooms/{}/posts", room.as_str().unwrap());
    assert_eq!(stranger.ids(&path).await.len(), 1);
    owner.does(Method::PUT, "block", &stranger).await;
    let answer = stranger.browser.get(&path).await;
    answer.is_problem(404, "room_not_found");
}
