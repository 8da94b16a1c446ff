//! What signing out does to what the login had let in, at once and after a restart.

use maru_protocol::replica::Replica;
use maru_protocol::{CloseCode, ErrorCode};
use reqwest::Method;
use serde_json::json;

use crate::client::Client;
use crate::front::{Front, Person};
use crate::process::Process;
use crate::stage::Stage;

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
