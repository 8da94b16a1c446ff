//! What is known of authors when they write: what tells spam from what people say.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::clock::WallMs;
use crate::domain::filter::simhash::SimHash;
use crate::domain::id::UserId;
use crate::ports::once::Once;

#[cfg(test)]
pub(crate) mod conformance;

/// How far back texts are compared, in milliseconds: a day.
pub const TEXTS_KEPT_MS: u64 = 24 * 60 * 60 * 1_000;

/// The most hosts remembered that somebody linked to; beyond, those seen first are new again.
pub const HOSTS_MAX: u32 = 100_000;

/// The most hosts of one text that are remembered.
pub const HOSTS_PER_TEXT_MAX: usize = 32;

/// What is known cannot be looked up now. Whoever asks must refuse rather than guess.
#[derive(Debug, thiserror::Error)]
#[error("what is known of authors cannot be reached: {0}")]
pub struct SpamFactsUnavailable(pub String);

/// A text as far as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its fingerprint.
    pub hash: SimHash,
    /// Where it leads.
    pub hosts: BTreeSet<String>,
    /// Whom it mentions.
    pub mentioned: Vec<UserId>,
    /// By what it is known when it comes again.
    pub marks: Marks,
}

/// By what a text is known when it comes again: sent once more, or changed. Bytes of digests, of which nothing can be
/// told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks {
    /// What it is the text of.
    pub thing: Option<[u8; MARK_BYTES]>,
    /// The request that brought it.
    pub request: Option<[u8; MARK_BYTES]>,
}

/// Bytes of a mark.
pub const MARK_BYTES: usize = 16;

fn mark(of: [&[u8]; 2]) -> [u8; MARK_BYTES] {
    let [what, which] = of;
    let digest = Sha256::new()
        .chain_update(what)
        .chain_update(which)
        .finalize();
    let mut mark = [0; MARK_BYTES];
    mark.copy_from_slice(digest.split_at(MARK_BYTES).0);
    mark
}

impl Marks {
    /// Of the text of a thing, and of the request that brings it, if that takes effect once.
    pub fn of(thing: Uuid, once: Option<&Once>) -> Self {
        Self {
            thing: Some(mark([b"thing", thing.as_bytes()])),
            request: once.map(|once| mark([&once.digest.0, once.key.as_str().as_bytes()])),
        }
    }
}

/// What is known of its author.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// How old the account is, in hours.
    pub account_age_h: u64,
    /// How many they are tied to, or follow and are followed by.
    pub ties: u32,
    /// How many texts they have written in the last minute, this one among them.
    pub texts_last_minute: u32,
    /// How many of those mentioned do not follow them.
    pub strangers_mentioned: u32,
    /// Fingerprints of what they wrote within [`TEXTS_KEPT_MS`] before this, the newest first, as many as are compared.
    pub recent: Vec<SimHash>,
    /// How many of the hosts nobody linked to before.
    pub new_hosts: u32,
}

/// Where what was written lately is remembered. What is written is not.
#[async_trait]
pub trait SpamFacts: Send + Sync {
    /// Remembers that a text was written, and tells what was known before, in one step: of texts written at once each
    /// counts those before it. Of each author no more is remembered than is compared.
    ///
    /// One with a mark of a text remembered takes its place: it is not compared with that, does not count beside it,
    /// and its hosts are as new as they were.
    async fn note(
        &self,
        author: UserId,
        written: &Written,
        at: WallMs,
    ) -> Result<Known, SpamFactsUnavailable>;
}
