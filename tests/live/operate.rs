//! What those who operate a server see of its rooms, and that nobody else does.

use maru::domain::user::AccountRole;
use serde_json::Value;

use crate::client::Client;
use crate::front::Person;
use crate::stage::Stage;

const NODE: &str = "/v1/admin/live";

/// The owner of the stage's room, operating the server.
async fn admin(stage: &Stage) -> Person {
    let (_, me) = stage.front.get("/v1/me", Some(&stage.owner)).await;
    let handle = me["user"]["handle"].as_str().unwrap();
    let given = maru::app::set_role(stage.data(), handle, AccountRole::Admin).await;
    assert_eq!(given.unwrap(), AccountRole::User);
    stage.owner.clone()
}

#[tokio::test]
async fn only_admins_are_shown_how_a_server_is() {
    let stage = Stage::set().await;
    let room = format!("{NODE}/{}", stage.room);
    for path in [NODE, &room] {
        let (status, problem) = stage.front.get(path, None).await;
        assert_eq!(
            (status, &problem["code"]),
            (401, &"sign_in_required".into())
        );
        let (status, problem) = stage.front.get(path, Some(&stage.owner)).await;
        assert_eq!((status, &problem["code"]), (403, &"forbidden".into()));
    }
    let admin = admin(&stage).await;
    for path in [NODE, &room] {
        let (status, answer) = stage.front.get(path, Some(&admin)).await;
        assert_eq!(status, 200, "{answer}");
    }
}

#[tokio::test]
async fn the_figures_of_the_node_and_its_rooms_are_those_of_the_people_in_them() {
    let mut stage = Stage::set().await;
    let seq = stage.host.say("hello").await;
    let admin = admin(&stage).await;
    // A second, quieter room.
    let other = stage.front.sign_in("바다").await;
    let ticket = stage.front.ticket(&other.room, &other).await;
    let _alone = Client::join(&stage.front, &other.room, ticket).await;
    let (_, answer) = stage.front.get(NODE, Some(&admin)).await;
    let node = &answer["node"];
    for (figure, wanted) in [
        ("connections", 3),
        ("rooms", 2),
        ("people", 3),
        ("sessions", 3),
    ] {
        assert_eq!(node[figure], wanted, "{figure}: {node}");
    }
    let rooms = answer["rooms"].as_array().unwrap();
    assert_eq!(rooms.len(), 2);
    let room = &rooms[0];
    assert_eq!(room["id"], stage.room);
    assert_eq!(room["owner_id"], stage.owner.id);
    assert_eq!(room["name"], "하늘");
    for (figure, wanted) in [("people", 2), ("sessions", 2), ("connections", 2)] {
        assert_eq!(room[figure], wanted, "{figure}: {room}");
    }
    assert_eq!(
        (&room["answers"], &room["owned_here"]),
        (&true.into(), &true.into())
    );
    assert_eq!(room["seq"], seq);
    assert_eq!(room["saved_seq"], seq, "it was acknowledged");
    for figure in [
        "unsaved_batches",
        "oldest_unsaved_ms",
        "queue_bytes",
        "queue_bytes_max",
        "flushes",
        "last_flush_bytes",
        "max_flush_bytes",
        "interval_ms",
        "epoch",
        "lag_ms",
    ] {
        assert!(room[figure].is_u64(), "{figure}: {room}");
    }
    assert_eq!(rooms[1]["id"], other.room);
}

#[tokio::test]
async fn rooms_come_in_pages_in_the_order_asked_for() {
    let stage = Stage::set().await;
    let admin = admin(&stage).await;
    let mut crowd = Vec::new();
    for name in ["바다", "구름"] {
        let person = stage.front.sign_in(name).await;
        let ticket = stage.front.ticket(&person.room, &person).await;
        crowd.push(Client::join(&stage.front, &person.room, ticket).await);
    }
    for sort in ["people", "queue_bytes", "lag"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("{NODE}?sort={sort}&limit=1{cursor}");
            let (status, page) = stage.front.get(&path, Some(&admin)).await;
            assert_eq!(status, 200, "{page}");
            let rooms = page["rooms"].as_array().unwrap();
            assert_eq!(rooms.len(), 1, "{page}");
            seen.push(rooms[0]["id"].as_str().unwrap().to_owned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        if sort == "people" {
            assert_eq!(seen[0], stage.room, "two are here, one each elsewhere");
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 3);
        }
    }
    for bad in ["sort=age", "cursor=x", "limit=-1", "sort=lag&cursor=AAAA"] {
        let (status, problem) = stage
            .front
            .get(&format!("{NODE}?{bad}"), Some(&admin))
            .await;
        assert_eq!(status, 400, "{bad}: {problem}");
    }
}

#[tokio::test]
async fn a_room_shows_who_is_in_it() {
    let stage = Stage::set().await;
    let admin = admin(&stage).await;
    let path = format!("{NODE}/{}", stage.room);
    let (_, answer) = stage.front.get(&path, Some(&admin)).await;
    assert_eq!(answer["room"]["id"], stage.room);
    let members = answer["members"].as_array().unwrap();
    let member = |name: &str| -> &Value {
        members
            .iter()
            .find(|member| member["name"] == name)
            .unwrap()
    };
    let owner = member("하늘");
    assert_eq!(
        (&owner["role"], &owner["sessions"]),
        (&"owner".into(), &1.into())
    );
    assert_eq!(owner["person_id"], stage.owner.id);
    let witness = member("witness");
    assert_eq!(witness["role"], "visitor");
    assert_eq!(
        (&witness["lag"], &witness["queue_bytes"]),
        (&"in_step".into(), &0.into())
    );
    for flag in ["idle", "away", "muted"] {
        assert_eq!(witness[flag], false, "{flag}");
    }
    let nobody = format!("{NODE}/{}", maru::domain::id::RoomId::generate());
    let (status, problem) = stage.front.get(&nobody, Some(&admin)).await;
    assert_eq!((status, &problem["code"]), (404, &"room_not_found".into()));
    let (status, _) = stage
        .front
        .get(&format!("{NODE}/haneul"), Some(&admin))
        .await;
    assert_eq!(status, 404);
}
