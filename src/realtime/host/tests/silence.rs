//! What is between the nodes carries nothing for a while.

use super::*;

const MEMBERS: usize = 3;

/// How many people the room's owner shows, wherever they are.
fn people(pair: &Pair) -> usize {
    pair.sides[OWNER].host.figures().0
}

fn codes(pair: &Pair) -> Vec<u16> {
    pair.sides[EDGE].closes.values().copied().collect()
}

#[test]
fn a_silence_shorter_than_the_lease_sends_nobody_away() {
    let mut pair = Pair::with_edge(MEMBERS as u64, Limits::DEFAULT);
    for silence_ms in [4_000, Limits::DEFAULT.lease_ms - 1_500] {
        pair.parted = true;
        pair.lock(silence_ms == 4_000, silence_ms);
        pair.pass(silence_ms);
        pair.sides[EDGE].resyncs.clear();
        pair.parted = false;
        pair.pass(3_000);
        assert!(codes(&pair).is_empty(), "{:?}", codes(&pair));
        let resyncs = pair.sides[EDGE].resyncs.iter().map(|(conn, _)| conn.0);
        let all: BTreeSet<u64> = (1..=MEMBERS as u64).collect();
        let told: BTreeSet<u64> = resyncs.collect();
        assert_eq!(told, all, "all are told of what they missed");
        assert_eq!(people(&pair), 1 + MEMBERS);
    }
}

#[test]
fn a_longer_one_sends_members_away_while_they_are_still_shown() {
    let mut pair = Pair::with_edge(MEMBERS as u64, Limits::DEFAULT);
    pair.parted = true;
    pair.pass(Limits::DEFAULT.lease_ms + 1_000);
    assert!(pair.sides[EDGE].ended);
    let unavailable = CloseCode::Unavailable.number();
    assert_eq!(codes(&pair), [unavailable; MEMBERS]);
    pair.pass(Limits::DEFAULT.grace_ms - 3_000);
    assert_eq!(people(&pair), 1 + MEMBERS, "they may come back");
    pair.pass(4_000);
    assert_eq!(people(&pair), 1, "who does not has left");
}

#[test]
fn an_edge_asks_whose_the_room_is_while_its_owner_is_silent_and_takes_it_when_it_may() {
    let mut pair = Pair::with_edge(MEMBERS as u64, Limits::DEFAULT);
    pair.parted = true;
    let mut asked = 0;
    while codes(&pair).is_empty() {
        pair.pass_unanswered(10, false);
        while let Some((number, call)) = pair.sides[EDGE].calls.pop_front() {
            assert_eq!(call, StoreCall::Claim);
            asked += 1;
            if asked == 3 {
                let (epoch, owner) = pair.store.owner();
                pair.store.release(epoch, owner.expect("there is one"));
            }
            let answer = pair.answer(EDGE, call);
            pair.feed(EDGE, HostInput::Store(number, answer));
        }
    }
    assert_eq!(asked, 3);
    let moved = CloseCode::RoomMoved.number();
    assert_eq!(codes(&pair), [moved; MEMBERS]);
    assert!(pair.sides[EDGE].host.owned().is_some());
}

#[test]
fn a_store_that_fails_meanwhile_sends_nobody_away_either() {
    let mut pair = Pair::with_edge(MEMBERS as u64, Limits::DEFAULT);
    pair.parted = true;
    pair.pass_unanswered(4_000, false);
    let (number, _) = pair.sides[EDGE].calls.pop_front().expect("asked");
    let unknown = StoreError::Unknown("away".to_owned());
    let answer = StoreAnswer::Claim(Err(unknown));
    pair.feed(EDGE, HostInput::Store(number, answer));
    pair.parted = false;
    pair.pass(3_000);
    assert!(codes(&pair).is_empty(), "{:?}", codes(&pair));
    assert_eq!(people(&pair), 1 + MEMBERS);
}

#[test]
fn who_comes_in_the_middle_of_it_is_let_in_when_it_is_over() {
    let mut pair = Pair::with_edge(MEMBERS as u64, Limits::DEFAULT);
    pair.parted = true;
    pair.pass(2_000);
    pair.enter(EDGE, 9);
    pair.pass(5_000);
    pair.parted = false;
    pair.pass(3_000);
    assert!(codes(&pair).is_empty(), "{:?}", codes(&pair));
    assert_eq!(people(&pair), 2 + MEMBERS, "once");
    // Nobody waits for ever.
    pair.parted = true;
    pair.enter(EDGE, 10);
    pair.pass(Limits::DEFAULT.lease_ms);
    let unavailable = CloseCode::Unavailable.number();
    let code = pair.sides[EDGE].closes.get(&ConnId(10));
    assert_eq!(code, Some(&unavailable));
}

#[test]
fn who_was_let_in_and_did_not_hear_so_comes_again_at_once() {
    let mut pair = Pair::with_edge(MEMBERS as u64, Limits::DEFAULT);
    let is_welcome = |body: &Body| matches!(body, Body::Down { parcel, .. } if matches!(parcel, Parcel::Welcome(_)));
    pair.loses = Some(is_welcome);
    pair.enter(EDGE, 9);
    pair.pass(4_000);
    assert!(pair.loses.is_none(), "it was lost");
    let moved = CloseCode::RoomMoved.number();
    let closes: Vec<_> = pair.sides[EDGE].closes.iter().collect();
    assert_eq!(closes, [(&ConnId(9), &moved)]);
}
