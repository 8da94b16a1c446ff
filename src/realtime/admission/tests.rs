//! What lets people in and what does not, with a cache that forgets.

use super::*;
use crate::domain::id::{GuestId, SessionId, UserId};
use crate::domain::rules::without;
use crate::domain::user::Look;
use crate::realtime::ticket::TicketNo;

const TICKET_MS: u64 = 30_000;

/// When everything here begins.
const BEGIN: u64 = 1_700_000_000_000;

fn ready(generation: u64) -> Admission {
    let mut admission = Admission::new(Generation(generation), TICKET_MS);
    admission.reload(Generation(generation), [], WallMs(BEGIN));
    admission
}

fn user() -> Bearer {
    Bearer::User {
        id: UserId::generate(),
        login: LoginId::generate(),
    }
}

fn guest() -> Bearer {
    Bearer::Guest {
        id: GuestId::generate(),
        name: "guest".to_owned(),
        look: Look::default(),
    }
}

fn ended(bearer: &Bearer, at: u64) -> EndedLogin {
    let id = bearer.login().expect("an account");
    EndedLogin { id, at: WallMs(at) }
}

fn ticket(admission: &Admission, bearer: &Bearer, issued: u64) -> Ticket {
    Ticket {
        number: TicketNo::generate(),
        room: RoomId::from_uuid(uuid::Uuid::nil()),
        bearer: bearer.clone(),
        generation: admission.generation(),
        issued: WallMs(issued),
    }
}

fn redeem(admission: &mut Admission, ticket: &Ticket, at: u64) -> Result<(), NotAdmitted> {
    admission.redeem(ticket, ticket.room, WallMs(at))
}

fn claims(bearer: &Bearer, issued: u64) -> Claims {
    Claims {
        room: RoomId::generate(),
        session: SessionId::generate(),
        generation: 1,
        bearer: bearer.clone(),
        issued: WallMs(issued),
    }
}

fn take_up(admission: &Admission, claims: &Claims) -> Result<(), NotAdmitted> {
    admission.take_up(claims, claims.room)
}

#[test]
fn a_ticket_is_good_once_for_one_room_and_for_a_while() {
    let mut admission = ready(1);
    let good = ticket(&admission, &user(), BEGIN);
    assert_eq!(redeem(&mut admission, &good, BEGIN + TICKET_MS), Ok(()));
    for late in [TICKET_MS, TICKET_MS + 1, 3 * TICKET_MS] {
        let again = redeem(&mut admission, &good, BEGIN + late);
        let expected = match late > TICKET_MS {
            true => NotAdmitted::TicketExpired,
            false => NotAdmitted::TicketInvalid,
        };
        assert_eq!(again, Err(expected), "{late}");
    }
    let elsewhere = ticket(&admission, &user(), BEGIN);
    assert_eq!(
        admission.redeem(&elsewhere, RoomId::generate(), WallMs(BEGIN)),
        Err(NotAdmitted::TicketInvalid)
    );
    let too_late = redeem(&mut admission, &elsewhere, BEGIN);
    assert_eq!(too_late, Err(NotAdmitted::TicketInvalid), "used up");
    let old = ticket(&admission, &user(), BEGIN);
    let late = redeem(&mut admission, &old, BEGIN + TICKET_MS + 1);
    assert_eq!(late, Err(NotAdmitted::TicketExpired));
}

#[test]
fn nobody_comes_in_before_the_ended_logins_are_known() {
    let mut admission = Admission::new(Generation(1), TICKET_MS);
    let (here, gone) = (user(), user());
    let early = ticket(&admission, &here, BEGIN);
    assert!(!admission.is_ready());
    for bearer in [&here, &gone, &guest()] {
        assert_eq!(admission.check(bearer), Err(NotAdmitted::Waiting));
        let resumed = take_up(&admission, &claims(bearer, BEGIN));
        assert_eq!(resumed, Err(NotAdmitted::Waiting));
    }
    let waits = redeem(&mut admission, &early, BEGIN);
    assert_eq!(waits, Err(NotAdmitted::Waiting));
    admission.reload(Generation(1), [ended(&gone, BEGIN)], WallMs(BEGIN));
    assert!(admission.is_ready());
    // The wait has not used it up.
    assert_eq!(redeem(&mut admission, &early, BEGIN), Ok(()));
    assert_eq!(admission.check(&gone), Err(NotAdmitted::LoginEnded));
    let resumed = take_up(&admission, &claims(&gone, BEGIN));
    assert_eq!(resumed, Err(NotAdmitted::LoginEnded));
}

#[test]
fn an_ended_login_lets_nobody_in_by_anything_it_was_given() {
    let mut admission = ready(1);
    let (gone, other) = (user(), user());
    let shown = ticket(&admission, &gone, BEGIN);
    admission.end(ended(&gone, BEGIN), WallMs(BEGIN));
    let refused = Err(NotAdmitted::LoginEnded);
    assert_eq!(admission.check(&gone), refused);
    assert_eq!(redeem(&mut admission, &shown, BEGIN), refused);
    assert_eq!(take_up(&admission, &claims(&gone, BEGIN)), refused);
    assert_eq!(take_up(&admission, &claims(&other, BEGIN)), Ok(()));
    assert_eq!(admission.check(&guest()), Ok(()));
    // Nothing it was given lives so long.
    let later = BEGIN + ENDED_KEPT_MS;
    admission.end(ended(&user(), later), WallMs(later));
    assert_eq!(admission.ended.len(), 1);
}

#[test]
fn a_flush_lets_nobody_in_by_what_was_forgotten() {
    let mut admission = ready(1);
    let (here, gone) = (user(), user());
    let (used, unused) = (
        ticket(&admission, &here, BEGIN),
        ticket(&admission, &here, BEGIN),
    );
    assert_eq!(redeem(&mut admission, &used, BEGIN), Ok(()));
    admission.end(ended(&gone, BEGIN), WallMs(BEGIN));
    admission.flushed(Generation(2));
    assert!(!admission.is_ready());
    // Asked for before the flush: what ended in between is not in it.
    admission.reload(Generation(1), [], WallMs(BEGIN));
    assert!(!admission.is_ready());
    admission.reload(Generation(2), [ended(&gone, BEGIN)], WallMs(BEGIN));
    for old in [&used, &unused] {
        let refused = redeem(&mut admission, old, BEGIN);
        assert_eq!(refused, Err(NotAdmitted::TicketInvalid));
    }
    assert_eq!(
        take_up(&admission, &claims(&gone, BEGIN)),
        Err(NotAdmitted::LoginEnded)
    );
    assert_eq!(take_up(&admission, &claims(&here, BEGIN)), Ok(()));
    let fresh = ticket(&admission, &here, BEGIN);
    assert_eq!(redeem(&mut admission, &fresh, BEGIN), Ok(()));
    // The same life is told of twice.
    admission.flushed(Generation(2));
    assert!(admission.is_ready());
}

#[test]
fn without_the_rule_a_flush_lets_them_in() {
    without(Some(Rule::Generation), || {
        let mut admission = ready(1);
        let (here, gone) = (user(), user());
        let used = ticket(&admission, &here, BEGIN);
        assert_eq!(redeem(&mut admission, &used, BEGIN), Ok(()));
        admission.end(ended(&gone, BEGIN), WallMs(BEGIN));
        admission.flushed(Generation(2));
        assert_eq!(redeem(&mut admission, &used, BEGIN), Ok(()));
        assert_eq!(take_up(&admission, &claims(&gone, BEGIN)), Ok(()));
    });
}

#[test]
fn bounded_however_many_logins_end() {
    let mut admission = ready(1);
    let first = user();
    admission.end(ended(&first, BEGIN), WallMs(BEGIN));
    for n in 1..=LOGINS_ENDED_MAX as u64 {
        admission.end(ended(&user(), BEGIN + n), WallMs(BEGIN + n));
    }
    assert_eq!(admission.ended.len(), LOGINS_ENDED_MAX);
    assert_eq!(admission.by_end.len(), LOGINS_ENDED_MAX);
    // The first gave way: whoever was there then must show more than a token.
    for bearer in [&first, &user()] {
        let resumed = take_up(&admission, &claims(bearer, BEGIN));
        assert_eq!(resumed, Err(NotAdmitted::TokenInvalid));
    }
    assert_eq!(take_up(&admission, &claims(&guest(), BEGIN)), Ok(()));
    assert_eq!(take_up(&admission, &claims(&user(), BEGIN + 1)), Ok(()));
}

#[test]
fn bounded_however_many_tickets_are_used() {
    let mut admission = ready(1);
    for _ in 0..TICKETS_MAX {
        let ticket = ticket(&admission, &guest(), BEGIN);
        assert_eq!(redeem(&mut admission, &ticket, BEGIN), Ok(()));
    }
    let one_more = ticket(&admission, &guest(), BEGIN);
    let refused = redeem(&mut admission, &one_more, BEGIN);
    assert_eq!(refused, Err(NotAdmitted::Full));
    let later = BEGIN + 2 * TICKET_MS + 1;
    let ticket = ticket(&admission, &guest(), later);
    assert_eq!(redeem(&mut admission, &ticket, later), Ok(()));
    assert_eq!(admission.used.len(), 1);
}
