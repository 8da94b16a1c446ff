//! What is to be done about uploads beside the request path: decoding, clearing away, telling caches.

use std::collections::BTreeSet;

use async_trait::async_trait;
use tokio::sync::Notify;

use super::AssetsUnavailable;
use crate::domain::asset::{Refusal, Source, Variant, VariantName};
use crate::domain::clock::WallMs;
use crate::domain::id::AssetId;

/// How long bytes are nobody else's to delete that were handed to somebody, in milliseconds.
pub const LET_GO_MS: u64 = 10 * 60 * 1_000;

/// Says that there is something to do, so that nobody waits for the next look.
#[derive(Debug, Default)]
pub struct Wake {
    /// Something is to be decoded.
    pub decode: Notify,
    /// Something is to be cleared away, and caches are to be told.
    pub clear: Notify,
}

/// An upload that is to be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub id: AssetId,
    /// What was sent.
    pub source: Source,
    /// How often it has been taken, this time included.
    pub tries: u32,
}

/// What became of an upload that was decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It can be shown.
    Ready,
    /// These bytes were taken down before.
    Banned,
    /// Nobody waits for it any more.
    Gone,
}

/// Bytes that somebody is to delete, and nobody else for as long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetGo {
    /// Which.
    pub bytes: Vec<[u8; 32]>,
    /// Until when, by the store's clock. It tells this time from later ones.
    pub until: WallMs,
}

/// The work on uploads. Whoever does it may end at any point: it is done again by whoever asks next.
#[async_trait]
pub trait AssetWork: Send + Sync {
    /// Takes the upload that has waited longest: until `lease` nobody else gets it, after that somebody does.
    async fn take(&self, lease: WallMs, now: WallMs) -> Result<Option<Waiting>, AssetsUnavailable>;

    /// Says that these bytes are going to be written, so that nobody deletes them until then; false: they are being
    /// deleted at this moment, and may not be written yet.
    async fn hold(&self, bytes: &[[u8; 32]], until: WallMs) -> Result<bool, AssetsUnavailable>;

    /// An upload has become a picture, in all its sizes, whose bytes are held and written.
    async fn ready(
        &self,
        id: AssetId,
        blurhash: &str,
        variants: &[Variant],
        now: WallMs,
    ) -> Result<Settled, AssetsUnavailable>;

    /// An upload that was taken could not be looked at, through no fault of its own: it waits until then, and this time
    /// does not count.
    async fn give_back(&self, id: AssetId, until: WallMs) -> Result<(), AssetsUnavailable>;

    /// An upload is no picture.
    async fn refuse(
        &self,
        id: AssetId,
        refusal: Refusal,
        now: WallMs,
    ) -> Result<(), AssetsUnavailable>;

    /// One bounded step of clearing away: announced uploads that never came, refused ones after a while, pictures that
    /// nobody has shown for as long as those are kept, uploads of what was taken down elsewhere or came back there, what was
    /// taken down and cannot come back any more. How many it looked at; none: nothing is due.
    async fn sweep(&self, now: WallMs) -> Result<u32, AssetsUnavailable>;

    /// Some bytes that no picture has and nobody holds. From this step on nobody may write them until [`Self::gone`],
    /// and nobody else is told to delete them for [`LET_GO_MS`]. After that somebody else is: whoever has not begun to
    /// delete them well before then leaves them alone.
    async fn let_go(&self, limit: u32, now: WallMs) -> Result<LetGo, AssetsUnavailable>;

    /// These have been deleted. It changes nothing of what somebody else was told to delete since.
    async fn gone(&self, deleted: &LetGo) -> Result<(), AssetsUnavailable>;

    /// Those of these uploads whose bytes in quarantine are still wanted.
    async fn awaited(&self, ids: &[AssetId]) -> Result<BTreeSet<AssetId>, AssetsUnavailable>;
}

/// An address that caches are to drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purge {
    /// Its place in the queue.
    pub id: i64,
    /// The picture.
    pub asset: AssetId,
    /// Its size.
    pub variant: VariantName,
    /// Its bytes.
    pub sha256: [u8; 32],
    /// How often it has been tried.
    pub tries: u32,
}

/// What caches are still to be told. An entry is written in the step that makes it so, and stays until it is done.
#[async_trait]
pub trait PurgeQueue: Send + Sync {
    /// Some of those that are due, the oldest first.
    async fn due(&self, limit: u32, now: WallMs) -> Result<Vec<Purge>, AssetsUnavailable>;

    /// These are done.
    async fn done(&self, ids: &[i64]) -> Result<(), AssetsUnavailable>;

    /// These have failed once more, and are due again at this time.
    async fn put_off(&self, ids: &[i64], until: WallMs) -> Result<(), AssetsUnavailable>;
}
