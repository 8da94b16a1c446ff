//! Coming in: tickets good and bad, and first frames that are none.

use std::time::Duration;

use maru::realtime::limits::Limits;
use maru_protocol::{ClientFrame, CloseCode, ErrorCode, Role};
use tokio_tungstenite::tungstenite::Message;

use crate::client::Client;
use crate::stage::{Stage, put};

/// Tries to join with a ticket that is not good.
async fn is_turned_away(stage: &mut Stage, ticket: String) {
    let mut offender = stage.stranger().await;
    let avatar = None;
    offender.send(&ClientFrame::Join { ticket, avatar }).await;
    offender.refused(ErrorCode::TicketInvalid).await;
    offender.closed_by(CloseCode::TicketInvalid).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn the_owner_and_guests_come_in_as_what_they_are() {
    let stage = Stage::set().await;
    assert_eq!(stage.host.welcome().role, Role::Owner);
    let guest = stage.guest("손님").await;
    assert_eq!(guest.welcome().role, Role::Visitor);
    assert_eq!(guest.welcome().last_number, 0);
    assert!(!guest.welcome().resumed);
    let members = [&stage.host, &stage.witness, &guest].map(|client| client.welcome().member);
    assert!(members.iter().all(|no| guest.room.people.contains_key(no)));
    assert_eq!(guest.room.people[&members[0]].id, stage.owner.id);
}

#[tokio::test]
async fn unknown_tickets_are_refused() {
    let mut stage = Stage::set().await;
    is_turned_away(&mut stage, "x".repeat(32)).await;
    is_turned_away(&mut stage, String::new()).await;
    is_turned_away(&mut stage, "가".repeat(5_000)).await;
}

#[tokio::test]
async fn a_ticket_is_good_once() {
    let mut stage = Stage::set().await;
    let ticket = stage.front.guest_ticket(&stage.room, "twice").await;
    let mut first = Client::join(&stage.front, &stage.room, ticket.clone()).await;
    is_turned_away(&mut stage, ticket).await;
    stage.goes_on_with(&mut first).await;
}

#[tokio::test]
async fn a_ticket_is_good_for_a_while() {
    let mut stage = Stage::set_with(Limits {
        ticket_ms: 5_000,
        ..Limits::DEFAULT
    })
    .await;
    let ticket = stage.front.guest_ticket(&stage.room, "late").await;
    tokio::time::sleep(Duration::from_millis(5_100)).await;
    let mut late = stage.stranger().await;
    let avatar = None;
    late.send(&ClientFrame::Join { ticket, avatar }).await;
    late.refused(ErrorCode::TicketExpired).await;
    late.closed_by(CloseCode::TicketExpired).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn a_ticket_is_good_for_its_own_room_only() {
    let mut stage = Stage::set().await;
    let other = stage.front.sign_in("바다").await;
    let ticket = stage.front.guest_ticket(&other.room, "lost").await;
    is_turned_away(&mut stage, ticket.clone()).await;
    // Showing it at the wrong door has used it up.
    let mut late = Client::open(&stage.front, &other.room).await;
    let avatar = None;
    late.send(&ClientFrame::Join { ticket, avatar }).await;
    late.refused(ErrorCode::TicketInvalid).await;
    late.closed_by(CloseCode::TicketInvalid).await;
}

#[tokio::test]
async fn a_second_join_is_refused_and_the_session_goes_on() {
    let mut stage = Stage::set().await;
    let mut offender = stage.guest("offender").await;
    let ticket = stage.front.guest_ticket(&stage.room, "again").await;
    let avatar = None;
    offender.send(&ClientFrame::Join { ticket, avatar }).await;
    offender.refused(ErrorCode::AlreadyJoined).await;
    let token = offender.welcome().token.clone();
    offender.send_resume(token, None).await;
    offender.refused(ErrorCode::AlreadyJoined).await;
    stage.goes_on_with(&mut offender).await;
}

#[tokio::test]
async fn a_batch_before_joining_is_refused() {
    let mut stage = Stage::set().await;
    let mut offender = stage.stranger().await;
    offender.batch(vec![put(77, "cactus", 3, 12)]).await;
    offender.refused(ErrorCode::JoinExpected).await;
    offender.closed_by(CloseCode::Protocol).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn any_other_frame_before_joining_is_refused() {
    let mut stage = Stage::set().await;
    for frame in [ClientFrame::Ping { nonce: 1 }, ClientFrame::Leave {}] {
        let mut offender = stage.stranger().await;
        offender.send(&frame).await;
        offender.refused(ErrorCode::JoinExpected).await;
        offender.closed_by(CloseCode::Protocol).await;
    }
    let mut offender = stage.stranger().await;
    offender.send_payload(b"\xc1").await;
    offender.refused(ErrorCode::MalformedFrame).await;
    offender.closed_by(CloseCode::Protocol).await;
    let mut offender = stage.stranger().await;
    assert!(offender.try_send(Message::text("join")).await);
    offender.refused(ErrorCode::TextFrame).await;
    offender.closed_by(CloseCode::Protocol).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn whoever_does_not_join_in_time_is_sent_away() {
    let mut stage = Stage::set().await;
    let mut offender = stage.stranger().await;
    // Control frames are no first frame.
    let ping = Message::Ping(b"hello?".as_slice().into());
    assert!(offender.try_send(ping).await);
    offender.refused(ErrorCode::JoinExpected).await;
    offender.closed_by(CloseCode::JoinTimeout).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn whoever_leaves_is_gone_at_once_and_closed() {
    let mut stage = Stage::set().await;
    let mut leaver = stage.guest("leaver").await;
    stage
        .witness
        .until_room(|room| room.named("leaver").is_some())
        .await;
    leaver.send(&ClientFrame::Leave {}).await;
    leaver.closed_by(CloseCode::Left).await;
    stage
        .witness
        .until_room(|room| room.named("leaver").is_none())
        .await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn a_ninth_session_of_one_person_is_refused() {
    let mut stage = Stage::set().await;
    let mut sessions = Vec::new();
    // The stage's own session is the first of eight.
    for _ in 1..8 {
        let ticket = stage.front.ticket(&stage.room, &stage.owner).await;
        sessions.push(Client::join(&stage.front, &stage.room, ticket).await);
    }
    let ticket = stage.front.ticket(&stage.room, &stage.owner).await;
    let mut ninth = stage.stranger().await;
    let avatar = None;
    ninth.send(&ClientFrame::Join { ticket, avatar }).await;
    let refused = ninth.refused(ErrorCode::TooManySessions).await;
    let limit = Some("live.sessions_per_person_max");
    assert_eq!(refused.limit.as_deref(), limit);
    assert!(refused.retry_after_ms.is_some(), "when to try again");
    ninth.closed_by(CloseCode::Overloaded).await;
    stage.is_unharmed().await;
}
