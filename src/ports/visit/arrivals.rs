//! The way of arrivals from connections to the worker that takes them down: a bounded queue at whose door nobody waits
//! who is coming in.

use tokio::sync::mpsc;

use super::Arrival;

/// The most arrivals that wait: some seconds of a very full evening.
pub const ARRIVALS_WAITING_MAX: usize = 4_096;

/// Where connections leave word of arrivals. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Arrivals(mpsc::Sender<Arrival>);

/// Where the worker finds them.
#[derive(Debug)]
pub struct Waiting(mpsc::Receiver<Arrival>);

/// A queue and its two ends.
pub fn arrivals() -> (Arrivals, Waiting) {
    let (sender, receiver) = mpsc::channel(ARRIVALS_WAITING_MAX);
    (Arrivals(sender), Waiting(receiver))
}

impl Arrivals {
    /// Leaves word at once, or gives it back where the queue is full: to be tried again.
    pub fn leave(&self, arrival: Arrival) -> Result<(), Arrival> {
        match self.0.try_send(arrival) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Full(arrival)) => Err(arrival),
            // Nobody takes anything down any more.
            Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
        }
    }

    /// Leaves word when there is a place.
    pub async fn wait(&self, arrival: Arrival) {
        // An error says that nobody takes anything down any more.
        let _ = self.0.send(arrival).await;
    }
}

impl Waiting {
    /// The next ones, at most so many; none once nobody can leave any more.
    pub async fn next(&mut self, max: usize) -> Vec<Arrival> {
        let mut taken = Vec::new();
        self.0.recv_many(&mut taken, max).await;
        taken
    }

    /// What is there now, at most so many.
    pub fn rest(&mut self, max: usize) -> Vec<Arrival> {
        std::iter::from_fn(|| self.0.try_recv().ok())
            .take(max)
            .collect()
    }
}
