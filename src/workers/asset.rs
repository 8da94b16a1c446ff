//! What is done about uploads while nobody waits: pictures are made of them, what nobody wants is cleared away, caches
//! are told. Each loop can be stopped at any point; the queues are in the store.

mod clearing;
mod decoding;
mod giving_up;
mod privacy;
mod purging;
#[cfg(test)]
mod tests;

pub use clearing::Clearing;
pub use decoding::Decoding;
pub use giving_up::give_up;
pub use privacy::{Heard, Privacy};
pub use purging::Purging;

/// Why a step was not done; it is done later.
#[derive(Debug, thiserror::Error)]
pub enum AssetWorkError {
    /// What is known of uploads cannot be reached.
    #[error(transparent)]
    Store(#[from] crate::ports::asset::AssetsUnavailable),
    /// Their bytes cannot be reached.
    #[error("the bytes of pictures cannot be reached: {0}")]
    Bytes(#[from] object_store::Error),
    /// Nothing can be decoded.
    #[error(transparent)]
    Decoder(#[from] crate::ports::asset::DecoderUnavailable),
    /// Caches have not dropped what they were to.
    #[error(transparent)]
    Cdn(#[from] crate::ports::cdn::NotPurged),
}
