//! What a process cannot serve without.

use async_trait::async_trait;

/// It does not answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(pub String);

/// Something whose absence is seen from outside: nobody should be sent to a process meanwhile.
#[async_trait]
pub trait Backend: Send + Sync {
    /// What whoever operates the process calls it.
    fn name(&self) -> &'static str;

    /// Answers when it does.
    async fn answers(&self) -> Result<(), NoAnswer>;
}
