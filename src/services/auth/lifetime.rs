//! How long access tokens and the keys that sign them live.

/// How long an access token is good.
pub const ACCESS_MS: u64 = 10 * 60 * 1_000;

/// By how much the clocks of two nodes may differ.
pub const LEEWAY_MS: u64 = 5_000;

/// How long a key is published before it signs: longer than anybody keeps the list of keys, or a node a read of it.
pub const KEY_AHEAD_MS: u64 = 10 * 60 * 1_000;

/// How long the list of keys may be kept by whoever fetched it, in seconds.
pub const KEYS_CACHED_SECONDS: u64 = 5 * 60;

/// How long tokens of a key are believed after the next one has begun to sign: as long as the last of them lives.
pub const KEY_OVERLAP_MS: u64 = ACCESS_MS + LEEWAY_MS;

const _: () = assert!(
    KEYS_CACHED_SECONDS * 1_000 + LEEWAY_MS < KEY_AHEAD_MS,
    "whoever has the list knows a key before it signs"
);
