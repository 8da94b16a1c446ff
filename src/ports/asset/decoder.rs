//! What makes a picture that can be shown of what somebody sent.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;

use crate::domain::asset::{Refusal, SourceType, Variant};

/// Nothing can be decoded now; the picture may be tried again.
#[derive(Debug, thiserror::Error)]
#[error("pictures cannot be decoded: {0}")]
pub struct DecoderUnavailable(pub String);

/// One size of a picture, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeVariant {
    /// What is known of it.
    pub variant: Variant,
    /// The bytes.
    pub bytes: Bytes,
}

/// What was made of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What it looks like before it is there, in the BlurHash format.
    pub blurhash: String,
    /// Every size, the smallest first.
    pub variants: Vec<MadeVariant>,
}

/// What came of decoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    /// A picture.
    Made(Made),
    /// None.
    Refused(Refusal),
}

/// Decodes what strangers sent.
#[async_trait]
pub trait PictureDecoder: Send + Sync {
    /// Makes every size of a picture, or says why not. Whatever the bytes are, it ends in bounded time, takes a bounded
    /// amount of memory, and harms nobody else. What it makes holds nothing of the bytes but what can be seen; the same
    /// bytes always become the same.
    async fn decode(
        &self,
        declared: SourceType,
        bytes: BoxStream<'static, std::io::Result<Bytes>>,
    ) -> Result<Decoded, DecoderUnavailable>;
}
