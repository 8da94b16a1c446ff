//! Whether the services of a process are told of every backend they need.

use std::time::Duration;

use async_trait::async_trait;

use crate::config::MissingBackend;
use crate::ports::probe::{Fault, Finding, Probe};

/// Finds the backends that nobody has named.
pub(super) struct ServicesProbe(pub Vec<MissingBackend>);

#[async_trait]
impl Probe for ServicesProbe {
    async fn examine(&self, finding: &mut Finding, _patience: Duration) -> Result<(), Fault> {
        let faults = self.0.iter().map(|missing| {
            let setting = missing.setting;
            Fault::new(
                missing.to_string(),
                format!("say where it is in {setting}, or leave those services to other processes"),
            )
        });
        finding.faults.extend(faults);
        Ok(())
    }
}
