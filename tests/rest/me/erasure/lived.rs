//! Somebody who has left something in every place there is.

use http::Method;
use maru::adapters::sqlite::SqliteRooms;
use maru::adapters::sqlite::UserOutbox;
use maru::domain::audit::Trace;
use maru::domain::clock::{Clock, WallMs};
use maru::domain::email::Email;
use maru::domain::id::{LoginId, NodeId, RoomId, SessionId, UserId};
use maru::domain::room::{
    Access, Action, AuditEntry, Ban, ChatLine, Decision, Document, Edit, EditPart, Layout, Mute,
    PersonRef, PolicyChange, RoomCard, RoomEvent, Seq, Stamp, Subject, Visibility,
};
use maru::domain::text::Title;
use maru::domain::user::Look;
use maru::domain::version::Expected;
use maru::domain::visitor::Bearer;
use maru::ports::events::{EventLog, Outbox};
use maru::ports::permission::{PermissionStore, Suspended, Suspension};
use maru::ports::room::{
    ClaimOutcome, NewRoom, Present, ROOMS_PER_USER_MAX, RoomSave, RoomShelf, RoomStore,
    SessionRecord,
};
use maru::ports::user::{Identity, UserStore};
use serde_json::json;

use super::moderated::moderated;
use super::painted::painted;
use crate::browser::Browser;
use crate::server::Server;

fn person(id: UserId, name: &str) -> PersonRef {
    PersonRef {
        id: id.to_string(),
        name: name.to_owned(),
    }
}

/// A room of one person, in which the other has been in every way there is.
async fn lived_in(
    rooms: &SqliteRooms,
    (owner, room, name): (UserId, RoomId, &str),
    (guest, guest_name, said): (UserId, &str, &str),
    layout: &str,
) {
    let card = RoomCard {
        id: room,
        owner_id: owner,
        name: name.to_owned(),
        access: Access::new(Visibility::Public, true),
    };
    let theme = maru::catalogue::catalogue().plain_theme();
    let document = Document::new(theme);
    let at = WallMs(Clock::start().wall().0);
    let new = NewRoom {
        card: card.clone(),
        document,
        at,
    };
    rooms.create(new).await.unwrap();
    let node = NodeId::generate();
    let ClaimOutcome::Claimed(claimed) = rooms.claim(room, node).await.unwrap() else {
        panic!("the room is there");
    };
    let mut card = card;
    let id = guest.to_string();
    card.access
        .editors
        .insert(id.clone(), guest_name.to_owned());
    let ban = Ban {
        name: guest_name.to_owned(),
        at,
        guest: None,
    };
    card.access.bans.insert(id.clone(), ban);
    let mute = Mute {
        name: guest_name.to_owned(),
        until: None,
        guest: None,
    };
    card.access.mutes.insert(id.clone(), mute);
    let stamp = Stamp {
        seq: Seq(2),
        by: SessionId::generate(),
    };
    card.access.decided.set(Subject::Ban(id.clone()), stamp);
    let audit = vec![
        AuditEntry {
            seq: Seq(1),
            at,
            actor: person(guest, guest_name),
            decision: Decision::Kick {
                person: person(owner, "주인"),
            },
        },
        AuditEntry {
            seq: Seq(2),
            at,
            actor: person(owner, "주인"),
            decision: Decision::Ban {
                person: person(guest, guest_name),
            },
        },
    ];
    let line = |seq, author: UserId, author_name: &str, text: &str| ChatLine {
        seq: Seq(seq),
        at,
        author_id: author.to_string(),
        author_name: author_name.to_owned(),
        guest: None,
        text: text.to_owned(),
    };
    let edit = Edit {
        seq: Seq(1),
        at,
        author_id: id.clone(),
        author_name: guest_name.to_owned(),
        parts: vec![EditPart {
            action: Action::Put,
            subject: "sofa".to_owned(),
            count: 1,
        }],
    };
    let record = SessionRecord {
        generation: 1,
        answers: Default::default(),
        seen: at,
        person: id.clone(),
    };
    let present = Present {
        session: SessionId::generate(),
        generation: 1,
        bearer: Bearer::User {
            id: guest,
            login: LoginId::generate(),
        },
        name: guest_name.to_owned(),
        handle: Some("erasable_two".to_owned()),
        look: Look([0; 6]),
        follows_owner: false,
        origin: None,
        hidden: [owner.to_string()].into(),
        x: 1,
        y: 1,
        facing: 0,
        seen: at,
    };
    let save = RoomSave {
        room,
        epoch: claimed.epoch,
        node,
        save_no: claimed.save_no + 1,
        seq: Seq(3),
        horizon: Seq(0),
        theme: None,
        items: Vec::new(),
        removed: Vec::new(),
        chat: vec![
            line(1, guest, guest_name, said),
            line(2, owner, "주인", "주인의 말"),
        ],
        card: Some(card),
        layouts: vec![(layout.to_owned(), Layout::of(&claimed.document, at))],
        layouts_removed: Vec::new(),
        history: vec![edit],
        events: audit.iter().map(RoomEvent::from).collect(),
        audit,
        sessions: vec![(SessionId::generate(), record)],
        sessions_removed: Vec::new(),
        roster: Some(vec![present]),
        changed: true,
        at,
    };
    rooms.save(save).await.unwrap();
}

/// Somebody with something everywhere, whose grace has passed; and somebody else.
pub(super) async fn leaver(server: &Server, rooms: &SqliteRooms) -> (UserId, UserId) {
    let browser = Browser::new(server);
    let me = browser.sign_in("erasable-subject").await;
    let id: UserId = me["id"].as_str().unwrap().parse().unwrap();
    let front: RoomId = me["front_room_id"].as_str().unwrap().parse().unwrap();
    let other = server.move_in("neighbour", "이웃").await;
    for (handle, day) in [("erasable_one", 1), ("erasable_two", 20)] {
        use maru::ports::profile::{HANDLE_KEPT_MS, HandleRules, ProfileStore};
        let rules = HandleRules {
            pause_ms: 0,
            kept_ms: HANDLE_KEPT_MS,
        };
        let at = WallMs(Clock::start().wall().0 + day);
        server
            .store
            .rename(id, handle, rules, &Expected::Any, at)
            .await
            .unwrap();
    }
    for name in ["갈매기씨", "참갈매기"] {
        let body = json!({"display_name": name, "mood": "흐린 뒤 맑아요", "bio": "지워질 소개",
            "links": [{"label": "지워질 고리", "url": "https://erased.example/"}]});
        let changed = browser.ask(Method::PATCH, "/v1/me", Some(&body)).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
    }
    let settings = json!({"motion": "reduced"});
    browser
        .ask(Method::PATCH, "/v1/me/settings", Some(&settings))
        .await;
    browser
        .ask(Method::PUT, "/v1/users/neighbour/follow", None)
        .await;
    let neighbour = Browser::new(server);
    let callback = neighbour.choose("/", ("person", "neighbour")).await;
    neighbour.get(&callback).await;
    neighbour
        .ask(Method::PUT, "/v1/users/erasable_two/follow", None)
        .await;
    lived_in(
        rooms,
        (other.id, other.front_room_id, "이웃의 방"),
        (id, "참갈매기", "지워질 말"),
        "이웃의 배치",
    )
    .await;
    lived_in(
        rooms,
        (id, front, "지워질 방"),
        (other.id, "이웃", "지워질 내 방의 말"),
        "지워질 배치",
    )
    .await;
    put_away(rooms, id).await;
    maru::app::set_role(
        server.data(),
        "erasable_two",
        maru::domain::user::AccountRole::Moderator,
    )
    .await
    .unwrap();
    // Some of what happened is published, and some waits.
    let people = UserOutbox(server.store.clone());
    let outboxes: [&dyn Outbox; 2] = [&server.store, &people];
    for outbox in outboxes {
        let waiting = outbox.waiting(0, 3).await.unwrap();
        let now = Clock::start().wall();
        server.store.publish(&waiting, now).await.unwrap();
        let published: Vec<u64> = waiting.iter().map(|entry| entry.id).collect();
        outbox.clear(&published).await.unwrap();
    }
    related(server, &browser, id, &neighbour).await;
    called(server).await;
    painted(server, id).await;
    let closed = browser.ask(Method::DELETE, "/v1/me", None).await;
    assert_eq!(closed.status, 202, "{}", closed.body);
    (id, other.id)
}

/// The two have been at each other's, and left word there.
async fn called(server: &Server) {
    for statement in [
        "INSERT INTO visit (room_id, day, user_id, at_ms, last_ms)
             SELECT it.front_room_id, 20000, me.id, 5, 5 FROM user AS me, user AS it
             WHERE me.id <> it.id AND me.handle IN ('erasable_two', 'neighbour')
               AND it.handle IN ('erasable_two', 'neighbour')",
        "INSERT INTO guestbook_entry (id, room_id, author_id, text, is_secret, standing, is_announced, created_ms)
             SELECT randomblob(16), it.front_room_id, me.id,
                    iif(me.handle = 'neighbour', '지워질 내 방명록', '지워질 방명록'), 0, 'shown', 1, 5
             FROM user AS me, user AS it
             WHERE me.id <> it.id AND me.handle IN ('erasable_two', 'neighbour')
               AND it.handle IN ('erasable_two', 'neighbour')",
        "INSERT INTO guestbook_entry (id, room_id, parent_id, author_id, text, is_secret, standing, is_announced, created_ms)
             SELECT randomblob(16), room_id, guestbook_entry.id, user.id, '지워질 방명록', 0, 'shown', 1, 6
             FROM guestbook_entry, user WHERE handle = 'erasable_two'",
        "INSERT INTO popularity_count (kind, thing, day, user_id, weight)
             SELECT 'tag', x'61', 20000, id, 1.0 FROM user WHERE handle = 'erasable_two'",
        "INSERT INTO discovered_post (post_id, author_id, is_public, published_ms)
             SELECT randomblob(16), id, 1, 5 FROM user WHERE handle = 'erasable_two'",
    ] {
        server.sql(statement).await;
    }
}

/// Has a room that is archived and one that is deleted.
async fn put_away(rooms: &SqliteRooms, owner: UserId) {
    let at = Clock::start().wall();
    for name in ["치워 둔 방", "버려진 방"] {
        let card = RoomCard {
            id: RoomId::generate(),
            owner_id: owner,
            name: name.to_owned(),
            access: Access::new(Visibility::Public, true),
        };
        let id = card.id;
        let document = Document::new(maru::catalogue::catalogue().plain_theme());
        let room = NewRoom { card, document, at };
        rooms.make(room, ROOMS_PER_USER_MAX, None).await.unwrap();
        if name.starts_with("치워") {
            rooms.archive(owner, id, &Expected::Any, at).await.unwrap();
        } else {
            rooms.bin(owner, id, at).await.unwrap();
        }
    }
}

/// The owner of a room calls it, and a layout, by this name.
pub(super) async fn names_room_and_layout(
    rooms: &SqliteRooms,
    room: RoomId,
    owner: UserId,
    name: &str,
) {
    let node = NodeId::generate();
    let ClaimOutcome::Claimed(claimed) = rooms.claim(room, node).await.unwrap() else {
        panic!("the room is there");
    };
    let title = Title::parse(name).unwrap();
    let at = WallMs(Clock::start().wall().0);
    let decided = |seq, decision| AuditEntry {
        seq: Seq(seq),
        at,
        actor: person(owner, "이웃"),
        decision,
    };
    let seq = claimed.document.seq.0;
    let policy = PolicyChange {
        name: Some(title.clone()),
        ..PolicyChange::default()
    };
    let audit = vec![
        decided(seq + 1, Decision::SetPolicy(policy)),
        decided(seq + 2, Decision::SaveLayout { name: title }),
    ];
    let mut card = claimed.card.clone();
    card.name = name.to_owned();
    card.access.decided.set(
        Subject::Layout(name.to_owned()),
        Stamp {
            seq: Seq(seq + 2),
            by: SessionId::generate(),
        },
    );
    let save = RoomSave {
        room,
        epoch: claimed.epoch,
        node,
        save_no: claimed.save_no + 1,
        seq: Seq(seq + 2),
        horizon: Seq(0),
        theme: None,
        items: Vec::new(),
        removed: Vec::new(),
        chat: Vec::new(),
        card: Some(card),
        layouts: vec![(name.to_owned(), Layout::of(&claimed.document, at))],
        layouts_removed: Vec::new(),
        history: Vec::new(),
        events: audit.iter().map(RoomEvent::from).collect(),
        audit,
        sessions: Vec::new(),
        sessions_removed: Vec::new(),
        roster: None,
        changed: true,
        at,
    };
    rooms.save(save).await.unwrap();
}

/// Everything that can stand between two people, and what staff and programs leave behind.
async fn related(server: &Server, browser: &Browser, id: UserId, neighbour: &Browser) {
    let third = server.move_in("third", "셋째").await;
    // Not whom they block: a block takes the request, and its text may be overwritten.
    server.move_in("fourth", "넷째").await;
    let name = |nickname| json!({ "nickname": nickname });
    let line = |text| json!({ "text": text });
    for (who, what, body) in [
        (
            browser,
            "/v1/users/neighbour/tie",
            Some(name("지워질 일촌명")),
        ),
        (
            neighbour,
            "/v1/users/erasable_two/tie",
            Some(name("지워질 별명")),
        ),
        (
            browser,
            "/v1/users/neighbour/testimonial",
            Some(line("지워질 일촌평")),
        ),
        (
            neighbour,
            "/v1/users/erasable_two/testimonial",
            Some(line("지워질 칭찬")),
        ),
        (browser, "/v1/users/fourth/tie", Some(name("지워질 신청"))),
        (browser, "/v1/users/neighbour/mute", Some(json!({}))),
        (neighbour, "/v1/users/erasable_two/mute", Some(json!({}))),
        (browser, "/v1/users/third/block", None),
    ] {
        let done = who.ask(Method::PUT, what, body.as_ref()).await;
        assert!(
            done.status.is_success(),
            "{what}: {} {}",
            done.status,
            done.body
        );
    }
    let token = json!({"name": "지워질 열쇠", "scopes": ["read"]});
    let made = browser
        .ask(Method::POST, "/v1/me/tokens", Some(&token))
        .await;
    assert!(made.status.is_success(), "{}", made.body);
    let word = json!({"word": "지워질 뮤트말"});
    let muted = browser
        .ask(Method::POST, "/v1/me/muted-words", Some(&word))
        .await;
    assert!(muted.status.is_success(), "{}", muted.body);
    // As a moderator.
    let suspension = Suspension {
        user_id: third.id,
        reason: "소란".to_owned(),
        until: None,
    };
    let mut trace = Trace::of(None, "지워질 브라우저");
    trace.actor = Some(id);
    let now = Clock::start().wall();
    let suspended = server
        .store
        .suspend(&suspension, &trace, now)
        .await
        .unwrap();
    assert!(matches!(suspended, Suspended::Done(_)), "{suspended:?}");
    let second = Identity {
        provider: "elsewhere".to_owned(),
        issuer: "https://elsewhere.example".to_owned(),
        subject: "erasable-subject-2".to_owned(),
        email: Email::parse("gone@erased.example", true),
    };
    server.store.link(id, &second, &trace, now).await.unwrap();
    let other = server.store.by_handle("neighbour").await.unwrap().unwrap();
    moderated(server, id, other.id, third.id).await;
    super::posted::posted(browser, neighbour).await;
}
