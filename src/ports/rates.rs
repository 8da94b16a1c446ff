//! How much somebody may ask, counted wherever they ask.

use async_trait::async_trait;

use crate::domain::address::AddressGroup;
use crate::domain::id::UserId;
use crate::domain::limits::{Left, RestClass};

#[cfg(test)]
pub(crate) mod conformance;

/// Whose requests are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whose {
    /// All who ask from there.
    Address(AddressGroup),
    /// An account, wherever it asks from.
    User(UserId),
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// What the bucket holds after it.
    pub left: Left,
    /// Nothing was taken: in how many milliseconds there will be something to take.
    pub wait_ms: Option<u32>,
}

/// Buckets of tokens, one for each address and user and each class of requests.
///
/// A bucket is as large as its burst, is full at first, and fills again by its rate. However many ask at once, no more is
/// given out than was in it. It always answers, and soon: one that counts with others and cannot reach them counts by
/// itself, which gives whoever asks many nodes at most as many times as much.
#[async_trait]
pub trait Rates: std::fmt::Debug + Send + Sync {
    /// Takes one token out of a bucket, if there is one.
    async fn draw(&self, whose: Whose, class: RestClass) -> Draw;
}
