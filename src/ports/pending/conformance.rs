//! What every keeper of sign-ins under way must do, whatever stands behind it.

use std::net::IpAddr;
use std::time::Duration;

use futures_util::future::join_all;
use uuid::Uuid;

use super::{PendingBounds, PendingSignIns};
use crate::domain::address::AddressGroup;

/// What the suite's keepers are to be bounded by.
pub(crate) const BOUNDS: PendingBounds = PendingBounds {
    lifetime_ms: 5_000,
    entries_max: 40,
    of_group_max: 8,
};

fn state() -> String {
    Uuid::new_v4().to_string()
}

fn from(address: &str) -> Option<AddressGroup> {
    let address: IpAddr = address.parse().unwrap();
    Some(address.into())
}

async fn keep(to: &dyn PendingSignIns, state: &str, whence: Option<AddressGroup>) {
    let body = state.as_bytes().to_vec();
    to.keep(state, "kakao", body, whence).await.unwrap();
}

/// Whether it is there, and is what was kept.
async fn takes(out: &dyn PendingSignIns, state: &str) -> bool {
    match out.take(state).await.unwrap() {
        Some(kept) => {
            assert_eq!(kept.body, state.as_bytes());
            true
        }
        None => false,
    }
}

/// Runs the whole suite on two ways to one empty keeper, bounded by [`BOUNDS`].
pub(crate) async fn suite(one: &dyn PendingSignIns, other: &dyn PendingSignIns) {
    each_is_taken_once_wherever(one, other).await;
    names_are_noted_with_the_right_provider(one, other).await;
    one_address_drives_out_its_own_oldest_only(one, other).await;
    a_network_with_many_addresses_drives_out_itself(one, other).await;
    nothing_is_there_after_its_time(one, other).await;
}

async fn each_is_taken_once_wherever(one: &dyn PendingSignIns, other: &dyn PendingSignIns) {
    let state = state();
    assert!(!takes(one, &state).await);
    keep(one, &state, None).await;
    let all = (0..20).map(|n| if n % 2 == 0 { one } else { other }.take(&state));
    let taken = join_all(all).await;
    let taken = taken.into_iter().filter_map(Result::unwrap).count();
    assert_eq!(taken, 1);
    assert!(!takes(other, &state).await);
    // Bodies are bytes.
    let body: Vec<u8> = (0..=255).collect();
    one.keep(&state, "google", body.clone(), None)
        .await
        .unwrap();
    let kept = other.take(&state).await.unwrap().unwrap();
    assert_eq!((kept.body, kept.name), (body, None));
}

async fn names_are_noted_with_the_right_provider(
    one: &dyn PendingSignIns,
    other: &dyn PendingSignIns,
) {
    let state = state();
    // Of what is not under way nothing is kept.
    one.note_name(&state, "kakao", "아무도").await.unwrap();
    keep(one, &state, None).await;
    other.note_name(&state, "apple", "다른 곳").await.unwrap();
    let kept = one.take(&state).await.unwrap().unwrap();
    assert_eq!(kept.name, None);
    keep(one, &state, None).await;
    for name in ["먼저", "{\"name\": \"하늘\"}"] {
        other.note_name(&state, "kakao", name).await.unwrap();
    }
    let kept = one.take(&state).await.unwrap().unwrap();
    assert_eq!(
        kept.name.as_deref(),
        Some("{\"name\": \"하늘\"}"),
        "the last"
    );
}

async fn one_address_drives_out_its_own_oldest_only(
    one: &dyn PendingSignIns,
    other: &dyn PendingSignIns,
) {
    let mine = state();
    keep(one, &mine, from("192.0.2.1")).await;
    let flood: Vec<String> = (0..30).map(|_| state()).collect();
    for (n, state) in flood.iter().enumerate() {
        let to = if n % 2 == 0 { one } else { other };
        keep(to, state, from("198.51.100.7")).await;
    }
    assert!(!takes(other, &flood[21]).await);
    assert!(takes(other, &flood[22]).await);
    assert!(takes(one, &mine).await);
    // What was taken leaves room.
    let more = state();
    keep(one, &more, from("198.51.100.7")).await;
    for state in flood[23..].iter().chain([&more]) {
        assert!(takes(one, state).await);
    }
}

async fn a_network_with_many_addresses_drives_out_itself(
    one: &dyn PendingSignIns,
    other: &dyn PendingSignIns,
) {
    let (mine, yours, nowhere) = (state(), state(), state());
    keep(one, &mine, from("2001:db8:ffff::1")).await;
    keep(one, &yours, from("192.0.2.9")).await;
    keep(one, &nowhere, None).await;
    let flood: Vec<String> = (0..100).map(|_| state()).collect();
    for (n, state) in flood.iter().enumerate() {
        let to = if n % 2 == 0 { one } else { other };
        keep(to, state, from(&format!("2001:db8:0:{n:x}::1"))).await;
    }
    assert!(!takes(one, &flood[62]).await);
    assert!(takes(one, &flood[63]).await);
    for state in [&mine, &yours, &nowhere] {
        assert!(takes(other, state).await);
    }
    for state in &flood[64..] {
        assert!(takes(other, state).await);
    }
}

async fn nothing_is_there_after_its_time(one: &dyn PendingSignIns, other: &dyn PendingSignIns) {
    let (early, late) = (state(), state());
    keep(one, &early, from("192.0.2.1")).await;
    tokio::time::sleep(Duration::from_millis(BOUNDS.lifetime_ms / 2)).await;
    keep(one, &late, from("192.0.2.1")).await;
    tokio::time::sleep(Duration::from_millis(BOUNDS.lifetime_ms / 2 + 50)).await;
    one.note_name(&early, "kakao", "늦음").await.unwrap();
    assert!(!takes(other, &early).await);
    assert!(takes(other, &late).await);
}
