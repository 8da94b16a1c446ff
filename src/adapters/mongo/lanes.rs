//! Queues within a process for steps on one thing. Correctness does not need them: transactions that collide are done
//! anew. A crowd on one thing would do so again and again, and here it waits in line instead.

use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use crate::ports::room::StoreError;

/// Lanes: things that share one wait for each other without need, and do no harm.
const LANES: usize = 256;

/// How long anybody waits for their turn.
const TURN_WITHIN: Duration = Duration::from_secs(15);

/// The queues.
#[derive(Debug)]
pub(super) struct Lanes(Vec<Mutex<()>>);

impl Default for Lanes {
    fn default() -> Self {
        Self((0..LANES).map(|_| Mutex::default()).collect())
    }
}

impl Lanes {
    /// The turn of a thing, or of a person's shelf.
    pub async fn turn(&self, of: Uuid) -> Result<MutexGuard<'_, ()>, StoreError> {
        let busy = || StoreError::Failed("too many wait for the same thing".to_owned());
        let number = usize::try_from(of.as_u128() % LANES as u128).unwrap_or(0);
        let lane = self.0.get(number).ok_or_else(busy)?;
        let turn = tokio::time::timeout(TURN_WITHIN, lane.lock()).await;
        turn.map_err(|_| busy())
    }
}
