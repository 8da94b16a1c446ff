//! Work beside the requests: what runs, until when, and the wait for its end.

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The tasks that are nobody's connection. Each has a name for the log.
#[derive(Debug)]
pub(super) struct Background {
    /// Ends what has no more to do once nobody is served.
    stop: CancellationToken,
    /// Ends what the last saves of rooms still need.
    last: CancellationToken,
    running: Vec<(&'static str, JoinHandle<()>)>,
}

impl Background {
    pub(super) const fn new(stop: CancellationToken, last: CancellationToken) -> Self {
        Self {
            stop,
            last,
            running: Vec::new(),
        }
    }

    /// Runs it until the server stops.
    pub(super) fn run(
        &mut self,
        name: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        let until = self.stop.clone();
        self.spawn(name, async move {
            tokio::select! {
                () = work => {}
                () = until.cancelled() => {}
            }
        });
    }

    /// Runs it until the last room is saved.
    pub(super) fn outlive(
        &mut self,
        name: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        let until = self.last.clone();
        self.spawn(name, async move {
            tokio::select! {
                () = work => {}
                () = until.cancelled() => {}
            }
        });
    }

    /// Runs what is told by this token that the last room is saved, and ends by itself.
    pub(super) fn finish<W>(
        &mut self,
        name: &'static str,
        work: impl FnOnce(CancellationToken) -> W,
    ) where
        W: Future<Output = ()> + Send + 'static,
    {
        let work = work(self.last.clone());
        self.spawn(name, work);
    }

    // These are no tasks of the rooms, which others of them outlive: `ended` waits for them.
    #[allow(clippy::disallowed_methods)]
    fn spawn(&mut self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        self.running.push((name, tokio::spawn(work)));
    }

    /// Ends all of it, once the rooms have ended.
    pub(super) async fn ended(self) {
        self.last.cancel();
        for (name, task) in self.running {
            if let Err(error) = task.await {
                tracing::error!(name, %error, "work beside the requests did not end well");
            }
        }
    }
}
