//! Tells the store of bytes to drop the parts of uploads that were given up.

use std::sync::Arc;

use crate::ports::asset::GivenUp;

/// Tells it of one after another until it is dropped. The store itself is asked again while it does not answer; what it
/// does not drop even so is left to its own rules.
pub async fn give_up(given_up: Arc<GivenUp>) {
    loop {
        let mut upload = given_up.next().await;
        match upload.abort().await {
            // Finished after all, though nobody heard: what lies in quarantine is cleared of strays.
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => tracing::warn!(%error, "parts of an upload could not be dropped"),
        }
    }
}
