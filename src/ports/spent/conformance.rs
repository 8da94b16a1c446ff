//! What every memory of used numbers must keep, whatever stands behind it.

use std::time::Duration;

use futures_util::future::join_all;
use rand::RngCore;

use super::{Spending, Spent};

const KEEP_MS: u64 = 60_000;

fn number() -> u64 {
    rand::rng().next_u64()
}

/// Runs the whole suite on two ways to one memory; `lose` makes it forget everything, those numbers among it.
pub(crate) async fn suite(one: &dyn Spent, other: &dyn Spent, lose: impl AsyncFn()) {
    each_is_good_once(one, other).await;
    of_many_at_once_one_is_first(one, other).await;
    what_is_kept_no_longer_is_forgotten(one).await;
    what_was_given_out_before_a_loss_is_good_no_more(one, other, lose).await;
}

async fn each_is_good_once(one: &dyn Spent, other: &dyn Spent) {
    for _ in 0..20 {
        let number = number();
        let life = one.life(number).await.unwrap();
        assert_eq!(other.life(number).await.unwrap(), life, "one memory");
        let first = one.spend(number, life, KEEP_MS).await.unwrap();
        assert_eq!(first, Spending::First);
        for again in [one, other] {
            let again = again.spend(number, life, KEEP_MS).await.unwrap();
            assert_eq!(again, Spending::Again);
        }
        // The largest there are, too.
        let wrong = one.spend(number, life.wrapping_add(1), KEEP_MS).await;
        assert_eq!(wrong.unwrap(), Spending::Forgotten);
    }
    let life = one.life(u64::MAX).await.unwrap();
    let most = one.spend(u64::MAX, life, KEEP_MS).await.unwrap();
    assert_eq!(most, Spending::First);
    let next = one.life(u64::MAX - 1).await.unwrap();
    let next = one.spend(u64::MAX - 1, next, KEEP_MS).await.unwrap();
    assert_eq!(next, Spending::First, "told apart to the last bit");
}

async fn of_many_at_once_one_is_first(one: &dyn Spent, other: &dyn Spent) {
    let number = number();
    let lives = join_all((0..8).map(|n| if n % 2 == 0 { one } else { other }.life(number))).await;
    let life = *lives[0].as_ref().unwrap();
    assert!(lives.iter().all(|it| *it.as_ref().unwrap() == life));
    let all = (0..50).map(|n| {
        let memory = if n % 2 == 0 { one } else { other };
        memory.spend(number, life, KEEP_MS)
    });
    let spent: Vec<Spending> = join_all(all)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let first = spent.iter().filter(|it| **it == Spending::First).count();
    assert_eq!(first, 1, "{spent:?}");
}

async fn what_is_kept_no_longer_is_forgotten(one: &dyn Spent) {
    let number = number();
    let life = one.life(number).await.unwrap();
    let first = one.spend(number, life, 20).await.unwrap();
    assert_eq!(first, Spending::First);
    tokio::time::sleep(Duration::from_millis(80)).await;
    let later = one.spend(number, life, 20).await.unwrap();
    assert_eq!(later, Spending::First, "memory is bounded by time");
}

async fn what_was_given_out_before_a_loss_is_good_no_more(
    one: &dyn Spent,
    other: &dyn Spent,
    lose: impl AsyncFn(),
) {
    let numbers: Vec<u64> = (0..20).map(|_| number()).collect();
    let mut given = Vec::new();
    for number in &numbers {
        let life = one.life(*number).await.unwrap();
        given.push((*number, life));
    }
    // Half of them are used before.
    for (number, life) in &given[..10] {
        let first = one.spend(*number, *life, KEEP_MS).await.unwrap();
        assert_eq!(first, Spending::First);
    }
    lose().await;
    for (number, life) in given {
        let spent = other.spend(number, life, KEEP_MS).await.unwrap();
        assert_eq!(spent, Spending::Forgotten);
        let fresh = one.life(number).await.unwrap();
        assert_ne!(fresh, life);
        let spent = other.spend(number, fresh, KEEP_MS).await.unwrap();
        assert_eq!(spent, Spending::First);
    }
}
