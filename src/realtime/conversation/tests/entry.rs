//! Before it is known who it is.

use bytes::Bytes;
use maru_protocol::{ClientFrame, CloseCode, ErrorCode};

use super::{BEGIN, Talk, binary, join, user};
use crate::domain::clock::{Clock, Tick, WallMs};
use crate::domain::id::{LoginId, RoomId, SessionId, UserId};
use crate::domain::visitor::Bearer;
use crate::realtime::conversation::{
    Conversation, First, Heard, account_gone, identify, room_gone, unavailable,
};
use crate::realtime::gate::Gate;
use crate::realtime::limits::{Limits, RESUME_TOKEN_MS};
use crate::realtime::room::Entry;
use crate::realtime::socket::Violation;
use crate::realtime::token::{Claims, TokenKey};

const VIOLATION: Violation = Violation {
    code: ErrorCode::UnmaskedFrame,
    message: "client frames must be masked",
    close: 1_002,
};

#[test]
fn only_a_first_frame_lets_anybody_knock() {
    let resume = ClientFrame::Resume {
        token: "token".to_owned(),
        have: None,
        avatar: None,
    };
    let ping = ClientFrame::Ping { nonce: 1 };
    let table: [(Heard, &[&str]); 9] = [
        (binary(&join()), &["identify"]),
        (binary(&resume), &["identify"]),
        (Heard::Control, &[]),
        (binary(&ping), &["error join_expected, close 4300", "over"]),
        (
            binary(&ClientFrame::Leave {}),
            &["error join_expected, close 4300", "over"],
        ),
        (
            Heard::Binary(Bytes::from_static(b"\xc1")),
            &["error malformed_frame, close 4300", "over"],
        ),
        (Heard::Text, &["error text_frame, close 4300", "over"]),
        (Heard::Closed, &["over"]),
        (
            Heard::Violation(VIOLATION),
            &["error unmasked_frame, close 1002", "over"],
        ),
    ];
    for (heard, outputs) in table {
        let mut talk = Talk::begin();
        assert_eq!(talk.hear(heard.clone()), outputs, "{heard:?}");
        let is_over = outputs.last() == Some(&"over");
        assert_eq!(talk.conversation.is_over(), is_over, "{heard:?}");
    }
}

#[test]
fn whoever_does_not_join_in_time_is_sent_away() {
    let mut talk = Talk::begin();
    let join_ms = Limits::DEFAULT.join_ms;
    let due = Some(BEGIN.plus_ms(join_ms));
    assert_eq!(talk.conversation.deadline(), due);
    assert!(talk.tick_after(join_ms - 1).is_empty());
    // Control frames are no first frame.
    assert!(talk.hear(Heard::Control).is_empty());
    assert_eq!(talk.conversation.deadline(), due);
    let late = "error join_expected by live.join_ms, close 4203";
    assert_eq!(talk.tick_after(1), [late, "over"]);
    assert_eq!(talk.conversation.deadline(), None);
}

#[test]
fn whoever_is_not_found_is_told_why() {
    let table = [
        (account_gone(), "error forbidden, close 4301"),
        (room_gone(), "error room_gone, close 4302"),
        (unavailable(), "error unavailable for 1000 ms, close 4103"),
    ];
    for (refusal, last) in table {
        let mut talk = Talk::begin();
        talk.frame(&join());
        assert!(!talk.conversation.is_awaited());
        assert_eq!(talk.conversation.deadline(), None);
        let outputs = talk.does(|talk, now, outputs| talk.identified(Err(refusal), now, outputs));
        assert_eq!(outputs, [last, "over"]);
        // Nobody came in: the room is told nothing.
        assert!(talk.hear(Heard::Closed).is_empty());
    }
}

#[test]
fn a_stopping_node_lets_nobody_in_and_leaves_the_rest_to_its_rooms() {
    let stopping = |talk: &mut Talk| talk.does(|talk, _, outputs| talk.stopping(outputs));
    let refused = ["error unavailable for 1000 ms, close 4000", "over"];
    assert_eq!(stopping(&mut Talk::begin()), refused);
    let mut identifying = Talk::begin();
    identifying.frame(&join());
    assert_eq!(stopping(&mut identifying), refused);
    assert!(identifying.identified(user()).is_empty());
    assert!(stopping(&mut Talk::inside()).is_empty());
}

#[test]
fn a_room_that_closed_in_this_moment_is_tried_anew() {
    let mut talk = Talk::begin();
    talk.frame(&join());
    talk.identified(user());
    let gone = |talk: &mut Conversation, _: Tick, outputs: &mut Vec<_>| talk.room_gone(outputs);
    assert_eq!(talk.does(gone), ["close 4003", "over"]);
    assert!(talk.does(gone).is_empty());
}

const TICKET_MS: u64 = Limits::DEFAULT.ticket_ms;

#[test]
fn tickets_and_tokens_say_who_it_is_or_why_not() {
    let (room, other, user) = (RoomId::generate(), RoomId::generate(), UserId::generate());
    let key = TokenKey::new(&[7; 32]);
    let gate = Gate::new(key.clone(), TICKET_MS, Clock::start());
    let generation = gate.admission().generation();
    gate.admission().reload(generation, [], WallMs(0));
    let fresh = SessionId::generate();
    let login = LoginId::generate();
    let bearer = Bearer::User { id: user, login };
    let ticket = || gate.issue(room, bearer.clone(), WallMs(0)).expect("ready");
    let token = key.seal(&Claims {
        room,
        session: SessionId::generate(),
        generation: 2,
        bearer: bearer.clone(),
        issued: WallMs(0),
    });
    let joins = |ticket: String| First::Join {
        ticket,
        avatar: None,
    };
    let resumes = |token: &str| First::Resume {
        token: token.to_owned(),
        have: None,
        avatar: None,
    };
    let invalid = Err((ErrorCode::TicketInvalid, CloseCode::TicketInvalid));
    let expired = Err((ErrorCode::TicketExpired, CloseCode::TicketExpired));
    let not_resumed = Err((ErrorCode::ResumeRefused, CloseCode::ResumeRefused));
    // Does it come in as the fresh session?
    let table = [
        (joins(ticket()), room, TICKET_MS, Ok(true)),
        (joins(ticket()), room, TICKET_MS + 1, expired),
        (joins(ticket()), other, 0, invalid),
        (joins("x".repeat(32)), room, 0, invalid),
        // However old: its room knows since when the session is gone.
        (resumes(&token), room, RESUME_TOKEN_MS * 2, Ok(false)),
        (resumes(&token), other, 0, not_resumed),
        (resumes(&token[1..]), room, 0, not_resumed),
    ];
    for (first, room, at, expected) in table {
        let found = identify(first.clone(), room, &gate, fresh, WallMs(at));
        let found = found.map(|(found, entry)| {
            assert_eq!(found, bearer);
            matches!(entry, Entry::Join { session, .. } if session == fresh)
        });
        let expected = expected.map_err(|(code, close)| (code, close.number()));
        let found = found.map_err(|refusal| (refusal.code, refusal.close));
        assert_eq!(found, expected, "{first:?} at {at}");
    }
}
