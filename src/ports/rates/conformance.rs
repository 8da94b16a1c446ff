//! What all buckets must keep, wherever they stand.

use std::net::IpAddr;
use std::time::Duration;

use futures_util::future::join_all;
use rand::RngCore;

use super::{Draw, Rates, Whose};
use crate::domain::id::UserId;
use crate::domain::limits::{Rate, RestClass, RestLimits};

const BURST: u32 = 40;

/// What the suite's buckets are to be made of.
pub(crate) fn limits() -> RestLimits {
    let rate = |per_minute, burst| Rate { per_minute, burst };
    RestLimits {
        // Nothing comes back while the suite runs.
        user_write: rate(1, BURST),
        address_write: rate(1, 2),
        // One each 200 ms.
        user_read: rate(300, 3),
        user_search: rate(7, 3),
        ..RestLimits::DEFAULT
    }
}

fn somebody() -> Whose {
    Whose::User(UserId::generate())
}

fn somewhere(address: &str) -> Whose {
    let address: IpAddr = address.parse().unwrap();
    Whose::Address(address.into())
}

fn taken(draw: Draw) -> bool {
    draw.wait_ms.is_none()
}

/// Runs the whole suite on two ways to the same buckets, made of [`limits`].
pub(crate) async fn suite(one: &dyn Rates, other: &dyn Rates) {
    many_at_once_get_exactly_the_burst(one, other).await;
    it_says_what_is_left(one, other).await;
    what_was_taken_comes_back(one, other).await;
    each_has_their_own_and_a_household_one(one, other).await;
}

async fn many_at_once_get_exactly_the_burst(one: &dyn Rates, other: &dyn Rates) {
    let me = somebody();
    let all = (0..200).map(|n| {
        let rates = if n % 2 == 0 { one } else { other };
        rates.draw(me, RestClass::Write)
    });
    let draws = join_all(all).await;
    let given = draws.iter().filter(|draw| taken(**draw)).count();
    assert_eq!(given, BURST as usize);
}

async fn it_says_what_is_left(one: &dyn Rates, other: &dyn Rates) {
    let me = somebody();
    for (n, rates) in (0..).zip([one, other, one]) {
        let draw = rates.draw(me, RestClass::Search).await;
        assert_eq!((draw.wait_ms, draw.left.count), (None, 2 - n));
        // Seven a minute: one each 8.57 s.
        let whole = (u64::from(n) + 1) * 60_000 / 7;
        let said = draw.left.whole_in_ms;
        assert!(
            said <= whole + 1 && said + 2_000 > whole,
            "{said} of {whole}"
        );
    }
    let refused = other.draw(me, RestClass::Search).await;
    assert_eq!(refused.left.count, 0);
    let wait = refused.wait_ms.expect("nothing was left");
    assert!((6_000..=8_572).contains(&wait), "{wait}");
    // Asking in vain takes nothing.
    let again = one.draw(me, RestClass::Search).await;
    assert!(again.wait_ms.expect("nothing is left") <= wait);
    assert!(again.left.whole_in_ms <= refused.left.whole_in_ms);
}

async fn what_was_taken_comes_back(one: &dyn Rates, other: &dyn Rates) {
    let me = somebody();
    let mut given = 0;
    let wait = loop {
        match one.draw(me, RestClass::Read).await.wait_ms {
            None => given += 1,
            Some(wait) => break wait,
        }
        assert!(given < 1_000, "there is no end to it");
    };
    assert!(given >= 3);
    assert!((1..=200).contains(&wait), "{wait}");
    tokio::time::sleep(Duration::from_millis(u64::from(wait) + 5)).await;
    assert!(taken(other.draw(me, RestClass::Read).await), "as it said");
    // A long rest gives no more than the burst.
    tokio::time::sleep(Duration::from_millis(900)).await;
    let left = other.draw(me, RestClass::Read).await.left;
    assert_eq!(left.count, 2);
    assert!(left.whole_in_ms <= 200);
}

async fn each_has_their_own_and_a_household_one(one: &dyn Rates, other: &dyn Rates) {
    let network = rand::rng().next_u32();
    let at = |host: &str| {
        let (upper, lower) = (network >> 16, network & 0xffff);
        somewhere(&format!("2001:db8:{upper:x}:{lower:x}{host}"))
    };
    let write = RestClass::Write;
    assert!(taken(one.draw(at("::1"), write).await));
    assert!(taken(other.draw(at(":ffff::2"), write).await));
    assert!(!taken(one.draw(at("::3"), write).await), "one household");
    assert!(
        taken(one.draw(at("::3"), RestClass::Read).await),
        "classes apart"
    );
    assert!(taken(one.draw(somebody(), write).await), "people apart");
    let next = somewhere(&format!("2001:db9:{:x}:1::1", network >> 16));
    assert!(taken(other.draw(next, write).await), "addresses apart");
}
