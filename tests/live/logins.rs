//! What the end of a login does to what it had let in, at once and after a restart, however it is held.

use std::time::{Duration, Instant};

use maru::config::AppConfig;
use maru::domain::id::UserId;
use maru::domain::scope::Scopes;
use maru::domain::user::AccountRole;
use maru_protocol::replica::Replica;
use maru_protocol::{ClientFrame, CloseCode, ErrorCode};
use reqwest::Method;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use crate::client::Client;
use crate::front::{Front, Person};
use crate::process::Process;
use crate::stage::Stage;

/// How soon whoever is inside has to leave the room of somebody who was suspended.
const SENT_OUT_WITHIN: Duration = Duration::from_secs(3);

async fn sign_out(front: &Front, person: &Person) {
    let path = "/v1/auth/logout";
    let (status, answer) = front.call(Method::POST, path, Some(person), None).await;
    assert_eq!(status, 204, "{answer}");
}

/// Whoever shows this resume token is sent to sign in.
async fn is_refused(front: &Front, room: &str, token: String) {
    let mut copycat = Client::open(front, room).await;
    copycat.send_resume(token, None).await;
    copycat.refused(ErrorCode::LoginEnded).await;
    copycat.closed_by(CloseCode::LoginEnded).await;
}

#[tokio::test]
async fn signing_out_ends_what_the_login_let_in_and_nothing_else() {
    let mut stage = Stage::set().await;
    let (phone, desk) = (
        stage.front.sign_in("바다").await,
        stage.front.sign_in("바다").await,
    );
    assert_eq!(phone.id, desk.id, "one person, two logins");
    let ticket = stage.front.ticket(&stage.room, &phone).await;
    let mut on_phone = Client::join(&stage.front, &stage.room, ticket).await;
    let ticket = stage.front.ticket(&stage.room, &desk).await;
    let mut at_desk = Client::join(&stage.front, &stage.room, ticket).await;
    let unused = stage.front.ticket(&stage.room, &phone).await;
    let token = on_phone.welcome().token.clone();

    sign_out(&stage.front, &phone).await;
    on_phone.refused(ErrorCode::LoginEnded).await;
    on_phone.closed_by(CloseCode::LoginEnded).await;
    is_refused(&stage.front, &stage.room, token).await;
    let mut late = stage.stranger().await;
    late.send(&maru_protocol::ClientFrame::Join {
        ticket: unused,
        avatar: None,
    })
    .await;
    late.refused(ErrorCode::LoginEnded).await;
    late.closed_by(CloseCode::LoginEnded).await;

    // The other login goes on, and each of its tokens is its own, whoever of the two came last.
    at_desk.say("still at my desk").await;
    let (token, had) = (at_desk.welcome().token.clone(), at_desk.room.clone());
    drop(at_desk);
    let mut at_desk = Client::resume(&stage.front, &stage.room, token, had).await;
    stage.goes_on_with(&mut at_desk).await;
}

#[tokio::test]
async fn a_person_who_signed_out_comes_back_with_a_new_login() {
    let mut stage = Stage::set().await;
    let before = stage.front.sign_in("바다").await;
    let ticket = stage.front.ticket(&stage.room, &before).await;
    let mut old = Client::join(&stage.front, &stage.room, ticket).await;
    sign_out(&stage.front, &before).await;
    old.closed_by(CloseCode::LoginEnded).await;
    // Where a guest may go the page is still of use, yet not as that person.
    let (status, problem) = stage
        .front
        .ask(&stage.room, Some(&before), &json!({}))
        .await;
    assert_eq!(
        (status, &problem["code"]),
        (401, &"sign_in_required".into())
    );
    let again = stage.front.sign_in("바다").await;
    assert_eq!(again.id, before.id);
    let ticket = stage.front.ticket(&stage.room, &again).await;
    let mut new = Client::join(&stage.front, &stage.room, ticket).await;
    stage.goes_on_with(&mut new).await;
}

#[tokio::test]
async fn a_restart_forgets_neither_who_signed_out_nor_who_did_not() {
    let data = tempfile::tempdir().unwrap();
    let process = Process::serve(data.path()).await;
    let (gone, here) = (
        process.front.sign_in("하늘").await,
        process.front.sign_in("바다").await,
    );
    let mut clients = Vec::new();
    for person in [&gone, &here] {
        let ticket = process.front.ticket(&gone.room, person).await;
        clients.push(Client::join(&process.front, &gone.room, ticket).await);
    }
    let unused = process.front.ticket(&gone.room, &here).await;
    let tokens = clients.iter().map(|client| client.welcome().token.clone());
    let tokens: Vec<String> = tokens.collect();
    sign_out(&process.front, &gone).await;
    clients[0].closed_by(CloseCode::LoginEnded).await;
    process.kill().await;

    let process = Process::serve(data.path()).await;
    let (status, ready) = process.front.get("/readyz", None).await;
    assert_eq!((status, &ready["ready"]), (200, &true.into()));
    let [gone_token, here_token] = tokens.try_into().unwrap();
    is_refused(&process.front, &gone.room, gone_token).await;
    // Whether it was used nobody remembers.
    let mut late = Client::open(&process.front, &gone.room).await;
    late.send(&maru_protocol::ClientFrame::Join {
        ticket: unused,
        avatar: None,
    })
    .await;
    late.refused(ErrorCode::TicketInvalid).await;
    late.closed_by(CloseCode::TicketInvalid).await;
    let nothing = Replica::default();
    let back = Client::resume(&process.front, &gone.room, here_token, nothing).await;
    assert!(back.welcome().resumed);
}

/// What was revoked is refused, and out, by then.
const REVOKED_WITHIN: Duration = Duration::from_secs(1);

/// A stage where people may sign in with an app.
async fn stage_with_app() -> Stage {
    Stage::set_as(|config| {
        config.auth.apps.push(AppConfig {
            id: "phone".to_owned(),
            name: "Phone".to_owned(),
            redirect_uris: vec!["com.example.phone:/callback".parse().unwrap()],
            scopes: Scopes::all(),
        });
    })
    .await
}

/// Waits until a connection is told that its login has ended; since when.
async fn is_out(client: &mut Client, since: Instant) {
    client.refused(ErrorCode::LoginEnded).await;
    client.closed_by(CloseCode::LoginEnded).await;
    assert!(since.elapsed() < REVOKED_WITHIN, "{:?}", since.elapsed());
}

/// Whether a token is good.
async fn is_good(front: &Front, token: &str) -> bool {
    let (status, _) = front.call_with(Method::GET, "/v1/me", token, None).await;
    status == 200
}

#[tokio::test]
async fn giving_a_token_back_ends_what_it_let_in_and_every_token_of_the_login_within_a_second() {
    let mut stage = stage_with_app().await;
    let (phone, desk) = (
        stage.front.sign_in_app("바다").await,
        stage.front.sign_in("바다").await,
    );
    let ticket = stage.front.ticket_with(&stage.room, &phone.access).await;
    let mut on_phone = Client::join(&stage.front, &stage.room, ticket).await;
    let ticket = stage.front.ticket(&stage.room, &desk).await;
    let mut at_desk = Client::join(&stage.front, &stage.room, ticket).await;
    on_phone.say("from my phone").await;
    let token = on_phone.welcome().token.clone();

    let since = Instant::now();
    let form = [("client_id", "phone"), ("token", phone.refresh.as_str())];
    let (status, _) = stage.front.form("/v1/auth/revoke", &form).await;
    assert_eq!(status, 200);
    assert!(!is_good(&stage.front, &phone.access).await);
    is_out(&mut on_phone, since).await;
    is_refused(&stage.front, &stage.room, token).await;
    assert!(stage.front.refresh(&phone.refresh).await.is_none());
    at_desk.say("still at my desk").await;
    stage.mark().await;
    stage.goes_on_with(&mut at_desk).await;
}

#[tokio::test]
async fn a_refresh_token_of_the_past_ends_what_its_login_let_in() {
    let stage = stage_with_app().await;
    let first = stage.front.sign_in_app("바다").await;
    let second = stage.front.refresh(&first.refresh).await.unwrap();
    let third = stage.front.refresh(&second.refresh).await.unwrap();
    let ticket = stage.front.ticket_with(&stage.room, &third.access).await;
    let mut client = Client::join(&stage.front, &stage.room, ticket).await;
    let since = Instant::now();
    assert!(stage.front.refresh(&first.refresh).await.is_none());
    is_out(&mut client, since).await;
    assert!(!is_good(&stage.front, &third.access).await);
}

#[tokio::test]
async fn a_personal_token_lets_a_program_in_until_it_is_revoked() {
    let mut stage = Stage::set().await;
    let person = stage.front.sign_in("바다").await;
    let make = async |scopes: Value| {
        let body = json!({ "name": "bot", "scopes": scopes });
        let made = stage
            .front
            .call(Method::POST, "/v1/me/tokens", Some(&person), Some(&body));
        let (status, made) = made.await;
        assert_eq!(status, 201, "{made}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&made["secret"]), text(&made["token"]["id"]))
    };
    let (reader, _) = make(json!(["read"])).await;
    let path = format!("/v1/rooms/{}/tickets", stage.room);
    let refused = stage
        .front
        .call_with(Method::POST, &path, &reader, Some(&json!({})))
        .await;
    assert_eq!(
        (refused.0, &refused.1["code"]),
        (403, &"insufficient_scope".into())
    );

    let (bot, id) = make(json!(["live"])).await;
    let ticket = stage.front.ticket_with(&stage.room, &bot).await;
    let mut program = Client::join(&stage.front, &stage.room, ticket).await;
    program.say("beep").await;
    let ticket = stage.front.ticket(&stage.room, &person).await;
    let mut at_desk = Client::join(&stage.front, &stage.room, ticket).await;
    let token = program.welcome().token.clone();
    let since = Instant::now();
    let path = format!("/v1/me/tokens/{id}");
    let (status, _) = stage
        .front
        .call(Method::DELETE, &path, Some(&person), None)
        .await;
    assert_eq!(status, 204);
    is_out(&mut program, since).await;
    is_refused(&stage.front, &stage.room, token).await;
    assert!(!is_good(&stage.front, &bot).await && is_good(&stage.front, &reader).await);
    stage.mark().await;
    stage.goes_on_with(&mut at_desk).await;
}

#[tokio::test]
async fn an_end_nobody_lived_to_tell_of_is_heard_of_within_a_second() {
    let stage = Stage::set().await;
    let person = stage.front.sign_in("바다").await;
    let ticket = stage.front.ticket(&stage.room, &person).await;
    let mut client = Client::join(&stage.front, &stage.room, ticket).await;
    // As a request leaves it whose client went away after the store had done its part.
    let mut store = stage.hold_store().await;
    let now = maru::domain::clock::Clock::start().wall();
    sqlx::query("UPDATE login SET revoked_ms = ? WHERE user_id = ?")
        .bind(i64::try_from(now.0).unwrap())
        .bind(person.id.parse::<UserId>().unwrap().uuid())
        .execute(&mut store)
        .await
        .unwrap();
    let since = Instant::now();
    sqlx::query("COMMIT").execute(&mut store).await.unwrap();
    is_out(&mut client, since).await;
}

#[tokio::test]
async fn a_suspended_person_is_sent_out_of_every_room() {
    let stage = stage_with_app().await;
    let (moderator, person) = (
        stage.front.sign_in("구름").await,
        stage.front.sign_in("바다").await,
    );
    let phone = stage.front.sign_in_app("바다").await;
    let handle = async |person: &Person| {
        let (_, me) = stage.front.get("/v1/me", Some(person)).await;
        me["user"]["handle"].as_str().unwrap().to_owned()
    };
    let rank = handle(&moderator).await;
    maru::app::set_role(stage.data(), &rank, AccountRole::Moderator)
        .await
        .unwrap();
    let ticket = stage.front.ticket(&stage.room, &person).await;
    let mut at_desk = Client::join(&stage.front, &stage.room, ticket).await;
    let ticket = stage.front.ticket_with(&stage.room, &phone.access).await;
    let mut on_phone = Client::join(&stage.front, &stage.room, ticket).await;
    let path = format!("/v1/admin/users/{}/suspension", handle(&person).await);
    let since = Instant::now();
    let body = json!({ "reason": "spam" });
    let (status, answer) = stage
        .front
        .call(Method::PUT, &path, Some(&moderator), Some(&body))
        .await;
    assert_eq!(status, 204, "{answer}");
    is_out(&mut at_desk, since).await;
    is_out(&mut on_phone, since).await;
}

#[tokio::test]
async fn the_rooms_of_whoever_is_suspended_are_left_and_closed_until_it_is_over() {
    let mut stage = Stage::set().await;
    let (moderator, friend) = (
        stage.front.sign_in("구름").await,
        stage.front.sign_in("바다").await,
    );
    let (_, me) = stage.front.get("/v1/me", Some(&moderator)).await;
    let rank = me["user"]["handle"].as_str().unwrap();
    maru::app::set_role(stage.data(), rank, AccountRole::Moderator)
        .await
        .unwrap();
    let ticket = stage.front.ticket(&stage.room, &friend).await;
    let mut inside = Client::join(&stage.front, &stage.room, ticket).await;
    inside.say("안녕").await;
    let token = inside.welcome().token.clone();
    let late = stage.front.ticket(&stage.room, &friend).await;
    let path = format!("/v1/admin/users/{}/suspension", stage.owner.handle);
    let since = Instant::now();
    let body = json!({ "reason": "spam" });
    let (status, answer) = stage
        .front
        .call(Method::PUT, &path, Some(&moderator), Some(&body))
        .await;
    assert_eq!(status, 204, "{answer}");
    for person in [&mut inside, &mut stage.witness] {
        person.closed_by(CloseCode::Restart).await;
    }
    assert!(since.elapsed() < SENT_OUT_WITHIN, "{:?}", since.elapsed());
    // Neither a session nor a ticket from before leads back in.
    let mut back = stage.stranger().await;
    back.send_resume(token, None).await;
    back.refused(ErrorCode::RoomGone).await;
    let join = ClientFrame::Join {
        ticket: late,
        avatar: None,
    };
    let mut newcomer = stage.stranger().await;
    newcomer.send(&join).await;
    newcomer.refused(ErrorCode::RoomGone).await;
    let tickets = format!("/v1/rooms/{}/tickets", stage.room);
    let (status, _) = stage
        .front
        .call(Method::POST, &tickets, Some(&friend), Some(&json!({})))
        .await;
    assert_eq!(status, 404);
    let (status, _) = stage
        .front
        .call(Method::DELETE, &path, Some(&moderator), None)
        .await;
    assert_eq!(status, 204);
    let ticket = stage.front.ticket(&stage.room, &friend).await;
    let mut back = Client::join(&stage.front, &stage.room, ticket).await;
    assert_eq!(back.room.contents.chat.last().unwrap().text, "안녕");
    // Looked at for a while, and left alone.
    tokio::time::sleep(Duration::from_secs(2)).await;
    back.say("다시").await;
}

#[tokio::test]
async fn a_running_server_notices_within_seconds_that_its_keys_were_rotated() {
    let data = tempfile::tempdir().unwrap();
    let process = Process::serve(data.path()).await;
    let kids = async || {
        let (status, set) = process.front.get("/.well-known/jwks.json", None).await;
        assert_eq!(status, 200);
        let keys = set["keys"].as_array().unwrap().iter();
        let kids = keys.map(|key| key["kid"].as_str().unwrap().to_owned());
        kids.collect::<Vec<_>>()
    };
    let before = kids().await;
    assert_eq!(before.len(), 1, "made with the first start");
    let maru = async |arguments: &[&str]| {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_maru"));
        let command = command.current_dir(data.path()).args(arguments);
        let done = command
            .arg("--data")
            .arg(data.path())
            .output()
            .await
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8(done.stdout).unwrap()
    };
    let said = maru(&["keys", "rotate"]).await;
    let new = said.split_whitespace().next().unwrap().to_owned();
    let since = Instant::now();
    while kids().await.len() < 2 {
        assert!(since.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(kids().await, [new.clone(), before[0].clone()]);
    let listed = maru(&["keys", "list"]).await;
    let words: Vec<Vec<&str>> = listed
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!((words[0][0], words[0][2]), ("next", new.as_str()));
    assert_eq!((words[1][0], words[1][2]), ("current", before[0].as_str()));
    process.terminate().await;
}

#[tokio::test]
async fn an_end_that_comes_by_itself_is_heard_of_within_a_second() {
    let stage = Stage::set().await;
    let person = stage.front.sign_in("바다").await;
    let now = maru::domain::clock::Clock::start().wall();
    let end = maru::domain::clock::WallMs(now.0 + 2_000);
    let end = end.to_offset().format(&Rfc3339).unwrap();
    let body = json!({ "name": "short", "scopes": ["live"], "expires_at": end });
    let made = stage
        .front
        .call(Method::POST, "/v1/me/tokens", Some(&person), Some(&body));
    let (status, made) = made.await;
    assert_eq!(status, 201, "{made}");
    let secret = made["secret"].as_str().unwrap();
    let ends = Instant::now() + Duration::from_millis(2_000);
    let ticket = stage.front.ticket_with(&stage.room, secret).await;
    let mut program = Client::join(&stage.front, &stage.room, ticket).await;
    let unused = stage.front.ticket_with(&stage.room, secret).await;
    let token = program.welcome().token.clone();
    assert!(Instant::now() < ends, "in before its end");
    is_out(&mut program, ends).await;
    is_refused(&stage.front, &stage.room, token).await;
    let mut late = stage.stranger().await;
    late.send(&maru_protocol::ClientFrame::Join {
        ticket: unused,
        avatar: None,
    })
    .await;
    late.refused(ErrorCode::LoginEnded).await;
}
