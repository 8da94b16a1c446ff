//! Taking sessions up again: with the newest token, and with others.

use maru_protocol::replica::Replica;
use maru_protocol::{ClientFrame, CloseCode, ErrorCode, ServerFrame};

use crate::client::Client;
use crate::stage::Stage;

/// Tries to resume with a token that is not good.
async fn is_turned_away(stage: &mut Stage, token: String) {
    let mut offender = stage.stranger().await;
    offender.send_resume(token, None).await;
    offender.refused(ErrorCode::ResumeRefused).await;
    offender.closed_by(CloseCode::ResumeRefused).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn a_session_is_taken_up_where_it_was_and_nobody_notices() {
    let mut stage = Stage::set().await;
    let mut guest = stage.guest("돌아온 손님").await;
    guest.say("one").await;
    let (old, had) = (guest.welcome().clone(), guest.room.clone());
    drop(guest);
    stage.host.say("meanwhile").await;
    let mut guest = Client::resume(&stage.front, &stage.room, old.token.clone(), had).await;
    let new = guest.welcome().clone();
    assert_eq!((new.member, new.session), (old.member, old.session));
    assert!(new.resumed && new.last_number == 1 && new.token != old.token);
    assert_eq!(guest.room.snapshots, 1, "what changed is enough");
    // The witness's replica would refuse a second join of the member.
    stage.goes_on_with(&mut guest).await;
    assert!(stage.witness.room.people.contains_key(&old.member));
}

#[tokio::test]
async fn damaged_tokens_are_refused() {
    let mut stage = Stage::set().await;
    let mut guest = stage.guest("guest").await;
    let token = guest.welcome().token.clone();
    let mut flipped = token.clone().into_bytes();
    flipped[10] = if flipped[10] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let cut = token[..token.len() - 4].to_owned();
    for damaged in [flipped, cut, format!("{token}AAAA"), String::new()] {
        is_turned_away(&mut stage, damaged).await;
    }
    stage.goes_on_with(&mut guest).await;
}

#[tokio::test]
async fn a_replaced_token_is_refused_and_the_session_goes_on() {
    let mut stage = Stage::set().await;
    let guest = stage.guest("guest").await;
    let (old, had) = (guest.welcome().token.clone(), guest.room.clone());
    drop(guest);
    let mut guest = Client::resume(&stage.front, &stage.room, old.clone(), had).await;
    // An acknowledged batch after the welcome: the new token has surely arrived.
    guest.say("back").await;
    is_turned_away(&mut stage, old).await;
    stage.goes_on_with(&mut guest).await;
}

#[tokio::test]
async fn a_token_is_good_for_its_own_room_only() {
    let mut stage = Stage::set().await;
    let other = stage.front.sign_in("바다").await;
    let ticket = stage.front.guest_ticket(&other.room, "guest").await;
    let elsewhere = Client::join(&stage.front, &other.room, ticket).await;
    is_turned_away(&mut stage, elsewhere.welcome().token.clone()).await;
}

#[tokio::test]
async fn a_session_taken_up_elsewhere_closes_its_old_connection() {
    let mut stage = Stage::set().await;
    let mut old = stage.guest("guest").await;
    let token = old.welcome().token.clone();
    let had = old.room.clone();
    let mut new = Client::resume(&stage.front, &stage.room, token, had).await;
    old.closed_by(CloseCode::Replaced).await;
    stage.goes_on_with(&mut new).await;
}

#[tokio::test]
async fn a_lost_welcome_costs_no_session() {
    let mut stage = Stage::set().await;
    let guest = stage.guest("guest").await;
    let (token, had) = (guest.welcome().token.clone(), guest.room.clone());
    drop(guest);
    // The welcome of this one is never answered, as if it had not arrived.
    let mut unlucky = stage.stranger().await;
    unlucky.send_resume(token.clone(), None).await;
    let welcome = |frame: &ServerFrame| matches!(frame, ServerFrame::Welcome { .. }).then_some(());
    unlucky.until(welcome).await;
    drop(unlucky);
    let mut guest = Client::resume(&stage.front, &stage.room, token, had).await;
    assert!(guest.welcome().resumed);
    stage.goes_on_with(&mut guest).await;
}

#[tokio::test]
async fn a_session_that_left_may_come_back_with_its_numbers() {
    let mut stage = Stage::set().await;
    let mut guest = stage.guest("guest").await;
    guest.say("one").await;
    let token = guest.welcome().token.clone();
    guest.send(&ClientFrame::Leave {}).await;
    guest.closed_by(CloseCode::Left).await;
    let nothing = Replica::default();
    let mut guest = Client::resume(&stage.front, &stage.room, token, nothing).await;
    assert_eq!(guest.welcome().last_number, 1);
    assert_eq!(guest.room.snapshots, 1);
    stage.goes_on_with(&mut guest).await;
}

#[tokio::test]
async fn what_the_client_claims_to_have_is_not_believed() {
    let mut stage = Stage::set().await;
    let guest = stage.guest("guest").await;
    let mut token = guest.welcome().token.clone();
    let epoch = guest.room.epoch;
    drop(guest);
    // Ahead of the room, of an epoch never seen, of one to come.
    for (epoch, seq) in [(epoch, 1 << 50), (1 << 50, 1), (u64::MAX, u64::MAX)] {
        let mut liar = stage.stranger().await;
        let have = Some(maru_protocol::ReadPoint { epoch, seq });
        liar.send_resume(token, have).await;
        liar.until_room(|room| room.snapshots == 1).await;
        token = liar.welcome().token.clone();
        stage.goes_on_with(&mut liar).await;
    }
}
