//! Exact under many threads, bounded, and not fooled by reconnecting.

use std::net::{IpAddr, Ipv6Addr};

use super::table::USAGES_MAX;
use super::*;
use crate::domain::id::{GuestId, LoginId, UserId};
use crate::domain::limits::Allowance;
use crate::domain::user::Look;

const HOME: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

fn quotas(change: impl FnOnce(&mut Limits)) -> Arc<Quotas> {
    let mut limits = Limits::DEFAULT;
    change(&mut limits);
    Arc::new(Quotas::new(Arc::new(limits)))
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, Excess>) -> &'static str {
    answer.expect_err("above the limit").limit
}

fn allowance(per_second: u32, burst: u32) -> Allowance {
    Allowance { per_second, burst }
}

fn lines(count: u32) -> Cost {
    Cost {
        class: Class::Chat,
        count,
    }
}

fn user() -> Bearer {
    Bearer::User {
        id: UserId::generate(),
        login: LoginId::generate(),
    }
}

#[test]
fn connections_of_an_address_are_counted_while_they_last() {
    let quotas = quotas(|limits| limits.connections_per_address_max = 2);
    let first = quotas.connect(HOME, Tick(0)).unwrap();
    let _second = quotas.connect(HOME, Tick(0)).unwrap();
    let third = quotas.connect(HOME, Tick(0));
    assert_eq!(refusal(third), "live.connections_per_address_max");
    let elsewhere = "2001:db8::1".parse().unwrap();
    assert!(quotas.connect(elsewhere, Tick(0)).is_ok());
    drop(first);
    assert!(quotas.connect(HOME, Tick(0)).is_ok());
}

#[test]
fn an_address_in_a_hurry_takes_nothing_from_the_others() {
    let quotas = quotas(|limits| {
        limits.address_connects = allowance(10, 3);
        limits.node_connects = allowance(10, 5);
    });
    let tries = (0..100).filter(|_| quotas.connect(HOME, Tick(0)).is_ok());
    assert_eq!(tries.count(), 3);
    let refused = quotas.connect(HOME, Tick(0)).unwrap_err();
    assert_eq!(
        (refused.limit, refused.retry_after_ms),
        ("live.address_connects", Some(100))
    );
    let elsewhere = |n: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, n, 0, 0, 0, 0, 1));
    assert!(quotas.connect(elsewhere(1), Tick(0)).is_ok());
    assert!(quotas.connect(elsewhere(2), Tick(0)).is_ok());
    let storm = quotas.connect(elsewhere(3), Tick(0));
    assert_eq!(refusal(storm), "live.node_connects");
    assert!(quotas.connect(elsewhere(3), Tick(100)).is_ok());
}

#[test]
fn a_refused_connection_is_not_counted() {
    let quotas = quotas(|limits| {
        limits.connections_per_address_max = 20;
        limits.address_connects = allowance(1, 1);
    });
    for _ in 0..50 {
        drop(quotas.connect(HOME, Tick(0)));
    }
    assert_eq!(
        refusal(quotas.connect(HOME, Tick(0))),
        "live.address_connects"
    );
    let address = quotas.address(HOME, Tick(0));
    assert_eq!(address.connections.load(Ordering::Relaxed), 0);
}

#[test]
fn one_persons_lines_are_counted_on_all_connections_and_across_new_ones() {
    let quotas = quotas(|limits| limits.user_chat = allowance(1, 10));
    let person = user();
    let connect = |bearer: &Bearer, now| {
        let mut guard = quotas.connect(HOME, now).unwrap();
        guard.identified(bearer, now).unwrap();
        guard
    };
    let (one, two) = (connect(&person, Tick(0)), connect(&person, Tick(0)));
    assert_eq!(one.charge(lines(6), Tick(0)), Ok(()));
    assert_eq!(two.charge(lines(4), Tick(0)), Ok(()));
    drop((one, two));
    // Long enough that the table has been swept, too short for ten lines.
    let again = connect(&person, Tick(9_000));
    let mut stranger = quotas
        .connect("192.0.2.1".parse().unwrap(), Tick(9_000))
        .unwrap();
    stranger.identified(&user(), Tick(9_000)).unwrap();
    let refused = again.charge(lines(10), Tick(9_000)).unwrap_err();
    assert_eq!(
        (refused.limit, refused.retry_after_ms),
        ("live.user_chat", Some(1_000))
    );
    assert_eq!(again.charge(lines(9), Tick(9_000)), Ok(()));
    assert_eq!(stranger.charge(lines(10), Tick(9_000)), Ok(()));
}

#[test]
fn guests_too_have_one_allowance_however_often_they_reconnect() {
    let quotas = quotas(|limits| limits.user_ops = allowance(1, 2));
    let guest = Bearer::Guest {
        id: GuestId::generate(),
        name: "guest".to_owned(),
        look: Look([0; 6]),
    };
    let batch = Cost {
        class: Class::Ops,
        count: 1,
    };
    let done = (0..5).filter(|_| {
        let mut guard = quotas.connect(HOME, Tick(0)).unwrap();
        guard.identified(&guest, Tick(0)).unwrap();
        guard.charge(batch, Tick(0)).is_ok()
    });
    assert_eq!(done.count(), 2);
}

#[test]
fn connections_of_a_person_are_counted_at_any_address() {
    let quotas = quotas(|limits| limits.connections_per_user_max = 2);
    let person = user();
    let connect = |n: u16| {
        let address = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, n, 0, 0, 0, 0, 1));
        let mut guard = quotas.connect(address, Tick(0)).unwrap();
        guard.identified(&person, Tick(0)).map(|()| guard)
    };
    let (first, _second) = (connect(1).unwrap(), connect(2).unwrap());
    assert_eq!(refusal(connect(3)), "live.connections_per_user_max");
    drop(first);
    assert!(connect(3).is_ok());
}

#[test]
fn tickets_are_counted_by_account_or_by_address() {
    let quotas = quotas(|limits| limits.tickets = allowance(2, 3));
    let (somebody, other) = (UserId::generate(), UserId::generate());
    for asker in [
        Asker::User(somebody),
        Asker::User(other),
        Asker::Address(HOME),
    ] {
        let given = (0..9).filter(|_| quotas.ticket(asker, Tick(0)).is_ok());
        assert_eq!(given.count(), 3);
        let refused = quotas.ticket(asker, Tick(0)).unwrap_err();
        assert_eq!(
            (refused.limit, refused.retry_after_ms),
            ("live.tickets", Some(500))
        );
        assert_eq!(quotas.ticket(asker, Tick(500)), Ok(()));
    }
}

#[test]
fn many_threads_together_get_exactly_what_is_allowed() {
    let quotas = quotas(|limits| {
        limits.user_chat = allowance(1, 300);
        limits.connections_per_user_max = 5;
        limits.connections_per_address_max = 40;
        limits.address_frames = allowance(1, 1_000_000);
    });
    let person = user();
    let start = std::sync::Barrier::new(8);
    let work = || {
        start.wait();
        let mut guards = Vec::new();
        let (mut identified, mut said) = (0, 0);
        for _ in 0..10 {
            let Ok(mut guard) = quotas.connect(HOME, Tick(7)) else {
                continue;
            };
            identified += usize::from(guard.identified(&person, Tick(7)).is_ok());
            guards.push(guard);
        }
        for _ in 0..200 {
            let person = guards.iter().find(|guard| guard.person.is_some());
            said +=
                usize::from(person.is_some_and(|guard| guard.charge(lines(1), Tick(7)).is_ok()));
        }
        start.wait();
        (guards.len(), identified, said)
    };
    let totals = std::thread::scope(|threads| {
        let all: Vec<_> = (0..8).map(|_| threads.spawn(work)).collect();
        let done = all.into_iter().map(|thread| thread.join().unwrap());
        done.fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2))
    });
    assert_eq!((totals.0, totals.1), (40, 5));
    assert!(totals.2 <= 300, "{}", totals.2);
    let address = quotas.address(HOME, Tick(7));
    assert_eq!(
        address.connections.load(Ordering::Relaxed),
        0,
        "all are gone"
    );
}

#[test]
fn memory_is_bounded_and_idle_usages_go() {
    let quotas = quotas(|limits| {
        limits.address_connects = allowance(1, 1);
        limits.node_connects = allowance(1_000_000, 1_000_000);
    });
    let address = |n: u32| IpAddr::V4(n.into());
    let many = u32::try_from(USAGES_MAX).unwrap();
    for n in 0..many {
        assert!(quotas.connect(address(n), Tick(0)).is_ok());
    }
    assert_eq!(quotas.addresses.len(), USAGES_MAX);
    // Nobody is idle yet: newcomers share what one may have.
    assert!(quotas.connect(address(many), Tick(0)).is_ok());
    assert_eq!(
        refusal(quotas.connect(address(many + 1), Tick(0))),
        "live.address_connects"
    );
    assert_eq!(quotas.addresses.len(), USAGES_MAX);
    // A second later they all are.
    assert!(quotas.connect(address(many + 2), Tick(1_000)).is_ok());
    assert_eq!(quotas.addresses.len(), 1);
}
